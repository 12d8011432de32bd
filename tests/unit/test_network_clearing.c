/* Auctions under limits of the network: what is cut, by whom, and that each rule stays right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/lib/network_scene.h"

enum { SLOT = 4, LIMIT_MC = 9000 };

static struct small_ledger s;
static struct auction ended;      /* the last */
static int64_t best_losing, lost; /* of it; how many orders won nothing */

static void note(void *context, const struct result *r)
{
	(void)context;
	if (r->kind == RESULT_ORDER_ENDED)
		lost++;
	if (r->kind != RESULT_AUCTION_ENDED)
		return;
	ended = *r->u.auction.auction;
	best_losing = r->u.auction.best_losing_mc_per_kwh;
}

/* A schedule of 100 Wh in the slot that counts, and six addresses. */
static int scene_open(void **state)
{
	uint64_t seq;

	(void)state;
	network_open(&s, "dso", "tso");
	s.sink = (struct result_sink){.emit = note};
	lost = 0;
	small_admit(&s, SLOT, 1, 6);
	seq = network_schedule(&s, SLOT, 1, 100);
	network_answer(&s, SCENE_DSO, seq, APPROVAL_APPROVE);
	network_answer(&s, SCENE_TSO, seq, APPROVAL_APPROVE);
	return 0;
}

static int scene_free(void **state)
{
	(void)state;
	small_free(&s);
	return 0;
}

static void next_slot(void)
{
	small_end_slot(&s);
	small_close(&s);
}

/* The aggregator opens an auction of the slot whose gate is so many seconds before it. */
static uint64_t open_auction(
	enum side side, enum rule rule, int64_t wh, int64_t min_wh, int64_t gate_lead_s)
{
	struct tx tx = small_bid(&s, SMALL_ROLE, side, wh, LIMIT_MC, 0);

	if (side == SIDE_SELL)
		tx.u.bid.price_mc_per_kwh = 1000;
	tx.u.bid.request.slot = SLOT;
	tx.u.bid.request.rule = rule;
	tx.u.bid.request.min_quantity_wh = min_wh;
	tx.u.bid.request.gate_ms = params_slot_start_ms(&s.params, SLOT) - gate_lead_s * 1000;
	small_do(&s, &tx);
	return tx.seq;
}

/* Until the gate of that auction has fired. */
static void reach_gate(uint64_t auction)
{
	int64_t gate_ms = auction_find(&s.l->auctions, auction)->contract.gate_ms;

	while (ledger_slot_end_ms(s.l) < gate_ms)
		next_slot();
	small_clock(&s, gate_ms);
}

static int64_t won(uint64_t order)
{
	return order_find(&s.l->auctions, order)->awarded_wh;
}

static int64_t paid(uint64_t order)
{
	return order_find(&s.l->auctions, order)->award_uc;
}

static void cut_is(int64_t wh, enum network_role by, bool unscheduled)
{
	assert_int_equal(ended.cut_wh, wh);
	assert_int_equal(ended.cut_by, by);
	assert_int_equal(ended.cut_unscheduled, unscheduled);
}

/* At the room itself nothing is cut; one Wh less, one Wh is. */
static void a_cut_begins_at_the_limit(void **state)
{
	for (int less = 0; less <= 1; less++) {
		uint64_t auction, a, b;

		assert_int_equal(scene_open(state), 0);
		network_post(&s, SCENE_DSO, SLOT, 100000, 200 - less); /* room for 300 less */
		auction = open_auction(SIDE_BUY, RULE_PAY_AS_BID, 1000, 0, 300);
		a = small_answer(&s, 1, SIDE_SELL, 200, 3000, auction);
		b = small_answer(&s, 2, SIDE_SELL, 100, 4000, auction);
		reach_gate(auction);
		assert_int_equal(won(a), 200);
		assert_int_equal(won(b), 100 - less);
		cut_is(less, less ? NETWORK_DSO : 0, false);
		assert_int_equal(ended.cleared_wh, 300 - less);
		(void)scene_free(state);
	}
}

static void pay_as_bid_fills_in_merit_order_up_to_the_room(void **state)
{
	uint64_t auction, cheap, middle, dear;

	(void)state;
	network_post(&s, SCENE_DSO, SLOT, 100000, 100); /* room for 200 */
	network_post(&s, SCENE_TSO, SLOT, 100000, 50);  /* room for 150 */
	auction = open_auction(SIDE_BUY, RULE_PAY_AS_BID, 240, 0, 300);
	dear = small_answer(&s, 1, SIDE_SELL, 100, 5000, auction);
	cheap = small_answer(&s, 2, SIDE_SELL, 100, 3000, auction);
	middle = small_answer(&s, 3, SIDE_SELL, 100, 4000, auction);
	reach_gate(auction);
	assert_int_equal(won(cheap), 100);
	assert_int_equal(won(middle), 50);
	assert_int_equal(won(dear), 0);
	assert_int_equal(paid(middle), 50 * 4000);
	assert_int_equal(best_losing, 5000);
	assert_int_equal(lost, 1);
	cut_is(90, NETWORK_TSO, false);
}

