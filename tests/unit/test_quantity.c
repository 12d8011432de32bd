/* Decimal strings with units, exactly: both sides of each bound, and each rounding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include "wire/quantity.h"

enum { NO = -1 };
#define E17 INT64_C(100000000000000000)

static const struct {
	const char *text;
	unsigned decimals;
	int64_t value; /* NO: refused */
} decimals[] = {
	{"0", 0, 0},
	{"0", 3, 0},
	{"10", 0, 10},
	{"10", 3, 10000},
	{"0.125", 3, 125},
	{"0.1250", 3, NO},
	{"0.125", 2, NO},
	{"0.12", 3, 120},
	{"1.0", 1, 10},
	{"1.", 3, NO},
	{".5", 3, NO},
	{"00", 3, NO},
	{"01", 3, NO},
	{"00.5", 3, NO},
	{"0.5", 0, NO},
	{"-1", 3, NO},
	{"+1", 3, NO},
	{" 1", 3, NO},
	{"1 ", 3, NO},
	{"1e3", 3, NO},
	{"0x1", 3, NO},
	{"1,5", 3, NO},
	{"1.2.3", 3, NO},
	{"", 3, NO},
	{"\xd9\xa3", 3, NO}, /* a digit, but not of ours */
	{"100000000000000000", 0, E17},
	{"100000000000000001", 0, NO},
	{"99999999999999999", 0, E17 - 1},
	{"100000000000000.000", 3, E17},
	{"100000000000000.001", 3, NO},
	{"100000000000001", 3, NO},
	{"9223372036854775808", 0, NO},
	{"18446744073709551617", 0, NO},
	{"340282366920938463463374607431768211457", 0, NO},
	{"1.00000000000000000000000000000000", 32, NO},
};

static void decimals_are_read_exactly(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof decimals / sizeof *decimals; i++) {
		int64_t value = -77;
		bool read = decimal_read(decimals[i].text, decimals[i].decimals, &value);
		if (read != (decimals[i].value != NO) || value != (read ? decimals[i].value : -77))
			fail_msg("\"%s\" with %u", decimals[i].text, decimals[i].decimals);
	}
}

static void decimals_go_there_and_back(void **state)
{
	const int64_t values[] = {0, 1, 9, 10, 99, 100, 101, 999, 1000, 1001, 8200, 123456789,
		1000000, 999999, E17 - 1, E17};
	char text[QUANTITY_TEXT_MAX];

	(void)state;
	for (unsigned d = 0; d <= 6; d++) {
		for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
			int64_t back = -1;
			decimal_write(values[i], d, text);
			assert_true(decimal_read(text, d, &back));
			assert_int_equal(back, values[i]);
		}
	}
	decimal_write(1500, 3, text);
	assert_string_equal(text, "1.5");
	decimal_write(1005, 3, text);
	assert_string_equal(text, "1.005");
	decimal_write(1000, 3, text);
	assert_string_equal(text, "1");
	decimal_write(5, 3, text);
	assert_string_equal(text, "0.005");
}

static void energy_has_two_units(void **state)
{
	static const struct {
		const char *unit, *value;
		int64_t wh;
	} cases[] = {
		{"kWh", "10", 10000},
		{"Wh", "10", 10},
		{"kWh", "0.001", 1},
		{"kWh", "0.0001", NO},
		{"Wh", "0.5", NO},
		{"KWh", "10", NO},
		{"wh", "10", NO},
		{"MWh", "10", NO},
		{"", "10", NO},
		{"kWh ", "10", NO},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t wh = -77;
		bool read = energy_read(cases[i].unit, cases[i].value, &wh);
		assert_int_equal(read, cases[i].wh != NO);
		assert_int_equal(wh, read ? cases[i].wh : -77);
	}
}

/* A total that does not divide is rounded so that nobody is worse off than its word. */
static void prices_are_rounded_for_the_sender(void **state)
{
	static const struct {
		const char *unit, *value;
		enum side side;
		int64_t wh, mc;
	} cases[] = {
		{"cents/kWh", "8.2", SIDE_SELL, 10000, 8200},
		{"cents/kWh", "8.2", SIDE_SELL, 0, 8200},
		{"cents/kWh", "0.001", SIDE_BUY, 1, 1},
		{"cents/kWh", "0.0001", SIDE_BUY, 1, NO},
		{"cents", "82", SIDE_SELL, 10000, 8200}, /* the paper's */
		{"cents", "82", SIDE_BUY, 10000, 8200},
		{"cents", "0.000001", SIDE_SELL, 1, 1},
		{"cents", "0.000001", SIDE_SELL, 2, 1},
		{"cents", "0.000001", SIDE_BUY, 2, 0},
		{"cents", "0.000002", SIDE_BUY, 2, 1},
		{"cents", "0.000003", SIDE_SELL, 2, 2},
		{"cents", "0.000003", SIDE_BUY, 2, 1},
		{"cents", "0", SIDE_SELL, 3, 0},
		{"cents", "1", SIDE_SELL, 3, 333334},
		{"cents", "1", SIDE_BUY, 3, 333333},
		{"cents", "1", SIDE_BUY, 0, NO},
		{"cents", "0.0000001", SIDE_BUY, 1, NO},
		{"cents", "100000000000", SIDE_SELL, 100000000, 1000000000},
		{"cents", "100000000001", SIDE_SELL, 1, NO},
		{"cent", "1", SIDE_BUY, 1, NO},
		{"EUR", "1", SIDE_BUY, 1, NO},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t mc = -77;
		bool read =
			price_read(cases[i].unit, cases[i].value, cases[i].side, cases[i].wh, &mc);
		if (read != (cases[i].mc != NO) || mc != (read ? cases[i].mc : -77))
			fail_msg("%s %s for %d Wh: %d", cases[i].value, cases[i].unit,
				(int)cases[i].wh, (int)mc);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decimals_are_read_exactly),
		cmocka_unit_test(decimals_go_there_and_back),
		cmocka_unit_test(energy_has_two_units),
		cmocka_unit_test(prices_are_rounded_for_the_sender),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
