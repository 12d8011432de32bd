/* Refusals as they are published: each can be read by the home that it is for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "engine/replies.h"
#include "hem-client/ems/answer.h"

static char text[4096], why[ANSWER_WHY_MAX];

static struct reject round_trip(enum operation operation, const char *req_id, enum verdict verdict,
	const char *field, const char *rule)
{
	struct reject r;
	struct out out;

	out_init(&out, text, sizeof text);
	reply_reject_write(&out, operation, req_id, verdict, field, rule, 1514764800123);
	assert_true(out_end(&out) > 0);
	if (reject_read(text, out.len, &r, why) != ERR_OK)
		fail_msg("%s: %s", text, why);
	return r;
}

static void every_refusal_can_be_read(void **state)
{
	static const enum verdict verdicts[] = {
#define X(name, number, sentence) VERDICT_##name,
		VERDICTS(X)
#undef X
	};

	(void)state;
	for (size_t i = 1; i < sizeof verdicts / sizeof *verdicts; i++) {
		for (int o = 0; o < OPERATION_COUNT; o++) {
			struct reject r = round_trip(
				(enum operation)o, "abcd_EF-", verdicts[i], "parameters.cpf", "");
			char operation[64];
			assert_int_equal(r.number, verdicts[i]);
			assert_string_equal(r.code, verdict_name(verdicts[i]));
			assert_string_equal(r.rule, verdict_text(verdicts[i]));
			assert_string_equal(r.field, "parameters.cpf");
			assert_string_equal(r.req_id, "abcd_EF-");
			assert_true(r.market_ms == 1514764800123);
			assert_int_equal(r.retry_after_ms,
				verdicts[i] == VERDICT_BUSY || verdicts[i] == VERDICT_RATE_LIMITED
					? 1000
					: 0);
			(void)snprintf(operation, sizeof operation, "\"operation\":%s%s%s,",
				o ? "\"" : "", o ? operation_name((enum operation)o) : "null",
				o ? "\"" : "");
			if (!strstr(text, operation))
				fail_msg("%s has no %s", text, operation);
		}
	}
}

static void what_could_not_be_read_is_null(void **state)
{
	struct reject r = round_trip(OPERATION_NONE, "", VERDICT_BAD_JSON, "", "line 1, column 2");

	(void)state;
	assert_string_equal(r.req_id, "");
	assert_string_equal(r.rule, "line 1, column 2");
	assert_non_null(strstr(text, "\"reqId\":null"));
	assert_non_null(strstr(text, "\"operation\":null"));
}

/* The field is the sender's own name for it. */
static void fields_are_escaped(void **state)
{
	struct reject r = round_trip(
		OPERATION_CPF, "", VERDICT_BAD_FIELD, "parameters.a\"\\\xe2\x82\xac", "");

	(void)state;
	assert_string_equal(r.field, "parameters.a\"\\\xe2\x82\xac");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_refusal_can_be_read),
		cmocka_unit_test(what_could_not_be_read_is_null),
		cmocka_unit_test(fields_are_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
