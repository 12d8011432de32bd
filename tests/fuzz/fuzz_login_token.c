/* fuzz_login_token: any text as a login token. The first byte picks what the rest is: the text
 * itself, the header or claims of a token that is then signed, or a place at which a good token is
 * changed. What is let in is exactly the one spelling of what docs/protocol.md, section 4, allows.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "plugin/login.h"
#include "wire/digest.h"
#include "wire/login_token.h"
#include "wire/text.h"

#define MARKET "fuzz:0123456789abcdef"
#define NOW_S 1700000000
#define CLAIMS "{\"aud\":\"" MARKET "\",\"exp\":%lld,\"iat\":%lld,\"sub\":\"%s\"}"

enum { PART_MAX = 2048, TOKEN_MAX = 3 * PART_MAX };
enum what { RAW, HEADER, CLAIMS_SIGNED, CHANGED, WHATS };

/* One client of each algorithm. */
static struct client {
	const char *id;
	const char *header;
	struct private_key *key;
	char token[LOGIN_TOKEN_MAX]; /* a good one */
} clients[] = {
	{.id = "home0001", .header = "{\"alg\":\"ES256\"}"},
	{.id = "home0002", .header = "{\"alg\":\"EdDSA\"}"},
};

static struct keyring *keyring;
static struct key_cache *keys;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

static enum login_answer answer(const struct client *c, const char *token)
{
	return login_check(keyring, keys, MARKET, c->id, c->id, token, false, NOW_S);
}

static void enrol(uint32_t number, struct client *c, enum key_alg alg)
{
	static struct home h;
	const struct public_key *key;

	assert(private_key_generate(alg, &c->key) == ERR_OK);
	key = private_key_public(c->key);
	memset(&h, 0, sizeof h);
	h.kind = CLIENT_HOME;
	h.status = HOME_REGISTERED;
	h.number = number;
	(void)snprintf(h.terms.client_id, sizeof h.terms.client_id, "%s", c->id);
	h.ems.alg = (int)key->alg;
	h.ems.key.len = key->len;
	memcpy(h.ems.key.bytes, key->bytes, sizeof h.ems.key.bytes);
	keyring_put_home(keyring, &h);
	assert(login_token_write(c->key, MARKET, c->id, NOW_S, c->token) == ERR_OK);
	assert(answer(c, c->token) == LOGIN_OK);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	assert(keyring_new(KEY_P256, &keyring) == ERR_OK);
	assert(key_cache_new(4, &keys) == ERR_OK);
	enrol(1, &clients[0], KEY_P256);
	enrol(2, &clients[1], KEY_ED25519);
	return 0;
}

/* A token of these two parts, signed by the client. */
static void sign(const struct client *c, const void *header, size_t header_len, const void *claims,
	size_t claims_len, char token[static TOKEN_MAX])
{
	uint8_t digest[DIGEST_LEN], sig[SIGNATURE_LEN];
	size_t len;

	assert(text_base64url_write(header, header_len, token, TOKEN_MAX));
	len = strlen(token);
	token[len++] = '.';
	assert(text_base64url_write(claims, claims_len, token + len, TOKEN_MAX - len));
	len = strlen(token);
	digest_sha256(token, len, digest);
	assert(sign_input(c->key, digest, token, len, sig) == ERR_OK);
	token[len++] = '.';
	assert(text_base64url_write(sig, sizeof sig, token + len, TOKEN_MAX - len));
}

/* Whether the claims are the one spelling of what lets this client in now. */
static bool let_in(const struct client *c, const char *claims)
{
	long long exp_s, iat_s;
	char again[PART_MAX];

	if (sscanf(claims, "{\"aud\":\"" MARKET "\",\"exp\":%lld,\"iat\":%lld,", &exp_s, &iat_s) !=
		2)
		return false;
	(void)snprintf(again, sizeof again, CLAIMS, exp_s, iat_s, c->id);
	return strcmp(again, claims) == 0 && iat_s >= 0 && exp_s >= NOW_S && iat_s <= NOW_S + 60 &&
	       exp_s - iat_s <= 300;
}

