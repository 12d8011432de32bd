#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "wire/private_key.h"

static char folder[] = "/tmp/test_private_key.XXXXXX";
static char path[64];
static char why[PRIVATE_KEY_WHY_MAX];

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(path, sizeof path, "%s/key.pem", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

static int remove_file(void **state)
{
	(void)state;
	(void)remove(path);
	return 0;
}

static unsigned files_in_folder(void)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	unsigned count = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		count += entry->d_name[0] != '.';
	(void)closedir(dir);
	return count;
}

static void saved_keys_load(void **state)
{
	const enum key_alg algs[] = {KEY_P256, KEY_ED25519};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct private_key *key = NULL, *loaded = NULL;
		mode_t mask = umask(0);
		struct stat st;

		assert_int_equal(private_key_generate(algs[i], &key), ERR_OK);
		assert_int_equal(key_check(private_key_public(key)), ERR_OK);
		assert_int_equal(private_key_save(key, path, why), ERR_OK);
		(void)umask(mask);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
		assert_int_equal(files_in_folder(), 1);
		assert_int_equal(private_key_load(path, &loaded, why), ERR_OK);
		assert_memory_equal(private_key_public(loaded), private_key_public(key),
			sizeof(struct public_key));
		assert_int_equal(
			EVP_PKEY_eq(private_key_handle(loaded), private_key_handle(key)), 1);
		private_key_free(key);
		private_key_free(loaded);
		assert_int_equal(unlink(path), 0);
	}
	private_key_free(NULL);
}

/* The public half against OpenSSL's own, 04 || x || y; y is odd in half of all keys. */
static void the_public_half_is_the_compressed_point(void **state)
{
	(void)state;
	for (int i = 0; i < 16; i++) {
		struct private_key *key = NULL;
		const struct public_key *public;
		uint8_t point[65];
		size_t len = 0;

		assert_int_equal(private_key_generate(KEY_P256, &key), ERR_OK);
		public = private_key_public(key);
		assert_int_equal(EVP_PKEY_get_octet_string_param(private_key_handle(key),
					 OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &len),
			1);
		assert_int_equal(len, sizeof point);
		assert_int_equal(public->len, KEY_P256_LEN);
		assert_int_equal(public->bytes[0], point[64] % 2 ? 3 : 2);
		assert_memory_equal(public->bytes + 1, point + 1, 32);
		private_key_free(key);
	}
}

/* What `openssl pkey -pubout` writes; other keys and texts are none. */
static void public_keys_are_read_from_pem(void **state)
{
	static const char rsa[] = "-----BEGIN PUBLIC KEY-----\nMFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAL";
	const enum key_alg algs[] = {KEY_P256, KEY_ED25519};
	struct public_key public;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct private_key *key = NULL;
		BIO *bio = BIO_new(BIO_s_mem());
		char *pem = NULL;
		long len;
		assert_int_equal(private_key_generate(algs[i], &key), ERR_OK);
		assert_int_equal(PEM_write_bio_PUBKEY(bio, private_key_handle(key)), 1);
		len = BIO_get_mem_data(bio, &pem);
		memset(&public, 0x5a, sizeof public);
		assert_int_equal(public_key_read_pem(pem, (size_t)len, &public), ERR_OK);
		assert_memory_equal(&public, private_key_public(key), sizeof public);
		assert_int_equal(public_key_read_pem(pem, (size_t)len / 2, &public), ERR_FORMAT);
		private_key_free(key);
		BIO_free(bio);
	}
	assert_int_equal(public_key_read_pem(rsa, strlen(rsa), &public), ERR_FORMAT);
	assert_int_equal(public_key_read_pem("", 0, &public), ERR_FORMAT);
}

static void keys_differ(void **state)
{
	struct private_key *a = NULL, *b = NULL;

	(void)state;
	assert_int_equal(private_key_generate(KEY_P256, &a), ERR_OK);
	assert_int_equal(private_key_generate(KEY_P256, &b), ERR_OK);
	assert_memory_not_equal(
		private_key_public(a)->bytes, private_key_public(b)->bytes, KEY_P256_LEN);
	private_key_free(a);
	private_key_free(b);
	assert_int_equal(private_key_generate((enum key_alg)0, &a), ERR_USAGE);
	assert_int_equal(private_key_generate((enum key_alg)3, &a), ERR_USAGE);
}

static void a_key_is_never_overwritten(void **state)
{
	struct private_key *key = NULL, *other = NULL, *loaded = NULL;

	(void)state;
	assert_int_equal(private_key_generate(KEY_P256, &key), ERR_OK);
	assert_int_equal(private_key_generate(KEY_P256, &other), ERR_OK);
	assert_int_equal(private_key_save(key, path, NULL), ERR_OK);
	assert_int_equal(private_key_save(other, path, why), ERR_EXISTS);
	assert_non_null(strstr(why, path));
	assert_int_equal(files_in_folder(), 1);
	assert_int_equal(private_key_load(path, &loaded, NULL), ERR_OK);
	assert_memory_equal(
		private_key_public(loaded), private_key_public(key), sizeof(struct public_key));
	private_key_free(key);
	private_key_free(other);
	private_key_free(loaded);
}

static void a_key_that_cannot_be_saved_leaves_nothing(void **state)
{
	const struct rlimit none = {0, RLIM_INFINITY};
	const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
	struct private_key *key = NULL;

	(void)state;
	assert_int_equal(private_key_generate(KEY_P256, &key), ERR_OK);
	assert_int_equal(private_key_save(key, "/nonexistent/key.pem", why), ERR_NOT_FOUND);
	assert_non_null(strstr(why, "/nonexistent/key.pem"));
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	assert_int_equal(private_key_save(key, path, NULL), ERR_IO);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &all), 0);
	assert_int_equal(files_in_folder(), 0);
	private_key_free(key);
}

