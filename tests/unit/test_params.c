/* A market's parameters: each bound from both sides, and market time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "core/account.h"
#include "core/params_change.h"
#include "core/units.h"
#include "tests/lib/sample_params.h"

#define PLACE(member) offsetof(struct params, member)
#define MS_2100 INT64_C(4102444800000)

static const struct {
	const char *name;
	size_t place;
	int64_t value;
	enum verdict verdict;
} numbers[] = {
	{"slot_s", PLACE(slot_s), 59, VERDICT_OUT_OF_RANGE},
	{"slot_s", PLACE(slot_s), 86400, VERDICT_OK},
	{"slot_s", PLACE(slot_s), 86401, VERDICT_OUT_OF_RANGE},
	{"start_ms", PLACE(start_ms), 0, VERDICT_OK},
	{"start_ms", PLACE(start_ms), -1, VERDICT_OUT_OF_RANGE},
	{"start_ms", PLACE(start_ms), MS_2100, VERDICT_OK},
	{"start_ms", PLACE(start_ms), MS_2100 + 1, VERDICT_OUT_OF_RANGE},
	{"rate", PLACE(rate), 0, VERDICT_OUT_OF_RANGE},
	{"rate", PLACE(rate), 10000, VERDICT_OK},
	{"rate", PLACE(rate), 10001, VERDICT_OUT_OF_RANGE},
	{"real_start_ms", PLACE(real_start_ms), -1, VERDICT_OUT_OF_RANGE},
	{"real_start_ms", PLACE(real_start_ms), MS_2100, VERDICT_OK},
	{"date_window_s", PLACE(date_window_s), 0, VERDICT_OUT_OF_RANGE},
	{"date_window_s", PLACE(date_window_s), 1, VERDICT_OK},
	{"date_window_s", PLACE(date_window_s), 86401, VERDICT_OUT_OF_RANGE},
	{"boundary_s", PLACE(boundary_s), 0, VERDICT_OUT_OF_RANGE},
	{"boundary_s", PLACE(boundary_s), 899, VERDICT_OK},
	{"boundary_s", PLACE(boundary_s), 900, VERDICT_OUT_OF_RANGE},
	{"seal_wait_s", PLACE(seal_wait_s), 0, VERDICT_OUT_OF_RANGE},
	{"seal_wait_s", PLACE(seal_wait_s), 299, VERDICT_OK},
	{"seal_wait_s", PLACE(seal_wait_s), 300, VERDICT_BAD_TERMS},
	{"horizon_slots", PLACE(horizon_slots), 0, VERDICT_OUT_OF_RANGE},
	{"horizon_slots", PLACE(horizon_slots), 16, VERDICT_OK},
	{"horizon_slots", PLACE(horizon_slots), 17, VERDICT_OUT_OF_RANGE},
	{"gate_lead_s", PLACE(gate_lead_s), 0, VERDICT_OUT_OF_RANGE},
	{"gate_lead_s", PLACE(gate_lead_s), 60, VERDICT_OK},
	{"gate_lead_s", PLACE(gate_lead_s), 59, VERDICT_BAD_TERMS}, /* below the least lead */
	{"gate_lead_s", PLACE(gate_lead_s), 3600, VERDICT_OK},
	{"gate_lead_s", PLACE(gate_lead_s), 3601, VERDICT_BAD_TERMS}, /* beyond the horizon */
	{"gate_lead_s", PLACE(gate_lead_s), 16 * 86400 + 1, VERDICT_OUT_OF_RANGE},
	{"gate_lead_min_s", PLACE(gate_lead_min_s), 0, VERDICT_OUT_OF_RANGE},
	{"gate_lead_min_s", PLACE(gate_lead_min_s), 300, VERDICT_OK},
	{"gate_lead_s", PLACE(gate_lead_min_s), 301, VERDICT_BAD_TERMS},
	{"poe_floor_w", PLACE(poe_floor_w), 0, VERDICT_OK},
	{"poe_floor_w", PLACE(poe_floor_w), -1, VERDICT_OUT_OF_RANGE},
	{"poe_floor_w", PLACE(poe_floor_w), 1000000, VERDICT_OK},
	{"poe_floor_w", PLACE(poe_floor_w), 1000001, VERDICT_OUT_OF_RANGE},
	{"reward_uc", PLACE(reward_uc), 0, VERDICT_OK},
	{"reward_uc", PLACE(reward_uc), -1, VERDICT_OUT_OF_RANGE},
	{"reward_uc", PLACE(reward_uc), AMOUNT_UC_MAX, VERDICT_OK},
	{"reward_uc", PLACE(reward_uc), AMOUNT_UC_MAX + 1, VERDICT_OUT_OF_RANGE},
	{"penalty_mc_per_kwh", PLACE(penalty_mc_per_kwh), 0, VERDICT_OK},
	{"penalty_mc_per_kwh", PLACE(penalty_mc_per_kwh), -1, VERDICT_OUT_OF_RANGE},
	{"penalty_mc_per_kwh", PLACE(penalty_mc_per_kwh), PRICE_MC_MAX, VERDICT_OK},
	{"penalty_mc_per_kwh", PLACE(penalty_mc_per_kwh), PRICE_MC_MAX + 1, VERDICT_OUT_OF_RANGE},
};

