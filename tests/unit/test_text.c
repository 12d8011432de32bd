#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "wire/text.h"

static void rfc_4648_vectors(void **state)
{
	static const struct {
		const char *data, *base64url, *hex, *base32;
	} cases[] = {
		{"", "", "", ""},
		{"f", "Zg", "66", "my"},
		{"fo", "Zm8", "666f", "mzxq"},
		{"foo", "Zm9v", "666f6f", "mzxw6"},
		{"foob", "Zm9vYg", "666f6f62", "mzxw6yq"},
		{"fooba", "Zm9vYmE", "666f6f6261", "mzxw6ytb"},
		{"foobar", "Zm9vYmFy", "666f6f626172", "mzxw6ytboi"},
		{"\xFB\xFF\xFE", "-__-", "fbfffe", "7p774"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t len = strlen(cases[i].data);
		char out[16];

		assert_true(text_base64url_write(cases[i].data, len, out, sizeof out));
		assert_string_equal(out, cases[i].base64url);
		assert_int_equal(strlen(out), TEXT_BASE64URL_LEN(len));
		assert_true(text_hex_write(cases[i].data, len, out, sizeof out));
		assert_string_equal(out, cases[i].hex);
		assert_int_equal(strlen(out), TEXT_HEX_LEN(len));
		assert_true(text_base32_write(cases[i].data, len * 8, out, sizeof out));
		assert_string_equal(out, cases[i].base32);
		assert_int_equal(strlen(out), TEXT_BASE32_LEN(len * 8));
	}
}

static void all_bytes_come_back(void **state)
{
	uint8_t data[300], back[300];
	char text[700];

	(void)state;
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i * 151 + i / 256);
	for (size_t len = 0; len <= sizeof data; len++) {
		size_t got = 999;

		assert_true(text_base64url_write(data, len, text, sizeof text));
		assert_true(text_base64url_read(text, strlen(text), back, len, &got));
		assert_int_equal(got, len);
		assert_memory_equal(back, data, len);
		assert_true(text_hex_write(data, len, text, sizeof text));
		assert_true(text_hex_read(text, strlen(text), back, len, &got));
		assert_int_equal(got, len);
		assert_memory_equal(back, data, len);
		assert_true(text_base32_write(data, len * 8, text, sizeof text));
		assert_true(text_base32_read(text, strlen(text), len * 8, back, len));
		assert_memory_equal(back, data, len);
	}
}

static void base32_counts_bits(void **state)
{
	static const uint8_t ones[] = {0xFF, 0xFF, 0xFF};
	uint8_t back[3];
	char text[8];

	(void)state;
	for (size_t bits = 0; bits <= 24; bits++) {
		size_t bytes = (bits + 7) / 8;

		assert_true(text_base32_write(ones, bits, text, sizeof text));
		assert_int_equal(strlen(text), (bits + 4) / 5);
		memset(back, 0, sizeof back);
		assert_true(text_base32_read(text, strlen(text), bits, back, bytes));
		for (size_t i = 0; i < 24; i++)
			assert_int_equal(back[i / 8] >> (7 - i % 8) & 1, i < bits);
	}
	assert_true(text_base32_write(ones, 6, text, sizeof text));
	assert_string_equal(text, "7q"); /* 11111 1.... */
}

static void room_is_checked_on_both_sides(void **state)
{
	char text[8] = "same";
	uint8_t out[4] = {1, 2, 3, 4};
	size_t len = 99;

	(void)state;
	assert_false(text_base64url_write("abc", 3, text, 4));
	assert_false(text_hex_write("ab", 2, text, 4));
	assert_false(text_base32_write("ab", 16, text, 4));
	assert_false(text_base64url_write("", 0, text, 0));
	assert_string_equal(text, "same");
	assert_true(text_base64url_write("abc", 3, text, 5));
	assert_true(text_hex_write("ab", 2, text, 5));
	assert_true(text_base32_write("ab", 16, text, 5));
	assert_true(text_base64url_write(NULL, 0, text, 1));

	assert_false(text_base64url_read("Zm9v", 4, out, 2, &len));
	assert_false(text_hex_read("666f", 4, out, 1, &len));
	assert_false(text_base32_read("mzxq", 4, 16, out, 1));
	assert_int_equal(len, 99);
	assert_memory_equal(out, ((uint8_t[]){1, 2, 3, 4}), 4);
	assert_true(text_base64url_read("Zm9v", 4, out, 3, &len));
	assert_int_equal(len, 3);
	assert_int_equal(out[3], 4);
	assert_true(text_hex_read("666f", 4, out, 2, &len));
	assert_true(text_base32_read("mzxq", 4, 16, out, 2));
}

