#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/vpp/persistence.h"

enum { LEAD = 2, SLOTS = 4000 };

static struct persistence p;

static int begin(void **state)
{
	(void)state;
	persistence_init(&p, LEAD);
	return 0;
}

static void at_first_it_is_half(void **state)
{
	(void)state;
	assert_int_equal(persistence_expect(&p, 3000), 1500);
	assert_int_equal(persistence_expect(&p, -3000), -1500);
	assert_int_equal(persistence_expect(&p, 0), 0);
	assert_int_equal(persistence_expect(&p, INT64_C(1) << 40), INT64_C(1) << 39);
}

/* Being short lasts by nine tenths, being long by one. */
static void each_side_is_learnt(void **state)
{
	(void)state;
	for (int64_t slot = 0; slot < SLOTS; slot += 2 * LEAD) {
		int64_t wh = 1000 + slot % 700;
		int64_t long_wh = -2000 - slot % 900;

		persistence_learn(&p, slot, wh);
		persistence_learn(&p, slot + 1, long_wh);
		persistence_learn(&p, slot + LEAD, wh * 9 / 10);
		persistence_learn(&p, slot + LEAD + 1, long_wh / 10);
		/* A gap: what comes next says nothing of what was before. */
		p.slot[0] = p.slot[1] = INT64_MIN;
	}
	assert_in_range(persistence_expect(&p, 1000), 870, 900);
	assert_in_range(-persistence_expect(&p, -1000), 95, 130);
}

static void slots_that_are_missing_teach_nothing(void **state)
{
	struct persistence before;

	(void)state;
	persistence_learn(&p, 10, 5000);
	before = p;
	persistence_learn(&p, 14, -5000);
	assert_memory_equal(before.lasting, p.lasting, sizeof p.lasting);
	persistence_learn(&p, 16, -5000);
	assert_memory_not_equal(before.lasting, p.lasting, sizeof p.lasting);
}

/* What turns around is expected to be gone, not to turn. */
static void nothing_turns_around(void **state)
{
	(void)state;
	for (int64_t slot = 0; slot < SLOTS; slot++)
		persistence_learn(&p, slot, slot / LEAD % 2 ? 1000 : -1000);
	assert_int_equal(persistence_expect(&p, 1000), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(at_first_it_is_half, begin),
		cmocka_unit_test_setup(each_side_is_learnt, begin),
		cmocka_unit_test_setup(slots_that_are_missing_teach_nothing, begin),
		cmocka_unit_test_setup(nothing_turns_around, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
