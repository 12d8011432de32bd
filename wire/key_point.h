/* key_point: whether the bytes of a public key are a point one may trust. The arithmetic behind
 * key_check(); others use key.h. */
#ifndef LEM_WIRE_KEY_POINT_H
#define LEM_WIRE_KEY_POINT_H
#include <stdint.h>
#include "wire/err.h"
#include "wire/key.h"

/* A compressed point of P-256 (SEC 1 section 2.3.4): first byte 2 or 3, x below p, and on the
 * curve, whose order is prime: so every such point will do. ERR_FORMAT if not; ERR_NOMEM. */
__attribute__((warn_unused_result)) enum err key_point_check_p256(
	const uint8_t bytes[static KEY_P256_LEN]);

/* A point of Ed25519 (RFC 8032 section 5.1.3): y below p, on the curve, and not of low order: eight
 * times the point is not the neutral one. ERR_FORMAT if not; ERR_NOMEM. */
__attribute__((warn_unused_result)) enum err key_point_check_ed25519(
	const uint8_t bytes[static KEY_ED25519_LEN]);

#endif
