/* hem_db: hem.db, the home's own database: everything that must survive a restart.
 *
 * Several programs may have it open (`hem run` and the one-shot commands); every writing
 * transaction is under a lock of its own, so that never two of them write or checkpoint at one
 * time. */
#ifndef LEM_HEM_HEM_DB_H
#define LEM_HEM_HEM_DB_H
#include "store/db.h"

enum { HEM_DB_NOTE_MAX = 4096, HEM_DB_PATH_MAX = 1100 };

/* The statements; their texts stand in hem_db.c. */
enum hem_statement {
	KEY_INSERT,
	KEY_GET,
	KEY_FIND,
	KEY_ENROLLED,
	KEY_DROP,
	KEY_PRUNE,
	KEY_LAST,
	SPOOL_INSERT,
	SPOOL_LIST,
	SPOOL_GET,
	SPOOL_FIND,
	SPOOL_DELETE,
	SPOOL_COUNT,
	RECEIPT_PUT,
	RECEIPT_AT,
	RECEIPT_SEEN,
	ORDER_INSERT,
	ORDER_RECEIPT,
	ORDER_STATUS,
	ORDER_END,
	ORDER_BY_SEQ,
	ORDER_LIST,
	ORDER_PRUNE,
	READING_INSERT,
	READING_GET,
	READING_RECEIPT,
	READING_PRUNE,
	QUARTER_INSERT,
	QUARTER_LIST,
	QUARTER_RECEIPT,
	QUARTER_PRUNE,
	HOUR_PUT,
	HOUR_LIST,
	HOUR_PRUNE,
	BASELINE_PUT,
	BASELINE_GET,
	BASELINE_PRUNE,
	MONEY_PUT,
	MONEY_PRUNE,
	MONEY_MONTH,
	SNAPSHOT_PUT,
	SNAPSHOT_PRUNE,
	SNAPSHOT_GET,
	NOTE_PUT,
	NOTE_GET,
	HEM_STATEMENT_COUNT,
};

/* The open file. */
struct hem_db {
	struct db db;
	int lock_fd;    /* of the lock file; -1: closed */
	unsigned depth; /* of nested hem_db_begin() */
};

/* Open or make `hem.db` in the state directory. Errors as db_open(), ERR_IO, ERR_PERMISSION;
 * hem_db->db.why has a sentence. */
__attribute__((warn_unused_result)) enum err hem_db_open(
	struct hem_db *hem_db, const char *state_dir);

/* Close; safe after a failed open. */
void hem_db_close(struct hem_db *hem_db);

/* Begin a writing transaction, or join the one that is open; the outermost commit makes all of it
 * durable. Errors as db_begin() and db_commit(); after a failed commit or a rollback nothing of it
 * has happened. A rollback ends the whole of it. */
__attribute__((warn_unused_result)) enum err hem_db_begin(struct hem_db *hem_db);
__attribute__((warn_unused_result)) enum err hem_db_commit(struct hem_db *hem_db);
void hem_db_rollback(struct hem_db *hem_db);

/* End a transaction: commit if err is ERR_OK, else roll back; returns what became of it. */
__attribute__((warn_unused_result)) enum err hem_db_end(struct hem_db *hem_db, enum err err);

/* Run a statement, in a transaction of its own or the caller's, whose first parameter is text
 * (NULL: it has none) and whose next, if it has one, is value. */
__attribute__((warn_unused_result)) enum err hem_db_run(
	struct hem_db *hem_db, enum hem_statement which, const char *text, int64_t value);

/* A named note of at most HEM_DB_NOTE_MAX - 1 bytes. Getting one that is not there is "". */
__attribute__((warn_unused_result)) enum err hem_db_put_note(
	struct hem_db *hem_db, const char *name, const char *value);
__attribute__((warn_unused_result)) enum err hem_db_get_note(
	struct hem_db *hem_db, const char *name, char out[static HEM_DB_NOTE_MAX]);

#endif
