/* ledger_db: ledger.db, written from the results of execution, read block by block. */
#ifndef LEM_STORE_LEDGER_DB_H
#define LEM_STORE_LEDGER_DB_H
#include "core/ledger.h"
#include "store/db.h"
#include "wire/genesis.h"
#include "wire/ledger_tx.h"

/* A header as it is kept and sent. */
struct stored_block {
	struct header header;
	uint8_t hash[HASH_LEN];
	uint8_t operator_signature[SIGNATURE_LEN];
};

/* The file while it is written: rows come through the sink. */
struct ledger_db {
	struct db db;
	const struct ledger *ledger;
	enum err err;    /* the first failure of a row; nothing is written after it */
	uint64_t height; /* block in which `transfers` counts */
	uint64_t transfers;
	uint64_t seq; /* of the transaction being executed */
	bool muted;   /* rows are there already: replay of what was written before a crash */
};

/* Make a new ledger file with genesis and the permanent accounts; errors as db_open(). */
__attribute__((warn_unused_result)) enum err ledger_db_create(
	struct ledger_db *ledger_db, const char *path, const struct genesis *genesis);

/* Open an existing one for writing. `ledger` (may be set later) resolves accounts. */
__attribute__((warn_unused_result)) enum err ledger_db_open(
	struct ledger_db *ledger_db, const char *path);

/* Open for reading only. */
__attribute__((warn_unused_result)) enum err ledger_db_open_read(
	struct ledger_db *ledger_db, const char *path);

/* Close; NULL-safe. */
void ledger_db_close(struct ledger_db *ledger_db);

/* The sink that writes result rows within the open transaction; failures are kept in ->err. */
struct result_sink ledger_db_sink(struct ledger_db *ledger_db);

/* Write a transaction's row, before it is executed. account 0: the operator's. */
void ledger_db_add_tx(struct ledger_db *ledger_db, const struct tx *tx, uint64_t account,
	uint64_t height, const struct stored_tx *stored);

/* Write a block's row after its results. name: the market's bare name. */
void ledger_db_add_block(
	struct ledger_db *ledger_db, const struct stored_block *block, const char *name);

/* Note how far the writer has come. */
void ledger_db_set_applied(struct ledger_db *ledger_db, uint64_t applied_seq);

/* What was noted. */
__attribute__((warn_unused_result)) enum err ledger_db_applied(
	struct ledger_db *ledger_db, uint64_t *ret_seq);

/* The genesis document; borrowed until the next call. ERR_NOT_FOUND. */
__attribute__((warn_unused_result)) enum err ledger_db_genesis(
	struct ledger_db *ledger_db, char *out, size_t size, size_t *ret_len);

/* The highest block's height. */
__attribute__((warn_unused_result)) enum err ledger_db_height(
	struct ledger_db *ledger_db, uint64_t *ret_height);

/* A block's header, hash and signature. ERR_NOT_FOUND; ERR_FORMAT if the row is damaged. */
__attribute__((warn_unused_result)) enum err ledger_db_block(
	struct ledger_db *ledger_db, uint64_t height, const char *name, struct stored_block *ret);

/* A block's transactions with a sequence above after_seq, ascending: each is given to `visit`,
 * which answers whether to go on. */
__attribute__((warn_unused_result)) enum err ledger_db_txs(struct ledger_db *ledger_db,
	uint64_t height, uint64_t after_seq,
	bool (*visit)(void *context, const struct stored_tx *tx), void *context);

/* The newest sealed block's height; 0 if none. */
__attribute__((warn_unused_result)) enum err ledger_db_sealed(
	struct ledger_db *ledger_db, uint64_t *ret_height);

#endif
