/* Blocks of a real market executed again, and every kind of fault planted in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/snapshot.h"
#include "engine/execute.h"
#include "tests/unit/little_days.h"
#include "tests/unit/little_blocks.h"
#include "wire/header_form.h"

static struct little_market market;
static struct kept_block good[BLOCKS + 1], bad;

static int setup(void **state)
{
	(void)state;
	little_open(&market);
	little_days_work(&market);
	for (uint64_t h = 1; h <= BLOCKS; h++)
		keep_block(&market, h, &good[h]);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	little_close(&market);
	return 0;
}

static struct block_fault run(struct executor *x, struct kept_block *b)
{
	struct tx_source source = {.each = each_kept, .context = b};
	struct block_fault fault;

	assert_int_equal(execute_block(x, &b->block, &source, NULL, &fault), ERR_OK);
	return fault;
}

/* An executor that has executed the first n blocks. */
static void begin(struct executor *x, uint64_t n)
{
	assert_int_equal(executor_init(x, &market.genesis), ERR_OK);
	for (uint64_t h = 1; h <= n; h++)
		assert_int_equal(run(x, &good[h]).verdict, VERDICT_OK);
}

static void good_blocks_hold(void **state)
{
	struct executor x;

	(void)state;
	begin(&x, BLOCKS);
	assert_int_equal(x.ledger->height, BLOCKS + 1);
	assert_memory_equal(x.ledger->last_hash, good[BLOCKS].block.hash, HASH_LEN);
	executor_release(&x);
	executor_release(&x);
}

static void a_snapshot_takes_up_where_it_was(void **state)
{
	struct executor x;
	size_t len;
	uint8_t *bytes;

	(void)state;
	begin(&x, 2);
	len = ledger_snapshot_write(x.ledger, NULL, 0);
	bytes = malloc(len);
	assert_non_null(bytes);
	(void)ledger_snapshot_write(x.ledger, bytes, len);
	assert_int_equal(executor_reset(&x), ERR_OK);
	assert_int_equal(x.ledger->height, 1);
	assert_int_equal(executor_restore(&x, bytes, len), ERR_OK);
	assert_int_equal(run(&x, &good[3]).verdict, VERDICT_OK);
	assert_int_equal(executor_restore(&x, bytes, len - 1), ERR_FORMAT);
	assert_int_equal(x.ledger->height, 1);
	assert_int_equal(run(&x, &good[1]).verdict, VERDICT_OK);
	free(bytes);
	executor_release(&x);
}

/* A header changed by an operator who signs it again. */
static void sign_again(void)
{
	assert_int_equal(
		header_hash(&bad.block.header, market.genesis.market, bad.block.hash), ERR_OK);
	assert_int_equal(header_sign(market.operator_key, &bad.block.header, market.genesis.market,
				 bad.block.operator_signature),
		ERR_OK);
}

static size_t place_of(enum tx_kind kind)
{
	char name[48];

	snprintf(name, sizeof name, "\"operation\":\"%s\"", tx_kind_name(kind));
	for (size_t i = 0; i < bad.count; i++) {
		if (strstr(bad.txs[i].body, name))
			return i;
	}
	fail_msg("no %s", name);
	return 0;
}

static void leave_out(size_t place)
{
	bad.count--;
	for (size_t i = place; i < bad.count; i++)
		bad.txs[i] = bad.txs[i + 1];
}

static void spoil_hash(void)
{
	bad.block.hash[3] ^= 1;
}

static void spoil_operator(void)
{
	bad.block.operator_signature[3] ^= 1;
}

static void unsigned_change(void)
{
	bad.block.header.tx_root[0] ^= 1;
}

static void leave_out_clock(void)
{
	bad.count = place_of(TX_STANDING) - 1;
}

static void leave_out_all(void)
{
	bad.count = 0;
}

static void spoil_signature(void)
{
	bad.txs[place_of(TX_CPF)].tx.signature[40] ^= 1;
}

static void take_signature(void)
{
	bad.txs[place_of(TX_CPF)].tx.is_signed = false;
}

static void sign_clock(void)
{
	bad.txs[place_of(TX_CLOCK)].tx.is_signed = true;
}

static void spoil_seq(void)
{
	bad.txs[place_of(TX_CPF)].tx.seq += 1000000;
}

static void spoil_operators_seq(void)
{
	bad.txs[place_of(TX_CLOCK)].tx.seq++;
}

