#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lemctl/book_file.c" /* the programs are no libraries */
#include "lemctl/clear.c"
#include "tests/lib/streams.h"

static struct streams run(enum rule rule, const char *text)
{
	struct streams s;

	streams_open(&s, text, strlen(text));
	s.status = clear_stream(rule, s.in_file, s.out_file, s.err_file);
	streams_close(&s);
	return s;
}

static void awards_are_printed_in_merit_order(void **state)
{
	static const char book[] =
		"{\"side\":\"buy\",\"quantity_wh\":5000,\"limit_mc_per_kwh\":9000,\"orders\":["
		"{\"id\":\"a\",\"price_mc_per_kwh\":8200,\"quantity_wh\":3000,"
		"\"all_or_nothing\":false},"
		"{\"id\":\"b \\\"\\u00e9\\/\",\"price_mc_per_kwh\":8100,\"quantity_wh\":1000},"
		"{\"id\":\"c\",\"price_mc_per_kwh\":8200,\"quantity_wh\":3000},"
		"{\"id\":\"d\",\"price_mc_per_kwh\":9001,\"quantity_wh\":1}]}";
	static const struct {
		enum rule rule;
		const char *want;
	} cases[] = {
		{RULE_PAY_AS_BID, "{\"awards\":[{\"id\":\"b \\\"\\u00e9\\/\",\"quantity_wh\":1000,"
				  "\"price_mc_per_kwh\":8100},{\"id\":\"a\",\"quantity_wh\":3000,"
				  "\"price_mc_per_kwh\":8200},{\"id\":\"c\",\"quantity_wh\":1000,"
				  "\"price_mc_per_kwh\":8200}]}\n"},
		{RULE_UNIFORM, "{\"awards\":[{\"id\":\"b \\\"\\u00e9\\/\",\"quantity_wh\":1000,"
			       "\"price_mc_per_kwh\":8200},{\"id\":\"a\",\"quantity_wh\":3000,"
			       "\"price_mc_per_kwh\":8200},{\"id\":\"c\",\"quantity_wh\":1000,"
			       "\"price_mc_per_kwh\":8200}]}\n"},
		{RULE_VICKREY, "{\"awards\":[{\"id\":\"b \\\"\\u00e9\\/\",\"quantity_wh\":1000,"
			       "\"amount_uc\":8200000},{\"id\":\"a\",\"quantity_wh\":3000,"
			       "\"amount_uc\":25400000},{\"id\":\"c\",\"quantity_wh\":1000,"
			       "\"amount_uc\":9000000}]}\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct streams a = run(cases[i].rule, book);

		assert_int_equal(a.status, 0);
		assert_string_equal(a.out, cases[i].want);
		assert_string_equal(a.err, "");
		streams_release(&a);
	}
}

static void no_winner_is_an_empty_list(void **state)
{
	struct streams a = run(RULE_UNIFORM,
		"{\"side\":\"sell\",\"quantity_wh\":5,\"limit_mc_per_kwh\":9,\"orders\":[]}");

	(void)state;
	assert_int_equal(a.status, 0);
	assert_string_equal(a.out, "{\"awards\":[]}\n");
	streams_release(&a);
}

static void a_refusal_prints_its_reason_and_no_award(void **state)
{
	struct streams a = run(RULE_UNIFORM, "{\"side\":\"lend\"}");

	(void)state;
	assert_int_equal(a.status, 1);
	assert_string_equal(a.out, "");
	assert_string_equal(a.err, "lemctl clear: side: must be \"buy\" or \"sell\"\n");
	streams_release(&a);
}

static void a_full_disk_is_not_success(void **state)
{
	const char book[] = "{\"side\":\"buy\",\"quantity_wh\":5,\"limit_mc_per_kwh\":9,"
			    "\"orders\":[]}";
	FILE *in = fmemopen((void *)(uintptr_t)book, strlen(book), "r");
	FILE *full = fopen("/dev/full", "w");
	FILE *err = tmpfile();

	(void)state;
	assert_true(in && full && err);
	assert_int_equal(clear_stream(RULE_UNIFORM, in, full, err), 1);
	(void)fclose(in);
	(void)fclose(full);
	(void)fclose(err);
}

static void the_rule_is_named_exactly_once(void **state)
{
	static const struct {
		const char *args[5];
		int code;
	} cases[] = {
		{{"clear", "--help"}, 0},
		{{"clear"}, 2},
		{{"clear", "--rule"}, 2},
		{{"clear", "--rule", "mcafee"}, 2},
		{{"clear", "--rules", "uniform"}, 2},
		{{"clear", "--rule=uniform", "book.json"}, 2},
		{{"clear", "--rule", "uniform", "book.json"}, 2},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *argv[5] = {NULL};
		int argc = 0;

		for (; cases[i].args[argc]; argc++)
			argv[argc] = (char *)(uintptr_t)cases[i].args[argc];
		assert_int_equal(clear_command(argc, argv), cases[i].code);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(awards_are_printed_in_merit_order),
		cmocka_unit_test(no_winner_is_an_empty_list),
		cmocka_unit_test(a_refusal_prints_its_reason_and_no_award),
		cmocka_unit_test(a_full_disk_is_not_success),
		cmocka_unit_test(the_rule_is_named_exactly_once),
	};

	return cmocka_run_group_tests_name("clear", tests, NULL, NULL);
}
