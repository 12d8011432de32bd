#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/vpp/ridge.h"

enum { SAMPLES = 400, WHOLE = 65536 };
#define WEIGHT_MAX (UINT64_C(1) << RIDGE_WEIGHT_BITS)
#define VALUE_MAX (INT64_C(1) << RIDGE_VALUE_BITS)

static uint64_t seed;

static int64_t draw(int64_t most)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (int64_t)(seed >> 33) % (2 * most + 1) - most;
}

static int begin(void **state)
{
	(void)state;
	seed = 1;
	return 0;
}

static void near(int64_t expected, int64_t actual, int64_t most)
{
	if (llabs(expected - actual) > most)
		fail_msg("%lld, expected %lld", (long long)actual, (long long)expected);
}

/* Samples of y = 3 a - b / 2 + 10 c. */
static void add_known(struct ridge *r, int n)
{
	for (int i = 0; i < n; i++) {
		const int64_t x[] = {draw(1000), draw(1000), draw(100)};

		ridge_add(r, x, 3 * x[0] - x[1] / 2 + 10 * x[2], WEIGHT_MAX / 300);
	}
}

static void a_linear_rule_is_found(void **state)
{
	static const int64_t x[] = {700, -200, 50};
	struct ridge r;

	(void)state;
	ridge_init(&r, 3);
	assert_int_equal(ridge_predict(&r, x), 0);
	add_known(&r, SAMPLES);
	ridge_solve(&r, 1);
	near(2700, ridge_predict(&r, x), 10);
	/* The ridge draws towards 0: a tenth of a feature's own size costs about a tenth. */
	ridge_solve(&r, 100);
	near(2700 * 10 / 11, ridge_predict(&r, x), 100);
}

static void what_is_forgotten_gives_way(void **state)
{
	static const int64_t x[] = {1000};
	struct ridge r;

	(void)state;
	ridge_init(&r, 1);
	for (int i = 0; i < SAMPLES; i++)
		ridge_add(&r, (int64_t[]){draw(1000)}, 0, WEIGHT_MAX / 300);
	ridge_forget(&r, 0);
	for (int i = 0; i < SAMPLES; i++) {
		int64_t a = draw(1000);

		ridge_add(&r, &a, 2 * a, WEIGHT_MAX / 300);
	}
	ridge_solve(&r, 1);
	near(2000, ridge_predict(&r, x), 4);
	/* Half forgotten, half as much again of the opposite: they meet in the middle. */
	ridge_forget(&r, WHOLE / 2);
	for (int i = 0; i < SAMPLES / 2; i++) {
		int64_t a = draw(1000);

		ridge_add(&r, &a, -2 * a, WEIGHT_MAX / 300);
	}
	ridge_solve(&r, 1);
	near(0, ridge_predict(&r, x), 150);
}

static void weights_decide(void **state)
{
	static const int64_t x[] = {1000};
	struct ridge r;

	(void)state;
	ridge_init(&r, 1);
	for (int i = 0; i < SAMPLES; i++) {
		ridge_add(&r, x, 1000, WEIGHT_MAX / 100);
		ridge_add(&r, x, 9000, WEIGHT_MAX / 700);
	}
	ridge_solve(&r, 1);
	near(2000, ridge_predict(&r, x), 10);
}

static void features_that_say_nothing_are_left_out(void **state)
{
	struct ridge r;

	(void)state;
	ridge_init(&r, 3);
	ridge_solve(&r, 3);
	assert_int_equal(ridge_predict(&r, (int64_t[]){5, 5, 5}), 0);
	/* One that is 0 throughout, and one that is another's double. */
	for (int i = 0; i < SAMPLES; i++) {
		int64_t a = draw(1000);

		ridge_add(&r, (int64_t[]){a, 0, 2 * a}, 5 * a, WEIGHT_MAX / 300);
	}
	ridge_solve(&r, 1);
	near(5000, ridge_predict(&r, (int64_t[]){1000, 700, 2000}), 10);
	assert_int_equal(r.coefficients_q32[1], 0);
}

static void the_greatest_values_stay_within_bounds(void **state)
{
	int64_t x[RIDGE_FEATURES_MAX];
	struct ridge r;

	(void)state;
	ridge_init(&r, RIDGE_FEATURES_MAX);
	for (int i = 0; i < 1 << 14; i++) {
		for (int k = 0; k < RIDGE_FEATURES_MAX; k++)
			x[k] = draw(1) >= 0 ? VALUE_MAX : -VALUE_MAX;
		ridge_add(&r, x, x[3], WEIGHT_MAX);
	}
	ridge_solve(&r, 3);
	near(x[3], ridge_predict(&r, x), VALUE_MAX / 50);
	/* And the least: one against the greatest. */
	ridge_init(&r, 2);
	for (int i = 0; i < SAMPLES; i++)
		ridge_add(&r, (int64_t[]){1, i % 2}, VALUE_MAX, 1);
	ridge_solve(&r, 3);
	assert_true(ridge_predict(&r, (int64_t[]){1, 0}) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_linear_rule_is_found, begin),
		cmocka_unit_test_setup(what_is_forgotten_gives_way, begin),
		cmocka_unit_test_setup(weights_decide, begin),
		cmocka_unit_test_setup(features_that_say_nothing_are_left_out, begin),
		cmocka_unit_test_setup(the_greatest_values_stay_within_bounds, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
