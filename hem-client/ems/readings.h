/* readings: the home's registers at the ends of slots, and of quarters within, as they were sent,
 * in hem.db. */
#ifndef LEM_HEM_READINGS_H
#define LEM_HEM_READINGS_H
#include "core/quarters.h"
#include "hem-client/ems/hem_db.h"

enum { READINGS_KEEP_SLOTS = 8 };

/* What the home knows of one slot. */
struct slot_metered {
	bool known;             /* both ends have been read */
	bool receipted;         /* both readings have their receipts */
	int64_t receipt_ms;     /* market time of the later receipt */
	struct registers delta; /* if known */
	struct reading end;
};

/* Keep a reading that is about to be sent; in the caller's transaction. ERR_EXISTS: that slot,
 * or that quarter of it, has one. */
__attribute__((warn_unused_result)) enum err readings_add(
	struct hem_db *db, const struct reading *reading, const char *req_id);

/* Its receipt is in. Nothing if it is no reading. */
__attribute__((warn_unused_result)) enum err readings_receipted(
	struct hem_db *db, const char *req_id, int64_t market_ms);

/* What is known of a slot: the difference of the readings at its ends. */
__attribute__((warn_unused_result)) enum err readings_slot(
	struct hem_db *db, int64_t slot, struct slot_metered *ret);

/* What was read within a slot, up to the first that the market has not receipted, or, if `sent`,
 * all of it; count 0: nothing. */
__attribute__((warn_unused_result)) enum err readings_quarters(
	struct hem_db *db, int64_t slot, bool sent, struct quarters *ret);

/* Whether the end of that slot has been read. */
__attribute__((warn_unused_result)) enum err readings_has(
	struct hem_db *db, int64_t slot, bool *ret);

/* Forget all: another meter begins anew, and no slot is of both. In the caller's transaction. */
__attribute__((warn_unused_result)) enum err readings_forget(struct hem_db *db);

/* Forget those of slots before `slot` less what is kept. */
__attribute__((warn_unused_result)) enum err readings_prune(struct hem_db *db, int64_t slot);

#endif
