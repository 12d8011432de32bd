/* stopped_market: the market while its broker is stopped: the code that the broker runs, under the
 * same lock, taking the operator's commands. */
#ifndef LEM_LEMCTL_STOPPED_MARKET_H
#define LEM_LEMCTL_STOPPED_MARKET_H
#include "engine/engine.h"
#include "lemctl/errand.h"

struct stopped_market;

/* Open the market in dir, whose lock is held. ERR_* with a sentence in why. */
__attribute__((warn_unused_result)) enum err stopped_market_open(const char *dir,
	const struct genesis *genesis, const struct private_key *operator_key,
	struct stopped_market **ret, char why[static ENGINE_WHY_MAX]);

/* Run an errand. A request is taken in at this moment, after the blocks of the time that the broker
 * was away; a question is answered as the market stood, and changes nothing. ERR_* with why. */
__attribute__((warn_unused_result)) enum err stopped_market_run(
	struct stopped_market *market, struct errand *errand, char why[static ENGINE_WHY_MAX]);

/* Close; NULL-safe. */
void stopped_market_close(struct stopped_market *market);

#endif
