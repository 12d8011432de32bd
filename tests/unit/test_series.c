#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/vpp/series.h"

enum { DAY = 3, ROOM = SERIES_DAYS * DAY };

static int32_t room[ROOM];
static struct series s;

static int begin(void **state)
{
	(void)state;
	assert_int_equal(series_room(DAY), ROOM);
	series_init(&s, room, DAY);
	return 0;
}

static void nothing_is_known_at_first(void **state)
{
	(void)state;
	assert_int_equal(series_get(&s, 0), SERIES_UNKNOWN);
	assert_int_equal(series_get(&s, -1), SERIES_UNKNOWN);
}

static void what_was_put_is_there(void **state)
{
	(void)state;
	for (int64_t slot = -7; slot < 5; slot++)
		series_put(&s, slot, 100 + slot);
	for (int64_t slot = -7; slot < 5; slot++)
		assert_int_equal(series_get(&s, slot), 100 + slot);
	assert_int_equal(series_get(&s, 5), SERIES_UNKNOWN);
	assert_int_equal(series_get(&s, -8), SERIES_UNKNOWN);
}

static void the_oldest_gives_way(void **state)
{
	(void)state;
	for (int64_t slot = 0; slot <= ROOM; slot++)
		series_put(&s, slot, slot);
	assert_int_equal(series_get(&s, 0), SERIES_UNKNOWN);
	assert_int_equal(series_get(&s, 1), 1);
	/* What is older than the ring changes nothing; what is in it may come late. */
	series_put(&s, 0, 77);
	assert_int_equal(series_get(&s, ROOM), ROOM);
	series_put(&s, 1, 77);
	assert_int_equal(series_get(&s, 1), 77);
}

static void gaps_are_unknown(void **state)
{
	(void)state;
	for (int64_t slot = 0; slot < ROOM; slot++)
		series_put(&s, slot, 1);
	series_put(&s, ROOM + 2, 5);
	assert_int_equal(series_get(&s, ROOM), SERIES_UNKNOWN);
	assert_int_equal(series_get(&s, ROOM + 1), SERIES_UNKNOWN);
	assert_int_equal(series_get(&s, ROOM - 1), 1);
	/* A gap longer than the ring. */
	series_put(&s, 10 * ROOM, 6);
	for (int64_t slot = 9 * ROOM + 1; slot < 10 * ROOM; slot++)
		assert_int_equal(series_get(&s, slot), SERIES_UNKNOWN);
	assert_int_equal(series_get(&s, 10 * ROOM), 6);
}

static void values_are_bounded(void **state)
{
	(void)state;
	series_put(&s, 0, -1);
	series_put(&s, 1, INT64_MAX);
	assert_int_equal(series_get(&s, 0), 0);
	assert_int_equal(series_get(&s, 1), INT32_MAX);
}

static void days_are_counted_back(void **state)
{
	int32_t wh[5] = {0};

	(void)state;
	series_put(&s, 1, 10);
	series_put(&s, 1 + 2 * DAY, 30);
	assert_int_equal(series_days(&s, 1 + 2 * DAY, 5, wh), 2);
	assert_int_equal(wh[0], 30);
	assert_int_equal(wh[1], 10);
	assert_int_equal(series_days(&s, 1 + 2 * DAY, 1, wh), 1);
	assert_int_equal(series_days(&s, 2, 5, wh), 0);
	/* (30 + 0.9 x 10) / 1.9 */
	assert_int_equal(series_fading_mean((const int32_t[]){30, 10}, 2), 20);
	assert_int_equal(series_fading_mean((const int32_t[]){1000, 100, 100}, 3), 432);
	assert_int_equal(series_fading_mean(wh, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nothing_is_known_at_first, begin),
		cmocka_unit_test_setup(what_was_put_is_there, begin),
		cmocka_unit_test_setup(the_oldest_gives_way, begin),
		cmocka_unit_test_setup(gaps_are_unknown, begin),
		cmocka_unit_test_setup(values_are_bounded, begin),
		cmocka_unit_test_setup(days_are_counted_back, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