static void each_number_has_its_bounds(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		struct params p = sample_params();
		const char *field = "";
		enum verdict v;
		memcpy((char *)&p + numbers[i].place, &numbers[i].value, sizeof(int64_t));
		v = params_check(&p, &field);
		if (v != numbers[i].verdict ||
			(v != VERDICT_OK && strcmp(field, numbers[i].name) != 0))
			fail_msg("%s %lld: %s %s", numbers[i].name, (long long)numbers[i].value,
				verdict_name(v), field);
	}
}

static void each_choice_is_one_of_few(void **state)
{
	const struct {
		const char *name;
		size_t place;
		int value;
		enum verdict verdict;
	} choices[] = {
		{"rule", PLACE(rule), 0, VERDICT_OUT_OF_RANGE},
		{"rule", PLACE(rule), RULE_VICKREY, VERDICT_OK},
		{"rule", PLACE(rule), RULE_VICKREY + 1, VERDICT_OUT_OF_RANGE},
		/* Another default would not fit both sides. */
		{"measure", PLACE(measure), MEASURE_EXPORT, VERDICT_OUT_OF_RANGE},
		{"measure", PLACE(measure), 0, VERDICT_OUT_OF_RANGE},
		{"book", PLACE(book), 0, VERDICT_OUT_OF_RANGE},
		{"book", PLACE(book), BOOK_OPEN, VERDICT_OK},
		{"book", PLACE(book), BOOK_OPEN + 1, VERDICT_OUT_OF_RANGE},
		{"roles", PLACE(role_count), PARAMS_ROLES_MAX, VERDICT_OK},
		{"roles", PLACE(role_count), PARAMS_ROLES_MAX + 1, VERDICT_OUT_OF_RANGE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
		struct params p = sample_params();
		const char *field = "";
		enum verdict v;
		memcpy((char *)&p + choices[i].place, &choices[i].value, sizeof(int));
		v = params_check(&p, &field);
		assert_int_equal(v, choices[i].verdict);
		if (v != VERDICT_OK)
			assert_string_equal(field, choices[i].name);
	}
}

static void a_role_has_a_credit(void **state)
{
	const int64_t credits[] = {-1, 0, AMOUNT_UC_MAX, AMOUNT_UC_MAX + 1};
	struct params p = sample_params();
	const char *field = "";

	(void)state;
	p.role_count = 2;
	for (int i = 0; i < 4; i++) {
		p.roles[1].credit_limit_uc = credits[i];
		assert_int_equal(params_check(&p, &field),
			i == 1 || i == 2 ? VERDICT_OK : VERDICT_OUT_OF_RANGE);
	}
	assert_string_equal(field, "credit_limit_uc");
}

/* Who would be paid, or pay, otherwise? */
static void settlement_needs_an_aggregator(void **state)
{
	static const enum param settled[] = {PARAM_FEE_BUYER_MC_PER_KWH,
		PARAM_FEE_SELLER_MC_PER_KWH, PARAM_IMBALANCE_SHORT_MC_PER_KWH,
		PARAM_IMBALANCE_LONG_MC_PER_KWH};
	const char *field = "";

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct params p = sample_params();
		p.role_count = 1;
		memcpy(p.roles[0].name, "someone", sizeof "someone");
		assert_false(params_settles(&p));
		param_set(&p, settled[i], 1);
		assert_true(params_settles(&p));
		assert_int_equal(params_check(&p, &field), VERDICT_BAD_TERMS);
		assert_string_equal(field, "settlement");
		assert_int_equal(params_aggregator(&p), ACCOUNT_NONE);
		p.role_count = 2;
		memcpy(p.roles[1].name, AGGREGATOR_ROLE, sizeof AGGREGATOR_ROLE);
		if (settled[i] == PARAM_IMBALANCE_LONG_MC_PER_KWH)
			p.imbalance_short_mc_per_kwh = PRICE_MC_MAX;
		assert_int_equal(params_check(&p, &field), VERDICT_OK);
		assert_int_equal(params_aggregator(&p), ACCOUNT_FIRST_ROLE + 1);
		param_set(&p, settled[i], PRICE_MC_MAX);
		assert_int_equal(params_check(&p, &field), VERDICT_OK);
		param_set(&p, settled[i], PRICE_MC_MAX + 1);
		assert_int_equal(params_check(&p, &field), VERDICT_OUT_OF_RANGE);
		assert_string_equal(field, param_name(settled[i]));
	}
}

