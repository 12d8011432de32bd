#include "store/db.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err fail(struct db *db, enum err err, const char *what)
{
	const char *reason = db->handle ? sqlite3_errmsg(db->handle) : "out of memory";

	snprintf(db->why, sizeof db->why, "%s: %s: %s", db->kind->name, what, reason);
	return err;
}

/* SQLite's result as one of ours. */
static enum err err_of(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return ERR_OK;
	case SQLITE_NOMEM:
		return ERR_NOMEM;
	case SQLITE_FULL:
		return ERR_DB_FULL;
	case SQLITE_IOERR:
		return ERR_IO;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ERR_LOCKED;
	case SQLITE_PERM:
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
		return ERR_PERMISSION;
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
		return ERR_DB_FOREIGN;
	default:
		return ERR_DB;
	}
}

enum err db_exec(struct db *db, const char *constant_sql)
{
	int rc = sqlite3_exec(db->handle, constant_sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? ERR_OK : fail(db, err_of(rc), "statement failed");
}

static enum err pragma_int(struct db *db, const char *constant_sql, int64_t *ret)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(db->handle, constant_sql, -1, &s, NULL);

	if (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		*ret = sqlite3_column_int64(s, 0);
		rc = SQLITE_OK;
	}
	sqlite3_finalize(s);
	return rc == SQLITE_OK ? ERR_OK : fail(db, err_of(rc), "reading a pragma");
}

static enum err set_version(struct db *db, size_t version)
{
	char sql[96];

	snprintf(sql, sizeof sql, "PRAGMA user_version = %d; PRAGMA application_id = %d",
		(int)version, (int)db->kind->application_id);
	return db_exec(db, sql);
}

static enum err migrate(struct db *db, int64_t version)
{
	enum err err = ERR_OK;

	for (size_t i = (size_t)version; err == ERR_OK && i < *db->kind->migration_count; i++) {
		err = db_begin(db);
		if (err == ERR_OK)
			err = db_exec(db, db->kind->migrations[i].sql);
		if (err == ERR_OK)
			err = set_version(db, i + 1);
		if (err == ERR_OK)
			err = db_commit(db);
	}
	if (err == ERR_OK && db->kind->views) {
		err = db_begin(db);
		if (err == ERR_OK)
			err = db_exec(db, db->kind->views);
		if (err == ERR_OK)
			err = db_commit(db);
	}
	return err;
}

/* Whether the file is of this kind and not from the future; *version is its user_version. */
static enum err check_kind(struct db *db, enum db_mode mode, int64_t *version)
{
	int64_t id = 0;
	enum err err = pragma_int(db, "PRAGMA application_id", &id);

	if (err == ERR_OK)
		err = pragma_int(db, "PRAGMA user_version", version);
	if (err != ERR_OK || mode == DB_CREATE)
		return err;
	if (id != db->kind->application_id) {
		snprintf(db->why, sizeof db->why, "it is not a %s database", db->kind->name);
		return ERR_DB_FOREIGN;
	}
	if (*version > (int64_t)*db->kind->migration_count ||
		(mode == DB_READ_ONLY && *version != (int64_t)*db->kind->migration_count)) {
		snprintf(db->why, sizeof db->why, "version %d, this program knows %d",
			(int)*version, (int)*db->kind->migration_count);
		return ERR_DB_FOREIGN;
	}
	return ERR_OK;
}

static enum err configure(struct db *db, enum db_mode mode)
{
	enum err err;
	char sql[160];

