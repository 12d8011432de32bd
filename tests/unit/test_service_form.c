/* Tariffs and activations: what their readers take and refuse, and that what is written is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "core/units.h"
#include "tests/unit/request_reader.h"
#include "wire/service_form.h"

enum { TEXT_MAX = 4096 };

static const struct edit_case cases[] = {
	{OPERATION_TARIFF, "96", "0", NULL, VERDICT_OK},
	{OPERATION_TARIFF, "96", "-1", "parameters.first_slot", VERDICT_OUT_OF_RANGE},
	{OPERATION_TARIFF, "[8000,7500]", "[0,10000000]", NULL, VERDICT_OK},
	{OPERATION_TARIFF, "[8000,7500]", "[0,10000001]", "parameters.export_mc_per_kwh",
		VERDICT_OUT_OF_RANGE},
	{OPERATION_TARIFF, "[8000,7500]", "[-1,0]", "parameters.export_mc_per_kwh",
		VERDICT_OUT_OF_RANGE},
	{OPERATION_TARIFF, "[8000,7500]", "[8000]", "parameters.import_mc_per_kwh",
		VERDICT_BAD_FIELD},
	{OPERATION_TARIFF, "[8000,7500]", "[]", "parameters.export_mc_per_kwh", VERDICT_BAD_FIELD},
	{OPERATION_TARIFF, "[30000,27500]", "[30000,0.5]", "parameters.import_mc_per_kwh",
		VERDICT_BAD_FIELD},
	{OPERATION_TARIFF, "[9100,0]", "[9100]", "parameters.wholesale_mc_per_kwh",
		VERDICT_BAD_FIELD},
	{OPERATION_TARIFF, "[9100,0]", "[9100,-1]", "parameters.wholesale_mc_per_kwh",
		VERDICT_OUT_OF_RANGE},
	{OPERATION_TARIFF, ",\"wholesale_mc_per_kwh\":[9100,0]", "", NULL, VERDICT_OK},
	{OPERATION_ACTIVATE, "\"900\"", "\"100000000\"", NULL, VERDICT_OK},
	{OPERATION_ACTIVATE, "\"900\"", "\"100000001\"", "parameters.energy.value",
		VERDICT_OUT_OF_RANGE},
	{OPERATION_ACTIVATE, "\"900\"", "\"0\"", "parameters.energy.value", VERDICT_OUT_OF_RANGE},
	{OPERATION_ACTIVATE, "\"31.5\"", "\"10000\"", NULL, VERDICT_OK},
	{OPERATION_ACTIVATE, "\"31.5\"", "\"10000.001\"", "parameters.price.value",
		VERDICT_OUT_OF_RANGE},
	{OPERATION_ACTIVATE, "\"31.5\"", "\"31.5005\"", "parameters.price.value",
		VERDICT_BAD_FIELD},
	{OPERATION_ACTIVATE, "cents/kWh", "cents", "parameters.price.value", VERDICT_BAD_FIELD},
	{OPERATION_ACTIVATE, "\"up\"", "\"down\"", NULL, VERDICT_OK},
	{OPERATION_ACTIVATE, "\"up\"", "\"off\"", "parameters.regulation", VERDICT_BAD_FIELD},
	{OPERATION_ACTIVATE, "storage", "before-after", NULL, VERDICT_OK},
	{OPERATION_ACTIVATE, "storage", "battery", "parameters.measure", VERDICT_BAD_FIELD},
	{OPERATION_ACTIVATE, "\"measure\":\"storage\",", "", NULL, VERDICT_OK},
	{OPERATION_ACTIVATE, "96", "-1", "parameters.slot", VERDICT_OUT_OF_RANGE},
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
	assert_int_equal(read_edited(OPERATION_TARIFF, "96", "96"), VERDICT_OK);
	assert_int_equal(tx->kind, TX_TARIFF);
	assert_int_equal(tx->u.tariff.first_slot, 96);
	assert_int_equal(tx->u.tariff.count, 2);
	assert_int_equal(tx->u.tariff.export_mc[0], 8000);
	assert_int_equal(tx->u.tariff.import_mc[1], 27500);
	assert_int_equal(tx->u.tariff.wholesale_mc[0], 9100);
	assert_int_equal(read_edited(OPERATION_TARIFF, ",\"wholesale_mc_per_kwh\":[9100,0]", ""),
		VERDICT_OK);
	assert_null(tx->u.tariff.wholesale_mc);
	assert_int_equal(read_edited(OPERATION_ACTIVATE, "96", "97"), VERDICT_OK);
	assert_int_equal(tx->kind, TX_ACTIVATE);
	assert_int_equal(tx->u.activate.slot, 97);
	assert_int_equal(tx->u.activate.regulation, REGULATION_UP);
	assert_int_equal(tx->u.activate.measure, MEASURE_STORAGE);
	assert_int_equal(tx->u.activate.energy_wh, 900);
	assert_int_equal(tx->u.activate.price_mc_per_kwh, 31500);
}

static void written(const char *operation, const char *parameters)
{
	char text[2 * TEXT_MAX];

	(void)snprintf(text, sizeof text,
		"{\"date\":\"2018-01-01 00:00:00\",\"operation\":\"%s\",\"parameters\":%s,"
		"\"reqId\":\"0123456789012345678901234567890123456789012345678901234567890123\"}",
		operation, parameters);
	assert_true(strlen(text) + 256 < operation_text_max(operation_from_name(operation)));
	assert_int_equal(request_read_body(workspace, SAMPLE_MARKET, operation_from_name(operation),
				 text, strlen(text), &request, &error),
		VERDICT_OK);
}

/* The most that there can be of all three arrays fits into a message. */
static void what_is_written_is_read(void **state)
{
	int32_t most[SCHEDULE_SLOTS_MAX];
	struct tariff_window window = {2147483647 - 96, 96, most, most, most};
	struct activation_terms terms = {7, REGULATION_DOWN, (enum measure)0, 1234, 5678};
	const struct tx *tx = &request.command.u.tx;
	char parameters[TEXT_MAX - 512];
	struct out out;

	(void)state;
	for (int i = 0; i < SCHEDULE_SLOTS_MAX; i++)
		most[i] = PRICE_MC_MAX;
	for (int i = 0; i < 2; i++) {
		out_init(&out, parameters, sizeof parameters);
		service_form_write_tariff(&out, SAMPLE_ADDRESS, &window);
		assert_int_not_equal(out_end(&out), 0);
		written("tariff", parameters);
		assert_int_equal(tx->u.tariff.count, 96);
		assert_int_equal(tx->u.tariff.import_mc[95], PRICE_MC_MAX);
		assert_true((tx->u.tariff.wholesale_mc != NULL) == (i == 0));
		window.wholesale_mc = NULL;
	}
	for (int i = 0; i < 2; i++) {
		out_init(&out, parameters, sizeof parameters);
		service_form_write_activate(&out, SAMPLE_ADDRESS, &terms);
		assert_int_not_equal(out_end(&out), 0);
		written("activate", parameters);
		assert_memory_equal(&tx->u.activate, &terms, sizeof terms);
		terms.measure = MEASURE_BEFORE_AFTER;
	}
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
