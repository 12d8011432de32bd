#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/vpp/outlook.h"

enum { DAY = 24, ROOM = SERIES_DAYS * DAY, ORIGIN = 31 * DAY - 1, AHEAD = 9 * DAY };

static int32_t load_room[ROOM], pv_room[ROOM];
static struct series load, pv;
static struct outlook o, other;

static int begin(void **state)
{
	(void)state;
	series_init(&load, load_room, DAY);
	series_init(&pv, pv_room, DAY);
	return 0;
}

/* Day d's slot h: load 100 h + d; PV 40 d at noon, half of it an hour later. */
static void meter_days(int64_t days)
{
	for (int64_t slot = 0; slot < days * DAY; slot++) {
		int64_t day = slot / DAY, hour = slot % DAY;

		series_put(&load, slot, 100 * hour + day);
		series_put(&pv, slot, hour == 12 ? 40 * day : hour == 13 ? 20 * day : 0);
	}
}

static void an_empty_past_is_unknown(void **state)
{
	int64_t f[OUTLOOK_FEATURES];

	(void)state;
	outlook_look(&o, &load, &pv, 0);
	assert_false(outlook_knows(&o));
	outlook_features(&o, 1, true, f);
	for (int i = 0; i < OUTLOOK_FEATURES; i++)
		assert_int_equal(f[i], 0);
}

/* The mean of 100 h + d over days 30, 29, ... 3 with weights 0.9^i is 100 h + 30 - m, where m =
 * sum i 0.9^i / sum 0.9^i over 0..27, which is 7.46: 22.5 and a bit, rounded down. */
static void each_feature_is_what_it_says(void **state)
{
	int64_t f[OUTLOOK_FEATURES];

	(void)state;
	meter_days(31);
	outlook_look(&o, &load, &pv, ORIGIN);
	assert_true(outlook_knows(&o));
	outlook_features(&o, ORIGIN + 1 + 12, false, f);
	assert_int_equal(f[0], 1230);             /* yesterday */
	assert_int_equal(f[1], 1200 + 31 - 7);    /* a week before */
	assert_int_equal(f[2], 1222);             /* mean */
	assert_int_equal(f[3], 1223);             /* median of days 30..17 is 23.5 */
	assert_int_equal(f[4], 8);                /* yesterday was 30 - 22 above the means */
	assert_int_equal(f[5], 8);                /* its last three hours too */
	assert_int_equal(f[6], 1230);             /* (1130 + 1330) / 2 */
	assert_int_equal(f[7], 0);                /* 8 x 0.6^12 */
	assert_int_equal(f[8], 0);                /* no weekend */
	assert_int_equal(f[9], 1200 + 31 - 14);   /* a fortnight before */
	assert_int_equal(f[10], 8 * 1222 / 1172); /* in proportion */
	assert_int_equal(f[11], 1200);            /* PV yesterday */
	assert_int_equal(f[12], 40 * 22 + 21);    /* its mean: 40 x 22.54 */
	assert_int_equal(f[13], 1200);            /* the most of 21 days */
	assert_int_equal(f[14], 1200);            /* yesterday's morning was dark: the whole day */
	assert_int_equal(f[15], 1200);            /* its afternoon was clear */
	outlook_features(&o, ORIGIN + 1, true, f);
	assert_int_equal(f[7], 8);
	assert_int_equal(f[8], f[2]);
}

static void a_cloudy_half_day_shows(void **state)
{
	int64_t f[OUTLOOK_FEATURES];

	(void)state;
	meter_days(30);
	for (int64_t slot = 30 * DAY; slot <= ORIGIN; slot++) {
		series_put(&load, slot, 0);
		series_put(&pv, slot, slot % DAY == 12 ? 580 : 0);
	}
	outlook_look(&o, &load, &pv, ORIGIN);
	outlook_features(&o, ORIGIN + 1 + 12, false, f);
	assert_int_equal(f[13], 1160);
	/* 580 of 1160 + 580 */
	assert_in_range(f[15], 1160 / 3 - 2, 1160 / 3);
}

static void gaps_are_passed_over(void **state)
{
	int64_t f[OUTLOOK_FEATURES];

	(void)state;
	meter_days(30); /* day 30 was not metered at all */
	outlook_look(&o, &load, &pv, ORIGIN);
	outlook_features(&o, ORIGIN + 1 + 12, false, f);
	assert_int_equal(f[0], 1229);
	assert_int_equal(f[4], 0);
	assert_int_equal(f[9], 1200 + 17);
	outlook_features(&o, ORIGIN + 1 + 12 + 6 * DAY, false, f);
	assert_int_equal(f[1], f[2]); /* a week before is the missing day: the mean instead */
}

/* The first day, not metered to its end: what is missing is as what came before it. */
static void a_part_of_a_day_stands_for_the_rest(void **state)
{
	int64_t f[OUTLOOK_FEATURES];

	(void)state;
	for (int64_t slot = 2; slot < 20; slot++) {
		series_put(&load, slot, 100 + slot);
		series_put(&pv, slot, 1000 + slot);
	}
	outlook_look(&o, &load, &pv, 19);
	for (int64_t at = 20; at < 26; at++) {
		outlook_features(&o, at, false, f);
		assert_int_equal(f[0], 119);
		assert_int_equal(f[2], 119);
		assert_int_equal(f[3], 119);
		assert_int_equal(f[OUTLOOK_LOAD_FEATURES + 1], 1019);
		assert_int_equal(f[OUTLOOK_LOAD_FEATURES + 2], 1019);
	}
	outlook_features(&o, 26, false, f);
	assert_int_equal(f[0], 102);
}

/* Whatever the series have after the origin, the outlook is the same. */
static void the_future_is_not_seen(void **state)
{
	static int64_t seen[AHEAD][OUTLOOK_FEATURES], again[AHEAD][OUTLOOK_FEATURES];

	(void)state;
	meter_days(31);
	for (int64_t origin = ORIGIN - DAY; origin <= ORIGIN; origin += 7) {
		outlook_look(&o, &load, &pv, origin);
		for (int i = 0; i < AHEAD; i++)
			outlook_features(&o, origin + 1 + i, i % 2 == 0, seen[i]);
		for (int64_t slot = origin + 1; slot < origin + 1 + 2 * DAY; slot++) {
			series_put(&load, slot, 999999 - slot);
			series_put(&pv, slot, 777777 + slot);
		}
		outlook_look(&other, &load, &pv, origin);
		for (int i = 0; i < AHEAD; i++)
			outlook_features(&other, origin + 1 + i, i % 2 == 0, again[i]);
		assert_memory_equal(seen, again, sizeof seen);
		(void)begin(NULL);
		meter_days(31);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_empty_past_is_unknown, begin),
		cmocka_unit_test_setup(each_feature_is_what_it_says, begin),
		cmocka_unit_test_setup(a_cloudy_half_day_shows, begin),
		cmocka_unit_test_setup(gaps_are_passed_over, begin),
		cmocka_unit_test_setup(a_part_of_a_day_stands_for_the_rest, begin),
		cmocka_unit_test_setup(the_future_is_not_seen, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
