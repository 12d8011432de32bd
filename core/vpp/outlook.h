/* outlook: what the past of one home, or of a community, says of its load and PV as of one moment:
 * nothing that is later than its origin is ever read. */
#ifndef LEM_VPP_OUTLOOK_H
#define LEM_VPP_OUTLOOK_H
#include <stdbool.h>
#include "core/vpp/series.h"

enum {
	OUTLOOK_LOAD_FEATURES = 11,
	OUTLOOK_PV_FEATURES = 5,
	OUTLOOK_FEATURES = OUTLOOK_LOAD_FEATURES + OUTLOOK_PV_FEATURES,
	OUTLOOK_DAYS = 28, /* that it looks back at a slot of the day */
	OUTLOOK_Q = 65536, /* fractions are x 2^16 */
};

/* A day has slots 0..day_slots - 1; slot s is its slot s mod day_slots. In Wh. */
struct outlook {
	const struct series *load, *pv; /* borrowed */
	int64_t origin;                 /* the last slot that it knows */
	uint32_t known_days;            /* of load: of the slot of the day that is known best */
	/* By slot of the day: what was known last; the mean, a day counting 9/10 of the next; the
	 * median of 14 days; the PV's mean, and the most it came to in 21 days. Of which nothing is
	 * known: as the slot before it. */
	int32_t newest[DAY_SLOTS_MAX], mean[DAY_SLOTS_MAX], median[DAY_SLOTS_MAX];
	int32_t pv_newest[DAY_SLOTS_MAX], pv_mean[DAY_SLOTS_MAX], pv_most[DAY_SLOTS_MAX];
	int64_t level, pv_level; /* mean over the slots of the day */
	int64_t net_level;       /* mean of what load and PV differ by */
	/* How far the load was from its mean in the last day, three hours, hour. */
	int64_t day_residual, hours_residual, hour_residual;
	/* PV as a share of the most, in the earlier and the later half of the last day; x
	 * OUTLOOK_Q.
	 */
	int64_t clearness[2];
};

/* Look back from the end of slot `origin`. Both series are of the same day_slots. */
void outlook_look(struct outlook *outlook, const struct series *load, const struct series *pv,
	int64_t origin);

/* Whether the load of any slot is known. */
bool outlook_knows(const struct outlook *outlook);

/* What is known that bears on slot target, later than the origin: first the load's features, then
 * the PV's. weekend: whether target is on one. */
void outlook_features(
	const struct outlook *outlook, int64_t target, bool weekend, int64_t ret[OUTLOOK_FEATURES]);

/* The slot of the day of a slot, which may be before 0. */
uint32_t outlook_slot_of_day(const struct outlook *outlook, int64_t slot);

#endif
