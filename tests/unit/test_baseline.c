#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/vpp/baseline.h"

enum { DAY = 24, DAYS = 60, HOMES = 2, FRIDAY = 1 /* 1970-01-02 */ };

static int32_t *rooms[HOMES];
static struct baseline b[HOMES];
static struct outlook o;
static struct baseline_calendar calendar;

static void begin_at(int64_t lead_slots)
{
	calendar = (struct baseline_calendar){DAY, lead_slots, FRIDAY};
	for (int i = 0; i < HOMES; i++) {
		free(rooms[i]);
		rooms[i] = calloc(baseline_room(DAY), sizeof *rooms[i]);
		assert_non_null(rooms[i]);
		baseline_init(&b[i], BASELINE_HOME, &calendar, rooms[i]);
	}
}

static int begin(void **state)
{
	(void)state;
	begin_at(2);
	return 0;
}

static int end(void **state)
{
	(void)state;
	for (int i = 0; i < HOMES; i++) {
		free(rooms[i]);
		rooms[i] = NULL;
	}
	return 0;
}

/* Something a little irregular, so that a leak of the future would show. */
static int64_t load_of(int64_t slot)
{
	return 300 + slot % DAY * 20 + (slot * 7919) % 131;
}

static int64_t pv_of(int64_t slot)
{
	int64_t hour = slot % DAY;

	return hour > 6 && hour < 18 ? 1000 + (slot / DAY * 613) % 800 : 0;
}

static void meter(struct baseline *of, int64_t slot, int64_t load_wh, int64_t pv_wh)
{
	baseline_meter(of, slot, &(struct baseline_metered){.load_wh = load_wh, .pv_wh = pv_wh});
}

/* Meter up to the origin of each day and plan it, for days first..last. */
static void live(struct baseline *of, int64_t first, int64_t last)
{
	for (int64_t day = first; day <= last; day++) {
		int64_t from = day == 1 ? 0 : baseline_origin(&calendar, day - 1) + 1;

		for (int64_t slot = from; slot <= baseline_origin(&calendar, day); slot++)
			meter(of, slot, load_of(slot), pv_of(slot));
		/* Planned a whole day before it, the first knows nothing. */
		assert_true(baseline_plan_day(of, day, &o) || day == 1);
	}
}

static void same_plans(int64_t first, int64_t count)
{
	for (int64_t slot = first; slot < first + count; slot++) {
		struct baseline_slot x, y;

		assert_true(baseline_planned(&b[0], slot, &x));
		assert_true(baseline_planned(&b[1], slot, &y));
		assert_memory_equal(&x, &y, sizeof x);
	}
}

static void nothing_metered_no_plan(void **state)
{
	struct baseline_slot f;

	(void)state;
	assert_false(baseline_plan_day(&b[0], 1, &o));
	assert_false(baseline_planned(&b[0], DAY, &f));
	assert_false(baseline_expected(&b[0], DAY, DAY - 1, &f));
}

static void the_day_and_the_one_before_are_planned(void **state)
{
	struct baseline_slot f;

	(void)state;
	live(&b[0], 1, 3);
	assert_false(baseline_planned(&b[0], 2 * DAY - 1, &f));
	assert_true(baseline_planned(&b[0], 2 * DAY, &f));
	assert_true(baseline_planned(&b[0], 4 * DAY - 1, &f));
	assert_false(baseline_planned(&b[0], 4 * DAY, &f));
	assert_int_equal(baseline_origin(&calendar, 3), 3 * DAY - 3);
}

/* Two homes with the same past and another future decide the same, whenever they are asked. */
static void a_corrupt_future_changes_nothing(void **state)
{
	(void)state;
	for (int64_t lead = 0; lead <= DAY; lead += 8) {
		begin_at(lead);
		live(&b[0], 1, DAYS);
		live(&b[1], 1, DAYS - 1);
		for (int64_t slot = baseline_origin(&calendar, DAYS - 1) + 1;
			slot <= baseline_origin(&calendar, DAYS); slot++)
			meter(&b[1], slot, load_of(slot), pv_of(slot));
		/* After the origin it is a different house. */
		for (int64_t slot = baseline_origin(&calendar, DAYS) + 1; slot < (DAYS + 1) * DAY;
			slot++)
			meter(&b[1], slot, 50000 - slot, 9 * slot);
		assert_true(baseline_plan_day(&b[1], DAYS, &o));
		same_plans(DAYS * DAY, DAY);
	}
}

