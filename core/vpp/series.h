/* series: what one thing - a home's load, its PV, a community's - came to in each slot of the last
 * weeks. A ring in the caller's memory. */
#ifndef LEM_VPP_SERIES_H
#define LEM_VPP_SERIES_H
#include <stddef.h>
#include <stdint.h>

enum {
	SERIES_DAYS = 32, /* that are kept */
	SERIES_UNKNOWN = -1,
	DAY_SLOTS_MAX = 1440, /* slots of a day: 86400 / 60 */
};

/* Wh by slot, of SERIES_DAYS days of day_slots slots each. */
struct series {
	int32_t *wh; /* SERIES_DAYS x day_slots; borrowed */
	uint32_t day_slots;
	int64_t next; /* the slot after the newest that is known */
};

/* The integers that `wh` must have room for. */
size_t series_room(uint32_t day_slots);

/* An empty one. day_slots: 1..DAY_SLOTS_MAX. */
void series_init(struct series *series, int32_t *wh, uint32_t day_slots);

/* Note what a slot came to; below 0 and beyond INT32_MAX it is brought to that. What is older than
 * the ring is not kept; slots that are passed over are unknown. */
void series_put(struct series *series, int64_t slot, int64_t wh);

/* What a slot came to, or SERIES_UNKNOWN. */
int64_t series_get(const struct series *series, int64_t slot);

/* What is known of a slot and of the same one of the days before it, the newest first, of at most
 * `days` days; returns how many. */
uint32_t series_days(const struct series *series, int64_t slot, uint32_t days, int32_t *ret_wh);

/* The mean of n values, each counting 9/10 of the one before it; of none 0. */
int32_t series_fading_mean(const int32_t *values, uint32_t n);

#endif
