#include "engine/planner.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/units.h"
#include "core/vpp/class_profile.h"
#include "engine/planner_state.h"

enum { REPLAN_SLOTS = 5 };

int64_t planner_lead_slots(const struct params *p, int64_t lead_s)
{
	int64_t lead = (lead_s + p->slot_s - 1) / p->slot_s;

	if (lead < p->horizon_slots + 2)
		lead = p->horizon_slots + 2;
	if (network_role_any(p) && lead < p->approval_lead_s / p->slot_s + REPLAN_SLOTS)
		lead = p->approval_lead_s / p->slot_s + REPLAN_SLOTS;
	return lead;
}

static size_t ring(int64_t slot, size_t room)
{
	int64_t at = slot % (int64_t)room;

	return (size_t)(at < 0 ? at + (int64_t)room : at);
}

static size_t plan_room(const struct planner *p)
{
	return (size_t)PLANNER_DAYS * p->calendar.day_slots;
}

enum err planner_open(const char *state_dir, const struct genesis *genesis, int64_t lead_slots,
	struct planner **ret, char why[static PLANNER_WHY_MAX])
{
	const struct params *params = &genesis->params;
	struct planner *p = calloc(1, sizeof *p);
	uint32_t day_slots =
		params->slot_s < S_PER_DAY ? (uint32_t)(S_PER_DAY / params->slot_s) : 1;
	enum err err = ERR_NOMEM;

	(void)snprintf(why, PLANNER_WHY_MAX, "%s", err_text(ERR_NOMEM));
	if (!p)
		return ERR_NOMEM;
	p->genesis = *genesis;
	p->calendar = (struct baseline_calendar){.day_slots = day_slots,
		.lead_slots = lead_slots < day_slots ? lead_slots : day_slots,
		.noon_day = (params->start_ms / MS_PER_S + S_PER_DAY / 2) / S_PER_DAY};
	p->room = calloc(baseline_room(day_slots), sizeof *p->room);
	p->past = calloc(community_room(day_slots), sizeof *p->past);
	p->plan = calloc(plan_room(p), sizeof *p->plan);
	if (p->room && p->past && p->plan) {
		community_init(&p->community, &p->calendar, p->room, p->past);
		err = meter_feed_open(&p->feed, state_dir);
		if (err == ERR_OK)
			err = plan_limits_open(
				&p->limits, p->feed.db, &p->genesis.params, plan_room(p));
		(void)snprintf(
			why, PLANNER_WHY_MAX, "%s", p->feed.why[0] ? p->feed.why : err_text(err));
	}
	if (err != ERR_OK) {
		planner_close(p);
		return err;
	}
	*ret = p;
	return ERR_OK;
}

void planner_close(struct planner *p)
{
	if (!p)
		return;
	for (uint32_t i = 0; i < HOMES_MAX; i++) {
		if (p->homes[i])
			free(p->homes[i]->room);
		free(p->homes[i]);
	}
	free(p->room);
	free(p->past);
	free(p->plan);
	plan_limits_close(&p->limits);
	meter_feed_close(&p->feed);
	free(p);
}

const char *planner_why(const struct planner *p)
{
	return p->why;
}

static enum err fail(struct planner *p, enum err err, const char *why)
{
	if (err != ERR_OK)
		(void)snprintf(p->why, sizeof p->why, "%.500s", why);
	return err;
}

/* The home of that number; NULL without memory, or if there can be none. */
static struct followed *home_of(struct planner *p, uint32_t number)
{
	struct followed *h;

	if (number >= HOMES_MAX || p->homes[number])
		return number < HOMES_MAX ? p->homes[number] : NULL;
	h = calloc(1, sizeof *h);
	if (h)
		h->room = calloc(baseline_room(p->calendar.day_slots), sizeof *h->room);
	if (!h || !h->room) {
		free(h);
		p->out_of_memory = true;
		return NULL;
	}
	baseline_init(&h->baseline, BASELINE_HOME, &p->calendar, h->room);
	p->homes[number] = h;
	return h;
}

