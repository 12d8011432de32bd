/* Limits of the community's net: whose they are, for when, which counts, and how much room they
 * leave. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/lib/network_scene.h"

enum { AHEAD = 192 /* two days of quarter hours */ };

static struct small_ledger s;
static int32_t imports[SCHEDULE_SLOTS_MAX], exports[SCHEDULE_SLOTS_MAX];

static int scene_open(void **state)
{
	(void)state;
	network_open(&s, "dso", "tso");
	for (int i = 0; i < SCHEDULE_SLOTS_MAX; i++) {
		imports[i] = 1000 + i;
		exports[i] = 500 + i;
	}
	return 0;
}

static int scene_free(void **state)
{
	(void)state;
	small_free(&s);
	return 0;
}

static struct tx limits(uint32_t role, int64_t first_slot, uint32_t count)
{
	return network_limits_tx(&s, role, first_slot, count, imports, exports);
}

static void next_slot(void)
{
	small_end_slot(&s);
	small_close(&s);
}

static void room_is(int64_t slot, enum side side, int64_t wh, enum network_role by)
{
	struct network_room room = network_room(s.l, slot, side, true, s.now_ms);

	assert_int_equal(room.wh, wh);
	assert_int_equal(room.by, by);
}

static void they_are_the_operators_alone(void **state)
{
	struct tx tx = limits(SCENE_DSO, 1, 1);

	(void)state;
	network_expect(&s, &tx, VERDICT_OK, "");
	tx = limits(SCENE_TSO, 1, 1);
	network_expect(&s, &tx, VERDICT_OK, "");
	tx = limits(SMALL_ROLE, 1, 1); /* the aggregator */
	network_expect(&s, &tx, VERDICT_NOT_ALLOWED, "address");
	tx = limits(1, 1, 1);
	network_expect(&s, &tx, VERDICT_NOT_ADMITTED, "address");
	small_admit(&s, 0, 1, 1);
	tx = limits(1, 1, 1);
	network_expect(&s, &tx, VERDICT_NOT_ALLOWED, "address");
}

static void slots_and_values_have_bounds(void **state)
{
	struct tx tx = limits(SCENE_DSO, 0, 1);

	(void)state;
	network_expect(&s, &tx, VERDICT_HORIZON, "first_slot");
	tx = limits(SCENE_DSO, AHEAD, 1);
	network_expect(&s, &tx, VERDICT_OK, "");
	tx = limits(SCENE_DSO, AHEAD + 1, 1);
	network_expect(&s, &tx, VERDICT_HORIZON, "import_wh");
	tx = limits(SCENE_DSO, AHEAD - 95, 96);
	network_expect(&s, &tx, VERDICT_OK, "");
	imports[95] = -1;
	network_expect(&s, &tx, VERDICT_OUT_OF_RANGE, "import_wh");
	imports[95] = NETWORK_LIMIT_WH_MAX;
	exports[0] = NETWORK_LIMIT_WH_MAX;
	network_expect(&s, &tx, VERDICT_OK, "");
	exports[0]++;
	network_expect(&s, &tx, VERDICT_OUT_OF_RANGE, "export_wh");
	exports[0] = 0;
	imports[95]++;
	network_expect(&s, &tx, VERDICT_OUT_OF_RANGE, "import_wh");
}

static void of_a_role_the_last_counts(void **state)
{
	(void)state;
	assert_null(network_limit(&s.l->network, NETWORK_DSO, 3));
	network_post(&s, SCENE_DSO, 3, 700, 300);
	network_post(&s, SCENE_TSO, 3, 100, 200);
	network_post(&s, SCENE_DSO, 3, 800, 400);
	assert_int_equal(network_limit(&s.l->network, NETWORK_DSO, 3)->import_wh, 800);
	assert_int_equal(network_limit(&s.l->network, NETWORK_DSO, 3)->export_wh, 400);
	assert_int_equal(network_limit(&s.l->network, NETWORK_TSO, 3)->import_wh, 100);
	assert_null(network_limit(&s.l->network, NETWORK_DSO, 4));
	assert_null(network_limit(&s.l->network, NETWORK_DSO, 3 + NETWORK_SLOTS));
}

