#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "hem-client/tcr/tcr.h"

static void each_bound_has_its_words(void **state)
{
	(void)state;
	for (int i = 0; i < TCR_BOUND_COUNT; i++) {
		assert_true(strlen(tcr_bound_name((enum tcr_bound)i)) > 0);
		assert_true(strlen(tcr_bound_text((enum tcr_bound)i)) > 0);
		assert_non_null(tcr_bound_equation((enum tcr_bound)i));
	}
	assert_string_equal(tcr_bound_name(TCR_RATE_DISCHARGE), "RATE_DISCHARGE");
	assert_string_equal(tcr_bound_equation(TCR_RATE_DISCHARGE), "(5)");
	assert_string_equal(tcr_bound_equation(TCR_DEGRADATION), "(7),(8)");
	assert_string_equal(tcr_bound_equation(TCR_LIMIT), "");
	assert_string_equal(tcr_bound_name((enum tcr_bound)TCR_BOUND_COUNT), "");
	assert_string_equal(tcr_bound_equation((enum tcr_bound) - 1), "");
	assert_string_equal(tcr_bound_text((enum tcr_bound)TCR_BOUND_COUNT), "");
}

static void a_reason_is_given_once_for_each_subject(void **state)
{
	const struct tcr_view view = {.side = SIDE_SELL};
	struct tcr_quote quote;

	(void)state;
	memset(&quote, 0x5A, sizeof quote);
	tcr_quote_init(&quote, &view);
	assert_int_equal(quote.side, SIDE_SELL);
	assert_int_equal(quote.reason_count, 0);
	assert_false(quote.trades);
	tcr_quote_because(&quote, TCR_SOC, false);
	tcr_quote_because(&quote, TCR_SOC, false);
	assert_int_equal(quote.reason_count, 1);
	tcr_quote_because(&quote, TCR_SOC, true);
	tcr_quote_because(&quote, TCR_LIMIT, true);
	assert_int_equal(quote.reason_count, 3);
	assert_int_equal(quote.reasons[2].bound, TCR_LIMIT);
	assert_true(quote.reasons[2].of_price);
}

static void a_refusal_leaves_only_its_reason(void **state)
{
	const struct tcr_view view = {.side = SIDE_BUY};
	struct tcr_quote quote;

	(void)state;
	tcr_quote_init(&quote, &view);
	tcr_quote_because(&quote, TCR_SOC, false);
	quote.trades = true;
	quote.quantity_wh = 7;
	quote.price_mc_per_kwh = 9;
	tcr_quote_refuse(&quote, TCR_TARIFF, true);
	assert_false(quote.trades);
	assert_int_equal(quote.side, SIDE_BUY);
	assert_int_equal(quote.quantity_wh, 0);
	assert_int_equal(quote.price_mc_per_kwh, 0);
	assert_int_equal(quote.reason_count, 1);
	assert_int_equal(quote.reasons[0].bound, TCR_TARIFF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_bound_has_its_words),
		cmocka_unit_test(a_reason_is_given_once_for_each_subject),
		cmocka_unit_test(a_refusal_leaves_only_its_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