static void early_stamp(void)
{
	bad.txs[place_of(TX_CPF)].tx.market_ms = LITTLE_START_MS;
}

static void late_stamp(void)
{
	bad.txs[place_of(TX_CPF)].tx.market_ms += LITTLE_SLOT_MS;
}

static void swap_two(void)
{
	size_t i = place_of(TX_CPF);
	struct kept_tx t = bad.txs[i];

	bad.txs[i] = bad.txs[i + 1];
	bad.txs[i + 1] = t;
}

static void repeat_one(void)
{
	size_t i = place_of(TX_CPF);

	memmove(&bad.txs[i + 1], &bad.txs[i], (bad.count - i) * sizeof *bad.txs);
	bad.count++;
}

/* Change one character of a body, to the same length. */
static void edit(enum tx_kind kind, const char *from, const char *to)
{
	struct kept_tx *t = &bad.txs[place_of(kind)];
	char *at = strstr(t->body, from);

	assert_non_null(at);
	assert_int_equal(strlen(from), strlen(to));
	memcpy(at, to, strlen(to));
}

/* An address that nobody admitted: the same body under another's name. */
static void edit_address(void)
{
	struct kept_tx *t = &bad.txs[place_of(TX_CPF)];
	char *at = strstr(t->body, "\"address\":\"");

	assert_non_null(at);
	memcpy(at + 11, "aaaaaaaaaaaaaaaaaaaaaaaaaa", ADDRESS_LEN);
}

/* Whoever signs headers may change any member. */
static void every_member_of_the_header_counts(void **state)
{
	static const struct {
		const char *what;
		size_t offset;
		enum verdict verdict;
	} cases[] = {
		{"another height", offsetof(struct header, height), VERDICT_BAD_HEIGHT},
		{"another predecessor", offsetof(struct header, prev_hash), VERDICT_BAD_PREV_HASH},
		{"time", offsetof(struct header, time_ms), VERDICT_BAD_TIME},
		{"flags", offsetof(struct header, flags), VERDICT_BAD_FLAGS},
		{"tx_count", offsetof(struct header, tx_count), VERDICT_BAD_TX_ROOT},
		{"tx_root", offsetof(struct header, tx_root), VERDICT_BAD_TX_ROOT},
		{"results_root", offsetof(struct header, results_root), VERDICT_BAD_RESULTS_ROOT},
		{"state_root", offsetof(struct header, state_root), VERDICT_BAD_STATE_ROOT},
		{"wallets_root", offsetof(struct header, wallets_root), VERDICT_BAD_STATE_ROOT},
		{"ranking_root", offsetof(struct header, ranking_root), VERDICT_BAD_RANKING_ROOT},
		{"log_root", offsetof(struct header, log_root), VERDICT_BAD_LOG_ROOT},
		{"rules_hash", offsetof(struct header, rules_hash), VERDICT_BAD_RULES_HASH},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct executor x;
		struct block_fault f;

		begin(&x, 2);
		bad = good[3];
		((uint8_t *)&bad.block.header)[cases[i].offset] ^= 1;
		sign_again();
		f = run(&x, &bad);
		if (f.verdict != cases[i].verdict || f.seq != 0)
			fail_msg("%s: %s", cases[i].what, f.text);
		executor_release(&x);
	}
}

static void nothing_can_be_left_out(void **state)
{
	static const struct {
		enum tx_kind kind;
		enum verdict verdict;
	} cases[] = {{TX_STANDING, VERDICT_BAD_TX_ROOT}, {TX_DELIVERY, VERDICT_BAD_ATTESTATION},
		{TX_CPF, VERDICT_BAD_ATTESTATION}, {TX_ADMIT, VERDICT_BAD_TX_ROOT},
		{TX_BID_OFFER, VERDICT_UNKNOWN_AUCTION}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct executor x;
		struct block_fault f;

		begin(&x, 2);
		bad = good[3];
		leave_out(place_of(cases[i].kind));
		f = run(&x, &bad);
		if (f.verdict != cases[i].verdict)
			fail_msg("%s: %s", tx_kind_name(cases[i].kind), f.text);
		executor_release(&x);
	}
}

