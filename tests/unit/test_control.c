#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "wire/control.h"

static struct control_reader reader;

static enum verdict begin(const char *text, struct request_error *error)
{
	return control_begin(&reader, text, strlen(text), error);
}

/* The only command of a document. */
static struct control_command only(const char *command)
{
	static char text[CONTROL_TEXT_MAX];
	struct control_command c, next;
	struct request_error error;

	(void)snprintf(text, sizeof text, "{\"commands\":[%s]}", command);
	assert_int_equal(begin(text, &error), VERDICT_OK);
	assert_true(control_next(&reader, &c));
	assert_false(control_next(&reader, &next));
	return c;
}

static void documents_out_of_form_are_refused(void **state)
{
	static const struct {
		const char *text;
		enum verdict verdict;
		const char *field;
	} cases[] = {
		{"", VERDICT_BAD_JSON, ""},
		{"{\"commands\":[{}],}", VERDICT_BAD_JSON, ""},
		{"[]", VERDICT_BAD_FIELD, ""},
		{"{}", VERDICT_BAD_FIELD, "commands"},
		{"{\"commands\":{}}", VERDICT_BAD_FIELD, "commands"},
		{"{\"commands\":[]}", VERDICT_BAD_FIELD, "commands"},
		{"{\"commands\":[{}],\"more\":1}", VERDICT_BAD_FIELD, "more"},
	};
	struct request_error error;
	struct control_command c;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(begin(cases[i].text, &error), cases[i].verdict);
		assert_string_equal(error.field, cases[i].field);
		assert_false(control_next(&reader, &c));
	}
}

static void a_document_has_a_length_and_a_number_of_commands(void **state)
{
	static char text[CONTROL_TEXT_MAX + 2];
	struct request_error error;
	struct control_command c;
	int n = 0;

	(void)state;
	for (int most = CONTROL_COMMANDS_MAX; most <= CONTROL_COMMANDS_MAX + 1; most++) {
		size_t len = (size_t)snprintf(text, sizeof text, "{\"commands\":[");
		for (int i = 0; i < most; i++)
			len += (size_t)snprintf(text + len, sizeof text - len,
				"%s{\"command\":\"status\"}", i ? "," : "");
		(void)snprintf(text + len, sizeof text - len, "]}");
		assert_int_equal(begin(text, &error),
			most > CONTROL_COMMANDS_MAX ? VERDICT_TOO_MANY : VERDICT_OK);
		for (; control_next(&reader, &c); n++)
			assert_int_equal(c.query.kind, CONTROL_STATUS);
	}
	assert_int_equal(n, CONTROL_COMMANDS_MAX);
	memset(text, ' ', sizeof text);
	memcpy(text, "{\"commands\":[{}]}", 17);
	assert_int_equal(control_begin(&reader, text, CONTROL_TEXT_MAX, &error), VERDICT_OK);
	assert_int_equal(
		control_begin(&reader, text, CONTROL_TEXT_MAX + 1, &error), VERDICT_TOO_LARGE);
}

static void questions_are_read(void **state)
{
	struct control_command c = only("{\"command\":\"home-list\",\"correlationData\":\"x y\"}");

	(void)state;
	assert_int_equal(c.verdict, VERDICT_OK);
	assert_int_equal(c.query.kind, CONTROL_HOME_LIST);
	assert_int_equal(c.query.offset, 0);
	assert_int_equal(c.query.count, CONTROL_LIST_MAX);
	assert_string_equal(c.tag.correlation, "x y");
	assert_string_equal(c.tag.command, "home-list");
	assert_true(c.tag.wanted);
	c = only("{\"command\":\"home-list\",\"count\":1,\"offset\":2147483647}");
	assert_int_equal(c.query.count, 1);
	assert_int_equal(c.query.offset, INT32_MAX);
	c = only("{\"clientId\":\"home0001\",\"command\":\"home-show\"}");
	assert_int_equal(c.query.kind, CONTROL_HOME_SHOW);
	assert_string_equal(c.query.client_id, "home0001");
	for (int i = 1; control_query_name((enum control_query_kind)i) && i <= CONTROL_BACKUP; i++)
		assert_true(
			strlen(control_query_name((enum control_query_kind)i)) <= CONTROL_NAME_MAX);
	assert_null(control_query_name(CONTROL_NO_QUERY));
	assert_null(control_query_name((enum control_query_kind)(CONTROL_BACKUP + 1)));
}

