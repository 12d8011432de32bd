/* login: who a connecting client is: a one-time enrolment code, or a token signed by its identity
 * key (docs/protocol.md, section 4). Runs on the broker's thread, so limits come first. */
#ifndef LEM_PLUGIN_LOGIN_H
#define LEM_PLUGIN_LOGIN_H
#include <stdbool.h>
#include <stdint.h>
#include "engine/key_cache.h"
#include "engine/keyring.h"

enum { LOGIN_PASSWORD_MAX = 1024, LOGIN_LIFE_MAX_S = 300, LOGIN_SKEW_S = 60 };

/* What a login comes to; only LOGIN_OK lets in. */
enum login_answer {
	LOGIN_OK,
	LOGIN_FOREIGN,   /* no client of the market: not ours to judge */
	LOGIN_CLIENT_ID, /* the MQTT client id is not the user's */
	LOGIN_BAD,       /* code or token does not fit */
	LOGIN_EXPIRED,
	LOGIN_REVOKED,
};

/* Judge a login. market: the full id; now_s: real Unix time. has_session: the client asks for a
 * persistent session. keys: of the broker's thread. */
enum login_answer login_check(struct keyring *keyring, struct key_cache *keys, const char *market,
	const char *user, const char *client_id, const char *password, bool has_session,
	int64_t now_s);

/* Why, for the log. */
const char *login_text(enum login_answer answer);

#endif
