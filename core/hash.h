/* hash: the one cryptographic function the rules need, given to them by the caller. */
#ifndef LEM_CORE_HASH_H
#define LEM_CORE_HASH_H
#include <stddef.h>
#include <stdint.h>

enum { HASH_LEN = 32 };

/* SHA-256 (FIPS 180-4) of len bytes at data into out. It cannot fail, and data may be NULL if
 * len is 0. The rules hold no cryptography: `wire/digest.h` has the implementation by OpenSSL. */
typedef void sha256_fn(const void *data, size_t len, uint8_t out[HASH_LEN]);

#endif
