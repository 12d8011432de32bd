#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "core/hash.h"
#include "wire/digest.h"
#include "wire/text.h"

static sha256_fn *const as_core_wants_it = digest_sha256;

static void check_hex(const uint8_t digest[static DIGEST_LEN], const char *want)
{
	char hex[2 * DIGEST_LEN + 1];

	assert_true(text_hex_write(digest, DIGEST_LEN, hex, sizeof hex));
	assert_string_equal(hex, want);
}

static void sha256_of_known_texts(void **state)
{
	static char million[1000000];
	uint8_t out[DIGEST_LEN];

	(void)state;
	as_core_wants_it(NULL, 0, out);
	check_hex(out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	digest_sha256("abc", 3, out);
	check_hex(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	digest_sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, out);
	check_hex(out, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	memset(million, 'a', sizeof million);
	digest_sha256(million, sizeof million, out);
	check_hex(out, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void output_may_overlap_input(void **state)
{
	uint8_t data[DIGEST_LEN] = "abc";

	(void)state;
	digest_sha256(data, 3, data);
	check_hex(data, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* RFC 4231. */
static void hmac_of_known_texts(void **state)
{
	uint8_t key[131], data[50], out[DIGEST_LEN];

	(void)state;
	memset(key, 0x0b, 20);
	digest_hmac_sha256(key, 20, "Hi There", 8, out);
	check_hex(out, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	digest_hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, out);
	check_hex(out, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof key);
	memset(data, 0xdd, sizeof data);
	digest_hmac_sha256(key, 20, data, sizeof data, out);
	check_hex(out, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
	digest_hmac_sha256(
		key, 131, "Test Using Larger Than Block-Size Key - Hash Key First", 54, out);
	check_hex(out, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void keys_are_hashed_only_beyond_a_block(void **state)
{
	uint8_t key[65], hashed[DIGEST_LEN], a[DIGEST_LEN], b[DIGEST_LEN];

	(void)state;
	memset(key, 7, sizeof key);
	for (size_t len = 64; len <= 65; len++) {
		digest_sha256(key, len, hashed);
		digest_hmac_sha256(key, len, "x", 1, a);
		digest_hmac_sha256(hashed, sizeof hashed, "x", 1, b);
		assert_int_equal(memcmp(a, b, sizeof a) == 0, len > 64);
	}
	digest_hmac_sha256(NULL, 0, NULL, 0, a);
	check_hex(a, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void *hash_chain(void *seed)
{
	uint8_t *chain = seed;

	for (int i = 0; i < 20000; i++)
		digest_sha256(chain, DIGEST_LEN, chain);
	return NULL;
}

static void threads_do_not_disturb_each_other(void **state)
{
	enum { THREADS = 8 };
	uint8_t chains[THREADS][DIGEST_LEN] = {{0}}, want[DIGEST_LEN] = {0};
	pthread_t threads[THREADS];

	(void)state;
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hash_chain, chains[i]), 0);
	hash_chain(want);
	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_memory_equal(chains[i], want, DIGEST_LEN);
	}
	assert_int_equal(digest_prepare(), ERR_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_of_known_texts),
		cmocka_unit_test(output_may_overlap_input),
		cmocka_unit_test(hmac_of_known_texts),
		cmocka_unit_test(keys_are_hashed_only_beyond_a_block),
		cmocka_unit_test(threads_do_not_disturb_each_other),
	};

	return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
