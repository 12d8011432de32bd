/* The values of preference, and of a mode in home-change: what they may be and what they become. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/unit/request_reader.h"

enum { TEXT_MAX = 2048 };

static enum verdict take(enum operation operation, const char *members)
{
	static char text[TEXT_MAX];

	(void)snprintf(text, sizeof text,
		"{\"clientId\":\"home0001\",\"reqId\":\"slkfjoiru20svkm038\","
		"\"date\":\"2018-01-01 00:00:00\",\"operation\":\"%s\",\"signature\":\"" SAMPLE_SIG
		"\",\"parameters\":{%s}}",
		operation_name(operation), members);
	return read_text(operation, text);
}

static const struct {
	const char *members;
	const char *field; /* NULL: accepted */
	enum verdict verdict;
} cases[] = {
	{"\"from_slot\":0,\"mode\":\"TE\"", NULL, VERDICT_OK},
	{"\"from_slot\":2147483647,\"mode\":\"RE+TE\"", NULL, VERDICT_OK},
	{"\"from_slot\":-1,\"mode\":\"TE\"", "parameters.from_slot", VERDICT_OUT_OF_RANGE},
	{"\"from_slot\":2147483648,\"mode\":\"TE\"", "parameters.from_slot", VERDICT_OUT_OF_RANGE},
	{"\"from_slot\":\"1\",\"mode\":\"TE\"", "parameters.from_slot", VERDICT_BAD_FIELD},
	{"\"from_slot\":1,\"mode\":\"te\"", "parameters.mode", VERDICT_BAD_FIELD},
	{"\"from_slot\":1,\"mode\":\"TE+RE\"", "parameters.mode", VERDICT_BAD_FIELD},
	{"\"from_slot\":1", "parameters.mode", VERDICT_BAD_FIELD},
	{"\"mode\":\"RE\"", "parameters.from_slot", VERDICT_BAD_FIELD},
	{"\"from_slot\":1,\"mode\":\"RE\",\"more\":1", "parameters.more", VERDICT_BAD_FIELD},
};

static void the_same_bounds_in_both(void **state)
{
	char members[256];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *field = cases[i].field ? cases[i].field : "";
		assert_int_equal(take(OPERATION_PREFERENCE, cases[i].members), cases[i].verdict);
		assert_string_equal(error.field, field);
		(void)snprintf(
			members, sizeof members, "\"clientId\":\"home0002\",%s", cases[i].members);
		assert_int_equal(take(OPERATION_HOME_CHANGE, members), cases[i].verdict);
		assert_string_equal(error.field, field);
	}
}

static void they_become_commands(void **state)
{
	const struct command *c = &request.command;

	(void)state;
	assert_int_equal(
		take(OPERATION_PREFERENCE, "\"from_slot\":97,\"mode\":\"RE\""), VERDICT_OK);
	assert_true(request.is_command && c->kind == COMMAND_PREFERENCE);
	assert_int_equal(c->u.preference.from_slot, 97);
	assert_int_equal(c->u.preference.mode, MODE_RE);
	assert_int_equal(take(OPERATION_HOME_CHANGE,
				 "\"clientId\":\"home0002\",\"from_slot\":9,\"mode\":\"TE\""),
		VERDICT_OK);
	assert_int_equal(c->u.home_change.mode.from_slot, 9);
	assert_int_equal(c->u.home_change.mode.mode, MODE_TE);
	assert_int_equal(c->u.home_change.ratings.fuse_w, RATING_STAYS);
	assert_int_equal(
		take(OPERATION_HOME_CHANGE, "\"clientId\":\"home0002\",\"fuse_w\":1"), VERDICT_OK);
	assert_int_equal(c->u.home_change.mode.mode, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_bounds_in_both),
		cmocka_unit_test(they_become_commands),
	};

	return cmocka_run_group_tests(tests, reader_setup, reader_teardown);
}
