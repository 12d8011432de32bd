/* home_baseline: what a home is scheduled to draw, import less export, by slot: what `baseline`
 * deliveries are measured from. Private: the aggregator sets it, the home is told, and an auction
 * for a slot comes only when its baseline stands. */
#ifndef LEM_CORE_HOME_BASELINE_H
#define LEM_CORE_HOME_BASELINE_H
#include <stdbool.h>
#include <stdint.h>
#include "core/schedule.h"
#include "core/verdict.h"
#include "core/xfer.h"

/* Slots that are kept: a day of quarter hours ahead, a day of them behind, and some. */
enum { HOME_BASELINE_SLOTS = 256 };

/* Of one home; all zeros: none. */
struct home_baseline {
	int64_t first, end;                  /* slots that may have one */
	int32_t net_wh[HOME_BASELINE_SLOTS]; /* by slot modulo their number */
};

/* Judge a window of a home whose net of a slot can be at most most_wh, while open_slot is the
 * market's and contracts deliver up to horizon_slots ahead. SLOT_TOO_NEAR: an auction may be open
 * for its first slot; HORIZON: it ends too far ahead; BEYOND_RATING: a net. *field is the member's
 * name. */
enum verdict home_baseline_check(const struct net_window *window, int64_t most_wh,
	int64_t open_slot, int64_t horizon_slots, const char **field);

/* Set a window that home_baseline_check() lets in. What is behind open_slot - 1 is forgotten. */
void home_baseline_set(
	struct home_baseline *baseline, const struct net_window *window, int64_t open_slot);

/* What a slot is scheduled at; false: it has none. */
bool home_baseline_get(const struct home_baseline *baseline, int64_t slot, int64_t *ret_wh);

/* Through a snapshot while open_slot is the market's: what is behind open_slot - 1 is left out. */
void home_baseline_xfer(struct xfer *x, struct home_baseline *baseline, int64_t open_slot);

#endif
