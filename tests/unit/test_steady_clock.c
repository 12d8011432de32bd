/* A clock that somebody sets while a home lives by it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "hem-client/ems/steady_clock.h"

static void it_follows_small_corrections(void **state)
{
	struct steady_clock c = {.began = false};

	(void)state;
	assert_int_equal(steady_clock_read(&c, 1000000, 500), 1000000);
	assert_int_equal(steady_clock_read(&c, 1000000 + 100 + STEADY_CLOCK_STEP_MS, 600),
		1000100 + STEADY_CLOCK_STEP_MS);
	assert_int_equal(steady_clock_read(&c, 1000300, 700), 1000300); /* and back */
	assert_int_equal(c.step_ms, 0);
}

static void a_leap_is_not_believed_by_itself(void **state)
{
	struct steady_clock c = {.began = false};

	(void)state;
	assert_int_equal(steady_clock_read(&c, 1000000, 500), 1000000);
	assert_int_equal(steady_clock_read(&c, 1600100, 600), 1000100);
	assert_int_equal(c.step_ms, 600000);
	assert_int_equal(steady_clock_read(&c, 400200, 700), 1000200);
	assert_int_equal(c.step_ms, -600000);
	assert_int_equal(steady_clock_read(&c, 1000350, 800), 1000350); /* it was a mistake */
	assert_int_equal(c.step_ms, 0);
}

static void a_leap_is_believed_when_told(void **state)
{
	struct steady_clock c = {.began = false};

	(void)state;
	(void)steady_clock_read(&c, 1000000, 500);
	(void)steady_clock_read(&c, 1600100, 600);
	steady_clock_believe(&c);
	assert_int_equal(c.step_ms, 0);
	assert_int_equal(steady_clock_read(&c, 1600200, 700), 1600200);
	assert_int_equal(c.step_ms, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_follows_small_corrections),
		cmocka_unit_test(a_leap_is_not_believed_by_itself),
		cmocka_unit_test(a_leap_is_believed_when_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
