/* Schedules, limits and answers: what their readers take and refuse, and that what is written is
 * read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/request_reader.h"
#include "wire/net_form.h"

enum { TEXT_MAX = 4096 };

#define X16 "xxxxxxxxxxxxxxxx"

static const struct edit_case cases[] = {
	{OPERATION_SCHEDULE, "96", "0", NULL, VERDICT_OK},
	{OPERATION_SCHEDULE, "96", "-1", "parameters.first_slot", VERDICT_OUT_OF_RANGE},
	{OPERATION_SCHEDULE, "[1200,-3,0]", "[1000000000,-1000000000]", NULL, VERDICT_OK},
	{OPERATION_SCHEDULE, "[1200,-3,0]", "[1000000001]", "parameters.net_wh",
		VERDICT_OUT_OF_RANGE},
	{OPERATION_SCHEDULE, "[1200,-3,0]", "[-1000000001]", "parameters.net_wh",
		VERDICT_OUT_OF_RANGE},
	{OPERATION_SCHEDULE, "[1200,-3,0]", "[]", "parameters.net_wh", VERDICT_BAD_FIELD},
	{OPERATION_SCHEDULE, "[1200,-3,0]", "[1,0.5]", "parameters.net_wh", VERDICT_BAD_FIELD},
	{OPERATION_LIMITS, "96", "0", NULL, VERDICT_OK},
	{OPERATION_LIMITS, "96", "-1", "parameters.first_slot", VERDICT_OUT_OF_RANGE},
	{OPERATION_LIMITS, "[0,900]", "[1000000000,0]", NULL, VERDICT_OK},
	{OPERATION_LIMITS, "[0,900]", "[0,1000000001]", "parameters.export_wh",
		VERDICT_OUT_OF_RANGE},
	{OPERATION_LIMITS, "[0,900]", "[-1,0]", "parameters.export_wh", VERDICT_OUT_OF_RANGE},
	{OPERATION_LIMITS, "[1200,7]", "[-1,0]", "parameters.import_wh", VERDICT_OUT_OF_RANGE},
	{OPERATION_LIMITS, "[1200,7]", "[1200]", "parameters.import_wh", VERDICT_BAD_FIELD},
	{OPERATION_LIMITS, "[0,900]", "[0]", "parameters.import_wh", VERDICT_BAD_FIELD},
	{OPERATION_LIMITS, "[1200,7]", "[]", "parameters.import_wh", VERDICT_BAD_FIELD},
	{OPERATION_LIMITS, "[1200,7]", "[0.5,7]", "parameters.import_wh", VERDICT_BAD_FIELD},
	{OPERATION_LIMITS, "[1200,7]", "{}", "parameters.import_wh", VERDICT_BAD_FIELD},
	{OPERATION_APPROVE, "change", "approve", NULL, VERDICT_OK},
	{OPERATION_APPROVE, "change", "refuse", "parameters.verdict", VERDICT_BAD_FIELD},
	{OPERATION_APPROVE, "001122", "0011", "parameters.schedule", VERDICT_BAD_FIELD},
	{OPERATION_APPROVE, "a line is out", "", "parameters.reason", VERDICT_BAD_FIELD},
	{OPERATION_APPROVE, "a line is out", X16 X16 X16 X16 X16 X16 X16 "12345678", NULL,
		VERDICT_OK},
	{OPERATION_APPROVE, "a line is out", X16 X16 X16 X16 X16 X16 X16 "123456789",
		"parameters.reason", VERDICT_BAD_FIELD},
};

static void each_value_has_its_bounds(void **state)
{
	(void)state;
	expect_edits(cases, sizeof cases / sizeof *cases);
}

static void they_say_what_stands_there(void **state)
{
	const struct tx *tx = &request.command.u.tx;

	(void)state;
	assert_int_equal(read_edited(OPERATION_LIMITS, "96", "96"), VERDICT_OK);
	assert_int_equal(tx->kind, TX_LIMITS);
	assert_int_equal(tx->u.limits.first_slot, 96);
	assert_int_equal(tx->u.limits.count, 2);
	assert_int_equal(tx->u.limits.export_wh[1], 900);
	assert_int_equal(tx->u.limits.import_wh[0], 1200);
	assert_int_equal(read_edited(OPERATION_APPROVE, "change", "approve"), VERDICT_OK);
	assert_int_equal(tx->kind, TX_APPROVE);
	assert_int_equal(tx->u.approve.schedule[2], 0x22);
	assert_int_equal(tx->u.approve.verdict, APPROVAL_APPROVE);
}

/* The most that there can be of both arrays fits into a message. */
static void what_is_written_is_read(void **state)
{
	int32_t most[SCHEDULE_SLOTS_MAX];
	const struct limits_window window = {2147483647 - 96, 96, most, most};
	const uint8_t id[HASH_LEN] = {0xab, 1};
	char parameters[TEXT_MAX - 512], text[2 * TEXT_MAX];
	struct out out;

	(void)state;
	for (int i = 0; i < SCHEDULE_SLOTS_MAX; i++)
		most[i] = NETWORK_LIMIT_WH_MAX;
	out_init(&out, parameters, sizeof parameters);
	net_form_write_limits(&out, SAMPLE_ADDRESS, &window);
	assert_int_not_equal(out_end(&out), 0);
	(void)snprintf(text, sizeof text,
		"{\"date\":\"2018-01-01 00:00:00\",\"operation\":\"limits\",\"parameters\":%s,"
		"\"reqId\":\"0123456789012345678901234567890123456789012345678901234567890123\"}",
		parameters);
	assert_true(strlen(text) + 256 < operation_text_max(OPERATION_LIMITS));
	assert_int_equal(request_read_body(workspace, SAMPLE_MARKET, OPERATION_LIMITS, text,
				 strlen(text), &request, &error),
		VERDICT_OK);
	assert_int_equal(request.command.u.tx.u.limits.count, 96);
	assert_int_equal(request.command.u.tx.u.limits.import_wh[95], NETWORK_LIMIT_WH_MAX);
	out_init(&out, parameters, sizeof parameters);
	net_form_write_approve(&out, SAMPLE_ADDRESS, id, APPROVAL_CHANGE, "a \"line\"");
	assert_int_not_equal(out_end(&out), 0);
	(void)snprintf(text, sizeof text,
		"{\"date\":\"2018-01-01 00:00:00\",\"operation\":\"approve\",\"parameters\":%s,"
		"\"reqId\":\"01234567\"}",
		parameters);
	assert_int_equal(request_read_body(workspace, SAMPLE_MARKET, OPERATION_APPROVE, text,
				 strlen(text), &request, &error),
		VERDICT_OK);
	assert_memory_equal(request.command.u.tx.u.approve.schedule, id, HASH_LEN);
	out_init(&out, parameters, sizeof parameters);
	net_form_write_approve(&out, SAMPLE_ADDRESS, id, APPROVAL_APPROVE, "");
	assert_int_not_equal(out_end(&out), 0);
	assert_null(strstr(parameters, "reason"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_value_has_its_bounds),
		cmocka_unit_test(they_say_what_stands_there),
		cmocka_unit_test(what_is_written_is_read),
	};

	return cmocka_run_group_tests(tests, reader_setup, reader_teardown);
}
