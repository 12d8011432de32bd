/* Several awards of one home in one slot: what its meter saw goes to them by gate, each Wh once,
 * and each is paid, charged its fees and fined by itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/market_scene.h"

enum { HOME = 4, OTHER = 5, SLOT = 3, WH = 100, PRICE = 5000, OTHERS_PRICE = 7000 };
enum { FEE_BUYER = 300, FEE_SELLER = 200, EARLIER_MS = 120000 };

static void set_fees(struct ledger *l)
{
	l->params.fee_buyer_mc_per_kwh = FEE_BUYER;
	l->params.fee_seller_mc_per_kwh = FEE_SELLER;
}

/* The aggregator buys or sells in slot 3, with a gate that much before the usual one. */
static uint64_t auction(enum side side, int64_t earlier_ms)
{
	struct command c = scene_bid(0, 0, side, WH, 9000, 0);

	c.home = home_find(&w->market->homes, "aggregator")->number;
	c.u.tx.address = w->params.roles[0].address;
	c.u.tx.u.bid.request.slot = SLOT;
	c.u.tx.u.bid.request.book = BOOK_OPEN;
	c.u.tx.u.bid.request.gate_ms = slot_ms(SLOT) - w->params.gate_lead_s * 1000 - earlier_ms;
	return scene_send(&c);
}

static void answer(int home, enum side side, int64_t price_mc, uint64_t auction_seq)
{
	struct command c = scene_bid(home, SLOT, side, WH, price_mc, auction_seq);

	(void)scene_send(&c);
}

/* A reading of the battery's registers, with what that changes at the grid. */
static void read_meter(int home, int64_t slot, int64_t charge_wh, int64_t discharge_wh)
{
	struct command c = scene_reading(home, slot);
	struct reading *r = &c.u.reading.reading;

	r->registers.wh[REGISTER_CHARGE] = r->registers.wh[REGISTER_IMPORT] = charge_wh;
	r->registers.wh[REGISTER_DISCHARGE] = discharge_wh;
	(void)scene_send(&c);
}

/* From the gates to the end of the slot of delivery, of which the meter says that. */
static void deliver(int home, int64_t charge_wh, int64_t discharge_wh)
{
	go_to(slot_ms(SLOT - 1) + 1000);
	go_to(slot_ms(SLOT) - 1);
	go_to(slot_ms(SLOT) + 1000);
	read_meter(home, SLOT - 1, 0, 0);
	go_to(slot_ms(SLOT + 1) + 1000);
	read_meter(home, SLOT, charge_wh, discharge_wh);
}

static int with_fees(void **state)
{
	if (scene_open(state) != 0)
		return -1;
	set_fees(&w->market->ledger);
	set_fees(w->replica);
	return 0;
}

static int64_t wallet_uc(int home)
{
	return scene_wallet(home).balance_uc;
}

static int64_t aggregator_uc(void)
{
	return account_get(&w->market->ledger.accounts, ACCOUNT_FIRST_ROLE)->balance_uc;
}

/* What is there goes to the earlier gate, though its auction was opened later. */
static void the_earlier_gate_is_served_first(void **state)
{
	const int64_t penalty = w->params.penalty_mc_per_kwh;
	const int64_t due_uc = WH * OTHERS_PRICE + 50 * PRICE - 150 * FEE_SELLER - 50 * penalty;
	uint64_t late = auction(SIDE_BUY, 0), early = auction(SIDE_BUY, EARLIER_MS);
	int64_t before_uc, others_uc;

	(void)state;
	answer(HOME, SIDE_SELL, PRICE, late);
	answer(HOME, SIDE_SELL, OTHERS_PRICE, early);
	before_uc = wallet_uc(HOME);
	others_uc = aggregator_uc();
	deliver(HOME, 0, 150);
	scene_to_the_edge(); /* and a replica has the same header, and all sums to zero */
	assert_int_equal(wallet_uc(HOME) - before_uc, due_uc);
	assert_int_equal(aggregator_uc() - others_uc, -due_uc);
}

/* What was charged and what was discharged are two; each award has its own. */
static void each_direction_has_its_own(void **state)
{
	const int64_t penalty = w->params.penalty_mc_per_kwh;
	uint64_t buys = auction(SIDE_BUY, 0), sells = auction(SIDE_SELL, EARLIER_MS);
	int64_t before_uc;

	(void)state;
	answer(HOME, SIDE_SELL, PRICE, buys);
	answer(HOME, SIDE_BUY, 9000, sells);
	before_uc = wallet_uc(HOME);
	deliver(HOME, 60, 80);
	scene_to_the_edge();
	assert_int_equal(wallet_uc(HOME) - before_uc,
		80 * (PRICE - FEE_SELLER) - 20 * penalty - 60 * (9000 + FEE_BUYER) - 40 * penalty);
}

/* An auction of a home: both sides pay their fee, to the aggregator; the shortfall is the other's.
 */
static void neighbours_both_pay_fees(void **state)
{
	const int64_t penalty = w->params.penalty_mc_per_kwh;
	struct command opening = scene_bid(OTHER, SLOT, SIDE_SELL, WH, PRICE, 0);
	int64_t buyer_uc, seller_uc, role_uc = aggregator_uc();

	(void)state;
	answer(HOME, SIDE_BUY, OTHERS_PRICE, scene_send(&opening));
	buyer_uc = wallet_uc(HOME);
	seller_uc = wallet_uc(OTHER);
	deliver(HOME, 70, 0);
	scene_to_the_edge();
	assert_int_equal(
		wallet_uc(HOME) - buyer_uc, -70 * (OTHERS_PRICE + FEE_BUYER) - 30 * penalty);
	assert_int_equal(
		wallet_uc(OTHER) - seller_uc, 70 * (OTHERS_PRICE - FEE_SELLER) + 30 * penalty);
	assert_int_equal(aggregator_uc() - role_uc, 70 * (FEE_BUYER + FEE_SELLER));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, with_fees, scene_free)
	const struct CMUnitTest tests[] = {
		TEST(the_earlier_gate_is_served_first),
		TEST(each_direction_has_its_own),
		TEST(neighbours_both_pay_fees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
