/* A csm.db from before homes could have another meter is brought up to now, with all that is in it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include "store/schema.h"
#include "tests/unit/little_market.h"

enum { BEFORE = 2 }; /* migrations of that time */

static char folder[SCRATCH_MAX], path[SCRATCH_MAX + 16];

static int setup(void **state)
{
	(void)state;
	assert_int_equal(scratch_make(folder), 0);
	(void)snprintf(path, sizeof path, "%s/csm.db", folder);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return scratch_remove(folder);
}

static void run(sqlite3 *db, const char *sql)
{
	char *why = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", why, sql);
}

/* The file as it was: two homes, of whose enrolments the log has forgotten one. */
static void make_old_file(void)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	for (size_t i = 0; i < BEFORE; i++)
		run(db, csm_migrations[i].sql);
	run(db, "PRAGMA application_id = 1279610162; PRAGMA user_version = 2");
	run(db, "INSERT INTO homes VALUES (2, 'home0001', 1, 2, 3, 0, 0, 0),"
		" (3, 'home0002', 1, 1, 3, 0, 0, 0)");
	run(db, "INSERT INTO meters VALUES ('SN1', 'sim', 2), ('SN2', 'sim', 3)");
	run(db, "INSERT INTO keys VALUES (2, 'ems', 'k1', 9), (2, 'meter', 'k2', 9)");
	run(db, "INSERT INTO intake VALUES (7, 1, 6, 0, 0, 0, 0, 'home-add', 'r', x'', "
		"'{\"parameters\":{\"meter_serial\":\"SN1\"}}', x'')");
	run(db, "INSERT INTO history VALUES (-2, 2, 0, 1, 0, 0, 0, 0, x'')");
	run(db, "INSERT INTO readings VALUES (-1, 2, 10, 0, 1001, 0, 0, 0, 0, '')");
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void has(sqlite3 *db, const char *want, const char *sql)
{
	sqlite3_stmt *s = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(db));
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(s, 0), want);
	(void)sqlite3_finalize(s);
}

static void nothing_is_lost(void **state)
{
	struct home home = {.kind = CLIENT_HOME, .status = HOME_REGISTERED, .number = 2};
	struct csm_db csm;

	(void)state;
	make_old_file();
	if (csm_db_open(&csm, path) != ERR_OK)
		fail_msg("%s", csm.db.why);
	/* The state has the same home, and puts no second row beside those that it has. */
	memcpy(home.terms.client_id, "home0001", sizeof "home0001");
	memcpy(home.terms.meter_serial, "SN1", sizeof "SN1");
	assert_int_equal(csm_db_put_home(&csm, &home, 11), ERR_OK);
	has(csm.db.handle, "2/1/SN1/sim/7/- 3/1/SN2/sim/0/-",
		"SELECT group_concat(home || '/' || meter || '/' || serial || '/' || type || '/' ||"
		" from_seq || '/' || coalesce(until_seq, '-'), ' ') FROM meters");
	has(csm.db.handle, "ems/0/k1/9 meter/1/k2/9",
		"SELECT group_concat(role || '/' || meter || '/' || key || '/' || from_seq, ' ')"
		" FROM keys WHERE home = 2 AND until_seq IS NULL");
	has(csm.db.handle, "-2/1/1 -1/1/1001",
		"SELECT group_concat(slot || '/' || meter || '/' || pv_wh, ' ')"
		" FROM (SELECT * FROM v_registers ORDER BY slot)");
	/* Who had registered has the mode of then, from the first slot on. */
	has(csm.db.handle, "2/-1/3",
		"SELECT group_concat(home || '/' || from_slot || '/' || mode, ' ') FROM modes");
	csm_db_close(&csm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_is_lost, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
