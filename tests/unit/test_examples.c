/* docs/examples.md is true: a market with its keys answers its requests with its very answers, and
 * the readers of a home take each of them, signatures, paths and blocks included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "engine/execute.h"
#include "engine/key_cache.h"
#include "hem-client/ems/answer.h"
#include "hem-client/ems/receipt.h"
#include "hem-client/replica/assembly.h"
#include "plugin/login.h"
#include "tests/unit/doc_market.h"
#include "wire/header_form.h"

static struct doc_market d;
static struct verify_key *operator_key;
static struct executor executor;
static struct assembly assembly;
static char why[ANSWER_WHY_MAX];

/* The market, begun by the hash that the enrolment code ends with. */
static void load_genesis(void)
{
	struct doc_block genesis = doc_block_of(&d, "heard: market"),
			 code = doc_block_of(&d, "code");
	const char *dash = strchr(code.text, '-');
	uint8_t pinned[HASH_LEN];
	size_t len = 0;

	assert_non_null(dash);
	assert_true(text_hex_read(dash + 1, 2 * HASH_LEN, pinned, sizeof pinned, &len));
	if (genesis_read(genesis.text, genesis.len, pinned, &d.market.genesis, why) != ERR_OK)
		fail_msg("%s", why);
	pinned[0] ^= 1;
	assert_int_not_equal(
		genesis_read(genesis.text, genesis.len, pinned, &d.market.genesis, why), ERR_OK);
}

static int setup(void **state)
{
	(void)state;
	doc_open(&d, "docs/examples.md");
	load_genesis();
	doc_begin(&d);
	assert_int_equal(verify_key_new(&d.market.genesis.operator_key, &operator_key), ERR_OK);
	assert_int_equal(executor_init(&executor, &d.market.genesis), ERR_OK);
	assert_int_equal(assembly_open(&assembly, d.market.folder), ERR_OK);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	assembly_close(&assembly);
	executor_release(&executor);
	verify_key_free(operator_key);
	doc_close(&d);
	return 0;
}

static void hear(const struct doc_block *b)
{
	char topic[128];

	doc_commit(&d);
	doc_topic(&d, b, topic, sizeof topic);
	for (size_t i = d.heard_from; i < d.market.count; i++) {
		const struct publication *p = d.market.published[i];
		if (strcmp(p->topic, topic) == 0 && p->len == b->len &&
			memcmp(p->payload, b->text, b->len) == 0)
			return;
	}
	for (size_t i = d.heard_from; i < d.market.count; i++)
		print_message("%s %.*s\n", d.market.published[i]->topic,
			(int)d.market.published[i]->len, d.market.published[i]->payload);
	fail_msg("the market did not say: %s %.*s", topic, (int)b->len, b->text);
}

static void the_market_answers_so(void **state)
{
	const char *at = d.doc;
	struct doc_block b;
	size_t sent = 0, heard = 0;

	(void)state;
	while (doc_next(&at, &b)) {
		if (strncmp(b.mark, "send: ", 6) == 0) {
			doc_send(&d, &b);
			sent++;
		} else if (strncmp(b.mark, "clock: ", 7) == 0) {
			doc_clock(&d, &b);
		} else if (strncmp(b.mark, "heard: ", 7) == 0) {
			hear(&b);
			heard++;
		}
	}
	assert_true(sent >= 20 && heard >= 20);
}

static void every_kind_is_there(void **state)
{
	static const char *const answers[] = {"/receipt -->", "/reject -->", "/award -->",
		"/wallet -->", "/statement -->", "/block -->", "heard: offers -->",
		"heard: auctions/6 -->", "heard: blocks -->", "heard: head -->",
		"heard: market -->", "v1/response -->", "\"event\":\"opened\"",
		"\"event\":\"ended\"", "\"item\":\"registers\"", "\"item\":\"device\"",
		"\"quarter\":1,", "\"quarter\":2,", "\"contract\":{\"measure\":\"before-after\"",
		"\"deliveries\":[{"};
	char mark[64];

	(void)state;
	for (int o = 1; o < OPERATION_COUNT; o++) {
		(void)snprintf(mark, sizeof mark, " %s ", operation_name((enum operation)o));
		assert_non_null(strstr(d.doc, mark));
	}
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		if (!strstr(d.doc, answers[i]))
			fail_msg("no example of %s", answers[i]);
	}
}

static void keep_proven(void *context, const char *text, size_t len)
{
	struct receipt r;
	size_t *steps = context;

	if (receipt_read(text, len, operator_key, d.market.genesis.market, &r, why) != ERR_OK)
		fail_msg("%s: %.*s", why, (int)len, text);
	*steps += memmem(text, len, "\"path\":\"\"", 9) == NULL;
}

static void receipts_hold(void **state)
{
	const char *at = d.doc;
	struct doc_block b;
	size_t steps = 0;

	(void)state;
	while (doc_next(&at, &b)) {
		if (strstr(b.mark, "/receipt"))
			assert_int_equal(receipts_each(b.text, b.len, keep_proven, &steps), ERR_OK);
	}
	assert_int_not_equal(steps, 0);
}

