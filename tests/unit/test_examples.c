/* docs/examples.md is true: a market with its keys answers its requests with its very answers, and
 * the readers of a home take each of them, signatures, paths and blocks included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include "engine/execute.h"
#include "engine/inspect_control.h"
#include "engine/key_cache.h"
#include "hem-client/ems/answer.h"
#include "hem-client/ems/receipt.h"
#include "hem-client/replica/assembly.h"
#include "plugin/login.h"
#include "tests/unit/doc_blocks.h"
#include "tests/unit/little_market.h"
#include "wire/header_form.h"

static char *doc;
static struct little_market market;
static struct verify_key *operator_key;
static struct executor executor;
static struct control_reader reader;
static struct assembly assembly;
static size_t heard_from;
static bool pending;
static char why[ANSWER_WHY_MAX];

static struct doc_block block_of(const char *mark)
{
	struct doc_block block;

	if (!doc_find(doc, mark, &block) || block.len == 0)
		fail_msg("the document has no block \"%s\"", mark);
	return block;
}

/* A key out of the document, by way of a file as private_key_load() wants it. */
static void load_key(const char *name, struct private_key **ret)
{
	struct doc_block pem;
	static size_t loaded;
	char mark[32], path[128], text[PRIVATE_KEY_WHY_MAX];
	int fd;

	(void)snprintf(mark, sizeof mark, "key: %s", name);
	pem = block_of(mark);
	(void)snprintf(path, sizeof path, "%s/%s-%zu.pem", market.folder, name, loaded++);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, pem.text, pem.len), pem.len);
	assert_int_equal(write(fd, "\n", 1), 1);
	(void)close(fd);
	if (private_key_load(path, ret, text) != ERR_OK)
		fail_msg("%s", text);
}

/* The market, begun by the hash that the enrolment code ends with. */
static void load_genesis(void)
{
	struct doc_block genesis = block_of("heard: market"), code = block_of("code");
	const char *dash = strchr(code.text, '-');
	uint8_t pinned[HASH_LEN];
	size_t len = 0;

	assert_non_null(dash);
	assert_true(text_hex_read(dash + 1, 2 * HASH_LEN, pinned, sizeof pinned, &len));
	if (genesis_read(genesis.text, genesis.len, pinned, &market.genesis, why) != ERR_OK)
		fail_msg("%s", why);
	pinned[0] ^= 1;
	assert_int_not_equal(
		genesis_read(genesis.text, genesis.len, pinned, &market.genesis, why), ERR_OK);
}

static int setup(void **state)
{
	struct csm_db csm;
	struct ledger_db ledger;

	(void)state;
	doc = doc_load("docs/examples.md");
	assert_non_null(doc);
	assert_int_equal(scratch_make(market.folder), 0);
	(void)snprintf(market.ledger, sizeof market.ledger, "%s/ledger.db", market.folder);
	(void)snprintf(market.csm, sizeof market.csm, "%s/csm.db", market.folder);
	load_key("operator", &market.operator_key);
	load_genesis();
	assert_int_equal(csm_db_create(&csm, market.csm, &market.genesis), ERR_OK);
	csm_db_close(&csm);
	assert_int_equal(ledger_db_create(&ledger, market.ledger, &market.genesis), ERR_OK);
	ledger_db_close(&ledger);
	assert_int_equal(
		engine_open(&market.engine, market.csm, market.ledger, market.operator_key),
		ERR_OK);
	assert_int_equal(inspector_new(market.engine.keyring, market.genesis.market, KEY_P256,
				 &market.inspector),
		ERR_OK);
	assert_int_equal(verify_key_new(&market.genesis.operator_key, &operator_key), ERR_OK);
	assert_int_equal(executor_init(&executor, &market.genesis), ERR_OK);
	assert_int_equal(assembly_open(&assembly, market.folder), ERR_OK);
	engine_publish_retained(&market.engine);
	little_collect(&market);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	assembly_close(&assembly);
	executor_release(&executor);
	verify_key_free(operator_key);
	little_close(&market);
	free(doc);
	return 0;
}

/* What was handed in since becomes durable. */
static void commit(void)
{
	if (pending)
		little_collect(&market);
	pending = false;
}

/* Time passes; what one instant brings is one commit. */
static void until(const char *offset)
{
	int64_t now_ms = market.genesis.params.start_ms + strtoll(offset, NULL, 10);

	if (now_ms == market.now_ms)
		return;
	commit();
	heard_from = market.count;
	market.now_ms = now_ms;
}

/* A command of the operator's document. */
static void hand_command(void *context, struct verified *v)
{
	(void)context;
	if (!v->inspected && v->query.kind == CONTROL_NO_QUERY)
		fail_msg("%s %s", verdict_name(v->refusal.verdict), v->refusal.field);
	assert_int_equal(engine_hand(&market.engine, v, market.now_ms), ERR_OK);
	verified_free(v);
}