static void note_registered(void *context, const struct meter_feed_home *home)
{
	struct followed *h = home_of(context, home->number);

	if (!h)
		return;
	h->registered = true;
	h->ratings = (struct ratings){.pv_w = home->pv_w, .fuse_w = home->fuse_w};
	h->baseline_end = home->baseline_end;
	(void)snprintf(h->client_id, sizeof h->client_id, "%s", home->client_id);
}

static enum err find_homes(struct planner *p)
{
	enum err err;

	for (uint32_t i = 0; i < HOMES_MAX; i++) {
		if (p->homes[i])
			p->homes[i]->registered = false;
	}
	err = meter_feed_homes(&p->feed, p->next, note_registered, p);
	if (err == ERR_OK && p->out_of_memory)
		return fail(p, ERR_NOMEM, err_text(ERR_NOMEM));
	return fail(p, err, p->feed.why);
}

static int64_t at_least_0(int64_t wh)
{
	return wh > 0 ? wh : 0;
}

/* What of a home's slot would have been without the market. */
static void note_metered(void *context, const struct meter_feed_row *row)
{
	struct planner *p = context;
	struct followed *h = home_of(p, row->home);
	const int64_t *d = row->delta.wh;
	const struct baseline_metered m = {
		.load_wh = at_least_0(meter_consumption_wh(&row->delta) - d[REGISTER_CHARGE]),
		.pv_wh = meter_production_wh(&row->delta),
		.charge_wh = at_least_0(d[REGISTER_CHARGE] - row->bought_wh),
		.discharge_wh = at_least_0(d[REGISTER_DISCHARGE] - row->sold_wh)};

	if (h && !(p->late && series_get(&h->baseline.load, p->slot) != SERIES_UNKNOWN))
		baseline_meter(&h->baseline, p->slot, &m);
}

static void sum_up(struct planner *p, int64_t slot)
{
	for (uint32_t i = 0; i < HOMES_MAX; i++) {
		const struct followed *h = p->homes[i];

		if (h && h->registered)
			community_add_metered(&p->community, &h->baseline, slot);
	}
	community_meter(&p->community, slot);
}

/* Plan every home, and by the pasts of those that have one their sum. */
static enum err plan_day(struct planner *p, int64_t day)
{
	int64_t first = day * p->calendar.day_slots, end = first + p->calendar.day_slots;
	bool any;
	enum err err = find_homes(p);

	community_forget(&p->community);
	for (uint32_t i = 0; i < HOMES_MAX && err == ERR_OK; i++) {
		struct followed *h = p->homes[i];

		if (!h || !h->registered)
			continue;
		h->planned = baseline_plan_day(&h->baseline, day, &p->outlook);
		if (h->planned)
			community_add_past(&p->community, &h->baseline, &p->outlook, day);
	}
	any = community_plan_day(&p->community, day, &p->outlook);
	for (int64_t slot = first; slot < end; slot++) {
		struct baseline_slot f = {.wh = 0};
		int64_t wh = any && baseline_planned(&p->community.sum, slot, &f) ? f.wh : 0;

		for (uint32_t i = 0; i < HOMES_MAX; i++) {
			const struct followed *h = p->homes[i];

			if (h && h->registered && !h->planned)
				wh += class_profile_slot_wh(
					&p->genesis.params, h->ratings.pv_w, slot);
		}
		p->plan[ring(slot, plan_room(p))] = wh;
	}
	p->plan_first = p->plan_end == first ? first - p->calendar.day_slots : first;
	p->plan_end = end;
	return err;
}

static int64_t day_of(const struct planner *p, int64_t slot)
{
	int64_t n = p->calendar.day_slots;

	return slot / n - (slot % n < 0);
}

/* Where to begin, and what would have been planned before: nothing is known of that time. */
static enum err begin(struct planner *p, int64_t slot)
{
	int64_t oldest = slot - (int64_t)PLANNER_HISTORY_DAYS * p->calendar.day_slots;
	int64_t first = slot;
	enum err err = meter_feed_first(&p->feed, &first);

