/* text: bytes as text and back, RFC 4648: base64url without padding, lower-case hex, and lower-case
 * base32 without padding over a number of bits. Each byte string has exactly one text: readers
 * refuse padding, other case, line ends and bits set beyond the end.
 *
 * Readers leave out and *ret_len untouched when they refuse. */
#ifndef LEM_WIRE_TEXT_H
#define LEM_WIRE_TEXT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/address.h"

/* Characters of a text, without the NUL. */
#define TEXT_BASE64URL_LEN(bytes) (((bytes)*4 + 2) / 3)
#define TEXT_HEX_LEN(bytes) ((bytes)*2)
#define TEXT_BASE32_LEN(bits) (((bits) + 4) / 5)

enum {
	ADDRESS_BITS = 130, /* of the SHA-256 of an address key */
	ADDRESS_BYTES = 17, /* of the packed bits; the last byte holds two */
};

/* Write data as base64url with a final NUL. False, with out untouched, if size is less than
 * TEXT_BASE64URL_LEN(len) + 1. data may be NULL if len is 0. RFC 4648 section 5. */
__attribute__((warn_unused_result)) bool text_base64url_write(
	const void *data, size_t len, char *out, size_t size);

/* Read text_len characters of base64url, at most size bytes. False if any character is outside the
 * alphabet, the length is impossible, unused bits are set or the bytes do not fit. */
__attribute__((warn_unused_result)) bool text_base64url_read(
	const char *text, size_t text_len, uint8_t *out, size_t size, size_t *ret_len);

/* Write data as lower-case hex with a final NUL. False, with out untouched, if size is less than
 * TEXT_HEX_LEN(len) + 1. RFC 4648 section 8. */
__attribute__((warn_unused_result)) bool text_hex_write(
	const void *data, size_t len, char *out, size_t size);

/* Read text_len characters of lower-case hex, at most size bytes. False if any other character, an
 * upper-case one too, or an odd length is met or the bytes do not fit. */
__attribute__((warn_unused_result)) bool text_hex_read(
	const char *text, size_t text_len, uint8_t *out, size_t size, size_t *ret_len);

/* Write the first `bits` bits of data (most significant first; (bits + 7) / 8 bytes are read) as
 * lower-case base32 with a final NUL. False, with out untouched, if size is less than
 * TEXT_BASE32_LEN(bits) + 1. RFC 4648 section 6. */
__attribute__((warn_unused_result)) bool text_base32_write(
	const void *data, size_t bits, char *out, size_t size);

/* Read exactly `bits` bits of lower-case base32 into (bits + 7) / 8 bytes, the bits beyond the end
 * being 0. False if text_len is not TEXT_BASE32_LEN(bits), a character is outside the alphabet, the
 * last character sets a bit beyond `bits`, or size is too small. */
__attribute__((warn_unused_result)) bool text_base32_read(
	const char *text, size_t text_len, size_t bits, uint8_t *out, size_t size);

/* The market address of a key whose bytes have this SHA-256: its first 130 bits in base32, with a
 * final NUL. */
void address_from_key_hash(const uint8_t hash[static 32], char out[static ADDRESS_LEN + 1]);

/* Read an address back into its bits. False, with out untouched, if the text is none. */
__attribute__((warn_unused_result)) bool address_read(
	const char *text, size_t text_len, uint8_t out[static ADDRESS_BYTES]);

#endif
