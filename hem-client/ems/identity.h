/* identity: the home's own keys in its state directory, and the tokens it logs in with. */
#ifndef LEM_HEM_IDENTITY_H
#define LEM_HEM_IDENTITY_H
#include <stdbool.h>
#include "wire/private_key.h"
#include "wire/signing.h"

enum {
	IDENTITY_PATH_MAX = 1100,
	IDENTITY_WHY_MAX = PRIVATE_KEY_WHY_MAX + IDENTITY_PATH_MAX,
	LOGIN_TOKEN_MAX = 512,
	LOGIN_TOKEN_S = 120, /* a token's life; the market takes at most 300 */
};

/* `ems` signs what no address signs; `meter` is the simulated meter's certified key. */
struct identity {
	struct private_key *ems;
	struct private_key *meter;
};

/* What identity_make() found or made. */
struct identity_made {
	bool directory, ems, meter;
};

/* Make the state directory (0700), ems.pem and the meter's key (0600, both P-256), whatever of them
 * is missing; nothing is ever overwritten. meter_path "": meter.pem in the state directory. Errors
 * of private_key_save(); ERR_PERMISSION also if the directory lets others in. */
__attribute__((warn_unused_result)) enum err identity_make(const char *state_dir,
	const char *meter_path, struct identity_made *ret, char why[static IDENTITY_WHY_MAX]);

/* Load both keys. Errors of private_key_load(); on success identity_release() it. */
__attribute__((warn_unused_result)) enum err identity_load(const char *state_dir,
	const char *meter_path, struct identity *ret, char why[static IDENTITY_WHY_MAX]);

/* Wipe and free; an empty one is allowed. */
void identity_release(struct identity *identity);

/* Write a login token (docs/protocol.md, section 4), a compact JWS by the identity key, valid from
 * now_s for LOGIN_TOKEN_S real seconds. Errors as sign_input(). */
__attribute__((warn_unused_result)) enum err login_token(const struct private_key *ems,
	const char *market, const char *client_id, int64_t now_s, char out[static LOGIN_TOKEN_MAX]);

#endif
