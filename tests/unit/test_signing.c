/* Signing inputs, byte for byte, and that each part of them counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "wire/private_key.h"
#include "wire/signing.h"

#define MARKET "demo:0123456789abcdef"
#define LONGEST "abcdefghijklmnopqrstuvwx:0123456789abcdef" /* MARKET_ID_MAX characters */

static void the_prefix_is_the_protocols(void **state)
{
	char out[SIGNING_PREFIX_MAX];

	(void)state;
	assert_int_equal(signing_prefix("request", MARKET, out), 35);
	assert_string_equal(out, "LEM1|request|" MARKET "|");
	assert_int_equal(strlen(LONGEST), MARKET_ID_MAX);
	assert_int_equal(signing_prefix("statement", LONGEST, out), SIGNING_PREFIX_MAX - 1);
	assert_string_equal(out, "LEM1|statement|" LONGEST "|");
}

static void the_digest_is_sha_256_of_the_whole(void **state)
{
	static const char whole[] = "LEM1|receipt|" MARKET "|{\"a\":1}";
	uint8_t want[EVP_MAX_MD_SIZE], got[HASH_LEN];
	unsigned len = 0;

	(void)state;
	assert_int_equal(EVP_Digest(whole, sizeof whole - 1, want, &len, EVP_sha256(), NULL), 1);
	assert_int_equal(signing_digest("receipt", MARKET, "{\"a\":1}", 7, got), ERR_OK);
	assert_memory_equal(got, want, HASH_LEN);
}

static void every_part_is_signed(void **state)
{
	static const struct {
		const char *kind, *market, *object;
		size_t len;
		enum verify_result result;
	} cases[] = {
		{"header", MARKET, "{\"a\":1}", 7, VERIFY_OK},
		{"heades", MARKET, "{\"a\":1}", 7, VERIFY_MISMATCH},
		{"header", "demo:0123456789abcdee", "{\"a\":1}", 7, VERIFY_MISMATCH},
		{"header", MARKET, "{\"a\":2}", 7, VERIFY_MISMATCH},
		{"header", MARKET, "{\"a\":1} ", 8, VERIFY_MISMATCH},
		{"header", MARKET, "{\"a\":1", 6, VERIFY_MISMATCH},
		{"header", MARKET, "", 0, VERIFY_MISMATCH},
		/* The bars keep the parts apart. */
		{"header|demo", "0123456789abcdef", "{\"a\":1}", 7, VERIFY_MISMATCH},
	};
	const enum key_alg algs[] = {KEY_P256, KEY_ED25519};

	(void)state;
	for (int a = 0; a < 2; a++) {
		struct private_key *key;
		struct verify_key *public;
		uint8_t sig[SIGNATURE_LEN];
		assert_int_equal(private_key_generate(algs[a], &key), ERR_OK);
		assert_int_equal(verify_key_new(private_key_public(key), &public), ERR_OK);
		assert_int_equal(signing_sign(key, "header", MARKET, "{\"a\":1}", 7, sig), ERR_OK);
		for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
			assert_int_equal(signing_check(public, cases[i].kind, cases[i].market,
						 cases[i].object, cases[i].len, sig),
				cases[i].result);
		sig[63] ^= 1;
		assert_int_not_equal(
			signing_check(public, "header", MARKET, "{\"a\":1}", 7, sig), VERIFY_OK);
		verify_key_free(public);
		private_key_free(key);
	}
}

static void possession_names_client_place_and_key(void **state)
{
	static const char want[] =
		"home0001|ems|"
		"2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";
	struct public_key key = {.alg = KEY_P256, .len = 3, .bytes = "foo"};
	char out[128];
	char *exact = malloc(sizeof want);

	(void)state;
	assert_non_null(exact);
	assert_int_equal(
		signing_pop_object("home0001", "ems", &key, out, sizeof out), sizeof want - 1);
	assert_string_equal(out, want);
	assert_int_equal(
		signing_pop_object("home0001", "ems", &key, exact, sizeof want), sizeof want - 1);
	assert_int_equal(signing_pop_object("home0001", "ems", &key, exact, sizeof want - 1), 0);
	free(exact);
}

static void market_names_have_a_form(void **state)
{
	static const struct {
		const char *name;
		bool good;
	} cases[] = {
		{"a", true},
		{"0", true},
		{"z9-", true},
		{"a--b", true},
		{"abcdefghijklmnopqrstuvwx", true},
		{"abcdefghijklmnopqrstuvwxy", false},
		{"", false},
		{"-a", false},
		{"A", false},
		{"a_b", false},
		{"a b", false},
		{"a/b", false},
		{"a+", false},
		{"a#", false},
		{"a:b", false},
		{"\xc3\xa4", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if ((market_name_valid(cases[i].name) != 0) != cases[i].good)
			fail_msg("%s", cases[i].name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_prefix_is_the_protocols),
		cmocka_unit_test(the_digest_is_sha_256_of_the_whole),
		cmocka_unit_test(every_part_is_signed),
		cmocka_unit_test(possession_names_client_place_and_key),
		cmocka_unit_test(market_names_have_a_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
