#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/vpp/forecast.h"

enum { DAY = 24, ROOM = SERIES_DAYS * DAY, DAYS = 120 };

static int32_t load_room[ROOM], pv_room[ROOM];
static struct series load, pv;
static struct forecast f;
static struct outlook o;

static int begin(void **state)
{
	(void)state;
	series_init(&load, load_room, DAY);
	series_init(&pv, pv_room, DAY);
	return 0;
}

static bool is_weekend(int64_t day)
{
	return day % 7 >= 5;
}

/* A household that is up by day and in the evening, more so at weekends; its days are more or less
 * clear. */
static int64_t load_of(int64_t day, int64_t hour)
{
	int64_t usual = hour < 7 ? 200 : hour < 17 ? 500 : 900;

	return is_weekend(day) ? usual * 3 / 2 : usual;
}

static int64_t pv_of(int64_t day, int64_t hour)
{
	int64_t clear = hour > 6 && hour < 18 ? 3000 - 80 * (hour - 12) * (hour - 12) : 0;

	return clear * (25 + day * 37 % 76) / 100;
}

/* Plan each day at its midnight, meter it, learn it; returns the sum of the last 28 days' errors,
 * and *ret_naive that of yesterday's. */
static int64_t live(enum forecast_kind kind, int64_t *ret_naive)
{
	int64_t errors = 0, naive = 0;

	forecast_init(&f, kind);
	for (int64_t day = 0; day < DAYS; day++) {
		int64_t plan[DAY];

		outlook_look(&o, &load, &pv, day * DAY - 1);
		for (int64_t h = 0; h < DAY; h++)
			plan[h] = forecast_wh(&f, &o, day * DAY + h, is_weekend(day));
		for (int64_t h = 0; h < DAY; h++) {
			int64_t l = load_of(day, h) + (day * 7 + h * 3) % 41, p = pv_of(day, h);
			int64_t wh = kind == FORECAST_LOAD ? l : kind == FORECAST_PV ? p : l - p;
			int64_t before_l = series_get(&load, (day - 1) * DAY + h);
			int64_t before_p = series_get(&pv, (day - 1) * DAY + h);

			series_put(&load, day * DAY + h, l);
			series_put(&pv, day * DAY + h, p);
			if (day < DAYS - 28)
				continue;
			errors += llabs(plan[h] - wh);
			naive += llabs((kind == FORECAST_PV ? 0 : before_l) -
				       (kind == FORECAST_LOAD ? 0 : before_p) +
				       (kind == FORECAST_PV ? 2 * before_p : 0) - wh);
		}
		forecast_learn(&f, &o, day * DAY, is_weekend(day));
	}
	*ret_naive = naive;
	return errors;
}

static void before_it_has_learnt_it_is_the_mean(void **state)
{
	(void)state;
	forecast_init(&f, FORECAST_NET);
	outlook_look(&o, &load, &pv, -1);
	assert_int_equal(forecast_wh(&f, &o, 5, false), 0);
	for (int64_t slot = 0; slot < 2 * DAY; slot++) {
		series_put(&load, slot, 700);
		series_put(&pv, slot, 200);
	}
	outlook_look(&o, &load, &pv, 2 * DAY - 1);
	assert_int_equal(forecast_wh(&f, &o, 2 * DAY, false), 500);
	/* Nothing known: nothing learnt. */
	outlook_look(&o, &load, &pv, -1);
	forecast_learn(&f, &o, 0, false);
	assert_int_equal(f.days, 0);
}

static void each_kind_beats_yesterday(void **state)
{
	(void)state;
	for (enum forecast_kind kind = FORECAST_LOAD; kind <= FORECAST_NET; kind++) {
		int64_t naive, errors;

		(void)begin(NULL);
		errors = live(kind, &naive);
		if (errors * 10 >= naive * 9)
			fail_msg("kind %d: %lld, yesterday's %lld", (int)kind, (long long)errors,
				(long long)naive);
	}
}

static void the_sun_does_not_draw(void **state)
{
	int64_t naive;

	(void)state;
	(void)live(FORECAST_PV, &naive);
	/* Coefficients that would make of any sun less than none. */
	for (uint32_t i = 0; i < f.ridge.count; i++)
		f.ridge.coefficients_q32[i] = -f.ridge.coefficients_q32[i];
	outlook_look(&o, &load, &pv, DAYS * DAY - 1);
	for (int64_t h = 0; h < DAY; h++) {
		assert_int_equal(forecast_wh(&f, &o, DAYS * DAY + h, false), 0);
	}
}

static void an_unmetered_slot_teaches_nothing(void **state)
{
	struct forecast before;
	int64_t naive;

	(void)state;
	(void)live(FORECAST_LOAD, &naive);
	before = f;
	outlook_look(&o, &load, &pv, DAYS * DAY - 1);
	forecast_learn(&f, &o, DAYS * DAY, false);
	/* All sums fade alike, so the coefficients stay. */
	for (uint32_t i = 0; i < f.ridge.count; i++)
		assert_in_range(f.ridge.coefficients_q32[i] - before.ridge.coefficients_q32[i] +
					(INT64_C(1) << 20),
			0, INT64_C(1) << 21);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(before_it_has_learnt_it_is_the_mean, begin),
		cmocka_unit_test_setup(each_kind_beats_yesterday, begin),
		cmocka_unit_test_setup(the_sun_does_not_draw, begin),
		cmocka_unit_test_setup(an_unmetered_slot_teaches_nothing, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
