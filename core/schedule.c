#include "core/schedule.h"
#include <assert.h>
#include <string.h>
#include "core/ledger.h"
#include "core/units.h"

enum verdict schedule_slots_check(const struct ledger *l, int64_t first_slot, uint32_t count,
	const char *last, const char **field)
{
	int64_t ahead = SCHEDULE_AHEAD_S / l->params.slot_s;

	*field = "first_slot";
	if (first_slot <= ledger_slot(l))
		return VERDICT_HORIZON;
	*field = last;
	/* With slots of a day and more, the next one at least. */
	if (first_slot + count > ledger_slot(l) + 1 + (ahead > 0 ? ahead : 1))
		return VERDICT_HORIZON;
	return VERDICT_OK;
}

static enum verdict check_values(const struct net_window *w)
{
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
	v = schedule_slots_check(
		l, tx->u.schedule.first_slot, tx->u.schedule.count, "net_wh", field);
	if (v == VERDICT_OK)
		v = check_values(&tx->u.schedule);
	if (v != VERDICT_OK)
		return v;
	*field = "first_slot";
	if (!approvals_in_time(&l->params, tx->u.schedule.first_slot, tx->market_ms))
		return VERDICT_SCHEDULE_LATE;
	*field = "";
	return l->schedules.count < SCHEDULES_MAX ? VERDICT_OK : VERDICT_TOO_MANY;
}

const struct schedule *schedule_add(struct ledger *l, const struct tx *tx)
{
	const struct net_window *w = &tx->u.schedule;
	struct schedule *s = &l->schedules.rows[l->schedules.count++];

	assert(l->schedules.count <= SCHEDULES_MAX);
	*s = (struct schedule){.seq = tx->seq,
		.approvals = approvals_begin(&l->params, w->first_slot),
		.first_slot = w->first_slot,
		.count = w->count};
	memcpy(s->id, tx->id, HASH_LEN);
	memcpy(s->net_wh, w->net_wh, w->count * sizeof *s->net_wh);
	return s;
}

bool schedule_net(const struct ledger *l, int64_t slot, int64_t now_ms, int64_t *ret_wh)
{
	const struct schedules *t = &l->schedules;

	for (uint32_t i = t->count; i-- > 0;) {
		const struct schedule *s = &t->rows[i];

		if (slot < s->first_slot || slot >= s->first_slot + s->count ||
			!approval_counts(approvals_state(&s->approvals, &l->params, now_ms)))
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
		xfer_bytes(x, s->id, HASH_LEN);
		approvals_xfer(x, &s->approvals);
		xfer_i64(x, &s->first_slot);
		xfer_count(x, &s->count, SCHEDULE_SLOTS_MAX);
		for (uint32_t k = 0; k < s->count; k++)
			xfer_i32(x, &s->net_wh[k]);
	}
}
