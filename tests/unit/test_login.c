/* Who is let in: by a code once, by a token of its own key, in its one spelling, for a while. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "plugin/login.h"
#include "wire/digest.h"
#include "wire/login_token.h"
#include "wire/text.h"

#define MARKET "lem:0123456789abcdef"
#define HEADER "{\"alg\":\"ES256\"}"

enum { NOW_S = 1700000000, TOKEN_MAX = 2048 };

static struct keyring *keyring;
static struct key_cache *keys;
static struct private_key *key;

static void enrol(uint32_t number, const char *id, enum home_status status)
{
	static struct home h;
	const struct public_key *public = private_key_public(key);

	memset(&h, 0, sizeof h);
	h.kind = CLIENT_HOME;
	h.status = status;
	h.number = number;
	(void)snprintf(h.terms.client_id, sizeof h.terms.client_id, "%s", id);
	digest_sha256("secret", 6, h.terms.code_hash);
	h.ems.alg = (int)public->alg;
	h.ems.key.len = public->len;
	memcpy(h.ems.key.bytes, public->bytes, sizeof h.ems.key.bytes);
	keyring_put_home(keyring, &h);
}

static int setup(void **state)
{
	(void)state;
	if (keyring_new(KEY_P256, &keyring) != ERR_OK || key_cache_new(4, &keys) != ERR_OK ||
		private_key_generate(KEY_P256, &key) != ERR_OK)
		return -1;
	enrol(1, "home0001", HOME_REGISTERED);
	enrol(2, "home0002", HOME_INVITED);
	enrol(3, "home0003", HOME_REVOKED);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	private_key_free(key);
	key_cache_free(keys);
	keyring_free(keyring);
	return 0;
}

static enum login_answer login(const char *user, const char *client_id, const char *password)
{
	return login_check(keyring, keys, MARKET, user, client_id, password, false, NOW_S);
}

/* What home0001 is told with a token of these two parts, rightly signed. */
static enum login_answer login_signed(const char *header, const char *claims)
{
	uint8_t digest[DIGEST_LEN], sig[SIGNATURE_LEN];
	char token[TOKEN_MAX];
	size_t len;

	assert_true(text_base64url_write(header, strlen(header), token, sizeof token));
	len = strlen(token);
	token[len++] = '.';
	assert_true(text_base64url_write(claims, strlen(claims), token + len, sizeof token - len));
	len = strlen(token);
	digest_sha256(token, len, digest);
	assert_int_equal(sign_input(key, digest, token, len, sig), ERR_OK);
	token[len++] = '.';
	assert_true(text_base64url_write(sig, sizeof sig, token + len, sizeof token - len));
	return login("home0001", "home0001", token);
}

static void the_token_that_homes_write_lets_in(void **state)
{
	char token[LOGIN_TOKEN_MAX], other[LOGIN_TOKEN_MAX];

	(void)state;
	assert_int_equal(login_token_write(key, MARKET, "home0001", NOW_S, token), ERR_OK);
	assert_int_equal(login("home0001", "home0001", token), LOGIN_OK);
	assert_int_equal(login("home0001", "home0001/tool", token), LOGIN_OK);
	assert_int_equal(login("home0001", "home0002", token), LOGIN_CLIENT_ID);
	assert_int_equal(login("home0002", "home0002", token), LOGIN_BAD);
	assert_int_equal(login("home0003", "home0003", token), LOGIN_REVOKED);
	assert_int_equal(login("stranger", "stranger", token), LOGIN_FOREIGN);
	assert_int_equal(login("home0001", "home0001", NULL), LOGIN_BAD);
	for (size_t i = 0; i < strlen(token); i++) {
		memcpy(other, token, sizeof other);
		other[i] = other[i] == 'A' ? 'B' : 'A';
		assert_int_not_equal(login("home0001", "home0001", other), LOGIN_OK);
		other[i] = '\0';
		assert_int_not_equal(login("home0001", "home0001", other), LOGIN_OK);
	}
}

static void a_code_lets_in_who_is_invited(void **state)
{
	(void)state;
	assert_int_equal(login("home0002", "home0002", "secret-00"), LOGIN_OK);
	assert_int_equal(login("home0002", "home0002", "secret"), LOGIN_BAD);
	assert_int_equal(login("home0002", "home0002", "Secret-00"), LOGIN_BAD);
	assert_int_equal(login("home0001", "home0001", "secret-00"), LOGIN_BAD);
}

/* Claims as the table writes them: the four members and what stands around them. */
#define AUD "\"aud\":\"" MARKET "\""
#define EXP "\"exp\":1700000120"
#define IAT "\"iat\":1700000000"
#define SUB "\"sub\":\"home0001\""

static void claims_have_one_spelling(void **state)
{
	static const struct {
		const char *claims;
		enum login_answer want;
	} table[] = {
		{"{" AUD "," EXP "," IAT "," SUB "}", LOGIN_OK},
		{"{" AUD ", " EXP "," IAT "," SUB "}", LOGIN_BAD},
		{"{" AUD "," EXP "," IAT "," SUB "}\n", LOGIN_BAD},
		{"{" SUB "," AUD "," EXP "," IAT "}", LOGIN_BAD},
		{"{" AUD "," EXP "," IAT ",\"sub\":\"home000\\u0031\"}", LOGIN_BAD},
		{"{" AUD "," EXP "," IAT "," SUB ",\"x\":1}", LOGIN_BAD},
		{"{" AUD "," EXP "," IAT "}", LOGIN_BAD},
		{"{" AUD "," EXP "," IAT ",\"sub\":\"home0002\"}", LOGIN_BAD},
		{"{\"aud\":\"lem:0123456789abcdee\"," EXP "," IAT "," SUB "}", LOGIN_BAD},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		assert_int_equal(login_signed(HEADER, table[i].claims), table[i].want);
	assert_int_equal(login_signed("{\"alg\":\"EdDSA\"}", table[0].claims), LOGIN_BAD);
	assert_int_equal(login_signed("{\"alg\":\"none\"}", table[0].claims), LOGIN_BAD);
	assert_int_equal(login_signed("{ \"alg\":\"ES256\"}", table[0].claims), LOGIN_BAD);
}

static void a_token_has_its_time(void **state)
{
	static const struct {
		int exp_s, iat_s;
		enum login_answer want;
	} table[] = {
		{NOW_S, NOW_S, LOGIN_OK},
		{NOW_S - 1, NOW_S - 2, LOGIN_EXPIRED},
		{NOW_S + 300, NOW_S, LOGIN_OK},
		{NOW_S + 301, NOW_S, LOGIN_EXPIRED},
		{NOW_S + 120, NOW_S + 60, LOGIN_OK},
		{NOW_S + 120, NOW_S + 61, LOGIN_EXPIRED},
	};
	char claims[256];

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		(void)snprintf(claims, sizeof claims, "{" AUD ",\"exp\":%d,\"iat\":%d," SUB "}",
			table[i].exp_s, table[i].iat_s);
		assert_int_equal(login_signed(HEADER, claims), table[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_token_that_homes_write_lets_in),
		cmocka_unit_test(a_code_lets_in_who_is_invited),
		cmocka_unit_test(claims_have_one_spelling),
		cmocka_unit_test(a_token_has_its_time),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
