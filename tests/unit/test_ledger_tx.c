/* The ledger's transactions: each kind of the operator's there and back, tampering, the signed ones
 * as they are kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/units.h"
#include "tests/lib/sample_genesis.h"
#include "tests/lib/sample_requests.h"
#include "wire/digest.h"
#include "wire/ledger_tx.h"
#include "wire/params_form.h"

static struct ledger_tx_workspace *workspace;
static const struct genesis market = {.market = SAMPLE_MARKET};
static char body[TX_BODY_MAX];

static int setup(void **state)
{
	(void)state;
	workspace = calloc(1, sizeof *workspace);
	return workspace ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	free(workspace);
	return 0;
}

static struct address_key keys[TX_ADMIT_KEYS_MAX + 1];
static struct address addresses[TX_ADMIT_KEYS_MAX + 1];

static void make_keys(void)
{
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		memset(&keys[i], 0, sizeof keys[i]);
		keys[i].len = KEY_P256_LEN;
		memcpy(keys[i].bytes, &i, sizeof i);
		tx_form_key_address(&keys[i], &addresses[i]);
	}
}

static enum verdict read_body(const char *text, size_t len, uint64_t seq, bool is_signed,
	struct tx *ret, const char **input, size_t *input_len)
{
	struct stored_tx stored = {
		.seq = seq, .market_ms = 99, .body = text, .body_len = len, .is_signed = is_signed};

	return ledger_tx_read(workspace, SAMPLE_MARKET, &stored, ret, input, input_len);
}

/* One of each kind, with the body that it has. */
static size_t make(int which, struct tx *tx, const char **want)
{
	static const char *const bodies[] = {
		"{\"operation\":\"clock\",\"parameters\":{\"due_ms\":1514765700000},\"seq\":5}",
		"{\"operation\":\"admit\",\"parameters\":{\"keys\":[],\"slot\":9},\"seq\":5}",
		"{\"operation\":\"standing\",\"parameters\":{\"address\":\"" SAMPLE_ADDRESS
		"\",\"cpf\":0.9},\"seq\":5}",
		"{\"operation\":\"delivery\",\"parameters\":{\"order\":12,\"wh\":0,\"why\":"
		"\"no_reading\"},\"seq\":5}",
		"{\"operation\":\"deposit\",\"parameters\":{\"account\":\"wallets\",\"amount_uc\":"
		"1000000000000000},\"seq\":5}",
		"{\"operation\":\"deposit\",\"parameters\":{\"account\":\"" SAMPLE_ADDRESS
		"\",\"amount_uc\":1},\"seq\":5}",
		"{\"operation\":\"withdraw\",\"parameters\":{\"account\":\"" SAMPLE_ADDRESS
		"\",\"amount_uc\":1},\"seq\":5}",
	};
	const enum tx_kind kinds[] = {TX_CLOCK, TX_ADMIT, TX_STANDING, TX_DELIVERY, TX_DEPOSIT,
		TX_DEPOSIT, TX_WITHDRAWAL};

	*tx = (struct tx){.kind = kinds[which], .seq = 5};
	if (which == 0) {
		tx->u.clock.due_ms = 1514765700000;
	} else if (which == 1) {
		tx->u.admit.slot = 9;
	} else if (which == 2) {
		memcpy(tx->address.text, SAMPLE_ADDRESS, ADDRESS_LEN);
		tx->cpf_hundredths = 90;
	} else if (which == 3) {
		tx->u.delivery.order = 12;
		tx->u.delivery.why = DELIVERY_NO_READING;
	} else {
		tx->u.money.amount_uc = which == 4 ? AMOUNT_UC_MAX : 1;
		if (which >= 5)
			memcpy(tx->u.money.account.text, SAMPLE_ADDRESS, ADDRESS_LEN);
	}
	*want = bodies[which];
	return ledger_tx_complete(tx, &market, body, sizeof body);
}

