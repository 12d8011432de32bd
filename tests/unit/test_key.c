#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "wire/digest.h"
#include "wire/key.h"

/* The base points of the two curves. */
static const char p256_text[] = "p256:A2sX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKW";
static const char ed25519_text[] = "ed25519:WGZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmY";

static void texts_come_back(void **state)
{
	const char *const texts[] = {p256_text, ed25519_text};
	const size_t lens[] = {KEY_P256_LEN, KEY_ED25519_LEN};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct public_key key;
		char text[KEY_TEXT_MAX + 1];

		assert_int_equal(key_parse(texts[i], strlen(texts[i]), &key), ERR_OK);
		assert_int_equal(key.alg, i + 1);
		assert_int_equal(key.len, lens[i]);
		assert_int_equal(key_check(&key), ERR_OK);
		key_print(&key, text);
		assert_string_equal(text, texts[i]);
	}
	assert_int_equal(strlen(ed25519_text), KEY_TEXT_MAX);
	assert_string_equal(key_alg_name(KEY_P256), "p256");
	assert_string_equal(key_alg_name(KEY_ED25519), "ed25519");
	assert_null(key_alg_name((enum key_alg)0));
	assert_null(key_alg_name((enum key_alg)3));
}

static void only_the_exact_text_is_read(void **state)
{
	static const char *const cases[] = {
		"",
		"p256",
		"p256:",
		"P256:A2sX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKW",
		"p256 A2sX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKW",
		"p384:A2sX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKW",
		" p256:A2sX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKW",
		"p256:A2sX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKW=",
		"p256:A2sX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKW\n",
		"p256:A2sX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWAA",
		"p256:A2sX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmM",
		"p256:A2sX0fLhLEJH+Lzm5WOkQPJ3A32BLeszoPShOUXYmMKW",
		"p256:WGZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmY",
		"ed25519:WGZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZ",
		"ed25519:WGZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZg",
		"ed25519:A2sX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKW",
		"ed25519",
	};
	struct public_key key, before;

	(void)state;
	memset(&key, 0x5A, sizeof key);
	memset(&before, 0x5A, sizeof before);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		/* A copy of exactly this size, so that a sanitizer sees a byte read too many. */
		size_t len = strlen(cases[i]);
		char *copy = malloc(len + (len == 0));

		assert_non_null(copy);
		memcpy(copy, cases[i], len);
		assert_int_equal(key_parse(copy, len, &key), ERR_FORMAT);
		assert_memory_equal(&key, &before, sizeof key);
		free(copy);
	}
}

static void check_looks_at_algorithm_length_and_point(void **state)
{
	struct public_key key;

	(void)state;
	assert_int_equal(key_parse(p256_text, strlen(p256_text), &key), ERR_OK);
	key.len--;
	assert_int_equal(key_check(&key), ERR_FORMAT);
	key.len++;
	key.alg = KEY_ED25519;
	assert_int_equal(key_check(&key), ERR_FORMAT);
	key.alg = (enum key_alg)0;
	assert_int_equal(key_check(&key), ERR_FORMAT);
	key.alg = (enum key_alg)3;
	assert_int_equal(key_check(&key), ERR_FORMAT);
	key.alg = KEY_P256;
	assert_int_equal(key_check(&key), ERR_OK);
	key.bytes[0] = 4;
	assert_int_equal(key_check(&key), ERR_FORMAT);

	key = (struct public_key){.alg = KEY_ED25519, .len = KEY_ED25519_LEN, .bytes = {1}};
	assert_int_equal(key_check(&key), ERR_FORMAT);
	key.bytes[0] = 3;
	assert_int_equal(key_check(&key), ERR_OK);
}

static void the_hash_is_that_of_the_bytes(void **state)
{
	struct public_key key = {.alg = KEY_ED25519, .len = KEY_ED25519_LEN, .bytes = {3}};
	uint8_t want[32], got[32];

	(void)state;
	digest_sha256(key.bytes, 32, want);
	key_hash(&key, got);
	assert_memory_equal(got, want, sizeof got);
	key.alg = KEY_P256;
	key.len = KEY_P256_LEN;
	digest_sha256(key.bytes, 33, want);
	key_hash(&key, got);
	assert_memory_equal(got, want, sizeof got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_come_back),
		cmocka_unit_test(only_the_exact_text_is_read),
		cmocka_unit_test(check_looks_at_algorithm_length_and_point),
		cmocka_unit_test(the_hash_is_that_of_the_bytes),
	};

	return cmocka_run_group_tests_name("key", tests, NULL, NULL);
}
