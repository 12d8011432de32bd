/* The home's past in its own database: what a restart leaves of it, hour by hour. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "hem-client/ems/past_hours.h"
#include "tests/lib/scratch.h"

static char folder[SCRATCH_MAX];
static struct hem_db db;
static struct past past;

static int setup(void **state)
{
	(void)state;
	assert_int_equal(scratch_make(folder), 0);
	assert_int_equal(hem_db_open(&db, folder), ERR_OK);
	past_init(&past, 900);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	hem_db_close(&db);
	return scratch_remove(folder);
}

static void add(int64_t slot, int64_t load_wh, int64_t pv_wh)
{
	const struct slot_energy e = {load_wh, pv_wh};

	assert_int_equal(past_hours_add(&db, &past, slot, &e), ERR_OK);
}

/* The program ends, and begins anew with what is kept. */
static void restart(int64_t slot_s)
{
	hem_db_close(&db);
	assert_int_equal(hem_db_open(&db, folder), ERR_OK);
	past_init(&past, slot_s);
	assert_int_equal(past_hours_load(&db, &past), ERR_OK);
}

static void step_is(int64_t step, int64_t load_wh, int64_t pv_wh)
{
	struct slot_energy e;

	assert_true(past_get(&past, step, &e));
	assert_int_equal(e.load_wh, load_wh);
	assert_int_equal(e.pv_wh, pv_wh);
}

static void run(const char *sql)
{
	assert_int_equal(sqlite3_exec(db.db.handle, sql, NULL, NULL, NULL), SQLITE_OK);
}

static int64_t rows(void)
{
	sqlite3_stmt *s = NULL;
	int64_t n;

	assert_int_equal(
		sqlite3_prepare_v2(db.db.handle, "SELECT count(*) FROM hours", -1, &s, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	n = sqlite3_column_int64(s, 0);
	(void)sqlite3_finalize(s);
	return n;
}

static void a_new_home_has_none(void **state)
{
	struct slot_energy e;

	(void)state;
	assert_int_equal(past_hours_load(&db, &past), ERR_OK);
	assert_false(past.begun);
	assert_false(past_get(&past, 0, &e));
}

/* An hour that a restart falls into goes on with what it had; a gap stays one. */
static void an_hour_goes_on_after_a_restart(void **state)
{
	struct slot_energy e;

	(void)state;
	add(0, 100, 10);
	add(1, 200, 20);
	restart(900);
	step_is(0, 300, 30);
	add(3, 400, 0);
	step_is(0, 700, 30);
	add(8, 50, 5);
	restart(900);
	step_is(0, 700, 30);
	step_is(2, 50, 5);
	assert_false(past_get(&past, 1, &e));
	assert_int_equal(rows(), 2);
}

/* Slots before the market's start, out of a home's history, and slots that are longer than an hour.
 */
static void every_slot_has_its_step(void **state)
{
	(void)state;
	add(-5, 70, 7);
	add(-1, 80, 8);
	restart(900);
	step_is(-2, 70, 7);
	step_is(-1, 80, 8);
	run("DELETE FROM hours");
	restart(7200);
	add(3, 900, 90);
	restart(7200);
	step_is(3, 900, 90);
}

static void what_is_too_old_is_not_kept(void **state)
{
	struct slot_energy e;

	(void)state;
	for (int64_t hour = 0; hour < PAST_STEPS + 9; hour++)
		add(4 * hour, hour + 1, 0);
	assert_in_range(rows(), PAST_STEPS, PAST_STEPS + 1);
	restart(900);
	assert_false(past_get(&past, 8, &e));
	step_is(9, 10, 0);
	step_is(PAST_STEPS + 8, PAST_STEPS + 9, 0);
	/* What comes late for an hour that is gone leaves no row. */
	add(0, 1, 1);
	assert_in_range(rows(), PAST_STEPS, PAST_STEPS + 1);
	assert_false(past_get(&past, 0, &e));
}

/* An hour that could not be written is told, and is whole again with its next slot. */
static void a_failed_write_is_told(void **state)
{
	const struct slot_energy e = {30, 3};

	(void)state;
	add(0, 10, 1);
	run("CREATE TRIGGER full BEFORE INSERT ON hours BEGIN SELECT RAISE(ABORT, 'full'); END");
	assert_int_not_equal(past_hours_add(&db, &past, 1, &e), ERR_OK);
	run("DROP TRIGGER full");
	add(2, 200, 20);
	restart(900);
	step_is(0, 240, 24);
	run("DROP TABLE hours");
	past_init(&past, 900);
	assert_int_not_equal(past_hours_load(&db, &past), ERR_OK);
	assert_int_not_equal(past_hours_add(&db, &past, 3, &e), ERR_OK);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_new_home_has_none),
		TEST(an_hour_goes_on_after_a_restart),
		TEST(every_slot_has_its_step),
		TEST(what_is_too_old_is_not_kept),
		TEST(a_failed_write_is_told),
	};

	return cmocka_run_group_tests_name("past_hours", tests, NULL, NULL);
}
