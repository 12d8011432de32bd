/* baselines: what the home has been told it is scheduled to draw, by slot, in hem.db. */
#ifndef LEM_HEM_BASELINES_H
#define LEM_HEM_BASELINES_H
#include "core/schedule.h"
#include "hem-client/ems/hem_db.h"

/* Keep what was told by the request of that intake_seq; of what is kept of a slot the greatest
 * counts, in whatever order it comes. */
__attribute__((warn_unused_result)) enum err baselines_put(
	struct hem_db *db, const struct net_window *window, uint64_t intake_seq);

/* What a slot is scheduled at. ERR_NOT_FOUND: nothing was told. */
__attribute__((warn_unused_result)) enum err baselines_get(
	struct hem_db *db, int64_t slot, int64_t *ret_wh);

/* Forget those of slots before `slot` less READINGS_KEEP_SLOTS. */
__attribute__((warn_unused_result)) enum err baselines_prune(struct hem_db *db, int64_t slot);

#endif
