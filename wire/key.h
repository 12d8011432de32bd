/* key: public keys of the market: ECDSA on P-256 (SEC 1, compressed) and Ed25519 (RFC 8032). */
#ifndef LEM_WIRE_KEY_H
#define LEM_WIRE_KEY_H
#include <stddef.h>
#include <stdint.h>
#include "wire/err.h"

/* The numbers are stored in databases and never change. */
enum key_alg {
	KEY_P256 = 1,    /* "p256" on the wire */
	KEY_ED25519 = 2, /* "ed25519" */
};

enum {
	KEY_P256_LEN = 33,
	KEY_ED25519_LEN = 32,
	KEY_PUBLIC_MAX = 33,
	KEY_TEXT_MAX = 51, /* characters of the longest text form, without the NUL */
};

/* P-256: 0x02 or 0x03, then x, 33 bytes. Ed25519: 32 bytes. Bytes beyond len are 0. */
struct public_key {
	enum key_alg alg;
	uint8_t bytes[KEY_PUBLIC_MAX];
	uint8_t len;
};

/* "p256" or "ed25519"; NULL for any other number. Static. */
const char *key_alg_name(enum key_alg alg);

/* Read the text form, "p256:" or "ed25519:" and the bytes in base64url. ERR_FORMAT, with *ret_key
 * untouched, unless it is exactly what key_print() writes. The bytes themselves are not looked at:
 * key_check() does that. */
__attribute__((warn_unused_result)) enum err key_parse(
	const char *text, size_t len, struct public_key *ret_key);

/* Write the text form with a final NUL. The key's alg and len must agree. */
void key_print(const struct public_key *key, char out[static KEY_TEXT_MAX + 1]);

/* Whether this is a key one may enrol. ERR_FORMAT if not: alg and len disagree; P-256: not
 * compressed, x not below p, or no point of the curve (infinity has no such form); Ed25519: y not
 * below p, no point of the curve, or a point of low order, under which one signature can fit all
 * messages. ERR_NOMEM or ERR_CRYPTO if it could not be found out. */
__attribute__((warn_unused_result)) enum err key_check(const struct public_key *key);

/* SHA-256 of the key's bytes (not of the text form): what addresses and `admit` name it by. */
void key_hash(const struct public_key *key, uint8_t out[static 32]);

#endif
