/* The public rules, verdict by verdict, while orders come in. test_ledger_close.c has the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/units.h"
#include "tests/lib/small_ledger.h"

static struct small_ledger s;
static uint64_t buys, buys_vickrey, sells, opened_by_home, answer, begin_seq;
enum { ROLE = SMALL_ROLE, NOBODY = 77777 };

/* Addresses: those of slot n are 100 n ... 100 n + 4. Block 1 has two validators, address 0 and 1;
 * now it is slot 1, ten seconds in. */
static int setup(void **state)
{
	struct tx tx;

	(void)state;
	small_open(&s);
	for (int slot = 0; slot < 5; slot++)
		small_admit(&s, slot, (uint32_t)slot * 100, 5);
	small_cpf(&s, 0, 90);
	small_cpf(&s, 1, 80);
	small_end_slot(&s);
	small_standing(&s, 0, 90);
	small_standing(&s, 1, 80);
	small_close(&s);
	s.now_ms = SAMPLE_START_MS + SMALL_SLOT_MS + 10000;
	begin_seq = s.seq;
	buys = small_open_auction(&s, SIDE_BUY, 2, 1000, 9000);
	tx = small_bid(&s, ROLE, SIDE_BUY, 1000, 9000, 0);
	tx.u.bid.request.slot = 2;
	tx.u.bid.request.rule = RULE_VICKREY;
	tx.u.bid.request.limit_inclusive = 0;
	small_do(&s, &tx);
	buys_vickrey = tx.seq;
	sells = small_open_auction(&s, SIDE_SELL, 2, 1000, 3000);
	opened_by_home = small_answer(&s, 300, SIDE_BUY, 100, 5000, 0);
	answer = small_answer(&s, 200, SIDE_SELL, 500, 8000, buys);
	small_cpf(&s, 101, 50);
	s.seq++; /* a sequence that is still to come */
	small_cpf(&s, 102, 50);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	small_free(&s);
	return 0;
}

static void expect_as_dated(const struct tx *tx, enum verdict verdict, const char *field)
{
	const char *told = NULL;
	enum verdict v = ledger_check(s.l, tx, &told);

	if (v != verdict || (v != VERDICT_OK && strcmp(told, field) != 0))
		fail_msg("%s %s, not %s %s", verdict_name(v), told, verdict_name(verdict), field);
}

/* A transaction that was sent when it was taken in. */
static void expect(const struct tx *tx, enum verdict verdict, const char *field)
{
	struct tx dated = *tx;

	dated.date_ms = tx->market_ms;
	expect_as_dated(&dated, verdict, field);
}

static void none_is_stale_or_repeated(void **state)
{
	struct tx tx = small_bid(&s, 201, SIDE_SELL, 100, 8000, buys);
	struct tx deposit = small_tx(&s, TX_DEPOSIT);
	uint32_t count = s.l->recent.count;

	(void)state;
	tx.date_ms = tx.market_ms - 120000;
	expect_as_dated(&tx, VERDICT_OK, "");
	tx.date_ms--;
	expect_as_dated(&tx, VERDICT_STALE, "date");
	tx.date_ms = tx.market_ms + 120000;
	expect_as_dated(&tx, VERDICT_OK, "");
	tx.date_ms++;
	expect_as_dated(&tx, VERDICT_STALE, "date");
	digest_sha256(&answer, sizeof answer, tx.id); /* that of the answer */
	expect(&tx, VERDICT_REPEATED, "");
	tx.id[0] ^= 1;
	expect(&tx, VERDICT_OK, "");
	s.l->recent.count = RECENT_MAX;
	expect(&tx, VERDICT_TOO_MANY, "");
	/* The operator's own need no date; their sequence is in their id. */
	deposit.date_ms = 0;
	deposit.u.deposit.amount_uc = 1;
	expect_as_dated(&deposit, VERDICT_OK, "");
	s.l->recent.count = count;
}

static void each_has_its_place(void **state)
{
	const struct tx good = small_bid(&s, 201, SIDE_SELL, 100, 8000, buys);
	struct tx tx = good;

	(void)state;
	expect(&tx, VERDICT_OK, "");
	tx.seq = 0;
	expect(&tx, VERDICT_BAD_SEQ, "");
	tx.seq = s.seq; /* taken */
	expect(&tx, VERDICT_BAD_SEQ, "");
	tx.seq = begin_seq;
	expect(&tx, VERDICT_BAD_SEQ, "");
	tx.seq = s.seq - 1; /* passed over, and now it comes */
	expect(&tx, VERDICT_OK, "");
	tx.market_ms = s.now_ms - 5000; /* its time is that of its intake */
	expect(&tx, VERDICT_OK, "");
	tx.seq = s.seq + 1;
	expect(&tx, VERDICT_BAD_TIME, "");
	tx.market_ms = s.l->market_ms;
	expect(&tx, VERDICT_OK, "");
	tx.seq = s.seq + 1 + LEDGER_GAPS_MAX - s.l->gap_count;
	expect(&tx, VERDICT_OK, "");
	tx.seq++;
	expect(&tx, VERDICT_BAD_SEQ, "");
	tx.seq = UINT64_MAX;
	expect(&tx, VERDICT_BAD_SEQ, "");
	tx = good;
	tx.market_ms = ledger_slot_end_ms(s.l) - 1;
	expect(&tx, VERDICT_GATE_CLOSED, "auction");
	tx.market_ms++;
	expect(&tx, VERDICT_BAD_TIME, "");
	tx = good;
	tx.kind = (enum tx_kind)9;
	expect(&tx, VERDICT_UNKNOWN_OPERATION, "");
	/* Only bid-offers and cancels are ever passed over. */
	tx = small_tx(&s, TX_CPF);
	tx.address = sample_address(103);
	tx.cpf_hundredths = 5;
	expect(&tx, VERDICT_OK, "");
	tx.seq = s.seq - 1;
	expect(&tx, VERDICT_BAD_SEQ, "");
}

