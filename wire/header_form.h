/* header_form: block headers as JSON, and their hash (docs/protocol.md, "Headers"). */
#ifndef LEM_WIRE_HEADER_FORM_H
#define LEM_WIRE_HEADER_FORM_H
#include "core/header.h"
#include "wire/form.h"
#include "wire/sign.h"
#include "wire/signing.h"

enum { HEADER_TEXT_MAX = 1024 };

/* Write the canonical form with a final NUL; returns its length. name: the market's bare name. */
size_t header_write(
	const struct header *header, const char *name, char out[static HEADER_TEXT_MAX]);

/* Read a header of that market name. Failures are the form's; path as in form_enter(). */
void header_read(
	struct form *form, uint32_t node, const char *path, const char *name, struct header *ret);

/* The header's hash in the market `market` ("name:16hex"; of genesis the id with 16 zeros). */
__attribute__((warn_unused_result)) enum err header_hash(
	const struct header *header, const char *market, uint8_t out[static HASH_LEN]);

/* Sign and check it, kind `header`. */
__attribute__((warn_unused_result)) enum err header_sign(const struct private_key *key,
	const struct header *header, const char *market, uint8_t sig[static SIGNATURE_LEN]);
__attribute__((warn_unused_result)) enum verify_result header_check(const struct verify_key *key,
	const struct header *header, const char *market, const uint8_t sig[static SIGNATURE_LEN]);

#endif
