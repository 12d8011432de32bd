/* The public rules of orders and announcements, verdict by verdict. Sequence, time and the rest:
 * test_ledger_place.c and test_ledger_operator.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/ledger_scene.h"

static void openings(void **state)
{
	const struct tx good = small_bid(&s, 301, SIDE_SELL, 100, 8000, 0);
	struct account *role = account_edit(&s.l->accounts, ACCOUNT_FIRST_ROLE);
	int64_t open_wh = s.l->auctions.open_wh, balance_uc = role->balance_uc;
	struct tx tx = good;

	(void)state;
	expect(&tx, VERDICT_OK, "");
	tx.address = sample_address(NOBODY);
	expect(&tx, VERDICT_NOT_ADMITTED, "address");
	tx.address = sample_address(0); /* of slot 0, which is over */
	expect(&tx, VERDICT_ADDRESS_CLOSED, "address");
	tx.address = sample_address(100); /* of the slot that runs */
	expect(&tx, VERDICT_HORIZON, "contract.slot");
	tx = good;
	tx.u.bid.side = (enum side)3;
	expect(&tx, VERDICT_BAD_FIELD, "bid.type");
	tx = good;
	tx.u.bid.quantity_wh = 0;
	expect(&tx, VERDICT_OUT_OF_RANGE, "bid.energy");
	tx.u.bid.quantity_wh = ENERGY_WH_MAX;
	expect(&tx, VERDICT_OK, "");
	tx.u.bid.quantity_wh++;
	expect(&tx, VERDICT_OUT_OF_RANGE, "bid.energy");
	tx = good;
	tx.u.bid.price_mc_per_kwh = -1;
	expect(&tx, VERDICT_OUT_OF_RANGE, "bid.price");
	tx.u.bid.price_mc_per_kwh = PRICE_MC_MAX + 1;
	expect(&tx, VERDICT_OUT_OF_RANGE, "bid.price");
	tx = good;
	tx.u.bid.all_or_nothing = true;
	expect(&tx, VERDICT_BAD_TERMS, "all_or_nothing");
	tx = good;
	tx.u.bid.request.slot = 3;
	expect(&tx, VERDICT_BAD_TERMS, "contract.slot");
	tx = good;
	s.l->auctions.open_wh = AUCTIONS_WH_MAX - 100;
	expect(&tx, VERDICT_OK, "");
	s.l->auctions.open_wh++;
	expect(&tx, VERDICT_TOO_MANY, "bid");
	s.l->auctions.open_wh = open_wh;
	/* A role is covered by its account and credit, to the last micro-cent. */
	tx = small_bid(&s, ROLE, SIDE_BUY, 100, 9000, 0);
	tx.u.bid.request.slot = 3;
	role->balance_uc += 900000 - account_available_uc(role);
	expect(&tx, VERDICT_OK, "");
	role->balance_uc--;
	expect(&tx, VERDICT_FUNDS_TOO_LOW, "bid");
	tx.u.bid.side = SIDE_SELL;
	expect(&tx, VERDICT_OK, "");
	role->balance_uc = JSON_INT_MAX + 1;
	expect(&tx, VERDICT_OUT_OF_RANGE, "bid");
	expect(&good, VERDICT_OK, "");
	memcpy(s.l->params.roles[0].name, AGGREGATOR_ROLE, sizeof AGGREGATOR_ROLE);
	s.l->params.fee_seller_mc_per_kwh = 1; /* which would be paid to it */
	expect(&good, VERDICT_OUT_OF_RANGE, "bid");
	s.l->params.fee_seller_mc_per_kwh = 0;
	role->balance_uc = balance_uc;
}

