#include "wire/sign.h"
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>
#include "wire/ecdsa_raw.h"

/* The contexts are templates: set up once, then copied for each check, which is cheaper than to set
 * up another and leaves them constant. One of the two is NULL. */
struct verify_key {
	enum key_alg alg;
	EVP_PKEY *pkey;
	EVP_PKEY_CTX *p256;
	EVP_MD_CTX *ed25519;
};

/* OpenSSL's handle of a P-256 point. */
static EVP_PKEY *import_p256(const struct public_key *key)
{
	char group[] = "prime256v1";
	uint8_t point[KEY_P256_LEN];
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *pkey = NULL;

	memcpy(point, key->bytes, sizeof point);
	if (ctx && EVP_PKEY_fromdata_init(ctx) == 1)
		(void)EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static bool prepare_p256(struct verify_key *verify, const struct public_key *key)
{
	verify->pkey = import_p256(key);
	if (!verify->pkey)
		return false;
	verify->p256 = EVP_PKEY_CTX_new_from_pkey(NULL, verify->pkey, NULL);
	return verify->p256 && EVP_PKEY_verify_init(verify->p256) == 1;
}

static bool prepare_ed25519(struct verify_key *verify, const struct public_key *key)
{
	verify->pkey = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, key->bytes, key->len);
	verify->ed25519 = EVP_MD_CTX_new();
	return verify->pkey && verify->ed25519 &&
	       EVP_DigestVerifyInit_ex(
		       verify->ed25519, NULL, NULL, NULL, NULL, verify->pkey, NULL) == 1;
}

enum err verify_key_new(const struct public_key *key, struct verify_key **ret_key)
{
	enum err err = key_check(key);
	struct verify_key *verify;

	if (err != ERR_OK)
		return err;
	verify = calloc(1, sizeof *verify);
	if (!verify)
		return ERR_NOMEM;
	verify->alg = key->alg;
	if (!(key->alg == KEY_P256 ? prepare_p256 : prepare_ed25519)(verify, key)) {
		verify_key_free(verify);
		ERR_clear_error();
		return ERR_CRYPTO;
	}
	*ret_key = verify;
	return ERR_OK;
}

void verify_key_free(struct verify_key *key)
{
	if (!key)
		return;
	EVP_PKEY_CTX_free(key->p256);
	EVP_MD_CTX_free(key->ed25519);
	EVP_PKEY_free(key->pkey);
	free(key);
}

/* OpenSSL's answer: 1 good, 0 bad, below 0 a failure. */
static enum verify_result result_of(int answer)
{
	if (answer != 1)
		ERR_clear_error();
	return answer == 1 ? VERIFY_OK : answer == 0 ? VERIFY_MISMATCH : VERIFY_UNABLE;
}

static enum verify_result check_p256(const struct verify_key *key, const uint8_t digest[static 32],
	const uint8_t sig[static SIGNATURE_LEN])
{
	const uint8_t *s = sig + ECDSA_SCALAR_LEN;
	uint8_t der[ECDSA_DER_MAX];
	EVP_PKEY_CTX *ctx;
	enum verify_result result = VERIFY_UNABLE;

	if (!ecdsa_scalar_is_valid(sig) || !ecdsa_scalar_is_valid(s))
		return VERIFY_MALFORMED;
	if (!ecdsa_scalar_is_low(s))
		return VERIFY_HIGH_S;
	ctx = EVP_PKEY_CTX_dup(key->p256);
	if (ctx)
		result = result_of(
			EVP_PKEY_verify(ctx, der, ecdsa_raw_to_der(sig, der), digest, 32));
	EVP_PKEY_CTX_free(ctx);
	return result;
}

static enum verify_result check_ed25519(const struct verify_key *key, const void *input,
	size_t input_len, const uint8_t sig[static SIGNATURE_LEN])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	enum verify_result result = VERIFY_UNABLE;

	if (ctx && EVP_MD_CTX_copy_ex(ctx, key->ed25519) == 1)
		result = result_of(EVP_DigestVerify(ctx, sig, SIGNATURE_LEN, input, input_len));
	EVP_MD_CTX_free(ctx);
	return result;
}

enum verify_result verify_key_check(const struct verify_key *key, const uint8_t digest[static 32],
	const void *input, size_t input_len, const uint8_t sig[static SIGNATURE_LEN])
{
	return key->alg == KEY_P256 ? check_p256(key, digest, sig)
				    : check_ed25519(key, input, input_len, sig);
}

static enum err sign_p256(
	EVP_PKEY *pkey, const uint8_t digest[static 32], uint8_t sig[static SIGNATURE_LEN])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	uint8_t der[ECDSA_DER_MAX];
	size_t len = sizeof der;
	enum err err = ctx ? ERR_CRYPTO : ERR_NOMEM;

	if (ctx && EVP_PKEY_sign_init(ctx) == 1 && EVP_PKEY_sign(ctx, der, &len, digest, 32) == 1 &&
		ecdsa_raw_from_der(der, len, sig))
		err = ERR_OK;
	EVP_PKEY_CTX_free(ctx);
	return err;
}

static enum err sign_ed25519(
	EVP_PKEY *pkey, const void *input, size_t input_len, uint8_t sig[static SIGNATURE_LEN])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t made[SIGNATURE_LEN];
	size_t len = sizeof made;
	enum err err = ctx ? ERR_CRYPTO : ERR_NOMEM;

	if (ctx && EVP_DigestSignInit_ex(ctx, NULL, NULL, NULL, NULL, pkey, NULL) == 1 &&
		EVP_DigestSign(ctx, made, &len, input, input_len) == 1 && len == sizeof made) {
		memcpy(sig, made, sizeof made);
		err = ERR_OK;
	}
	EVP_MD_CTX_free(ctx);
	return err;
}

enum err sign_input(const struct private_key *key, const uint8_t digest[static 32],
	const void *input, size_t input_len, uint8_t sig[static SIGNATURE_LEN])
{
	EVP_PKEY *pkey = private_key_handle(key);
	enum err err = private_key_public(key)->alg == KEY_P256
			       ? sign_p256(pkey, digest, sig)
			       : sign_ed25519(pkey, input, input_len, sig);

	if (err != ERR_OK)
		ERR_clear_error();
	return err;
}
