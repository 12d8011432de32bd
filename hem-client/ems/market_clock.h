/* market_clock: market time as this home knows it: computed from genesis and the machine's clock,
 * corrected by what the market says of its own. It never goes back. */
#ifndef LEM_HEM_MARKET_CLOCK_H
#define LEM_HEM_MARKET_CLOCK_H
#include "core/params.h"

enum {
	MARKET_CLOCK_OFFSET_MAX_S = 900
}; /* real seconds; beyond this the machine's clock is wrong */

/* The machine's clock is given by the caller: Unix ms, real time. */
struct market_clock {
	const struct params *params; /* borrowed */
	int64_t offset_ms;           /* market ms to add */
	int64_t floor_ms;            /* the latest market time given out */
	bool wrong;                  /* the machine's clock is beyond what may be corrected */
};

/* Begin without correction. */
void market_clock_init(struct market_clock *clock, const struct params *params);

/* Market time at real_ms. */
int64_t market_clock_now(struct market_clock *clock, int64_t real_ms);

/* The market said, at real_ms at the latest, that its time was market_ms: a clock that lags behind
 * that moves forward. A rejection as STALE also tells how far this clock is ahead (is_stale): then
 * it stands still until the market has caught up. */
void market_clock_learn(
	struct market_clock *clock, int64_t real_ms, int64_t market_ms, bool is_stale);

/* The machine's clock has leapt by step_ms from real_ms: whether it is nearer now to what the
 * market says its time is. Then this clock begins without correction. */
bool market_clock_confirms(
	struct market_clock *clock, int64_t real_ms, int64_t step_ms, int64_t market_ms);

/* Real ms until market_ms, at least 0 and at most max_ms. */
int64_t market_clock_wait_ms(
	const struct market_clock *clock, int64_t real_ms, int64_t market_ms, int64_t max_ms);

#endif
