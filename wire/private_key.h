/* private_key: a key that signs, and the file it lives in (PEM, PKCS #8, unencrypted: the file's
 * mode guards it). */
#ifndef LEM_WIRE_PRIVATE_KEY_H
#define LEM_WIRE_PRIVATE_KEY_H
#include <openssl/types.h>
#include <stddef.h>
#include "wire/err.h"
#include "wire/key.h"

/* Opaque and constant once made: several threads may use it. */
struct private_key;

/* Bytes for the sentence of private_key_save() and _load(); a longer path is cut. */
enum { PRIVATE_KEY_WHY_MAX = 512 };

/* Draw a new key. ERR_CRYPTO, ERR_NOMEM, or ERR_USAGE for an unknown alg; *ret_key is the
 * caller's to free. */
__attribute__((warn_unused_result)) enum err private_key_generate(
	enum key_alg alg, struct private_key **ret_key);

/* Read a public key file's text, PEM (SubjectPublicKeyInfo), such as `openssl pkey -pubout` writes.
 * ERR_FORMAT: it is none, or neither P-256 nor Ed25519; ERR_NOMEM, ERR_CRYPTO. On failure *ret is
 * untouched. */
__attribute__((warn_unused_result)) enum err public_key_read_pem(
	const char *text, size_t len, struct public_key *ret);

/* Write the key to a new file of mode 0600, all of it durable or none: temporary file beside it,
 * fsync, rename, fsync of the folder. ERR_EXISTS if path exists: a key is never overwritten;
 * ERR_IO, ERR_CRYPTO or ERR_NOMEM. On failure `why`, unless NULL, gets one sentence naming the
 * file. */
__attribute__((warn_unused_result)) enum err private_key_save(
	const struct private_key *key, const char *path, char why[PRIVATE_KEY_WHY_MAX]);

/* Read a key file. ERR_NOT_FOUND; ERR_PERMISSION if group or others have any right to it;
 * ERR_FORMAT if it is no regular file of at most 8 KiB with one unencrypted P-256 or Ed25519
 * key whose halves belong together; ERR_IO, ERR_NOMEM. On failure *ret_key is untouched and
 * `why`, unless NULL, gets one sentence naming the file, and its mode where that is the reason. */
__attribute__((warn_unused_result)) enum err private_key_load(
	const char *path, struct private_key **ret_key, char why[PRIVATE_KEY_WHY_MAX]);

/* The public half; borrowed, as long-lived as the key. */
const struct public_key *private_key_public(const struct private_key *key);

/* OpenSSL's handle, for signing and TLS; borrowed. */
EVP_PKEY *private_key_handle(const struct private_key *key);

/* Wipe and free. NULL is allowed. */
void private_key_free(struct private_key *key);

#endif
