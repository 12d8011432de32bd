/* The operator's transactions, verdict by verdict: admissions, the clock, attestations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/units.h"
#include "tests/lib/small_ledger.h"

static struct small_ledger s;
enum { ROLE = SMALL_ROLE, NOBODY = 77777 };

static int setup(void **state)
{
	(void)state;
	small_open(&s);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	small_free(&s);
	return 0;
}

static void expect(const struct tx *tx, enum verdict verdict)
{
	const char *field = NULL;
	enum verdict v = ledger_check(s.l, tx, &field);

	if (v != verdict)
		fail_msg("%s, not %s", verdict_name(v), verdict_name(verdict));
	assert_string_equal(field, "");
}

static void admissions(void **state)
{
	struct tx tx = small_tx(&s, TX_ADMIT);
	uint64_t first = s.l->accounts.first, next;

	(void)state;
	small_admission(&s, &tx, 0, 10, 3);
	expect(&tx, VERDICT_OK);
	tx.u.admit.slot = -1;
	expect(&tx, VERDICT_HORIZON);
	tx.u.admit.slot = 4;
	expect(&tx, VERDICT_OK);
	tx.u.admit.slot = 5;
	expect(&tx, VERDICT_HORIZON);
	small_admission(&s, &tx, 0, 10, TX_ADMIT_KEYS_MAX);
	expect(&tx, VERDICT_OK);
	small_admission(&s, &tx, 0, 10, TX_ADMIT_KEYS_MAX + 1);
	expect(&tx, VERDICT_TOO_MANY);
	tx.u.admit.count = 0;
	expect(&tx, VERDICT_TOO_MANY);
	small_admission(&s, &tx, 0, 10, 3);
	s.addresses[2] = s.addresses[1];
	expect(&tx, VERDICT_UNORDERED);
	s.addresses[2] = sample_address(9);
	expect(&tx, VERDICT_UNORDERED);
	/* Two that index alike, neighbours in byte order. */
	s.addresses[2] = s.addresses[1];
	s.addresses[2].text[ADDRESS_LEN - 1] = '3';
	expect(&tx, VERDICT_UNORDERED);
	s.addresses[2] = sample_address(12);
	s.addresses[0] = sample_address(ROLE); /* the second is below the first now */
	expect(&tx, VERDICT_UNORDERED);
	small_admission(&s, &tx, 1, 10, 3);
	small_do(&s, &tx);
	/* Known ones, lower ones of that slot and those of earlier slots come no more. */
	tx = small_tx(&s, TX_ADMIT);
	small_admission(&s, &tx, 2, 12, 2);
	expect(&tx, VERDICT_UNORDERED);
	small_admission(&s, &tx, 2, 11, 1);
	expect(&tx, VERDICT_UNORDERED);
	small_admission(&s, &tx, 1, 9, 1);
	expect(&tx, VERDICT_UNORDERED);
	small_admission(&s, &tx, 0, 20, 1);
	expect(&tx, VERDICT_UNORDERED);
	small_admission(&s, &tx, 1, 13, 2);
	expect(&tx, VERDICT_OK);
	small_admission(&s, &tx, 2, 5, 2);
	expect(&tx, VERDICT_OK);
	next = s.l->accounts.next;
	s.l->accounts.next = first + ACCOUNTS_MAX - 2;
	expect(&tx, VERDICT_OK);
	s.l->accounts.next++;
	expect(&tx, VERDICT_TOO_MANY);
	s.l->accounts.next = next;
}

