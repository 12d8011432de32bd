#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lemctl/book_file.c" /* the programs are no libraries */

static enum err read_text(struct book_file *f, const char *text, enum rule rule)
{
	FILE *in = tmpfile();
	enum err err;

	assert_non_null(in);
	assert_true(fputs(text, in) >= 0);
	rewind(in);
	err = book_file_read(f, in, rule);
	(void)fclose(in);
	return err;
}

#define TERMS "\"side\":\"buy\",\"quantity_wh\":50,\"limit_mc_per_kwh\":90"
#define ORDER "\"price_mc_per_kwh\":8,\"quantity_wh\":3"

static void terms_and_orders_are_read(void **state)
{
	struct book_file f;

	(void)state;
	assert_int_equal(read_text(&f,
				 "{\"orders\":[{\"id\":\"a\",\"all_or_nothing\":true," ORDER
				 "},{" ORDER ",\"id\":\"b\",\"all_or_nothing\":false}]," TERMS
				 ",\"min_quantity_wh\":7,\"limit_inclusive\":false}",
				 RULE_UNIFORM),
		ERR_OK);
	assert_int_equal(f.terms.side, SIDE_BUY);
	assert_int_equal(f.terms.rule, RULE_UNIFORM);
	assert_int_equal(f.terms.quantity_wh, 50);
	assert_int_equal(f.terms.limit_mc_per_kwh, 90);
	assert_int_equal(f.terms.min_quantity_wh, 7);
	assert_false(f.terms.limit_inclusive);
	assert_int_equal(f.count, 2);
	for (uint32_t i = 0; i < 2; i++) {
		assert_int_equal(f.orders[i].price_mc_per_kwh, 8);
		assert_int_equal(f.orders[i].quantity_wh, 3);
		assert_int_equal(f.orders[i].seq, i);
		assert_int_equal(f.orders[i].ref, i);
		assert_int_equal(f.orders[i].bidder, i);
		assert_int_equal(f.orders[i].all_or_nothing, i == 0);
	}
	book_file_release(&f);
}

static void what_is_left_out_has_its_default(void **state)
{
	struct book_file f;

	(void)state;
	assert_int_equal(read_text(&f,
				 "{\"side\":\"sell\",\"quantity_wh\":1,\"limit_mc_per_kwh\":0,"
				 "\"orders\":[{\"id\":\"\"," ORDER "}]}",
				 RULE_VICKREY),
		ERR_OK);
	assert_int_equal(f.terms.side, SIDE_SELL);
	assert_int_equal(f.terms.min_quantity_wh, 0);
	assert_true(f.terms.limit_inclusive);
	assert_false(f.orders[0].all_or_nothing);
	book_file_release(&f);
	assert_int_equal(read_text(&f, "{" TERMS ",\"orders\":[]}", RULE_VICKREY), ERR_OK);
	assert_int_equal(f.count, 0);
	book_file_release(&f);
}

static void bidders_are_one_by_their_decoded_names(void **state)
{
	struct book_file f;
	const char *text = "{" TERMS ",\"orders\":["
			   "{\"id\":\"0\",\"bidder\":\"x\"," ORDER "},"
			   "{\"id\":\"1\",\"bidder\":\"y\"," ORDER "},"
			   "{\"id\":\"2\"," ORDER "},"
			   "{\"id\":\"3\",\"bidder\":\"\\u0078\"," ORDER "},"
			   "{\"id\":\"4\"," ORDER "},"
			   "{\"id\":\"5\",\"bidder\":\"x\"," ORDER "}]}";

	(void)state;
	assert_int_equal(read_text(&f, text, RULE_VICKREY), ERR_OK);
	for (size_t i = 0; i < f.count; i++) {
		for (size_t j = 0; j < f.count; j++) {
			bool both_x = i % 5 * (i != 3) == 0 && j % 5 * (j != 3) == 0;

			assert_int_equal(
				f.orders[i].bidder == f.orders[j].bidder, i == j || both_x);
		}
	}
	book_file_release(&f);
}

