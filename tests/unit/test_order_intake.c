/* What the market knows and replicas do not: modes, covers, owners, and the answers to sealed books
 * until their gate. A replica follows every block that these tests make. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/cpf.h"
#include "tests/unit/market_scene.h"

static void modes(void **state)
{
	struct command c = scene_bid(1, 3, SIDE_SELL, 100, 5000, 0);

	(void)state;
	expect(&c, VERDICT_MODE, "bid"); /* RE trades not */
	c = scene_bid(0, 3, SIDE_SELL, 100, 5000, 0);
	expect(&c, VERDICT_OK, "");
	c = scene_tx(0, 1, TX_CPF);
	c.u.tx.cpf_hundredths = 50;
	expect(&c, VERDICT_MODE, "cpf"); /* TE earns no reward */
	c = scene_tx(1, 1, TX_CPF);
	c.u.tx.cpf_hundredths = 50;
	expect(&c, VERDICT_OK, "");
}

static void addresses_are_their_homes(void **state)
{
	struct command c = scene_bid(2, 3, SIDE_SELL, 100, 5000, 0);

	(void)state;
	expect(&c, VERDICT_OK, "");
	c.u.tx.address = scene_address[3][3];
	expect(&c, VERDICT_UNKNOWN_ADDRESS, "address");
	c.u.tx.address = w->params.roles[0].address;
	c.u.tx.u.bid.request.slot = 3;
	expect(&c, VERDICT_UNKNOWN_ADDRESS, "address");
	c.home = home_find(&w->market->homes, "aggregator")->number;
	expect(&c, VERDICT_OK, "");
	c.u.tx.u.bid.request.slot = CONTRACT_UNSET;
	c.u.tx.address = scene_address[3][3];
	expect(&c, VERDICT_UNKNOWN_ADDRESS, "address");
}

/* An opener answers itself under no other address of its own. */
static void nobody_trades_with_itself(void **state)
{
	struct command c = scene_bid(2, 3, SIDE_BUY, 100, 5000, 0);
	uint64_t auction;

	(void)state;
	c.u.tx.u.bid.request.book = BOOK_OPEN;
	auction = scene_send(&c);
	c = scene_bid(2, 3, SIDE_SELL, 100, 4000, auction);
	expect(&c, VERDICT_SELF_TRADE, "auction");
	c = scene_bid(3, 3, SIDE_SELL, 100, 4000, auction);
	expect(&c, VERDICT_OK, "");
}

/* What a home may come to owe it must have, to the last micro-cent; shut answers count. */
static void wallets_cover_orders(void **state)
{
	struct home *h = home_edit(&w->market->homes, home_of(w, 2)->number);
	uint64_t sealed = scene_auction(SIDE_SELL, BOOK_SEALED, 3, 1000, 3000);
	uint64_t open = scene_auction(SIDE_SELL, BOOK_OPEN, 3, 1000, 3000);
	int64_t had_uc = h->wallet_uc;
	struct command c = scene_bid(2, 3, SIDE_BUY, 100, 5000, sealed);

	(void)state;
	h->wallet_uc = 100 * 5000;
	expect(&c, VERDICT_OK, "");
	h->wallet_uc--;
	expect(&c, VERDICT_FUNDS_TOO_LOW, "bid");
	h->wallet_uc = 100 * 5000;
	(void)scene_send(&c);
	assert_int_equal(scene_wallet(2).held_uc, 100 * 5000);
	c = scene_bid(2, 3, SIDE_BUY, 1, 3000, open);
	expect(&c, VERDICT_FUNDS_TOO_LOW, "bid");
	h->wallet_uc += 3000;
	expect(&c, VERDICT_OK, "");
	h->wallet_uc--;
	expect(&c, VERDICT_FUNDS_TOO_LOW, "bid");
	/* Who sells holds the penalty (2000); who opens a sale holds nothing. */
	h->wallet_uc += 2001 - 3000;
	c = scene_bid(2, 4, SIDE_SELL, 1, 4000, scene_auction(SIDE_BUY, BOOK_OPEN, 4, 10, 9000));
	h->wallet_uc = 100 * 5000 + 2000;
	expect(&c, VERDICT_OK, "");
	h->wallet_uc--;
	expect(&c, VERDICT_FUNDS_TOO_LOW, "bid");
	h->wallet_uc = 100 * 5000;
	c = scene_bid(2, 4, SIDE_SELL, 100, 4000, 0);
	expect(&c, VERDICT_OK, "");
	c = scene_bid(2, 4, SIDE_BUY, 1, 1, 0);
	expect(&c, VERDICT_FUNDS_TOO_LOW, "bid");
	h->wallet_uc = had_uc;
}

