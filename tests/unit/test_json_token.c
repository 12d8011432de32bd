#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "wire/json_token.h"

static void utf8_is_valid_or_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t length; /* 0: refused */
		uint32_t code;
	} cases[] = {
		{"\xC2\x80", 2, 0x80},
		{"\xDF\xBF", 2, 0x7FF},
		{"\xE0\xA0\x80", 3, 0x800},
		{"\xED\x9F\xBF", 3, 0xD7FF},
		{"\xEE\x80\x80", 3, 0xE000},
		{"\xEF\xBF\xBF", 3, 0xFFFF},
		{"\xF0\x90\x80\x80", 4, 0x10000},
		{"\xF4\x8F\xBF\xBF", 4, 0x10FFFF},
		{"\x80", 0, 0},
		{"\xBF\xBF", 0, 0},
		{"\xC0\x80", 0, 0},
		{"\xC1\xBF", 0, 0},
		{"\xC2", 0, 0},
		{"\xC2\x7F", 0, 0},
		{"\xC2\xC0", 0, 0},
		{"\xE0\x9F\xBF", 0, 0},
		{"\xED\xA0\x80", 0, 0},
		{"\xED\xBF\xBF", 0, 0},
		{"\xE1\x80", 0, 0},
		{"\xE1\x80\x41", 0, 0},
		{"\xF0\x8F\xBF\xBF", 0, 0},
		{"\xF4\x90\x80\x80", 0, 0},
		{"\xF5\x80\x80\x80", 0, 0},
		{"\xF8\x88\x80\x80\x80", 0, 0},
		{"\xFF", 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint32_t code = 0;

		assert_int_equal(json_token_utf8(cases[i].bytes, strlen(cases[i].bytes), &code),
			cases[i].length);
		assert_int_equal(code, cases[i].code);
	}
	assert_int_equal(json_token_utf8("\xC3\xA9", 1, &(uint32_t){0}), 0);
	assert_int_equal(json_token_utf8("\xF0\x90\x80\x80", 3, &(uint32_t){0}), 0);
	assert_int_equal(json_token_utf8("", 0, &(uint32_t){0}), 0);
}

static void every_code_point_survives_encoding(void **state)
{
	(void)state;
	for (uint32_t code = 1; code <= 0x10FFFF; code++) {
		char text[5] = "";
		const char *at = text;
		size_t length = json_token_put(code, text);
		uint32_t back = 0;

		if (code == '\\')
			continue;
		if (code >= 0xD800 && code <= 0xDFFF) {
			assert_int_equal(json_token_utf8(text, length, &back), 0);
			continue;
		}
		if (code >= 0x80)
			assert_int_equal(json_token_utf8(text, length, &back), length);
		assert_int_equal(json_token_next(&at), code);
		assert_ptr_equal(at, text + length);
	}
}

static void escapes_decode_to_their_characters(void **state)
{
	static const uint32_t want[] = {
		'"', '\\', '/', 8, 12, 10, 13, 9, 0, 0xE9, 0x20AC, 0x1F602, 0x10FFFF, 'z'};
	const char *text = "\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\u00E9\\u20ac\\uD83D\\uDe02"
			   "\\uDBFF\\uDFFFz...........";

	(void)state;
	for (size_t i = 0; i < sizeof want / sizeof *want; i++)
		assert_int_equal(json_token_next(&text), want[i]);
}

static void tokens_tell_their_length(void **state)
{
	struct json_token token;

	(void)state;
	assert_int_equal(json_token_string("\"ab\"cd", 6, JSON_PROFILE_ANY, &token), JSON_OK);
	assert_int_equal(token.length, 4);
	assert_false(token.escaped);
	assert_int_equal(json_token_string("\"\\\"\"\"", 5, JSON_PROFILE_ANY, &token), JSON_OK);
	assert_int_equal(token.length, 4);
	assert_true(token.escaped);
	assert_int_equal(json_token_number("-1.5e+2]", 8, JSON_PROFILE_ANY, &token), JSON_OK);
	assert_int_equal(token.length, 7);
	assert_int_equal(json_token_number("12", 1, JSON_PROFILE_ANY, &token), JSON_OK);
	assert_int_equal(token.length, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8_is_valid_or_refused),
		cmocka_unit_test(every_code_point_survives_encoding),
		cmocka_unit_test(escapes_decode_to_their_characters),
		cmocka_unit_test(tokens_tell_their_length),
	};

	return cmocka_run_group_tests_name("json_token", tests, NULL, NULL);
}