static void others_must_have_no_right_to_the_file(void **state)
{
	struct private_key *key = NULL, *loaded = NULL;
	char mode_text[16];

	(void)state;
	assert_int_equal(private_key_generate(KEY_ED25519, &key), ERR_OK);
	assert_int_equal(private_key_save(key, path, NULL), ERR_OK);
	for (unsigned bit = 1; bit <= 040; bit <<= 1) {
		assert_int_equal(chmod(path, 0600 | bit), 0);
		assert_int_equal(private_key_load(path, &loaded, why), ERR_PERMISSION);
		assert_null(loaded);
		(void)snprintf(mode_text, sizeof mode_text, "%04o", 0600 | bit);
		assert_non_null(strstr(why, mode_text));
		assert_non_null(strstr(why, path));
	}
	assert_int_equal(chmod(path, 0400), 0);
	assert_int_equal(private_key_load(path, &loaded, NULL), ERR_OK);
	private_key_free(key);
	private_key_free(loaded);
}

/* Save any key of OpenSSL's, encrypted if there is a password. */
static void write_pem(EVP_PKEY *pkey, const char *password)
{
	FILE *f;

	(void)remove(path);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_non_null(pkey);
	assert_int_equal(fchmod(fileno(f), 0600), 0);
	assert_int_equal(PEM_write_PKCS8PrivateKey(f, pkey, password ? EVP_aes_256_cbc() : NULL,
				 password, password ? (int)strlen(password) : 0, NULL, NULL),
		1);
	assert_int_equal(fclose(f), 0);
}

/* The private half of one key under the public half of another. */
static EVP_PKEY *mismatched(void)
{
	EVP_PKEY *a = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	EVP_PKEY *b = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	OSSL_PARAM *params;
	EVP_PKEY *pkey = NULL;
	BIGNUM *secret = NULL;
	uint8_t point[65];
	size_t len = 0;

	assert_int_equal(EVP_PKEY_get_bn_param(a, OSSL_PKEY_PARAM_PRIV_KEY, &secret), 1);
	assert_int_equal(EVP_PKEY_get_octet_string_param(
				 b, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &len),
		1);
	OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
	OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, len);
	OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, secret);
	params = OSSL_PARAM_BLD_to_param(build);
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_KEYPAIR, params), 1);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(ctx);
	BN_free(secret);
	EVP_PKEY_free(a);
	EVP_PKEY_free(b);
	return pkey;
}

static void check_refused(EVP_PKEY *pkey, const char *password)
{
	struct private_key *loaded = NULL;

	write_pem(pkey, password);
	EVP_PKEY_free(pkey);
	assert_int_equal(private_key_load(path, &loaded, why), ERR_FORMAT);
	assert_non_null(strstr(why, path));
	assert_null(loaded);
}

static void other_keys_are_refused(void **state)
{
	struct private_key *loaded = NULL;
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");

	(void)state;
	write_pem(pkey, NULL);
	EVP_PKEY_free(pkey);
	assert_int_equal(private_key_load(path, &loaded, NULL), ERR_OK);
	private_key_free(loaded);
	check_refused(EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"), "secret");
	check_refused(EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-384"), NULL);
	check_refused(EVP_PKEY_Q_keygen(NULL, NULL, "EC", "secp256k1"), NULL);
	check_refused(EVP_PKEY_Q_keygen(NULL, NULL, "X25519"), NULL);
	check_refused(EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024), NULL);
	check_refused(mismatched(), NULL);
}

/* A file of `len` bytes, all the same. */
static enum err load_filled(char c, size_t len)
{
	FILE *f = fopen(path, "w");
	struct private_key *loaded = NULL;

	assert_non_null(f);
	assert_int_equal(fchmod(fileno(f), 0600), 0);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(fputc(c, f), c);
	assert_int_equal(fclose(f), 0);
	return private_key_load(path, &loaded, why);
}

static void what_is_no_key_file_is_refused(void **state)
{
	struct private_key *loaded = NULL;

	(void)state;
	assert_int_equal(private_key_load(path, &loaded, why), ERR_NOT_FOUND);
	assert_non_null(strstr(why, path));
	assert_int_equal(load_filled('-', 0), ERR_FORMAT);
	assert_int_equal(load_filled('-', 8192), ERR_FORMAT);
	assert_null(strstr(why, "too long"));
	assert_int_equal(load_filled('-', 8193), ERR_FORMAT);
	assert_non_null(strstr(why, "too long"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(private_key_load(path, &loaded, why), ERR_FORMAT);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(private_key_load(path, &loaded, why), ERR_FORMAT);
	assert_null(loaded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(saved_keys_load, remove_file),
		cmocka_unit_test(the_public_half_is_the_compressed_point),
		cmocka_unit_test(public_keys_are_read_from_pem),
		cmocka_unit_test_teardown(keys_differ, remove_file),
		cmocka_unit_test_teardown(a_key_is_never_overwritten, remove_file),
		cmocka_unit_test_teardown(a_key_that_cannot_be_saved_leaves_nothing, remove_file),
		cmocka_unit_test_teardown(others_must_have_no_right_to_the_file, remove_file),
		cmocka_unit_test_teardown(other_keys_are_refused, remove_file),
		cmocka_unit_test_teardown(what_is_no_key_file_is_refused, remove_file),
	};

	return cmocka_run_group_tests_name("private_key", tests, make_folder, remove_folder);
}