/* A token that is let in by one is of no use to the other, nor in another market. */
static void check_owner(const struct client *c, const char *token)
{
	const struct client *other = &clients[c == clients];

	assert(answer(other, token) != LOGIN_OK);
	assert(login_check(keyring, keys, "fuzz:0123456789abcdee", c->id, c->id, token, false,
		       NOW_S) != LOGIN_OK);
	assert(login_check(keyring, keys, MARKET, c->id, other->id, token, false, NOW_S) !=
		LOGIN_OK);
}

static void check_claims(const struct client *c, const char *claims, size_t len)
{
	static char token[TOKEN_MAX];
	bool in;

	sign(c, c->header, strlen(c->header), claims, len, token);
	in = strlen(token) <= LOGIN_PASSWORD_MAX && strlen(claims) == len && let_in(c, claims);
	assert((answer(c, token) == LOGIN_OK) == in);
	if (in)
		check_owner(c, token);
}

static void check_header(const struct client *c, const char *header, size_t len)
{
	static char token[TOKEN_MAX];
	char claims[256];
	bool in = len == strlen(c->header) && memcmp(header, c->header, len) == 0;

	(void)snprintf(
		claims, sizeof claims, CLAIMS, (long long)NOW_S + 120, (long long)NOW_S, c->id);
	sign(c, header, len, claims, strlen(claims), token);
	assert((answer(c, token) == LOGIN_OK) == in);
}

/* No other text is as good as a good token: not one character may change, go or come. */
static void check_changed(const struct client *c, const uint8_t *data, size_t size)
{
	char token[LOGIN_TOKEN_MAX + 2];
	size_t len = strlen(c->token);
	size_t at;

	if (size < 3)
		return;
	at = (data[0] * 256U + data[1]) % (len + 1);
	memcpy(token, c->token, len + 1);
	if (data[2] == 0) {
		memmove(token + at, token + at + (at < len), len + 1 - at - (at < len));
	} else if (size > 3 || at == len) {
		memmove(token + at + 1, token + at, len + 1 - at);
		token[at] = (char)data[2];
	} else {
		token[at] = (char)data[2];
	}
	assert((answer(c, token) == LOGIN_OK) == (strcmp(token, c->token) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct client *c;
	char text[PART_MAX + 1];

	if (size < 1 || size - 1 > PART_MAX)
		return 0;
	c = &clients[data[0] / WHATS % 2];
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	switch ((enum what)(data[0] % WHATS)) {
	case HEADER:
		check_header(c, text, size - 1);
		break;
	case CLAIMS_SIGNED:
		check_claims(c, text, size - 1);
		break;
	case CHANGED:
		check_changed(c, data + 1, size - 1);
		break;
	case RAW:
	case WHATS:
		assert((answer(c, text) == LOGIN_OK) == (strcmp(text, c->token) == 0));
	}
	return 0;
}

/* Now and then begin anew at what is good, which chance would not come by. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	const struct client *c = &clients[seed / 16 % 2];
	enum what what = (enum what)(seed / 32 % WHATS);
	char good[512] = "";

	if (seed % 16 != 0 || max < sizeof good)
		return LLVMFuzzerMutate(data, size, max);
	good[0] = (char)(what + WHATS * (c - clients));
	if (what == HEADER)
		(void)snprintf(good + 1, sizeof good - 1, "%s", c->header);
	else if (what == CLAIMS_SIGNED)
		(void)snprintf(good + 1, sizeof good - 1, CLAIMS,
			NOW_S + (long long)(seed / 64 % 400),
			NOW_S + (long long)(seed / 32768 % 80), c->id);
	else
		(void)snprintf(good + 1, sizeof good - 1, "%s", c->token);
	size = 1 + strlen(good + 1);
	memcpy(data, good, size);
	return seed / 256 % 4 == 0 ? size : LLVMFuzzerMutate(data, size, max);
}
