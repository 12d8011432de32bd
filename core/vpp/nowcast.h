/* nowcast: how much of an error of the day's forecast is still there some hours later. What a home
 * or a community is off by now, on average over the last hour, corrects the forecast of the slots
 * to come by a share that is learnt for each hour ahead. */
#ifndef LEM_VPP_NOWCAST_H
#define LEM_VPP_NOWCAST_H
#include <stdint.h>

enum {
	NOWCAST_HOURS = 6, /* ahead: later slots keep the day's forecast */
	NOWCAST_Q = 65536, /* shares are x 2^16 */
};

/* Sums over what was seen, in Wh^2, fading; all zeros: nothing yet, and no correction. */
struct nowcast {
	int64_t xx[NOWCAST_HOURS], xy[NOWCAST_HOURS];
};

/* Learn that an error of error_wh was followed, so many whole hours later, by one of later_wh. Both
 * are within +-2^31. */
void nowcast_learn(struct nowcast *nowcast, uint32_t hours, int64_t error_wh, int64_t later_wh);

/* The share of an error that is left so many whole hours later, 0..NOWCAST_Q. */
int64_t nowcast_share(const struct nowcast *nowcast, uint32_t hours);

#endif
