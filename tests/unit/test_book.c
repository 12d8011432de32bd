#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "core/book.h"

static void rules_have_one_name_each(void **state)
{
	static const char *const names[] = {"pay-as-bid", "uniform", "vickrey"};
	static const char *const strangers[] = {
		"", "Uniform", "uniform ", "unifor", "vickrey\n", "pay_as_bid"};

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_string_equal(rule_name((enum rule)(i + 1)), names[i]);
		assert_int_equal(rule_from_name(names[i]), i + 1);
	}
	for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++)
		assert_int_equal(rule_from_name(strangers[i]), 0);
	assert_null(rule_name((enum rule)0));
	assert_null(rule_name((enum rule)4));
	assert_null(rule_name((enum rule) - 1));
}

static void terms_are_checked_at_both_sides_of_each_bound(void **state)
{
	static const struct {
		struct book_terms terms;
		enum book_verdict want;
	} cases[] = {
		{{SIDE_BUY, RULE_UNIFORM, 1, 0, 0, true}, BOOK_OK},
		{{SIDE_SELL, RULE_VICKREY, ENERGY_WH_MAX, PRICE_MC_MAX, ENERGY_WH_MAX, true},
			BOOK_OK},
		{{(enum side)0, RULE_UNIFORM, 0, 0, 0, true}, BOOK_SIDE},
		{{(enum side)3, RULE_UNIFORM, 1, 0, 0, true}, BOOK_SIDE},
		{{SIDE_BUY, (enum rule)0, 0, 0, 0, true}, BOOK_RULE},
		{{SIDE_BUY, (enum rule)4, 1, 0, 0, true}, BOOK_RULE},
		{{SIDE_BUY, RULE_UNIFORM, 0, -1, 0, true}, BOOK_QUANTITY},
		{{SIDE_BUY, RULE_UNIFORM, ENERGY_WH_MAX + 1, 0, 0, true}, BOOK_QUANTITY},
		{{SIDE_BUY, RULE_UNIFORM, 1, -1, -1, true}, BOOK_LIMIT},
		{{SIDE_BUY, RULE_UNIFORM, 1, PRICE_MC_MAX + 1, 0, true}, BOOK_LIMIT},
		{{SIDE_BUY, RULE_UNIFORM, 1, 0, -1, true}, BOOK_MIN_QUANTITY},
		{{SIDE_BUY, RULE_UNIFORM, 5, 0, 5, true}, BOOK_OK},
		{{SIDE_BUY, RULE_UNIFORM, 5, 0, 6, true}, BOOK_MIN_QUANTITY},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(book_terms_check(&cases[i].terms), cases[i].want);
}

static void orders_are_checked_at_both_sides_of_each_bound(void **state)
{
	static const struct {
		enum rule rule;
		int64_t price, quantity;
		bool whole;
		enum book_verdict want;
	} cases[] = {
		{RULE_UNIFORM, 0, 1, true, BOOK_OK},
		{RULE_PAY_AS_BID, PRICE_MC_MAX, ENERGY_WH_MAX, true, BOOK_OK},
		{RULE_VICKREY, 0, 1, false, BOOK_OK},
		{RULE_VICKREY, -1, 0, true, BOOK_ORDER_PRICE},
		{RULE_UNIFORM, PRICE_MC_MAX + 1, 1, false, BOOK_ORDER_PRICE},
		{RULE_VICKREY, 0, 0, true, BOOK_ORDER_QUANTITY},
		{RULE_UNIFORM, 0, ENERGY_WH_MAX + 1, false, BOOK_ORDER_QUANTITY},
		{RULE_VICKREY, 0, 1, true, BOOK_ORDER_WHOLE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct book_terms terms = {SIDE_BUY, cases[i].rule, 1, 0, 0, true};
		struct book_order order = {.price_mc_per_kwh = cases[i].price,
			.quantity_wh = cases[i].quantity,
			.all_or_nothing = cases[i].whole};

		assert_int_equal(book_order_check(&terms, &order), cases[i].want);
	}
}

static void every_verdict_names_its_field(void **state)
{
	static const char *const fields[] = {"accepted", "side ", "rule ", "quantity_wh ",
		"limit_mc_per_kwh ", "min_quantity_wh ", "orders ", "price_mc_per_kwh ",
		"quantity_wh ", "all_or_nothing "};

	(void)state;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		const char *text = book_verdict_text((enum book_verdict)i);

		assert_int_equal(strncmp(text, fields[i], strlen(fields[i])), 0);
	}
	assert_string_equal(book_verdict_text((enum book_verdict)10), "unknown verdict");
	assert_string_equal(book_verdict_text((enum book_verdict) - 1), "unknown verdict");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_have_one_name_each),
		cmocka_unit_test(terms_are_checked_at_both_sides_of_each_bound),
		cmocka_unit_test(orders_are_checked_at_both_sides_of_each_bound),
		cmocka_unit_test(every_verdict_names_its_field),
	};

	return cmocka_run_group_tests_name("book", tests, NULL, NULL);
}
