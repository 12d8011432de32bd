#include "hem-client/ems/identity.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "wire/digest.h"
#include "wire/out.h"
#include "wire/text.h"

static void ems_path(const char *state_dir, char out[static IDENTITY_PATH_MAX])
{
	snprintf(out, IDENTITY_PATH_MAX, "%s/ems.pem", state_dir);
}

static void meter_path_of(
	const char *state_dir, const char *meter_path, char out[static IDENTITY_PATH_MAX])
{
	if (meter_path[0])
		snprintf(out, IDENTITY_PATH_MAX, "%s", meter_path);
	else
		snprintf(out, IDENTITY_PATH_MAX, "%s/meter.pem", state_dir);
}

static enum err make_directory(const char *path, bool *ret_made, char *why)
{
	struct stat st;

	if (mkdir(path, 0700) == 0) {
		*ret_made = true;
		return ERR_OK;
	}
	if (errno != EEXIST || stat(path, &st) != 0) {
		snprintf(why, IDENTITY_WHY_MAX, "state directory %s: %s", path, strerror(errno));
		return errno == EACCES || errno == EPERM ? ERR_PERMISSION : ERR_IO;
	}
	if (!S_ISDIR(st.st_mode) || (st.st_mode & (S_IRWXG | S_IRWXO))) {
		snprintf(why, IDENTITY_WHY_MAX,
			"state directory %s: it must be a directory of mode 0700", path);
		return ERR_PERMISSION;
	}
	return ERR_OK;
}

static enum err make_key(const char *path, bool *ret_made, char *why)
{
	struct private_key *key = NULL;
	enum err err = private_key_load(path, &key, why);

	if (err == ERR_NOT_FOUND) {
		err = private_key_generate(KEY_P256, &key);
		if (err == ERR_OK)
			err = private_key_save(key, path, why);
		else
			snprintf(why, IDENTITY_WHY_MAX, "drawing a key: %s", err_text(err));
		*ret_made = err == ERR_OK;
	}
	private_key_free(key);
	return err;
}

enum err identity_make(const char *state_dir, const char *meter_path, struct identity_made *ret,
	char why[static IDENTITY_WHY_MAX])
{
	char path[IDENTITY_PATH_MAX];
	enum err err;

	memset(ret, 0, sizeof *ret);
	err = make_directory(state_dir, &ret->directory, why);
	if (err != ERR_OK)
		return err;
	ems_path(state_dir, path);
	err = make_key(path, &ret->ems, why);
	if (err != ERR_OK)
		return err;
	meter_path_of(state_dir, meter_path, path);
	return make_key(path, &ret->meter, why);
}

enum err identity_load(const char *state_dir, const char *meter_path, struct identity *ret,
	char why[static IDENTITY_WHY_MAX])
{
	struct identity id = {.ems = NULL};
	char path[IDENTITY_PATH_MAX];
	enum err err;

	ems_path(state_dir, path);
	err = private_key_load(path, &id.ems, why);
	if (err == ERR_OK) {
		meter_path_of(state_dir, meter_path, path);
		err = private_key_load(path, &id.meter, why);
	}
	if (err == ERR_OK)
		*ret = id;
	else
		identity_release(&id);
	return err;
}

void identity_release(struct identity *identity)
{
	private_key_free(identity->ems);
	private_key_free(identity->meter);
	*identity = (struct identity){.ems = NULL};
}

/* Append base64url without quotes. */
static void append_base64url(struct out *out, const void *data, size_t len)
{
	char text[LOGIN_TOKEN_MAX];

	if (text_base64url_write(data, len, text, sizeof text))
		out_bytes(out, text, strlen(text));
	else
		out->full = true;
}

enum err login_token(const struct private_key *ems, const char *market, const char *client_id,
	int64_t now_s, char text[static LOGIN_TOKEN_MAX])
{
	static const char es256[] = "{\"alg\":\"ES256\"}";
	static const char eddsa[] = "{\"alg\":\"EdDSA\"}";
	bool p256 = private_key_public(ems)->alg == KEY_P256;
	const char *header = p256 ? es256 : eddsa;
	uint8_t digest[HASH_LEN], sig[SIGNATURE_LEN];
	char claims[256];
	struct out out;
	enum err err;

	out_init(&out, claims, sizeof claims);
	out_printf(&out, "{\"aud\":\"%s\",\"exp\":%lld,\"iat\":%lld,\"sub\":\"%s\"}", market,
		(long long)now_s + LOGIN_TOKEN_S, (long long)now_s, client_id);
	if (out_end(&out) == 0)
		return ERR_LIMIT;
	out_init(&out, text, LOGIN_TOKEN_MAX);
	append_base64url(&out, header, strlen(header));
	out_printf(&out, ".");
	append_base64url(&out, claims, strlen(claims));
	if (out_end(&out) == 0)
		return ERR_LIMIT;
	digest_sha256(out.text, out.len, digest);
	err = sign_input(ems, digest, out.text, out.len, sig);
	if (err != ERR_OK)
		return err;
	out_printf(&out, ".");
	append_base64url(&out, sig, SIGNATURE_LEN);
	return out_end(&out) > 0 ? ERR_OK : ERR_LIMIT;
}
