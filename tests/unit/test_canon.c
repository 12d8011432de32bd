#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lemctl/canon.c" /* the programs are no libraries */
#include "tests/lib/streams.h"

static struct streams run(const char *text, size_t len)
{
	struct streams s;

	streams_open(&s, text, len);
	s.status = canon_stream(s.in_file, s.out_file, s.err_file);
	streams_close(&s);
	return s;
}

static void check(const char *text, int status, const char *out, const char *err)
{
	struct streams a = run(text, strlen(text));

	assert_int_equal(a.status, status);
	assert_string_equal(a.out, out);
	assert_string_equal(a.err, err);
	streams_release(&a);
}

static void texts_are_canonized(void **state)
{
	(void)state;
	check("{\"b\": 1E2,\n \"a\": \"\\u00e9\"}\n", 0, "{\"a\":\"\xC3\xA9\",\"b\":100}", "");
	check("1", 0, "1", "");
	check("[0,0]", 0, "[0,0]", "");
	check("1e20", 0, "100000000000000000000", "");
}

static void refusals_tell_line_and_column(void **state)
{
	(void)state;
	check("", 1, "", "line 1, column 1: the text ends before its value does\n");
	check("{\"a\":1,\n \"a\":2}", 1, "",
		"line 2, column 2: this member name stands in the object already\n");
	check("[1,\n2,]", 1, "", "line 2, column 3: a value must stand here\n");
}

/* As many values as a text can hold, and the longest text. */
static void the_limit_is_16_mebibytes(void **state)
{
	char *text = malloc(CANON_TEXT_MAX + 2);
	struct streams a;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < CANON_TEXT_MAX; i += 2)
		memcpy(text + i, "0,", 2);
	text[0] = '[';
	text[1] = ' ';
	memcpy(text + CANON_TEXT_MAX - 2, "0]", 2);
	a = run(text, CANON_TEXT_MAX);
	assert_int_equal(a.status, 0);
	assert_int_equal(a.out_len, CANON_TEXT_MAX - 1);
	streams_release(&a);
	text[CANON_TEXT_MAX] = ' ';
	a = run(text, CANON_TEXT_MAX + 1);
	assert_int_equal(a.status, 1);
	assert_int_equal(a.out_len, 0);
	assert_string_equal(a.err, "line 1, column 1: the text is longer than allowed\n");
	streams_release(&a);
	free(text);
}

/* Names that sort badly for anything quadratic; 16 MiB of them take seconds at most. */
static void a_huge_object_is_sorted(void **state)
{
	char *text = malloc(CANON_TEXT_MAX);
	size_t len = 1;
	struct streams a;

	(void)state;
	assert_non_null(text);
	text[0] = '{';
	for (unsigned i = 0; i < 1000000; i++)
		len += (size_t)sprintf(text + len, "%s\"%06u\":0", i ? "," : "",
			(unsigned)(i * 7919ull % 1000000));
	text[len++] = '}';
	a = run(text, len);
	assert_int_equal(a.status, 0);
	assert_int_equal(a.out_len, len);
	assert_memory_equal(a.out, "{\"000000\":0,\"000001\":0,", 22);
	streams_release(&a);
	free(text);
}

static void a_stream_that_fails_is_told(void **state)
{
	char *message = NULL;
	size_t len = 0;
	FILE *in = fopen("/", "r"); /* reading a folder fails */
	FILE *full = fopen("/dev/full", "w");
	FILE *err = open_memstream(&message, &len);

	(void)state;
	assert_true(in && full && err);
	assert_int_equal(canon_stream(in, full, err), 1);
	(void)fflush(err);
	assert_string_equal(message, "lemctl canon: reading or writing failed\n");
	(void)fclose(in);
	in = fmemopen((char[]){"[1]"}, 3, "r");
	assert_non_null(in);
	assert_int_equal(canon_stream(in, full, err), 1);
	(void)fclose(in);
	(void)fclose(full);
	(void)fclose(err);
	assert_int_equal(len, 2 * strlen("lemctl canon: reading or writing failed\n"));
	free(message);
}

static void the_command_takes_no_argument(void **state)
{
	char name[] = "canon", argument[] = "x";

	(void)state;
	assert_int_equal(canon_command(2, (char *[]){name, argument, NULL}), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_canonized),
		cmocka_unit_test(refusals_tell_line_and_column),
		cmocka_unit_test(the_limit_is_16_mebibytes),
		cmocka_unit_test(a_huge_object_is_sorted),
		cmocka_unit_test(a_stream_that_fails_is_told),
		cmocka_unit_test(the_command_takes_no_argument),
	};

	return cmocka_run_group_tests_name("canon", tests, NULL, NULL);
}
