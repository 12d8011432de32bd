/* signing: the byte strings that signatures are made over: LEM1|<kind>|<market>|<object>. */
#ifndef LEM_WIRE_SIGNING_H
#define LEM_WIRE_SIGNING_H
#include <stddef.h>
#include <stdint.h>
#include "core/hash.h"
#include "wire/sign.h"

enum {
	MARKET_NAME_MAX = 24,
	MARKET_ID_MAX = MARKET_NAME_MAX + 1 + 16, /* "name:16hex" */
	SIGNING_PREFIX_MAX = 5 + 10 + MARKET_ID_MAX + 2,
};

/* Write "LEM1|kind|market|" and a final NUL; returns its length. kind has at most 9 characters,
 * market at most MARKET_ID_MAX. */
size_t signing_prefix(const char *kind, const char *market, char out[static SIGNING_PREFIX_MAX]);

/* Sign `LEM1|kind|market|` + object[0..len), len at most 64 KiB. Errors as sign_input(). */
__attribute__((warn_unused_result)) enum err signing_sign(const struct private_key *key,
	const char *kind, const char *market, const char *object, size_t len,
	uint8_t sig[static SIGNATURE_LEN]);

/* Check such a signature; VERIFY_UNABLE also if memory runs out. */
__attribute__((warn_unused_result)) enum verify_result signing_check(const struct verify_key *key,
	const char *kind, const char *market, const char *object, size_t len,
	const uint8_t sig[static SIGNATURE_LEN]);

/* SHA-256 of the signing input. ERR_NOMEM. */
__attribute__((warn_unused_result)) enum err signing_digest(const char *kind, const char *market,
	const char *object, size_t len, uint8_t out[static HASH_LEN]);

/* The object of a proof of possession: "<clientId>|<subject>|<hex SHA-256 of the raw key>", with a
 * final NUL; returns its length. */
size_t signing_pop_object(const char *client_id, const char *subject, const struct public_key *key,
	char *out, size_t size);

/* Whether text is a market's bare name: 1..24 of [a-z0-9-], the first a letter or digit. */
int market_name_valid(const char *text);

#endif
