/* The parameters of `params-set`: by name and value as a person gives them, written, read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "core/contract.h"
#include "wire/jcs.h"
#include "wire/params_change_form.h"

static struct json_node nodes[JSON_MESSAGE_NODES];

static char field[FORM_FIELD_MAX];

static enum verdict read_back(const char *text, size_t len, struct params_change *ret)
{
	struct json_doc doc = {.nodes = nodes, .node_max = JSON_MESSAGE_NODES};
	struct form f;

	assert_int_equal(json_read(&doc, text, len, &json_limits_message, NULL), JSON_OK);
	form_init(&f, &doc);
	params_change_form_read(&f, 0, ret);
	memcpy(field, f.field, sizeof field);
	return f.verdict;
}

static void every_parameter_there_and_back(void **state)
{
	static const char *const words[][2] = {{"seal_wait_s", "30"}, {"rule", "vickrey"},
		{"reward_uc", "0"}, {"poe_floor_w", "1"}, {"penalty_mc_per_kwh", "2"},
		{"measure", "storage"}, {"limit_inclusive", "true"}, {"gate_lead_s", "3"},
		{"gate_lead_min_s", "4"}, {"date_window_s", "9007199254740992"},
		{"boundary_s", "6"}, {"book", "open"}, {"approval_lead_s", "15"},
		{"approval_silence", "approve"}, {"tariff.import_mc_per_kwh", "7"},
		{"tariff.export_mc_per_kwh", "8"}, {"settlement.fee_buyer_mc_per_kwh", "11"},
		{"settlement.fee_seller_mc_per_kwh", "12"},
		{"settlement.imbalance_long_mc_per_kwh", "13"},
		{"settlement.imbalance_short_mc_per_kwh", "14"}, {"credit_limits_uc.zeta", "9"},
		{"credit_limits_uc.alpha", "1"}, {"credit_limits_uc.alpha", "10"}};
	static const char want[] =
		"{\"from_slot\":5,\"parameters\":{\"approval_lead_s\":15,"
		"\"approval_silence\":\"approve\",\"book\":\"open\",\"boundary_s\":6,"
		"\"credit_limits_uc\":{\"alpha\":10,\"zeta\":9},"
		"\"date_window_s\":9007199254740992,\"gate_lead_min_s\":4,\"gate_lead_s\":3,"
		"\"limit_inclusive\":true,\"measure\":\"storage\",\"penalty_mc_per_kwh\":2,"
		"\"poe_floor_w\":1,\"reward_uc\":0,\"rule\":\"vickrey\",\"seal_wait_s\":30,"
		"\"settlement\":{\"fee_buyer_mc_per_kwh\":11,\"fee_seller_mc_per_kwh\":12,"
		"\"imbalance_long_mc_per_kwh\":13,\"imbalance_short_mc_per_kwh\":14},"
		"\"tariff\":{\"export_mc_per_kwh\":8,\"import_mc_per_kwh\":7}}}";
	struct params_change c = {.from_slot = 5}, back;
	char text[1024];
	struct out out;

	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		assert_int_equal(params_change_name(&c, words[i][0], words[i][1]), VERDICT_OK);
	assert_int_equal(c.given, (1U << PARAM_COUNT) - 1);
	out_init(&out, text, sizeof text);
	params_change_form_write(&out, &c);
	assert_int_equal(out_end(&out), strlen(want));
	assert_string_equal(text, want);
	c = (struct params_change){.from_slot = 5};
	assert_int_equal(params_change_name(&c, "date_window_s", "60"), VERDICT_OK);
	assert_int_equal(params_change_name(&c, "limit_inclusive", "false"), VERDICT_OK);
	assert_int_equal(params_change_name(&c, "tariff.import_mc_per_kwh", "7"), VERDICT_OK);
	out_init(&out, text, sizeof text);
	params_change_form_write(&out, &c);
	assert_int_equal(read_back(text, out_end(&out), &back), VERDICT_OK);
	assert_memory_equal(&back, &c, sizeof c);
}

static void what_is_no_parameter(void **state)
{
	static const char *const words[][2] = {{"slot_s", "900"}, {"name", "x"}, {"roles", "1"},
		{"tariff", "1"}, {"settlement", "1"}, {"settlement.import_mc_per_kwh", "1"},
		{"fee_buyer_mc_per_kwh", "1"}, {"tariff.rule", "uniform"},
		{"import_mc_per_kwh", "1"}, {"credit_limits_uc", "1"}, {"credit_limits_uc.", "1"},
		{"credit_limits_uc.ag", "1"}, {"", "1"}, {"credit_limits_uc.rolea", "x"},
		{"credit_limits_uc.rolea", "-1"}, {"rule", "lottery"}, {"rule", ""},
		{"approval_silence", "change"}, {"reward_uc", ""}, {"reward_uc", "-1"},
		{"reward_uc", "05"}, {"reward_uc", "5 "}, {"reward_uc", "5.0"},
		{"reward_uc", "9007199254740993"}, {"reward_uc", "99999999999999999"},
		{"limit_inclusive", "1"}, {"Rule", "uniform"}};
	struct params_change c = {.from_slot = 5}, was = c;
	char role[] = "credit_limits_uc.rolea";

	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (params_change_name(&c, words[i][0], words[i][1]) != VERDICT_BAD_FIELD)
			fail_msg("%s=%s", words[i][0], words[i][1]);
	}
	assert_memory_equal(&c, &was, sizeof c);
	for (; c.credit_count < PARAMS_ROLES_MAX; role[sizeof role - 2]++)
		assert_int_equal(params_change_name(&c, role, "1"), VERDICT_OK);
	assert_int_equal(params_change_name(&c, role, "1"), VERDICT_TOO_MANY);
	assert_int_equal(params_change_name(&c, "credit_limits_uc.roleb", "2"), VERDICT_OK);
	assert_int_equal(c.credit[1].limit_uc, 2);
}

#define X16 "xxxxxxxxxxxxxxxx"
static const char bounds_text[] =
	"{\"from_slot\":9,\"parameters\":{\"limit_inclusive\":false,\"reward_uc\":5,"
	"\"rule\":\"uniform\",\"tariff\":{\"import_mc_per_kwh\":7},"
	"\"credit_limits_uc\":{\"aggregator\":8}}}";
static const struct {
	const char *from, *to, *field;
	enum verdict verdict;
} bounds[] = {
	{"\"from_slot\":9", "\"from_slot\":2147483647", NULL, VERDICT_OK},
	{"\"from_slot\":9", "\"from_slot\":2147483648", "parameters.from_slot",
		VERDICT_OUT_OF_RANGE},
	{"\"from_slot\":9", "\"from_slot\":-1", "parameters.from_slot", VERDICT_OUT_OF_RANGE},
	{"\"reward_uc\":5", "\"reward_uc\":9007199254740991", NULL, VERDICT_OK},
	{"\"reward_uc\":5", "\"reward_uc\":-1", "parameters.parameters.reward_uc",
		VERDICT_OUT_OF_RANGE},
	{"reward_uc", "reward_cents", "parameters.parameters.reward_cents", VERDICT_BAD_FIELD},
	{"\"uniform\"", "\"Uniform\"", "parameters.parameters.rule", VERDICT_BAD_FIELD},
	{"false", "0", "parameters.parameters.limit_inclusive", VERDICT_BAD_FIELD},
	{"import_mc", "night_mc", "parameters.parameters.tariff.night_mc_per_kwh",
		VERDICT_BAD_FIELD},
	{"tariff\":{\"import_mc", "settlement\":{\"fee_buyer_mc", NULL, VERDICT_OK},
	{"tariff\":{\"import_mc", "settlement\":{\"import_mc",
		"parameters.parameters.settlement.import_mc_per_kwh", VERDICT_BAD_FIELD},
	{"\"aggregator\":8", "", NULL, VERDICT_OK},
	{"aggregator", X16 X16, NULL, VERDICT_OK},
	{"aggregator", X16 X16 "x", "parameters.parameters.credit_limits_uc", VERDICT_BAD_FIELD},
	{"aggregator", "ag", "parameters.parameters.credit_limits_uc.ag", VERDICT_BAD_FIELD},
	{":8}", ":-8}", "parameters.parameters.credit_limits_uc.aggregator", VERDICT_OUT_OF_RANGE},
	{"\"aggregator\":8",
		"\"rolea\":1,\"roleb\":1,\"rolec\":1,\"roled\":1,\"rolee\":1,\"rolef\":1,"
		"\"roleg\":"
		"1",
		NULL, VERDICT_OK},
	{"\"aggregator\":8",
		"\"rolea\":1,\"roleb\":1,\"rolec\":1,\"roled\":1,\"rolee\":1,\"rolef\":1,"
		"\"roleg\":"
		"1,\"roleh\":1",
		"parameters.parameters.credit_limits_uc", VERDICT_BAD_FIELD},
};

static void members_keep_their_bounds(void **state)
{
	struct params_change c;
	char bad[1024];

	(void)state;
	for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
		const char *at = strstr(bounds_text, bounds[i].from);
		enum verdict v;
		assert_non_null(at);
		(void)snprintf(bad, sizeof bad, "%.*s%s%s", (int)(at - bounds_text), bounds_text,
			bounds[i].to, at + strlen(bounds[i].from));
		v = read_back(bad, strlen(bad), &c);
		if (v != bounds[i].verdict ||
			strcmp(field, bounds[i].field ? bounds[i].field : "") != 0)
			fail_msg("%s: %s %s", bounds[i].to, verdict_name(v), field);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_parameter_there_and_back),
		cmocka_unit_test(what_is_no_parameter),
		cmocka_unit_test(members_keep_their_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
