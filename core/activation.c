#include "core/activation.h"
#include <assert.h>
#include <stddef.h>
#include <string.h>
#include "core/ledger.h"
#include "core/network_role.h"
#include "core/units.h"

const char *regulation_name(enum regulation regulation)
{
	switch (regulation) {
	case REGULATION_UP:
		return "up";
	case REGULATION_DOWN:
		return "down";
	}
	return NULL;
}

enum regulation regulation_from_name(const char *name)
{
	for (int r = REGULATION_UP; r <= REGULATION_DOWN; r++) {
		if (strcmp(name, regulation_name((enum regulation)r)) == 0)
			return (enum regulation)r;
	}
	return (enum regulation)0;
}

enum side activation_side(const struct activation_terms *t)
{
	return t->regulation == REGULATION_UP ? SIDE_BUY : SIDE_SELL;
}

int64_t activation_begins_ms(const struct params *p, const struct activation_terms *t)
{
	return t->measure == MEASURE_BEFORE_AFTER
		       ? params_slot_start_ms(p, t->slot) + p->slot_s * MS_PER_S / 4
		       : INT64_MIN;
}

int64_t activation_deadline_ms(const struct params *p, const struct activation_terms *t)
{
	int64_t begins_ms = params_slot_start_ms(p, t->slot);

	if (t->measure == MEASURE_BEFORE_AFTER)
		return begins_ms + p->slot_s * MS_PER_S * 3 / 8;
	return begins_ms - p->gate_lead_s * MS_PER_S - p->slot_s * MS_PER_S / 8;
}

/* What the TSO promises: up, it pays. */
static int64_t hold_uc(const struct activation_terms *t)
{
	return t->regulation == REGULATION_UP ? t->energy_wh * t->price_mc_per_kwh : 0;
}

/* With the market's defaults filled in. */
static struct activation_terms resolve(const struct ledger *l, const struct tx *tx)
{
	struct activation_terms t = tx->u.activate;

	if (!t.measure)
		t.measure = (enum measure)l->params.measure;
	return t;
}

static enum verdict check_terms(const struct activation_terms *t, const char **field)
{
	*field = "regulation";
	if (!regulation_name(t->regulation))
		return VERDICT_BAD_FIELD;
	*field = "energy.value";
	if (t->energy_wh < 1 || t->energy_wh > ENERGY_WH_MAX)
		return VERDICT_OUT_OF_RANGE;
	*field = "price.value";
	if (t->price_mc_per_kwh < 0 || t->price_mc_per_kwh > PRICE_MC_MAX)
		return VERDICT_OUT_OF_RANGE;
	*field = "measure";
	if (t->measure == (t->regulation == REGULATION_UP ? MEASURE_IMPORT : MEASURE_EXPORT))
		return VERDICT_BAD_TERMS;
	return VERDICT_OK;
}

static enum verdict check_time(const struct ledger *l, const struct activation_terms *t,
	int64_t market_ms, const char **field)
{
	int64_t open = ledger_slot(l);
	bool half = t->measure == MEASURE_BEFORE_AFTER;

	*field = "slot";
	if (half ? t->slot != open : t->slot <= open || t->slot > open + l->params.horizon_slots)
		return VERDICT_HORIZON;
	if (market_ms < activation_begins_ms(&l->params, t))
		return VERDICT_ACTIVATION_EARLY;
	if (market_ms >= activation_deadline_ms(&l->params, t))
		return VERDICT_ACTIVATION_LATE;
	return VERDICT_OK;
}

enum verdict activation_check(const struct ledger *l, const struct tx *tx, const char **field)
{
	const struct account *a = account_find(&l->accounts, &tx->address);
	struct activation_terms t = resolve(l, tx);
	enum verdict v;

	*field = "address";
	if (!a)
		return VERDICT_NOT_ADMITTED;
	if (network_role_of_account(&l->params, a->number) != NETWORK_TSO ||
		params_aggregator(&l->params) == ACCOUNT_NONE)
		return VERDICT_NOT_ALLOWED;
	v = check_terms(&t, field);
	if (v == VERDICT_OK)
		v = check_time(l, &t, tx->market_ms, field);
	if (v != VERDICT_OK)
		return v;
	*field = "";
	if (l->activations.count == ACTIVATIONS_MAX)
		return VERDICT_TOO_MANY;
	*field = "price";
	if (!account_has_room(a))
		return VERDICT_OUT_OF_RANGE;
	if (account_available_uc(a) < hold_uc(&t))
		return VERDICT_FUNDS_TOO_LOW;
	*field = "";
	return VERDICT_OK;
}

static struct account *tso(struct ledger *l)
{
	return account_edit(&l->accounts, network_role_account(&l->params, NETWORK_TSO));
}

