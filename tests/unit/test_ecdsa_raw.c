#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "wire/ecdsa_raw.h"
#include "wire/text.h"

#define N "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
#define N_LESS_1 "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550"
#define HALF "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8"
#define HALF_PLUS_1 "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a9"
#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"
#define ONE "0000000000000000000000000000000000000000000000000000000000000001"
#define ONES "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"

static size_t bytes_of(const char *hex, uint8_t *out, size_t size)
{
	size_t len = 0;

	assert_true(text_hex_read(hex, strlen(hex), out, size, &len));
	return len;
}

static void scalars_have_their_bounds(void **state)
{
	static const struct {
		const char *hex;
		bool valid, low;
	} cases[] = {
		{ZERO, false, true},
		{ONE, true, true},
		{HALF, true, true},
		{HALF_PLUS_1, true, false},
		{N_LESS_1, true, false},
		{N, false, false},
		{ONES, false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t scalar[ECDSA_SCALAR_LEN];

		bytes_of(cases[i].hex, scalar, sizeof scalar);
		assert_int_equal(ecdsa_scalar_is_valid(scalar), cases[i].valid);
		assert_int_equal(ecdsa_scalar_is_low(scalar), cases[i].low);
	}
}

static void der_is_the_shortest(void **state)
{
	static const struct {
		const char *raw, *der;
	} cases[] = {
		{ONE ONE, "3006020101020101"},
		{N_LESS_1 ONE, "3026022100" N_LESS_1 "020101"},
		{ONE HALF, "30250201010220" HALF},
		{N_LESS_1 N_LESS_1, "3046022100" N_LESS_1 "022100" N_LESS_1},
		{"000000000000000000000000000000000000000000000000000000000000007f"
		 "0000000000000000000000000000000000000000000000000000000000000080",
			"300702017f02020080"},
		{"0080000000000000000000000000000000000000000000000000000000000000" ONE,
			"3025022000"
			"80000000000000000000000000000000000000000000000000000000000000"
			"020101"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t raw[ECDSA_RAW_LEN], back[ECDSA_RAW_LEN];
		uint8_t der[ECDSA_DER_MAX], want[ECDSA_DER_MAX];
		size_t want_len = bytes_of(cases[i].der, want, sizeof want);

		bytes_of(cases[i].raw, raw, sizeof raw);
		assert_int_equal(ecdsa_raw_to_der(raw, der), want_len);
		assert_memory_equal(der, want, want_len);
		assert_true(ecdsa_raw_from_der(der, want_len, back));
		assert_memory_equal(back, raw, ECDSA_SCALAR_LEN);
		if (ecdsa_scalar_is_low(raw + ECDSA_SCALAR_LEN))
			assert_memory_equal(back, raw, sizeof raw);
	}
}

static void reading_lowers_s(void **state)
{
	static const char *const cases[][2] = {
		{N_LESS_1, ONE},
		{HALF_PLUS_1, HALF},
		{HALF, HALF},
		{ONE, ONE},
		{"f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
			"0834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t raw[ECDSA_RAW_LEN] = {[31] = 9}, want[ECDSA_SCALAR_LEN];
		uint8_t der[ECDSA_DER_MAX];
		size_t len;

		bytes_of(cases[i][0], raw + ECDSA_SCALAR_LEN, ECDSA_SCALAR_LEN);
		bytes_of(cases[i][1], want, sizeof want);
		len = ecdsa_raw_to_der(raw, der);
		assert_true(ecdsa_raw_from_der(der, len, raw));
		assert_int_equal(raw[31], 9);
		assert_memory_equal(raw + ECDSA_SCALAR_LEN, want, sizeof want);
	}
}

static void what_is_no_signature_is_refused(void **state)
{
	static const char *const cases[] = {
		"",
		"30",
		"3000",
		"3003020101",
		"3106020101020101",
		"3007020101020101",
		"300602010102010100",
		"300702010102010100",
		"3005020101020101",
		"3006030101020101",
		"3006020101020201",
		"300502010102000101",
		"3006020100020101",
		"3006020101020100",
		"3026022100" N "020101",
		"3027022201" N "00020101",
	};
	uint8_t raw[ECDSA_RAW_LEN] = {7};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t der[ECDSA_DER_MAX + 2];
		size_t len = bytes_of(cases[i], der, sizeof der);

		assert_false(ecdsa_raw_from_der(der, len, raw));
		assert_int_equal(raw[0], 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scalars_have_their_bounds),
		cmocka_unit_test(der_is_the_shortest),
		cmocka_unit_test(reading_lowers_s),
		cmocka_unit_test(what_is_no_signature_is_refused),
	};

	return cmocka_run_group_tests_name("ecdsa_raw", tests, NULL, NULL);
}
