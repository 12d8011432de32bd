/* json_token: strings and numbers, the parts of JSON that are more than one character. For the
 * reader, the getters and the canonical form; others use json.h. */
#ifndef LEM_WIRE_JSON_TOKEN_H
#define LEM_WIRE_JSON_TOKEN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "wire/json.h"

/* What a token's reader found. On refusal `length` is the offset of the offending byte. */
struct json_token {
	size_t length; /* bytes of the token; of a string with both quotes */
	bool escaped;  /* a string that holds a backslash */
};

/* Read a string that begins at text[0], a quote. JSON_OK, JSON_CUT_OFF or why it is refused. */
__attribute__((warn_unused_result)) enum json_rule json_token_string(
	const char *text, size_t len, enum json_profile profile, struct json_token *ret_token);

/* Read a number that begins at text[0], a minus sign or a digit; the byte after it is not looked
 * at. JSON_OK or why it is refused. */
__attribute__((warn_unused_result)) enum json_rule json_token_number(
	const char *text, size_t len, enum json_profile profile, struct json_token *ret_token);

/* The bytes of the valid UTF-8 sequence at text[0], whose first byte is not ASCII: 2..4; 0 if it is
 * overlong, a surrogate, beyond U+10FFFF, cut off or no UTF-8 at all. RFC 3629. */
size_t json_token_utf8(const char *text, size_t len, uint32_t *ret_code);

/* Decode the next character of a string that json_token_string() accepted; *at points between its
 * quotes and is moved on. */
uint32_t json_token_next(const char **at);

/* Write a code point as UTF-8; returns its 1..4 bytes. */
size_t json_token_put(uint32_t code, char out[static 4]);

#endif