	if (err == ERR_NOT_FOUND)
		err = ERR_OK;
	if (err != ERR_OK)
		return fail(p, err, p->feed.why);
	p->next = first > slot ? slot : first < oldest ? oldest : first;
	p->begun = true;
	for (int64_t day = day_of(p, p->next);
		err == ERR_OK && baseline_origin(&p->calendar, day) < p->next; day++)
		err = plan_day(p, day);
	return err;
}

/* newest: of those to be followed now; of the others no reading is late any more. */
static enum err follow_one(struct planner *p, int64_t slot, bool newest)
{
	int64_t day = day_of(p, slot + 1 + p->calendar.lead_slots);
	enum err err = ERR_OK;

	for (int back = newest ? 1 : 0; back >= 0 && err == ERR_OK; back--) {
		p->slot = slot - back;
		p->late = back == 1;
		err = meter_feed_slot(
			&p->feed, p->slot, p->genesis.params.horizon_slots, note_metered, p);
	}
	if (err == ERR_OK && p->out_of_memory)
		return fail(p, ERR_NOMEM, err_text(ERR_NOMEM));
	if (err != ERR_OK)
		return fail(p, err, p->feed.why);
	sum_up(p, slot);
	p->next = slot + 1;
	return baseline_origin(&p->calendar, day) == slot ? plan_day(p, day) : ERR_OK;
}

enum err planner_height(struct planner *p, int64_t *ret_height)
{
	return fail(p, meter_feed_height(&p->feed, ret_height), p->feed.why);
}

enum err planner_follow(struct planner *p, int64_t slot, const atomic_bool *stopping)
{
	enum err err = p->begun ? ERR_OK : begin(p, slot);

	while (err == ERR_OK && p->next <= slot && !(stopping && atomic_load(stopping)))
		err = follow_one(p, p->next, p->next == slot);
	if (err != ERR_OK || p->next <= slot)
		return err != ERR_OK ? err : ERR_INTERRUPTED;
	/* What the market has refused is to be announced again. */
	err = find_homes(p);
	if (err != ERR_OK)
		return err;
	err = plan_limits_load(&p->limits, p->next, p->plan_end);
	if (err != ERR_OK)
		return fail(p, err, sqlite3_errmsg(p->feed.db));
	return fail(p, meter_feed_scheduled(&p->feed, &p->announced_end), p->feed.why);
}

bool planner_band_wh(const struct planner *p, int64_t first_slot, uint32_t count, int64_t *ret_wh)
{
	struct baseline_slot f;
	int64_t sum_wh = 0;

	if (count == 0 || !p->community.sum.judged)
		return false;
	for (int64_t slot = first_slot; slot < first_slot + count; slot++) {
		if (!baseline_planned(&p->community.sum, slot, &f))
			return false;
		sum_wh += (f.high_wh - f.low_wh) / 2;
	}
	*ret_wh = sum_wh / count;
	return true;
}

bool planner_planned(const struct planner *p, int64_t slot, int64_t *ret_net_wh)
{
	if (slot < p->plan_first || slot >= p->plan_end)
		return false;
	*ret_net_wh = p->plan[ring(slot, plan_room(p))];
	return true;
}

bool planner_home_plan(
	const struct planner *p, const struct followed *h, int64_t slot, int64_t *ret_net_wh)
{
	const int64_t most_wh = ratings_net_wh(&h->ratings, &p->genesis.params);
	struct baseline_slot f;
	int64_t wh;

	if (!h->registered || slot < p->plan_first || slot >= p->plan_end)
		return false;
	wh = baseline_planned(&h->baseline, slot, &f)
		     ? f.wh
		     : class_profile_slot_wh(&p->genesis.params, h->ratings.pv_w, slot);
	*ret_net_wh = wh > most_wh ? most_wh : wh < -most_wh ? -most_wh : wh;
	return true;
}

bool planner_planned_home(const struct planner *p, uint32_t home, int64_t slot, int64_t *ret_net_wh)
{
	return home < HOMES_MAX && p->homes[home] &&
	       planner_home_plan(p, p->homes[home], slot, ret_net_wh);
}
