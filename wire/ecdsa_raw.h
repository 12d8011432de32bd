/* ecdsa_raw: P-256 signatures as r || s, 32 bytes each, big-endian, and the DER form that OpenSSL
 * wants. For sign.c. */
#ifndef LEM_WIRE_ECDSA_RAW_H
#define LEM_WIRE_ECDSA_RAW_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	ECDSA_SCALAR_LEN = 32,
	ECDSA_RAW_LEN = 64,
	ECDSA_DER_MAX = 72, /* two integers of 33 bytes and three headers of 2 */
};

/* Whether 1 <= scalar < n, the order of P-256's group. */
bool ecdsa_scalar_is_valid(const uint8_t scalar[static ECDSA_SCALAR_LEN]);

/* Whether scalar <= (n - 1) / 2. With s, n - s verifies too: only the lower is a signature here. */
bool ecdsa_scalar_is_low(const uint8_t scalar[static ECDSA_SCALAR_LEN]);

/* Write r || s as Ecdsa-Sig-Value (RFC 3279 section 2.2.3). Returns its length. */
size_t ecdsa_raw_to_der(const uint8_t raw[static ECDSA_RAW_LEN], uint8_t der[static ECDSA_DER_MAX]);

/* Read an Ecdsa-Sig-Value that OpenSSL made and lower its s. False, with raw untouched, if it is
 * none or its r or s is not a valid scalar. */
__attribute__((warn_unused_result)) bool ecdsa_raw_from_der(
	const uint8_t *der, size_t len, uint8_t raw[static ECDSA_RAW_LEN]);

#endif
