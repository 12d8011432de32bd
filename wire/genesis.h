/* genesis: how a market begins: its rules and parameters, hashed and signed into header 0. */
#ifndef LEM_WIRE_GENESIS_H
#define LEM_WIRE_GENESIS_H
#include "core/header.h"
#include "core/home.h"
#include "core/params.h"
#include "wire/form.h"
#include "wire/key.h"
#include "wire/sign.h"
#include "wire/signing.h"

enum {
	RULES_VERSION = 1,
	GENESIS_TEXT_MAX = 8192, /* of genesis, and of one set of parameters */
	MARKET_DOC_MAX = 24576,  /* of the document `market` (wire/market_doc.h) */
	GENESIS_NODES_MAX = 1024,
};

/* A market's beginning. What is below the line follows from what is above it. */
struct genesis {
	char name[MARKET_NAME_MAX + 1];
	struct params params;
	enum key_alg address_alg; /* of address and role keys */
	struct public_key operator_key;
	uint8_t operator_signature[SIGNATURE_LEN];
	/* ---- */
	struct header header;
	uint8_t hash[HASH_LEN];
	char market[MARKET_ID_MAX + 1]; /* "name:16hex" */
};

/* Compute rules_hash, header, hash and market id from what is above the line, whose params have
 * passed params_check(). ERR_NOMEM, ERR_FORMAT (name). */
__attribute__((warn_unused_result)) enum err genesis_complete(struct genesis *genesis);

/* Sign the completed genesis as its operator. */
__attribute__((warn_unused_result)) enum err genesis_sign(
	struct genesis *genesis, const struct private_key *operator_key);

/* Write the genesis document,
 * {"header":...,"header_hash":...,"market":...,"operator_signature":..., "rules":{...}}, in
 * canonical form with a final NUL; returns its length, 0 if it does not fit. */
size_t genesis_write(const struct genesis *genesis, char *out, size_t size);

/* Read and verify a genesis document, or a `market` document, whose `current` is passed over: its
 * form, params_check(), that header and hash follow from the rules, and the operator's signature.
 * ERR_FORMAT or ERR_INTERNAL with one sentence in why_text. pinned: the expected hash, or NULL. */
__attribute__((warn_unused_result)) enum err genesis_read(const char *text, size_t len,
	const uint8_t *pinned, struct genesis *ret, char why_text[static FORM_FIELD_MAX + 64]);

/* genesis_read() on a file. Further, ERR_IO: it cannot be read, or is empty. */
__attribute__((warn_unused_result)) enum err genesis_load(const char *path, const uint8_t *pinned,
	struct genesis *ret, char why_text[static FORM_FIELD_MAX + 64]);

/* The operator's key as the market enrols it. */
struct enrolled_key genesis_operator(const struct genesis *genesis);

#endif