static void refusals_name_the_field_and_the_rule(void **state)
{
	static const struct {
		const char *text, *problem;
		enum rule rule;
	} cases[] = {
		{"", "line 1, column 1: the text ends before its value does", RULE_UNIFORM},
		{"[]", "must be an object", RULE_UNIFORM},
		{"{" TERMS "}", "orders: is missing", RULE_UNIFORM},
		{"{" TERMS ",\"orders\":{}}", "orders: must be an array of objects", RULE_UNIFORM},
		{"{" TERMS ",\"orders\":[],\"rule\":\"uniform\"}", "\"rule\": is no member here",
			RULE_UNIFORM},
		{"{" TERMS ",\"orders\":[],\"limit_inclusive\":1}",
			"limit_inclusive: must be true or false", RULE_UNIFORM},
		{"{" TERMS ",\"orders\":[],\"min_quantity_wh\":51}",
			"min_quantity_wh must be 0 to the auction's quantity_wh", RULE_UNIFORM},
		{"{\"side\":\"Buy\"}", "side: must be \"buy\" or \"sell\"", RULE_UNIFORM},
		{"{\"side\":null}", "side: must be \"buy\" or \"sell\"", RULE_UNIFORM},
		{"{\"quantity_wh\":1.5}", "quantity_wh: must be an integer", RULE_UNIFORM},
		{"{\"quantity_wh\":\"1\"}", "quantity_wh: must be an integer", RULE_UNIFORM},
		{"{\"quantity_wh\":1e3}", "quantity_wh: must be an integer", RULE_UNIFORM},
		{"{" TERMS ",\"orders\":[7]}", "orders[0]: must be an object", RULE_UNIFORM},
		{"{" TERMS ",\"orders\":[{" ORDER "}]}", "orders[0]: id: is missing", RULE_UNIFORM},
		{"{" TERMS ",\"orders\":[{\"id\":7," ORDER "}]}",
			"orders[0]: id: must be a string without U+0000", RULE_UNIFORM},
		{"{" TERMS ",\"orders\":[{\"id\":\"\\u0000\"," ORDER "}]}",
			"orders[0]: id: must be a string without U+0000", RULE_UNIFORM},
		{"{" TERMS ",\"orders\":[{\"id\":\"a\",\"bidder\":1," ORDER "}]}",
			"orders[0]: bidder: must be a string without U+0000", RULE_UNIFORM},
		{"{" TERMS ",\"orders\":[{\"id\":\"a\",\"Id\":\"b\"," ORDER "}]}",
			"orders[0]: \"Id\": is no member here", RULE_UNIFORM},
		{"{" TERMS ",\"orders\":[{\"id\":\"a\"," ORDER "},{\"id\":\"\\u0061\"," ORDER "}]}",
			"orders[1]: id: must not be that of orders[0]", RULE_UNIFORM},
		{"{" TERMS ",\"orders\":[{\"id\":\"a\",\"price_mc_per_kwh\":8,\"quantity_wh\":0}]}",
			"orders[0]: quantity_wh of an order must be 1 to 100000000", RULE_UNIFORM},
		{"{" TERMS ",\"orders\":[{\"id\":\"a\",\"all_or_nothing\":true," ORDER "}]}",
			"orders[0]: all_or_nothing must be false in a vickrey auction",
			RULE_VICKREY},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct book_file f;

		assert_int_equal(read_text(&f, cases[i].text, cases[i].rule), ERR_FORMAT);
		assert_string_equal(f.problem, cases[i].problem);
		book_file_release(&f);
	}
}

static void an_unknown_name_is_shown_in_part(void **state)
{
	struct book_file f;
	char text[400];

	(void)state;
	(void)snprintf(text, sizeof text, "{\"%0300d\":1}", 0);
	assert_int_equal(read_text(&f, text, RULE_UNIFORM), ERR_FORMAT);
	assert_int_equal(strlen(f.problem), NAME_SHOWN_MAX + strlen(": is no member here"));
	book_file_release(&f);
}

/* A book of n orders of one Wh each. */
static enum err read_large(struct book_file *f, unsigned n)
{
	FILE *in = tmpfile();
	enum err err;

	assert_non_null(in);
	(void)fprintf(in, "{" TERMS ",\"orders\":[");
	for (unsigned i = 0; i < n; i++)
		(void)fprintf(in,
			"%s{\"id\":\"%u\",\"price_mc_per_kwh\":%u,\"quantity_wh\":1,"
			"\"all_or_nothing\":false,\"bidder\":\"b%u\"}",
			i ? "," : "", i, i % 100, i / 2);
	(void)fprintf(in, "]}");
	rewind(in);
	err = book_file_read(f, in, RULE_VICKREY);
	(void)fclose(in);
	return err;
}

static void the_largest_book_fits_and_one_more_does_not(void **state)
{
	struct book_file f;

	(void)state;
	assert_int_equal(read_large(&f, BOOK_ORDERS_MAX), ERR_OK);
	assert_int_equal(f.count, BOOK_ORDERS_MAX);
	for (size_t i = 1; i < f.count; i++)
		assert_int_equal(f.orders[i].bidder == f.orders[i - 1].bidder, i % 2);
	book_file_release(&f);
	assert_int_equal(read_large(&f, BOOK_ORDERS_MAX + 1), ERR_FORMAT);
	assert_string_equal(f.problem, book_verdict_text(BOOK_TOO_MANY));
	book_file_release(&f);
}

static void a_text_too_long_is_not_read_to_its_end(void **state)
{
	struct book_file f;
	FILE *in = fopen("/dev/zero", "r");

	(void)state;
	assert_non_null(in);
	assert_int_equal(book_file_read(&f, in, RULE_UNIFORM), ERR_LIMIT);
	book_file_release(&f);
	(void)fclose(in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(terms_and_orders_are_read),
		cmocka_unit_test(what_is_left_out_has_its_default),
		cmocka_unit_test(bidders_are_one_by_their_decoded_names),
		cmocka_unit_test(refusals_name_the_field_and_the_rule),
		cmocka_unit_test(an_unknown_name_is_shown_in_part),
		cmocka_unit_test(the_largest_book_fits_and_one_more_does_not),
		cmocka_unit_test(a_text_too_long_is_not_read_to_its_end),
	};

	return cmocka_run_group_tests_name("book_file", tests, NULL, NULL);
}
