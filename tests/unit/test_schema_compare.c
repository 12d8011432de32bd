/* A ledger whose views, triggers or tables have been altered is told from one that is as made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "engine/ledger_audit.h"
#include "store/schema_compare.h"
#include "tests/unit/little_days.h"

static struct little_market market;

static int setup(void **state)
{
	(void)state;
	little_open(&market);
	little_days_work(&market);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	little_close(&market);
	return 0;
}

/* A copy of the ledger with that done to it. */
static void copy(const char *path, const char *change)
{
	char sql[256];
	sqlite3 *db = NULL;

	(void)unlink(path);
	(void)snprintf(sql, sizeof sql, "VACUUM INTO '%s'", path);
	assert_int_equal(
		sqlite3_exec(market.engine.ledger.db.handle, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, change, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void what_is_altered_is_named(void **state)
{
	static const struct {
		const char *change, *why;
	} cases[] = {
		{"SELECT 1", ""},
		{"DROP VIEW v_prices; CREATE VIEW v_prices AS SELECT 1 AS auction",
			"view v_prices: it is not what this version makes"},
		{"DROP VIEW v_prices", "view v_prices: it is missing"},
		{"DROP TRIGGER blocks_no_update", "trigger blocks_no_update: it is missing"},
		{"CREATE VIEW a_view AS SELECT 1", "view a_view: no ledger has it"},
		{"CREATE VIEW z_view AS SELECT 1", "view z_view: no ledger has it"},
		{"CREATE TABLE w (x)", "table w: no ledger has it"},
		{"CREATE INDEX i ON transfers (height)", "index i: no ledger has it"},
	};
	struct ledger_audit *a = calloc(1, sizeof *a);
	char path[128];

	(void)state;
	(void)snprintf(path, sizeof path, "%s/copy.db", market.folder);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		copy(path, cases[i].change);
		memset(a, 0, sizeof *a);
		assert_int_equal(ledger_audit_open(a, path, NULL), ERR_OK);
		assert_int_equal(ledger_audit_run(a), ERR_OK);
		if (!strstr(a->why, cases[i].why))
			fail_msg("%s: %s", cases[i].change, a->why);
		assert_int_equal(a->fault.verdict, cases[i].why[0] ? VERDICT_BAD_ROW : VERDICT_OK);
		ledger_audit_close(a);
	}
	free(a);
}

static void a_failing_database_says_nothing(void **state)
{
	struct db closed = {.handle = NULL};
	char why[ROW_COMPARE_WHY_MAX] = "";

	(void)state;
	assert_int_equal(schema_compare(&closed, &market.engine.ledger.db, why), ROWS_UNREADABLE);
	assert_non_null(strstr(why, "cannot be read"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_altered_is_named),
		cmocka_unit_test(a_failing_database_says_nothing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
