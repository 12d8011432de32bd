/* The place of a transaction in the ledger: sequence, time, room, and what may come late; seals
 * and deposits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/ledger_scene.h"

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
	deposit.u.money.amount_uc = 1;
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
	tx.market_ms = s.now_ms - 5000;
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
	tx.kind = (enum tx_kind)15;
	expect(&tx, VERDICT_UNKNOWN_OPERATION, "");
}

/* A sequence comes late only as an answer to a sealed book, or its cancel, and then, as at all, in
 * the block of the gate: else an old message could be executed again. */
static void late_ones_are_of_sealed_books(void **state)
{
	struct tx tx = small_bid(&s, 201, SIDE_SELL, 100, 8000, sealed);

	(void)state;
	expect(&tx, VERDICT_OK, ""); /* in its place, the gate is in this slot */
	tx.seq = s.seq - 1;
	expect(&tx, VERDICT_OK, "");
	tx.market_ms = s.now_ms - 5000; /* its time is that of its intake */
	expect(&tx, VERDICT_OK, "");
	tx = small_bid(&s, 301, SIDE_SELL, 100, 8000, sealed_long);
	expect(&tx, VERDICT_OUT_OF_PHASE, "");
	tx.seq = s.seq - 1;
	expect(&tx, VERDICT_OUT_OF_PHASE, "");
	tx = small_bid(&s, 201, SIDE_SELL, 100, 8000, buys); /* an open book */
	expect(&tx, VERDICT_OK, "");
	tx.seq = s.seq - 1;
	expect(&tx, VERDICT_BAD_SEQ, "");
	tx = small_bid(&s, 301, SIDE_SELL, 100, 8000, 0); /* an opening */
	tx.seq = s.seq - 1;
	expect(&tx, VERDICT_BAD_SEQ, "");
	tx = small_tx(&s, TX_CANCEL);
	tx.address = sample_address(202);
	tx.u.cancel.order = sealed_answer;
	expect(&tx, VERDICT_OK, "");
	tx.seq = s.seq - 1;
	expect(&tx, VERDICT_OK, "");
	tx.address = sample_address(200);
	tx.u.cancel.order = answer;
	expect(&tx, VERDICT_BAD_SEQ, "");
	tx.address = sample_address(SMALL_ROLE);
	tx.u.cancel.order = sells; /* an auction */
	expect(&tx, VERDICT_BAD_SEQ, "");
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
	struct tx admit = small_tx(&s, TX_ADMIT);
	uint64_t count = s.l->tx_count;

	(void)state;
	deposit.u.money.amount_uc = 1;
	admit.u.admit.slot = INT32_MAX;
	s.l->tx_count = LEDGER_TXS_OPEN_MAX - 1;
	expect(&signed_tx, VERDICT_OK, "");
	s.l->tx_count = LEDGER_TXS_OPEN_MAX;
	expect(&signed_tx, VERDICT_TOO_MANY, "");
	expect(&deposit, VERDICT_TOO_MANY, "");
	expect(&admit, VERDICT_HORIZON, ""); /* what the clock brings has room until ... */
	s.l->tx_count = LEDGER_TXS_MAX - 1;
	expect(&admit, VERDICT_HORIZON, "");
	s.l->tx_count = LEDGER_TXS_MAX;
	expect(&admit, VERDICT_TOO_MANY, "");
	s.l->tx_count = count;
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
	tx.u.money.amount_uc = 0;
	expect(&tx, VERDICT_OUT_OF_RANGE, "amount_uc");
	tx.u.money.amount_uc = 1;
	expect(&tx, VERDICT_OK, "");
	tx.u.money.amount_uc = AMOUNT_UC_MAX;
	expect(&tx, VERDICT_OK, "");
	tx.u.money.amount_uc = 2;
	issuer->balance_uc = -MONEY_UC_MAX + 2;
	expect(&tx, VERDICT_OK, "");
	issuer->balance_uc--;
	expect(&tx, VERDICT_OUT_OF_RANGE, "amount_uc"); /* more than all money there may be */
	issuer->balance_uc = 0;
	tx.u.money.amount_uc = AMOUNT_UC_MAX + 1;
	expect(&tx, VERDICT_OUT_OF_RANGE, "amount_uc");
	tx.u.money.amount_uc = 1;
	tx.u.money.account = sample_address(ROLE);
	expect(&tx, VERDICT_OK, "");
	tx.u.money.account = sample_address(200); /* money enters by wallets and roles only */
	expect(&tx, VERDICT_UNKNOWN_ADDRESS, "account");
	tx.u.money.account = sample_address(NOBODY);
	expect(&tx, VERDICT_UNKNOWN_ADDRESS, "account");
}

/* Out goes what the account has beyond its holds, whatever its credit; and it comes back to the
 * issuer, up to what JSON carries. */
static void withdrawals(void **state)
{
	struct tx tx = small_tx(&s, TX_WITHDRAWAL);
	struct account *issuer = account_edit(&s.l->accounts, ACCOUNT_ISSUER);
	struct account *wallets = account_edit(&s.l->accounts, ACCOUNT_WALLETS);
	struct account *role = account_edit(&s.l->accounts, ACCOUNT_FIRST_ROLE);
	struct account were[] = {*issuer, *wallets, *role};

	(void)state;
	wallets->balance_uc = 10;
	tx.u.money.amount_uc = 0;
	expect(&tx, VERDICT_OUT_OF_RANGE, "amount_uc");
	tx.u.money.amount_uc = 10;
	expect(&tx, VERDICT_OK, "");
	tx.u.money.amount_uc = 11;
	expect(&tx, VERDICT_FUNDS_TOO_LOW, "amount_uc");
	tx.u.money.amount_uc = AMOUNT_UC_MAX;
	wallets->balance_uc = AMOUNT_UC_MAX;
	expect(&tx, VERDICT_OK, "");
	issuer->balance_uc = JSON_INT_MAX - AMOUNT_UC_MAX;
	expect(&tx, VERDICT_OK, "");
	issuer->balance_uc++;
	expect(&tx, VERDICT_OUT_OF_RANGE, "amount_uc");
	issuer->balance_uc = 0;
	wallets->balance_uc = INT64_MAX;
	tx.u.money.amount_uc = AMOUNT_UC_MAX + 1;
	expect(&tx, VERDICT_OUT_OF_RANGE, "amount_uc");
	tx.u.money.account = role->address;
	tx.u.money.amount_uc = 7;
	role->balance_uc = 12;
	role->held_uc = 5;
	assert_true(role->credit_uc > 0);
	expect(&tx, VERDICT_OK, "");
	role->held_uc++;
	expect(&tx, VERDICT_FUNDS_TOO_LOW, "amount_uc");
	tx.u.money.account = sample_address(200);
	expect(&tx, VERDICT_UNKNOWN_ADDRESS, "account");
	tx.u.money.account = sample_address(NOBODY);
	expect(&tx, VERDICT_UNKNOWN_ADDRESS, "account");
	s.l->closing = true;
	expect(&tx, VERDICT_OUT_OF_PHASE, "");
	s.l->closing = false;
	*issuer = were[0];
	*wallets = were[1];
	*role = were[2];
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(none_is_stale_or_repeated),
		cmocka_unit_test(each_has_its_place),
		cmocka_unit_test(late_ones_are_of_sealed_books),
		cmocka_unit_test(a_block_has_its_length),
		cmocka_unit_test(seals),
		cmocka_unit_test(deposits),
		cmocka_unit_test(withdrawals),
	};

	return cmocka_run_group_tests(tests, scene_open, scene_free);
}
