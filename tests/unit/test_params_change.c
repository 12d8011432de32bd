/* What may change in a market's parameters: each by its place, wishes made true, sets compared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/params_change.h"
#include "tests/lib/sample_params.h"

/* A set with two roles. */
static struct params two_roles(void)
{
	struct params p = sample_params();

	p.role_count = 2;
	memcpy(p.roles[0].name, "aggregator", sizeof "aggregator");
	memcpy(p.roles[1].name, "dso1", sizeof "dso1");
	for (uint32_t i = 0; i < 2; i++) {
		p.roles[i].key = sample_key(i);
		p.roles[i].address = sample_address(i);
	}
	return p;
}

/* Each parameter has a place of its own: what is set there is got there, and nothing else moves. */
static void each_has_its_own_place(void **state)
{
	(void)state;
	for (int i = 0; i < PARAM_COUNT; i++) {
		const struct params before = two_roles();
		struct params p = before;
		int64_t other = param_get(&p, (enum param)i) == 0;
		param_set(&p, (enum param)i, other);
		assert_int_equal(param_get(&p, (enum param)i), other);
		assert_false(params_equal(&p, &before));
		for (int k = 0; k < PARAM_COUNT; k++) {
			if (k != i)
				assert_int_equal(param_get(&p, (enum param)k),
					param_get(&before, (enum param)k));
			if (k < i)
				assert_true(strcmp(param_name((enum param)k),
						    param_name((enum param)i)) < 0);
		}
		param_set(&p, (enum param)i, param_get(&before, (enum param)i));
		assert_true(params_equal(&p, &before));
	}
}

/* A number beyond an int's is none of a name's: params_check() refuses it. */
static void numbers_of_names_do_not_wrap(void **state)
{
	struct params p = two_roles();
	const char *field = NULL;

	(void)state;
	param_set(&p, PARAM_RULE, (INT64_C(1) << 32) + RULE_UNIFORM);
	assert_int_equal(params_check(&p, &field), VERDICT_OUT_OF_RANGE);
	assert_string_equal(field, "rule");
}

static void sets_are_compared(void **state)
{
	struct params a = two_roles(), b = a;

	(void)state;
	assert_true(params_equal(&a, &b));
	b.roles[1].credit_limit_uc++;
	assert_false(params_equal(&a, &b));
	assert_null(params_fixed_difference(&a, &b));
	b = a;
	b.roles[1].key.bytes[5] ^= 1;
	assert_false(params_equal(&a, &b));
	assert_string_equal(params_fixed_difference(&a, &b), "roles");
	b = a;
	b.slot_s++;
	assert_false(params_equal(&a, &b));
	assert_string_equal(params_fixed_difference(&a, &b), "slot_s");
}

static void a_change_keeps_the_rest(void **state)
{
	struct params_change c = {.given = 1U << PARAM_REWARD_UC | 1U << PARAM_LIMIT_INCLUSIVE,
		.credit_count = 1,
		.credit = {{.role = "aggregator", .limit_uc = 9}}};
	struct params base = two_roles(), got = {.slot_s = 1}, was = got;
	const char *field = NULL;

	(void)state;
	c.value[PARAM_REWARD_UC] = 4;
	assert_int_equal(params_changed(&base, &c, &got, &field), VERDICT_OK);
	base.reward_uc = 4;
	base.limit_inclusive = false;
	base.roles[0].credit_limit_uc = 9;
	assert_memory_equal(&got, &base, sizeof got);
	memcpy(c.credit[0].role, "aggregators", sizeof "aggregators");
	got = was;
	assert_int_equal(params_changed(&base, &c, &got, &field), VERDICT_BAD_FIELD);
	assert_string_equal(field, "credit_limits_uc");
	assert_memory_equal(&got, &was, sizeof got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_has_its_own_place),
		cmocka_unit_test(numbers_of_names_do_not_wrap),
		cmocka_unit_test(sets_are_compared),
		cmocka_unit_test(a_change_keeps_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
