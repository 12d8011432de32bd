#include "lemctl/certificate.h"
#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "wire/private_key.h"

enum { VALID_S = 10 * 365 * 86400, SERIAL_LEN = 16 };

static bool set_serial(X509 *cert)
{
	uint8_t bytes[SERIAL_LEN];
	BIGNUM *n;
	bool ok;

	if (RAND_bytes(bytes, sizeof bytes) != 1)
		return false;
	bytes[0] &= 0x7f;
	n = BN_bin2bn(bytes, sizeof bytes, NULL);
	ok = n && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(cert));
	BN_free(n);
	return ok;
}

static bool set_name(X509_NAME *name, const char *organisation, const char *common)
{
	return X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8,
		       (const unsigned char *)organisation, -1, -1, 0) == 1 &&
	       X509_NAME_add_entry_by_txt(
		       name, "CN", MBSTRING_UTF8, (const unsigned char *)common, -1, -1, 0) == 1;
}

static bool add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;
	bool ok;

	X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	ok = extension && X509_add_ext(cert, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return ok;
}

/* A certificate for `key`, without extensions or signature. */
static X509 *blank(EVP_PKEY *key, const char *market, const char *common)
{
	X509 *cert = X509_new();

	if (cert && X509_set_version(cert, 2) == 1 && set_serial(cert) &&
		X509_gmtime_adj(X509_getm_notBefore(cert), -86400) &&
		X509_gmtime_adj(X509_getm_notAfter(cert), VALID_S) &&
		X509_set_pubkey(cert, key) == 1 &&
		set_name(X509_get_subject_name(cert), market, common))
		return cert;
	X509_free(cert);
	return NULL;
}

static X509 *make_ca(EVP_PKEY *key, const char *market)
{
	X509 *ca = blank(key, market, "LEM certificate authority");

	if (ca && X509_set_issuer_name(ca, X509_get_subject_name(ca)) == 1 &&
		add_extension(ca, ca, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
		add_extension(ca, ca, NID_key_usage, "critical,keyCertSign,cRLSign") &&
		add_extension(ca, ca, NID_subject_key_identifier, "hash") &&
		X509_sign(ca, key, EVP_sha256()) > 0)
		return ca;
	X509_free(ca);
	return NULL;
}

static X509 *make_server(
	EVP_PKEY *key, X509 *ca, EVP_PKEY *ca_key, const char *market, const char *host)
{
	unsigned char address[16];
	bool is_ip =
		inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
	X509 *cert = blank(key, market, host);
	char names[512];

	(void)snprintf(names, sizeof names, "%s:%.200s,DNS:localhost,IP:127.0.0.1",
		is_ip ? "IP" : "DNS", host);
	if (cert && X509_set_issuer_name(cert, X509_get_subject_name(ca)) == 1 &&
		add_extension(cert, ca, NID_basic_constraints, "critical,CA:FALSE") &&
		add_extension(cert, ca, NID_key_usage, "critical,digitalSignature") &&
		add_extension(cert, ca, NID_ext_key_usage, "serverAuth") &&
		add_extension(cert, ca, NID_subject_alt_name, names) &&
		X509_sign(cert, ca_key, EVP_sha256()) > 0)
		return cert;
	X509_free(cert);
	return NULL;
}

static bool write_cert(const char *dir, const char *name, X509 *cert)
{
	char path[4096];
	FILE *file;
	bool ok;

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	file = fopen(path, "wx");
	if (!file)
		return false;
	ok = PEM_write_X509(file, cert) == 1;
	return fclose(file) == 0 && ok;
}

enum err certificate_make(const char *dir, const char *market, const char *host)
{
	struct private_key *ca_key = NULL, *server_key = NULL;
	X509 *ca = NULL, *server = NULL;
	char path[4096];
	enum err err = private_key_generate(KEY_P256, &ca_key);

	if (err == ERR_OK)
		err = private_key_generate(KEY_P256, &server_key);
	if (err != ERR_OK)
		goto out;
	err = ERR_CRYPTO;
	ca = make_ca(private_key_handle(ca_key), market);
	if (!ca)
		goto out;
	server = make_server(
		private_key_handle(server_key), ca, private_key_handle(ca_key), market, host);
	if (!server)
		goto out;
	err = ERR_IO;
	if (!write_cert(dir, "ca.crt", ca) || !write_cert(dir, "server.crt", server))
		goto out;
	(void)snprintf(path, sizeof path, "%s/server.key", dir);
	err = private_key_save(server_key, path, NULL);
out:
	X509_free(ca);
	X509_free(server);
	private_key_free(ca_key);
	private_key_free(server_key);
	return err;
}
