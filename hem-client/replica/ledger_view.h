/* ledger_view: reading a ledger file for a person, beside a replica that writes it. */
#ifndef LEM_HEM_LEDGER_VIEW_H
#define LEM_HEM_LEDGER_VIEW_H
#include "core/contract.h"
#include "store/db.h"

enum { LEDGER_VIEW_HASH_MAX = 65 };

/* One block as listed. */
struct block_line {
	uint64_t height;
	int64_t time_ms; /* market time of the slot's end */
	int64_t flags, tx_count;
	char validator[32]; /* address, "genesis" or "" */
	char hash[LEDGER_VIEW_HASH_MAX];
};

/* One transaction as listed. body is borrowed within the visit. */
struct tx_line {
	uint64_t seq;
	int64_t kind, market_ms;
	char signer[32]; /* address, or "operator" */
	const char *body;
	size_t body_len;
};

/* Open for reading. Errors as db_open(), with a sentence in db->why. */
__attribute__((warn_unused_result)) enum err ledger_view_open(struct db *db, const char *path);

/* The last `count` blocks up to `height`, newest first, to visit, which answers whether to go on.
 */
__attribute__((warn_unused_result)) enum err ledger_view_blocks(struct db *db, uint64_t height,
	int64_t count, bool (*visit)(void *context, const struct block_line *line), void *context);

/* The transactions of a block by sequence. */
__attribute__((warn_unused_result)) enum err ledger_view_txs(struct db *db, uint64_t height,
	bool (*visit)(void *context, const struct tx_line *line), void *context);

/* What an auction opened in `slot` takes by default, of the newest change of parameters that counts
 * there. ERR_NOT_FOUND: there is none, genesis counts. */
struct gate_defaults {
	int64_t lead_s, lead_min_s;
	enum measure measure;
};
__attribute__((warn_unused_result)) enum err ledger_view_defaults(
	struct db *db, int64_t slot, struct gate_defaults *ret);

/* The terms of an auction in the ledger. ERR_NOT_FOUND. */
__attribute__((warn_unused_result)) enum err ledger_view_auction(
	struct db *db, uint64_t auction, struct contract *ret);

#endif
