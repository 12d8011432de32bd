#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/vpp/community.h"

enum { DAY = 24, HOMES = 2, DAYS = 12 };

static int32_t *rooms[HOMES + 1];
static struct baseline_metered *past;
static struct baseline homes[HOMES];
static struct community c;
static struct outlook o;
static const struct baseline_calendar calendar = {DAY, 2, 1};

static int begin(void **state)
{
	(void)state;
	for (int i = 0; i <= HOMES; i++) {
		rooms[i] = calloc(baseline_room(DAY), sizeof *rooms[i]);
		assert_non_null(rooms[i]);
	}
	past = calloc(community_room(DAY), sizeof *past);
	assert_non_null(past);
	for (int i = 0; i < HOMES; i++)
		baseline_init(&homes[i], BASELINE_HOME, &calendar, rooms[i]);
	community_init(&c, &calendar, rooms[HOMES], past);
	return 0;
}

static int end(void **state)
{
	(void)state;
	for (int i = 0; i <= HOMES; i++)
		free(rooms[i]);
	free(past);
	return 0;
}

/* Home i draws 1,000 (i + 1) and its battery takes in 100 at noon. */
static void meter(int i, int64_t slot)
{
	const struct baseline_metered m = {
		.load_wh = 1000 * (i + 1), .charge_wh = slot % DAY == 12 ? 100 : 0};

	baseline_meter(&homes[i], slot, &m);
}

/* Slots first .. the origin of day, each home from its own first slot on. */
static void live(int64_t first, int64_t day, const int64_t begins[HOMES])
{
	for (int64_t slot = first; slot <= baseline_origin(&calendar, day); slot++) {
		for (int i = 0; i < HOMES; i++) {
			if (slot >= begins[i])
				meter(i, slot);
			if (begins[i] != INT64_MAX)
				community_add_metered(&c, &homes[i], slot);
		}
		community_meter(&c, slot);
	}
	community_forget(&c);
	for (int i = 0; i < HOMES; i++) {
		if (baseline_plan_day(&homes[i], day, &o))
			community_add_past(&c, &homes[i], &o, day);
	}
}

static void plans(int64_t day, int64_t wh, int64_t at_noon_wh)
{
	struct baseline_slot f;

	assert_true(community_plan_day(&c, day, &o));
	for (int64_t slot = day * DAY; slot < (day + 1) * DAY; slot++) {
		assert_true(baseline_planned(&c.sum, slot, &f));
		assert_in_range(f.wh + 10, (slot % DAY == 12 ? at_noon_wh : wh) - 30,
			(slot % DAY == 12 ? at_noon_wh : wh) + 50);
	}
}

static void without_homes_there_is_no_plan(void **state)
{
	(void)state;
	live(0, 2, (const int64_t[]){INT64_MAX, INT64_MAX});
	assert_false(community_plan_day(&c, 2, &o));
}

static void homes_add_up(void **state)
{
	(void)state;
	live(0, DAYS, (const int64_t[]){0, 0});
	plans(DAYS, 3000, 3200);
}

/* The second home is metered for the last day alone. */
static void one_that_joins_belongs_to_the_past(void **state)
{
	(void)state;
	live(0, DAYS, (const int64_t[]){0, (DAYS - 1) * DAY - 2});
	assert_int_equal(series_get(&c.sum.load, 3), 1000);
	plans(DAYS, 3000, 3200);
	assert_int_equal(series_get(&c.sum.load, 3), 3000);
	assert_int_equal(series_get(&c.sum.charge, 12), 200);
}

/* One that leaves is not in the past any more. */
static void one_that_leaves_takes_its_past_along(void **state)
{
	(void)state;
	live(0, DAYS, (const int64_t[]){0, 0});
	plans(DAYS, 3000, 3200);
	community_forget(&c);
	assert_false(community_plan_day(&c, DAYS, &o));
	assert_true(baseline_plan_day(&homes[0], DAYS, &o));
	community_add_past(&c, &homes[0], &o, DAYS);
	plans(DAYS, 1000, 1100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(without_homes_there_is_no_plan, begin, end),
		cmocka_unit_test_setup_teardown(homes_add_up, begin, end),
		cmocka_unit_test_setup_teardown(one_that_joins_belongs_to_the_past, begin, end),
		cmocka_unit_test_setup_teardown(one_that_leaves_takes_its_past_along, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