const struct activation *activation_add(struct ledger *l, const struct tx *tx)
{
	struct activation *a = &l->activations.rows[l->activations.count++];

	assert(l->activations.count <= ACTIVATIONS_MAX);
	*a = (struct activation){.seq = tx->seq, .terms = resolve(l, tx)};
	tso(l)->held_uc += hold_uc(&a->terms);
	return a;
}

const struct activation *activation_find(const struct activations *t, uint64_t seq)
{
	for (uint32_t i = 0; i < t->count; i++) {
		if (t->rows[i].seq == seq)
			return &t->rows[i];
	}
	return NULL;
}

enum verdict activation_answer_check(
	const struct ledger *l, uint64_t account, const struct contract *c)
{
	const struct activation *a = activation_find(&l->activations, c->activation);
	int64_t gain;

	if (account != params_aggregator(&l->params))
		return VERDICT_NOT_ALLOWED;
	if (!a)
		return VERDICT_UNKNOWN_ACTIVATION;
	if (a->auction)
		return VERDICT_ACTIVATION_ANSWERED;
	gain = a->terms.price_mc_per_kwh - c->limit_mc_per_kwh;
	if (c->side == SIDE_SELL)
		gain = -gain;
	return c->slot != a->terms.slot || c->side != activation_side(&a->terms) ||
			       c->measure != a->terms.measure ||
			       c->quantity_wh > a->terms.energy_wh || gain < 0
		       ? VERDICT_BAD_TERMS
		       : VERDICT_OK;
}

static void answer(struct ledger *l, const struct auction *auction, uint64_t by)
{
	for (uint32_t i = 0; i < l->activations.count; i++) {
		if (l->activations.rows[i].seq == auction->contract.activation)
			l->activations.rows[i].auction = by;
	}
}

void activation_opened(struct ledger *l, const struct auction *auction)
{
	answer(l, auction, auction->seq);
}

void activation_cancelled(struct ledger *l, const struct auction *auction)
{
	answer(l, auction, 0);
}

int64_t activation_shift_wh(const struct ledger *l, int64_t slot)
{
	int64_t wh = 0;

	for (uint32_t i = 0; i < l->activations.count; i++) {
		const struct activation *a = &l->activations.rows[i];
		const struct auction *answer = auction_find(&l->auctions, a->auction);

		if (a->terms.slot != slot || !answer || answer->status != AUCTION_CLEARED)
			continue;
		wh += a->terms.regulation == REGULATION_UP ? -answer->cleared_wh
							   : answer->cleared_wh;
	}
	return wh;
}

/* What the meters saw of the awards of one auction; the due orders are of the slot to settle. */
static int64_t delivered_wh(const struct ledger *l, uint64_t auction)
{
	int64_t wh = 0;

	for (uint32_t i = 0; i < l->due_count; i++) {
		const struct order *o = &l->auctions.orders[l->auctions.due[i]];

		if (l->auctions.auctions[o->auction].seq == auction)
			wh += o->delivered_wh < o->awarded_wh ? o->delivered_wh : o->awarded_wh;
	}
	return wh;
}

static void pay(struct ledger *l, const struct result_sink *sink, const struct activation *a)
{
	uint64_t aggregator = params_aggregator(&l->params), system = tso(l)->number;
	bool up = a->terms.regulation == REGULATION_UP;

	tso(l)->held_uc -= hold_uc(&a->terms);
	if (!a->auction)
		return;
	ledger_transfer(l, sink, up ? system : aggregator, up ? aggregator : system,
		a->terms.price_mc_per_kwh * delivered_wh(l, a->auction), a->seq,
		TRANSFER_REGULATION);
}

void activations_settle(struct ledger *l, const struct result_sink *sink)
{
	struct activations *t = &l->activations;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < t->count; i++) {
		if (t->rows[i].terms.slot < ledger_slot(l))
			pay(l, sink, &t->rows[i]);
		else
			t->rows[kept++] = t->rows[i];
	}
	t->count = kept;
}

void activations_xfer(struct xfer *x, struct activations *t)
{
	xfer_count(x, &t->count, ACTIVATIONS_MAX);
	for (uint32_t i = 0; i < t->count && !x->bad; i++) {
		struct activation *a = &t->rows[i];

		xfer_u64(x, &a->seq);
		xfer_i64(x, &a->terms.slot);
		XFER_INT(x, a->terms.regulation);
		XFER_INT(x, a->terms.measure);
		xfer_i64(x, &a->terms.energy_wh);
		xfer_i64(x, &a->terms.price_mc_per_kwh);
		xfer_u64(x, &a->auction);
	}
}
