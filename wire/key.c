#include "wire/key.h"
#include <assert.h>
#include <string.h>
#include "wire/digest.h"
#include "wire/key_point.h"
#include "wire/text.h"

static const struct alg {
	enum key_alg alg;
	const char *name;
	uint8_t len;
} algs[] = {
	{KEY_P256, "p256", KEY_P256_LEN},
	{KEY_ED25519, "ed25519", KEY_ED25519_LEN},
};

static const struct alg *find_alg(enum key_alg alg)
{
	for (size_t i = 0; i < sizeof algs / sizeof *algs; i++)
		if (algs[i].alg == alg)
			return &algs[i];
	return NULL;
}

const char *key_alg_name(enum key_alg alg)
{
	const struct alg *found = find_alg(alg);

	return found ? found->name : NULL;
}

enum err key_parse(const char *text, size_t len, struct public_key *ret_key)
{
	for (size_t i = 0; i < sizeof algs / sizeof *algs; i++) {
		struct public_key key = {.alg = algs[i].alg, .len = algs[i].len};
		size_t name_len = strlen(algs[i].name);
		size_t got = 0;

		if (len <= name_len || memcmp(text, algs[i].name, name_len) != 0 ||
			text[name_len] != ':')
			continue;
		if (!text_base64url_read(
			    text + name_len + 1, len - name_len - 1, key.bytes, key.len, &got) ||
			got != key.len)
			return ERR_FORMAT;
		*ret_key = key;
		return ERR_OK;
	}
	return ERR_FORMAT;
}

void key_print(const struct public_key *key, char out[static KEY_TEXT_MAX + 1])
{
	const struct alg *alg = find_alg(key->alg);
	size_t name_len;
	bool fits;

	assert(alg && alg->len == key->len);
	name_len = strlen(alg->name);
	memcpy(out, alg->name, name_len);
	out[name_len] = ':';
	fits = text_base64url_write(
		key->bytes, key->len, out + name_len + 1, KEY_TEXT_MAX - name_len);
	assert(fits);
}

enum err key_check(const struct public_key *key)
{
	const struct alg *alg = find_alg(key->alg);

	if (!alg || alg->len != key->len)
		return ERR_FORMAT;
	return key->alg == KEY_P256 ? key_point_check_p256(key->bytes)
				    : key_point_check_ed25519(key->bytes);
}

void key_hash(const struct public_key *key, uint8_t out[static 32])
{
	digest_sha256(key->bytes, key->len, out);
}