static void hand_in(const struct doc_block *b)
{
	char client[CLIENT_ID_MAX + 1], operation[32], offset[24];
	struct inspected *inspected = NULL;
	struct inspect_refusal refusal;
	enum operation op;

	assert_int_equal(sscanf(b->mark, "send: %32s %31s %23s", client, operation, offset), 3);
	until(offset);
	pending = true;
	if (strcmp(client, "operator") == 0) {
		assert_int_equal(inspect_control(market.inspector, &reader, client, b->text, b->len,
					 hand_command, NULL),
			ERR_OK);
		return;
	}
	op = operation_from_name(operation);
	if (inspect(market.inspector, client, op, b->text, b->len, &inspected, &refusal) !=
		VERDICT_OK)
		fail_msg("%s: %s %s", b->mark, verdict_name(refusal.verdict), refusal.field);
	assert_int_equal(request_operation(b->text, b->len), op);
	assert_int_equal(engine_take(&market.engine, inspected, market.now_ms), ERR_OK);
	inspected_free(inspected);
}

static void hear(const struct doc_block *b)
{
	char topic[128];

	commit();
	if (b->mark[7] == '$')
		(void)snprintf(topic, sizeof topic, "%s", b->mark + 7);
	else
		(void)snprintf(topic, sizeof topic, "lem/%s/%s", market.genesis.name, b->mark + 7);
	for (size_t i = heard_from; i < market.count; i++) {
		const struct publication *p = market.published[i];
		if (strcmp(p->topic, topic) == 0 && p->len == b->len &&
			memcmp(p->payload, b->text, b->len) == 0)
			return;
	}
	for (size_t i = heard_from; i < market.count; i++)
		print_message("%s %.*s\n", market.published[i]->topic,
			(int)market.published[i]->len, market.published[i]->payload);
	fail_msg("the market did not say: %s %.*s", topic, (int)b->len, b->text);
}

static void the_market_answers_so(void **state)
{
	const char *at = doc;
	struct doc_block b;
	size_t sent = 0, heard = 0;

	(void)state;
	while (doc_next(&at, &b)) {
		if (strncmp(b.mark, "send: ", 6) == 0) {
			hand_in(&b);
			sent++;
		} else if (strncmp(b.mark, "clock: ", 7) == 0) {
			until(b.mark + 7);
			assert_int_equal(engine_clock(&market.engine, market.now_ms), ERR_OK);
			pending = true;
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
		"\"deliveries\":[{"};
	char mark[64];

	(void)state;
	for (int o = 1; o < OPERATION_COUNT; o++) {
		(void)snprintf(mark, sizeof mark, " %s ", operation_name((enum operation)o));
		assert_non_null(strstr(doc, mark));
	}
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		if (!strstr(doc, answers[i]))
			fail_msg("no example of %s", answers[i]);
	}
}

static void keep_proven(void *context, const char *text, size_t len)
{
	struct receipt r;
	size_t *steps = context;

	if (receipt_read(text, len, operator_key, market.genesis.market, &r, why) != ERR_OK)
		fail_msg("%s: %.*s", why, (int)len, text);
	*steps += memmem(text, len, "\"path\":\"\"", 9) == NULL;
}

static void receipts_hold(void **state)
{
	const char *at = doc;
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
	const char *id = market.genesis.market;
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
	err = head_read(b->text, b->len, market.genesis.name, &head, why);
	if (err != ERR_OK)
		return err;
	return header_check(operator_key, &head.block.header, id, head.block.operator_signature) ==
			       VERIFY_OK
		       ? ERR_OK
		       : ERR_CRYPTO;
}

static void answers_hold(void **state)
{
	const char *at = doc;
	struct doc_block b;

	(void)state;
	while (doc_next(&at, &b)) {
		if (strncmp(b.mark, "heard: ", 7) == 0 && read_answer(&b) != ERR_OK)
			fail_msg("%s: %s", b.mark, why);
	}
}

static void blocks_are_re_executed(void **state)
{
	const char *at = doc;
	struct doc_block b;
	uint64_t height = 0, of;

	(void)state;
	while (doc_next(&at, &b)) {
		struct tx_source source;
		struct block_fault fault;
		if (strcmp(b.mark, "heard: blocks") != 0)
			continue;
		assembly_await(&assembly, ++height);
		if (assembly_add(&assembly, market.genesis.name, b.text, b.len, &of, why) != ERR_OK)
			fail_msg("%s", why);
		assert_true(assembly.complete && of == height);
		assert_int_equal(header_hash(&assembly.block.header, market.genesis.market,
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
		load_key(names[i], &key);
		key_print(private_key_public(key), text);
		key_hash(private_key_public(key), hash);
		address_from_key_hash(hash, address);
		private_key_free(key);
		assert_non_null(strstr(doc, text));
		if (strncmp(names[i], "slot-", 5) != 0)
			continue;
		(void)snprintf(said, sizeof said, "`%s` of slot %s:", address, names[i] + 5);
		assert_non_null(strstr(doc, said));
	}
}

static void the_token_lets_in(void **state)
{
	const char *at = doc;
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
	assert_int_equal(login_check(market.engine.keyring, keys, market.genesis.market, "01394u09",
				 "01394u09", token, false, now_s),
		LOGIN_OK);
	token[b.len - 3] = token[b.len - 3] == 'A' ? 'B' : 'A';
	assert_int_equal(login_check(market.engine.keyring, keys, market.genesis.market, "01394u09",
				 "01394u09", token, false, now_s),
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
