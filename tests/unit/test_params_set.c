/* `params-set` through the engine: from the operator's request into the ledger, into force, into
 * the headers, and back by replay and by execution. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "engine/execute.h"
#include "engine/ledger_audit.h"
#include "tests/unit/little_blocks.h"
#include "wire/header_form.h"
#include "wire/params_form.h"

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

static const struct ledger *ledger(void)
{
	return &market.engine.market->ledger;
}

/* The request is refused so; nothing changes. */
static void expect(int64_t from_slot, const char *members, const char *code, const char *field)
{
	uint32_t waiting = ledger()->schedule.count;
	uint64_t seq = market.engine.market->next_seq;
	size_t from = market.count;
	const struct publication *p;
	char want[128];

	little_params(&market, from_slot, members);
	p = little_find(&market, "operator/reject", from);
	if (!p)
		fail_msg("%s is accepted", members);
	(void)snprintf(want, sizeof want, "{\"code\":\"%s\",\"field\":\"%s\"", code, field);
	if (strcmp(code, "OUT_OF_RANGE") == 0 && strcmp(field, "parameters.from_slot") == 0)
		assert_non_null(
			strstr(p->payload, "\"a change begins in one of the slots 1 to 40000\""));
	if (strncmp(p->payload, want, strlen(want)) != 0)
		fail_msg("%s: %s", members, p->payload);
	assert_int_equal(ledger()->schedule.count, waiting);
	assert_int_equal(market.engine.market->next_seq, seq);
}

static void accept(int64_t from_slot, const char *members)
{
	size_t from = market.count;

	little_params(&market, from_slot, members);
	if (little_find(&market, "operator/reject", from))
		fail_msg("%s", little_find(&market, "operator/reject", from)->payload);
	assert_non_null(little_find(&market, "operator/receipt", from));
}

