/* The `market` document: genesis, and the parameters in force and to come, signed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/little_market.h"
#include "wire/jcs.h"
#include "wire/market_doc.h"

static struct little_market market;

static int setup(void **state)
{
	(void)state;
	little_open(&market);
	little_advance(&market, little_slot_ms(0) + 1000);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	little_close(&market);
	return 0;
}

/* The signature of `current` in a `market` document holds; how many changes wait. */
static uint32_t check_document(const struct publication *p, int64_t height, int64_t reward_uc)
{
	static struct json_node nodes[GENESIS_NODES_MAX];
	static char text[MARKET_DOC_MAX];
	static const char *const skip[] = {"signature", NULL};
	struct json_doc doc = {.nodes = nodes, .node_max = GENESIS_NODES_MAX};
	struct json_limits limits = {JSON_PROFILE_MESSAGE, MARKET_DOC_MAX, 8};
	char canonical[MARKET_DOC_MAX], sig[128], why[FORM_FIELD_MAX + 64];
	uint8_t signature[SIGNATURE_LEN], id[HASH_LEN];
	struct verify_key *key = NULL;
	struct genesis g;
	uint32_t current, set;
	int64_t number = 0;
	size_t len, prefix, sig_len = 0;

	assert_true(p && p->retain);
	assert_int_equal(genesis_read(p->payload, p->len, market.genesis.hash, &g, why), ERR_OK);
	assert_memory_equal(&g.params, &market.genesis.params, sizeof g.params);
	assert_int_equal(json_read(&doc, p->payload, p->len, &limits, NULL), JSON_OK);
	len = jcs_write(&doc, 0, NULL, canonical, sizeof canonical);
	assert_int_equal(len, p->len);
	assert_memory_equal(canonical, p->payload, len);
	current = json_get(&doc, 0, "current");
	assert_true(json_int64(&doc, json_get(&doc, current, "height"), &number));
	assert_int_equal(number, height);
	set = json_get(&doc, current, "parameters");
	assert_true(json_int64(&doc, json_get(&doc, set, "reward_uc"), &number));
	assert_int_equal(number, reward_uc);
	assert_true(json_string(&doc, json_get(&doc, current, "signature"), sig, sizeof sig, &len));
	assert_true(text_base64url_read(sig, len, signature, sizeof signature, &sig_len));
	prefix = signing_prefix("market", market.genesis.market, text);
	len = prefix + jcs_write(&doc, current, skip, text + prefix, sizeof text - prefix);
	digest_sha256(text, len, id);
	assert_int_equal(verify_key_new(&market.genesis.operator_key, &key), ERR_OK);
	assert_int_equal(verify_key_check(key, id, text, len, signature), VERIFY_OK);
	verify_key_free(key);
	return nodes[json_get(&doc, current, "scheduled")].count;
}

/* It is published anew when a change is accepted, when it counts, and at no other time. */
static void the_document_has_them(void **state)
{
	int64_t reward_uc = market.genesis.params.reward_uc;
	size_t from = market.count;

	(void)state;
	little_advance(&market, little_slot_ms(1) + 1000);
	assert_null(little_find(&market, "/market", from));
	engine_publish_retained(&market.engine);
	little_collect(&market);
	assert_int_equal(check_document(little_find(&market, "/market", from), 2, reward_uc), 0);
	from = market.count;
	little_params(&market, 3, "\"reward_uc\":5");
	assert_int_equal(check_document(little_find(&market, "/market", from), 2, reward_uc), 1);
	from = market.count;
	little_advance(&market, little_slot_ms(2) + 1000);
	assert_null(little_find(&market, "/market", from));
	little_advance(&market, little_slot_ms(3) + 1000);
	assert_int_equal(check_document(little_find(&market, "/market", from), 4, 5), 0);
}

static const struct publication *publish(void)
{
	size_t from = market.count;

	engine_publish_retained(&market.engine);
	little_collect(&market);
	return little_find(&market, "/market", from);
}

static enum err read_doc(const char *text, size_t len, const struct genesis *g,
	const struct private_key *signer, uint64_t *height, struct params *p)
{
	struct verify_key *key = NULL;
	char why[FORM_FIELD_MAX + 64] = "";
	enum err err;

	assert_int_equal(verify_key_new(private_key_public(signer), &key), ERR_OK);
	err = market_doc_read(text, len, g, key, height, p, why);
	verify_key_free(key);
	assert_true((err == ERR_OK) == (why[0] == '\0'));
	return err;
}

