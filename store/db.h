/* db: one SQLite file with its prepared statements. The only place that speaks to SQLite's API for
 * opening, migrating and stepping; tables are the business of ledger_db and csm_db. */
#ifndef LEM_STORE_DB_H
#define LEM_STORE_DB_H
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "wire/err.h"

enum { DB_WHY_MAX = 512, DB_STATEMENTS_MAX = 64, DB_BUSY_MS = 5000 };

/* One numbered migration, embedded by the build. */
struct db_migration {
	const char *name; /* "0001_ledger.sql" */
	const char *sql;
};

/* What kind of file this is. */
struct db_kind {
	const char *name;       /* "ledger" */
	int32_t application_id; /* PRAGMA application_id: another's file is never opened */
	const struct db_migration *migrations;
	const size_t *migration_count; /* PRAGMA user_version once open */
	const char *views;             /* run at every writing open, or NULL */
	const char *const *statements; /* prepared on opening; index = the table's enum */
	size_t statement_count;
	bool full_sync; /* synchronous FULL: a commit survives power loss; else NORMAL */
	int cache_kib;
};

/* One open file with its prepared statements. All zeros: closed. */
struct db {
	sqlite3 *handle;
	const struct db_kind *kind;
	sqlite3_stmt *statements[DB_STATEMENTS_MAX];
	bool in_transaction;
	char why[DB_WHY_MAX]; /* of the last failure */
};

/* How to open a file. */
enum db_mode {
	DB_CREATE,    /* must not exist: made with mode 0600 and all migrations */
	DB_WRITE,     /* must exist; migrated up */
	DB_READ_ONLY, /* must exist; never written or checkpointed */
};

/* Open a file. ERR_EXISTS, ERR_NOT_FOUND, ERR_DB_FOREIGN (another application's, a newer version,
 * or one that was never finished), ERR_PERMISSION, ERR_NOMEM, ERR_DB; db->why has a sentence with
 * the path. On failure db is closed. */
__attribute__((warn_unused_result)) enum err db_open(
	struct db *db, const struct db_kind *kind, const char *path, enum db_mode mode);

/* Close; NULL-safe, also after a failed open. An open transaction is rolled back. */
void db_close(struct db *db);

/* BEGIN IMMEDIATE; COMMIT; ROLLBACK. ERR_DB_FULL, ERR_IO, ERR_DB. A failed commit has rolled back.
 */
__attribute__((warn_unused_result)) enum err db_begin(struct db *db);
__attribute__((warn_unused_result)) enum err db_commit(struct db *db);
void db_rollback(struct db *db);

/* A prepared statement, reset and with no bindings. */
sqlite3_stmt *db_statement(struct db *db, unsigned index);

/* Bind by place (1..). Texts and blobs must live until the step is done. */
void db_bind_int(sqlite3_stmt *statement, int place, int64_t value);
void db_bind_text(sqlite3_stmt *statement, int place, const char *text, size_t len);
void db_bind_blob(sqlite3_stmt *statement, int place, const void *data, size_t len);
void db_bind_null(sqlite3_stmt *statement, int place);

/* Step a statement that returns no row. ERR_EXISTS for a broken uniqueness, else as db_commit(). */
__attribute__((warn_unused_result)) enum err db_run(struct db *db, sqlite3_stmt *statement);

/* Step to the next row: ERR_OK with a row, ERR_NOT_FOUND at the end, or a failure. */
__attribute__((warn_unused_result)) enum err db_row(struct db *db, sqlite3_stmt *statement);

/* Run one constant SQL text without results. */
__attribute__((warn_unused_result)) enum err db_exec(struct db *db, const char *constant_sql);

/* A column as bytes; NULL and 0 for an empty one. Lives until the next step. */
const void *db_column_bytes(sqlite3_stmt *statement, int column, size_t *ret_len);

/* The first row's first column as text with a NUL, or as an integer, and reset the statement.
 * Errors as db_row(); ERR_FORMAT for a text that does not fit. */
__attribute__((warn_unused_result)) enum err db_get_text(
	struct db *db, sqlite3_stmt *statement, char *out, size_t size, size_t *ret_len);
__attribute__((warn_unused_result)) enum err db_get_int(
	struct db *db, sqlite3_stmt *statement, uint64_t *ret);

/* Keep the write-ahead log short: checkpoint what readers allow. Returns pages left in it. */
int db_checkpoint(struct db *db);

#endif
