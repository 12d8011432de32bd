#include "wire/private_key.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 8192 };

struct private_key {
	EVP_PKEY *pkey;
	struct public_key public;
};

/* The compressed form of a P-256 key's point. */
static enum err read_p256(EVP_PKEY *pkey, struct public_key *public)
{
	char group[32];
	BIGNUM *x = NULL;
	BIGNUM *y = NULL;
	enum err err = ERR_CRYPTO;

	if (EVP_PKEY_get_utf8_string_param(
		    pkey, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group, NULL) != 1 ||
		strcmp(group, "prime256v1") != 0)
		return ERR_FORMAT;
	if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_PUB_X, &x) != 1 ||
		EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, &y) != 1)
		goto out;
	*public = (struct public_key){.alg = KEY_P256, .len = KEY_P256_LEN};
	public->bytes[0] = BN_is_odd(y) ? 3 : 2;
	if (BN_bn2binpad(x, public->bytes + 1, KEY_P256_LEN - 1) == KEY_P256_LEN - 1)
		err = ERR_OK;
out:
	BN_free(x);
	BN_free(y);
	return err;
}

static enum err read_ed25519(const EVP_PKEY *pkey, struct public_key *public)
{
	size_t len = KEY_ED25519_LEN;

	*public = (struct public_key){.alg = KEY_ED25519, .len = KEY_ED25519_LEN};
	if (EVP_PKEY_get_raw_public_key(pkey, public->bytes, &len) != 1 || len != KEY_ED25519_LEN)
		return ERR_CRYPTO;
	return ERR_OK;
}

static enum err read_public(EVP_PKEY *pkey, struct public_key *public)
{
	if (EVP_PKEY_is_a(pkey, "EC"))
		return read_p256(pkey, public);
	return EVP_PKEY_is_a(pkey, "ED25519") ? read_ed25519(pkey, public) : ERR_FORMAT;
}

enum err public_key_read_pem(const char *text, size_t len, struct public_key *ret)
{
	BIO *bio = len <= FILE_MAX ? BIO_new_mem_buf(text, (int)len) : NULL;
	EVP_PKEY *pkey = bio ? PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL) : NULL;
	struct public_key public;
	enum err err = pkey ? read_public(pkey, &public) : ERR_FORMAT;

	if (err == ERR_OK)
		err = key_check(&public);
	if (err == ERR_OK)
		*ret = public;
	EVP_PKEY_free(pkey);
	BIO_free(bio);
	ERR_clear_error();
	return err;
}

/* Take over pkey, on success only. */
static enum err wrap(EVP_PKEY *pkey, struct private_key **ret_key)
{
	struct private_key *key = calloc(1, sizeof *key);
	enum err err;

	if (!key)
		return ERR_NOMEM;
	err = read_public(pkey, &key->public);
	if (err != ERR_OK) {
		free(key);
		return err;
	}
	key->pkey = pkey;
	*ret_key = key;
	return ERR_OK;
}

enum err private_key_generate(enum key_alg alg, struct private_key **ret_key)
{
	EVP_PKEY *pkey = NULL;
	enum err err = ERR_CRYPTO;

	if (!key_alg_name(alg))
		return ERR_USAGE;
	pkey = alg == KEY_P256 ? EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256")
			       : EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	if (pkey)
		err = wrap(pkey, ret_key);
	if (err != ERR_OK)
		EVP_PKEY_free(pkey);
	ERR_clear_error();
	return err;
}

const struct public_key *private_key_public(const struct private_key *key)
{
	return &key->public;
}

EVP_PKEY *private_key_handle(const struct private_key *key)
{
	return key->pkey;
}

void private_key_free(struct private_key *key)
{
	if (!key)
		return;
	EVP_PKEY_free(key->pkey); /* wipes the secret */
	OPENSSL_cleanse(key, sizeof *key);
	free(key);
}

/* Put the sentence together; returns err. */
static enum err explain(char *why, enum err err, const char *path, const char *reason)
{
	if (why)
		(void)snprintf(why, PRIVATE_KEY_WHY_MAX, "key file %s: %s", path, reason);
	return err;
}

static enum err explain_errno(char *why, int number, const char *path)
{
	enum err err = number == ENOENT || number == ENOTDIR ? ERR_NOT_FOUND
		       : number == EACCES || number == EPERM ? ERR_PERMISSION
		       : number == EEXIST                    ? ERR_EXISTS
							     : ERR_IO;

	return explain(why, err, path, strerrordesc_np(number));
}

static bool write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			data += n;
			len -= (size_t)n;
		}
	}
	return true;
}

/* Make the name of a file durable. */
static bool sync_folder_of(const char *path)
{
	char copy[PATH_MAX];
	int fd;
	bool ok;

	(void)snprintf(copy, sizeof copy, "%s", path); /* shorter: it was opened */
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ok = fsync(fd) == 0;
	(void)close(fd);
	return ok;
}

