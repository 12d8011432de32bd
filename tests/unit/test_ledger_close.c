/* A slot's end: what is paid, what is closed, who is elected and rewarded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/units.h"
#include "tests/lib/small_ledger.h"

static struct small_ledger s;
enum { ROLE = SMALL_ROLE };

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

static int64_t balance(uint32_t address)
{
	struct address a = sample_address(address);

	return account_find(&s.l->accounts, &a)->balance_uc;
}

struct moved {
	int64_t payment, penalty, reward, close;
};

static void count_moves(void *context, const struct result *r)
{
	struct moved *m = context;
	int64_t uc = r->u.transfer.amount_uc;

	if (r->kind != RESULT_TRANSFER)
		return;
	m->payment += r->u.transfer.why == TRANSFER_PAYMENT ? uc : 0;
	m->penalty += r->u.transfer.why == TRANSFER_PENALTY ? uc : 0;
	m->reward += r->u.transfer.why == TRANSFER_REWARD ? uc : 0;
	m->close += r->u.transfer.why == TRANSFER_CLOSE ? uc : 0;
}

static void what_is_delivered_is_paid(void **state)
{
	struct moved m = {.payment = 0};

	(void)state;
	s.sink = (struct result_sink){.emit = count_moves, .context = &m};
	trade();
	small_close(&s);
	small_end_slot(&s);
	small_deliver(&s, 60, DELIVERY_METERED);
	small_deliver(&s, 10, DELIVERY_METERED);
	small_close(&s);
	/* 60 Wh at 8000, 10 of 40 Wh at 9000; 30 Wh short at 2000. */
	assert_int_equal(m.payment, 60 * 8000 + 10 * 9000);
	assert_int_equal(m.penalty, 30 * 2000);
	assert_int_equal(balance(ROLE), -60 * 8000 - 10 * 9000 + 30 * 2000);
	/* The addresses of slot 1 are closed; what was theirs is in the wallets. */
	assert_int_equal(
		s.l->accounts.fixed[ACCOUNT_WALLETS].balance_uc, 60 * 8000 + 10 * 9000 - 30 * 2000);
	assert_int_equal(m.close, 60 * 8000 + 10 * 9000 - 30 * 2000);
	assert_int_equal(s.l->accounts.first, s.l->accounts.next);
	assert_int_equal(s.l->auctions.auction_count, 0);
	assert_int_equal(s.l->auctions.order_count, 0);
	assert_int_equal(accounts_sum_uc(&s.l->accounts), 0);
}

/* In an outage a missing reading is the market's fault; what was read falls short all the same. */
static void an_outage_excuses_silence_only(void **state)
{
	struct moved m = {.payment = 0};

	(void)state;
	s.sink = (struct result_sink){.emit = count_moves, .context = &m};
	trade();
	small_close(&s);
	s.now_ms = SAMPLE_START_MS + 4 * SMALL_SLOT_MS;
	small_end_slot(&s);
	small_deliver(&s, 0, DELIVERY_NO_READING); /* 60 Wh */
	small_deliver(&s, 0, DELIVERY_METERED);    /* 40 Wh */
	small_close(&s);
	assert_int_equal(s.header.flags, HEADER_OUTAGE);
	assert_int_equal(m.payment, 0);
	assert_int_equal(m.penalty, 40 * 2000);
}

static void seal(uint32_t address)
{
	struct tx tx = small_tx(&s, TX_SEAL);

	tx.address = sample_address(address);
	tx.u.seal.height = s.l->height - 1;
	memcpy(tx.u.seal.header_hash, s.l->last_hash, HASH_LEN);
	small_do(&s, &tx);
}

static void issue(int64_t amount_uc)
{
	struct tx tx = small_tx(&s, TX_DEPOSIT);

	tx.u.money.amount_uc = amount_uc;
	if (amount_uc > 0)
		small_do(&s, &tx);
}

static void the_validator_is_rewarded(void **state)
{
	static const struct {
		int64_t reward_uc;
		int cpf;
		int64_t paid_uc;
		int64_t issued_uc; /* before */
	} cases[] = {
		{10000000, 90, 9000000, 0}, {10000000, 100, 10000000, 0}, {10000000, 1, 100000, 0},
		{199, 50, 99, 0}, {99, 99, 98, 0}, {1, 99, 0, 0},
		{AMOUNT_UC_MAX, 99, AMOUNT_UC_MAX / 100 * 99, 0},
		{200, 50, 100, MONEY_UC_MAX - 100},
		{200, 50, 0, MONEY_UC_MAX - 99}, /* more than all money there may be */
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct moved m = {.payment = 0};
		(void)teardown(NULL);
		(void)setup(NULL);
		s.sink = (struct result_sink){.emit = count_moves, .context = &m};
		s.l->params.reward_uc = cases[i].reward_uc;
		issue(cases[i].issued_uc);
		small_admit(&s, 0, 0, 2);
		small_cpf(&s, 0, cases[i].cpf);
		small_end_slot(&s);
		small_standing(&s, 0, cases[i].cpf);
		small_close(&s);
		assert_int_equal(s.l->ranked_count, 1);
		seal(0);
		small_close(&s);
		assert_int_equal(m.reward, cases[i].paid_uc);
		assert_int_equal(m.close, cases[i].paid_uc); /* its address closes after it */
	}
}