/* A home without a replica reads what is in force; nobody but the operator says it. */
static void it_is_read(void **state)
{
	static const char *const changes[][2] = {{"\"reward_uc\":5,", "\"reward_uc\":6,"},
		{"\"height\":3,\"par", "\"height\":4,\"par"}, {"\"rate\":1,", "\"rate\":2,"},
		{"\"boundary_s\":30", "\"boundary_s\":00"}, {"\"from_slot\":7", "\"from_slot\":6"},
		{"\"current\":{", "\"currant\":{"}, {"\"scheduled\":[", "\"schedulad\":["},
		{"\"seal_wait_s\":60", "\"seal_wait_s\":-1"}};
	struct params p, none = {.slot_s = 1};
	struct genesis other = market.genesis;
	uint64_t height = 0;
	const struct publication *doc;
	char *bad;

	(void)state;
	little_params(&market, 2, "\"reward_uc\":5");
	little_params(&market, 7, "\"reward_uc\":8");
	little_advance(&market, little_slot_ms(2) + 1000);
	doc = publish();
	assert_int_equal(
		read_doc(doc->payload, doc->len, &market.genesis, market.operator_key, &height, &p),
		ERR_OK);
	assert_int_equal(height, 3);
	assert_true(params_equal(&p, &market.engine.market->ledger.params));
	assert_int_equal(p.reward_uc, 5);
	p = none;
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		char *at;
		bad = strndup(doc->payload, doc->len);
		assert_non_null(bad);
		at = strstr(bad, changes[i][0]);
		assert_non_null(at);
		memcpy(at, changes[i][1], strlen(changes[i][1]));
		if (read_doc(bad, doc->len, &market.genesis, market.operator_key, &height, &p) !=
			ERR_FORMAT)
			fail_msg("%s is believed", changes[i][1]);
		free(bad);
	}
	assert_int_equal(
		read_doc(doc->payload, doc->len, &market.genesis, market.homes[0].ems, &height, &p),
		ERR_FORMAT);
	other.params.horizon_slots++;
	assert_int_equal(read_doc(doc->payload, doc->len, &other, market.operator_key, &height, &p),
		ERR_FORMAT);
	other = market.genesis;
	other.market[0] ^= 1; /* signed for another market */
	assert_int_equal(read_doc(doc->payload, doc->len, &other, market.operator_key, &height, &p),
		ERR_FORMAT);
	assert_int_equal(height, 3);
	assert_memory_equal(&p, &none, sizeof p);
}

/* With every role and as many sets as may wait it has room; where it does not fit it says so. */
static void the_longest_fits(void **state)
{
	static char text[MARKET_DOC_MAX];
	static struct json_node nodes[GENESIS_NODES_MAX];
	struct json_doc doc = {.nodes = nodes, .node_max = GENESIS_NODES_MAX};
	struct json_limits limits = {JSON_PROFILE_MESSAGE, MARKET_DOC_MAX, 8};
	struct genesis g = market.genesis;
	struct ledger *l = &market.engine.market->ledger;
	size_t len;

	(void)state;
	for (g.params.role_count = 0; g.params.role_count < PARAMS_ROLES_MAX;) {
		struct role_params *r = &g.params.roles[g.params.role_count++];
		*r = market.genesis.params.roles[0];
		memset(r->name, 'a', ROLE_NAME_MAX);
		r->credit_limit_uc = AMOUNT_UC_MAX;
	}
	l->params = g.params;
	l->schedule.count = PARAMS_SCHEDULED_MAX;
	for (int i = 0; i < PARAMS_SCHEDULED_MAX; i++)
		l->schedule.sets[i] = (struct scheduled_params){
			.from_slot = INT32_MAX - 4 + i, .params = g.params};
	len = market_doc_write(&g, l, market.operator_key, text, sizeof text);
	assert_true(len > 0);
	assert_int_equal(market_doc_write(&g, l, market.operator_key, text, len), 0);
	assert_int_equal(market_doc_write(&g, l, market.operator_key, text, len + 1), len);
	assert_int_equal(json_read(&doc, text, len, &limits, NULL), JSON_OK);
	l->params = market.genesis.params;
	l->schedule.count = 0;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_document_has_them),
		TEST(it_is_read),
		TEST(the_longest_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