static void the_clock(void **state)
{
	int64_t end = SAMPLE_START_MS + SMALL_SLOT_MS;
	uint64_t auction;
	struct tx tx;

	(void)state;
	tx = small_tx(&s, TX_CLOCK);
	tx.market_ms = end + 5;
	tx.u.clock.due_ms = end - 1; /* nothing is due then */
	expect(&tx, VERDICT_BAD_TIME);
	tx.u.clock.due_ms = end;
	expect(&tx, VERDICT_OK);
	tx.u.clock.due_ms = end + 1;
	expect(&tx, VERDICT_BAD_TIME);
	tx.market_ms = end - 1;
	tx.u.clock.due_ms = end;
	expect(&tx, VERDICT_BAD_TIME); /* before its time */
	auction = small_open_auction(&s, SIDE_BUY, 1, 100, 9000);
	tx = small_tx(&s, TX_CLOCK);
	tx.market_ms = end;
	tx.u.clock.due_ms = end - 300000 - 1;
	expect(&tx, VERDICT_BAD_TIME);
	tx.u.clock.due_ms = end - 300000; /* its gate */
	expect(&tx, VERDICT_OK);
	tx.market_ms = end - 300000;
	small_do(&s, &tx);
	assert_int_equal(auction_find(&s.l->auctions, auction)->status, AUCTION_CLEARED);
	assert_false(s.l->closing);
	small_end_slot(&s);
	assert_true(s.l->closing);
	tx = small_tx(&s, TX_CLOCK);
	tx.u.clock.due_ms = end;
	expect(&tx, VERDICT_OUT_OF_PHASE);
	tx = small_tx(&s, TX_DEPOSIT);
	tx.u.money.amount_uc = 1;
	expect(&tx, VERDICT_OUT_OF_PHASE);
	tx.kind = TX_WITHDRAWAL;
	expect(&tx, VERDICT_OUT_OF_PHASE);
}

/* A gate that fires when delivery has begun voids its auction; a slot closed a slot late is an
 * outage. */
static void what_comes_too_late(void **state)
{
	int64_t end = SAMPLE_START_MS + SMALL_SLOT_MS;
	uint64_t one, two;

	(void)state;
	small_admit(&s, 1, 0, 1);
	one = small_open_auction(&s, SIDE_BUY, 1, 100, 9000);
	two = small_open_auction(&s, SIDE_BUY, 2, 100, 9000);
	(void)small_answer(&s, 0, SIDE_SELL, 50, 8000, one);
	s.now_ms = end + SMALL_SLOT_MS - 1; /* slot 1 has begun, slot 2 has not */
	small_clock(&s, end);
	assert_int_equal(auction_find(&s.l->auctions, one)->status, AUCTION_VOID);
	assert_int_equal(account_get(&s.l->accounts, ACCOUNT_FIRST_ROLE)->held_uc, 900000);
	assert_int_equal(auction_find(&s.l->auctions, two)->status, AUCTION_OPEN);
	assert_int_equal(s.l->flags, 0);
	small_close(&s);
	assert_int_equal(s.header.flags, 0);
	s.now_ms = end + 2 * SMALL_SLOT_MS; /* a whole slot after slot 1's end */
	small_clock(&s, end + SMALL_SLOT_MS);
	assert_int_equal(auction_find(&s.l->auctions, two)->status, AUCTION_VOID);
	small_close(&s);
	assert_int_equal(s.header.flags, HEADER_OUTAGE);
	s.now_ms = end + 3 * SMALL_SLOT_MS - 1;
	small_close(&s);
	assert_int_equal(s.header.flags, 0);
}

static void standings(void **state)
{
	struct tx tx;

	(void)state;
	small_admit(&s, 0, 0, 4);
	for (uint32_t i = 0; i < 3; i++)
		small_cpf(&s, i, 50 + (int)i);
	tx = small_tx(&s, TX_STANDING);
	tx.address = sample_address(1);
	tx.cpf_hundredths = 51;
	expect(&tx, VERDICT_OUT_OF_PHASE);
	small_end_slot(&s);
	tx.seq = s.seq + 1;
	tx.market_ms = s.now_ms;
	expect(&tx, VERDICT_OK);
	tx.cpf_hundredths = 52; /* not what was announced */
	expect(&tx, VERDICT_BAD_ATTESTATION);
	tx.address = sample_address(3);
	expect(&tx, VERDICT_BAD_ATTESTATION);
	tx.cpf_hundredths = 0;
	expect(&tx, VERDICT_BAD_ATTESTATION);
	tx.address = sample_address(NOBODY);
	expect(&tx, VERDICT_BAD_ATTESTATION);
	small_standing(&s, 1, 51);
	tx = small_tx(&s, TX_STANDING);
	tx.address = sample_address(1);
	tx.cpf_hundredths = 51;
	expect(&tx, VERDICT_UNORDERED); /* again */
	tx.address = sample_address(0);
	tx.cpf_hundredths = 50;
	expect(&tx, VERDICT_UNORDERED); /* of a lower account */
	tx.address = sample_address(2);
	tx.cpf_hundredths = 52;
	expect(&tx, VERDICT_OK);
}

