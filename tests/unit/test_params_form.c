/* The object `parameters`: written, read back, compared; its rules hashed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include "core/params_change.h"
#include "core/units.h"
#include "tests/lib/sample_genesis.h"
#include "wire/params_form.h"

static struct private_key *boss, *role;
static struct genesis genesis;
static char text[GENESIS_TEXT_MAX], field[FORM_FIELD_MAX];

static int setup(void **state)
{
	(void)state;
	assert_int_equal(private_key_generate(KEY_ED25519, &boss), ERR_OK);
	assert_int_equal(private_key_generate(KEY_P256, &role), ERR_OK);
	sample_genesis(&genesis, boss, role);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	private_key_free(boss);
	private_key_free(role);
	return 0;
}

static size_t write_set(const struct genesis *g)
{
	struct out out;

	out_init(&out, text, sizeof text);
	params_form_write(&out, g);
	return out_end(&out);
}

static enum verdict read_set(size_t len, enum params_place place, struct genesis *ret)
{
	static struct json_node nodes[GENESIS_NODES_MAX];
	struct json_doc doc = {.nodes = nodes, .node_max = GENESIS_NODES_MAX};
	struct json_limits limits = {JSON_PROFILE_MESSAGE, GENESIS_TEXT_MAX, 4};
	struct form f;

	assert_int_equal(json_read(&doc, text, len, &limits, NULL), JSON_OK);
	form_init(&f, &doc);
	memset(ret, 0, sizeof *ret);
	params_form_read(&f, 0, place, ret);
	memcpy(field, f.field, sizeof field);
	return f.verdict;
}

static void it_comes_back(void **state)
{
	struct genesis back;
	uint8_t a[HASH_LEN], b[HASH_LEN];

	(void)state;
	assert_int_equal(read_set(write_set(&genesis), PARAMS_OF_TX, &back), VERDICT_OK);
	assert_true(params_equal(&back.params, &genesis.params));
	assert_null(params_form_fixed(&back, &genesis));
	assert_true(rules_hash(&back, a));
	assert_memory_equal(a, genesis.header.rules_hash, HASH_LEN);
	back.params.reward_uc++;
	assert_null(params_form_fixed(&back, &genesis));
	assert_true(rules_hash(&back, b));
	assert_memory_not_equal(a, b, HASH_LEN);
}

static void what_is_fixed_is_named(void **state)
{
	struct genesis other = genesis;

	(void)state;
	other.name[0] ^= 1;
	assert_string_equal(params_form_fixed(&other, &genesis), "name");
	other = genesis;
	other.address_alg = KEY_ED25519;
	assert_string_equal(params_form_fixed(&other, &genesis), "address_alg");
	other = genesis;
	other.operator_key.bytes[31] ^= 1;
	assert_string_equal(params_form_fixed(&other, &genesis), "operator_key");
	other = genesis;
	other.params.rate++;
	assert_string_equal(params_form_fixed(&other, &genesis), "rate");
}

static void refusals_say_where(void **state)
{
	static const char *const paths[] = {[PARAMS_OF_GENESIS] = "rules.parameters.",
		[PARAMS_OF_TX] = "parameters.parameters."};
	struct genesis bad = genesis, back;
	char want[FORM_FIELD_MAX];

	(void)state;
	for (int place = PARAMS_OF_GENESIS; place <= PARAMS_OF_TX; place++) {
		bad.params.seal_wait_s = 300;
		assert_int_equal(read_set(write_set(&bad), (enum params_place)place, &back),
			VERDICT_OUT_OF_RANGE);
		(void)snprintf(want, sizeof want, "%sseal_wait_s", paths[place]);
		assert_string_equal(field, want);
		bad.params.seal_wait_s = 60;
		bad.params.export_mc_per_kwh = -1;
		assert_int_equal(read_set(write_set(&bad), (enum params_place)place, &back),
			VERDICT_OUT_OF_RANGE);
		(void)snprintf(want, sizeof want, "%stariff.export_mc_per_kwh", paths[place]);
		assert_string_equal(field, want);
		bad.params.export_mc_per_kwh = 0;
	}
}

/* Fees and imbalance are a member of their own, there only if something of it is settled: the rules
 * of a market without them have the hash that they always had. */
static void settlement_is_there_or_not(void **state)
{
	struct genesis g = genesis, back;
	uint8_t without[HASH_LEN], with[HASH_LEN];
	size_t len = write_set(&g);

	(void)state;
	assert_string_equal(g.params.roles[0].name, AGGREGATOR_ROLE);
	assert_null(strstr(text, "settlement"));
	assert_true(rules_hash(&g, without));
	assert_memory_equal(without, genesis.header.rules_hash, HASH_LEN);
	g.params.fee_seller_mc_per_kwh = 200;
	g.params.imbalance_long_mc_per_kwh = 1;
	g.params.imbalance_short_mc_per_kwh = PRICE_MC_MAX;
	len = write_set(&g);
	assert_non_null(strstr(text, ",\"settlement\":{\"fee_buyer_mc_per_kwh\":0,"
				     "\"fee_seller_mc_per_kwh\":200,"
				     "\"imbalance_long_mc_per_kwh\":1,"
				     "\"imbalance_short_mc_per_kwh\":10000000},\"slot_s\""));
	assert_int_equal(read_set(len, PARAMS_OF_TX, &back), VERDICT_OK);
	assert_true(params_equal(&back.params, &g.params));
	assert_true(rules_hash(&g, with));
	assert_memory_not_equal(with, without, HASH_LEN);
	/* All zero would be the same rules with another hash. */
	memcpy(strstr(text, "kwh\":200,"), "kwh\":0  ,", 9);
	memcpy(strstr(text, "kwh\":1,"), "kwh\":0,", 7);
	memcpy(strstr(text, "kwh\":10000000}"), "kwh\":0       }", 14);
	assert_int_equal(read_set(len, PARAMS_OF_TX, &back), VERDICT_BAD_FIELD);
	assert_string_equal(field, "parameters.parameters.settlement");
	g.params.fee_seller_mc_per_kwh = PRICE_MC_MAX + 1;
	assert_int_equal(read_set(write_set(&g), PARAMS_OF_GENESIS, &back), VERDICT_OUT_OF_RANGE);
	assert_string_equal(field, "rules.parameters.settlement.fee_seller_mc_per_kwh");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_comes_back),
		cmocka_unit_test(what_is_fixed_is_named),
		cmocka_unit_test(refusals_say_where),
		cmocka_unit_test(settlement_is_there_or_not),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
