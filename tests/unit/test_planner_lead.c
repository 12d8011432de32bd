/* How long before a day begins it is planned, how sure the plan is, and its bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/lib/sample_params.h"
#include "tests/unit/planner_scene.h"

static void early_enough_for_all_who_need_it(void **state)
{
	static const struct {
		int64_t slot_s, horizon, lead_s;
		const char *operator;
		int64_t approval_lead_s, slots;
	} cases[] = {
		{900, 4, 5400, NULL, 0, 6},
		{900, 4, 5401, NULL, 0, 7},
		{900, 4, 86400, NULL, 0, 96},
		/* The homes' schedules of the first slots come before contracts for these. */
		{3600, 4, 5400, NULL, 0, 6},
		{900, 16, 5400, NULL, 0, 18},
		/* An operator's answer, and another try. */
		{900, 4, 5400, "dso", 900, 6},
		{900, 4, 5400, "dso", 1800, 7},
		{900, 4, 5400, "tso", 14400, 21},
		{900, 4, 5400, "someone", 14400, 6},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct params p = sample_params();

		p.slot_s = cases[i].slot_s;
		p.horizon_slots = cases[i].horizon;
		p.approval_lead_s = cases[i].approval_lead_s;
		p.role_count = cases[i].operator? 1 : 0;
		if (cases[i].operator)
			memcpy(p.roles[0].name, cases[i].operator, strlen(cases[i].operator) + 1);
		assert_int_equal(planner_lead_slots(&p, cases[i].lead_s), cases[i].slots);
	}
}

/* The plan lies between the days: each is off it by half of what they differ by, or more. */
static void days_that_differ_have_a_band(void **state)
{
	int64_t wh = -1;

	(void)state;
	odd_days_wh = 200;
	for (int n = 0; n < LITTLE_HOMES; n++)
		live(n, -DAYS_BEFORE * DAY);
	open_planner();
	assert_false(planner_band_wh(planner, 0, 1, &wh));
	follow(-1);
	assert_false(planner_band_wh(planner, 0, DAY + 1, &wh));
	assert_false(planner_band_wh(planner, 0, 0, &wh));
	assert_int_equal(wh, -1);
	assert_true(planner_band_wh(planner, 0, DAY, &wh));
	assert_in_range(wh, LITTLE_HOMES * 100, LITTLE_HOMES * 400);
}

/* A meter may show a tenth more than the fuse; a home is not told to draw that. */
static void a_home_is_planned_within_its_fuse(void **state)
{
	(void)state;
	every_hour_wh = 26500;
	for (int n = 0; n < LITTLE_HOMES; n++)
		live(n, -DAYS_BEFORE * DAY);
	open_planner();
	follow(-1);
	for (int64_t slot = 0; slot < DAY; slot++)
		assert_int_equal(planned_home(0, slot), 25000);
	assert_true(planned(0) > LITTLE_HOMES * 26000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(early_enough_for_all_who_need_it),
		cmocka_unit_test_setup_teardown(days_that_differ_have_a_band, setup, teardown),
		cmocka_unit_test_setup_teardown(a_home_is_planned_within_its_fuse, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