/* Or to be short in one slot and long in the next would pay. */
static void to_be_off_costs(void **state)
{
	struct params p = sample_params();
	const char *field = "";

	(void)state;
	p.role_count = 1;
	memcpy(p.roles[0].name, AGGREGATOR_ROLE, sizeof AGGREGATOR_ROLE);
	p.imbalance_short_mc_per_kwh = 700;
	p.imbalance_long_mc_per_kwh = 700;
	assert_int_equal(params_check(&p, &field), VERDICT_OK);
	p.imbalance_long_mc_per_kwh++;
	assert_int_equal(params_check(&p, &field), VERDICT_BAD_TERMS);
	assert_string_equal(field, "imbalance_long_mc_per_kwh");
}

static void market_time_runs_at_its_rate(void **state)
{
	struct params p = sample_params();

	(void)state;
	p.start_ms = 1000000;
	p.real_start_ms = 5000;
	p.rate = 60;
	assert_int_equal(params_market_ms(&p, 5000), 1000000);
	assert_int_equal(params_market_ms(&p, 5001), 1000060);
	assert_int_equal(params_market_ms(&p, 4999), 999940);
	/* The first real millisecond at which market time is there. */
	assert_int_equal(params_real_ms(&p, 1000000), 5000);
	assert_int_equal(params_real_ms(&p, 1000001), 5001);
	assert_int_equal(params_real_ms(&p, 1000060), 5001);
	assert_int_equal(params_real_ms(&p, 1000061), 5002);
	assert_int_equal(params_real_ms(&p, 999940), 4999);
	assert_int_equal(params_real_ms(&p, 999941), 5000);
	for (int64_t ms = 999000; ms < 1001000; ms++) {
		int64_t real = params_real_ms(&p, ms);
		assert_true(params_market_ms(&p, real) >= ms);
		assert_true(params_market_ms(&p, real - 1) < ms);
	}
}

static void slots_begin_where_the_last_ends(void **state)
{
	struct params p = sample_params();

	(void)state;
	assert_int_equal(params_slot_at(&p, SAMPLE_START_MS), 0);
	assert_int_equal(params_slot_at(&p, SAMPLE_START_MS - 1), -1);
	assert_int_equal(params_slot_at(&p, SAMPLE_START_MS - 900000), -1);
	assert_int_equal(params_slot_at(&p, SAMPLE_START_MS - 900001), -2);
	assert_int_equal(params_slot_at(&p, SAMPLE_START_MS + 899999), 0);
	assert_int_equal(params_slot_at(&p, SAMPLE_START_MS + 900000), 1);
	for (int64_t slot = -3; slot < 4; slot++) {
		int64_t begin = params_slot_start_ms(&p, slot);
		assert_int_equal(params_slot_at(&p, begin), slot);
		assert_int_equal(params_slot_at(&p, begin - 1), slot - 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_number_has_its_bounds),
		cmocka_unit_test(each_choice_is_one_of_few),
		cmocka_unit_test(a_role_has_a_credit),
		cmocka_unit_test(settlement_needs_an_aggregator),
		cmocka_unit_test(to_be_off_costs),
		cmocka_unit_test(market_time_runs_at_its_rate),
		cmocka_unit_test(slots_begin_where_the_last_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
