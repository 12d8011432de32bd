#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <cmocka.h>
#include "core/cpf.h"
#include "core/units.h"

/* The paper's equation 9 as it is written, for d in Wh, in hundredths. */
static int by_formula(int64_t d)
{
	int rounded = (int)floorl(100 * expl(-(long double)d / 1000) + 0.5L);

	return rounded < CPF_MIN ? CPF_MIN : rounded;
}

static void every_value_is_the_formulas(void **state)
{
	(void)state;
	for (int64_t d = 0; d <= 20000; d++) {
		assert_int_equal(cpf_hundredths(d, 0), by_formula(d));
		assert_int_equal(cpf_hundredths(50000, 50000 + d), by_formula(d));
	}
}

static void every_threshold_is_the_last_of_its_value(void **state)
{
	(void)state;
	for (int k = CPF_MIN + 1; k <= CPF_MAX; k++) {
		int32_t d = cpf_threshold_wh(k);

		assert_int_equal(d, floorl(1000 * logl(100 / (k - 0.5L))));
		assert_true(by_formula(d) >= k && by_formula(d + 1) < k);
		assert_int_equal(cpf_hundredths(d, 0), k);
		assert_int_equal(cpf_hundredths(0, d + 1), k - 1);
		assert_true(d < cpf_threshold_wh(k - 1));
	}
	assert_int_equal(cpf_threshold_wh(CPF_MIN), INT32_MAX);
}

static void extremes_are_clipped(void **state)
{
	(void)state;
	assert_int_equal(cpf_hundredths(0, 0), 100);
	assert_int_equal(cpf_hundredths(INT64_MAX, INT64_MAX), 100);
	assert_int_equal(cpf_hundredths(INT64_MIN, INT64_MIN + 5), 100);
	assert_int_equal(cpf_hundredths(INT64_MIN, INT64_MIN + 6), 99);
	assert_int_equal(cpf_hundredths(INT64_MIN, INT64_MAX), 1);
	assert_int_equal(cpf_hundredths(INT64_MAX, INT64_MIN), 1);
}

static void the_floor_is_met_by_both_or_not(void **state)
{
	static const struct {
		int64_t production_wh, consumption_wh, floor_w, slot_s;
		bool want;
	} cases[] = {
		{13, 13, 50, 900, true}, /* 50 W for a quarter of an hour is 12.5 Wh */
		{12, 13, 50, 900, false},
		{13, 12, 50, 900, false},
		{50, 50, 50, 3600, true},
		{49, 50, 50, 3600, false},
		{0, 0, 0, 900, true},
		{-1, 5, 0, 900, false},
		{1, 1, 60, 60, true},
		{1, 1, 61, 60, false},
		{INT64_MAX, INT64_MAX, ENERGY_WH_MAX, 86400, true},
		{INT64_MIN, INT64_MAX, 0, 1, false},
		{INT64_MAX / 3600, INT64_MAX / 3600 + 1, 1, 1, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(poe_floor_met(cases[i].production_wh, cases[i].consumption_wh,
					 cases[i].floor_w, cases[i].slot_s),
			cases[i].want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_is_the_formulas),
		cmocka_unit_test(every_threshold_is_the_last_of_its_value),
		cmocka_unit_test(extremes_are_clipped),
		cmocka_unit_test(the_floor_is_met_by_both_or_not),
	};

	return cmocka_run_group_tests_name("cpf", tests, NULL, NULL);
}
