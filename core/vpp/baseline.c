#include "core/vpp/baseline.h"
#include <assert.h>

enum { PLAN_DAYS = 2, WEEK = 7, SATURDAY = 2, SUNDAY = 3 /* 1970-01-01 was day 0, a Thursday */ };

size_t baseline_room(uint32_t day_slots)
{
	return 2 * series_room(day_slots) + (size_t)3 * PLAN_DAYS * day_slots;
}

void baseline_init(struct baseline *b, enum baseline_kind kind,
	const struct baseline_calendar *calendar, int32_t *room)
{
	size_t plan_room = (size_t)PLAN_DAYS * calendar->day_slots;

	assert(calendar->lead_slots >= 0 && calendar->lead_slots <= calendar->day_slots);
	*b = (struct baseline){.kind = kind, .calendar = *calendar, .learn_next = INT64_MIN};
	series_init(&b->load, room, calendar->day_slots);
	room += series_room(calendar->day_slots);
	series_init(&b->pv, room, calendar->day_slots);
	room += series_room(calendar->day_slots);
	b->plan.wh = room;
	b->plan.low_wh = room + plan_room;
	b->plan.high_wh = room + 2 * plan_room;
	if (kind == BASELINE_SUM) {
		forecast_init(&b->forecasts[0], FORECAST_NET);
		return;
	}
	forecast_init(&b->forecasts[0], FORECAST_LOAD);
	forecast_init(&b->forecasts[1], FORECAST_PV);
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static bool is_weekend(const struct baseline_calendar *c, int64_t day)
{
	int64_t weekday = (c->noon_day + day) % WEEK;

	if (weekday < 0)
		weekday += WEEK;
	return weekday == SATURDAY || weekday == SUNDAY;
}

int64_t baseline_origin(const struct baseline_calendar *c, int64_t day)
{
	return day * c->day_slots - 1 - c->lead_slots;
}

/* Where a slot stands in the plan's rings. */
static size_t place(const struct baseline *b, int64_t slot)
{
	int64_t room = (int64_t)PLAN_DAYS * b->calendar.day_slots;
	int64_t at = slot % room;

	return (size_t)(at < 0 ? at + room : at);
}

bool baseline_planned(const struct baseline *b, int64_t slot, struct forecast_slot *ret)
{
	size_t at = place(b, slot);

	if (slot < b->plan.first || slot >= b->plan.end)
		return false;
	*ret = (struct forecast_slot){b->plan.wh[at], b->plan.low_wh[at], b->plan.high_wh[at]};
	return true;
}

/* By how much the metered net of slots first..last was above the plan, on average; false: none of
 * them was both metered and planned. */
static bool mean_error(const struct baseline *b, int64_t first, int64_t last, int64_t *ret_wh)
{
	int64_t sum = 0, n = 0;

	for (int64_t slot = first; slot <= last; slot++) {
		int64_t load = series_get(&b->load, slot), pv = series_get(&b->pv, slot);
		struct forecast_slot planned;

		if (load == SERIES_UNKNOWN || pv == SERIES_UNKNOWN ||
			!baseline_planned(b, slot, &planned))
			continue;
		sum += load - pv - planned.wh;
		n++;
	}
	if (n > 0)
		*ret_wh = sum / n;
	return n > 0;
}

static int64_t hour_slots(const struct baseline *b)
{
	return (b->calendar.day_slots + FORECAST_HOURS - 1) / FORECAST_HOURS;
}

/* The mean error of the last hour up to slot origin. */
static bool recent_error(const struct baseline *b, int64_t origin, int64_t *ret_wh)
{
	return mean_error(b, origin - hour_slots(b) + 1, origin, ret_wh);
}

/* What this slot's error says of the errors before it. */
static void learn_errors(struct baseline *b, int64_t slot)
{
	int64_t later, before;

	if (!mean_error(b, slot, slot, &later))
		return;
	for (uint32_t h = 0; h < NOWCAST_HOURS; h++) {
		if (recent_error(b, slot - 1 - h * hour_slots(b), &before))
			nowcast_learn(&b->nowcast, h, before, later);
	}
}

void baseline_meter(struct baseline *b, int64_t slot, int64_t load_wh, int64_t pv_wh)
{
	series_put(&b->load, slot, load_wh);
	series_put(&b->pv, slot, pv_wh);
	if (b->learn_next == INT64_MIN)
		b->learn_next = floor_div(slot, b->calendar.day_slots) + 1;
	learn_errors(b, slot);
}

bool baseline_expected(
	const struct baseline *b, int64_t slot, int64_t origin, struct forecast_slot *ret)
{
	struct forecast_slot f;
	int64_t error, hours = (slot - origin - 1) / hour_slots(b);

	assert(slot > origin);
	if (!baseline_planned(b, slot, &f))
		return false;
	if (recent_error(b, origin, &error)) {
		int64_t share = nowcast_share(
			&b->nowcast, hours < NOWCAST_HOURS ? (uint32_t)hours : NOWCAST_HOURS);
		int64_t shift = error * share / NOWCAST_Q;

		f = (struct forecast_slot){f.wh + shift, f.low_wh + shift, f.high_wh + shift};
	}
	*ret = f;
	return true;
}

static void learn_day(struct baseline *b, int64_t day, struct outlook *o)
{
	int64_t first = day * b->calendar.day_slots;

	outlook_look(o, &b->load, &b->pv, baseline_origin(&b->calendar, day));
	forecast_learn(&b->forecasts[0], o, first, is_weekend(&b->calendar, day));
	if (b->kind == BASELINE_HOME)
		forecast_learn(&b->forecasts[1], o, first, is_weekend(&b->calendar, day));
}

/* About the root of the sum of squares: what two independent errors come to. */
static int64_t both(int64_t a, int64_t b)
{
	return a > b ? a + b * 3 / 8 : b + a * 3 / 8;
}

static struct forecast_slot net_of(
	const struct baseline *b, const struct outlook *o, int64_t slot, bool weekend)
{
	struct forecast_slot load = forecast_slot(&b->forecasts[0], o, slot, weekend), pv;
	int64_t wh;

	if (b->kind == BASELINE_SUM)
		return load;
	pv = forecast_slot(&b->forecasts[1], o, slot, weekend);
	wh = load.wh - pv.wh;
	return (struct forecast_slot){wh, wh - both(load.wh - load.low_wh, pv.high_wh - pv.wh),
		wh + both(load.high_wh - load.wh, pv.wh - pv.low_wh)};
}

static int32_t narrow(int64_t wh)
{
	return wh > INT32_MAX ? INT32_MAX : wh < INT32_MIN ? INT32_MIN : (int32_t)wh;
}

static void plan_slots(struct baseline *b, int64_t day, const struct outlook *o)
{
	int64_t first = day * b->calendar.day_slots;
	int64_t end = first + b->calendar.day_slots;

	for (int64_t slot = first; slot < end; slot++) {
		struct forecast_slot f = net_of(b, o, slot, is_weekend(&b->calendar, day));
		size_t at = place(b, slot);

		b->plan.wh[at] = narrow(f.wh);
		b->plan.low_wh[at] = narrow(f.low_wh);
		b->plan.high_wh[at] = narrow(f.high_wh);
	}
	/* The day before stays in the plan if it is there. */
	b->plan.first = b->plan.end == first ? first - b->calendar.day_slots : first;
	b->plan.end = end;
}

bool baseline_plan_day(struct baseline *b, int64_t day, struct outlook *o)
{
	int64_t origin = baseline_origin(&b->calendar, day);
	int64_t day_slots = b->calendar.day_slots;

	if (b->learn_next == INT64_MIN)
		return false;
	if (b->learn_next < day - 2)
		b->learn_next = day - 2; /* what came before is not in the rings any more */
	while ((b->learn_next + 1) * day_slots - 1 <= origin)
		learn_day(b, b->learn_next++, o);
	outlook_look(o, &b->load, &b->pv, origin);
	if (!outlook_knows(o))
		return false;
	plan_slots(b, day, o);
	return true;
}
