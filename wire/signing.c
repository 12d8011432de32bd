#include "wire/signing.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "wire/digest.h"
#include "wire/text.h"

size_t signing_prefix(const char *kind, const char *market, char out[static SIGNING_PREFIX_MAX])
{
	char text[128];
	int n = snprintf(text, sizeof text, "LEM1|%.9s|%.*s|", kind, (int)MARKET_ID_MAX, market);

	memcpy(out, text, (size_t)n + 1);
	return (size_t)n;
}

/* The whole signing input on the heap; NULL without memory. */
static char *input_of(
	const char *kind, const char *market, const char *object, size_t len, size_t *ret_len)
{
	char prefix[SIGNING_PREFIX_MAX];
	size_t n = signing_prefix(kind, market, prefix);
	char *input = malloc(n + len + 1);

	if (!input)
		return NULL;
	memcpy(input, prefix, n);
	memcpy(input + n, object, len);
	*ret_len = n + len;
	return input;
}

enum err signing_sign(const struct private_key *key, const char *kind, const char *market,
	const char *object, size_t len, uint8_t sig[static SIGNATURE_LEN])
{
	uint8_t digest[HASH_LEN];
	size_t input_len;
	char *input = input_of(kind, market, object, len, &input_len);
	enum err err;

	if (!input)
		return ERR_NOMEM;
	digest_sha256(input, input_len, digest);
	err = sign_input(key, digest, input, input_len, sig);
	free(input);
	return err;
}

enum verify_result signing_check(const struct verify_key *key, const char *kind, const char *market,
	const char *object, size_t len, const uint8_t sig[static SIGNATURE_LEN])
{
	uint8_t digest[HASH_LEN];
	size_t input_len;
	char *input = input_of(kind, market, object, len, &input_len);
	enum verify_result result;

	if (!input)
		return VERIFY_UNABLE;
	digest_sha256(input, input_len, digest);
	result = verify_key_check(key, digest, input, input_len, sig);
	free(input);
	return result;
}

enum err signing_digest(const char *kind, const char *market, const char *object, size_t len,
	uint8_t out[static HASH_LEN])
{
	size_t input_len;
	char *input = input_of(kind, market, object, len, &input_len);

	if (!input)
		return ERR_NOMEM;
	digest_sha256(input, input_len, out);
	free(input);
	return ERR_OK;
}

size_t signing_pop_object(const char *client_id, const char *subject, const struct public_key *key,
	char *out, size_t size)
{
	uint8_t hash[HASH_LEN];
	char hex[TEXT_HEX_LEN(HASH_LEN) + 1];
	int n;

	key_hash(key, hash);
	if (!text_hex_write(hash, sizeof hash, hex, sizeof hex))
		return 0;
	n = snprintf(out, size, "%s|%s|%s", client_id, subject, hex);
	return n < 0 || (size_t)n >= size ? 0 : (size_t)n;
}

int market_name_valid(const char *text)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return n >= 1 && n <= MARKET_NAME_MAX && text[n] == '\0' && text[0] != '-';
}
