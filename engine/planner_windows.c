#include <stdlib.h>
#include "engine/planner_state.h"

enum { HOURS = 24, NOISE_WH = 50, PART_MIN = SCHEDULE_SLOTS_MAX / 2 };

static int32_t bounded(int64_t wh)
{
	if (wh > SCHEDULE_NET_WH_MAX)
		return SCHEDULE_NET_WH_MAX;
	return wh < -SCHEDULE_NET_WH_MAX ? -SCHEDULE_NET_WH_MAX : (int32_t)wh;
}

/* The slots from `from` on of a home's plan, or without one of the community's. */
static void take_window(const struct planner *p, const struct followed *h, int64_t from, int64_t to,
	struct planner_window *ret)
{
	ret->first_slot = from < p->plan_first ? p->plan_first : from;
	for (ret->count = 0; ret->count < SCHEDULE_SLOTS_MAX; ret->count++) {
		int64_t slot = ret->first_slot + ret->count, wh;

		if (slot > to ||
			!(h ? planner_home_plan(p, h, slot, &wh) : planner_planned(p, slot, &wh)))
			break;
		ret->net_wh[ret->count] = bounded(h ? wh : plan_limits_clip(&p->limits, slot, wh));
	}
}

bool planner_next_window(struct planner *p, int64_t from, struct planner_window *ret)
{
	take_window(p, NULL, from > p->announced_end ? from : p->announced_end, INT64_MAX, ret);
	if (ret->count > 0)
		p->announced_end = ret->first_slot + ret->count;
	return ret->count > 0;
}

bool planner_next_update(const struct planner *p, int64_t from, struct planner_window *ret)
{
	int64_t hour = (p->calendar.day_slots + HOURS - 1) / HOURS, away = 0, homes = 0;

	if (!p->begun || p->next % hour != 0)
		return false;
	for (ret->first_slot = p->next + hour; ret->first_slot < from;)
		ret->first_slot += hour;
	ret->count = 0;
	for (; ret->count < (uint32_t)hour && ret->count < SCHEDULE_SLOTS_MAX; ret->count++) {
		int64_t slot = ret->first_slot + ret->count, wh;
		struct baseline_slot planned, expected;

		if (!planner_planned(p, slot, &wh) ||
			!baseline_planned(&p->community.sum, slot, &planned) ||
			!baseline_expected(&p->community.sum, slot, p->next - 1, &expected))
			return false;
		ret->net_wh[ret->count] =
			bounded(plan_limits_clip(&p->limits, slot, wh + expected.wh - planned.wh));
		away += llabs(expected.wh - planned.wh);
	}
	for (uint32_t i = 0; i < HOMES_MAX; i++)
		homes += p->homes[i] && p->homes[i]->registered;
	return away >= homes * NOISE_WH;
}

bool planner_next_baseline(struct planner *p, int64_t from, int64_t to, struct planner_window *ret,
	const char **ret_client_id)
{
	for (; p->next_home < HOMES_MAX; p->next_home++) {
		struct followed *h = p->homes[p->next_home];

		if (!h || !h->registered)
			continue;
		take_window(p, h, from > h->baseline_end ? from : h->baseline_end, to, ret);
		/* Of a long plan that comes within reach slot by slot, not each by itself. */
		if (ret->count == 0 ||
			(ret->count < PART_MIN && ret->first_slot + ret->count < p->plan_end))
			continue;
		h->baseline_end = ret->first_slot + ret->count;
		*ret_client_id = h->client_id;
		return true;
	}
	p->next_home = 0;
	return false;
}

int64_t planner_first_slot(const struct planner *p, int64_t first, int64_t now_ms)
{
	while (!plan_limits_in_time(&p->limits, first, now_ms))
		first++;
	return first;
}

static void compare(struct planner *p, int64_t from)
{
	int64_t wh;

	plan_limits_forget(&p->limits);
	for (int64_t slot = from; planner_planned(p, slot, &wh); slot++)
		plan_limits_compare(&p->limits, slot, wh);
}

/* Slots in a row, from the first of which `wanted` is so on; of those still planned. */
static void take_run(const struct planner *p, int64_t slot,
	bool (*wanted)(const struct plan_limits *limits, int64_t slot), struct planner_window *ret)
{
	int64_t wh;

	while (planner_planned(p, slot, &wh) && !wanted(&p->limits, slot))
		slot++;
	ret->first_slot = slot;
	for (ret->count = 0; ret->count < SCHEDULE_SLOTS_MAX; ret->count++, slot++) {
		if (!planner_planned(p, slot, &wh) || !wanted(&p->limits, slot))
			break;
		ret->net_wh[ret->count] = bounded(plan_limits_clip(&p->limits, slot, wh));
	}
}

bool planner_next_replan(struct planner *p, int64_t from, struct planner_window *ret)
{
	int64_t first = from > p->plan_first ? from : p->plan_first;

	compare(p, first);
	take_run(p, first, plan_limits_replan, ret);
	plan_limits_announced(&p->limits, ret->first_slot, ret->count, ret->net_wh);
	return ret->count > 0;
}

bool planner_next_stuck(struct planner *p, int64_t from, struct planner_window *ret)
{
	int64_t first = from > p->plan_first ? from : p->plan_first;

	compare(p, first);
	take_run(p, first, plan_limits_stuck, ret);
	plan_limits_told(&p->limits, ret->first_slot, ret->count);
	return ret->count > 0;
}