/* The price is that of the last order filled within the room, not of the last wanted. */
static void uniform_prices_at_the_margin_of_the_room(void **state)
{
	uint64_t auction, low, high;

	(void)state;
	network_post(&s, SCENE_DSO, SLOT, 250, 100000); /* bought up to 250: room for 150 */
	auction = open_auction(SIDE_SELL, RULE_UNIFORM, 400, 0, 300);
	high = small_answer(&s, 1, SIDE_BUY, 100, 6000, auction);
	low = small_answer(&s, 2, SIDE_BUY, 100, 5000, auction);
	(void)small_answer(&s, 3, SIDE_BUY, 100, 2000, auction);
	reach_gate(auction);
	assert_int_equal(won(high), 100);
	assert_int_equal(won(low), 50);
	assert_int_equal(paid(high), 100 * 5000);
	assert_int_equal(ended.marginal_mc_per_kwh, 5000);
	cut_is(150, NETWORK_DSO, false);
}

/* What a winner displaces is what the others would have given within the same room. */
static void vickrey_displaces_within_the_room(void **state)
{
	uint64_t auction, a, b, c;

	(void)state;
	network_post(&s, SCENE_DSO, SLOT, 100000, 0); /* room for 100 */
	auction = open_auction(SIDE_BUY, RULE_VICKREY, 300, 0, 300);
	a = small_answer(&s, 1, SIDE_SELL, 80, 3000, auction);
	b = small_answer(&s, 2, SIDE_SELL, 70, 5000, auction);
	c = small_answer(&s, 3, SIDE_SELL, 10, 7000, auction);
	reach_gate(auction);
	assert_int_equal(won(a), 80);
	assert_int_equal(won(b), 20);
	assert_int_equal(won(c), 0);
	/* a: the 50 that b has left, 10 of c, 20 at the opener's limit. */
	assert_int_equal(paid(a), 50 * 5000 + 10 * 7000 + 20 * LIMIT_MC);
	/* b: 10 of c, 10 at the limit: a has nothing left. */
	assert_int_equal(paid(b), 10 * 7000 + 10 * LIMIT_MC);
	assert_int_equal(ended.cleared_uc, paid(a) + paid(b));
	cut_is(60, NETWORK_DSO, false);
}

/* Less than the minimum is left: no trade, though its book had enough. */
static void a_minimum_beyond_the_room_is_no_trade(void **state)
{
	for (int64_t min_wh = 100; min_wh <= 101; min_wh++) {
		uint64_t auction, a, b;
		bool trades = min_wh == 100;

		assert_int_equal(scene_open(state), 0);
		network_post(&s, SCENE_DSO, SLOT, 100000, 0);
		auction = open_auction(SIDE_BUY, RULE_UNIFORM, 300, min_wh, 300);
		a = small_answer(&s, 1, SIDE_SELL, 100, 3000, auction);
		b = small_answer(&s, 2, SIDE_SELL, 100, 2000, auction);
		reach_gate(auction);
		assert_int_equal(won(b), trades ? 100 : 0);
		assert_int_equal(won(a), 0);
		assert_int_equal(ended.status, AUCTION_CLEARED);
		assert_int_equal(best_losing, trades ? 3000 : 2000);
		assert_int_equal(ended.marginal_mc_per_kwh, trades ? 2000 : -1);
		cut_is(trades ? 100 : 200, NETWORK_DSO, false);
		(void)scene_free(state);
	}
}

/* Its book would not have made the minimum anyhow: nothing was cut. */
static void a_minimum_that_the_book_misses_is_no_cut(void **state)
{
	uint64_t auction;

	(void)state;
	network_post(&s, SCENE_DSO, SLOT, 100000, 0);
	auction = open_auction(SIDE_BUY, RULE_PAY_AS_BID, 300, 201, 300);
	(void)small_answer(&s, 1, SIDE_SELL, 200, 3000, auction);
	reach_gate(auction);
	cut_is(0, 0, false);
}

/* An all-or-nothing order that the room cannot hold is passed over like one too large. */
static void an_order_that_must_be_whole_is_passed_over(void **state)
{
	uint64_t auction, part;
	struct tx whole;

	(void)state;
	network_post(&s, SCENE_DSO, SLOT, 100000, 0);
	auction = open_auction(SIDE_BUY, RULE_PAY_AS_BID, 300, 0, 300);
	whole = small_bid(&s, 1, SIDE_SELL, 101, 3000, auction);
	whole.u.bid.all_or_nothing = true;
	small_do(&s, &whole);
	part = small_answer(&s, 2, SIDE_SELL, 60, 4000, auction);
	reach_gate(auction);
	assert_int_equal(won(whole.seq), 0);
	assert_int_equal(won(part), 60);
	cut_is(101, NETWORK_DSO, false);
}

