/* Receipts of a real market; each member changed; and filing them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "hem-client/ems/receipt.h"
#include "tests/unit/little_market.h"

static struct little_market market;
static struct verify_key *operator_key;
static char text[RECEIPT_TEXT_MAX], why[RECEIPT_WHY_MAX];
static size_t len;

static int setup(void **state)
{
	(void)state;
	little_open(&market);
	little_advance(&market, LITTLE_START_MS + 1000);
	return verify_key_new(&market.genesis.operator_key, &operator_key) == ERR_OK ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	verify_key_free(operator_key);
	little_close(&market);
	return 0;
}

static void keep_receipt(void *context, const char *one, size_t one_len)
{
	(void)context;
	assert_true(one_len <= sizeof text);
	memcpy(text, one, one_len);
	len = one_len;
}

/* Two messages in one batch, so that the path is not empty; the receipt of the second. */
static void get_receipt(int64_t slot)
{
	struct inspected *inspected = NULL;
	struct inspect_refusal refusal;
	const struct publication *p;
	struct out out;
	char parameters[1024];
	size_t before = market.count;

	for (int i = 0; i < 2; i++) {
		out_init(&out, parameters, sizeof parameters);
		message_write_cpf(&out, little_address(&market, i, slot).text, 50);
		message_release(&market.last);
		assert_int_equal(message_make(OPERATION_CPF, market.homes[i].id,
					 market.genesis.market, market.now_ms, &out,
					 &(struct signer){.secret = &market.homes[i].secrets[slot]},
					 &market.last),
			ERR_OK);
		assert_int_equal(inspect(market.inspector, market.homes[i].id, OPERATION_CPF,
					 market.last.text, market.last.len, &inspected, &refusal),
			VERDICT_OK);
		assert_int_equal(engine_take(&market.engine, inspected, market.now_ms), ERR_OK);
		inspected_free(inspected);
	}
	little_collect(&market);
	p = little_find(&market, "home0001/receipt", before);
	assert_non_null(p);
	assert_int_equal(receipts_each(p->payload, p->len, keep_receipt, NULL), ERR_OK);
}

static enum err read_receipt(struct receipt *r)
{
	return receipt_read(text, len, operator_key, market.genesis.market, r, why);
}

static void a_true_receipt_is_believed(void **state)
{
	struct receipt r;

	(void)state;
	get_receipt(0);
	assert_int_equal(read_receipt(&r), ERR_OK);
	assert_string_equal(r.req_id, market.last.req_id);
	assert_memory_equal(r.tx_id, market.last.tx_id, HASH_LEN);
	assert_int_equal(r.operation, OPERATION_CPF);
	assert_int_equal(r.promise, PROMISE_LEDGER);
	assert_int_equal(r.height, 1);
	assert_true(r.seq > 0 && r.market_ms == market.now_ms);
}

static void a_private_one_is_believed(void **state)
{
	struct receipt r;
	const struct publication *p;

	(void)state;
	little_reading(&market, 2, -1, 0, 0, 0);
	p = little_find(&market, "home0002/receipt", 0);
	assert_non_null(p);
	assert_int_equal(receipts_each(p->payload, p->len, keep_receipt, NULL), ERR_OK);
	assert_int_equal(read_receipt(&r), ERR_OK);
	assert_int_equal(r.promise, PROMISE_PRIVATE);
	assert_true(r.seq == 0 && r.height == 0);
}

/* Change the first character behind a member's name into another that may stand there. */
static void spoil(const char *member)
{
	char *at = memmem(text, len, member, strlen(member));
	bool is_digit;

	assert_non_null(at);
	at += strlen(member);
	is_digit = *at >= '0' && *at <= '9';
	if (is_digit)
		*at = *at == '1' ? '2' : '1';
	else
		*at = *at == 'a' ? 'b' : 'a';
}

static void every_member_is_covered(void **state)
{
	/* reqId and operation are not in the leaf: the caller compares them with what was sent. */
	static const char *const members[] = {
		"\"height\":", "\"index\":", "\"intake_seq\":", "\"market_ms\":", "\"path\":\"",
		"\"root\":\"", "\"seq\":", "\"signature\":\"", "\"size\":", "\"tx_id\":\""};
	char good[RECEIPT_TEXT_MAX];
	struct receipt r;

	(void)state;
	little_advance(&market, little_slot_ms(1) + 1000);
	get_receipt(1);
	memcpy(good, text, len);
	assert_int_equal(read_receipt(&r), ERR_OK);
	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		memcpy(text, good, len);
		spoil(members[i]);
		r.height = 77;
		why[0] = '\0';
		if (read_receipt(&r) != ERR_FORMAT || r.height != 77 || why[0] == '\0')
			fail_msg("%s: %s", members[i], why);
	}
}

static void the_form_is_strict(void **state)
{
	static const struct {
		const char *from, *to;
	} cases[] = {
		{"\"class\":\"ledger\"", "\"class\":\"legder\""},
		{"\"class\":\"ledger\"", "\"klass\":\"ledger\""},
		{"\"operation\":\"cpf\"", "\"operation\":\"cfp\""},
		{"{", "["},
		{"\"index\":1", "\"index\":9"},
	};
	char good[RECEIPT_TEXT_MAX];
	struct receipt r;

	(void)state;
	little_advance(&market, little_slot_ms(2) + 1000);
	get_receipt(2);
	memcpy(good, text, len);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *at;
		memcpy(text, good, len);
		at = memmem(text, len, cases[i].from, strlen(cases[i].from));
		assert_non_null(at);
		memcpy(at, cases[i].to, strlen(cases[i].to));
		assert_int_equal(read_receipt(&r), ERR_FORMAT);
	}
	memcpy(text, good, len);
	len--;
	assert_int_equal(read_receipt(&r), ERR_FORMAT);
	len++;
	assert_int_equal(read_receipt(&r), ERR_OK);
	assert_int_equal(receipt_read(text, len, operator_key, "tiny:0000000000000000", &r, why),
		ERR_FORMAT);
}

static void receipts_come_in_arrays(void **state)
{
	static const char *const bad[] = {"", "{}", "[{},1]", "[{}", "[[]]", "null"};

	(void)state;
	len = 99;
	assert_int_equal(receipts_each("[]", 2, keep_receipt, NULL), ERR_OK);
	assert_int_equal(len, 99);
	assert_int_equal(receipts_each("[{},{\"a\":1}]", 12, keep_receipt, NULL), ERR_OK);
	assert_int_equal(len, 7);
	len = 99;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(
			receipts_each(bad[i], strlen(bad[i]), keep_receipt, NULL), ERR_FORMAT);
	assert_int_equal(len, 99);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_true_receipt_is_believed),
		cmocka_unit_test(a_private_one_is_believed),
		cmocka_unit_test(every_member_is_covered),
		cmocka_unit_test(the_form_is_strict),
		cmocka_unit_test(receipts_come_in_arrays),
	};

	return cmocka_run_group_tests_name("receipt", tests, setup, teardown);
}
