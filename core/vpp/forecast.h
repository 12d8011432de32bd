/* forecast: the load, the PV or the net of the next day, slot by slot. It learns from its own past
 * only, a day at a time: a regression on what an outlook knew (docs/decisions/0022-forecast.md),
 * that weighs a sample the less the further it lies off, as least absolute deviations do. Integers
 * throughout: every machine forecasts the same. */
#ifndef LEM_VPP_FORECAST_H
#define LEM_VPP_FORECAST_H
#include "core/vpp/outlook.h"
#include "core/vpp/ridge.h"

/* Days learnt before it is more than a mean. */
enum { FORECAST_FIRST_DAYS = 7 };

/* What is forecast. The net is load less PV: for sums of many homes, whose forecasts do not add up
 * to the forecast of their sum (they are medians). */
enum forecast_kind { FORECAST_LOAD, FORECAST_PV, FORECAST_NET };

/* What has been learnt. */
struct forecast {
	enum forecast_kind kind;
	struct ridge ridge;
	uint32_t days; /* learnt */
};

/* Nothing learnt yet. */
void forecast_init(struct forecast *forecast, enum forecast_kind kind);

/* Wh of slot target, after the outlook's origin. weekend: whether target is on one. Loads and PV
 * are not below 0. */
int64_t forecast_wh(const struct forecast *forecast, const struct outlook *outlook, int64_t target,
	bool weekend);

/* Learn what the slots first .. first + day_slots - 1 came to, of which outlook knew nothing yet:
 * its series have them now. */
void forecast_learn(
	struct forecast *forecast, const struct outlook *outlook, int64_t first, bool weekend);

#endif