/* All auctions of a slot share the room, in the order of their gates, each direction by itself. */
static void auctions_of_a_slot_share_the_room(void **state)
{
	uint64_t early, late, other, first, second, third;

	(void)state;
	network_post(&s, SCENE_DSO, SLOT, 200, 100); /* room for 200 less, 100 more */
	late = open_auction(SIDE_BUY, RULE_PAY_AS_BID, 150, 0, 300);
	early = open_auction(SIDE_BUY, RULE_PAY_AS_BID, 150, 0, 400);
	other = open_auction(SIDE_SELL, RULE_PAY_AS_BID, 150, 0, 200);
	first = small_answer(&s, 1, SIDE_SELL, 150, 3000, early);
	second = small_answer(&s, 2, SIDE_SELL, 150, 2000, late);
	third = small_answer(&s, 3, SIDE_BUY, 150, 4000, other);
	reach_gate(early);
	assert_int_equal(won(first), 150);
	cut_is(0, 0, false);
	reach_gate(late);
	assert_int_equal(won(second), 50);
	cut_is(100, NETWORK_DSO, false);
	reach_gate(other); /* what was sold makes no room for what is bought */
	assert_int_equal(won(third), 100);
	cut_is(50, NETWORK_DSO, false);
}

/* Of the running slot's second half as well: what its whole was awarded is gone. */
static void within_the_slot_the_rest_of_the_room_holds(void **state)
{
	int64_t begin_ms = params_slot_start_ms(&s.params, SLOT), slot_ms = s.params.slot_s * 1000;
	uint64_t whole, half, first, second;
	struct tx tx;

	(void)state;
	network_post(&s, SCENE_TSO, SLOT, 100000, 100); /* room for 200 */
	whole = open_auction(SIDE_BUY, RULE_PAY_AS_BID, 150, 0, 300);
	(void)small_answer(&s, 1, SIDE_SELL, 150, 3000, whole);
	reach_gate(whole);
	cut_is(0, 0, false);
	while (ledger_slot(s.l) < SLOT)
		next_slot();
	s.now_ms = begin_ms + slot_ms / 4;
	tx = small_bid(&s, SMALL_ROLE, SIDE_BUY, 300, LIMIT_MC, 0);
	tx.u.bid.request.slot = SLOT;
	tx.u.bid.request.measure = MEASURE_BEFORE_AFTER;
	small_do(&s, &tx);
	half = tx.seq;
	first = small_answer(&s, 2, SIDE_SELL, 40, 3000, half);
	second = small_answer(&s, 3, SIDE_SELL, 40, 4000, half);
	reach_gate(half);
	assert_int_equal(won(first), 40);
	assert_int_equal(won(second), 10);
	cut_is(30, NETWORK_TSO, false);
}

/* Nobody can say where the net is: nothing moves it. */
static void without_a_schedule_that_counts_there_is_no_room(void **state)
{
	uint64_t auction;

	(void)state;
	s.l->schedules.rows[0].approvals.of[NETWORK_TSO - 1].verdict = APPROVAL_CHANGE;
	network_post(&s, SCENE_TSO, SLOT, 100000, 100000);
	auction = open_auction(SIDE_BUY, RULE_PAY_AS_BID, 300, 0, 300);
	(void)small_answer(&s, 1, SIDE_SELL, 200, 3000, auction);
	reach_gate(auction);
	assert_int_equal(ended.cleared_wh, 0);
	cut_is(200, NETWORK_TSO, true);
}

static void without_limits_nothing_is_cut(void **state)
{
	uint64_t auction;

	(void)state;
	s.l->schedules.count = 0;
	network_post(&s, SCENE_TSO, SLOT + 1, 0, 0);
	auction = open_auction(SIDE_BUY, RULE_PAY_AS_BID, 300, 0, 300);
	(void)small_answer(&s, 1, SIDE_SELL, 200, 3000, auction);
	reach_gate(auction);
	assert_int_equal(ended.cleared_wh, 200);
	cut_is(0, 0, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cut_begins_at_the_limit),
		cmocka_unit_test_setup_teardown(
			pay_as_bid_fills_in_merit_order_up_to_the_room, scene_open, scene_free),
		cmocka_unit_test_setup_teardown(
			uniform_prices_at_the_margin_of_the_room, scene_open, scene_free),
		cmocka_unit_test_setup_teardown(
			vickrey_displaces_within_the_room, scene_open, scene_free),
		cmocka_unit_test(a_minimum_beyond_the_room_is_no_trade),
		cmocka_unit_test_setup_teardown(
			a_minimum_that_the_book_misses_is_no_cut, scene_open, scene_free),
		cmocka_unit_test_setup_teardown(
			an_order_that_must_be_whole_is_passed_over, scene_open, scene_free),
		cmocka_unit_test_setup_teardown(
			auctions_of_a_slot_share_the_room, scene_open, scene_free),
		cmocka_unit_test_setup_teardown(
			within_the_slot_the_rest_of_the_room_holds, scene_open, scene_free),
		cmocka_unit_test_setup_teardown(
			without_a_schedule_that_counts_there_is_no_room, scene_open, scene_free),
		cmocka_unit_test_setup_teardown(
			without_limits_nothing_is_cut, scene_open, scene_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
