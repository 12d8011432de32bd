#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <string.h>
#include "wire/digest.h"
#include "wire/sign.h"
#include "wire/text.h"

#define N "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
#define HALF "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8"
#define HALF_PLUS_1 "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a9"
#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"
#define ONE "0000000000000000000000000000000000000000000000000000000000000001"

/* RFC 6979 appendix A.2.5. */
#define RFC_6979_KEY "0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
#define SAMPLE_R "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
#define SAMPLE_S "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
#define SAMPLE_LOW_S "0834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9"
#define TEST_R "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
#define TEST_S "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083"

static void bytes_of(const char *hex, uint8_t *out, size_t size)
{
	size_t len = 0;

	assert_true(text_hex_read(hex, strlen(hex), out, size, &len));
}

static struct verify_key *verify_key_of(enum key_alg alg, const char *hex)
{
	struct public_key key = {.alg = alg, .len = (uint8_t)(strlen(hex) / 2)};
	struct verify_key *verify = NULL;

	bytes_of(hex, key.bytes, sizeof key.bytes);
	assert_int_equal(verify_key_new(&key, &verify), ERR_OK);
	return verify;
}

static enum verify_result check(
	const struct verify_key *key, const char *input, const uint8_t sig[static SIGNATURE_LEN])
{
	uint8_t digest[32];

	digest_sha256(input, strlen(input), digest);
	return verify_key_check(key, digest, input, strlen(input), sig);
}

static void p256_takes_one_signature_of_each_pair(void **state)
{
	static const struct {
		const char *input, *sig;
		enum verify_result want;
	} cases[] = {
		{"test", TEST_R TEST_S, VERIFY_OK},
		{"tesT", TEST_R TEST_S, VERIFY_MISMATCH},
		{"sample", TEST_R TEST_S, VERIFY_MISMATCH},
		{"test", TEST_S TEST_R, VERIFY_HIGH_S},
		{"sample", SAMPLE_R SAMPLE_S, VERIFY_HIGH_S},
		{"sample", SAMPLE_R SAMPLE_LOW_S, VERIFY_OK},
		{"test", ZERO TEST_S, VERIFY_MALFORMED},
		{"test", TEST_R ZERO, VERIFY_MALFORMED},
		{"test", ZERO ZERO, VERIFY_MALFORMED},
		{"test", N TEST_S, VERIFY_MALFORMED},
		{"test", TEST_R N, VERIFY_MALFORMED},
		{"test", TEST_R HALF, VERIFY_MISMATCH},
		{"test", TEST_R HALF_PLUS_1, VERIFY_HIGH_S},
		{"test", ONE ONE, VERIFY_MISMATCH},
	};
	struct verify_key *key = verify_key_of(KEY_P256, RFC_6979_KEY);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t sig[SIGNATURE_LEN];

		bytes_of(cases[i].sig, sig, sizeof sig);
		assert_int_equal(check(key, cases[i].input, sig), cases[i].want);
	}
	verify_key_free(key);
}

