/* digest: SHA-256 (FIPS 180-4) and its HMAC (RFC 2104) by OpenSSL. Any thread may call; each has
 * a context of its own, freed when the thread ends. */
#ifndef LEM_WIRE_DIGEST_H
#define LEM_WIRE_DIGEST_H
#include <stddef.h>
#include <stdint.h>
#include "wire/err.h"

enum { DIGEST_LEN = 32 };

/* Make the calling thread ready: after success, digests in this thread need no memory and cannot
 * fail. ERR_CRYPTO if OpenSSL has no SHA-256, ERR_NOMEM. Calling again is free. */
__attribute__((warn_unused_result)) enum err digest_prepare(void);

/* SHA-256 of len bytes into out; the `sha256_fn` of core/hash.h. data may be NULL if len is 0. out
 * may overlap data. Prepares the thread if need be and aborts the process if that fails. */
void digest_sha256(const void *data, size_t len, uint8_t out[DIGEST_LEN]);

/* HMAC-SHA-256 of len bytes under a key of any length. As digest_sha256() it cannot fail. */
void digest_hmac_sha256(const void *key, size_t key_len, const void *data, size_t len,
	uint8_t out[static DIGEST_LEN]);

#endif
