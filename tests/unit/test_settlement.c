/* Payments and penalties: the table, the rounding, and amounts beyond 63 bits on the way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/settlement.h"
#include "core/units.h"

static void payments_are_pro_rata_rounded_down(void **state)
{
	static const struct {
		int64_t award_uc, awarded_wh, delivered_wh, paid_uc;
	} cases[] = {
		{1000, 10, 10, 1000},
		{1000, 10, 11, 1000}, /* no more than awarded */
		{1000, 10, ENERGY_WH_MAX, 1000},
		{1000, 10, 9, 900},
		{1000, 10, 0, 0},
		{1000, 3, 1, 333},
		{1000, 3, 2, 666},
		{1001, 3, 1, 333},
		{1, 2, 1, 0},
		{0, 5, 3, 0},
		{AMOUNT_UC_MAX, ENERGY_WH_MAX, ENERGY_WH_MAX - 1, AMOUNT_UC_MAX - PRICE_MC_MAX},
		/* 10^15 x 99,999,999 is some 2^76. */
		{AMOUNT_UC_MAX - 1, ENERGY_WH_MAX, ENERGY_WH_MAX - 1,
			AMOUNT_UC_MAX - 1 - PRICE_MC_MAX},
		{AMOUNT_UC_MAX, 7, 5, INT64_C(714285714285714)},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(settlement_payment_uc(cases[i].award_uc, cases[i].awarded_wh,
					 cases[i].delivered_wh),
			cases[i].paid_uc);
}

static void penalties_are_for_the_shortfall(void **state)
{
	static const struct {
		int64_t penalty_mc, awarded_wh, delivered_wh, uc;
	} cases[] = {
		{2000, 10, 10, 0},
		{2000, 10, 11, 0},
		{2000, 10, 9, 2000},
		{2000, 10, 0, 20000},
		{0, 10, 0, 0},
		{PRICE_MC_MAX, ENERGY_WH_MAX, 0, AMOUNT_UC_MAX},
		{PRICE_MC_MAX, ENERGY_WH_MAX, ENERGY_WH_MAX - 1, PRICE_MC_MAX},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(settlement_penalty_uc(cases[i].penalty_mc, cases[i].awarded_wh,
					 cases[i].delivered_wh),
			cases[i].uc);
}

static void fees_are_on_what_was_delivered(void **state)
{
	(void)state;
	assert_int_equal(settlement_fee_uc(300, 10, 0), 0);
	assert_int_equal(settlement_fee_uc(300, 10, 9), 2700);
	assert_int_equal(settlement_fee_uc(300, 10, 10), 3000);
	assert_int_equal(settlement_fee_uc(300, 10, 11), 3000); /* no more than awarded */
	assert_int_equal(settlement_fee_uc(0, 10, 10), 0);
	assert_int_equal(
		settlement_fee_uc(PRICE_MC_MAX, ENERGY_WH_MAX, ENERGY_WH_MAX), AMOUNT_UC_MAX);
}

/* Whatever is delivered, what is paid never falls with more of it, nor rises beyond the award. */
static void payments_rise_with_delivery(void **state)
{
	(void)state;
	for (int64_t awarded = 1; awarded < 60; awarded++) {
		int64_t last = 0;
		for (int64_t delivered = 0; delivered <= awarded + 2; delivered++) {
			int64_t paid = settlement_payment_uc(12345, awarded, delivered);
			assert_true(paid >= last && paid <= 12345);
			assert_true(paid * awarded <= 12345 * delivered);
			last = paid;
		}
		assert_int_equal(last, 12345);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(payments_are_pro_rata_rounded_down),
		cmocka_unit_test(penalties_are_for_the_shortfall),
		cmocka_unit_test(fees_are_on_what_was_delivered),
		cmocka_unit_test(payments_rise_with_delivery),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
