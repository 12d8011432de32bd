/* A market's beginning: written, read back, and refused after any change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include "core/units.h"
#include "tests/lib/sample_genesis.h"
#include "wire/digest.h"
#include "wire/header_form.h"
#include "wire/jcs.h"

static struct private_key *operator_key, *aggregator_key, *other_key;
static struct genesis genesis;
static char document[GENESIS_TEXT_MAX], why[FORM_FIELD_MAX + 64];
static size_t document_len;

static int setup(void **state)
{
	(void)state;
	assert_int_equal(private_key_generate(KEY_ED25519, &operator_key), ERR_OK);
	assert_int_equal(private_key_generate(KEY_P256, &aggregator_key), ERR_OK);
	assert_int_equal(private_key_generate(KEY_P256, &other_key), ERR_OK);
	sample_genesis(&genesis, operator_key, aggregator_key);
	document_len = genesis_write(&genesis, document, sizeof document);
	assert_true(document_len > 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	private_key_free(operator_key);
	private_key_free(aggregator_key);
	private_key_free(other_key);
	return 0;
}

static void what_is_written_is_read(void **state)
{
	struct genesis back;

	(void)state;
	memset(&back, 0, sizeof back);
	assert_int_equal(genesis_read(document, document_len, genesis.hash, &back, why), ERR_OK);
	assert_string_equal(back.name, "sample");
	assert_string_equal(back.market, genesis.market);
	assert_memory_equal(back.hash, genesis.hash, HASH_LEN);
	assert_memory_equal(&back.params, &genesis.params, sizeof back.params);
	assert_int_equal(back.address_alg, KEY_P256);
	assert_int_equal(back.params.import_mc_per_kwh, 22000);
	assert_int_equal(back.params.export_mc_per_kwh, 5000);
	assert_int_equal(genesis_write(&back, why, sizeof why), 0); /* does not fit, and says so */
}

/* Write a file as given, and load it. */
static enum err load(const char *path, const char *text, size_t len, struct genesis *ret)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	return genesis_load(path, genesis.hash, ret, why);
}

static void a_file_of_it_is_loaded(void **state)
{
	char folder[] = "/tmp/genesis.XXXXXX", path[64], text[GENESIS_TEXT_MAX + 8];
	struct genesis back;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof path, "%s/genesis.json", folder);
	(void)snprintf(text, sizeof text, "%s\n", document);
	memset(&back, 0, sizeof back);
	assert_int_equal(genesis_load(path, genesis.hash, &back, why), ERR_IO);
	assert_string_equal(why, "it cannot be read");
	assert_int_equal(load(path, text, 0, &back), ERR_IO);
	assert_int_equal(load(path, text, document_len - 1, &back), ERR_FORMAT);
	assert_string_equal(back.name, "");
	assert_int_equal(load(path, text, document_len + 1, &back), ERR_OK);
	assert_string_equal(back.market, genesis.market);
	assert_int_equal(remove(path), 0);
	assert_int_equal(remove(folder), 0);
}

static void the_document_is_canonical(void **state)
{
	static struct json_node nodes[GENESIS_NODES_MAX];
	struct json_doc doc = {.nodes = nodes, .node_max = GENESIS_NODES_MAX};
	const struct json_limits limits = {JSON_PROFILE_MESSAGE, GENESIS_TEXT_MAX, 8};
	char canonical[GENESIS_TEXT_MAX];
	uint8_t hash[HASH_LEN];
	size_t len;

	(void)state;
	assert_int_equal(json_read(&doc, document, document_len, &limits, NULL), JSON_OK);
	len = jcs_write(&doc, 0, NULL, canonical, sizeof canonical);
	assert_int_equal(len, document_len);
	assert_memory_equal(canonical, document, len);
	/* The hash of the rules is that of what stands there. */
	len = jcs_write(&doc, json_get(&doc, 0, "rules"), NULL, canonical, sizeof canonical);
	digest_sha256(canonical, len, hash);
	assert_memory_equal(hash, genesis.header.rules_hash, HASH_LEN);
}

static bool reads(const char *text, size_t len, const uint8_t *pinned)
{
	struct genesis back, before;
	bool read;

	memset(&back, 0x5a, sizeof back);
	before = back;
	memset(why, 0, sizeof why);
	read = genesis_read(text, len, pinned, &back, why) == ERR_OK;
	if (!read) {
		assert_memory_equal(&back, &before, sizeof back);
		assert_true(strlen(why) > 8);
	}
	return read;
}

static void any_other_byte_is_refused(void **state)
{
	char text[GENESIS_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < document_len; i++) {
		memcpy(text, document, document_len);
		text[i] = (char)(text[i] ^ 1);
		if (reads(text, document_len, NULL))
			fail_msg("byte %zu of %.*s", i, (int)document_len, text);
	}
	for (size_t len = 0; len < document_len; len += len < 64 ? 1 : 61)
		assert_false(reads(document, len, NULL));
	assert_true(reads(document, document_len, NULL));
}

