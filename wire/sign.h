/* sign: signatures of 64 bytes. P-256: ECDSA over SHA-256, r || s, each 32 bytes, big-endian, with
 * s at most n/2 so that a signature cannot be turned into a second one. Ed25519: RFC 8032. */
#ifndef LEM_WIRE_SIGN_H
#define LEM_WIRE_SIGN_H
#include <stddef.h>
#include <stdint.h>
#include "wire/err.h"
#include "wire/key.h"
#include "wire/private_key.h"

enum { SIGNATURE_LEN = 64 };

/* A public key made ready for checking. Opaque and constant once made: several threads may use it
 * at the same time. */
struct verify_key;

/* The answer of verify_key_check(). */
enum verify_result {
	VERIFY_OK = 0,        /* the key signed this */
	VERIFY_MALFORMED = 1, /* P-256: r or s is 0 or not below n */
	VERIFY_HIGH_S = 2,    /* P-256: s above n/2 */
	VERIFY_MISMATCH = 3,  /* not this key, not this input, or (Ed25519) malformed */
	VERIFY_UNABLE = 4,    /* out of memory or OpenSSL failed: says nothing of the signature */
};

/* Make a key ready. Refuses what key_check() refuses, with its errors; *ret_key, untouched on
 * failure, is the caller's to free. */
__attribute__((warn_unused_result)) enum err verify_key_new(
	const struct public_key *key, struct verify_key **ret_key);

/* Free. NULL is allowed. */
void verify_key_free(struct verify_key *key);

/* Check a signature over input. digest is the SHA-256 of input, which the caller has anyway as the
 * transaction's id: P-256 uses only the digest, Ed25519 only the input. */
__attribute__((warn_unused_result)) enum verify_result verify_key_check(
	const struct verify_key *key, const uint8_t digest[static 32], const void *input,
	size_t input_len, const uint8_t sig[static SIGNATURE_LEN]);

/* Sign input, whose SHA-256 is digest. ERR_CRYPTO or ERR_NOMEM, with sig untouched. P-256
 * signatures differ from call to call; Ed25519's do not. */
__attribute__((warn_unused_result)) enum err sign_input(const struct private_key *key,
	const uint8_t digest[static 32], const void *input, size_t input_len,
	uint8_t sig[static SIGNATURE_LEN]);

#endif