/* Slot 0: the role buys 100 Wh for slot 1 from addresses 10 (60 Wh at 8000) and 11 (40 at 9000). */
static void trade(void)
{
	uint64_t auction;

	small_admit(&s, 0, 0, 3);
	small_admit(&s, 1, 10, 3);
	auction = small_open_auction(&s, SIDE_BUY, 1, 100, 9000);
	(void)small_answer(&s, 10, SIDE_SELL, 60, 8000, auction);
	(void)small_answer(&s, 11, SIDE_SELL, 60, 9000, auction);
	small_clock(&s, SAMPLE_START_MS + SMALL_SLOT_MS - 300000);
	small_close(&s);
}

static void deliveries(void **state)
{
	uint64_t first, second, seq;
	struct tx tx;

	(void)state;
	trade();
	tx = small_tx(&s, TX_DELIVERY);
	expect(&tx, VERDICT_OUT_OF_PHASE);
	small_end_slot(&s);
	/* The awards of slot 1 are attested when block 3 closes, not yet now. */
	assert_null(ledger_delivery_due(s.l));
	small_close(&s);
	small_end_slot(&s);
	first = ledger_delivery_due(s.l)->seq;
	assert_int_equal(block_close_check(s.l, &seq), VERDICT_ATTESTATION_MISSING);
	assert_int_equal(seq, first);
	tx = small_tx(&s, TX_DELIVERY);
	tx.u.delivery.order = first + 1;
	tx.u.delivery.why = DELIVERY_METERED;
	expect(&tx, VERDICT_BAD_ATTESTATION);
	tx.u.delivery.order = first;
	expect(&tx, VERDICT_OK);
	tx.u.delivery.delivered_wh = -1;
	expect(&tx, VERDICT_OUT_OF_RANGE);
	tx.u.delivery.delivered_wh = ENERGY_WH_MAX;
	expect(&tx, VERDICT_OK);
	tx.u.delivery.delivered_wh++;
	expect(&tx, VERDICT_OUT_OF_RANGE);
	tx.u.delivery.delivered_wh = 1;
	tx.u.delivery.why = DELIVERY_NO_READING; /* then nothing was seen */
	expect(&tx, VERDICT_BAD_ATTESTATION);
	tx.u.delivery.why = (enum delivery_why)0;
	expect(&tx, VERDICT_OUT_OF_RANGE);
	small_deliver(&s, 60, DELIVERY_METERED);
	second = ledger_delivery_due(s.l)->seq;
	assert_int_equal(second, first + 1);
	/* Standings come before deliveries. */
	tx = small_tx(&s, TX_STANDING);
	expect(&tx, VERDICT_OUT_OF_PHASE);
	small_deliver(&s, 10, DELIVERY_METERED);
	assert_null(ledger_delivery_due(s.l));
	assert_int_equal(block_close_check(s.l, &seq), VERDICT_OK);
	tx = small_tx(&s, TX_DELIVERY);
	tx.u.delivery.order = second;
	tx.u.delivery.why = DELIVERY_METERED;
	expect(&tx, VERDICT_BAD_ATTESTATION);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(admissions),
		TEST(the_clock),
		TEST(what_comes_too_late),
		TEST(standings),
		TEST(deliveries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