/* From the schedule that counts to the tighter limit, in either direction. */
static void room_goes_from_the_schedule_to_the_tighter_limit(void **state)
{
	uint64_t schedule;

	(void)state;
	room_is(4, SIDE_BUY, INT64_MAX, 0);
	schedule = network_schedule(&s, 4, 1, 250);
	room_is(4, SIDE_BUY, INT64_MAX, 0);
	network_post(&s, SCENE_DSO, 4, 900, 300);
	room_is(4, SIDE_BUY, 0, NETWORK_DSO); /* it is not approved yet */
	assert_false(network_room(s.l, 4, SIDE_BUY, true, s.now_ms).scheduled);
	network_answer(&s, SCENE_DSO, schedule, APPROVAL_APPROVE);
	network_answer(&s, SCENE_TSO, schedule, APPROVAL_APPROVE);
	room_is(4, SIDE_BUY, 550, NETWORK_DSO);  /* sold down to -300 */
	room_is(4, SIDE_SELL, 650, NETWORK_DSO); /* bought up to 900 */
	network_post(&s, SCENE_TSO, 4, 899, 300);
	room_is(4, SIDE_BUY, 550, NETWORK_DSO); /* both alike */
	room_is(4, SIDE_SELL, 649, NETWORK_TSO);
	network_post(&s, SCENE_TSO, 4, 250, 0);
	room_is(4, SIDE_BUY, 250, NETWORK_TSO);
	room_is(4, SIDE_SELL, 0, NETWORK_TSO);
	network_post(&s, SCENE_TSO, 4, 249, 0); /* the schedule itself is beyond it */
	room_is(4, SIDE_SELL, 0, NETWORK_TSO);
}

/* The role buys in slot 1, and homes sell it that much. */
static void trade(enum side side, int64_t wh)
{
	uint64_t auction = small_open_auction(&s, side, 2, wh, 8000);

	(void)small_answer(&s, 2, side == SIDE_BUY ? SIDE_SELL : SIDE_BUY, wh, 8000, auction);
	small_clock(&s, auction_find(&s.l->auctions, auction)->contract.gate_ms);
	assert_int_equal(auction_find(&s.l->auctions, auction)->cleared_wh, wh);
}

/* The role has bought 400 Wh of slot 2, which is scheduled at 0, while 1000 were allowed either
 * way. */
static void open_with_a_trade(void)
{
	uint64_t schedule;

	s.l->params.gate_lead_s = 300;
	s.l->params.approval_lead_s = 1;
	small_admit(&s, 2, 2, 2);
	network_post(&s, SCENE_DSO, 2, 1000, 1000);
	schedule = network_schedule(&s, 2, 1, 0);
	network_answer(&s, SCENE_DSO, schedule, APPROVAL_APPROVE);
	network_answer(&s, SCENE_TSO, schedule, APPROVAL_APPROVE);
	next_slot();
	trade(SIDE_BUY, 400);
}

/* Gross: what was sold makes no room for what is bought, for it may not be delivered. */
static void awards_use_it_up_each_way_by_itself(void **state)
{
	(void)state;
	open_with_a_trade();
	room_is(2, SIDE_BUY, 600, NETWORK_DSO);
	room_is(2, SIDE_SELL, 1000, NETWORK_DSO);
}

