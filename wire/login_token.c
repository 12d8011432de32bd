#include "wire/login_token.h"
#include <string.h>
#include "wire/digest.h"
#include "wire/out.h"
#include "wire/sign.h"
#include "wire/text.h"

/* Append the base64url of a text, without quotes. */
static void add_part(struct out *out, const char *text, size_t len)
{
	if (out->full ||
		!text_base64url_write(text, len, out->text + out->len, out->size - out->len))
		out->full = true;
	else
		out->len += TEXT_BASE64URL_LEN(len);
}

enum err login_token_write(const struct private_key *key, const char *market, const char *client_id,
	int64_t now_s, char text[static LOGIN_TOKEN_MAX])
{
	const char *header = private_key_public(key)->alg == KEY_ED25519 ? "{\"alg\":\"EdDSA\"}"
									 : "{\"alg\":\"ES256\"}";
	uint8_t digest[DIGEST_LEN], sig[SIGNATURE_LEN];
	char claims[256];
	struct out out, c;
	enum err err;

	out_init(&c, claims, sizeof claims);
	out_printf(&c, "{\"aud\":\"%s\",\"exp\":%lld,\"iat\":%lld,\"sub\":\"%s\"}", market,
		(long long)(now_s + LOGIN_TOKEN_LIFE_S), (long long)now_s, client_id);
	out_init(&out, text, LOGIN_TOKEN_MAX);
	add_part(&out, header, strlen(header));
	out_bytes(&out, ".", 1);
	add_part(&out, claims, c.len);
	if (out_end(&out) == 0 || out_end(&c) == 0)
		return ERR_LIMIT;
	digest_sha256(text, out.len, digest);
	err = sign_input(key, digest, text, out.len, sig);
	if (err != ERR_OK)
		return err;
	out_bytes(&out, ".", 1);
	add_part(&out, (const char *)sig, sizeof sig);
	return out_end(&out) ? ERR_OK : ERR_LIMIT;
}
