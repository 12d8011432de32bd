/* The table of auctions: holds from opening to removal, what a clearing leaves behind, places used
 * again, and the orders in which it is walked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include "core/auction.h"
#include "tests/lib/sample_params.h"

static struct auctions *t;
static struct accounts *accounts;
static uint64_t home[4]; /* accounts */
enum { ROLE = ACCOUNT_FIRST_ROLE };

static int setup(void **state)
{
	struct params p = sample_params();

	(void)state;
	t = calloc(1, sizeof *t);
	accounts = calloc(1, sizeof *accounts);
	assert_true(t && accounts);
	p.role_count = 1;
	p.roles[0].address = sample_address(1000000);
	accounts_init(accounts, &p);
	auctions_init(t);
	for (uint32_t i = 0; i < 4; i++) {
		struct address a = sample_address(i);
		struct address_key k = sample_key(i);
		home[i] = account_admit(accounts, 5, &a, &k);
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(t);
	free(accounts);
	return 0;
}

static int64_t held(uint64_t account)
{
	return account_get(accounts, account)->held_uc;
}

/* A contract over 100 Wh at 9000, with a penalty of 2000. */
static struct contract terms(enum side side, int64_t gate_ms, int64_t slot)
{
	return (struct contract){.side = side,
		.rule = RULE_PAY_AS_BID,
		.measure = MEASURE_STORAGE,
		.book = BOOK_OPEN,
		.quantity_wh = 100,
		.limit_mc_per_kwh = 9000,
		.penalty_mc_per_kwh = 2000,
		.gate_ms = gate_ms,
		.slot = slot,
		.limit_inclusive = true};
}

static uint32_t place_of(uint64_t seq)
{
	return (uint32_t)(auction_find(t, seq) - t->auctions);
}

static void open_at(uint64_t seq, enum side side, int64_t gate_ms, int64_t slot)
{
	struct contract c = terms(side, gate_ms, slot);

	auction_open(t, accounts, seq, ROLE, &c);
}

static void answer(uint64_t seq, int i, int64_t wh, int64_t mc, uint64_t auction)
{
	struct order o = {
		.seq = seq, .account = home[i], .quantity_wh = wh, .price_mc_per_kwh = mc};

	order_add(t, accounts, auction, &o);
}

static void a_buyer_clears(void **state)
{
	struct clearing_result r;

	(void)state;
	open_at(1, SIDE_BUY, 50, 5);
	assert_int_equal(held(ROLE), 900000);
	answer(2, 0, 60, 8000, 1);
	answer(3, 1, 60, 7000, 1);
	answer(4, 2, 60, 8500, 1);
	answer(5, 3, 60, 6000, 1);
	order_cancel(t, accounts, 5);
	assert_int_equal(held(home[3]), 0);
	assert_int_equal(auction_find(t, 1)->order_count, 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(held(home[i]), 60 * 2000);
	r = auction_clear(t, accounts, place_of(1), INT64_MAX);
	assert_int_equal(r.fill_count, 2);
	assert_int_equal(r.quantity_wh, 100);
	assert_int_equal(r.amount_uc, 60 * 7000 + 40 * 8000);
	assert_int_equal(r.best_losing_price_mc_per_kwh, 8500);
	assert_int_equal(auction_find(t, 1)->status, AUCTION_CLEARED);
	assert_int_equal(auction_find(t, 1)->cleared_wh, 100);
	assert_int_equal(auction_find(t, 1)->cleared_uc, r.amount_uc);
	assert_int_equal(auction_find(t, 1)->marginal_mc_per_kwh, 8000);
	assert_int_equal(held(ROLE), r.amount_uc);
	assert_int_equal(order_find(t, 3)->status, ORDER_AWARDED);
	assert_int_equal(order_find(t, 3)->awarded_wh, 60);
	assert_int_equal(held(home[1]), 60 * 2000);
	assert_int_equal(order_find(t, 2)->awarded_wh, 40);
	assert_int_equal(order_find(t, 2)->award_uc, 40 * 8000);
	assert_int_equal(held(home[0]), 40 * 2000);
	assert_int_equal(order_find(t, 4)->status, ORDER_LOST);
	assert_int_equal(held(home[2]), 0);
	assert_int_equal(order_find(t, 5)->status, ORDER_CANCELLED);
	assert_int_equal(orders_awarded(t, 5), 2);
	assert_int_equal(t->orders[t->due[0]].seq, 2);
	assert_int_equal(t->orders[t->due[1]].seq, 3);
	assert_int_equal(orders_awarded(t, 4), 0);
}

static void a_seller_clears(void **state)
{
	struct clearing_result r;

	(void)state;
	open_at(1, SIDE_SELL, 50, 5);
	assert_int_equal(held(ROLE), 0);
	answer(2, 0, 60, 9500, 1);
	answer(3, 1, 60, 9000, 1);
	assert_int_equal(held(home[0]), 60 * 9500);
	r = auction_clear(t, accounts, place_of(1), INT64_MAX);
	assert_int_equal(r.amount_uc, 60 * 9500 + 40 * 9000);
	assert_int_equal(held(home[0]), 60 * 9500);
	assert_int_equal(held(home[1]), 40 * 9000);
	assert_int_equal(held(ROLE), 0);
}

/* A buyer whose award is worth less than its penalty holds the penalty. */
static void the_dearer_of_award_and_penalty_is_held(void **state)
{
	struct contract c = terms(SIDE_SELL, 50, 5);

	(void)state;
	c.limit_mc_per_kwh = 1000;
	auction_open(t, accounts, 1, ROLE, &c);
	answer(2, 0, 60, 1500, 1);
	assert_int_equal(held(home[0]), 60 * 2000);
	(void)auction_clear(t, accounts, place_of(1), INT64_MAX);
	assert_int_equal(held(home[0]), 60 * 2000);
}

static void void_and_cancelled_release_everything(void **state)
{
	(void)state;
	open_at(1, SIDE_BUY, 50, 5);
	answer(2, 0, 60, 8000, 1);
	answer(3, 1, 60, 8000, 1);
	order_cancel(t, accounts, 3);
	auction_void(t, accounts, place_of(1));
	assert_int_equal(auction_find(t, 1)->status, AUCTION_VOID);
	assert_int_equal(order_find(t, 2)->status, ORDER_VOID);
	assert_int_equal(order_find(t, 3)->status, ORDER_CANCELLED);
	assert_int_equal(held(ROLE) + held(home[0]) + held(home[1]), 0);
	open_at(4, SIDE_BUY, 50, 5);
	auction_cancel(t, accounts, 4);
	assert_int_equal(auction_find(t, 4)->status, AUCTION_CANCELLED);
	assert_int_equal(held(ROLE), 0);
	assert_int_equal(auctions_due(t, 50), 0);
	assert_int_equal(auctions_next_gate_ms(t), INT64_MAX);
}

static void gates_fire_in_order(void **state)
{
	(void)state;
	open_at(10, SIDE_BUY, 70, 5);
	open_at(11, SIDE_BUY, 50, 5);
	open_at(12, SIDE_BUY, 60, 5);
	open_at(13, SIDE_BUY, 50, 5);
	assert_int_equal(auctions_next_gate_ms(t), 50);
	assert_int_equal(auctions_due(t, 49), 0);
	assert_int_equal(auctions_due(t, 69), 3);
	assert_int_equal(t->auctions[t->due[0]].seq, 11);
	assert_int_equal(t->auctions[t->due[1]].seq, 13);
	assert_int_equal(t->auctions[t->due[2]].seq, 12);
	assert_int_equal(auctions_sorted(t), 4);
	for (int i = 0; i < 4; i++)
		assert_int_equal(t->auctions[t->due[i]].seq, 10 + i);
}

/* Removed with their slot: holds go, names are unknown, places are used again. */
static void a_slots_auctions_go_together(void **state)
{
	(void)state;
	for (int round = 0; round < 3; round++) {
		uint64_t base = 100 * (uint64_t)round + 1;
		open_at(base, SIDE_BUY, 50, 5 + round);
		open_at(base + 1, SIDE_BUY, 50, 6 + round);
		answer(base + 2, 0, 60, 8000, base);
		answer(base + 3, 1, 60, 8000, base + 1);
		answer(base + 4, 2, 60, 8000, base + 1);
		(void)auction_clear(t, accounts, place_of(base), INT64_MAX);
		auctions_remove_slot(t, accounts, 5 + round);
		assert_null(auction_find(t, base));
		assert_null(order_find(t, base + 2));
		assert_non_null(auction_find(t, base + 1));
		assert_non_null(order_find(t, base + 3));
		assert_int_equal(held(home[0]), 0);
		auctions_remove_slot(t, accounts, 6 + round);
		assert_int_equal(t->auction_count, 0);
		assert_int_equal(t->order_count, 0);
		assert_int_equal(t->open_wh, 0);
		assert_int_equal(held(ROLE) + held(home[1]) + held(home[2]), 0);
		assert_int_equal(t->auction_top, 2);
		assert_int_equal(t->order_top, 3);
	}
}

static void the_table_has_its_room(void **state)
{
	(void)state;
	assert_true(auctions_has_room(t, AUCTIONS_WH_MAX));
	assert_false(auctions_has_room(t, AUCTIONS_WH_MAX + 1));
	for (uint64_t i = 0; i < AUCTIONS_MAX; i++)
		open_at(i + 1, SIDE_SELL, 50, 5);
	assert_false(auctions_has_room(t, 1));
	assert_int_equal(t->open_wh, 100 * (int64_t)AUCTIONS_MAX);
	assert_int_equal(auctions_due(t, 50), AUCTIONS_MAX);
	for (uint64_t i = 0; i < ORDERS_MAX; i++) {
		assert_true(orders_has_room(t));
		answer(10000 + i, (int)(i % 4), 1, 9000, i % AUCTIONS_MAX + 1);
	}
	assert_false(orders_has_room(t));
	assert_int_equal(order_find(t, 10000 + ORDERS_MAX - 1)->quantity_wh, 1);
	auctions_remove_slot(t, accounts, 5);
	assert_true(orders_has_room(t) && auctions_has_room(t, 1));
	assert_int_equal(held(home[0]), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_buyer_clears),
		TEST(a_seller_clears),
		TEST(the_dearer_of_award_and_penalty_is_held),
		TEST(void_and_cancelled_release_everything),
		TEST(gates_fire_in_order),
		TEST(a_slots_auctions_go_together),
		TEST(the_table_has_its_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
