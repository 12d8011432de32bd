/* The values of home-change: both sides of each bound, which members go together, and what they
 * become. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/unit/request_reader.h"

enum { TEXT_MAX = 4096 };

static const struct sample_request *sample(void)
{
	for (size_t i = 0; i < SAMPLE_REQUESTS; i++) {
		if (sample_requests[i].operation == OPERATION_HOME_CHANGE)
			return &sample_requests[i];
	}
	return NULL;
}

#define X16 "xxxxxxxxxxxxxxxx"

static const struct {
	const char *from, *to;
	const char *field; /* NULL: accepted */
	enum verdict verdict;
} cases[] = {
	{":8001", ":0", NULL, VERDICT_OK},
	{":8001", ":-1", "parameters.pv_w", VERDICT_OUT_OF_RANGE},
	{":5001", ":10000000", NULL, VERDICT_OK},
	{":5001", ":10000001", "parameters.battery_w", VERDICT_OUT_OF_RANGE},
	{":25001", ":10000001", "parameters.fuse_w", VERDICT_OUT_OF_RANGE},
	{":25001", ":\"25001\"", "parameters.fuse_w", VERDICT_BAD_FIELD},
	{SAMPLE_RATINGS, "", NULL, VERDICT_OK},
	{SAMPLE_NEW_METER, "", NULL, VERDICT_OK},
	{SAMPLE_RATINGS SAMPLE_NEW_METER, "", "parameters", VERDICT_BAD_FIELD},
	{"\"meter_type\":\"sim\",", "", "parameters.meter_type", VERDICT_BAD_FIELD},
	{"\"meter_serial\":\"SN3\",", "", "parameters.meter_serial", VERDICT_BAD_FIELD},
	{",\"code_hash\":\"" SAMPLE_HASH "\"", "", "parameters.code_hash", VERDICT_BAD_FIELD},
	{"\"sim\"", "\"" X16 X16 "\"", NULL, VERDICT_OK},
	{"\"sim\"", "\"" X16 X16 "x\"", "parameters.meter_type", VERDICT_BAD_FIELD},
	{"\"SN3\"", "\"" X16 X16 "x\"", "parameters.meter_serial", VERDICT_BAD_FIELD},
	{"\"clientId\":\"home0002\",", "", "parameters.clientId", VERDICT_BAD_FIELD},
	{"\"fuse_w\"", "\"mode\"", "parameters.from_slot", VERDICT_BAD_FIELD},
};

static void values_keep_their_bounds(void **state)
{
	const char *text = sample()->text;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *at = strstr(text, cases[i].from);
		char other[TEXT_MAX];
		enum verdict v;
		if (!at)
			fail_msg("no %s in %s", cases[i].from, text);
		(void)snprintf(other, sizeof other, "%.*s%s%s", (int)(at - text), text, cases[i].to,
			at + strlen(cases[i].from));
		v = read_text(OPERATION_HOME_CHANGE, other);
		if (v != cases[i].verdict ||
			strcmp(error.field, cases[i].field ? cases[i].field : "") != 0)
			fail_msg("%s: %s %s", cases[i].to, verdict_name(v), error.field);
	}
}

static void all_members_become_a_change(void **state)
{
	const struct command *c = &request.command;

	(void)state;
	assert_int_equal(read_text(OPERATION_HOME_CHANGE, sample()->text), VERDICT_OK);
	assert_int_equal(c->kind, COMMAND_HOME_CHANGE);
	assert_true(request.is_command);
	assert_string_equal(c->u.home_change.client_id, "home0002");
	assert_int_equal(c->u.home_change.ratings.pv_w, 8001);
	assert_int_equal(c->u.home_change.ratings.battery_w, 5001);
	assert_int_equal(c->u.home_change.ratings.fuse_w, 25001);
	assert_true(c->u.home_change.new_meter);
	assert_string_equal(c->u.home_change.meter_type, "sim");
	assert_string_equal(c->u.home_change.meter_serial, "SN3");
	assert_int_equal(c->u.home_change.code_hash[15], 0xff);
}

/* What is not named stays. */
static void members_may_be_left_out(void **state)
{
	const struct home_change *c = &request.command.u.home_change;
	const char *text = sample()->text;
	const char *at = strstr(text, SAMPLE_RATINGS);
	char other[TEXT_MAX];

	(void)state;
	assert_non_null(at);
	(void)snprintf(
		other, sizeof other, "%.*s%s", (int)(at - text), text, at + strlen(SAMPLE_RATINGS));
	assert_int_equal(read_text(OPERATION_HOME_CHANGE, other), VERDICT_OK);
	assert_true(c->new_meter);
	assert_int_equal(c->ratings.pv_w, RATING_STAYS);
	assert_int_equal(c->ratings.battery_w, RATING_STAYS);
	assert_int_equal(c->ratings.fuse_w, RATING_STAYS);
	(void)snprintf(other, sizeof other, "%.*s,\"fuse_w\":9%s", (int)(at - text), text,
		at + strlen(SAMPLE_RATINGS SAMPLE_NEW_METER));
	assert_int_equal(read_text(OPERATION_HOME_CHANGE, other), VERDICT_OK);
	assert_false(c->new_meter);
	assert_int_equal(c->ratings.battery_w, RATING_STAYS);
	assert_int_equal(c->ratings.fuse_w, 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_keep_their_bounds),
		cmocka_unit_test(all_members_become_a_change),
		cmocka_unit_test(members_may_be_left_out),
	};

	return cmocka_run_group_tests(tests, reader_setup, reader_teardown);
}