static void answers(void **state)
{
	const struct tx good = small_bid(&s, 201, SIDE_SELL, 100, 8000, buys);
	struct auction *a = auction_edit(&s.l->auctions, buys);
	uint32_t order_count = s.l->auctions.order_count;
	struct tx tx = good;

	(void)state;
	tx.u.bid.auction = answer; /* an order's name, not an auction's */
	expect(&tx, VERDICT_UNKNOWN_AUCTION, "auction");
	tx = good;
	tx.market_ms = a->contract.gate_ms - 1;
	expect(&tx, VERDICT_OK, "");
	tx.market_ms++;
	expect(&tx, VERDICT_GATE_CLOSED, "auction");
	tx = good;
	a->status = AUCTION_CLEARED;
	expect(&tx, VERDICT_GATE_CLOSED, "auction");
	a->status = AUCTION_OPEN;
	tx.address = sample_address(ROLE);
	expect(&tx, VERDICT_NOT_ALLOWED, "address");
	tx.address = sample_address(301);
	expect(&tx, VERDICT_ADDRESS_SLOT, "address");
	tx = good;
	tx.u.bid.side = SIDE_BUY;
	expect(&tx, VERDICT_SAME_SIDE, "bid.type");
	tx = small_bid(&s, 300, SIDE_SELL, 100, 5000, opened_by_home);
	expect(&tx, VERDICT_SELF_TRADE, "auction");
	tx.address = sample_address(301);
	expect(&tx, VERDICT_OK, "");
	tx = good;
	tx.u.bid.price_mc_per_kwh = 9000;
	expect(&tx, VERDICT_OK, "");
	tx.u.bid.price_mc_per_kwh = 9001;
	expect(&tx, VERDICT_BEYOND_LIMIT, "bid.price");
	tx = small_bid(
		&s, 201, SIDE_SELL, 100, 9000, buys_vickrey); /* better than the limit only */
	expect(&tx, VERDICT_BEYOND_LIMIT, "bid.price");
	tx.u.bid.price_mc_per_kwh = 8999;
	expect(&tx, VERDICT_OK, "");
	tx.u.bid.all_or_nothing = true;
	expect(&tx, VERDICT_BAD_TERMS, "all_or_nothing");
	tx = small_bid(&s, 201, SIDE_BUY, 100, 3000, sells);
	tx.u.bid.all_or_nothing = true;
	expect(&tx, VERDICT_OK, "");
	tx.u.bid.price_mc_per_kwh = 2999;
	expect(&tx, VERDICT_BEYOND_LIMIT, "bid.price");
	tx = good;
	s.l->auctions.order_count = ORDERS_MAX - 1;
	expect(&tx, VERDICT_OK, "");
	s.l->auctions.order_count = ORDERS_MAX;
	expect(&tx, VERDICT_TOO_MANY, "bid");
	s.l->auctions.order_count = order_count;
}

/* One address cannot fill the market's tables: what it cancels keeps its place. */
static void an_address_has_its_share(void **state)
{
	uint64_t first = small_answer(&s, 203, SIDE_SELL, 1, 8000, buys);
	struct tx tx, cancel = small_tx(&s, TX_CANCEL);

	(void)state;
	cancel.address = sample_address(203);
	cancel.u.cancel.order = first;
	small_do(&s, &cancel);
	for (int i = 1; i < ACCOUNT_ORDERS_MAX; i++) {
		tx = small_bid(&s, 203, SIDE_SELL, 1, 8000, buys);
		expect(&tx, VERDICT_OK, "");
		(void)small_answer(&s, 203, SIDE_SELL, 1, 8000, buys);
	}
	tx = small_bid(&s, 203, SIDE_SELL, 1, 8000, buys);
	expect(&tx, VERDICT_TOO_MANY, "bid");
	tx = small_bid(&s, 204, SIDE_SELL, 1, 8000, buys);
	expect(&tx, VERDICT_OK, "");
	tx = small_bid(&s, 203, SIDE_SELL, 1, 8000, 0);
	for (int i = 0; i < ACCOUNT_AUCTIONS_MAX; i++) {
		expect(&tx, VERDICT_OK, "");
		(void)small_answer(&s, 203, SIDE_SELL, 1, 8000, 0);
		tx = small_bid(&s, 203, SIDE_SELL, 1, 8000, 0);
	}
	expect(&tx, VERDICT_TOO_MANY, "bid");
	tx = small_bid(&s, 204, SIDE_SELL, 1, 8000, 0);
	expect(&tx, VERDICT_OK, "");
}

