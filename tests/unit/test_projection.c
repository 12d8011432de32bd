/* How much of what a slot's first quarter shows is left at its end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "core/vpp/projection.h"

static struct projection p;

static int setup(void **state)
{
	(void)state;
	projection_init(&p);
	return 0;
}

static void all_of_it_lasts_until_it_is_known_better(void **state)
{
	(void)state;
	assert_int_equal(projection_expect(&p, 1, 3000), 3000);
	assert_int_equal(projection_expect(&p, 2, -3000), -3000);
	assert_int_equal(projection_expect(&p, 3, 0), 0);
	assert_int_equal(projection_expect(&p, 4, INT64_C(1) << 40), INT64_C(1) << 40);
}

/* Shortages last, surpluses go: each is learnt by itself. */
static void each_side_has_its_own_share(void **state)
{
	(void)state;
	for (int64_t slot = 0; slot < 400; slot++) {
		int64_t wh = (slot % 2 ? 4000 : -4000) + slot % 7 * 100;

		(void)projection_expect(&p, slot, wh);
		projection_learn(&p, slot, wh > 0 ? wh * 9 / 10 : wh / 10);
	}
	assert_in_range(projection_expect(&p, 1000, 1000), 870, 910);
	assert_in_range(-projection_expect(&p, 1001, -1000), 90, 130);
}

static void only_what_was_projected_teaches(void **state)
{
	struct projection before;

	(void)state;
	(void)projection_expect(&p, 10, 5000);
	before = p;
	projection_learn(&p, 9, 0);
	projection_learn(&p, 11, 0);
	assert_memory_equal(&p, &before, sizeof p);
	projection_learn(&p, 10, 0);
	assert_memory_not_equal(&p, &before, sizeof p);
}

/* What turns into its opposite is nothing to trade on. */
static void nothing_is_expected_of_what_turns(void **state)
{
	(void)state;
	for (int64_t slot = 0; slot < 100; slot++) {
		(void)projection_expect(&p, slot, 9000);
		projection_learn(&p, slot, -9000);
	}
	assert_int_equal(projection_expect(&p, 100, 1000), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(all_of_it_lasts_until_it_is_known_better, setup),
		cmocka_unit_test_setup(each_side_has_its_own_share, setup),
		cmocka_unit_test_setup(only_what_was_projected_teaches, setup),
		cmocka_unit_test_setup(nothing_is_expected_of_what_turns, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