/* One order is of no more than the home's certified equipment gives in a slot of 900 s (here 5 kW
 * of PV and battery each, 20 kW of fuse); several may be, and a role's is not bounded. */
static void ratings_bound_orders(void **state)
{
	uint64_t buys = scene_auction(SIDE_BUY, BOOK_SEALED, 3, 100000, 9000);
	uint64_t sells = scene_auction(SIDE_SELL, BOOK_OPEN, 3, 100000, 3000);
	struct command c = scene_bid(4, 3, SIDE_SELL, 1250, 5000, buys);

	(void)state;
	expect(&c, VERDICT_OK, "");
	(void)scene_send(&c);
	c = scene_bid(4, 3, SIDE_SELL, 1250, 6000, buys);
	expect(&c, VERDICT_OK, "");
	c = scene_bid(4, 3, SIDE_SELL, 1251, 6000, buys);
	expect(&c, VERDICT_BEYOND_RATING, "bid.energy");
	c = scene_bid(4, 3, SIDE_BUY, 1250, 3000, sells);
	expect(&c, VERDICT_OK, "");
	c = scene_bid(4, 3, SIDE_BUY, 1251, 3000, sells);
	expect(&c, VERDICT_BEYOND_RATING, "bid.energy");
	c = scene_bid(4, 3, SIDE_BUY, 5000, 1, 0);
	expect(&c, VERDICT_OK, "");
	c = scene_bid(4, 3, SIDE_BUY, 5001, 1, 0);
	expect(&c, VERDICT_BEYOND_RATING, "bid.energy");
	c = scene_bid(4, 3, SIDE_SELL, 2500, 1, 0);
	expect(&c, VERDICT_OK, "");
	c = scene_bid(4, 3, SIDE_SELL, 2501, 1, 0);
	expect(&c, VERDICT_BEYOND_RATING, "bid.energy");
}

static void read_meter(int home, int64_t slot, int64_t pv_wh, int64_t import_wh)
{
	struct command c = {.kind = COMMAND_READING, .home = home_of(w, home)->number};

	w->meters[home].wh[REGISTER_PV] += pv_wh;
	w->meters[home].wh[REGISTER_IMPORT] += import_wh;
	(void)snprintf(c.u.reading.meter_serial, sizeof c.u.reading.meter_serial, "SN%d", home);
	c.u.reading.reading = (struct reading){
		.slot = slot, .taken_ms = slot_ms(slot + 1), .registers = w->meters[home]};
	assert_int_equal(send(w, &c), VERDICT_OK);
}

