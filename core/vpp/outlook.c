#include "core/vpp/outlook.h"
#include <assert.h>

enum { MEDIAN_DAYS = 14, MOST_DAYS = 21, HOURS = 24, RECENT_HOURS = 3 };

uint32_t outlook_slot_of_day(const struct outlook *o, int64_t slot)
{
	int64_t day_slots = o->load->day_slots;
	int64_t rest = slot % day_slots;

	return (uint32_t)(rest < 0 ? rest + day_slots : rest);
}

static int32_t median(const int32_t *values, uint32_t n)
{
	int32_t sorted[MEDIAN_DAYS];
	uint32_t count = n < MEDIAN_DAYS ? n : MEDIAN_DAYS;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t at = i;

		for (; at > 0 && sorted[at - 1] > values[i]; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = values[i];
	}
	if (count == 0)
		return 0;
	return (int32_t)(((int64_t)sorted[(count - 1) / 2] + sorted[count / 2]) / 2);
}

static int32_t greatest(const int32_t *values, uint32_t n)
{
	int32_t most = 0;

	for (uint32_t i = 0; i < n && i < MOST_DAYS; i++)
		most = values[i] > most ? values[i] : most;
	return most;
}

static void look_at_slot(struct outlook *o, int64_t newest)
{
	uint32_t at = outlook_slot_of_day(o, newest);
	int32_t values[OUTLOOK_DAYS];
	uint32_t n = series_days(o->load, newest, OUTLOOK_DAYS, values);

	if (n > o->known_days)
		o->known_days = n;
	o->newest[at] = n > 0 ? values[0] : SERIES_UNKNOWN;
	o->mean[at] = series_fading_mean(values, n);
	o->median[at] = median(values, n);
	n = series_days(o->pv, newest, OUTLOOK_DAYS, values);
	o->pv_newest[at] = n > 0 ? values[0] : SERIES_UNKNOWN;
	o->pv_mean[at] = series_fading_mean(values, n);
	o->pv_most[at] = greatest(values, n);
}

/* A slot of the day of which nothing is known is as the one before it: three values of each, the
 * first of which says whether it is known. All zeros if nothing is. */
static void fill_gaps(uint32_t day_slots, int32_t *newest, int32_t *second, int32_t *third)
{
	uint32_t known = 0;

	while (known < day_slots && newest[known] == SERIES_UNKNOWN)
		known++;
	for (uint32_t i = 0; known == day_slots && i < day_slots; i++)
		newest[i] = 0;
	for (uint32_t i = 1; i < day_slots; i++) {
		uint32_t at = (known + i) % day_slots, before = (known + i - 1) % day_slots;

		if (newest[at] != SERIES_UNKNOWN)
			continue;
		newest[at] = newest[before];
		second[at] = second[before];
		third[at] = third[before];
	}
}

static void look_at_levels(struct outlook *o)
{
	int64_t n = o->load->day_slots;

	assert(n > 0);
	o->level = o->pv_level = o->net_level = 0;
	for (int64_t i = 0; i < n; i++) {
		int64_t net = (int64_t)o->mean[i] - o->pv_mean[i];

		o->level += o->mean[i];
		o->pv_level += o->pv_mean[i];
		o->net_level += net < 0 ? -net : net;
	}
	o->level /= n;
	o->pv_level /= n;
	o->net_level /= n;
}

/* How far the load was from its mean in the last n slots, on average. */
static int64_t residual(const struct outlook *o, int64_t n)
{
	int64_t sum = 0, known = 0;

	for (int64_t slot = o->origin - n + 1; slot <= o->origin; slot++) {
		int64_t wh = series_get(o->load, slot);

		if (wh == SERIES_UNKNOWN)
			continue;
		sum += wh - o->mean[outlook_slot_of_day(o, slot)];
		known++;
	}
	return known > 0 ? sum / known : 0;
}

/* PV over slots first..last as a share of the most; -1 in the dark. */
static int64_t clearness(const struct outlook *o, int64_t first, int64_t last)
{
	int64_t sum = 0, most = 0;

	for (int64_t slot = first; slot <= last; slot++) {
		int64_t wh = series_get(o->pv, slot);

		if (wh == SERIES_UNKNOWN)
			continue;
		sum += wh;
		most += o->pv_most[outlook_slot_of_day(o, slot)];
	}
	return most > 0 ? sum * OUTLOOK_Q / most : -1;
}

