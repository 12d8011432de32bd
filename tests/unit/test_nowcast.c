#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/vpp/nowcast.h"

enum { SAMPLES = 3000 };

static void an_empty_one_corrects_nothing(void **state)
{
	struct nowcast n = {.xx = {0}};

	(void)state;
	for (uint32_t h = 0; h <= NOWCAST_HOURS; h++)
		assert_int_equal(nowcast_share(&n, h), 0);
}

static void a_share_is_learnt_for_each_hour(void **state)
{
	struct nowcast n = {.xx = {0}};

	(void)state;
	for (int i = 0; i < SAMPLES; i++) {
		int64_t error = (i % 2 ? 1 : -1) * (100 + i % 37);

		nowcast_learn(&n, 0, error, error);
		nowcast_learn(&n, 1, error, error / 2);
		nowcast_learn(&n, 2, error, -error);
		nowcast_learn(&n, 3, error, 3 * error);
	}
	assert_int_equal(nowcast_share(&n, 0), NOWCAST_Q);
	assert_in_range(nowcast_share(&n, 1), NOWCAST_Q * 49 / 100, NOWCAST_Q * 51 / 100);
	assert_int_equal(nowcast_share(&n, 2), 0);
	assert_int_equal(nowcast_share(&n, 3), NOWCAST_Q);
	assert_int_equal(nowcast_share(&n, 4), 0);
}

static void the_old_fades(void **state)
{
	struct nowcast n = {.xx = {0}};

	(void)state;
	for (int i = 0; i < SAMPLES; i++)
		nowcast_learn(&n, 0, 100, 100);
	for (int i = 0; i < 3 * SAMPLES; i++)
		nowcast_learn(&n, 0, 100, 0);
	assert_in_range(nowcast_share(&n, 0), 0, NOWCAST_Q / 100);
}

static void the_greatest_errors_stay_within_bounds(void **state)
{
	struct nowcast n = {.xx = {0}};

	(void)state;
	for (int i = 0; i < 20 * SAMPLES; i++)
		nowcast_learn(&n, 0, INT32_MAX, INT32_MAX);
	assert_int_equal(nowcast_share(&n, 0), NOWCAST_Q);
	nowcast_learn(&n, NOWCAST_HOURS, 1, 1);
	assert_int_equal(nowcast_share(&n, NOWCAST_HOURS), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_one_corrects_nothing),
		cmocka_unit_test(a_share_is_learnt_for_each_hour),
		cmocka_unit_test(the_old_fades),
		cmocka_unit_test(the_greatest_errors_stay_within_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