/* One announcement a slot and home, and a true one where the meter has spoken. */
static void announcements(void **state)
{
	uint64_t open = scene_auction(SIDE_BUY, BOOK_OPEN, 3, 1000, 9000);
	uint64_t far = scene_auction(SIDE_BUY, BOOK_SEALED, 4, 1000, 9000);
	struct command c;

	(void)state;
	read_meter(2, 0, 0, 0);
	go_to(slot_ms(2) + 1000);
	read_meter(2, 1, 500, 110); /* consumption is 110 Wh more: 0.90 */
	assert_int_equal(cpf_hundredths(500, 610), 90);
	c = scene_tx(2, 2, TX_CPF);
	c.u.tx.cpf_hundredths = 89;
	expect(&c, VERDICT_CPF_MISMATCH, "cpf");
	c.u.tx.cpf_hundredths = 90;
	expect(&c, VERDICT_OK, "");
	/* With an order it is the same; an answer to a book whose gate is in a later slot
	 * announces nothing. */
	c = scene_bid(2, 3, SIDE_SELL, 100, 5000, open);
	c.u.tx.cpf_hundredths = 89;
	expect(&c, VERDICT_CPF_MISMATCH, "cpf");
	c = scene_bid(2, 4, SIDE_SELL, 100, 5000, far);
	c.u.tx.cpf_hundredths = 89;
	(void)scene_send(&c);
	c = scene_bid(2, 3, SIDE_SELL, 100, 5000, open);
	c.u.tx.cpf_hundredths = 90;
	(void)scene_send(&c);
	c = scene_tx(2, 2, TX_CPF); /* under its other address */
	c.u.tx.cpf_hundredths = 90;
	expect(&c, VERDICT_CPF_ANNOUNCED, "cpf");
	c = scene_tx(3, 2, TX_CPF); /* there is no reading to refute it */
	c.u.tx.cpf_hundredths = 100;
	expect(&c, VERDICT_OK, "");
	go_to(slot_ms(3) + 1000);
	c = scene_tx(2, 3, TX_CPF);
	c.u.tx.cpf_hundredths = 100;
	expect(&c, VERDICT_OK, "");
	go_to(slot_ms(6));
}

/* A shut answer and its cancel are the market's secret until the gate, and then the ledger's. */
static void shut_answers_come_out_at_the_gate(void **state)
{
	uint64_t auction = scene_auction(SIDE_BUY, BOOK_SEALED, 2, 1000, 9000);
	struct command c = scene_bid(2, 2, SIDE_SELL, 100, 5000, auction);
	uint64_t first = scene_send(&c), second, cancel;

	(void)state;
	c = scene_bid(3, 2, SIDE_SELL, 100, 4000, auction);
	second = scene_send(&c);
	assert_null(order_find(&w->market->ledger.auctions, first));
	assert_int_equal(scene_wallet(2).held_uc, 100 * 2000);
	c = scene_tx(3, 2, TX_CANCEL);
	c.u.tx.u.cancel.order = first;
	expect(&c, VERDICT_NOT_OWNER, "order");
	c.u.tx.u.cancel.order = second;
	cancel = scene_send(&c);
	assert_int_equal(scene_wallet(3).held_uc, 0);
	draw_id(w, c.u.tx.id);
	expect(&c, VERDICT_UNKNOWN_ORDER, "order"); /* twice */
	c.u.tx.u.cancel.order = cancel;
	expect(&c, VERDICT_UNKNOWN_ORDER, "order"); /* a cancel is no order */
	assert_int_equal(w->market->shut_count, 3);
	go_to(slot_ms(2) - 300000 - 1);
	c = scene_tx(2, 2, TX_CANCEL);
	c.u.tx.u.cancel.order = first;
	expect(&c, VERDICT_OK, "");
	w->now_ms++; /* the gate, but no clock yet */
	expect(&c, VERDICT_GATE_CLOSED, "order");
	go_to(slot_ms(2) - 300000);
	assert_int_equal(w->market->shut_count, 0);
	assert_int_equal(order_find(&w->market->ledger.auctions, first)->status, ORDER_AWARDED);
	assert_int_equal(order_find(&w->market->ledger.auctions, second)->status, ORDER_CANCELLED);
	assert_int_equal(home_of(w, 2)->shut_held_uc, 0);
	assert_int_equal(scene_wallet(2).held_uc, 100 * 2000); /* now for the award */
	go_to(slot_ms(5));
}

/* An auction with an answer cannot be cancelled, shut or open, nor when that answer has been
 * cancelled: the answer must still come out at the gate, or its sequence stays missing. */