/* Or two homes that trade with each other for nothing would leave the TSO's regulation no room. */
static void auctions_of_homes_take_half_of_it(void **state)
{
	struct tx bid;

	(void)state;
	open_with_a_trade();
	assert_int_equal(network_room(s.l, 2, SIDE_BUY, false, s.now_ms).wh, 500);
	assert_int_equal(network_room(s.l, 2, SIDE_SELL, false, s.now_ms).wh, 500);
	network_post(&s, SCENE_DSO, 2, 333, 450);
	assert_int_equal(
		network_room(s.l, 2, SIDE_BUY, false, s.now_ms).wh, 50); /* no more is left */
	assert_int_equal(network_room(s.l, 2, SIDE_SELL, false, s.now_ms).wh, 166);
	bid = small_bid(&s, 3, SIDE_SELL, 500, 8000, 0);
	bid.u.bid.request.gate_ms = s.now_ms + 60000;
	small_do(&s, &bid);
	(void)small_answer(&s, 2, SIDE_BUY, 500, 8000, bid.seq);
	small_clock(&s, auction_find(&s.l->auctions, bid.seq)->contract.gate_ms);
	assert_int_equal(auction_find(&s.l->auctions, bid.seq)->cleared_wh, 166);
	assert_int_equal(network_room(s.l, 2, SIDE_SELL, false, s.now_ms).wh, 0);
	room_is(2, SIDE_SELL, 333 - 166, NETWORK_DSO);
}

/* Or two homes could keep an operator from a slot by trading a watt-hour with each other. */
static void a_limit_after_an_award_binds_what_follows(void **state)
{
	(void)state;
	open_with_a_trade();
	network_post(&s, SCENE_DSO, 2, 1000, 700);
	room_is(2, SIDE_BUY, 300, NETWORK_DSO);
	network_post(&s, SCENE_TSO, 2, 50, 399); /* more is awarded than that: it stays */
	room_is(2, SIDE_BUY, 0, NETWORK_TSO);
	room_is(2, SIDE_SELL, 50, NETWORK_TSO);
}

static void they_are_kept_until_their_slot_is_over(void **state)
{
	(void)state;
	network_post(&s, SCENE_DSO, 1, 700, 300);
	network_post(&s, SCENE_DSO, 2, 700, 300);
	next_slot();
	assert_non_null(network_limit(&s.l->network, NETWORK_DSO, 1));
	next_slot();
	assert_null(network_limit(&s.l->network, NETWORK_DSO, 1));
	assert_non_null(network_limit(&s.l->network, NETWORK_DSO, 2));
}

/* Limits are part of the state's root, and come through a snapshot. */
static void the_state_has_them(void **state)
{
	uint8_t without[HASH_LEN], with[HASH_LEN];
	struct ledger *other;
	struct tx tx;

	(void)state;
	next_slot();
	state_root(s.l, without);
	tx = limits(SCENE_TSO, 9, 96);
	small_do(&s, &tx);
	state_root(s.l, with);
	assert_memory_not_equal(without, with, HASH_LEN);
	network_post(&s, SCENE_DSO, AHEAD, 1, 2);
	state_root(s.l, without);
	assert_memory_not_equal(without, with, HASH_LEN);
	next_slot();
	other = small_restored(&s);
	assert_memory_equal(&s.l->network, &other->network, sizeof other->network);
	free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			they_are_the_operators_alone, scene_open, scene_free),
		cmocka_unit_test_setup_teardown(
			slots_and_values_have_bounds, scene_open, scene_free),
		cmocka_unit_test_setup_teardown(of_a_role_the_last_counts, scene_open, scene_free),
		cmocka_unit_test_setup_teardown(
			room_goes_from_the_schedule_to_the_tighter_limit, scene_open, scene_free),
		cmocka_unit_test_setup_teardown(
			awards_use_it_up_each_way_by_itself, scene_open, scene_free),
		cmocka_unit_test_setup_teardown(
			auctions_of_homes_take_half_of_it, scene_open, scene_free),
		cmocka_unit_test_setup_teardown(
			a_limit_after_an_award_binds_what_follows, scene_open, scene_free),
		cmocka_unit_test_setup_teardown(
			they_are_kept_until_their_slot_is_over, scene_open, scene_free),
		cmocka_unit_test_setup_teardown(the_state_has_them, scene_open, scene_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
