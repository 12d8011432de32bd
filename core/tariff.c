#include "core/tariff.h"
#include <assert.h>
#include "core/ledger.h"
#include "core/units.h"

static enum verdict check_prices(const int32_t *mc, uint32_t count)
{
	for (uint32_t i = 0; mc && i < count; i++) {
		if (mc[i] < 0 || mc[i] > PRICE_MC_MAX)
			return VERDICT_OUT_OF_RANGE;
	}
	return VERDICT_OK;
}

static enum verdict check_window(const struct tariff_window *w, const char **field)
{
	enum verdict v;

	*field = "export_mc_per_kwh";
	v = check_prices(w->export_mc, w->count);
	if (v != VERDICT_OK)
		return v;
	*field = "import_mc_per_kwh";
	v = check_prices(w->import_mc, w->count);
	for (uint32_t i = 0; i < w->count && v == VERDICT_OK; i++) {
		if (w->import_mc[i] < w->export_mc[i])
			v = VERDICT_BAD_TERMS;
	}
	if (v != VERDICT_OK)
		return v;
	*field = "wholesale_mc_per_kwh";
	return check_prices(w->wholesale_mc, w->count);
}

enum verdict tariff_check(const struct ledger *l, const struct tx *tx, const char **field)
{
	const struct account *a = account_find(&l->accounts, &tx->address);
	const struct tariff_window *w = &tx->u.tariff;
	enum verdict v;

	*field = "address";
	if (!a)
		return VERDICT_NOT_ADMITTED;
	if (a->number != params_aggregator(&l->params))
		return VERDICT_NOT_ALLOWED;
	v = schedule_slots_check(l, w->first_slot, w->count, "import_mc_per_kwh", field);
	if (v == VERDICT_OK)
		v = check_window(w, field);
	if (v != VERDICT_OK)
		return v;
	*field = "";
	return l->tariffs.count < TARIFFS_MAX ? VERDICT_OK : VERDICT_TOO_MANY;
}

const struct tariff *tariff_add(struct ledger *l, const struct tx *tx)
{
	const struct tariff_window *w = &tx->u.tariff;
	struct tariff *t = &l->tariffs.rows[l->tariffs.count++];

	assert(l->tariffs.count <= TARIFFS_MAX);
	*t = (struct tariff){.seq = tx->seq, .first_slot = w->first_slot, .count = w->count};
	for (uint32_t i = 0; i < w->count; i++)
		t->prices[i] = (struct tariff_prices){.export_mc = w->export_mc[i],
			.import_mc = w->import_mc[i],
			.wholesale_mc = w->wholesale_mc ? w->wholesale_mc[i] : TARIFF_NONE};
	return t;
}

/* The last one that has a slot; NULL: none has it. */
static const struct tariff *find(const struct tariffs *t, int64_t slot)
{
	for (uint32_t i = t->count; i-- > 0;) {
		const struct tariff *row = &t->rows[i];

		if (slot >= row->first_slot && slot < row->first_slot + row->count)
			return row;
	}
	return NULL;
}

struct tariff_prices tariff_of_slot(const struct ledger *l, int64_t slot)
{
	const struct tariff *t = find(&l->tariffs, slot);

	if (t)
		return t->prices[slot - t->first_slot];
	return (struct tariff_prices){.export_mc = (int32_t)l->params.export_mc_per_kwh,
		.import_mc = (int32_t)l->params.import_mc_per_kwh,
		.wholesale_mc = TARIFF_NONE};
}

/* Whether it is the last one that has some slot, from that one on. */
static bool counts_from(const struct tariffs *t, const struct tariff *row, int64_t slot)
{
	if (slot < row->first_slot)
		slot = row->first_slot;
	for (; slot < row->first_slot + row->count; slot++) {
		if (find(t, slot) == row)
			return true;
	}
	return false;
}

void tariffs_advance(struct ledger *l)
{
	struct tariffs *t = &l->tariffs;
	bool counts[TARIFFS_MAX];
	uint32_t kept = 0;

	for (uint32_t i = 0; i < t->count;
		i++) /* the slot before the open one is settled with it */
		counts[i] = counts_from(t, &t->rows[i], ledger_slot(l) - 1);
	for (uint32_t i = 0; i < t->count; i++) {
		if (counts[i])
			t->rows[kept++] = t->rows[i];
	}
	t->count = kept;
}

void tariffs_xfer(struct xfer *x, struct tariffs *t)
{
	xfer_count(x, &t->count, TARIFFS_MAX);
	for (uint32_t i = 0; i < t->count && !x->bad; i++) {
		struct tariff *row = &t->rows[i];

		xfer_u64(x, &row->seq);
		xfer_i64(x, &row->first_slot);
		xfer_count(x, &row->count, SCHEDULE_SLOTS_MAX);
		for (uint32_t k = 0; k < row->count; k++) {
			xfer_i32(x, &row->prices[k].export_mc);
			xfer_i32(x, &row->prices[k].import_mc);
			xfer_i32(x, &row->prices[k].wholesale_mc);
		}
	}
}
