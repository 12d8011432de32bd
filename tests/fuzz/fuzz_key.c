/* fuzz_key: any text as a public key, and any bytes as a point and a signature. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "wire/digest.h"
#include "wire/sign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A key that passes the check can be made ready, and nothing foreign is its signature. */
static void check_key(const struct public_key *key, const uint8_t *data, size_t size)
{
	enum err err = key_check(key);
	struct verify_key *verify = NULL;
	uint8_t sig[SIGNATURE_LEN] = {0};
	uint8_t digest[32];
	char text[KEY_TEXT_MAX + 1];
	struct public_key back;

	assert(err == ERR_OK || err == ERR_FORMAT);
	key_print(key, text);
	assert(key_parse(text, strlen(text), &back) == ERR_OK);
	assert(back.alg == key->alg && back.len == key->len);
	assert(memcmp(back.bytes, key->bytes, key->len) == 0);
	assert(verify_key_new(key, &verify) == err);
	if (err == ERR_OK) {
		memcpy(sig, data, size < sizeof sig ? size : sizeof sig);
		digest_sha256(data, size, digest);
		assert(verify_key_check(verify, digest, data, size, sig) != VERIFY_OK);
	}
	verify_key_free(verify);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct public_key key = {.alg = KEY_ED25519, .len = KEY_ED25519_LEN};
	char *text = malloc(size + (size == 0));
	char printed[KEY_TEXT_MAX + 1];

	assert(text);
	if (size > 0)
		memcpy(text, data, size);
	if (key_parse(text, size, &key) == ERR_OK) {
		key_print(&key, printed);
		assert(strlen(printed) == size && memcmp(printed, text, size) == 0);
		check_key(&key, data, size);
	}
	if (size >= KEY_P256_LEN) {
		key = (struct public_key){.alg = KEY_ED25519, .len = KEY_ED25519_LEN};
		memcpy(key.bytes, data, key.len);
		check_key(&key, data + KEY_P256_LEN, size - KEY_P256_LEN);
		key = (struct public_key){.alg = KEY_P256, .len = KEY_P256_LEN};
		memcpy(key.bytes, data, key.len);
		check_key(&key, data + KEY_P256_LEN, size - KEY_P256_LEN);
	}
	free(text);
	return 0;
}
