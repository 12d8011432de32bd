#include "core/vpp/forecast.h"

enum {
	RIDGE_PERMILLE = 3,
	KEEP_A_DAY = 65159, /* of 65536: half of what was learnt fades in 120 days */
	HOURS = 24,
	NOISE_WH_PER_HOUR = 50, /* an error below this is as good as none */
};

void forecast_init(struct forecast *f, enum forecast_kind kind)
{
	static const uint32_t features[] = {[FORECAST_LOAD] = OUTLOOK_LOAD_FEATURES,
		[FORECAST_PV] = OUTLOOK_PV_FEATURES,
		[FORECAST_NET] = OUTLOOK_FEATURES};

	*f = (struct forecast){.kind = kind};
	ridge_init(&f->ridge, features[kind]);
}

static const int64_t *own(const struct forecast *f, const int64_t features[OUTLOOK_FEATURES])
{
	return f->kind == FORECAST_PV ? &features[OUTLOOK_LOAD_FEATURES] : features;
}

/* Before enough is learnt: the mean of that slot of the day. */
static int64_t simple(const struct forecast *f, const struct outlook *o, uint32_t at)
{
	if (f->kind == FORECAST_NET)
		return (int64_t)o->mean[at] - o->pv_mean[at];
	return f->kind == FORECAST_LOAD ? o->mean[at] : o->pv_mean[at];
}

static int64_t predict(const struct forecast *f, const struct outlook *o, int64_t target,
	const int64_t features[OUTLOOK_FEATURES])
{
	int64_t wh;

	if (f->days < FORECAST_FIRST_DAYS)
		return simple(f, o, outlook_slot_of_day(o, target));
	wh = ridge_predict(&f->ridge, own(f, features));
	return wh < 0 && f->kind != FORECAST_NET ? 0 : wh;
}

int64_t forecast_wh(const struct forecast *f, const struct outlook *o, int64_t target, bool weekend)
{
	int64_t features[OUTLOOK_FEATURES];

	outlook_features(o, target, weekend, features);
	return predict(f, o, target, features);
}

/* What the slot came to; false if it is not known. */
static bool came_to(
	const struct forecast *f, const struct outlook *o, int64_t slot, int64_t *ret_wh)
{
	int64_t load = f->kind == FORECAST_PV ? 0 : series_get(o->load, slot);
	int64_t pv = f->kind == FORECAST_LOAD ? 0 : series_get(o->pv, slot);

	if (load == SERIES_UNKNOWN || pv == SERIES_UNKNOWN)
		return false;
	*ret_wh = f->kind == FORECAST_PV ? pv : load - pv;
	return true;
}

/* Errors of about this size count half of what none would. */
static int64_t usual_error(const struct forecast *f, const struct outlook *o)
{
	int64_t level = f->kind == FORECAST_NET  ? o->net_level
			: f->kind == FORECAST_PV ? o->pv_level
						 : o->level;

	return level * 3 / 10 + NOISE_WH_PER_HOUR * HOURS / o->load->day_slots + 1;
}

void forecast_learn(struct forecast *f, const struct outlook *o, int64_t first, bool weekend)
{
	if (!outlook_knows(o))
		return;
	ridge_forget(&f->ridge, KEEP_A_DAY);
	for (int64_t slot = first; slot < first + o->load->day_slots; slot++) {
		int64_t features[OUTLOOK_FEATURES], wh, error;

		if (!came_to(f, o, slot, &wh))
			continue;
		outlook_features(o, slot, weekend, features);
		error = wh - predict(f, o, slot, features);
		error = error < 0 ? -error : error;
		ridge_add(&f->ridge, own(f, features), wh,
			(UINT64_C(1) << RIDGE_WEIGHT_BITS) / (uint64_t)(error + usual_error(f, o)));
	}
	f->days++;
	if (f->days >= FORECAST_FIRST_DAYS)
		ridge_solve(&f->ridge, RIDGE_PERMILLE);
}