static void an_answered_auction_stays(void **state)
{
	uint64_t auction = scene_auction(SIDE_BUY, BOOK_SEALED, 3, 1000, 9000);
	struct command c = scene_bid(2, 3, SIDE_SELL, 100, 5000, auction);
	struct command cancel = scene_tx(0, 0, TX_CANCEL);
	uint64_t order;

	(void)state;
	cancel.home = home_find(&w->market->homes, "aggregator")->number;
	cancel.u.tx.address = w->params.roles[0].address;
	cancel.u.tx.u.cancel.order = auction;
	expect(&cancel, VERDICT_OK, "");
	order = scene_send(&c);
	expect(&cancel, VERDICT_ANSWERED, "order");
	(void)scene_cancel(2, 3, order);
	if (send(w, &cancel) == VERDICT_OK)
		print_message("the auction was cancelled over a shut answer\n");
	go_to(slot_ms(12)); /* the replica would refuse a block with a sequence missing */
	assert_int_equal(w->market->shut_count, 0);
}

/* Shut answers have room in the ledger's table of orders, whatever else comes. */
static void there_is_room_for_shut_answers(void **state)
{
	struct auctions *t = &w->market->ledger.auctions;
	uint64_t open = scene_auction(SIDE_BUY, BOOK_OPEN, 3, 1000, 9000);
	uint64_t sealed = scene_auction(SIDE_BUY, BOOK_SEALED, 3, 1000, 9000);
	struct command c = scene_bid(2, 3, SIDE_SELL, 100, 5000, sealed);
	uint32_t count = t->order_count;

	(void)state;
	t->order_count = ORDERS_MAX - 1;
	expect(&c, VERDICT_OK, "");
	t->order_count = ORDERS_MAX;
	expect(&c, VERDICT_TOO_MANY, "bid");
	t->order_count = count;
	(void)scene_send(&c);
	c = scene_bid(3, 3, SIDE_SELL, 100, 5000, open);
	t->order_count = ORDERS_MAX - 2;
	expect(&c, VERDICT_OK, "");
	t->order_count = ORDERS_MAX - 1; /* the last place is the shut answer's */
	expect(&c, VERDICT_TOO_MANY, "bid");
	c = scene_bid(3, 3, SIDE_SELL, 100, 5000, sealed);
	expect(&c, VERDICT_TOO_MANY, "bid");
	t->order_count = count;
	/* So have their sequences, and their transactions in the block. */
	w->market->ledger.gap_count = LEDGER_GAPS_MAX - 1;
	expect(&c, VERDICT_TOO_MANY, "bid");
	w->market->ledger.gap_count = 0;
	expect(&c, VERDICT_OK, "");
}

/* Shut answers count as their address's own. */
static void shut_answers_are_of_an_address(void **state)
{
	uint64_t sealed = scene_auction(SIDE_BUY, BOOK_SEALED, 3, 1000, 9000);
	uint64_t open = scene_auction(SIDE_BUY, BOOK_OPEN, 3, 1000, 9000);
	struct command c = scene_bid(2, 3, SIDE_SELL, 1, 5000, sealed);

	(void)state;
	for (int i = 0; i < ACCOUNT_ORDERS_MAX; i++) {
		expect(&c, VERDICT_OK, "");
		(void)scene_send(&c);
		c = scene_bid(2, 3, SIDE_SELL, 1, 5000, sealed);
	}
	expect(&c, VERDICT_TOO_MANY, "bid");
	c = scene_bid(2, 3, SIDE_SELL, 1, 5000, open);
	expect(&c, VERDICT_TOO_MANY, "bid");
	c = scene_bid(2, 4, SIDE_SELL, 1, 5000, 0); /* another address of the same home */
	expect(&c, VERDICT_OK, "");
	c = scene_bid(3, 3, SIDE_SELL, 1, 5000, sealed);
	expect(&c, VERDICT_OK, "");
	go_to(slot_ms(3));
	assert_int_equal(w->market->shut_count, 0);
	for (size_t i = 0; i < ACCOUNTS_MAX; i++)
		assert_int_equal(w->market->shut_orders[i], 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_open, scene_free)
	const struct CMUnitTest tests[] = {
		TEST(modes),
		TEST(addresses_are_their_homes),
		TEST(nobody_trades_with_itself),
		TEST(wallets_cover_orders),
		TEST(ratings_bound_orders),
		TEST(announcements),
		TEST(shut_answers_come_out_at_the_gate),
		TEST(an_answered_auction_stays),
		TEST(there_is_room_for_shut_answers),
		TEST(shut_answers_are_of_an_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
