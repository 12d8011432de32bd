/*
 * execute: blocks re-executed from their stored form and compared with their headers, as every
 * replica and auditor does (docs/protocol.md, section 8). It knows no network, clock or file.
 *
 * Order of calls: executor_init(); executor_restore() or nothing; execute_block() for block after
 * block, ascending by height. After a refusal or failure the ledger is half-way through a block:
 * executor_reset() and begin again, from a snapshot or from genesis.
 */
#ifndef LEM_ENGINE_EXECUTE_H
#define LEM_ENGINE_EXECUTE_H
#include "core/ledger.h"
#include "engine/key_cache.h"
#include "store/ledger_db.h"
#include "wire/genesis.h"
#include "wire/ledger_tx.h"

enum {
	EXECUTE_KEYS_BITS = 5, /* verification keys kept ready */
	BLOCK_FAULT_TEXT_MAX = 320,
};

/* A ledger with what is needed to execute blocks into it. */
struct executor {
	const struct genesis *genesis; /* borrowed */
	struct ledger *ledger;         /* owned; resolves what results name */
	struct ledger_tx_workspace *workspace;
	struct key_cache *keys;
	struct verify_key *operator_key;
};

/* Where the transactions of one block come from. each() gives them to visit, ascending by sequence,
 * until it answers false or none is left, and says whether its source failed. */
struct tx_source {
	enum err (*each)(void *context, bool (*visit)(void *visitor, const struct stored_tx *tx),
		void *visitor);
	void *context;
};

/* Who looks on. Functions may be NULL; what they are shown lives until they return. */
struct execute_watch {
	/* A transaction that passed every check, before it is executed; account is its signer's, 0
	 * the operator. */
	void (*tx)(void *context, const struct tx *tx, uint64_t account, uint64_t height,
		const struct stored_tx *stored);
	void *context;
	struct result_sink results; /* as they come about */
};

/* What is wrong with a block. */
struct block_fault {
	enum verdict verdict; /* VERDICT_OK: nothing */
	uint64_t height;
	uint64_t seq;                    /* of the transaction; 0: of the block as a whole */
	char text[BLOCK_FAULT_TEXT_MAX]; /* a sentence with all of this for a person */
};

/* Set up over a genesis that outlives it: block 1 is open. ERR_NOMEM, ERR_CRYPTO, ERR_FORMAT (the
 * operator's key); then there is nothing to release. */
__attribute__((warn_unused_result)) enum err executor_init(
	struct executor *executor, const struct genesis *genesis);

/* Free; safe after a failed executor_init(), and when called again. */
void executor_release(struct executor *executor);

/* Back to genesis. ERR_NOMEM: the executor is as it was. */
__attribute__((warn_unused_result)) enum err executor_reset(struct executor *executor);

/* From genesis to the state of ledger_snapshot_write(). ERR_FORMAT: the bytes are damaged, and the
 * executor stands at genesis again; ERR_NOMEM. */
__attribute__((warn_unused_result)) enum err executor_restore(
	struct executor *executor, const uint8_t *snapshot, size_t len);

/*
 * Execute the next block and open the one after. Checks, in this order: height and previous hash;
 * the operator's signature of the header; of each transaction its form, its signature under the key
 * of its address, its place and rules; the close; each member of the header against re-execution;
 * block->hash.
 *
 * ERR_OK: fault->verdict is VERDICT_OK, or why the block is refused. Else the world failed: the
 * source's error, ERR_CRYPTO or ERR_NOMEM. watch may be NULL.
 */
__attribute__((warn_unused_result)) enum err execute_block(struct executor *executor,
	const struct stored_block *block, const struct tx_source *source,
	const struct execute_watch *watch, struct block_fault *ret_fault);

/* Fill *fault with a verdict and its sentence; detail says more, or is "". */
void block_fault_set(struct block_fault *fault, enum verdict verdict, uint64_t height, uint64_t seq,
	const char *detail);

#endif
