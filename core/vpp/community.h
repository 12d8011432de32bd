/* community: the sum of homes' baselines, forecast by itself. A home that joins belongs to its past
 * too, as its mean, so that the sum does not jump. */
#ifndef LEM_VPP_COMMUNITY_H
#define LEM_VPP_COMMUNITY_H
#include "core/vpp/baseline.h"

/* The sum, and working memory. */
struct community {
	struct baseline sum;
	struct baseline_metered *past; /* by slot modulo SERIES_DAYS days; borrowed */
	struct baseline_metered now;   /* the slot that is being added up */
	bool has_homes;                /* in the past */
};

/* The struct baseline_metered that a community needs room for, beside baseline_room() for its sum.
 */
size_t community_room(uint32_t day_slots);

/* Without homes. room and past must outlive it. */
void community_init(struct community *community, const struct baseline_calendar *calendar,
	int32_t *room, struct baseline_metered *past);

/* Add up a slot: each home, as on the last day that is known if it was not metered; then the slot.
 */
void community_add_metered(struct community *community, const struct baseline *home, int64_t slot);
void community_meter(struct community *community, int64_t slot);

/* Make up the past anew, as of the origin of a day: empty, then each home that has been planned for
 * that day, with the outlook that its planning left behind. */
void community_forget(struct community *community);
void community_add_past(struct community *community, const struct baseline *home,
	const struct outlook *outlook, int64_t day);

/* Plan a day by that past; false: no home has one. outlook: working memory. */
bool community_plan_day(struct community *community, int64_t day, struct outlook *outlook);

#endif
