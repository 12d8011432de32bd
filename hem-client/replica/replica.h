/* replica: this home's own copy of the ledger: each block is executed again before it is stored.
 *
 * ledger.db holds the ledger, hem.db snapshots of the state. A block is committed to ledger.db
 * first, then to hem.db with its snapshot; whatever was cut off between is done again on opening.
 */
#ifndef LEM_HEM_REPLICA_H
#define LEM_HEM_REPLICA_H
#include "engine/execute.h"
#include "hem-client/ems/hem_db.h"
#include "hem-client/replica/assembly.h"

enum { REPLICA_WHY_MAX = 640 };

/* Who follows the blocks. Its functions may write to hem.db, within the transaction in which the
 * block is committed; what they wrote is undone if the block is refused. They may be shown a block
 * again after a crash. */
struct replica_follower {
	struct execute_watch watch;
	/* A block is about to be executed, perhaps not for the first time; it is open in the
	 * ledger. */
	void (*begin)(void *context, uint64_t height, const struct ledger *ledger);
	/* The block has been executed and its header holds: its successor is open in the ledger.
	 * ERR_* of hem.db. */
	enum err (*accepted)(
		void *context, const struct stored_block *block, const struct ledger *ledger);
	void *context; /* of `accepted` and of the watch */
};

/* The copy: two files and the state at their last block. */
struct replica {
	const struct genesis *genesis; /* borrowed, as all of these */
	struct hem_db *hem_db;
	struct replica_follower follower;
	struct executor executor;
	struct ledger_db ledger_db;
	struct assembly assembly;
	uint64_t height; /* of the last verified block */
	uint8_t hash[HASH_LEN];
	struct block_fault fault; /* verdict not OK: that block was refused and none follows */
	bool writes;              /* rows of the block under execution go to ledger.db */
	struct stored_block executing;
	char why[REPLICA_WHY_MAX]; /* of the last failure */
};

/* Open, or make from genesis, the ledger file, and bring the state to its last block. ERR_* with a
 * sentence in replica->why: also ERR_DB_FOREIGN if the file is another market's, ERR_FORMAT if its
 * blocks do not verify (replica->fault says which). On failure there is nothing to close. */
__attribute__((warn_unused_result)) enum err replica_open(struct replica *replica,
	const struct genesis *genesis, const char *ledger_path, struct hem_db *hem_db,
	const struct replica_follower *follower);

/* Close; safe after a failed open. */
void replica_close(struct replica *replica);

/* Take in a part of a block as it came. *ret_height is the block it is of; *ret_accepted, whether
 * it completed the next block, which was verified and stored. A refused block sets replica->fault
 * and is not an error. ERR_FORMAT: the part is not to be read; other errors: disk or memory failed,
 * and the replica stands where it stood. */
__attribute__((warn_unused_result)) enum err replica_take(struct replica *replica, const char *text,
	size_t len, uint64_t *ret_height, bool *ret_accepted);

/* Whether the verified block of that height holds the transaction `tx_id` under sequence `seq`.
 * ERR_* of the ledger file. */
__attribute__((warn_unused_result)) enum err replica_holds(struct replica *replica, uint64_t height,
	uint64_t seq, const uint8_t tx_id[static HASH_LEN], bool *ret);

#endif