static void look_at_sky(struct outlook *o)
{
	int64_t n = o->load->day_slots;
	int64_t half = o->origin - n + n / 2;
	int64_t whole = clearness(o, o->origin - n + 1, o->origin);

	o->clearness[0] = clearness(o, o->origin - n + 1, half);
	o->clearness[1] = clearness(o, half + 1, o->origin);
	for (int i = 0; i < 2; i++) {
		if (o->clearness[i] < 0)
			o->clearness[i] = whole < 0 ? 0 : whole;
	}
}

void outlook_look(
	struct outlook *o, const struct series *load, const struct series *pv, int64_t origin)
{
	int64_t n = load->day_slots;
	int64_t hour = (n + HOURS - 1) / HOURS;

	assert(n > 0 && load->day_slots == pv->day_slots);
	o->load = load;
	o->pv = pv;
	o->origin = origin;
	o->known_days = 0;
	for (int64_t back = 0; back < n; back++)
		look_at_slot(o, origin - back);
	fill_gaps(load->day_slots, o->newest, o->mean, o->median);
	fill_gaps(load->day_slots, o->pv_newest, o->pv_mean, o->pv_most);
	look_at_levels(o);
	o->day_residual = residual(o, n);
	o->hours_residual = residual(o, RECENT_HOURS * hour);
	o->hour_residual = residual(o, hour);
	look_at_sky(o);
}

bool outlook_knows(const struct outlook *o)
{
	return o->known_days > 0;
}

/* The load so many days before target, or the mean if that is not known or not past. */
static int64_t days_before(const struct outlook *o, int64_t target, int64_t days)
{
	int64_t slot = target - days * o->load->day_slots;
	int64_t wh = slot <= o->origin ? series_get(o->load, slot) : SERIES_UNKNOWN;

	return wh != SERIES_UNKNOWN ? wh : o->mean[outlook_slot_of_day(o, target)];
}

/* What was known last within an hour of that slot of the day, but for itself; on average. */
static int64_t neighbours(const struct outlook *o, int64_t target)
{
	int64_t hour = (o->load->day_slots + HOURS - 1) / HOURS;
	int64_t sum = 0;

	assert(hour > 0);
	for (int64_t i = 1; i <= hour; i++)
		sum += (int64_t)o->newest[outlook_slot_of_day(o, target - i)] +
		       o->newest[outlook_slot_of_day(o, target + i)];
	return sum / (2 * hour);
}

/* The last hour's residual, 6/10 of it with each hour until target. */
static int64_t fading_residual(const struct outlook *o, int64_t target)
{
	int64_t hours = (target - o->origin - 1) * HOURS / o->load->day_slots;
	int64_t left = o->hour_residual;

	for (int64_t i = 0; i < hours && left != 0; i++)
		left = left * 6 / 10;
	return left;
}

void outlook_features(
	const struct outlook *o, int64_t target, bool weekend, int64_t ret[OUTLOOK_FEATURES])
{
	uint32_t at = outlook_slot_of_day(o, target);
	int64_t *pv = &ret[OUTLOOK_LOAD_FEATURES];

	assert(target > o->origin);
	ret[0] = o->newest[at];
	ret[1] = days_before(o, target, 7);
	ret[2] = o->mean[at];
	ret[3] = o->median[at];
	ret[4] = o->day_residual;
	ret[5] = o->hours_residual;
	ret[6] = neighbours(o, target);
	ret[7] = fading_residual(o, target);
	ret[8] = weekend ? o->mean[at] : 0;
	ret[9] = days_before(o, target, 14);
	ret[10] = o->level > 0 ? o->day_residual * o->mean[at] / o->level : 0;
	pv[0] = o->pv_newest[at];
	pv[1] = o->pv_mean[at];
	pv[2] = o->pv_most[at];
	pv[3] = o->clearness[0] * o->pv_most[at] / OUTLOOK_Q;
	pv[4] = o->clearness[1] * o->pv_most[at] / OUTLOOK_Q;
}