/* Nobody eligible: ranked by the hash alone, and the seal earns nothing. */
static void without_standing_no_reward(void **state)
{
	struct moved m = {.payment = 0};

	(void)state;
	s.sink = (struct result_sink){.emit = count_moves, .context = &m};
	small_admit(&s, 0, 0, 6);
	for (uint32_t i = 0; i < 5; i++)
		small_cpf(&s, i, 90);
	small_close(&s);
	assert_int_equal(s.l->ranked_count, LEDGER_RANKS_MAX);
	assert_false(s.l->ranked_rewarded);
	for (uint32_t i = 0; i < 5; i++) {
		if (memcmp(sample_address(i).text, s.l->ranked[0].address.text, ADDRESS_LEN) == 0)
			seal(i);
	}
	assert_int_equal(s.l->sealed_by, 1);
	small_close(&s);
	assert_int_equal(m.reward, 0);
	assert_false(address_is_empty(&s.l->older_validator));
}

/* Whether the first of the ranking is the one with the lowest SHA-256(seed || address) of the six
 * addresses from `first` on. */
static bool ranked_by(const uint8_t *seed, uint32_t first)
{
	uint8_t preimage[HASH_LEN + ADDRESS_LEN], tie[HASH_LEN], lowest[HASH_LEN];
	struct address winner = {.text = ""};

	memset(lowest, 0xff, sizeof lowest);
	memcpy(preimage, seed, HASH_LEN);
	for (uint32_t i = first; i < first + 6; i++) {
		struct address a = sample_address(i);
		memcpy(preimage + HASH_LEN, a.text, ADDRESS_LEN);
		digest_sha256(preimage, sizeof preimage, tie);
		if (memcmp(tie, lowest, HASH_LEN) >= 0)
			continue;
		memcpy(lowest, tie, HASH_LEN);
		winner = a;
	}
	return address_equal(&winner, &s.l->ranked[0].address);
}

/* One block in which six addresses announce alike, and nobody is eligible. */
static void six_announce(uint32_t first)
{
	small_admit(&s, ledger_slot(s.l), first, 6);
	for (uint32_t i = first; i < first + 6; i++)
		small_cpf(&s, i, 90);
	small_close(&s);
}

static void the_seed_is_of_two_blocks_before(void **state)
{
	const uint8_t genesis[HASH_LEN] = {0};
	uint8_t preimage[HASH_LEN + ADDRESS_LEN], seed[HASH_LEN], first_hash[HASH_LEN];
	struct tx tx;

	(void)state;
	six_announce(0);
	assert_true(ranked_by(genesis, 0));
	memcpy(first_hash, s.l->last_hash, HASH_LEN);
	memcpy(preimage, first_hash, HASH_LEN);
	memcpy(preimage + HASH_LEN, s.l->ranked[0].address.text, ADDRESS_LEN);
	tx = small_tx(&s, TX_SEAL);
	tx.address = s.l->ranked[0].address;
	tx.u.seal.height = 1;
	memcpy(tx.u.seal.header_hash, first_hash, HASH_LEN);
	small_do(&s, &tx);
	six_announce(10);
	assert_true(ranked_by(genesis, 10));
	digest_sha256(s.l->last_hash, HASH_LEN, seed); /* block 2 gets no seal */
	digest_sha256(preimage, sizeof preimage, preimage);
	six_announce(20);
	assert_true(ranked_by(preimage, 20));
	six_announce(30);
	assert_true(ranked_by(seed, 30));
}

/* A sequence may be away for as long as a gate can be, and no longer. */
static void a_gap_closes_in_time(void **state)
{
	uint64_t seq;

	(void)state;
	s.seq++; /* skipped in block 1 */
	for (int block = 1; block <= 6; block++) {
		small_end_slot(&s);
		assert_int_equal(block_close_check(s.l, &seq), VERDICT_OK);
		small_close(&s);
	}
	small_end_slot(&s); /* block 7: horizon 4, and one more */
	assert_int_equal(block_close_check(s.l, &seq), VERDICT_BAD_SEQ);
	assert_int_equal(seq, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(what_is_delivered_is_paid),
		TEST(an_outage_excuses_silence_only),
		TEST(the_validator_is_rewarded),
		TEST(without_standing_no_reward),
		TEST(the_seed_is_of_two_blocks_before),
		TEST(a_gap_closes_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
