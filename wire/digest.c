#include "wire/digest.h"
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_LEN = 64 };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static EVP_MD *sha256;            /* fetched once, as long as the process */
static pthread_key_t context_key; /* frees a thread's context when the thread ends */
static _Thread_local EVP_MD_CTX *context;

static void free_context(void *ctx)
{
	EVP_MD_CTX_free(ctx);
	context = NULL; /* another destructor of this thread may come after and digest */
}

static void fetch(void)
{
	if (pthread_key_create(&context_key, free_context) != 0)
		return;
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

enum err digest_prepare(void)
{
	EVP_MD_CTX *ctx;

	if (context)
		return ERR_OK;
	if (pthread_once(&once, fetch) != 0 || !sha256)
		return ERR_CRYPTO;
	ctx = EVP_MD_CTX_new();
	if (!ctx)
		return ERR_NOMEM;
	/* The first start allocates; those after it reuse what it made. */
	if (EVP_DigestInit_ex2(ctx, sha256, NULL) != 1 ||
		pthread_setspecific(context_key, ctx) != 0) {
		EVP_MD_CTX_free(ctx);
		ERR_clear_error();
		return ERR_NOMEM;
	}
	context = ctx;
	return ERR_OK;
}

static void die(void)
{
	fputs("SHA-256 failed\n", stderr);
	abort();
}

static void start(void)
{
	if (digest_prepare() != ERR_OK || EVP_DigestInit_ex2(context, sha256, NULL) != 1)
		die();
}

static void add(const void *data, size_t len)
{
	if (len > 0 && EVP_DigestUpdate(context, data, len) != 1)
		die();
}

static void finish(uint8_t out[static DIGEST_LEN])
{
	if (EVP_DigestFinal_ex(context, out, NULL) != 1)
		die();
}

void digest_sha256(const void *data, size_t len, uint8_t out[DIGEST_LEN])
{
	start();
	add(data, len);
	finish(out);
}

void digest_hmac_sha256(const void *key, size_t key_len, const void *data, size_t len,
	uint8_t out[static DIGEST_LEN])
{
	uint8_t pad[BLOCK_LEN] = {0};
	uint8_t inner[DIGEST_LEN];

	if (key_len > BLOCK_LEN)
		digest_sha256(key, key_len, pad);
	else if (key_len > 0)
		memcpy(pad, key, key_len);
	for (size_t i = 0; i < BLOCK_LEN; i++)
		pad[i] ^= 0x36;
	start();
	add(pad, BLOCK_LEN);
	add(data, len);
	finish(inner);
	for (size_t i = 0; i < BLOCK_LEN; i++)
		pad[i] ^= 0x36 ^ 0x5c;
	start();
	add(pad, BLOCK_LEN);
	add(inner, DIGEST_LEN);
	finish(out);
	OPENSSL_cleanse(pad, sizeof pad);
	OPENSSL_cleanse(inner, sizeof inner);
}
