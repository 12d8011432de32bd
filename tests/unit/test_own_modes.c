#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "hem-client/ems/own_modes.h"
#include "tests/unit/hem_scratch.h"

static void at_first_as_registered(void **state)
{
	struct home_modes t;

	(void)state;
	assert_int_equal(own_modes_load(&db, MODE_TE, &t), ERR_OK);
	assert_true(t.count == 1 && home_mode_at(&t, 7) == MODE_TE);
}

static void kept_over_a_restart(void **state)
{
	struct home_modes t, again;

	(void)state;
	home_modes_init(&t, MODE_RE);
	home_mode_change(&t, 3, 4, MODE_TE);
	home_mode_change(&t, 4, 900, MODE_BOTH);
	assert_int_equal(own_modes_keep(&db, &t), ERR_OK);
	hem_db_close(&db);
	assert_int_equal(hem_db_open(&db, folder), ERR_OK);
	assert_int_equal(own_modes_load(&db, MODE_TE, &again), ERR_OK);
	assert_true(own_modes_equal(&t, &again));
	again.spans[2].from_slot++;
	assert_false(own_modes_equal(&t, &again));
	again = t;
	again.spans[0].mode = MODE_BOTH;
	assert_false(own_modes_equal(&t, &again));
	again = t;
	again.count--;
	assert_false(own_modes_equal(&t, &again));
}

static void what_is_no_note_is_told(void **state)
{
	static const char *const notes[] = {
		"RE", "1", "1 XX", "1 TE 2", "1 TE 2 RE 3 TE 4 RE", "x TE"};
	struct home_modes t;

	(void)state;
	for (size_t i = 0; i < sizeof notes / sizeof *notes; i++) {
		assert_int_equal(hem_db_put_note(&db, "modes", notes[i]), ERR_OK);
		if (own_modes_load(&db, MODE_TE, &t) != ERR_FORMAT)
			fail_msg("%s", notes[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			at_first_as_registered, hem_scratch_open, hem_scratch_close),
		cmocka_unit_test_setup_teardown(
			kept_over_a_restart, hem_scratch_open, hem_scratch_close),
		cmocka_unit_test_setup_teardown(
			what_is_no_note_is_told, hem_scratch_open, hem_scratch_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