/* The correction an hour ahead sees what is metered up to its origin, and no more. */
static void the_hour_ahead_sees_only_the_past(void **state)
{
	int64_t origin = DAYS * DAY + 5;
	struct baseline_slot planned, x, y;

	(void)state;
	live(&b[0], 1, DAYS);
	for (int64_t slot = baseline_origin(&calendar, DAYS) + 1; slot <= origin; slot++)
		meter(&b[0], slot, load_of(slot) + 400, pv_of(slot));
	assert_true(baseline_planned(&b[0], origin + 1, &planned));
	assert_true(baseline_expected(&b[0], origin + 1, origin, &x));
	assert_true(x.wh > planned.wh);
	assert_true(x.low_wh - planned.low_wh == x.wh - planned.wh);
	series_put(&b[0].load, origin + 1, 99999);
	series_put(&b[0].pv, origin + 1, 0);
	series_put(&b[0].charge, origin + 1, 0);
	series_put(&b[0].discharge, origin + 1, 0);
	assert_true(baseline_expected(&b[0], origin + 1, origin, &y));
	assert_memory_equal(&x, &y, sizeof x);
	/* Far ahead the plan stands. */
	assert_true(baseline_planned(&b[0], origin + NOWCAST_HOURS + 1, &planned));
	assert_true(baseline_expected(&b[0], origin + NOWCAST_HOURS + 1, origin, &x));
	assert_memory_equal(&x, &planned, sizeof x);
}

static void days_that_were_not_metered_are_passed_over(void **state)
{
	int64_t after = DAYS + 50;
	struct baseline_slot f;

	(void)state;
	live(&b[0], 1, DAYS);
	for (int64_t slot = after * DAY; slot < (after + 1) * DAY; slot++)
		meter(&b[0], slot, load_of(slot), pv_of(slot));
	assert_true(baseline_plan_day(&b[0], after + 2, &o));
	assert_true(baseline_planned(&b[0], (after + 2) * DAY + 12, &f));
	assert_in_range(f.wh + 2000, 0, 3000);
	/* Known of old only: beyond what is kept there is nothing to go by. */
	assert_false(baseline_plan_day(&b[0], after + 40, &o));
}

/* The battery does as on the last days: it charges at noon and gives in the evening. */
static void the_battery_goes_on_as_lately(void **state)
{
	struct baseline_slot with, without;

	(void)state;
	live(&b[0], 1, 20);
	for (int64_t slot = 0; slot <= baseline_origin(&calendar, 20); slot++) {
		struct baseline_metered m = {.load_wh = load_of(slot), .pv_wh = pv_of(slot)};

		m.charge_wh = slot % DAY == 12 ? 700 : 0;
		m.discharge_wh = slot % DAY == 20 ? 600 : 0;
		baseline_meter(&b[1], slot, &m);
		if ((slot + 1 + calendar.lead_slots) % DAY == 0)
			(void)baseline_plan_day(&b[1], (slot + 1 + calendar.lead_slots) / DAY, &o);
	}
	for (int64_t slot = 20 * DAY; slot < 21 * DAY; slot++) {
		assert_true(baseline_planned(&b[0], slot, &without));
		assert_true(baseline_planned(&b[1], slot, &with));
		assert_int_equal(with.wh - without.wh, slot % DAY == 12   ? 700
						       : slot % DAY == 20 ? -600
									  : 0);
	}
}

/* Four of five slots come to lie in the band; it is as wide as the errors are. */
static void the_band_holds_four_of_five(void **state)
{
	int64_t within = 0, count = 0;

	(void)state;
	live(&b[0], 1, 40);
	for (int64_t day = 40; day < 100; day++) {
		for (int64_t slot = baseline_origin(&calendar, day) + 1;
			slot <= baseline_origin(&calendar, day + 1); slot++) {
			struct baseline_slot f;
			int64_t wh = load_of(slot) - pv_of(slot);

			assert_true(baseline_planned(&b[0], slot, &f));
			assert_true(f.low_wh <= f.wh && f.wh <= f.high_wh);
			within += f.low_wh <= wh && wh <= f.high_wh;
			count++;
			meter(&b[0], slot, load_of(slot), pv_of(slot));
		}
		assert_true(baseline_plan_day(&b[0], day + 1, &o));
	}
	assert_in_range(within * 100 / count, 70, 95);
}

/* A sum's plan is of its net: what it draws or feeds in as a whole. */
static void a_sum_may_feed_in(void **state)
{
	struct baseline_slot f;

	(void)state;
	baseline_init(&b[1], BASELINE_SUM, &calendar, rooms[1]);
	live(&b[1], 1, 30);
	assert_true(baseline_planned(&b[1], 30 * DAY + 12, &f));
	assert_true(f.wh < 0);
	assert_true(baseline_planned(&b[1], 30 * DAY, &f));
	assert_true(f.wh > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nothing_metered_no_plan, begin),
		cmocka_unit_test_setup(the_day_and_the_one_before_are_planned, begin),
		cmocka_unit_test_setup(a_corrupt_future_changes_nothing, begin),
		cmocka_unit_test_setup(the_hour_ahead_sees_only_the_past, begin),
		cmocka_unit_test_setup(days_that_were_not_metered_are_passed_over, begin),
		cmocka_unit_test_setup(the_battery_goes_on_as_lately, begin),
		cmocka_unit_test_setup(the_band_holds_four_of_five, begin),
		cmocka_unit_test_setup(a_sum_may_feed_in, begin),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