/* RFC 8032 section 7.1, tests 1 and 2. */
static void ed25519_takes_its_vectors(void **state)
{
	static const struct {
		const char *key, *input, *sig;
	} cases[] = {
		{"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
			"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
			"5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
		{"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "\x72",
			"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
			"085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct verify_key *key = verify_key_of(KEY_ED25519, cases[i].key);
		uint8_t sig[SIGNATURE_LEN];

		bytes_of(cases[i].sig, sig, sizeof sig);
		assert_int_equal(check(key, cases[i].input, sig), VERIFY_OK);
		assert_int_equal(check(key, "other", sig), VERIFY_MISMATCH);
		verify_key_free(key);
	}
}

/* S + L instead of S: the same signature to a verifier that does not look. */
static void ed25519_refuses_s_above_the_order(void **state)
{
	static const uint8_t order[] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c,
		0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
	struct verify_key *key = verify_key_of(
		KEY_ED25519, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
	uint8_t sig[SIGNATURE_LEN];
	unsigned carry = 0;

	(void)state;
	bytes_of("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
		 "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
		sig, sizeof sig);
	for (size_t i = 0; i < 32; i++) {
		carry += sig[32 + i] + order[i];
		sig[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	assert_int_equal(check(key, "", sig), VERIFY_MISMATCH);
	verify_key_free(key);
}

static void what_is_signed_verifies_and_nothing_else(void **state)
{
	const enum key_alg algs[] = {KEY_P256, KEY_ED25519};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct private_key *key = NULL, *other = NULL;
		struct verify_key *verify = NULL, *verify_other = NULL;
		uint8_t digest[32], sig[SIGNATURE_LEN];

		assert_int_equal(private_key_generate(algs[i], &key), ERR_OK);
		assert_int_equal(private_key_generate(algs[i], &other), ERR_OK);
		assert_int_equal(verify_key_new(private_key_public(key), &verify), ERR_OK);
		assert_int_equal(verify_key_new(private_key_public(other), &verify_other), ERR_OK);
		digest_sha256("abc", 3, digest);
		/* Half of all signatures come out of OpenSSL with a high s. */
		for (int n = 0; n < 64; n++) {
			assert_int_equal(sign_input(key, digest, "abc", 3, sig), ERR_OK);
			assert_int_equal(check(verify, "abc", sig), VERIFY_OK);
		}
		assert_int_equal(check(verify_other, "abc", sig), VERIFY_MISMATCH);
		for (size_t bit = 0; bit < 8 * SIGNATURE_LEN; bit++) {
			sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_int_not_equal(check(verify, "abc", sig), VERIFY_OK);
			sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		assert_int_equal(check(verify, "abc", sig), VERIFY_OK);
		verify_key_free(verify);
		verify_key_free(verify_other);
		private_key_free(key);
		private_key_free(other);
	}
}

static void each_algorithm_uses_its_own_argument(void **state)
{
	struct verify_key *key = verify_key_of(KEY_P256, RFC_6979_KEY);
	uint8_t digest[32], sig[SIGNATURE_LEN];

	(void)state;
	digest_sha256("test", 4, digest);
	bytes_of(TEST_R TEST_S, sig, sizeof sig);
	assert_int_equal(verify_key_check(key, digest, NULL, 0, sig), VERIFY_OK);
	verify_key_free(key);

	key = verify_key_of(
		KEY_ED25519, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
	bytes_of("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
		 "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
		sig, sizeof sig);
	assert_int_equal(verify_key_check(key, digest, "", 0, sig), VERIFY_OK);
	verify_key_free(key);
}

static void bad_keys_are_not_made_ready(void **state)
{
	struct public_key low = {.alg = KEY_ED25519, .len = KEY_ED25519_LEN, .bytes = {1}};
	struct public_key off = {.alg = KEY_P256, .len = KEY_P256_LEN, .bytes = {2, [32] = 1}};
	struct verify_key *verify = NULL;

	(void)state;
	assert_int_equal(verify_key_new(&low, &verify), ERR_FORMAT);
	assert_int_equal(verify_key_new(&off, &verify), ERR_FORMAT);
	assert_null(verify);
	off.bytes[32] = 5;
	assert_int_equal(verify_key_new(&off, &verify), ERR_OK);
	verify_key_free(verify);
	verify_key_free(NULL);
}

static void *check_many(void *key)
{
	uint8_t sig[SIGNATURE_LEN], high[SIGNATURE_LEN];

	bytes_of(TEST_R TEST_S, sig, sizeof sig);
	bytes_of(SAMPLE_R SAMPLE_LOW_S, high, sizeof high);
	for (int i = 0; i < 300; i++)
		if (check(key, "test", sig) != VERIFY_OK ||
			check(key, "sample", high) != VERIFY_OK ||
			check(key, "test", high) != VERIFY_MISMATCH)
			return key;
	return NULL;
}

static void threads_share_a_key(void **state)
{
	enum { THREADS = 4 };
	struct verify_key *key = verify_key_of(KEY_P256, RFC_6979_KEY);
	pthread_t threads[THREADS];

	(void)state;
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, check_many, key), 0);
	for (size_t i = 0; i < THREADS; i++) {
		void *failed = NULL;

		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
	verify_key_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(p256_takes_one_signature_of_each_pair),
		cmocka_unit_test(ed25519_takes_its_vectors),
		cmocka_unit_test(ed25519_refuses_s_above_the_order),
		cmocka_unit_test(what_is_signed_verifies_and_nothing_else),
		cmocka_unit_test(each_algorithm_uses_its_own_argument),
		cmocka_unit_test(bad_keys_are_not_made_ready),
		cmocka_unit_test(threads_share_a_key),
	};

	return cmocka_run_group_tests_name("sign", tests, NULL, NULL);
}