static void commands_out_of_form_are_refused_with_their_mark(void **state)
{
	static const struct {
		const char *text;
		enum verdict verdict;
		const char *field;
	} cases[] = {
		{"7", VERDICT_BAD_FIELD, "commands"},
		{"{\"correlationData\":\"m\"}", VERDICT_BAD_FIELD, "commands.command"},
		{"{\"correlationData\":\"m\",\"command\":7}", VERDICT_BAD_FIELD,
			"commands.command"},
		{"{\"correlationData\":\"m\",\"command\":\"Status\"}", VERDICT_UNKNOWN_OPERATION,
			"commands.command"},
		{"{\"correlationData\":\"m\",\"command\":\"bid-offer\",\"message\":{}}",
			VERDICT_UNKNOWN_OPERATION, "commands.command"},
		{"{\"correlationData\":\"m\",\"command\":\"status\",\"x\":1}", VERDICT_BAD_FIELD,
			"commands.x"},
		{"{\"correlationData\":\"m\",\"command\":\"home-show\"}", VERDICT_BAD_FIELD,
			"commands.clientId"},
		{"{\"correlationData\":\"m\",\"command\":\"home-list\",\"count\":0}",
			VERDICT_OUT_OF_RANGE, "commands.count"},
		{"{\"correlationData\":\"m\",\"command\":\"home-list\",\"count\":101}",
			VERDICT_OUT_OF_RANGE, "commands.count"},
		{"{\"correlationData\":\"m\",\"command\":\"home-list\",\"offset\":-1}",
			VERDICT_OUT_OF_RANGE, "commands.offset"},
		{"{\"correlationData\":\"m\",\"command\":\"deposit\"}", VERDICT_BAD_FIELD,
			"commands.message"},
		{"{\"correlationData\":\"m\",\"command\":\"deposit\",\"message\":[]}",
			VERDICT_BAD_FIELD, "commands.message"},
		{"{\"correlationData\":\"m\",\"command\":\"deposit\",\"message\":{\"operation\":"
		 "\"home-add\"}}",
			VERDICT_UNKNOWN_OPERATION, "commands.message.operation"},
		{"{\"correlationData\":\"m\",\"command\":\"deposit\",\"message\":{\"operation\":"
		 "\"deposit\"},\"x\":1}",
			VERDICT_BAD_FIELD, "commands.x"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct control_command c = only(cases[i].text);
		assert_int_equal(c.verdict, cases[i].verdict);
		assert_string_equal(c.field, cases[i].field);
		assert_string_equal(c.tag.correlation, i > 0 ? "m" : "");
		assert_int_equal(c.query.kind, CONTROL_NO_QUERY);
		assert_int_equal(c.operation, OPERATION_NONE);
	}
}

static void a_mark_has_a_length(void **state)
{
	char text[256];

	(void)state;
	for (int n = CONTROL_CORRELATION_MAX; n <= CONTROL_CORRELATION_MAX + 1; n++) {
		struct control_command c;
		(void)snprintf(text, sizeof text,
			"{\"command\":\"status\",\"correlationData\":\"%0*d\"}", n, 0);
		c = only(text);
		assert_int_equal(
			c.verdict, n > CONTROL_CORRELATION_MAX ? VERDICT_BAD_FIELD : VERDICT_OK);
	}
}

static void a_signed_request_comes_in_canonical_form(void **state)
{
	struct control_command c =
		only("{\"message\": {\"operation\": \"deposit\", \"a\" :[1, {\"z\":1,\"b\":2}]},"
		     "\"command\":\"deposit\"}");
	static const char canonical[] = "{\"a\":[1,{\"b\":2,\"z\":1}],\"operation\":\"deposit\"}";

	(void)state;
	assert_int_equal(c.verdict, VERDICT_OK);
	assert_int_equal(c.operation, OPERATION_DEPOSIT);
	assert_int_equal(c.len, sizeof canonical - 1);
	assert_memory_equal(c.message, canonical, c.len);
}

static void one_bad_command_leaves_the_others(void **state)
{
	struct request_error error;
	struct control_command c;

	(void)state;
	assert_int_equal(begin("{\"commands\":[{\"command\":\"status\"},{\"command\":\"x\"},"
			       "{\"command\":\"backup\"}]}",
				 &error),
		VERDICT_OK);
	assert_true(control_next(&reader, &c));
	assert_int_equal(c.query.kind, CONTROL_STATUS);
	assert_true(control_next(&reader, &c));
	assert_int_equal(c.verdict, VERDICT_UNKNOWN_OPERATION);
	assert_string_equal(c.tag.command, "x");
	assert_true(control_next(&reader, &c));
	assert_int_equal(c.query.kind, CONTROL_BACKUP);
	assert_false(control_next(&reader, &c));
}

static void what_is_not_read_is_peeked_at(void **state)
{
	static const struct {
		const char *text, *mark;
	} cases[] = {
		{"", ""},
		{"{\"correlationData\"", ""},
		{"{\"correlationData\":", ""},
		{"{\"correlationData\":7", ""},
		{"{\"correlationData\" : \"a-1\"", "a-1"},
		{"{\"correlationData\":\"first\",\"correlationData\":\"second\"", "first"},
		{"{\"correlationData\":\"a\\u0041\"", ""},
		{"{\"correlationData\":\"open", ""},
		{"{\"correlationData\":\"\"", ""},
	};
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct control_tag tag = control_peek(cases[i].text, strlen(cases[i].text));
		assert_true(tag.wanted);
		assert_string_equal(tag.correlation, cases[i].mark);
	}
	for (int n = CONTROL_CORRELATION_MAX; n <= CONTROL_CORRELATION_MAX + 1; n++) {
		size_t len =
			(size_t)snprintf(text, sizeof text, "\"correlationData\":\"%0*d\"", n, 0);
		assert_int_equal(strlen(control_peek(text, len).correlation),
			n > CONTROL_CORRELATION_MAX ? 0 : n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents_out_of_form_are_refused),
		cmocka_unit_test(a_document_has_a_length_and_a_number_of_commands),
		cmocka_unit_test(questions_are_read),
		cmocka_unit_test(commands_out_of_form_are_refused_with_their_mark),
		cmocka_unit_test(a_mark_has_a_length),
		cmocka_unit_test(a_signed_request_comes_in_canonical_form),
		cmocka_unit_test(what_is_not_read_is_peeked_at),
		cmocka_unit_test(one_bad_command_leaves_the_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