static void each_kind_goes_there_and_back(void **state)
{
	(void)state;
	for (int i = 0; i < 7; i++) {
		struct tx tx, back;
		const char *want, *input = NULL;
		char whole[512];
		uint8_t hash[HASH_LEN];
		size_t input_len = 0, len = make(i, &tx, &want);
		assert_string_equal(body, want);
		assert_int_equal(len, strlen(want));
		assert_int_equal(
			read_body(body, len, 5, false, &back, &input, &input_len), VERDICT_OK);
		assert_int_equal(back.kind, tx.kind);
		assert_int_equal(back.seq, 5);
		assert_int_equal(back.market_ms, 99);
		assert_string_equal(back.address.text, tx.address.text);
		assert_int_equal(back.cpf_hundredths, tx.cpf_hundredths);
		(void)snprintf(whole, sizeof whole, "LEM1|request|" SAMPLE_MARKET "|%s", want);
		assert_int_equal(input_len, strlen(whole));
		assert_memory_equal(input, whole, input_len);
		digest_sha256(whole, strlen(whole), hash);
		assert_memory_equal(tx.id, hash, HASH_LEN);
		assert_memory_equal(back.id, hash, HASH_LEN);
		digest_sha256(NULL, 0, hash);
		assert_memory_equal(tx.signature_hash, hash, HASH_LEN);
		assert_memory_equal(back.signature_hash, hash, HASH_LEN);
		if (tx.kind == TX_CLOCK)
			assert_true(back.u.clock.due_ms == tx.u.clock.due_ms);
		if (tx.kind == TX_DELIVERY)
			assert_memory_equal(&back.u.delivery, &tx.u.delivery, sizeof tx.u.delivery);
		if (tx.kind == TX_DEPOSIT || tx.kind == TX_WITHDRAWAL)
			assert_memory_equal(&back.u.money, &tx.u.money, sizeof tx.u.money);
	}
}

/* The set comes back whole, with the hash of its rules; without the market's genesis it is no
 * operation at all. */
static void parameters_bring_the_whole_set(void **state)
{
	struct private_key *boss = NULL, *role = NULL;
	struct genesis g, changed;
	uint8_t want[HASH_LEN];
	struct params set;
	struct tx tx = {.kind = TX_PARAMS, .seq = 5}, back;
	const char *input;
	size_t input_len, len;

	(void)state;
	assert_int_equal(private_key_generate(KEY_ED25519, &boss), ERR_OK);
	assert_int_equal(private_key_generate(KEY_P256, &role), ERR_OK);
	sample_genesis(&g, boss, role);
	memcpy(g.market, SAMPLE_MARKET, sizeof SAMPLE_MARKET);
	set = g.params;
	set.reward_uc = 77;
	set.roles[0].credit_limit_uc = 78;
	set.import_mc_per_kwh = 79;
	tx.u.params.from_slot = 80;
	tx.u.params.set = &set;
	len = ledger_tx_complete(&tx, &g, body, sizeof body);
	assert_true(len > 0);
	changed = g;
	changed.params = set;
	assert_true(rules_hash(&changed, want));
	assert_memory_equal(tx.u.params.rules_hash, want, HASH_LEN);
	assert_int_equal(read_body(body, len, 5, false, &back, &input, &input_len),
		VERDICT_UNKNOWN_OPERATION);
	workspace->room.genesis = &g;
	assert_int_equal(read_body(body, len, 5, false, &back, &input, &input_len), VERDICT_OK);
	assert_int_equal(back.u.params.from_slot, 80);
	assert_memory_equal(back.u.params.set, &set, sizeof set);
	assert_memory_equal(back.u.params.rules_hash, want, HASH_LEN);
	assert_memory_equal(back.id, tx.id, HASH_LEN);
	assert_int_equal(
		read_body(body, len, 5, true, &back, &input, &input_len), VERDICT_BAD_SIGNATURE);
	g.operator_key.bytes[0] ^= 1;
	assert_int_equal(
		read_body(body, len, 5, false, &back, &input, &input_len), VERDICT_BAD_TERMS);
	workspace->room.genesis = NULL;
	private_key_free(boss);
	private_key_free(role);
}

static void an_admission_brings_its_keys(void **state)
{
	const size_t counts[] = {0, 1, 2, TX_ADMIT_KEYS_MAX};
	struct tx tx = {.kind = TX_ADMIT, .seq = 5}, back;
	const char *input;
	size_t len, input_len;

	(void)state;
	make_keys();
	tx.u.admit.slot = INT32_MAX;
	tx.u.admit.keys = keys;
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		tx.u.admit.count = counts[i];
		len = ledger_tx_complete(&tx, &market, body, sizeof body);
		assert_true(len > 0 && len < TX_BODY_MAX);
		assert_int_equal(
			read_body(body, len, 5, false, &back, &input, &input_len), VERDICT_OK);
		assert_int_equal(back.u.admit.count, counts[i]);
		assert_int_equal(back.u.admit.slot, INT32_MAX);
		for (size_t k = 0; k < counts[i]; k++) {
			assert_memory_equal(&back.u.admit.keys[k], &keys[k], sizeof *keys);
			assert_string_equal(back.u.admit.addresses[k].text, addresses[k].text);
		}
	}
	assert_int_equal(ledger_tx_complete(&tx, &market, body, len), 0);
	tx.u.admit.count = TX_ADMIT_KEYS_MAX + 1;
	len = ledger_tx_complete(&tx, &market, body, sizeof body);
	assert_true(len > 0);
	assert_int_equal(
		read_body(body, len, 5, false, &back, &input, &input_len), VERDICT_BAD_FIELD);
}

