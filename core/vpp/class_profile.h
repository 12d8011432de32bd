/* class_profile: what a home of its class is expected to draw as long as nothing is known of it:
 * a household's day and, if it has PV, a clear day's yield. Rough on purpose; the first metered day
 * takes its place. */
#ifndef LEM_VPP_CLASS_PROFILE_H
#define LEM_VPP_CLASS_PROFILE_H
#include <stdint.h>
#include "core/params.h"

enum {
	CLASS_LOAD_WH = 10000, /* of a day: of a household of three, about 3,650 kWh a year */
	CLASS_PV_HOURS = 4,    /* a day's yield, in hours at its rating */
};

/* Load less PV of a slot of the day, in Wh. The day begins at midnight and has day_slots of them;
 * pv_w is the rating. */
int64_t class_profile_net_wh(int64_t pv_w, uint32_t slot_of_day, uint32_t day_slots);

/* The same of a slot of a market, whose days are taken to begin at midnight UTC. */
int64_t class_profile_slot_wh(const struct params *params, int64_t pv_w, int64_t slot);

#endif
