/* What becomes of an activation, by what the market tells of its auctions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "lemctl/activation_ear.h"

static void hear(struct activation_ear *e, const char *text)
{
	activation_ear_hear(e, text, strlen(text));
}

static void opened(struct activation_ear *e, int activation, int auction)
{
	char text[160];

	(void)snprintf(text, sizeof text,
		"{\"activation\":%d,\"auction\":%d,\"event\":\"opened\",\"quantity_wh\":900}",
		activation, auction);
	hear(e, text);
}

static void it_is_told_by_its_auction(void **state)
{
	struct activation_ear e = {.count = 0};
	const struct activation_answer *a;

	(void)state;
	hear(&e, "{\"auction\":5,\"event\":\"opened\",\"quantity_wh\":900}");
	assert_null(activation_ear_answer(&e, 4));
	assert_null(activation_ear_answer(&e, 0));
	opened(&e, 4, 7);
	a = activation_ear_answer(&e, 4);
	assert_non_null(a);
	assert_int_equal(a->auction, 7);
	assert_int_equal(a->offered_wh, 900);
	assert_false(a->ended);
	hear(&e, "{\"auction\":5,\"cleared_wh\":1,\"event\":\"ended\",\"status\":\"cleared\"}");
	assert_false(a->ended);
	hear(&e, "{\"auction\":7,\"cleared_wh\":800,\"event\":\"ended\",\"status\":\"cleared\"}");
	assert_true(a->ended);
	assert_int_equal(a->cleared_wh, 800);
	assert_string_equal(a->status, "cleared");
}

/* Of two, one of which was cancelled, the newer. */
static void the_newest_counts(void **state)
{
	struct activation_ear e = {.count = 0};

	(void)state;
	opened(&e, 4, 7);
	opened(&e, 4, 9);
	opened(&e, 6, 11);
	assert_int_equal(activation_ear_answer(&e, 4)->auction, 9);
	for (int i = 0; i < ACTIVATION_EAR_MAX; i++)
		opened(&e, 100 + i, 200 + i);
	assert_null(activation_ear_answer(&e, 4));
	assert_int_equal(activation_ear_answer(&e, 100)->auction, 200);
}

static void what_is_no_event_is_passed_over(void **state)
{
	struct activation_ear e = {.count = 0};

	(void)state;
	hear(&e, "");
	hear(&e, "{");
	hear(&e, "[]");
	hear(&e, "{\"event\":\"ended\"}");
	hear(&e, "{\"activation\":\"4\",\"auction\":7,\"event\":\"opened\"}");
	assert_int_equal(e.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_told_by_its_auction),
		cmocka_unit_test(the_newest_counts),
		cmocka_unit_test(what_is_no_event_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
