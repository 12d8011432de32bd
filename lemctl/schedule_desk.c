#include "lemctl/schedule_desk.h"
#include <stdio.h>
#include <string.h>

static struct desk_schedule *row_of(struct schedule_desk *d, const uint8_t id[HASH_LEN])
{
	for (int i = 0; i < SCHEDULES_MAX; i++) {
		if (d->rows[i].count > 0 && memcmp(d->rows[i].id, id, HASH_LEN) == 0)
			return &d->rows[i];
	}
	return NULL;
}

/* A free row, or that of the schedule whose first slot lies furthest back. */
static struct desk_schedule *make_room(struct schedule_desk *d)
{
	struct desk_schedule *oldest = &d->rows[0];

	for (int i = 0; i < SCHEDULES_MAX; i++) {
		if (d->rows[i].count == 0)
			return &d->rows[i];
		if (d->rows[i].first_slot < oldest->first_slot)
			oldest = &d->rows[i];
	}
	return oldest;
}

static void take_schedule(struct schedule_desk *d, const struct tx *tx)
{
	struct desk_schedule *row;

	if (row_of(d, tx->id))
		return;
	row = make_room(d);
	*row = (struct desk_schedule){.seq = tx->seq,
		.first_slot = tx->u.schedule.first_slot,
		.deadline_ms = approvals_begin(&d->params, tx->u.schedule.first_slot).deadline_ms,
		.count = tx->u.schedule.count};
	memcpy(row->id, tx->id, HASH_LEN);
	memcpy(row->net_wh, tx->u.schedule.net_wh, row->count * sizeof *row->net_wh);
}

static struct net_limit *place_of(struct schedule_desk *d, int64_t slot)
{
	return &d->limits[slot % NETWORK_SLOTS];
}

static void take_limits(struct schedule_desk *d, const struct tx *tx)
{
	const struct limits_window *w = &tx->u.limits;

	for (uint32_t i = 0; i < w->count; i++) {
		struct net_limit *l = place_of(d, w->first_slot + i);

		if (l->seq > tx->seq)
			continue;
		*l = (struct net_limit){.slot = w->first_slot + i,
			.seq = tx->seq,
			.export_wh = w->export_wh[i],
			.import_wh = w->import_wh[i]};
	}
}

void schedule_desk_take(struct schedule_desk *d, const struct tx *tx)
{
	struct desk_schedule *row;

	if (tx->kind == TX_SCHEDULE)
		take_schedule(d, tx);
	if (!address_equal(&tx->address, &d->self))
		return;
	if (tx->kind == TX_LIMITS)
		take_limits(d, tx);
	row = tx->kind == TX_APPROVE ? row_of(d, tx->u.approve.schedule) : NULL;
	if (!row || row->answer_seq > tx->seq)
		return;
	row->answer_seq = tx->seq;
	row->verdict = tx->u.approve.verdict;
}

enum desk_opinion schedule_desk_judge(const struct schedule_desk *d, const struct desk_schedule *s,
	bool unlimited, char why[static SCHEDULE_DESK_WHY_MAX])
{
	enum desk_opinion opinion = DESK_WITHIN;

	why[0] = '\0';
	for (uint32_t i = 0; i < s->count; i++) {
		int64_t slot = s->first_slot + i, net = s->net_wh[i];
		const struct net_limit *l = &d->limits[slot % NETWORK_SLOTS];
		bool exports = net < 0;

		if (l->seq == 0 || l->slot != slot) {
			if (unlimited || opinion == DESK_UNKNOWN)
				continue;
			opinion = DESK_UNKNOWN;
			(void)snprintf(why, SCHEDULE_DESK_WHY_MAX, "slot %lld has no limit",
				(long long)slot);
		} else if (net > l->import_wh || -net > l->export_wh) {
			(void)snprintf(why, SCHEDULE_DESK_WHY_MAX,
				"slot %lld: %s of %lld Wh, %d are allowed", (long long)slot,
				exports ? "export" : "import", (long long)(exports ? -net : net),
				exports ? l->export_wh : l->import_wh);
			return DESK_BEYOND;
		}
	}
	return opinion;
}

bool schedule_desk_waits(
	const struct schedule_desk *d, const struct desk_schedule *s, int64_t now_ms)
{
	return s->count > 0 && now_ms < params_slot_start_ms(&d->params, s->first_slot);
}
