/* The home's past, hour by hour, and the hours it lets expect. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "hem-client/tcr/past.h"

static struct past past;

/* One price in even hours, another in odd ones. */
static struct tariff_prices prices(const void *self, int64_t start_s)
{
	(void)self;
	return (struct tariff_prices){start_s / 3600 % 2 ? 40000 : 22000, 5000};
}

static const struct tariff tariff = {NULL, prices};

static void slots_add_up_to_hours(void **state)
{
	struct slot_energy e;

	(void)state;
	past_init(&past, 900);
	assert_false(past_get(&past, 0, &e));
	for (int64_t slot = 0; slot < 6; slot++)
		past_add(&past, slot, &(struct slot_energy){10, slot});
	assert_true(past_get(&past, 0, &e));
	assert_true(e.load_wh == 40 && e.pv_wh == 0 + 1 + 2 + 3);
	assert_true(past_get(&past, 1, &e));
	assert_true(e.load_wh == 20 && e.pv_wh == 4 + 5);
	assert_false(past_get(&past, 2, &e));
	/* A gap is a gap, and what is too old is gone. */
	past_add_step(&past, 5, &(struct slot_energy){1, 1});
	assert_false(past_get(&past, 3, &e));
	past_add_step(&past, PAST_STEPS, &(struct slot_energy){1, 1});
	assert_false(past_get(&past, 0, &e));
	assert_true(past_get(&past, 1, &e));
	past_add_step(&past, 0, &(struct slot_energy){9, 9});
	assert_false(past_get(&past, 0, &e));
	past_add_step(&past, 10 * PAST_STEPS, &(struct slot_energy){2, 2});
	assert_false(past_get(&past, PAST_STEPS, &e));
}

static void long_slots_are_steps(void **state)
{
	(void)state;
	past_init(&past, 7200);
	assert_int_equal(past_step_s(&past), 7200);
	assert_int_equal(past_step(&past, 3), 3);
	past_init(&past, 1800);
	assert_int_equal(past_step(&past, 3), 1);
	assert_int_equal(past_step(&past, -1), -1);
}

/* Yesterday half, the day before and a week before a quarter each. */
static void days_are_weighed(void **state)
{
	struct past_ahead a;

	(void)state;
	past_init(&past, 900);
	assert_false(past_look_ahead(&past, &tariff, 0, &a));
	for (int64_t hour = 0; hour <= 7 * 24; hour++) {
		int64_t day = hour / 24;
		past_add_step(&past, hour,
			&(struct slot_energy){day == 6   ? 400
					      : day == 5 ? 200
					      : day == 0 ? 1000
							 : 7,
				hour % 24});
	}
	/* It is the first hour of day 7. */
	assert_true(past_look_ahead(&past, &tariff, 7 * 86400 + 900, &a));
	assert_int_equal(a.step_s, 3600);
	assert_int_equal(a.first_s, 2700);
	assert_int_equal(a.energy[0].load_wh, (2 * 400 + 200 + 1000) / 4);
	assert_int_equal(a.energy[13].pv_wh, 13);
	assert_int_equal(a.energy[24].load_wh, (2 * 400 + 200 + 1000) / 4); /* day 7 is not over */
	assert_int_equal(a.prices[0].import_mc_per_kwh, 22000);
	assert_int_equal(a.prices[1].import_mc_per_kwh, 40000);
}

static void without_yesterday_nothing_is_said(void **state)
{
	struct past_ahead a;

	(void)state;
	past_init(&past, 900);
	for (int64_t hour = 0; hour <= 23; hour++)
		past_add_step(&past, hour, &(struct slot_energy){100, 0});
	assert_false(past_look_ahead(&past, &tariff, 23 * 3600, &a)); /* hour 23 is not over */
	past_add_step(&past, 24, &(struct slot_energy){100, 0});
	assert_true(past_look_ahead(&past, &tariff, 24 * 3600, &a));
	past_add_step(&past, 26, &(struct slot_energy){100, 0});
	past_add_step(&past, 49, &(struct slot_energy){100, 0});
	assert_false(past_look_ahead(&past, &tariff, 49 * 3600, &a)); /* hour 25 was missed */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slots_add_up_to_hours),
		cmocka_unit_test(long_slots_are_steps),
		cmocka_unit_test(days_are_weighed),
		cmocka_unit_test(without_yesterday_nothing_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
