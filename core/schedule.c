#include "core/schedule.h"
#include <assert.h>
#include <string.h>
#include "core/ledger.h"
#include "core/units.h"

static enum verdict check_slots(
	const struct ledger *l, const struct net_window *w, const char **field)
{
	int64_t ahead = SCHEDULE_AHEAD_S / l->params.slot_s;
	int64_t end = w->first_slot + w->count;

	*field = "first_slot";
	if (w->first_slot <= ledger_slot(l))
		return VERDICT_HORIZON;
	*field = "net_wh";
	/* With slots of a day and more, the next one at least. */
	if (end > ledger_slot(l) + 1 + (ahead > 0 ? ahead : 1))
		return VERDICT_HORIZON;
	for (uint32_t i = 0; i < w->count; i++) {
		if (w->net_wh[i] < -SCHEDULE_NET_WH_MAX || w->net_wh[i] > SCHEDULE_NET_WH_MAX)
			return VERDICT_OUT_OF_RANGE;
	}
	return VERDICT_OK;
}

enum verdict schedule_check(const struct ledger *l, const struct tx *tx, const char **field)
{
	const struct account *a = account_find(&l->accounts, &tx->address);
	enum verdict v;

	*field = "address";
	if (!a)
		return VERDICT_NOT_ADMITTED;
	if (a->number != params_aggregator(&l->params))
		return VERDICT_NOT_ALLOWED;
	v = check_slots(l, &tx->u.schedule, field);
	if (v != VERDICT_OK)
		return v;
	*field = "";
	return l->schedules.count < SCHEDULES_MAX ? VERDICT_OK : VERDICT_TOO_MANY;
}

const struct schedule *schedule_add(struct ledger *l, const struct tx *tx)
{
	const struct net_window *w = &tx->u.schedule;
	struct schedule *s = &l->schedules.rows[l->schedules.count++];

	assert(l->schedules.count <= SCHEDULES_MAX);
	*s = (struct schedule){.seq = tx->seq, .first_slot = w->first_slot, .count = w->count};
	memcpy(s->net_wh, w->net_wh, w->count * sizeof *s->net_wh);
	return s;
}

bool schedule_net(const struct schedules *t, int64_t slot, int64_t *ret_wh)
{
	for (uint32_t i = t->count; i-- > 0;) {
		const struct schedule *s = &t->rows[i];

		if (slot < s->first_slot || slot >= s->first_slot + s->count)
			continue;
		*ret_wh = s->net_wh[slot - s->first_slot];
		return true;
	}
	return false;
}

void schedules_advance(struct ledger *l)
{
	struct schedules *t = &l->schedules;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < t->count; i++) {
		/* The slot before the open one is settled with it. */
		if (t->rows[i].first_slot + t->rows[i].count >= ledger_slot(l))
			t->rows[kept++] = t->rows[i];
	}
	t->count = kept;
}

void schedules_xfer(struct xfer *x, struct schedules *t)
{
	xfer_count(x, &t->count, SCHEDULES_MAX);
	for (uint32_t i = 0; i < t->count && !x->bad; i++) {
		struct schedule *s = &t->rows[i];

		xfer_u64(x, &s->seq);
		xfer_i64(x, &s->first_slot);
		xfer_count(x, &s->count, SCHEDULE_SLOTS_MAX);
		for (uint32_t k = 0; k < s->count; k++)
			xfer_i32(x, &s->net_wh[k]);
	}
}