static const struct {
	int which;
	const char *from, *to;
	enum verdict verdict;
} cases[] = {
	{0, "1514765700000", "0", VERDICT_OK},
	{0, "1514765700000", "-1", VERDICT_OUT_OF_RANGE},
	{0, "1514765700000", "\"0\"", VERDICT_BAD_FIELD},
	{0, "due_ms", "due", VERDICT_BAD_FIELD},
	{0, "\"due_ms\"", "\"a\":1,\"due_ms\"", VERDICT_BAD_FIELD},
	{0, "clock", "clack", VERDICT_UNKNOWN_OPERATION},
	{0, "clock", "wallet", VERDICT_UNKNOWN_OPERATION},
	{0, "clock", "cpf", VERDICT_BAD_SIGNATURE}, /* signed ones are signed */
	{0, "clock", "admit", VERDICT_BAD_FIELD},
	{0, ":5}", ":6}", VERDICT_BAD_SEQ},
	{0, ":5}", ":0}", VERDICT_OUT_OF_RANGE},
	{0, "\"seq\"", "\"sec\"", VERDICT_BAD_FIELD},
	{0, "{\"operation\"", "{\"date\":1,\"operation\"", VERDICT_BAD_FIELD},
	{0, "{\"operation\"", "{ \"operation\"", VERDICT_BAD_JSON},
	{0, "\"clock\"", "\"cl\\u006fck\"", VERDICT_BAD_JSON}, /* not canonical */
	{0, "{\"operation\"", "[\"operation\"", VERDICT_BAD_JSON},
	{1, "[]", "[\"AAAA\"]", VERDICT_OK},
	{1, "[]", "[\"AAA=\"]", VERDICT_BAD_FIELD},
	{1, "[]", "[1]", VERDICT_BAD_FIELD},
	{1, "[]", "{}", VERDICT_BAD_FIELD},
	{1, "[]", "[\"" SAMPLE_A16 SAMPLE_A16 SAMPLE_A16 "\"]", VERDICT_BAD_FIELD}, /* 36 bytes */
	{1, ":9", ":-1", VERDICT_OUT_OF_RANGE},
	{2, "0.9", "0.01", VERDICT_OK},
	{2, "0.9", "0", VERDICT_OUT_OF_RANGE},
	{2, "0.9", "0.90", VERDICT_BAD_JSON}, /* not canonical */
	{2, "asda", "ASDA", VERDICT_BAD_FIELD},
	{3, ":12", ":0", VERDICT_OUT_OF_RANGE},
	{3, "\"wh\":0", "\"wh\":100000000", VERDICT_OK},
	{3, "\"wh\":0", "\"wh\":100000001", VERDICT_OUT_OF_RANGE},
	{3, "\"wh\":0", "\"wh\":-1", VERDICT_OUT_OF_RANGE},
	{3, "no_reading", "no_base", VERDICT_OK},
	{3, "no_reading", "noreading", VERDICT_BAD_FIELD},
	{4, "wallets", "issuer", VERDICT_BAD_FIELD},
	{4, "1000000000000000", "1000000000000001", VERDICT_OUT_OF_RANGE},
	{5, ":1}", ":0}", VERDICT_OUT_OF_RANGE},
};

static void what_is_wrong_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tx tx;
		const char *want, *at, *input;
		char bad[512];
		size_t input_len;
		enum verdict v;
		(void)make(cases[i].which, &tx, &want);
		at = strstr(want, cases[i].from);
		assert_non_null(at);
		(void)snprintf(bad, sizeof bad, "%.*s%s%s", (int)(at - want), want, cases[i].to,
			at + strlen(cases[i].from));
		v = read_body(bad, strlen(bad), 5, false, &tx, &input, &input_len);
		if (v != cases[i].verdict)
			fail_msg("%s: %s", bad, verdict_name(v));
	}
}