static void cpfs(void **state)
{
	struct tx tx = small_tx(&s, TX_CPF);

	(void)state;
	tx.address = sample_address(100);
	tx.cpf_hundredths = 1;
	expect(&tx, VERDICT_OK, "");
	tx.cpf_hundredths = 100;
	expect(&tx, VERDICT_OK, "");
	tx.cpf_hundredths = 101;
	expect(&tx, VERDICT_OUT_OF_RANGE, "cpf");
	tx.cpf_hundredths = -1;
	expect(&tx, VERDICT_OUT_OF_RANGE, "cpf");
	tx.cpf_hundredths = 0;
	expect(&tx, VERDICT_BAD_FIELD, "cpf");
	tx.cpf_hundredths = 50;
	tx.address = sample_address(101); /* has said so already */
	expect(&tx, VERDICT_CPF_ANNOUNCED, "cpf");
	tx.address = sample_address(0);
	expect(&tx, VERDICT_ADDRESS_CLOSED, "address");
	tx.address = sample_address(200);
	expect(&tx, VERDICT_ADDRESS_SLOT, "address");
	tx.address = sample_address(ROLE);
	expect(&tx, VERDICT_NOT_ALLOWED, "cpf");
	tx.address = sample_address(NOBODY);
	expect(&tx, VERDICT_NOT_ADMITTED, "address");
	/* In a bid-offer the same rules hold. */
	tx = small_bid(&s, 201, SIDE_SELL, 100, 8000, buys);
	tx.cpf_hundredths = 101;
	expect(&tx, VERDICT_OUT_OF_RANGE, "cpf");
	tx.cpf_hundredths = 70;
	expect(&tx, VERDICT_OK, "");
	account_edit(&s.l->accounts, account_find(&s.l->accounts, &tx.address)->number)
		->cpf_hundredths = 60;
	expect(&tx, VERDICT_CPF_ANNOUNCED, "cpf");
	account_edit(&s.l->accounts, account_find(&s.l->accounts, &tx.address)->number)
		->cpf_hundredths = 0;
	/* Taken in earlier than this slot, it is no announcement of it. */
	tx.market_ms = SAMPLE_START_MS + SMALL_SLOT_MS - 1;
	assert_false(ledger_cpf_counts(s.l, &tx));
	tx.market_ms++;
	assert_true(ledger_cpf_counts(s.l, &tx));
	tx.cpf_hundredths = 0;
	assert_false(ledger_cpf_counts(s.l, &tx));
}

static void cancels(void **state)
{
	struct tx tx = small_tx(&s, TX_CANCEL);
	struct order *o = order_edit(&s.l->auctions, answer);

	(void)state;
	tx.address = sample_address(200);
	tx.u.cancel.order = answer;
	expect(&tx, VERDICT_OK, "");
	tx.market_ms = SAMPLE_START_MS + 2 * SMALL_SLOT_MS - 300000 - 1;
	expect(&tx, VERDICT_OK, "");
	tx.market_ms++;
	expect(&tx, VERDICT_GATE_CLOSED, "order");
	tx.market_ms = s.now_ms;
	tx.address = sample_address(201);
	expect(&tx, VERDICT_NOT_OWNER, "order");
	tx.address = sample_address(NOBODY);
	expect(&tx, VERDICT_NOT_ADMITTED, "address");
	tx.address = sample_address(200);
	o->status = ORDER_CANCELLED;
	expect(&tx, VERDICT_UNKNOWN_ORDER, "order");
	o->status = ORDER_OPEN;
	tx.u.cancel.order = 999999;
	expect(&tx, VERDICT_UNKNOWN_ORDER, "order");
	/* An auction, while nobody has answered. */
	tx.u.cancel.order = opened_by_home;
	expect(&tx, VERDICT_NOT_OWNER, "order");
	tx.address = sample_address(300);
	expect(&tx, VERDICT_OK, "");
	tx.address = sample_address(ROLE);
	tx.u.cancel.order = sells;
	expect(&tx, VERDICT_OK, "");
	tx.u.cancel.order = buys;
	expect(&tx, VERDICT_ANSWERED, "order");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(openings),
		cmocka_unit_test(answers),
		cmocka_unit_test(an_address_has_its_share),
		cmocka_unit_test(cpfs),
		cmocka_unit_test(cancels),
	};

	return cmocka_run_group_tests(tests, scene_open, scene_free);
}