static void every_edit_is_found(void **state)
{
	static const struct {
		const char *what;
		enum tx_kind kind;
		const char *from, *to;
		enum verdict verdict;
	} cases[] = {
		{"price", TX_BID_OFFER, "\"value\":\"18\"", "\"value\":\"17\"",
			VERDICT_BAD_SIGNATURE},
		{"not JSON", TX_CPF, "{\"address\"", "{ address\"", VERDICT_BAD_JSON},
		{"unknown member", TX_CPF, "\"cpf\":0.9", "\"cpg\":0.9", VERDICT_BAD_FIELD},
		{"beyond 1", TX_CPF, "\"cpf\":0.9", "\"cpf\":9.0", VERDICT_OUT_OF_RANGE},
		{"standing", TX_STANDING, "\"cpf\":0.9", "\"cpf\":0.8", VERDICT_BAD_ATTESTATION},
		{"delivery", TX_DELIVERY, "\"wh\":60", "\"wh\":61", VERDICT_BAD_TX_ROOT},
		{"operation", TX_CLOCK, "\"clock\"", "\"clack\"", VERDICT_UNKNOWN_OPERATION},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct executor x;
		struct block_fault f;

		begin(&x, 2);
		bad = good[3];
		edit(cases[i].kind, cases[i].from, cases[i].to);
		f = run(&x, &bad);
		if (f.verdict != cases[i].verdict)
			fail_msg("%s: %s", cases[i].what, f.text);
		executor_release(&x);
	}
}

static void every_fault_is_found(void **state)
{
	static const struct {
		const char *what;
		void (*plant)(void);
		enum verdict verdict;
		bool of_block; /* not of one transaction */
	} cases[] = {
		{"operator's signature", spoil_operator, VERDICT_BAD_OPERATOR_SIGNATURE, true},
		{"header not signed so", unsigned_change, VERDICT_BAD_OPERATOR_SIGNATURE, true},
		{"hash kept with it", spoil_hash, VERDICT_BAD_ROW, true},
		{"cut before the clock", leave_out_clock, VERDICT_OUT_OF_PHASE, true},
		{"no transaction", leave_out_all, VERDICT_OUT_OF_PHASE, true},
		{"signature", spoil_signature, VERDICT_BAD_SIGNATURE, false},
		{"no signature", take_signature, VERDICT_BAD_SIGNATURE, false},
		{"signed by the operator", sign_clock, VERDICT_BAD_SIGNATURE, false},
		{"sequence far ahead", spoil_seq, VERDICT_BAD_SEQ, false},
		{"sequence not that of the body", spoil_operators_seq, VERDICT_BAD_SEQ, false},
		{"two exchanged", swap_two, VERDICT_BAD_SEQ, false},
		{"one twice", repeat_one, VERDICT_BAD_SEQ, false},
		{"stamped too early", early_stamp, VERDICT_BAD_TIME, false},
		{"stamped after the slot", late_stamp, VERDICT_BAD_TIME, false},
		{"address not admitted", edit_address, VERDICT_NOT_ADMITTED, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct executor x;
		struct block_fault f;

		begin(&x, 2);
		bad = good[3];
		for (size_t n = 0; n < bad.count; n++)
			bad.txs[n].tx.body = bad.txs[n].body;
		cases[i].plant();
		f = run(&x, &bad);
		if (f.verdict != cases[i].verdict || (f.seq == 0) != cases[i].of_block)
			fail_msg("%s: %s", cases[i].what, f.text);
		assert_true(f.height == 3);
		assert_non_null(strstr(f.text, verdict_name(f.verdict)));
		executor_release(&x);
	}
}

static enum err broken(
	void *context, bool (*visit)(void *visitor, const struct stored_tx *tx), void *visitor)
{
	(void)context;
	(void)visit;
	(void)visitor;
	return ERR_IO;
}

static void a_broken_source_is_no_verdict(void **state)
{
	struct tx_source source = {.each = broken};
	struct block_fault fault;
	struct executor x;

	(void)state;
	begin(&x, 2);
	assert_int_equal(execute_block(&x, &good[3].block, &source, NULL, &fault), ERR_IO);
	assert_int_equal(fault.verdict, VERDICT_OK);
	executor_release(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_blocks_hold),
		cmocka_unit_test(a_snapshot_takes_up_where_it_was),
		cmocka_unit_test(every_member_of_the_header_counts),
		cmocka_unit_test(nothing_can_be_left_out),
		cmocka_unit_test(every_edit_is_found),
		cmocka_unit_test(every_fault_is_found),
		cmocka_unit_test(a_broken_source_is_no_verdict),
	};

	return cmocka_run_group_tests_name("execute", tests, setup, teardown);
}
