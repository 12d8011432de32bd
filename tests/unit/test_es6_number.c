#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "wire/es6_number.h"

enum { RANDOM_DOUBLES = 1000000 };

static double double_of(uint64_t bits)
{
	double value;

	memcpy(&value, &bits, sizeof value);
	return value;
}

static uint64_t bits_of(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof bits);
	return bits;
}

/* The text of a double with a NUL. */
static const char *print(double value)
{
	static char text[ES6_NUMBER_MAX + 1];
	size_t len = es6_number_print(value, text);

	assert_true(len <= ES6_NUMBER_MAX);
	text[len] = '\0';
	return text;
}

static void doubles_print_as_rfc_8785_appendix_b(void **state)
{
	static const struct {
		uint64_t bits;
		const char *want;
	} cases[] = {
		{0x0000000000000000, "0"},
		{0x8000000000000000, "0"},
		{0x0000000000000001, "5e-324"},
		{0x8000000000000001, "-5e-324"},
		{0x7fefffffffffffff, "1.7976931348623157e+308"},
		{0xffefffffffffffff, "-1.7976931348623157e+308"},
		{0x4340000000000000, "9007199254740992"},
		{0xc340000000000000, "-9007199254740992"},
		{0x4430000000000000, "295147905179352830000"},
		{0x44b52d02c7e14af5, "9.999999999999997e+22"},
		{0x44b52d02c7e14af6, "1e+23"},
		{0x44b52d02c7e14af7, "1.0000000000000001e+23"},
		{0x444b1ae4d6e2ef4e, "999999999999999700000"},
		{0x444b1ae4d6e2ef4f, "999999999999999900000"},
		{0x444b1ae4d6e2ef50, "1e+21"},
		{0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
		{0x3eb0c6f7a0b5ed8d, "0.000001"},
		{0x41b3de4355555553, "333333333.3333332"},
		{0x41b3de4355555554, "333333333.33333325"},
		{0x41b3de4355555555, "333333333.3333333"},
		{0x41b3de4355555556, "333333333.3333334"},
		{0x41b3de4355555557, "333333333.33333343"},
		{0xbecbf647612f3696, "-0.0000033333333333333333"},
		{0x43143ff3c1cb0959, "1424953923781206.2"},
		{0x3d30000000000000, "5.684341886080802e-14"}, /* 2^-44: nearest 16 digits miss */
		{0x0010000000000000, "2.2250738585072014e-308"},
		{0x3ff0000000000000, "1"},
		{0x3fe0000000000000, "0.5"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(print(double_of(cases[i].bits)), cases[i].want);
}

static void texts_become_their_canonical_form(void **state)
{
	static const char *const cases[][2] = {
		{"0", "0"},
		{"-0", "0"},
		{"0.00", "0"},
		{"-0.0", "0"},
		{"0e7", "0"},
		{"1", "1"},
		{"-1", "-1"},
		{"100", "100"},
		{"1.50", "1.5"},
		{"-10.00", "-10"},
		{"0.72", "0.72"},
		{"0.10", "0.1"},
		{"123456789012345", "123456789012345"},
		{"9007199254740991", "9007199254740991"},
		{"9007199254740992", "9007199254740992"},
		{"9007199254740993", "9007199254740992"},
		{"9007199254740995", "9007199254740996"},
		{"12345678901234567", "12345678901234568"},
		{"0.000001", "0.000001"},
		{"0.0000010", "0.000001"},
		{"0.0000001", "1e-7"},
		{"0.00000012", "1.2e-7"},
		{"1e3", "1000"},
		{"1E30", "1e+30"},
		{"4.50", "4.5"},
		{"2e-3", "0.002"},
		{"1e20", "100000000000000000000"},
		{"1e21", "1e+21"},
		{"333333333.33333329", "333333333.3333333"},
		{"1e-999", "0"},
		{"-1e-99999999999999999999", "0"},
		{"0.1000000000000000055511151231257827021181583404541015625", "0.1"},
		{"1.0000000000000000", "1"},
		{"123456789.0123456", "123456789.0123456"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[ES6_NUMBER_MAX + 1];
		size_t len = es6_number_text(cases[i][0], strlen(cases[i][0]), text);

		text[len] = '\0';
		assert_string_equal(text, cases[i][1]);
	}
}

static void long_texts_read_to_the_nearest_double(void **state)
{
	/* Exactly between 1 and the next double: to even; anything above it: up. */
	static const char middle[] = "1.00000000000000011102230246251565404236316680908203125";
	char text[3000];
	size_t len = sizeof middle - 1;

	(void)state;
	memcpy(text, middle, len);
	assert_true(es6_number_read(text, len) == 1.0);
	memset(text + len, '0', sizeof text - len);
	assert_true(es6_number_read(text, sizeof text) == 1.0);
	text[sizeof text - 1] = '1';
	assert_true(es6_number_read(text, sizeof text) > 1.0);
	memset(text, '9', sizeof text);
	assert_true(isinf(es6_number_read(text, sizeof text)));
	text[0] = '-';
	assert_true(es6_number_read(text, sizeof text) == -INFINITY);
	memset(text, '0', sizeof text);
	text[1] = '.';
	memcpy(text + sizeof text - 7, "1e2993", 6);
	assert_true(es6_number_read(text, sizeof text - 1) == 10.0);
}

/* Whether some decimal of `digits` digits near value reads back as value: the one below it or the
 * one above it would. */
static int some_text_of(double value, int digits)
{
	char text[64];
	char *exponent;
	long long near;
	long power;

	(void)snprintf(text, sizeof text, "%.*e", digits - 1, value);
	exponent = strchr(text, 'e');
	power = strtol(exponent + 1, NULL, 10) - (digits - 1);
	*exponent = '\0';
	if (digits > 1)
		memmove(text + 1, text + 2, strlen(text + 2) + 1);
	near = strtoll(text, NULL, 10);
	for (long long n = near - 1; n <= near + 1; n++) {
		(void)snprintf(text, sizeof text, "%llde%ld", n, power);
		if (strtod(text, NULL) == value)
			return 1;
	}
	return 0;
}

static int significant(const char *text)
{
	int count = 0;
	int zeros = 0;

	for (; *text && *text != 'e'; text++) {
		if (*text == '0' && count == 0)
			continue;
		zeros = *text == '0' ? zeros + 1 : *text == '.' ? zeros : 0;
		count += *text != '.';
	}
	return count - zeros;
}

static void check_shortest(double value)
{
	const char *text = print(value);
	int digits = significant(text);

	if (bits_of(strtod(text, NULL)) != bits_of(value))
		fail_msg("%a prints as %s", value, text);
	if (digits > 1 && some_text_of(value, digits - 1))
		fail_msg("%a has a shorter text than %s", value, text);
}

static uint64_t next_random(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

static void random_doubles_print_shortest_and_read_back(void **state)
{
	const char *given = getenv("SEED");
	uint64_t x = given ? strtoull(given, NULL, 10) : 20250101;

	(void)state;
	printf("SEED=%llu\n", (unsigned long long)x);
	for (int i = 0; i < RANDOM_DOUBLES; i++) {
		double value = double_of(next_random(&x) & INT64_MAX);

		if (isfinite(value))
			check_shortest(value);
	}
	for (int exponent = -1074; exponent < 1024; exponent++)
		check_shortest(ldexp(1, exponent));
}

/* Every decimal of two places up to 1,000,000.00 is its own canonical form. */
static void hundredths_agree_with_their_doubles(void **state)
{
	(void)state;
	for (unsigned i = 0; i <= 100000000; i += 997) {
		char text[32], by_digits[ES6_NUMBER_MAX], by_double[ES6_NUMBER_MAX];
		size_t len = (size_t)snprintf(text, sizeof text, "%u.%02u", i / 100, i % 100);
		size_t a = es6_number_text(text, len, by_digits);
		size_t b = es6_number_print(strtod(text, NULL), by_double);

		assert_int_equal(a, b);
		assert_memory_equal(by_digits, by_double, a);
	}
}

/* Select a locale whose decimal point is a comma: an installed one, or one compiled into `folder`
 * where the sources of locales are at hand. */
static bool use_a_comma(const char *folder)
{
	char command[256];

	if (setlocale(LC_NUMERIC, "de_DE.UTF-8"))
		return true;
	(void)snprintf(command, sizeof command,
		"localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8 >%s/log 2>&1", folder, folder);
	(void)!system(command);
	assert_int_equal(setenv("LOCPATH", folder, 1), 0);
	return setlocale(LC_NUMERIC, "de_DE.UTF-8") != NULL;
}

static void the_locale_does_not_matter(void **state)
{
	char folder[] = "/tmp/test_es6_number.XXXXXX";
	char command[64], text[16];
	bool comma;

	(void)state;
	assert_non_null(mkdtemp(folder));
	comma = use_a_comma(folder);
	(void)snprintf(command, sizeof command, "rm -r %s", folder);
	assert_int_equal(system(command), 0);
	if (!comma) {
		printf("notice: skipped the locale test, no locale with a comma at hand\n");
		skip();
	}
	(void)snprintf(text, sizeof text, "%.1f", 1.5);
	assert_string_equal(text, "1,5");
	assert_string_equal(print(1.5), "1.5");
	assert_string_equal(print(-1.25e-10), "-1.25e-10");
	assert_true(es6_number_read("1.5", 3) == 1.5);
	assert_true(es6_number_read("12.5e-1", 7) == 1.25);
	(void)setlocale(LC_NUMERIC, "C");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(doubles_print_as_rfc_8785_appendix_b),
		cmocka_unit_test(texts_become_their_canonical_form),
		cmocka_unit_test(long_texts_read_to_the_nearest_double),
		cmocka_unit_test(random_doubles_print_shortest_and_read_back),
		cmocka_unit_test(hundredths_agree_with_their_doubles),
		cmocka_unit_test(the_locale_does_not_matter),
	};

	return cmocka_run_group_tests_name("es6_number", tests, NULL, NULL);
}
