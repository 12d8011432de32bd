/* Parameters that change while a market runs: what may change, from when, and what counts for what
 * lies on both sides of the change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/params_change.h"
#include "core/snapshot.h"
#include "tests/lib/small_ledger.h"

static struct small_ledger s;
static struct params set;

static int scene_open(void **state)
{
	(void)state;
	small_open(&s);
	set = s.params;
	return 0;
}

static int scene_free(void **state)
{
	(void)state;
	small_free(&s);
	return 0;
}

static struct tx change(int64_t from_slot)
{
	struct tx tx = small_tx(&s, TX_PARAMS);

	tx.u.params.from_slot = from_slot;
	tx.u.params.set = &set;
	memset(tx.u.params.rules_hash, (int)from_slot, HASH_LEN);
	return tx;
}

static void expect(const struct tx *tx, enum verdict verdict, const char *field)
{
	const char *told = NULL;
	enum verdict v = ledger_check(s.l, tx, &told);

	if (v != verdict || strcmp(told, field) != 0)
		fail_msg("%s %s, not %s %s", verdict_name(v), told, verdict_name(verdict), field);
}

static void schedule(int64_t from_slot)
{
	struct tx tx = change(from_slot);

	small_do(&s, &tx);
}

static void next_slot(void)
{
	small_end_slot(&s);
	small_close(&s);
}

static void slots_have_bounds(void **state)
{
	struct tx tx = change(0);

	(void)state;
	expect(&tx, VERDICT_OUT_OF_RANGE, "from_slot");
	tx = change(1);
	expect(&tx, VERDICT_OK, "");
	tx = change(PARAMS_AHEAD_SLOTS_MAX);
	expect(&tx, VERDICT_OK, "");
	tx = change(PARAMS_AHEAD_SLOTS_MAX + 1);
	expect(&tx, VERDICT_OUT_OF_RANGE, "from_slot");
	next_slot();
	tx = change(1);
	expect(&tx, VERDICT_OUT_OF_RANGE, "from_slot");
	schedule(5);
	for (int i = 1; i < PARAMS_SCHEDULED_MAX; i++)
		schedule(5 + i);
	tx = change(20);
	expect(&tx, VERDICT_TOO_MANY, "from_slot");
	tx = change(8); /* it replaces one */
	expect(&tx, VERDICT_OK, "");
	s.l->closing = true;
	expect(&tx, VERDICT_OUT_OF_PHASE, "");
}

static void what_is_fixed_stays(void **state)
{
	struct tx tx = change(1);
	int64_t *const fixed[] = {
		&set.slot_s, &set.start_ms, &set.rate, &set.real_start_ms, &set.horizon_slots};
	static const char *const names[] = {
		"slot_s", "start_ms", "rate", "real_start_ms", "horizon_slots"};

	(void)state;
	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
		(*fixed[i])++;
		expect(&tx, VERDICT_BAD_TERMS, names[i]);
		(*fixed[i])--;
	}
	set.roles[0].name[0] ^= 1;
	expect(&tx, VERDICT_BAD_TERMS, "roles");
	set.roles[0].name[0] ^= 1;
	set.roles[0].key.bytes[3] ^= 1;
	expect(&tx, VERDICT_BAD_TERMS, "roles");
	set.roles[0].key.bytes[3] ^= 1;
	set.roles[0].address.text[3] ^= 1;
	expect(&tx, VERDICT_BAD_TERMS, "roles");
	set.roles[0].address.text[3] ^= 1;
	set.role_count = 0;
	expect(&tx, VERDICT_BAD_TERMS, "roles");
	set.role_count = 1;
	expect(&tx, VERDICT_OK, "");
}

