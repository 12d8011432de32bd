#include "plugin/login.h"
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include "wire/digest.h"
#include "wire/form.h"
#include "wire/jcs.h"
#include "wire/signing.h"
#include "wire/text.h"

enum { CLAIMS_MAX = 512 }; /* bytes of their JSON */

/* What a token claims. */
struct claims {
	char aud[MARKET_ID_MAX + 1];
	char sub[CLIENT_ID_MAX + 1];
	int64_t iat, exp;
};

const char *login_text(enum login_answer answer)
{
	switch (answer) {
	case LOGIN_OK:
		return "accepted";
	case LOGIN_FOREIGN:
		return "not a client of the market";
	case LOGIN_CLIENT_ID:
		return "the MQTT client id must be the user name, or it, a slash and a suffix "
		       "with a clean session";
	case LOGIN_BAD:
		return "the password is neither its code nor a token by its key";
	case LOGIN_EXPIRED:
		return "the token's time is over, or not yet come: check the clock";
	case LOGIN_REVOKED:
		return "its enrolment has been revoked";
	}
	return "?";
}

/* The client id binds the session to the user: another's could take over its queue. */
static bool client_id_fits(const char *user, const char *client_id, bool has_session)
{
	size_t n = strlen(user);

	if (!client_id || strncmp(client_id, user, n) != 0)
		return false;
	return client_id[n] == '\0' || (client_id[n] == '/' && !has_session);
}

/* <secret>-<genesis hash>, the whole code: the secret's hash is on record. */
static bool code_fits(const struct keyring_client *c, const char *password)
{
	const char *dash = strchr(password, '-');
	uint8_t hash[HASH_LEN];

	if (!dash)
		return false;
	digest_sha256(password, (size_t)(dash - password), hash);
	return CRYPTO_memcmp(hash, c->code_hash, HASH_LEN) == 0;
}

static bool is_canonical(const struct json_doc *doc)
{
	char again[CLAIMS_MAX];

	return jcs_write(doc, 0, NULL, again, sizeof again) == doc->len &&
	       memcmp(again, doc->text, doc->len) == 0;
}

static bool read_claims(const char *text, size_t len, struct claims *ret)
{
	struct json_node nodes[16];
	struct json_doc doc = {.nodes = nodes, .node_max = 16};
	char json[CLAIMS_MAX];
	size_t json_len = 0;
	struct form f;
	struct form_object o;

	if (!text_base64url_read(text, len, (uint8_t *)json, sizeof json, &json_len) ||
		json_read(&doc, json, json_len, &json_limits_message, NULL) != JSON_OK ||
		!is_canonical(&doc))
		return false;
	form_init(&f, &doc);
	o = form_enter(&f, 0, "");
	form_string(&f, &o, "aud", ret->aud, sizeof ret->aud);
	form_string(&f, &o, "sub", ret->sub, sizeof ret->sub);
	form_int(&f, &o, "iat", 0, INT64_C(1) << 40, &ret->iat);
	form_int(&f, &o, "exp", 0, INT64_C(1) << 40, &ret->exp);
	form_leave(&f, &o);
	return f.verdict == VERDICT_OK;
}

/* The header is one of two constants: the algorithm is the key's, never the token's choice. */
static bool header_fits(const char *text, size_t len, enum key_alg alg)
{
	const char *want = alg == KEY_ED25519 ? "{\"alg\":\"EdDSA\"}" : "{\"alg\":\"ES256\"}";
	char header[64];
	size_t header_len = 0;

	return text_base64url_read(text, len, (uint8_t *)header, sizeof header, &header_len) &&
	       header_len == strlen(want) && memcmp(header, want, header_len) == 0;
}

static enum login_answer check_token(struct key_cache *keys, const struct keyring_client *c,
	const char *market, const char *user, const char *token, int64_t now_s)
{
	const char *first = strchr(token, '.');
	const char *second = first ? strchr(first + 1, '.') : NULL;
	const struct verify_key *key;
	uint8_t sig[SIGNATURE_LEN], digest[HASH_LEN];
	struct claims claims;
	size_t len = 0;

	if (!second || strlen(token) > LOGIN_PASSWORD_MAX)
		return LOGIN_BAD;
	if (!text_base64url_read(second + 1, strlen(second + 1), sig, sizeof sig, &len) ||
		len != SIGNATURE_LEN)
		return LOGIN_BAD;
	if (!header_fits(token, (size_t)(first - token), c->ems.alg) ||
		!read_claims(first + 1, (size_t)(second - first) - 1, &claims) ||
		strcmp(claims.aud, market) != 0 || strcmp(claims.sub, user) != 0)
		return LOGIN_BAD;
	if (claims.exp < now_s || claims.iat > now_s + LOGIN_SKEW_S ||
		claims.exp - claims.iat > LOGIN_LIFE_MAX_S)
		return LOGIN_EXPIRED;
	key = key_cache_get(keys, &c->ems);
	digest_sha256(token, (size_t)(second - token), digest);
	if (!key ||
		verify_key_check(key, digest, token, (size_t)(second - token), sig) != VERIFY_OK)
		return LOGIN_BAD;
	return LOGIN_OK;
}

enum login_answer login_check(struct keyring *keyring, struct key_cache *keys, const char *market,
	const char *user, const char *client_id, const char *password, bool has_session,
	int64_t now_s)
{
	struct keyring_client client;

	if (!user || !keyring_client(keyring, user, &client))
		return LOGIN_FOREIGN;
	if (!client_id_fits(user, client_id, has_session))
		return LOGIN_CLIENT_ID;
	if (client.status == HOME_REVOKED)
		return LOGIN_REVOKED;
	if (!password)
		return LOGIN_BAD;
	if (client.status == HOME_INVITED)
		return code_fits(&client, password) ? LOGIN_OK : LOGIN_BAD;
	return check_token(keys, &client, market, user, password, now_s);
}
