/* Databases: made private, opened only if they are what they should be, and every failure told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "store/db.h"
#include "tests/lib/scratch.h"

enum { INSERT, GET, COUNT, STATEMENTS };

static const char *const statements[STATEMENTS] = {
	[INSERT] = "INSERT INTO t VALUES (?1, ?2, ?3)",
	[GET] = "SELECT n, text, bytes FROM t WHERE n >= ?1 ORDER BY n",
	[COUNT] = "SELECT count(*) FROM t",
};
static const struct db_migration migrations[] = {
	{"0001_t.sql", "CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT"},
	{"0002_bytes.sql", "ALTER TABLE t ADD COLUMN bytes BLOB"},
	{"0003_bad.sql", "CREATE TABLE u (n INTEGER) STRICT; CREATE TABLE u (n INTEGER) STRICT"},
};
static size_t migration_count = 2;
static const struct db_kind kind = {.name = "test",
	.application_id = 0x54455354,
	.migrations = migrations,
	.migration_count = &migration_count,
	.views = "DROP VIEW IF EXISTS v; CREATE VIEW v AS SELECT n FROM t",
	.statements = statements,
	.statement_count = STATEMENTS,
	.full_sync = true,
	.cache_kib = 1024};

static char folder[SCRATCH_MAX], path[96];

static int setup(void **state)
{
	(void)state;
	migration_count = 2;
	if (scratch_make(folder) != 0)
		return -1;
	(void)snprintf(path, sizeof path, "%s/t.db", folder);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return scratch_remove(folder);
}

static enum err add(struct db *db, int64_t n, const char *text, size_t bytes)
{
	static const uint8_t zeros[1 << 20];
	sqlite3_stmt *s = db_statement(db, INSERT);

	db_bind_int(s, 1, n);
	if (text)
		db_bind_text(s, 2, text, strlen(text));
	db_bind_blob(s, 3, zeros, bytes);
	return db_run(db, s);
}

static int64_t count(struct db *db)
{
	sqlite3_stmt *s = db_statement(db, COUNT);
	int64_t n;

	assert_int_equal(db_row(db, s), ERR_OK);
	n = sqlite3_column_int64(s, 0);
	assert_int_equal(db_row(db, s), ERR_NOT_FOUND);
	return n;
}

static void made_private_and_only_once(void **state)
{
	struct stat st;
	struct db db, again;
	mode_t mask = umask(0);

	(void)state;
	assert_int_equal(db_open(&db, &kind, path, DB_CREATE), ERR_OK);
	(void)umask(mask);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(db_open(&again, &kind, path, DB_CREATE), ERR_EXISTS);
	assert_non_null(strstr(again.why, path));
	assert_int_equal(add(&db, 1, "one", 3), ERR_OK);
	db_close(&db);
	db_close(&db);
	db_close(&again);
	assert_int_equal(db_open(&db, &kind, path, DB_WRITE), ERR_OK);
	assert_int_equal(count(&db), 1);
	db_close(&db);
	assert_int_equal(db_open(&db, &kind, "/nonexistent/t.db", DB_CREATE), ERR_PERMISSION);
	assert_int_equal(db_open(&db, &kind, "/nonexistent/t.db", DB_WRITE), ERR_NOT_FOUND);
	assert_int_equal(db_open(&db, &kind, "/nonexistent/t.db", DB_READ_ONLY), ERR_NOT_FOUND);
}

static void rows_come_back(void **state)
{
	struct db db;
	sqlite3_stmt *s;
	size_t len;

	(void)state;
	assert_int_equal(db_open(&db, &kind, path, DB_CREATE), ERR_OK);
	assert_int_equal(add(&db, -5, "a\xe2\x82\xac", 4), ERR_OK);
	assert_int_equal(add(&db, INT64_MAX, "", 0), ERR_OK);
	assert_int_equal(add(&db, -5, "twice", 0), ERR_EXISTS);
	assert_non_null(strstr(db.why, "INSERT INTO t"));
	assert_int_equal(add(&db, 7, NULL, 0), ERR_EXISTS); /* NOT NULL: a constraint too */
	s = db_statement(&db, GET);
	db_bind_int(s, 1, INT64_MIN);
	assert_int_equal(db_row(&db, s), ERR_OK);
	assert_int_equal(sqlite3_column_int64(s, 0), -5);
	assert_memory_equal(db_column_bytes(s, 1, &len), "a\xe2\x82\xac", 4);
	assert_int_equal(len, 4);
	assert_memory_equal(db_column_bytes(s, 2, &len), "\0\0\0\0", 4);
	assert_int_equal(db_row(&db, s), ERR_OK);
	(void)db_column_bytes(s, 2, &len);
	assert_int_equal(len, 0);
	assert_int_equal(db_row(&db, s), ERR_NOT_FOUND);
	/* Bindings do not stay from one use to the next. */
	s = db_statement(&db, GET);
	assert_int_equal(db_row(&db, s), ERR_NOT_FOUND);
	db_close(&db);
}

