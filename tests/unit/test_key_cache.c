/* The cache of keys made ready: the right key whatever was asked before, weak ones never. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "engine/key_cache.h"
#include "wire/digest.h"
#include "wire/private_key.h"

enum { KEYS = 40 };

static struct private_key *keys[KEYS];
static uint8_t signatures[KEYS][SIGNATURE_LEN], digest[DIGEST_LEN];

static int setup(void **state)
{
	(void)state;
	digest_sha256("x", 1, digest);
	for (int i = 0; i < KEYS; i++) {
		assert_int_equal(
			private_key_generate(i % 2 ? KEY_ED25519 : KEY_P256, &keys[i]), ERR_OK);
		assert_int_equal(sign_input(keys[i], digest, "x", 1, signatures[i]), ERR_OK);
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (int i = 0; i < KEYS; i++)
		private_key_free(keys[i]);
	return 0;
}

static bool verifies(struct key_cache *c, int key, int signature)
{
	const struct verify_key *k = key_cache_get(c, private_key_public(keys[key]));

	assert_non_null(k);
	return verify_key_check(k, digest, "x", 1, signatures[signature]) == VERIFY_OK;
}

/* Many more keys than room: each use must still find its own. */
static void each_key_is_its_own(void **state)
{
	const unsigned bits[] = {2, 3, 8};

	(void)state;
	for (size_t b = 0; b < 3; b++) {
		struct key_cache *c = NULL;
		assert_int_equal(key_cache_new(bits[b], &c), ERR_OK);
		for (int round = 0; round < 3; round++) {
			for (int i = 0; i < KEYS; i++) {
				int k = i * (2 * round + 1) % KEYS;
				assert_true(verifies(c, k, k));
				assert_false(verifies(c, k, (k + 2) % KEYS));
			}
		}
		key_cache_free(c);
	}
	key_cache_free(NULL);
}

/* Used lately, it stays: of four places the one unused longest makes room. */
static void the_recent_stay(void **state)
{
	struct key_cache *c = NULL;
	const struct verify_key *first;

	(void)state;
	assert_int_equal(key_cache_new(2, &c), ERR_OK);
	first = key_cache_get(c, private_key_public(keys[0]));
	for (int i = 1; i < KEYS; i++) {
		assert_non_null(key_cache_get(c, private_key_public(keys[i])));
		assert_ptr_equal(key_cache_get(c, private_key_public(keys[0])), first);
	}
	key_cache_free(c);
}

static void weak_keys_are_none(void **state)
{
	struct public_key weak = {.alg = KEY_ED25519, .len = KEY_ED25519_LEN, .bytes = {1}};
	struct public_key off = {.alg = KEY_P256, .len = KEY_P256_LEN, .bytes = {2, 0xff, 0xff}};
	struct key_cache *c = NULL;

	(void)state;
	assert_int_equal(key_cache_new(2, &c), ERR_OK);
	assert_true(verifies(c, 0, 0));
	memset(off.bytes + 1, 0xff, 32);
	assert_null(key_cache_get(c, &weak));
	assert_null(key_cache_get(c, &off));
	assert_true(verifies(c, 0, 0));
	key_cache_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_key_is_its_own),
		cmocka_unit_test(the_recent_stay),
		cmocka_unit_test(weak_keys_are_none),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
