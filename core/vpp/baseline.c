#include "core/vpp/baseline.h"
#include <assert.h>

enum {
	PLAN_DAYS = 2,
	SERIES_OF_A_HOME = 4,
	WEEK = 7,
	SATURDAY = 2, /* 1970-01-01 was day 0, a Thursday */
	SUNDAY = 3,
	ERROR_DAYS = 20, /* over which the mean of errors fades */
	Q = 65536,
	/* Errors are about Laplace's: one in ten lies above ln 5 times the mean absolute error. */
	BAND_PERMILLE = 1609,
};

size_t baseline_room(uint32_t day_slots)
{
	return SERIES_OF_A_HOME * series_room(day_slots) + (size_t)PLAN_DAYS * day_slots;
}

void baseline_init(struct baseline *b, enum baseline_kind kind,
	const struct baseline_calendar *calendar, int32_t *room)
{
	struct series *all[SERIES_OF_A_HOME] = {&b->load, &b->pv, &b->charge, &b->discharge};

	assert(calendar->lead_slots >= 0 && calendar->lead_slots <= calendar->day_slots);
	*b = (struct baseline){.kind = kind, .calendar = *calendar, .learn_next = INT64_MIN};
	for (int i = 0; i < SERIES_OF_A_HOME; i++) {
		series_init(all[i], room, calendar->day_slots);
		room += series_room(calendar->day_slots);
	}
	b->plan = room;
	forecast_init(&b->forecasts[0], kind == BASELINE_SUM ? FORECAST_NET : FORECAST_LOAD);
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

static uint32_t hour_of(const struct baseline *b, int64_t slot)
{
	int64_t day = floor_div(slot, b->calendar.day_slots);

	return (uint32_t)((slot - day * b->calendar.day_slots) * BASELINE_HOURS /
			  b->calendar.day_slots);
}

bool baseline_planned(const struct baseline *b, int64_t slot, struct baseline_slot *ret)
{
	int64_t wide, wh;

	if (slot < b->plan_first || slot >= b->plan_end)
		return false;
	wh = b->plan[place(b, slot)];
	wide = b->error_q16[hour_of(b, slot)] / Q * BAND_PERMILLE / 1000;
	*ret = (struct baseline_slot){wh, wh - wide, wh + wide};
	return true;
}

bool baseline_net(const struct baseline *b, int64_t slot, int64_t *ret_wh)
{
	int64_t load = series_get(&b->load, slot);

	/* All four are put together. */
	if (load == SERIES_UNKNOWN)
		return false;
	*ret_wh = load - series_get(&b->pv, slot) + series_get(&b->charge, slot) -
		  series_get(&b->discharge, slot);
	return true;
}

/* By how much the metered net of slots first..last was above the plan, on average; false: none of
 * them was both metered and planned. */
static bool mean_error(const struct baseline *b, int64_t first, int64_t last, int64_t *ret_wh)
{
	int64_t sum = 0, n = 0, wh;

	for (int64_t slot = first; slot <= last; slot++) {
		struct baseline_slot planned;

		if (!baseline_net(b, slot, &wh) || !baseline_planned(b, slot, &planned))
			continue;
		sum += wh - planned.wh;
		n++;
	}
	if (n > 0)
		*ret_wh = sum / n;
	return n > 0;
}

static int64_t hour_slots(const struct baseline *b)
{
	return (b->calendar.day_slots + BASELINE_HOURS - 1) / BASELINE_HOURS;
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

void baseline_meter(struct baseline *b, int64_t slot, const struct baseline_metered *m)
{
	series_put(&b->load, slot, m->load_wh);
	series_put(&b->pv, slot, m->pv_wh);
	series_put(&b->charge, slot, m->charge_wh);
	series_put(&b->discharge, slot, m->discharge_wh);
	if (b->learn_next == INT64_MIN)
		b->learn_next = floor_div(slot, b->calendar.day_slots) + 1;
	learn_errors(b, slot);
}

bool baseline_expected(
	const struct baseline *b, int64_t slot, int64_t origin, struct baseline_slot *ret)
{
	struct baseline_slot f;
	int64_t error, hours = (slot - origin - 1) / hour_slots(b);

	assert(slot > origin);
	if (!baseline_planned(b, slot, &f))
		return false;
	if (recent_error(b, origin, &error)) {
		int64_t share = nowcast_share(
			&b->nowcast, hours < NOWCAST_HOURS ? (uint32_t)hours : NOWCAST_HOURS);
		int64_t shift = error * share / NOWCAST_Q;

		f = (struct baseline_slot){f.wh + shift, f.low_wh + shift, f.high_wh + shift};
	}
	*ret = f;
	return true;
}

/* How far the plan of a day was off, by hour. */
static void judge_day(struct baseline *b, int64_t day)
{
	int64_t first = day * b->calendar.day_slots, end = first + b->calendar.day_slots;
	int64_t sums[BASELINE_HOURS] = {0}, counts[BASELINE_HOURS] = {0}, wh;

	if (first < b->plan_first || end > b->plan_end)
		return;
	for (int64_t slot = first; slot < end; slot++) {
		if (!mean_error(b, slot, slot, &wh))
			continue;
		sums[hour_of(b, slot)] += wh < 0 ? -wh : wh;
		counts[hour_of(b, slot)]++;
	}
	for (int h = 0; h < BASELINE_HOURS; h++) {
		int64_t mean_q16 = counts[h] > 0 ? sums[h] * Q / counts[h] : b->error_q16[h];

		b->error_q16[h] += (mean_q16 - b->error_q16[h]) / (b->judged ? ERROR_DAYS : 1);
	}
	b->judged = true;
}

static void learn_day(struct baseline *b, int64_t day, struct outlook *o)
{
	int64_t first = day * b->calendar.day_slots;

	judge_day(b, day);
	outlook_look(o, &b->load, &b->pv, baseline_origin(&b->calendar, day));
	forecast_learn(&b->forecasts[0], o, first, is_weekend(&b->calendar, day));
	if (b->kind == BASELINE_HOME)
		forecast_learn(&b->forecasts[1], o, first, is_weekend(&b->calendar, day));
}

/* What a series came to in the same slot of the days that are known at the origin, on average. */
static int64_t as_lately(const struct series *s, int64_t slot, int64_t origin)
{
	int32_t values[OUTLOOK_DAYS];

	while (slot > origin)
		slot -= s->day_slots;
	return series_fading_mean(values, series_days(s, slot, OUTLOOK_DAYS, values));
}

int64_t baseline_storage_wh(const struct baseline *b, int64_t slot, int64_t origin)
{
	return as_lately(&b->charge, slot, origin) - as_lately(&b->discharge, slot, origin);
}

static int64_t net_of(const struct baseline *b, const struct outlook *o, int64_t slot, bool weekend)
{
	int64_t wh = forecast_wh(&b->forecasts[0], o, slot, weekend);

	if (b->kind == BASELINE_HOME)
		wh -= forecast_wh(&b->forecasts[1], o, slot, weekend);
	return wh + baseline_storage_wh(b, slot, o->origin);
}

static int32_t narrow(int64_t wh)
{
	return wh > INT32_MAX ? INT32_MAX : wh < INT32_MIN ? INT32_MIN : (int32_t)wh;
}

static void plan_slots(struct baseline *b, int64_t day, const struct outlook *o)
{
	int64_t first = day * b->calendar.day_slots;
	int64_t end = first + b->calendar.day_slots;

	for (int64_t slot = first; slot < end; slot++)
		b->plan[place(b, slot)] = narrow(net_of(b, o, slot, is_weekend(&b->calendar, day)));
	/* The day before stays in the plan if it is there. */
	b->plan_first = b->plan_end == first ? first - b->calendar.day_slots : first;
	b->plan_end = end;
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
