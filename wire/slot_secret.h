/* slot_secret: the private half of one address key, as the 32 bytes it is kept as. */
#ifndef LEM_WIRE_SLOT_SECRET_H
#define LEM_WIRE_SLOT_SECRET_H
#include "wire/key.h"
#include "wire/sign.h"

enum { SLOT_SECRET_LEN = 32 };

/* P-256: the scalar, big-endian; Ed25519: the seed of RFC 8032. Wipe it after use. */
struct slot_secret {
	enum key_alg alg;
	uint8_t bytes[SLOT_SECRET_LEN];
};

/* Draw a new one with its public half. ERR_CRYPTO, ERR_NOMEM; outputs are then untouched. */
__attribute__((warn_unused_result)) enum err slot_secret_draw(
	enum key_alg alg, struct slot_secret *ret, struct public_key *ret_public);

/* Sign as sign_input() does. ERR_CRYPTO, also for bytes that are no key; sig is then untouched. */
__attribute__((warn_unused_result)) enum err slot_secret_sign(const struct slot_secret *secret,
	const uint8_t digest[static 32], const void *input, size_t input_len,
	uint8_t sig[static SIGNATURE_LEN]);

/* Overwrite with zeros, in a way that is not optimised away. */
void slot_secret_wipe(struct slot_secret *secret);

#endif