	sqlite3_busy_timeout(db->handle, DB_BUSY_MS);
	(void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	snprintf(sql, sizeof sql,
		"PRAGMA foreign_keys = ON; PRAGMA cache_size = -%d; PRAGMA temp_store = MEMORY",
		db->kind->cache_kib);
	if (mode == DB_READ_ONLY) {
		(void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
		return db_exec(db, sql);
	}
	err = db_exec(db, db->kind->full_sync
				  ? "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"
				  : "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
	return err == ERR_OK ? db_exec(db, sql) : err;
}

static enum err prepare(struct db *db)
{
	for (size_t i = 0; i < db->kind->statement_count; i++) {
		int rc = sqlite3_prepare_v3(db->handle, db->kind->statements[i], -1,
			SQLITE_PREPARE_PERSISTENT, &db->statements[i], NULL);
		if (rc != SQLITE_OK)
			return fail(db, err_of(rc), db->kind->statements[i]);
	}
	return ERR_OK;
}

/* SQLite would make the file with the umask's mode: make it first, private. And it would open one
 * that it may not write for reading, and leave a -shm of the same mode behind: ask first. */
static enum err touch(struct db *db, const char *path, enum db_mode mode)
{
	int fd;

	if (mode != DB_CREATE) {
		if (access(path, mode == DB_READ_ONLY ? F_OK : R_OK | W_OK) == 0)
			return ERR_OK;
		snprintf(db->why, sizeof db->why, "%s", strerror(errno));
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_PERMISSION;
	}
	fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0) {
		snprintf(db->why, sizeof db->why, "%s", strerror(errno));
		return errno == EEXIST ? ERR_EXISTS : ERR_PERMISSION;
	}
	(void)close(fd);
	return ERR_OK;
}

static enum err open_file(struct db *db, const char *path, enum db_mode mode)
{
	int flags = mode == DB_READ_ONLY ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	int64_t version = 0;
	enum err err = touch(db, path, mode);
	int rc;

	if (err != ERR_OK)
		return err;
	rc = sqlite3_open_v2(path, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc != SQLITE_OK)
		return fail(db, err_of(rc), "opening");
	err = check_kind(db, mode, &version);
	if (err == ERR_OK)
		err = configure(db, mode);
	if (err == ERR_OK && mode != DB_READ_ONLY)
		err = migrate(db, version);
	return err == ERR_OK ? prepare(db) : err;
}

enum err db_open(struct db *db, const struct db_kind *kind, const char *path, enum db_mode mode)
{
	char why[DB_WHY_MAX];
	enum err err;

	memset(db, 0, sizeof *db);
	db->kind = kind;
	err = open_file(db, path, mode);
	if (err != ERR_OK) {
		snprintf(why, sizeof why, "%.200s: %.290s", path, db->why);
		db_close(db);
		memcpy(db->why, why, sizeof why);
	}
	return err;
}

void db_close(struct db *db)
{
	if (!db || !db->handle)
		return;
	db_rollback(db);
	for (size_t i = 0; i < db->kind->statement_count; i++)
		sqlite3_finalize(db->statements[i]);
	(void)sqlite3_close_v2(db->handle);
	memset(db->statements, 0, sizeof db->statements);
	db->handle = NULL;
}

enum err db_begin(struct db *db)
{
	enum err err = db_exec(db, "BEGIN IMMEDIATE");

	db->in_transaction = err == ERR_OK;
	return err;
}

enum err db_commit(struct db *db)
{
	enum err err = db_exec(db, "COMMIT");

	if (err == ERR_OK)
		db->in_transaction = false;
	else
		db_rollback(db);
	return err;
}

void db_rollback(struct db *db)
{
	if (db->in_transaction)
		(void)sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
	db->in_transaction = false;
}

sqlite3_stmt *db_statement(struct db *db, unsigned index)
{
	sqlite3_stmt *s = db->statements[index];

	(void)sqlite3_reset(s);
	(void)sqlite3_clear_bindings(s);
	return s;
}

void db_bind_int(sqlite3_stmt *s, int place, int64_t value)
{
	(void)sqlite3_bind_int64(s, place, value);
}

void db_bind_text(sqlite3_stmt *s, int place, const char *text, size_t len)
{
	(void)sqlite3_bind_text(s, place, text, (int)len, SQLITE_STATIC);
}

void db_bind_blob(sqlite3_stmt *s, int place, const void *data, size_t len)
{
	if (len == 0)
		(void)sqlite3_bind_zeroblob(s, place, 0);
	else
		(void)sqlite3_bind_blob(s, place, data, (int)len, SQLITE_STATIC);
}

void db_bind_null(sqlite3_stmt *s, int place)
{
	(void)sqlite3_bind_null(s, place);
}

enum err db_run(struct db *db, sqlite3_stmt *s)
{
	int rc = sqlite3_step(s);
	enum err err = ERR_OK;

	if (rc != SQLITE_DONE && rc != SQLITE_ROW)
		err = fail(db, (rc & 0xff) == SQLITE_CONSTRAINT ? ERR_EXISTS : err_of(rc),
			sqlite3_sql(s));
	(void)sqlite3_reset(s);
	return err;
}

enum err db_row(struct db *db, sqlite3_stmt *s)
{
	int rc = sqlite3_step(s);

	if (rc == SQLITE_ROW)
		return ERR_OK;
	if (rc == SQLITE_DONE) {
		(void)sqlite3_reset(s);
		return ERR_NOT_FOUND;
	}
	return fail(db, err_of(rc), sqlite3_sql(s));
}

const void *db_column_bytes(sqlite3_stmt *s, int column, size_t *ret_len)
{
	const void *bytes = sqlite3_column_blob(s, column);

	*ret_len = (size_t)sqlite3_column_bytes(s, column);
	return bytes;
}

enum err db_get_text(struct db *db, sqlite3_stmt *s, char *out, size_t size, size_t *ret_len)
{
	enum err err = db_row(db, s);
	const void *bytes;

	if (err == ERR_OK) {
		bytes = db_column_bytes(s, 0, ret_len);
		if (*ret_len >= size) {
			err = ERR_FORMAT;
		} else {
			memcpy(out, bytes, *ret_len);
			out[*ret_len] = '\0';
		}
	}
	(void)sqlite3_reset(s);
	return err;
}

enum err db_get_int(struct db *db, sqlite3_stmt *s, uint64_t *ret)
{
	enum err err = db_row(db, s);

	if (err == ERR_OK)
		*ret = (uint64_t)sqlite3_column_int64(s, 0);
	(void)sqlite3_reset(s);
	return err;
}

int db_checkpoint(struct db *db)
{
	int log = 0, done = 0;

	(void)sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, &log, &done);
	return log - done;
}