static void nothing_half_done_stays(void **state)
{
	struct db db;

	(void)state;
	assert_int_equal(db_open(&db, &kind, path, DB_CREATE), ERR_OK);
	assert_int_equal(db_begin(&db), ERR_OK);
	assert_int_equal(add(&db, 1, "x", 0), ERR_OK);
	db_rollback(&db);
	db_rollback(&db);
	assert_int_equal(count(&db), 0);
	assert_int_equal(db_begin(&db), ERR_OK);
	assert_int_equal(add(&db, 1, "x", 0), ERR_OK);
	assert_int_equal(db_commit(&db), ERR_OK);
	assert_int_equal(db_begin(&db), ERR_OK);
	assert_int_equal(add(&db, 2, "x", 0), ERR_OK);
	db_close(&db); /* rolls back */
	assert_int_equal(db_open(&db, &kind, path, DB_WRITE), ERR_OK);
	assert_int_equal(count(&db), 1);
	db_close(&db);
}

static void write_file(const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void shell(const char *sql)
{
	char command[512];

	(void)snprintf(command, sizeof command, "sqlite3 %s '%s' >/dev/null", path, sql);
	assert_int_equal(system(command), 0);
}

static void foreign_files_are_left_alone(void **state)
{
	struct db db;

	(void)state;
	write_file("This is no database at all, but long enough to look like one: "
		   "................................................................");
	assert_int_equal(db_open(&db, &kind, path, DB_WRITE), ERR_DB_FOREIGN);
	assert_int_equal(unlink(path), 0);
	shell("CREATE TABLE t (n); PRAGMA application_id = 7; PRAGMA user_version = 2");
	assert_int_equal(db_open(&db, &kind, path, DB_WRITE), ERR_DB_FOREIGN);
	assert_non_null(strstr(db.why, "not a test database"));
	assert_int_equal(db_open(&db, &kind, path, DB_READ_ONLY), ERR_DB_FOREIGN);
	assert_int_equal(unlink(path), 0);
	write_file(""); /* made, and never finished */
	assert_int_equal(db_open(&db, &kind, path, DB_WRITE), ERR_DB_FOREIGN);
}

static void versions(void **state)
{
	struct db db;

	(void)state;
	migration_count = 1; /* the statements want the second: it was an older program */
	assert_int_equal(db_open(&db, &kind, path, DB_CREATE), ERR_DB);
	shell("INSERT INTO t VALUES (1, \"old\")");
	migration_count = 2;
	assert_int_equal(
		db_open(&db, &kind, path, DB_READ_ONLY), ERR_DB_FOREIGN); /* not migrated */
	assert_int_equal(db_open(&db, &kind, path, DB_WRITE), ERR_OK);
	assert_int_equal(add(&db, 2, "new", 9), ERR_OK);
	assert_int_equal(count(&db), 2);
	db_close(&db);
	assert_int_equal(db_open(&db, &kind, path, DB_READ_ONLY), ERR_OK);
	db_close(&db);
	/* A migration that fails leaves the version before it. */
	migration_count = 3;
	assert_int_equal(db_open(&db, &kind, path, DB_WRITE), ERR_DB);
	migration_count = 2;
	assert_int_equal(db_open(&db, &kind, path, DB_WRITE), ERR_OK);
	assert_int_equal(count(&db), 2);
	db_close(&db);
	/* One from the future. */
	shell("PRAGMA user_version = 3");
	assert_int_equal(db_open(&db, &kind, path, DB_WRITE), ERR_DB_FOREIGN);
	assert_non_null(strstr(db.why, "version 3, this program knows 2"));
	assert_int_equal(db_open(&db, &kind, path, DB_READ_ONLY), ERR_DB_FOREIGN);
}

static void readers_write_nothing(void **state)
{
	struct db writer, reader;

	(void)state;
	assert_int_equal(db_open(&writer, &kind, path, DB_CREATE), ERR_OK);
	assert_int_equal(add(&writer, 1, "x", 0), ERR_OK);
	assert_int_equal(db_open(&reader, &kind, path, DB_READ_ONLY), ERR_OK);
	assert_int_equal(count(&reader), 1);
	assert_int_equal(add(&reader, 2, "x", 0), ERR_PERMISSION);
	assert_int_equal(add(&writer, 2, "x", 0), ERR_OK);
	assert_int_equal(count(&reader), 2);
	db_close(&reader);
	db_close(&writer);
}

static void a_full_disk_is_told_and_undone(void **state)
{
	struct db db;
	enum err err = ERR_OK;
	int64_t n = 0;

	(void)state;
	assert_int_equal(db_open(&db, &kind, path, DB_CREATE), ERR_OK);
	assert_int_equal(add(&db, n++, "x", 100), ERR_OK);
	assert_int_equal(db_exec(&db, "PRAGMA max_page_count = 40"), ERR_OK);
	assert_int_equal(db_begin(&db), ERR_OK);
	while (err == ERR_OK && n < 1000)
		err = add(&db, n++, "x", 10000);
	assert_int_equal(err, ERR_DB_FULL);
	assert_true(n < 30);
	db_rollback(&db);
	assert_int_equal(count(&db), 1);
	assert_int_equal(db_exec(&db, "PRAGMA max_page_count = 4000"), ERR_OK);
	assert_int_equal(add(&db, 99, "x", 10000), ERR_OK); /* room again */
	db_close(&db);
}

static void one_writer_at_a_time(void **state)
{
	struct db one, two;

	(void)state;
	assert_int_equal(db_open(&one, &kind, path, DB_CREATE), ERR_OK);
	assert_int_equal(db_open(&two, &kind, path, DB_WRITE), ERR_OK);
	(void)sqlite3_busy_timeout(two.handle, 0);
	assert_int_equal(db_begin(&one), ERR_OK);
	assert_int_equal(db_begin(&two), ERR_LOCKED);
	assert_false(two.in_transaction);
	assert_int_equal(db_commit(&one), ERR_OK);
	assert_int_equal(db_begin(&two), ERR_OK);
	assert_int_equal(db_commit(&two), ERR_OK);
	db_close(&one);
	db_close(&two);
}

static void the_log_is_kept_short(void **state)
{
	struct db db;

	(void)state;
	assert_int_equal(db_open(&db, &kind, path, DB_CREATE), ERR_OK);
	for (int64_t n = 0; n < 50; n++)
		assert_int_equal(add(&db, n, "x", 10000), ERR_OK);
	assert_int_equal(db_checkpoint(&db), 0);
	db_close(&db);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(made_private_and_only_once),
		TEST(rows_come_back),
		TEST(nothing_half_done_stays),
		TEST(foreign_files_are_left_alone),
		TEST(versions),
		TEST(readers_write_nothing),
		TEST(a_full_disk_is_told_and_undone),
		TEST(one_writer_at_a_time),
		TEST(the_log_is_kept_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