/* The bounds are those of genesis. */
static void bounds_are_those_of_genesis(void **state)
{
	static const struct {
		enum param param;
		int64_t good, bad;
		enum verdict verdict;
		const char *field;
	} cases[] = {
		{PARAM_BOOK, 2, 3, VERDICT_OUT_OF_RANGE, "book"},
		{PARAM_BOUNDARY_S, 899, 900, VERDICT_OUT_OF_RANGE, "boundary_s"},
		{PARAM_DATE_WINDOW_S, 1, 0, VERDICT_OUT_OF_RANGE, "date_window_s"},
		{PARAM_EXPORT_MC_PER_KWH, PRICE_MC_MAX, PRICE_MC_MAX + 1, VERDICT_OUT_OF_RANGE,
			"export_mc_per_kwh"},
		{PARAM_GATE_LEAD_MIN_S, 300, 301, VERDICT_BAD_TERMS, "gate_lead_s"},
		{PARAM_GATE_LEAD_S, 3600, 3601, VERDICT_BAD_TERMS, "gate_lead_s"},
		{PARAM_IMPORT_MC_PER_KWH, 0, -1, VERDICT_OUT_OF_RANGE, "import_mc_per_kwh"},
		{PARAM_MEASURE, MEASURE_STORAGE, MEASURE_EXPORT, VERDICT_OUT_OF_RANGE, "measure"},
		{PARAM_PENALTY_MC_PER_KWH, PRICE_MC_MAX, PRICE_MC_MAX + 1, VERDICT_OUT_OF_RANGE,
			"penalty_mc_per_kwh"},
		{PARAM_POE_FLOOR_W, 1000000, 1000001, VERDICT_OUT_OF_RANGE, "poe_floor_w"},
		{PARAM_REWARD_UC, AMOUNT_UC_MAX, AMOUNT_UC_MAX + 1, VERDICT_OUT_OF_RANGE,
			"reward_uc"},
		{PARAM_RULE, RULE_VICKREY, RULE_VICKREY + 1, VERDICT_OUT_OF_RANGE, "rule"},
		{PARAM_SEAL_WAIT_S, 299, 300, VERDICT_BAD_TERMS, "seal_wait_s"},
	};
	struct tx tx = change(1);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t was = param_get(&set, cases[i].param);
		param_set(&set, cases[i].param, cases[i].good);
		assert_int_equal(param_get(&set, cases[i].param), cases[i].good);
		expect(&tx, VERDICT_OK, "");
		param_set(&set, cases[i].param, cases[i].bad);
		expect(&tx, cases[i].verdict, cases[i].field);
		param_set(&set, cases[i].param, was);
	}
	set.roles[0].credit_limit_uc = AMOUNT_UC_MAX;
	expect(&tx, VERDICT_OK, "");
	set.roles[0].credit_limit_uc++;
	expect(&tx, VERDICT_OUT_OF_RANGE, "credit_limit_uc");
}

/* Headers, credit and defaults from the slot on; contracts opened before keep their terms. */
static void it_counts_from_its_slot(void **state)
{
	uint8_t old_hash[HASH_LEN], new_hash[HASH_LEN];
	uint64_t before, after;

	(void)state;
	memcpy(old_hash, s.l->rules_hash, HASH_LEN);
	memset(new_hash, 2, HASH_LEN);
	before = small_open_auction(&s, SIDE_BUY, 3, 100, 9000);
	set.penalty_mc_per_kwh = 77;
	set.rule = RULE_UNIFORM;
	set.roles[0].credit_limit_uc = 900000;
	schedule(2);
	assert_ptr_equal(params_schedule_at(s.l, 0), &s.l->params);
	assert_ptr_equal(params_schedule_at(s.l, 1), &s.l->params);
	assert_ptr_equal(params_schedule_at(s.l, 2), &s.l->schedule.sets[0].params);
	assert_ptr_equal(params_schedule_at(s.l, 9), &s.l->schedule.sets[0].params);
	next_slot();
	assert_memory_equal(s.header.rules_hash, old_hash, HASH_LEN);
	assert_int_equal(s.l->params.penalty_mc_per_kwh, 2000);
	next_slot(); /* slot 2 opens */
	assert_memory_equal(s.header.rules_hash, old_hash, HASH_LEN);
	assert_int_equal(s.l->params.penalty_mc_per_kwh, 77);
	assert_int_equal(s.l->schedule.count, 0);
	assert_int_equal(account_get(&s.l->accounts, ACCOUNT_FIRST_ROLE)->credit_uc, 900000);
	assert_int_equal(auction_find(&s.l->auctions, before)->contract.penalty_mc_per_kwh, 2000);
	assert_int_equal(auction_find(&s.l->auctions, before)->contract.rule, RULE_PAY_AS_BID);
	after = small_open_auction(&s, SIDE_SELL, 4, 100, 9000);
	assert_int_equal(auction_find(&s.l->auctions, after)->contract.penalty_mc_per_kwh, 77);
	assert_int_equal(auction_find(&s.l->auctions, after)->contract.rule, RULE_UNIFORM);
	next_slot();
	assert_memory_equal(s.header.rules_hash, new_hash, HASH_LEN);
}