static void a_block_has_its_length(void **state)
{
	struct tx signed_tx = small_bid(&s, 201, SIDE_SELL, 100, 8000, buys);
	struct tx deposit = small_tx(&s, TX_DEPOSIT);
	uint64_t count = s.l->tx_count;

	(void)state;
	deposit.u.deposit.amount_uc = 1;
	s.l->tx_count = LEDGER_TXS_OPEN_MAX - 1;
	expect(&signed_tx, VERDICT_OK, "");
	s.l->tx_count = LEDGER_TXS_OPEN_MAX;
	expect(&signed_tx, VERDICT_TOO_MANY, "");
	expect(&deposit, VERDICT_OK, "");
	s.l->tx_count = LEDGER_TXS_MAX;
	expect(&deposit, VERDICT_TOO_MANY, "");
	s.l->tx_count = count;
}

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
	role->balance_uc = INT64_C(4000000000000000001);
	expect(&tx, VERDICT_OUT_OF_RANGE, "bid");
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

static void seals(void **state)
{
	struct tx tx = small_tx(&s, TX_SEAL);
	int64_t begin = SAMPLE_START_MS + SMALL_SLOT_MS;
	int64_t last = s.l->market_ms;

	(void)state;
	tx.address = s.l->ranked[0].address;
	tx.u.seal.height = 1;
	memcpy(tx.u.seal.header_hash, s.l->last_hash, HASH_LEN);
	expect(&tx, VERDICT_OK, "");
	assert_true(address_equal(&tx.address, &s.addresses[0]) ||
		    memcmp(tx.address.text, sample_address(0).text, ADDRESS_LEN) == 0);
	tx.u.seal.height = 2;
	expect(&tx, VERDICT_WRONG_HEIGHT, "height");
	tx.u.seal.height = 0;
	expect(&tx, VERDICT_WRONG_HEIGHT, "height");
	tx.u.seal.height = UINT64_MAX;
	expect(&tx, VERDICT_WRONG_HEIGHT, "height");
	tx.u.seal.height = 1;
	tx.u.seal.header_hash[31] ^= 1;
	expect(&tx, VERDICT_WRONG_HASH, "header_hash");
	tx.u.seal.header_hash[31] ^= 1;
	tx.address = sample_address(102);
	expect(&tx, VERDICT_NOT_RANKED, "address");
	/* The second in rank waits a minute. */
	tx.address = s.l->ranked[1].address;
	s.l->market_ms = begin;
	tx.market_ms = begin + 60000 - 1;
	expect(&tx, VERDICT_SEAL_EARLY, "height");
	tx.market_ms++;
	expect(&tx, VERDICT_OK, "");
	s.l->sealed_by = 1;
	expect(&tx, VERDICT_SEALED, "height");
	s.l->sealed_by = 0;
	s.l->market_ms = last;
}

static void deposits(void **state)
{
	struct tx tx = small_tx(&s, TX_DEPOSIT);
	struct account *issuer = account_edit(&s.l->accounts, ACCOUNT_ISSUER);

	(void)state;
	tx.u.deposit.amount_uc = 0;
	expect(&tx, VERDICT_OUT_OF_RANGE, "");
	tx.u.deposit.amount_uc = 1;
	expect(&tx, VERDICT_OK, "");
	tx.u.deposit.amount_uc = AMOUNT_UC_MAX;
	expect(&tx, VERDICT_OK, "");
	issuer->balance_uc = -99 * AMOUNT_UC_MAX;
	expect(&tx, VERDICT_OK, "");
	issuer->balance_uc--;
	expect(&tx, VERDICT_OUT_OF_RANGE, ""); /* more than all money there may be */
	issuer->balance_uc = 0;
	tx.u.deposit.amount_uc++;
	expect(&tx, VERDICT_OUT_OF_RANGE, "");
	tx.u.deposit.amount_uc = 1;
	tx.u.deposit.account = sample_address(ROLE);
	expect(&tx, VERDICT_OK, "");
	tx.u.deposit.account = sample_address(200); /* money enters by wallets and roles only */
	expect(&tx, VERDICT_UNKNOWN_ADDRESS, "");
	tx.u.deposit.account = sample_address(NOBODY);
	expect(&tx, VERDICT_UNKNOWN_ADDRESS, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(none_is_stale_or_repeated),
		cmocka_unit_test(each_has_its_place),
		cmocka_unit_test(a_block_has_its_length),
		cmocka_unit_test(openings),
		cmocka_unit_test(answers),
		cmocka_unit_test(cpfs),
		cmocka_unit_test(cancels),
		cmocka_unit_test(seals),
		cmocka_unit_test(deposits),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
