/* login_token: the password a client logs in with: a compact JWS (RFC 7515) by its identity key
 * (docs/protocol.md, section 4). */
#ifndef LEM_WIRE_LOGIN_TOKEN_H
#define LEM_WIRE_LOGIN_TOKEN_H
#include <stdint.h>
#include "wire/private_key.h"

enum { LOGIN_TOKEN_MAX = 512, LOGIN_TOKEN_LIFE_S = 120 };

/* Write a token for client_id in the market, valid from now_s (real Unix time) for
 * LOGIN_TOKEN_LIFE_S, NUL-terminated. ERR_CRYPTO, ERR_NOMEM. */
__attribute__((warn_unused_result)) enum err login_token_write(const struct private_key *key,
	const char *market, const char *client_id, int64_t now_s, char out[static LOGIN_TOKEN_MAX]);

#endif
