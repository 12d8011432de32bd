/* csm_prune: csm.db does not grow for ever: what is older than the operator wants to keep goes, a
 * bounded part at each block, from the old end of each table. */
#ifndef LEM_STORE_CSM_PRUNE_H
#define LEM_STORE_CSM_PRUNE_H
#include "store/csm_db.h"

/* What may go. */
struct csm_prune {
	int64_t before_ms;      /* market time: accepted commands older than this ... */
	uint64_t sealed_height; /* ... if of blocks up to here ... */
	int64_t before_slot;    /* readings, addresses and wallets of slots before this, and modes
				 * that counted in none after them, if the block that settled the
				 * slot is one of those, too */
	uint64_t rows_max;      /* of the intake log, at one call; more than any batch has */
	uint64_t slot_rows_max; /* of each of the other tables, at one call */
};

/* Delete, within the open transaction, from the old end of each table. Of the intake log never what
 * the older snapshot has not seen, and whole batches only, so that what is left can be replayed and
 * receipted again. Errors as db_run(). */
__attribute__((warn_unused_result)) enum err csm_prune(
	struct csm_db *csm, const struct csm_prune *limits);

#endif