/* With that bit of its body turned, the transaction is refused or is another. */
static void is_not_same(char *at, int bit, size_t len, const struct tx *tx)
{
	struct tx back;
	const char *input;
	size_t input_len;

	*at = (char)(*at ^ bit);
	if (read_body(body, len, 5, false, &back, &input, &input_len) == VERDICT_OK)
		assert_memory_not_equal(back.id, tx->id, HASH_LEN);
	*at = (char)(*at ^ bit);
}

/* No two texts are one transaction: a changed byte is refused or another id. */
static void every_byte_counts(void **state)
{
	(void)state;
	for (int i = 0; i < 7; i++) {
		struct tx tx, back;
		const char *want, *input;
		size_t input_len, len = make(i, &tx, &want);
		for (size_t b = 0; b < len; b++) {
			for (int bit = 1; bit < 128; bit *= 2)
				is_not_same(body + b, bit, len, &tx);
		}
		assert_int_equal(read_body(body, len, 5, true, &back, &input, &input_len),
			VERDICT_BAD_SIGNATURE);
		assert_int_equal(
			read_body(body, len, 6, false, &back, &input, &input_len), VERDICT_BAD_SEQ);
	}
}

/* A request as the market keeps it is the transaction that it was. */
static void signed_ones_come_back(void **state)
{
	struct request_workspace *w = calloc(1, sizeof *w);

	(void)state;
	assert_non_null(w);
	for (int i = 0; i < SAMPLE_REQUESTS; i++) {
		const struct sample_request *s = &sample_requests[i];
		struct request_error error;
		struct request r;
		struct stored_tx stored = {.seq = 8, .market_ms = 7, .is_signed = true};
		struct tx tx;
		const char *input;
		size_t input_len;
		bool ledger = operation_class_of(s->operation) == OPERATION_BY_ADDRESS;
		assert_int_equal(request_read(w, SAMPLE_MARKET, s->operation, s->text,
					 strlen(s->text), &r, &error),
			VERDICT_OK);
		stored.body = r.body;
		stored.body_len = r.body_len;
		assert_int_equal(
			ledger_tx_read(workspace, SAMPLE_MARKET, &stored, &tx, &input, &input_len),
			/* some are operations of both, but the ledger's own are not signed */
			ledger ? VERDICT_OK
			: tx_kind_from_name(operation_name(s->operation))
				? VERDICT_BAD_SIGNATURE
				: VERDICT_UNKNOWN_OPERATION);
		if (!ledger)
			continue;
		assert_memory_equal(tx.id, r.id, HASH_LEN);
		assert_memory_equal(tx.signature_hash, r.signature_hash, HASH_LEN);
		assert_int_equal(tx.seq, 8);
		assert_int_equal(tx.market_ms, 7);
		assert_string_equal(tx.address.text, SAMPLE_ADDRESS);
		assert_int_equal(input_len, r.input_len);
		stored.is_signed = false;
		assert_int_equal(
			ledger_tx_read(workspace, SAMPLE_MARKET, &stored, &tx, &input, &input_len),
			VERDICT_BAD_SIGNATURE);
	}
	free(w);
}

static void the_ledgers_form_is_the_protocols(void **state)
{
	struct stored_tx stored = {
		.seq = 5, .market_ms = 1514764800000, .body = "{\"a\":1}", .body_len = 7};
	char text[256];
	struct out out;

	(void)state;
	out_init(&out, text, sizeof text);
	ledger_tx_write(&out, &stored);
	assert_string_equal(text, "{\"body\":{\"a\":1},\"market_ms\":1514764800000,\"seq\":5,"
				  "\"signature\":\"\"}");
	stored.is_signed = true;
	out_init(&out, text, sizeof text);
	ledger_tx_write(&out, &stored);
	assert_string_equal(text, "{\"body\":{\"a\":1},\"market_ms\":1514764800000,\"seq\":5,"
				  "\"signature\":\"" SAMPLE_SIG "\"}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_goes_there_and_back),
		cmocka_unit_test(parameters_bring_the_whole_set),
		cmocka_unit_test(an_admission_brings_its_keys),
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(every_byte_counts),
		cmocka_unit_test(signed_ones_come_back),
		cmocka_unit_test(the_ledgers_form_is_the_protocols),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