/* Write a new file of mode 0600; 0 or errno, and then nothing is left behind. */
static int write_new_file(const char *path, const char *data, size_t len)
{
	char temporary[PATH_MAX];
	int number = 0;
	int fd;

	if ((size_t)snprintf(temporary, sizeof temporary, "%s.XXXXXX", path) >= sizeof temporary)
		return ENAMETOOLONG;
	fd = mkostemp(temporary, O_CLOEXEC); /* O_EXCL, 0600 */
	if (fd < 0)
		return errno;
	if (!write_all(fd, data, len) || fsync(fd) != 0)
		number = errno;
	if (close(fd) != 0 && number == 0)
		number = errno;
	if (number == 0 && renameat2(AT_FDCWD, temporary, AT_FDCWD, path, RENAME_NOREPLACE) != 0)
		number = errno;
	if (number != 0) {
		(void)unlink(temporary);
		return number;
	}
	if (!sync_folder_of(path)) {
		number = errno;
		(void)unlink(path);
	}
	return number;
}

enum err private_key_save(
	const struct private_key *key, const char *path, char why[PRIVATE_KEY_WHY_MAX])
{
	BIO *bio = BIO_new(BIO_s_secmem()); /* wiped when freed */
	char *data = NULL;
	long len = 0;
	enum err err = ERR_OK;
	int number;

	if (!bio) {
		err = explain(why, ERR_NOMEM, path, err_text(ERR_NOMEM));
		goto out;
	}
	if (PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL) == 1)
		len = BIO_get_mem_data(bio, &data);
	if (len <= 0) {
		err = explain(why, ERR_CRYPTO, path, err_text(ERR_CRYPTO));
		goto out;
	}
	number = write_new_file(path, data, (size_t)len);
	if (number != 0)
		err = explain_errno(why, number, path);
out:
	BIO_free(bio);
	ERR_clear_error();
	return err;
}

/* Whether the open file may hold a key. */
static enum err check_file(int fd, const char *path, char *why)
{
	struct stat st;
	char reason[96];

	if (fstat(fd, &st) != 0)
		return explain_errno(why, errno, path);
	if (!S_ISREG(st.st_mode))
		return explain(why, ERR_FORMAT, path, "not a regular file");
	if (st.st_mode & (S_IRWXG | S_IRWXO)) {
		(void)snprintf(reason, sizeof reason,
			"mode %04o lets others at it; it must be 0600 or 0400",
			(unsigned)(st.st_mode & 07777));
		return explain(why, ERR_PERMISSION, path, reason);
	}
	if (st.st_size > FILE_MAX)
		return explain(why, ERR_FORMAT, path, "too long for a key");
	return ERR_OK;
}

/* Read at most FILE_MAX bytes. */
static enum err read_file(const char *path, char *buf, size_t *ret_len, char *why)
{
	/* Not to wait for the other end of a pipe. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	size_t len = 0;
	ssize_t n = 1;
	enum err err;

	if (fd < 0)
		return explain_errno(why, errno, path);
	err = check_file(fd, path, why);
	while (err == ERR_OK && n != 0 && len < FILE_MAX) {
		n = read(fd, buf + len, FILE_MAX - len);
		if (n < 0 && errno != EINTR)
			err = explain_errno(why, errno, path);
		else if (n > 0)
			len += (size_t)n;
	}
	(void)close(fd);
	*ret_len = len;
	return err;
}

/* Without it OpenSSL asks for a password at the terminal. */
static int no_password(char *buf, int size, int writing, void *data)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)data;
	return -1;
}

/* Whether the public half is that of the private one. */
static bool halves_match(EVP_PKEY *pkey)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	bool ok = ctx && EVP_PKEY_pairwise_check(ctx) == 1;

	EVP_PKEY_CTX_free(ctx);
	return ok;
}

enum err private_key_load(
	const char *path, struct private_key **ret_key, char why[PRIVATE_KEY_WHY_MAX])
{
	char buf[FILE_MAX];
	size_t len = 0;
	BIO *bio = NULL;
	EVP_PKEY *pkey = NULL;
	enum err err = read_file(path, buf, &len, why);

	if (err != ERR_OK)
		goto out;
	bio = BIO_new_mem_buf(buf, (int)len);
	if (bio)
		pkey = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
	if (!pkey || !halves_match(pkey)) {
		err = explain(why, ERR_FORMAT, path, "holds no sound unencrypted private key");
		goto out;
	}
	err = wrap(pkey, ret_key);
	if (err != ERR_OK)
		err = explain(why, err, path,
			err == ERR_FORMAT ? "its key is neither P-256 nor Ed25519" : err_text(err));
out:
	if (err != ERR_OK)
		EVP_PKEY_free(pkey);
	BIO_free(bio);
	OPENSSL_cleanse(buf, sizeof buf);
	ERR_clear_error();
	return err;
}