static void another_market_than_the_pinned_is_refused(void **state)
{
	uint8_t pinned[HASH_LEN];

	(void)state;
	memcpy(pinned, genesis.hash, HASH_LEN);
	assert_true(reads(document, document_len, pinned));
	pinned[31] ^= 1;
	assert_false(reads(document, document_len, pinned));
	assert_string_equal(why, "this is another market than the one that was pinned");
}

/* Whoever makes a market may sign what it wants: what the rules forbid is refused all the same. */
static void make_bad(struct genesis *g, int which)
{
	const struct public_key *known = private_key_public(aggregator_key);
	const struct public_key *other = private_key_public(other_key);

	*g = genesis;
	switch (which) {
	case 0: /* good: the same role twice over, but with another key and name */
		sample_role(g, "dsonetz", other, 0);
		break;
	case 1: /* one key in two roles */
		sample_role(g, "dsonetz", known, 0);
		break;
	case 2: /* one name for two roles */
		sample_role(g, "aggregator", other, 0);
		break;
	case 3: /* the operator's name */
		sample_role(g, "operator", other, 0);
		break;
	case 4: /* no client id */
		sample_role(g, "DSO", other, 0);
		break;
	case 5:
		memcpy(g->params.roles[0].key.bytes, "\x02\xff\xff\xff\xff\xff\xff", 7);
		memset(g->params.roles[0].key.bytes + 1, 0xff, 32); /* x beyond p */
		break;
	case 6:
		g->params.roles[0].credit_limit_uc = AMOUNT_UC_MAX + 1;
		break;
	case 7:
		g->params.slot_s = 59;
		break;
	case 8:
		g->params.gate_lead_min_s = g->params.gate_lead_s + 1;
		break;
	case 9:
		g->params.import_mc_per_kwh = PRICE_MC_MAX + 1;
		break;
	default:
		fail();
	}
}

static void what_the_rules_forbid_is_refused(void **state)
{
	static const char *const fields[] = {NULL, "rules.parameters.roles",
		"rules.parameters.roles", "rules.parameters.roles", "rules.parameters.roles",
		"rules.parameters.roles.key", "rules.parameters.roles.credit_limit_uc",
		"rules.parameters.slot_s", "rules.parameters.gate_lead_s",
		"rules.parameters.tariff.import_mc_per_kwh"};

	(void)state;
	for (int i = 0; i < (int)(sizeof fields / sizeof *fields); i++) {
		char text[GENESIS_TEXT_MAX];
		struct genesis bad;
		size_t len;
		make_bad(&bad, i);
		assert_int_equal(genesis_complete(&bad), ERR_OK);
		assert_int_equal(genesis_sign(&bad, operator_key), ERR_OK);
		len = genesis_write(&bad, text, sizeof text);
		if (reads(text, len, NULL) != !fields[i] || (fields[i] && !strstr(why, fields[i])))
			fail_msg("case %d: %s", i, why);
	}
}

/* The name is in every topic and signing input: 1..24 of a-z, 0-9 and dashes. */
static void the_name_has_its_form(void **state)
{
	static const char *const bad[] = {
		"Sample", "-ample", "sam le", "s/mple", "sa+ple", "samp#e"};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char text[GENESIS_TEXT_MAX];
		struct genesis g = genesis;
		memcpy(g.name, bad[i], 7);
		assert_int_equal(genesis_complete(&g), ERR_FORMAT);
		memcpy(text, document, document_len);
		for (char *at = text; (at = strstr(at, "\"sample\"")); at++)
			memcpy(at + 1, bad[i], 6);
		assert_false(reads(text, document_len, NULL));
		assert_non_null(strstr(why, "rules.parameters.name"));
	}
}

static void another_operators_signature_is_refused(void **state)
{
	struct genesis g = genesis;
	char text[GENESIS_TEXT_MAX];
	struct private_key *stranger;
	size_t len;

	(void)state;
	assert_int_equal(private_key_generate(KEY_ED25519, &stranger), ERR_OK);
	assert_int_equal(genesis_sign(&g, stranger), ERR_OK);
	len = genesis_write(&g, text, sizeof text);
	assert_false(reads(text, len, NULL));
	assert_string_equal(why, "the operator's signature does not verify");
	private_key_free(stranger);
}

static void the_operators_key_is_enrolled_as_it_is(void **state)
{
	struct enrolled_key e = genesis_operator(&genesis);

	(void)state;
	assert_int_equal(e.alg, KEY_ED25519);
	assert_int_equal(e.key.len, 32);
	assert_memory_equal(e.key.bytes, genesis.operator_key.bytes, sizeof e.key.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(a_file_of_it_is_loaded),
		cmocka_unit_test(the_document_is_canonical),
		cmocka_unit_test(any_other_byte_is_refused),
		cmocka_unit_test(another_market_than_the_pinned_is_refused),
		cmocka_unit_test(what_the_rules_forbid_is_refused),
		cmocka_unit_test(the_name_has_its_form),
		cmocka_unit_test(another_operators_signature_is_refused),
		cmocka_unit_test(the_operators_key_is_enrolled_as_it_is),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
