/* Market time as a home knows it, and when it asks for missing blocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "hem-client/ems/market_clock.h"
#include "hem-client/replica/catch_up.h"

static const struct params params = {
	.slot_s = 900, .start_ms = 1000000, .rate = 10, .real_start_ms = 50000};

static void time_follows_genesis(void **state)
{
	struct market_clock c;

	(void)state;
	market_clock_init(&c, &params);
	assert_true(market_clock_now(&c, 50000) == 1000000);
	assert_true(market_clock_now(&c, 50100) == 1001000);
	assert_true(market_clock_now(&c, 50050) == 1001000); /* never back */
	assert_true(market_clock_wait_ms(&c, 50100, 1002000, 5000) == 100);
	assert_true(market_clock_wait_ms(&c, 50100, 1002000, 30) == 30);
	assert_true(market_clock_wait_ms(&c, 50100, 1000500, 5000) == 0);
}

static void a_slow_clock_moves_forward(void **state)
{
	struct market_clock c;

	(void)state;
	market_clock_init(&c, &params);
	market_clock_learn(&c, 50100, 1003000, false);
	assert_true(market_clock_now(&c, 50100) == 1003000);
	market_clock_learn(&c, 50200, 1001000, false); /* an old receipt */
	assert_true(market_clock_now(&c, 50200) == 1004000);
	assert_true(market_clock_wait_ms(&c, 50200, 1005000, 5000) == 100);
}

static void a_fast_clock_stands_still(void **state)
{
	struct market_clock c;

	(void)state;
	market_clock_init(&c, &params);
	assert_true(market_clock_now(&c, 50200) == 1002000);
	market_clock_learn(&c, 50200, 1000500, true);
	assert_true(market_clock_now(&c, 50250) == 1002000);
	assert_true(market_clock_now(&c, 50400) == 1002500);
}

static void a_wrong_clock_is_not_believed(void **state)
{
	struct market_clock c;
	int64_t far_ms = 1000000 + ((int64_t)MARKET_CLOCK_OFFSET_MAX_S * 1000 + 1) * params.rate;

	(void)state;
	market_clock_init(&c, &params);
	market_clock_learn(&c, 50000, far_ms, false);
	assert_true(c.wrong);
	assert_true(market_clock_now(&c, 50000) == 1000000);
	market_clock_learn(&c, 50000, far_ms - params.rate, false);
	assert_false(c.wrong);
}

/* A leap to where the market is, and one away from it. */
static void a_leap_is_held_against_the_market(void **state)
{
	struct market_clock c;

	(void)state;
	market_clock_init(&c, &params);
	market_clock_learn(&c, 50100, 1003000, false); /* 200 ms ahead of this machine */
	assert_false(market_clock_confirms(&c, 50200, 600000, 1004100));
	assert_false(market_clock_confirms(&c, 50200, -40000, 1004100));
	assert_true(market_clock_now(&c, 50200) == 1004000);
	assert_true(market_clock_confirms(&c, 50200, 600000, 7001900));
	assert_true(market_clock_now(&c, 650200) == 7002000); /* and no correction */
}

static void nothing_is_asked_when_level(void **state)
{
	struct catch_up c;
	uint64_t from, to;

	(void)state;
	catch_up_init(&c, 7, 900000);
	assert_int_equal(c.grace_ms, CATCH_UP_GRACE_MAX_MS);
	assert_false(catch_up_ask(&c, 1 << 30, 0, &from, &to));
	catch_up_seen(&c, 7, 0, 0);
	assert_true(catch_up_is_level(&c));
	catch_up_init(&c, 0, 100);
	assert_int_equal(c.grace_ms, CATCH_UP_GRACE_MIN_MS);
}

static void a_block_under_way_is_waited_for(void **state)
{
	struct catch_up c;
	uint64_t from, to;

	(void)state;
	catch_up_init(&c, 0, 8000); /* a grace of a second */
	catch_up_seen(&c, 1, 100, 0);
	assert_false(catch_up_ask(&c, 1099, 0, &from, &to));
	catch_up_verified(&c, 1, 1000, 0);
	assert_false(catch_up_ask(&c, 90000, 0, &from, &to));
	catch_up_seen(&c, 2, 100000, 0);
	assert_true(catch_up_ask(&c, 101000, 0, &from, &to));
	assert_true(from == 2 && to == 2);
	assert_false(catch_up_ask(&c, 102999, 0, &from, &to)); /* twice the time */
	assert_true(catch_up_ask(&c, 103000, 0, &from, &to));
	assert_false(catch_up_ask(&c, 106999, 0, &from, &to)); /* and again */
}

static void many_blocks_come_in_batches(void **state)
{
	struct catch_up c;
	uint64_t from = 0, to = 0, asked = 0;

	(void)state;
	catch_up_init(&c, 0, 8000);
	catch_up_seen(&c, 40, 0, 0);
	for (int64_t now = 0; !catch_up_is_level(&c); now += 250) {
		if (catch_up_ask(&c, now, 0, &from, &to)) {
			assert_true(to - from < CATCH_UP_BLOCKS_MAX && to <= 40);
			asked++;
			for (uint64_t h = from; h <= to; h++)
				catch_up_verified(&c, h, now, 0);
		}
	}
	assert_true(asked == 3);
	catch_up_seen(&c, 41, 1 << 20, 0);
	catch_up_again(&c, 1 << 20, 7);
	assert_true(catch_up_ask(&c, (1 << 20) + 3000, 0, &from, &to));
	assert_true(from == 41 && to == 41);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_follows_genesis),
		cmocka_unit_test(a_slow_clock_moves_forward),
		cmocka_unit_test(a_fast_clock_stands_still),
		cmocka_unit_test(a_wrong_clock_is_not_believed),
		cmocka_unit_test(a_leap_is_held_against_the_market),
		cmocka_unit_test(nothing_is_asked_when_level),
		cmocka_unit_test(a_block_under_way_is_waited_for),
		cmocka_unit_test(many_blocks_come_in_batches),
	};

	return cmocka_run_group_tests_name("market_clock", tests, NULL, NULL);
}