static void what_is_wrong_is_named(void **state)
{
#define IN "parameters.parameters."
	static const struct {
		const char *members, *code, *field;
	} cases[] = {
		{"", "BAD_FIELD", "parameters.parameters"},
		{"\"slot_s\":900", "BAD_FIELD", IN "slot_s"},
		{"\"name\":\"tiny\"", "BAD_FIELD", IN "name"},
		{"\"operator_key\":\"x\"", "BAD_FIELD", IN "operator_key"},
		{"\"rate\":1", "BAD_FIELD", IN "rate"},
		{"\"roles\":[]", "BAD_FIELD", IN "roles"},
		{"\"horizon_slots\":5", "BAD_FIELD", IN "horizon_slots"},
		{"\"start_ms\":5", "BAD_FIELD", IN "start_ms"},
		{"\"address_alg\":\"p256\"", "BAD_FIELD", IN "address_alg"},
		{"\"rule\":\"lottery\"", "BAD_FIELD", IN "rule"},
		{"\"book\":1", "BAD_FIELD", IN "book"},
		{"\"limit_inclusive\":1", "BAD_FIELD", IN "limit_inclusive"},
		{"\"reward_uc\":\"5\"", "BAD_FIELD", IN "reward_uc"},
		{"\"reward_uc\":-1", "OUT_OF_RANGE", IN "reward_uc"},
		{"\"reward_uc\":1000000000000001", "OUT_OF_RANGE", IN "reward_uc"},
		{"\"seal_wait_s\":1200", "BAD_TERMS", IN "seal_wait_s"},
		{"\"measure\":\"export\"", "OUT_OF_RANGE", IN "measure"},
		{"\"tariff\":{\"import_mc_per_kwh\":10000001}", "OUT_OF_RANGE",
			IN "import_mc_per_kwh"},
		{"\"tariff\":{\"night\":1}", "BAD_FIELD", IN "tariff.night"},
		{"\"tariff\":{}", "BAD_FIELD", "parameters.parameters"},
		{"\"credit_limits_uc\":{\"operator\":1}", "BAD_FIELD", IN "credit_limits_uc"},
		{"\"credit_limits_uc\":{\"aggregator\":-1}", "OUT_OF_RANGE",
			IN "credit_limits_uc.aggregator"},
		{"\"credit_limits_uc\":{\"aggregator\":1000000000000001}", "OUT_OF_RANGE",
			IN "credit_limit_uc"},
		{"\"date_window_s\":3721", "OUT_OF_RANGE", IN "date_window_s"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		expect(1, cases[i].members, cases[i].code, cases[i].field);
	expect(0, "\"reward_uc\":1", "OUT_OF_RANGE", "parameters.from_slot");
	expect(PARAMS_AHEAD_SLOTS_MAX + 1, "\"reward_uc\":1", "OUT_OF_RANGE",
		"parameters.from_slot");
	accept(1, "\"date_window_s\":3720");
}

/* The second change is one of the first: the market fills in what neither names. */
static void changes_build_on_one_another(void **state)
{
	(void)state;
	accept(2, "\"limit_inclusive\":false,\"reward_uc\":5");
	accept(4, "\"penalty_mc_per_kwh\":77,\"reward_uc\":9"); /* the next takes its place */
	accept(4, "\"credit_limits_uc\":{\"aggregator\":8},\"reward_uc\":6");
	expect(0, "\"reward_uc\":7", "OUT_OF_RANGE", "parameters.from_slot");
	expect(40001, "\"reward_uc\":7", "OUT_OF_RANGE", "parameters.from_slot");
	accept(5, "\"book\":\"open\"");
	accept(6, "\"book\":\"sealed\"");
	expect(7, "\"reward_uc\":7", "TOO_MANY", "parameters.from_slot");
	little_advance(&market, little_slot_ms(2) + 1000);
	accept(7, "\"reward_uc\":7");
	assert_int_equal(ledger()->params.reward_uc, 5);
	assert_false(ledger()->params.limit_inclusive);
	little_advance(&market, little_slot_ms(5) + 1000);
	assert_int_equal(ledger()->params.reward_uc, 6);
	assert_int_equal(
		ledger()->params.penalty_mc_per_kwh, market.genesis.params.penalty_mc_per_kwh);
	assert_false(ledger()->params.limit_inclusive);
	assert_int_equal(ledger()->params.book, BOOK_OPEN);
	assert_int_equal(account_get(&ledger()->accounts, ACCOUNT_FIRST_ROLE)->credit_uc, 8);
}

/* The rules' hash of genesis with other parameters, made without the market. */
static void hash_with(int64_t reward_uc, uint8_t hash[HASH_LEN])
{
	struct genesis g = market.genesis;

	g.params.reward_uc = reward_uc;
	assert_true(rules_hash(&g, hash));
}

static void headers_say_which_rules(void **state)
{
	uint8_t changed[HASH_LEN];
	struct stored_block block;

	(void)state;
	hash_with(5, changed);
	accept(2, "\"reward_uc\":5");
	little_advance(&market, little_slot_ms(4) + 1000);
	for (uint64_t h = 1; h <= 4; h++) {
		assert_int_equal(ledger_db_block(&market.engine.ledger, h, "tiny", &block), ERR_OK);
		assert_memory_equal(block.header.rules_hash,
			h < 3 ? market.genesis.header.rules_hash : changed, HASH_LEN);
	}
}

/* An operator who goes on under the old rules, or changes early, is found out. */
static void a_wrong_rules_hash_is_refused(void **state)
{
	static struct kept_block b;
	struct tx_source source = {.each = each_kept, .context = &b};
	struct block_fault fault;
	struct executor x;

	(void)state;
	accept(1, "\"reward_uc\":5");
	little_advance(&market, little_slot_ms(2) + 1000);
	assert_int_equal(executor_init(&x, &market.genesis), ERR_OK);
	for (uint64_t h = 1; h <= 2; h++) {
		uint8_t right[HASH_LEN];
		keep_block(&market, h, &b);
		memcpy(right, b.block.header.rules_hash, HASH_LEN);
		if (h == 1)
			hash_with(5, b.block.header.rules_hash);
		else
			memcpy(b.block.header.rules_hash, market.genesis.header.rules_hash,
				HASH_LEN);
		assert_int_equal(header_sign(market.operator_key, &b.block.header,
					 market.genesis.market, b.block.operator_signature),
			ERR_OK);
		assert_int_equal(execute_block(&x, &b.block, &source, NULL, &fault), ERR_OK);
		assert_int_equal(fault.verdict, VERDICT_BAD_RULES_HASH);
		assert_int_equal(executor_reset(&x), ERR_OK);
		for (uint64_t good = 1; good <= h; good++) {
			keep_block(&market, good, &b);
			assert_int_equal(
				execute_block(&x, &b.block, &source, NULL, &fault), ERR_OK);
			assert_int_equal(fault.verdict, VERDICT_OK);
		}
	}
	executor_release(&x);
}

/* What the ledger's own transaction may not say, whoever wrote it. */
static void a_forged_change_is_refused(void **state)
{
	static const struct {
		const char *from, *to;
		enum verdict verdict;
	} cases[] = {
		{"\"slot_s\":3600", "\"slot_s\":3601", VERDICT_BAD_TERMS},
		{"\"name\":\"tiny\"", "\"name\":\"tinY\"", VERDICT_BAD_FIELD},
		{"\"name\":\"tiny\"", "\"name\":\"tino\"", VERDICT_BAD_TERMS},
		{"\"address_alg\":\"p256\"", "\"address_alg\":\"p257\"", VERDICT_BAD_FIELD},
		{"\"rate\":1,", "\"rate\":2,", VERDICT_BAD_TERMS},
		{"\"name\":\"aggregator\"", "\"name\":\"aggregatur\"", VERDICT_BAD_TERMS},
		{"\"from_slot\":1", "\"from_slot\":0", VERDICT_OUT_OF_RANGE},
		{"\"seal_wait_s\":60", "\"seal_wait_s\":00", VERDICT_BAD_JSON},
		{"\"boundary_s\":30", "\"boundary_x\":30", VERDICT_BAD_FIELD},
		{"\"rule\":\"pay-as-bid\"", "\"rule\":\"pay-as-bet\"", VERDICT_OUT_OF_RANGE},
		{"\"reward_uc\":5", "\"reward_uc\":6", VERDICT_BAD_TX_ROOT},
	};
	static struct kept_block b;
	struct tx_source source = {.each = each_kept, .context = &b};
	struct block_fault fault;
	struct executor x;

	(void)state;
	accept(1, "\"reward_uc\":5");
	little_advance(&market, little_slot_ms(1) + 1000);
	assert_int_equal(executor_init(&x, &market.genesis), ERR_OK);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *at = NULL;
		keep_block(&market, 1, &b);
		for (size_t t = 0; t < b.count; t++) {
			if (strstr(b.txs[t].body, "\"params-set\""))
				at = strstr(b.txs[t].body, cases[i].from);
		}
		if (!at)
			fail_msg("no %s", cases[i].from);
		memcpy(at, cases[i].to, strlen(cases[i].to));
		assert_int_equal(execute_block(&x, &b.block, &source, NULL, &fault), ERR_OK);
		if (fault.verdict != cases[i].verdict)
			fail_msg("%s: %s", cases[i].to, fault.text);
		assert_int_equal(executor_reset(&x), ERR_OK);
	}
	executor_release(&x);
}

static void stop(void)
{
	engine_close(&market.engine);
	inspector_free(market.inspector);
	market.inspector = NULL;
}

static void start(void)
{
	assert_int_equal(
		engine_open(&market.engine, market.csm, market.ledger, market.operator_key),
		ERR_OK);
	assert_int_equal(inspector_new(market.engine.keyring, market.genesis.market, KEY_P256,
				 &market.inspector),
		ERR_OK);
}

/* From a snapshot and from genesis, with a change in force and one that waits. */
static void a_restart_finds_it_again(void **state)
{
	struct params in_force, waits;
	uint8_t hash[HASH_LEN];
	char command[256];

	(void)state;
	accept(1, "\"date_window_s\":10,\"reward_uc\":5");
	accept(9, "\"reward_uc\":6");
	little_advance(&market, little_slot_ms(3) + 1000);
	in_force = ledger()->params;
	waits = ledger()->schedule.sets[0].params;
	memcpy(hash, ledger()->rules_hash, HASH_LEN);
	for (int i = 0; i < 2; i++) {
		stop();
		(void)snprintf(command, sizeof command,
			"sqlite3 %s \"DELETE FROM snapshots WHERE %d\"", market.csm, i);
		assert_int_equal(system(command), 0);
		start();
		assert_memory_equal(&ledger()->params, &in_force, sizeof in_force);
		assert_memory_equal(ledger()->rules_hash, hash, HASH_LEN);
		assert_int_equal(ledger()->schedule.count, 1);
		assert_int_equal(ledger()->schedule.sets[0].from_slot, 9);
		assert_memory_equal(&ledger()->schedule.sets[0].params, &waits, sizeof waits);
		assert_int_equal(ledger()->schedule.widest_window_s, 120);
	}
	little_advance(&market, little_slot_ms(9) + 1000);
	assert_int_equal(ledger()->params.reward_uc, 6);
}

/* The date of a request is judged by the window that counts now. */
static void the_window_is_the_new_one(void **state)
{
	size_t from;

	(void)state;
	accept(1, "\"date_window_s\":10");
	little_advance(&market, little_slot_ms(1) + 1000);
	market.now_ms += 11000;
	assert_int_equal(engine_clock(&market.engine, market.now_ms), ERR_OK);
	from = market.count;
	market.now_ms -= 11000;
	little_cpf(&market, 0, 1, 50); /* dated 11 s ago */
	assert_non_null(little_find(&market, "/reject", from));
	assert_non_null(strstr(little_find(&market, "/reject", from)->payload,
		"\"code\":\"STALE\",\"field\":\"date\""));
}

/* A reading is judged by the boundary of the slot in which it is taken in. */
static void the_boundary_is_the_new_one(void **state)
{
	struct reading r = {.slot = 0, .taken_ms = little_slot_ms(1) + 6000};
	char text[2048];
	struct out out;
	size_t from;

	(void)state;
	accept(1, "\"boundary_s\":5");
	little_advance(&market, little_slot_ms(1) + 7000);
	for (int late = 1; late >= 0; late--) {
		from = market.count;
		out_init(&out, text, sizeof text);
		assert_int_equal(message_write_reading(&out, market.genesis.market, "SN0", &r,
					 market.homes[0].meter),
			ERR_OK);
		little_send(&market, "home0000", OPERATION_STATE, &out,
			&(struct signer){.key = market.homes[0].ems});
		if (late) {
			assert_non_null(strstr(
				little_find(&market, "/reject", from)->payload, "\"BOUNDARY\""));
			r.taken_ms -= 1000;
		} else {
			assert_non_null(little_find(&market, "/receipt", from));
		}
	}
}

/* Only the operator may. */
static void it_is_the_operators(void **state)
{
	struct command c = {.kind = COMMAND_PARAMS, .home = 1};
	struct decision d;

	(void)state;
	market_decide(market.engine.market, &c, &d);
	assert_int_equal(d.verdict, VERDICT_NOT_ALLOWED);
	c.home = home_find(&market.engine.market->homes, "home0001")->number;
	market_decide(market.engine.market, &c, &d);
	assert_int_equal(d.verdict, VERDICT_NOT_ALLOWED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(what_is_wrong_is_named),
		TEST(changes_build_on_one_another),
		TEST(headers_say_which_rules),
		TEST(a_wrong_rules_hash_is_refused),
		TEST(a_forged_change_is_refused),
		TEST(a_restart_finds_it_again),
		TEST(the_window_is_the_new_one),
		TEST(the_boundary_is_the_new_one),
		TEST(it_is_the_operators),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
