/* Modes and money as a statement says them: there and back, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "wire/home_form.h"

static char text[1024];
static struct json_node nodes[128];
static struct json_doc doc;
static struct form f;

static enum verdict read(const char *json, struct home_modes *modes, struct home_money *money)
{
	static const struct json_limits limits = {JSON_PROFILE_MESSAGE, 4096, 4};
	struct form_object o;

	doc = (struct json_doc){.nodes = nodes, .node_max = 128};
	assert_int_equal(json_read(&doc, json, strlen(json), &limits, NULL), JSON_OK);
	form_init(&f, &doc);
	memset(modes, 0, sizeof *modes);
	memset(money, 0, sizeof *money);
	o = form_enter(&f, 0, "");
	home_form_read_modes(&f, &o, modes);
	home_form_read_money(&f, &o, money);
	form_leave(&f, &o);
	return f.verdict;
}

static void write(const struct home_modes *modes, const struct home_money *money)
{
	struct out out;

	out_init(&out, text, sizeof text);
	out_printf(&out, "{");
	home_form_write_modes(&out, modes);
	out_printf(&out, ",");
	home_form_write_money(&out, money);
	out_printf(&out, "}");
	assert_true(out_end(&out) > 0);
}

static void there_and_back(void **state)
{
	struct home_money money = {.bought_wh = 100, .sold_wh = 200}, back_money;
	struct home_modes modes, back_modes;

	(void)state;
	for (int i = 0; i < MONEY_LINES; i++)
		money.uc[i] = (INT64_C(1) << 53) - 1 - i;
	home_modes_init(&modes, MODE_TE);
	home_mode_change(&modes, 3, 4, MODE_RE);
	home_mode_change(&modes, 4, 9, MODE_BOTH);
	write(&modes, &money);
	assert_int_equal(read(text, &back_modes, &back_money), VERDICT_OK);
	assert_memory_equal(&modes, &back_modes, sizeof modes);
	assert_memory_equal(&money, &back_money, sizeof money);
}

#define MODES "\"modes\":[{\"from_slot\":-1,\"mode\":\"TE\"}]"
#define MONEY                                                                                      \
	"\"money\":{\"bought_uc\":0,\"bought_wh\":0,\"deposited_uc\":0,\"fees_uc\":0,"             \
	"\"penalties_paid_uc\":0,\"penalties_received_uc\":0,\"rewards_uc\":0,\"sold_uc\":0,"      \
	"\"sold_wh\":0,\"withdrawn_uc\":0}"

static void what_is_not_so_is_refused(void **state)
{
	static const struct {
		const char *json, *field;
		enum verdict verdict;
	} cases[] = {
		{"{" MODES "," MONEY "}", "", VERDICT_OK},
		{"{" MODES "}", "money", VERDICT_BAD_FIELD},
		{"{\"modes\":[]," MONEY "}", "modes", VERDICT_BAD_FIELD},
		{"{\"modes\":{}," MONEY "}", "modes", VERDICT_BAD_FIELD},
		{"{\"modes\":[{\"from_slot\":-2,\"mode\":\"TE\"}]," MONEY "}", "modes.from_slot",
			VERDICT_OUT_OF_RANGE},
		{"{\"modes\":[{\"from_slot\":1,\"mode\":\"te\"}]," MONEY "}", "modes.mode",
			VERDICT_BAD_FIELD},
		{"{\"modes\":[{\"from_slot\":1,\"mode\":\"TE\"},{\"from_slot\":2,\"mode\":\"TE\"},"
		 "{\"from_slot\":3,\"mode\":\"TE\"},{\"from_slot\":4,\"mode\":\"TE\"}]," MONEY "}",
			"modes", VERDICT_BAD_FIELD},
		{"{" MODES ",\"money\":{\"bought_uc\":-1}}", "money.bought_uc",
			VERDICT_OUT_OF_RANGE},
	};
	struct home_modes modes;
	struct home_money money;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		enum verdict v = read(cases[i].json, &modes, &money);
		if (v != cases[i].verdict || strcmp(f.field, cases[i].field) != 0)
			fail_msg("%zu: %s %s", i, verdict_name(v), f.field);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(what_is_not_so_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