/* The reader of each kind of answer but receipts and blocks. */
static enum err read_answer(const struct doc_block *b)
{
	const char *id = d.market.genesis.market;
	const char *kind = strrchr(b->mark, '/') ? strrchr(b->mark, '/') : b->mark + 7;
	struct auction_event event;
	struct wallet_answer wallet;
	struct statement statement;
	struct reject reject;
	struct award award;
	struct head head;
	enum err err;

	if (strcmp(kind, "/reject") == 0)
		return reject_read(b->text, b->len, &reject, why);
	if (strcmp(kind, "/award") == 0)
		return award_read(b->text, b->len, &award, why);
	if (strcmp(kind, "/wallet") == 0)
		return wallet_answer_read(b->text, b->len, operator_key, id, &wallet, why);
	if (strcmp(kind, "/statement") == 0)
		return statement_read(b->text, b->len, operator_key, id, &statement, why);
	if (strstr(b->mark, "heard: auctions/"))
		return auction_event_read(b->text, b->len, &event, why);
	if (strcmp(kind, "head") != 0)
		return ERR_OK;
	err = head_read(b->text, b->len, d.market.genesis.name, &head, why);
	if (err != ERR_OK)
		return err;
	return header_check(operator_key, &head.block.header, id, head.block.operator_signature) ==
			       VERIFY_OK
		       ? ERR_OK
		       : ERR_CRYPTO;
}

static void answers_hold(void **state)
{
	const char *at = d.doc;
	struct doc_block b;

	(void)state;
	while (doc_next(&at, &b)) {
		if (strncmp(b.mark, "heard: ", 7) == 0 && read_answer(&b) != ERR_OK)
			fail_msg("%s: %s", b.mark, why);
	}
}

static void blocks_are_re_executed(void **state)
{
	const char *at = d.doc;
	struct doc_block b;
	uint64_t height = 0, of;

	(void)state;
	while (doc_next(&at, &b)) {
		struct tx_source source;
		struct block_fault fault;
		if (strcmp(b.mark, "heard: blocks") != 0)
			continue;
		assembly_await(&assembly, ++height);
		if (assembly_add(&assembly, d.market.genesis.name, b.text, b.len, &of, why) !=
			ERR_OK)
			fail_msg("%s", why);
		assert_true(assembly.complete && of == height);
		assert_int_equal(header_hash(&assembly.block.header, d.market.genesis.market,
					 assembly.block.hash),
			ERR_OK);
		source = assembly_source(&assembly);
		assert_int_equal(
			execute_block(&executor, &assembly.block, &source, NULL, &fault), ERR_OK);
		if (fault.verdict != VERDICT_OK)
			fail_msg("%s", fault.text);
	}
	assert_int_equal(height, 3);
}

/* Each key signed: its text stands in the requests or the genesis, its address is the one said. */
static void the_keys_are_theirs(void **state)
{
	static const char *const names[] = {
		"operator", "aggregator", "ems", "meter", "slot-0", "slot-1", "slot-2", "slot-3"};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct private_key *key = NULL;
		char text[KEY_TEXT_MAX + 1], address[ADDRESS_LEN + 1], said[64];
		uint8_t hash[HASH_LEN];
		doc_key(&d, names[i], &key);
		key_print(private_key_public(key), text);
		key_hash(private_key_public(key), hash);
		address_from_key_hash(hash, address);
		private_key_free(key);
		assert_non_null(strstr(d.doc, text));
		if (strncmp(names[i], "slot-", 5) != 0)
			continue;
		(void)snprintf(said, sizeof said, "`%s` of slot %s:", address, names[i] + 5);
		assert_non_null(strstr(d.doc, said));
	}
}

static void the_token_lets_in(void **state)
{
	const char *at = d.doc;
	struct doc_block b;
	struct key_cache *keys = NULL;
	char token[LOGIN_PASSWORD_MAX];
	int64_t now_s = 0;

	(void)state;
	while (doc_next(&at, &b) && strncmp(b.mark, "login: ", 7) != 0)
		;
	now_s = strtoll(b.mark + 7, NULL, 10);
	assert_true(b.len > 0 && b.len < sizeof token);
	memcpy(token, b.text, b.len);
	token[b.len] = '\0';
	assert_int_equal(key_cache_new(4, &keys), ERR_OK);
	assert_int_equal(login_check(d.market.engine.keyring, keys, d.market.genesis.market,
				 "01394u09", "01394u09", token, false, now_s),
		LOGIN_OK);
	token[b.len - 3] = token[b.len - 3] == 'A' ? 'B' : 'A';
	assert_int_equal(login_check(d.market.engine.keyring, keys, d.market.genesis.market,
				 "01394u09", "01394u09", token, false, now_s),
		LOGIN_BAD);
	key_cache_free(keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_market_answers_so),
		cmocka_unit_test(every_kind_is_there),
		cmocka_unit_test(receipts_hold),
		cmocka_unit_test(answers_hold),
		cmocka_unit_test(blocks_are_re_executed),
		cmocka_unit_test(the_keys_are_theirs),
		cmocka_unit_test(the_token_lets_in),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
