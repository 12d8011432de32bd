#include "wire/slot_secret.h"
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <string.h>
#include "wire/ecdsa_raw.h"
#include "wire/private_key.h"

void slot_secret_wipe(struct slot_secret *secret)
{
	explicit_bzero(secret, sizeof *secret);
}

static bool export_secret(EVP_PKEY *pkey, struct slot_secret *secret)
{
	size_t len = SLOT_SECRET_LEN;
	BIGNUM *scalar = NULL;
	bool ok;

	if (secret->alg == KEY_ED25519)
		return EVP_PKEY_get_raw_private_key(pkey, secret->bytes, &len) == 1 &&
		       len == SLOT_SECRET_LEN;
	ok = EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_PRIV_KEY, &scalar) == 1 &&
	     BN_bn2binpad(scalar, secret->bytes, SLOT_SECRET_LEN) == SLOT_SECRET_LEN;
	BN_clear_free(scalar);
	return ok;
}

enum err slot_secret_draw(enum key_alg alg, struct slot_secret *ret, struct public_key *ret_public)
{
	struct slot_secret secret = {.alg = alg};
	struct private_key *key = NULL;
	enum err err = private_key_generate(alg, &key);

	if (err == ERR_OK && !export_secret(private_key_handle(key), &secret))
		err = ERR_CRYPTO;
	if (err == ERR_OK) {
		*ret = secret;
		*ret_public = *private_key_public(key);
	}
	private_key_free(key);
	slot_secret_wipe(&secret);
	ERR_clear_error();
	return err;
}

/* OpenSSL's form of a P-256 scalar; to sign it needs no public half. */
static EVP_PKEY *p256_of(const struct slot_secret *secret)
{
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	BIGNUM *scalar = BN_secure_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *pkey = NULL;

	if (builder && scalar && ctx && ecdsa_scalar_is_valid(secret->bytes) &&
		BN_bin2bn(secret->bytes, SLOT_SECRET_LEN, scalar) &&
		OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) ==
			1 &&
		OSSL_PARAM_BLD_push_BN_pad(
			builder, OSSL_PKEY_PARAM_PRIV_KEY, scalar, SLOT_SECRET_LEN) == 1)
		params = OSSL_PARAM_BLD_to_param(builder);
	if (params && EVP_PKEY_fromdata_init(ctx) == 1)
		(void)EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_KEYPAIR, params);
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	BN_clear_free(scalar);
	OSSL_PARAM_BLD_free(builder);
	return pkey;
}

static bool sign_p256(
	const struct slot_secret *secret, const uint8_t *digest, uint8_t sig[static SIGNATURE_LEN])
{
	uint8_t der[ECDSA_DER_MAX];
	size_t len = sizeof der;
	EVP_PKEY *pkey = p256_of(secret);
	EVP_PKEY_CTX *ctx = pkey ? EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL) : NULL;
	bool ok = ctx && EVP_PKEY_sign_init(ctx) == 1 &&
		  EVP_PKEY_sign(ctx, der, &len, digest, 32) == 1 &&
		  ecdsa_raw_from_der(der, len, sig);

	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	return ok;
}

static bool sign_ed25519(const struct slot_secret *secret, const void *input, size_t input_len,
	uint8_t sig[static SIGNATURE_LEN])
{
	uint8_t out[SIGNATURE_LEN];
	size_t len = sizeof out;
	EVP_PKEY *pkey = EVP_PKEY_new_raw_private_key(
		EVP_PKEY_ED25519, NULL, secret->bytes, SLOT_SECRET_LEN);
	EVP_MD_CTX *ctx = pkey ? EVP_MD_CTX_new() : NULL;
	bool ok = ctx && EVP_DigestSignInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
		  EVP_DigestSign(ctx, out, &len, input, input_len) == 1 && len == sizeof out;

	if (ok)
		memcpy(sig, out, sizeof out);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	return ok;
}

enum err slot_secret_sign(const struct slot_secret *secret, const uint8_t digest[static 32],
	const void *input, size_t input_len, uint8_t sig[static SIGNATURE_LEN])
{
	bool ok = secret->alg == KEY_ED25519 ? sign_ed25519(secret, input, input_len, sig)
					     : sign_p256(secret, digest, sig);

	ERR_clear_error();
	return ok ? ERR_OK : ERR_CRYPTO;
}