/* A set takes the place of those that wait for its slot or a later one, and of no other. */
static void it_replaces_what_comes_later(void **state)
{
	const struct params_schedule *sets = &s.l->schedule;

	(void)state;
	for (int i = 0; i < PARAMS_SCHEDULED_MAX; i++) {
		set.reward_uc = 10 + i;
		schedule(3 + 3 * i); /* 3, 6, 9, 12 */
	}
	set.reward_uc = 77;
	schedule(6);
	assert_int_equal(sets->count, 2);
	assert_int_equal(sets->sets[0].from_slot, 3);
	assert_int_equal(sets->sets[0].params.reward_uc, 10);
	assert_int_equal(sets->sets[1].from_slot, 6);
	assert_int_equal(sets->sets[1].params.reward_uc, 77);
	assert_int_equal(sets->sets[1].rules_hash[0], 6);
	schedule(8);
	assert_int_equal(sets->count, 3);
	set.reward_uc = s.params.reward_uc; /* taken back: what counts now goes on */
	schedule(1);
	assert_int_equal(sets->count, 1);
	for (int i = 0; i < 4; i++)
		next_slot();
	assert_int_equal(sets->count, 0);
	assert_int_equal(s.l->params.reward_uc, s.params.reward_uc);
}

static void a_snapshot_has_them(void **state)
{
	static uint8_t a[1 << 16], b[1 << 16];
	const uint8_t zero[HASH_LEN] = {0};
	struct ledger *copy = calloc(1, sizeof *copy);
	size_t len;

	(void)state;
	set.reward_uc = 5;
	set.date_window_s = 500;
	set.limit_inclusive = false;
	set.roles[0].credit_limit_uc = 6;
	schedule(1);
	set.date_window_s = 60;
	set.book = BOOK_SEALED;
	set.import_mc_per_kwh = 7;
	schedule(3);
	next_slot();
	len = ledger_snapshot_write(s.l, a, sizeof a);
	assert_true(len < sizeof a);
	ledger_init(copy, &s.params, digest_sha256, zero, zero);
	assert_true(ledger_snapshot_read(copy, a, len));
	assert_int_equal(ledger_snapshot_write(copy, b, sizeof b), len);
	assert_memory_equal(a, b, len);
	assert_int_equal(copy->params.reward_uc, 5);
	assert_false(copy->params.limit_inclusive);
	assert_memory_equal(copy->rules_hash, s.l->rules_hash, HASH_LEN);
	assert_int_equal(account_get(&copy->accounts, ACCOUNT_FIRST_ROLE)->credit_uc, 6);
	assert_int_equal(copy->schedule.widest_window_s, 500);
	assert_int_equal(copy->schedule.count, 1);
	assert_int_equal(copy->schedule.sets[0].from_slot, 3);
	assert_int_equal(copy->schedule.sets[0].params.import_mc_per_kwh, 7);
	assert_null(params_fixed_difference(&copy->schedule.sets[0].params, &s.params));
	free(copy);
	/* No set comes in that genesis would not let in. */
	copy = calloc(1, sizeof *copy);
	ledger_init(copy, &s.params, digest_sha256, zero, zero);
	s.l->schedule.sets[0].params.seal_wait_s = 300;
	len = ledger_snapshot_write(s.l, a, sizeof a);
	assert_false(ledger_snapshot_read(copy, a, len));
	free(copy);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_open, scene_free)
	const struct CMUnitTest tests[] = {
		TEST(slots_have_bounds),
		TEST(what_is_fixed_stays),
		TEST(bounds_are_those_of_genesis),
		TEST(it_counts_from_its_slot),
		TEST(it_replaces_what_comes_later),
		TEST(a_snapshot_has_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