static void only_the_one_text_of_the_bytes_is_read(void **state)
{
	static const char *const base64url[] = {"Z", "A", "AAAAA", "Zh", "Zm9",
		"Zg==", "Zm9=", "Zm+v", "Zm/v", "Zm9v\n", " Zm9", "Zm9vZ", "Zm\xC3\xA9"};
	static const char *const hex[] = {"6", "6F", "6g", "0x", "66 6f", "666"};
	static const char *const base32[] = {"MY", "mz", "m", "myy", "m1", "m0", "m8", "m9", "my="};
	uint8_t out[8];
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof base64url / sizeof *base64url; i++)
		assert_false(text_base64url_read(
			base64url[i], strlen(base64url[i]), out, sizeof out, &len));
	for (size_t i = 0; i < sizeof hex / sizeof *hex; i++)
		assert_false(text_hex_read(hex[i], strlen(hex[i]), out, sizeof out, &len));
	for (size_t i = 0; i < sizeof base32 / sizeof *base32; i++)
		assert_false(text_base32_read(base32[i], strlen(base32[i]), 8, out, sizeof out));
	assert_false(text_base64url_read("Zm\0v", 4, out, sizeof out, &len));
	assert_false(text_hex_read("6\0", 2, out, sizeof out, &len));
	assert_true(text_base32_read("my", 2, 8, out, sizeof out));
}

/* Of all 2^24 texts of three characters none but those a writer makes is read. */
static void every_text_that_is_read_is_what_a_writer_writes(void **state)
{
	unsigned read = 0;
	char text[4], back[8];
	uint8_t out[4];
	size_t len;

	(void)state;
	for (unsigned n = 0; n < 1u << 24; n += 3) {
		text[0] = (char)(n >> 16);
		text[1] = (char)(n >> 8);
		text[2] = (char)n;
		if (!text_base64url_read(text, 3, out, sizeof out, &len))
			continue;
		assert_true(text_base64url_write(out, len, back, sizeof back));
		assert_memory_equal(back, text, 3);
		read++;
	}
	assert_in_range(read, 65536 / 3 - 200, 65536 / 3 + 200);
}

static void an_address_is_the_first_130_bits(void **state)
{
	uint8_t hash[32] = {0}, bits[ADDRESS_BYTES];
	char address[ADDRESS_LEN + 1];

	(void)state;
	address_from_key_hash(hash, address);
	assert_string_equal(address, "aaaaaaaaaaaaaaaaaaaaaaaaaa");
	hash[16] = 0x3F; /* beyond the 130 bits */
	hash[17] = 0xFF;
	address_from_key_hash(hash, address);
	assert_string_equal(address, "aaaaaaaaaaaaaaaaaaaaaaaaaa");
	hash[16] = 0x40; /* the last of them */
	address_from_key_hash(hash, address);
	assert_string_equal(address, "aaaaaaaaaaaaaaaaaaaaaaaaab");
	assert_true(address_read(address, ADDRESS_LEN, bits));
	assert_memory_equal(bits, hash, ADDRESS_BYTES);
	memset(hash, 0xFF, sizeof hash);
	address_from_key_hash(hash, address);
	assert_string_equal(address, "77777777777777777777777777");

	memset(bits, 1, sizeof bits);
	assert_false(address_read(address, ADDRESS_LEN - 1, bits));
	assert_false(address_read("777777777777777777777777777", 27, bits));
	assert_false(address_read("7777777777777777777777777A", 26, bits));
	assert_int_equal(bits[0], 1);
	assert_true(address_read(address, ADDRESS_LEN, bits));
	assert_int_equal(bits[16], 0xC0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc_4648_vectors),
		cmocka_unit_test(all_bytes_come_back),
		cmocka_unit_test(base32_counts_bits),
		cmocka_unit_test(room_is_checked_on_both_sides),
		cmocka_unit_test(only_the_one_text_of_the_bytes_is_read),
		cmocka_unit_test(every_text_that_is_read_is_what_a_writer_writes),
		cmocka_unit_test(an_address_is_the_first_130_bits),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
