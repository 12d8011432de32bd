/* baseline: what a home, or a sum of homes, is expected to draw from the network, import less
 * export, by slot, in Wh, as far as the market does not change it: its load less its PV, and its
 * battery as on the last days; below 0 it feeds in. A day is planned as a whole some slots before
 * it begins; then each slot is corrected by what was metered shortly before it. Days are counted
 * from the market's start: day d has the slots d x day_slots and on. */
#ifndef LEM_VPP_BASELINE_H
#define LEM_VPP_BASELINE_H
#include "core/vpp/forecast.h"
#include "core/vpp/nowcast.h"

/* How days are cut and when they are planned. */
struct baseline_calendar {
	uint32_t day_slots; /* 1..DAY_SLOTS_MAX */
	int64_t lead_slots; /* 0..day_slots: slots of the day before that a plan does not know */
	int64_t noon_day;   /* days from 1970-01-01 to the date at the middle of day 0 */
};

/* Of whom: of a home, whose load and PV are forecast each by itself; or of a sum of homes, whose
 * net is. */
enum baseline_kind { BASELINE_HOME, BASELINE_SUM };

enum { BASELINE_HOURS = 24 };

/* What came to pass in a slot, in Wh; what the market had the battery do is left out of it. */
struct baseline_metered {
	int64_t load_wh, pv_wh, charge_wh, discharge_wh;
};

/* A slot's net, and the band in which four of five come to lie. */
struct baseline_slot {
	int64_t wh, low_wh, high_wh;
};

/* What was metered, what was learnt, and what is planned. */
struct baseline {
	enum baseline_kind kind;
	struct baseline_calendar calendar;
	struct series load, pv, charge, discharge;
	struct forecast forecasts[2]; /* of a home: load, PV; of a sum: the net */
	struct nowcast nowcast;
	/* Mean absolute error of the plans by hour of the day, fading; Wh x 2^16. */
	int64_t error_q16[BASELINE_HOURS];
	bool judged;        /* a plan has been */
	int64_t learn_next; /* the first day that has not been learnt; INT64_MIN: none metered */
	int32_t *plan;      /* of the last planned days, by slot modulo two days */
	int64_t plan_first, plan_end; /* slots that are planned */
};

/* The int32_t that a baseline needs room for. */
size_t baseline_room(uint32_t day_slots);

/* Nothing known yet. room: baseline_room() of them, which must outlive it. */
void baseline_init(struct baseline *baseline, enum baseline_kind kind,
	const struct baseline_calendar *calendar, int32_t *room);

/* Note what a slot came to; slots come in their order, some may be missing. */
void baseline_meter(
	struct baseline *baseline, int64_t slot, const struct baseline_metered *metered);

/* The metered net of a slot; false: it is not known. */
bool baseline_net(const struct baseline *baseline, int64_t slot, int64_t *ret_wh);

/* The last slot that the plan of a day knows. */
int64_t baseline_origin(const struct baseline_calendar *calendar, int64_t day);

/* Learn the days that have been metered to their end as of the origin of `day`, and plan it by what
 * is known then, whatever has been metered since. False, and no plan: nothing is known of the load.
 * outlook: working memory. Days are planned in their order. */
bool baseline_plan_day(struct baseline *baseline, int64_t day, struct outlook *outlook);

/* What the battery took in less what it gave in that slot of the days known at the origin, on
 * average. */
int64_t baseline_storage_wh(const struct baseline *baseline, int64_t slot, int64_t origin);

/* The planned day's slot, as it was planned; false: it is not in a plan. */
bool baseline_planned(const struct baseline *baseline, int64_t slot, struct baseline_slot *ret);

/* The same, corrected by what was metered up to slot origin < slot. */
bool baseline_expected(
	const struct baseline *baseline, int64_t slot, int64_t origin, struct baseline_slot *ret);

#endif
