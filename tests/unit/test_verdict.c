/* Refusals have numbers that never change: clients know them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "core/verdict.h"

/* Written by hand, on purpose: never edit a line, only add. NULL: no such number yet. */
static const char *const frozen[] = {"OK", "TOO_LARGE", "RATE_LIMITED", "BUSY", "UNKNOWN_OPERATION",
	"BAD_JSON", "BAD_FIELD", "OUT_OF_RANGE", "WRONG_CLIENT", "UNKNOWN_HOME", "REVOKED",
	"NOT_REGISTERED", "NOT_ALLOWED", "UNKNOWN_ADDRESS", "BAD_SIGNATURE", "REQID_REUSED",
	"STALE", "MODE", "NOT_ADMITTED", "ADDRESS_SLOT", "ADDRESS_CLOSED", "HORIZON", "BAD_TERMS",
	"UNKNOWN_AUCTION", "GATE_CLOSED", "SAME_SIDE", "SELF_TRADE", "BEYOND_LIMIT", "TOO_MANY",
	"FUNDS_TOO_LOW", "CPF_ANNOUNCED", "CPF_MISMATCH", "UNKNOWN_ORDER", "NOT_OWNER", "ANSWERED",
	"WRONG_HEIGHT", "WRONG_HASH", "NOT_RANKED", "SEAL_EARLY", "SEALED", "BAD_CODE", "KEY_WEAK",
	"KEY_KNOWN", "NO_POSSESSION", "ADDRESS_EXISTS", "SLOT_TOO_NEAR", "UNKNOWN_METER",
	"BAD_METER_SIGNATURE", "READING_LATE", "READING_EARLY", "BOUNDARY", "READING_EXISTS",
	"REGISTER_ROLLBACK", "BEYOND_RATING", "REGISTERS_INCONSISTENT", "EXISTS", "NO_BASELINE",
	NULL, "SCHEDULE_LATE", "UNKNOWN_SCHEDULE", "APPROVAL_LATE", "ORDERS_STAND", NULL, NULL,
	NULL, "ACTIVATION_LATE", "UNKNOWN_ACTIVATION", "ACTIVATION_ANSWERED", "ACTIVATION_EARLY",
	NULL, "BAD_TIME", "BAD_SEQ", "OUT_OF_PHASE", "BAD_ATTESTATION", "ATTESTATION_MISSING",
	"UNORDERED", "BAD_HEIGHT", "BAD_PREV_HASH", "BAD_FLAGS", "BAD_TX_ROOT", "BAD_RESULTS_ROOT",
	"BAD_STATE_ROOT", "BAD_RANKING_ROOT", "BAD_LOG_ROOT", "BAD_RULES_HASH",
	"BAD_OPERATOR_SIGNATURE", "RECEIPT_BROKEN", "STATEMENT_BROKEN", "BAD_ROW", "REPEATED"};

enum { FROZEN = sizeof frozen / sizeof *frozen };

static void numbers_are_frozen(void **state)
{
	static const struct {
		const char *name;
		int number;
	} list[] = {
#define X(name, number, sentence) {#name, number},
		VERDICTS(X)
#undef X
	};
	size_t named = 0;

	(void)state;
	for (int i = 0; i < FROZEN; i++) {
		named += frozen[i] != NULL;
		if (frozen[i])
			assert_string_equal(verdict_name((enum verdict)i), frozen[i]);
	}
	assert_int_equal(sizeof list / sizeof *list, named); /* a new one is added above too */
	for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
		assert_in_range(list[i].number, 0, FROZEN - 1);
		assert_string_equal(list[i].name, frozen[list[i].number]);
		assert_true(i == 0 || list[i].number > list[i - 1].number);
	}
}

static void each_has_a_sentence(void **state)
{
	(void)state;
	for (int i = 0; i < FROZEN; i++) {
		const char *text = verdict_text((enum verdict)i);
		if (!frozen[i])
			continue;
		assert_true(strlen(text) >= 8 && strlen(text) < 80);
		assert_null(strpbrk(text, "\"\\\n")); /* it goes into JSON as it is */
		assert_true(text[strlen(text) - 1] != '.');
	}
}

static void other_numbers_have_a_name_too(void **state)
{
	const int others[] = {-1, 62, 69, FROZEN, 1000000};

	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		assert_string_equal(verdict_name((enum verdict)others[i]), "?");
		assert_non_null(verdict_text((enum verdict)others[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_frozen),
		cmocka_unit_test(each_has_a_sentence),
		cmocka_unit_test(other_numbers_have_a_name_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
