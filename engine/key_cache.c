#include "engine/key_cache.h"
#include <stdlib.h>
#include <string.h>

enum { WAYS = 4 }; /* places a key may stand in; the one used longest ago makes room */

struct entry {
	struct public_key key;
	struct verify_key *verify; /* NULL: free */
	uint64_t used;
};

struct key_cache {
	unsigned bits;
	uint64_t clock;
	struct entry *entries; /* 2^bits, in sets of WAYS */
};

enum err key_cache_new(unsigned bits, struct key_cache **ret)
{
	struct key_cache *c = calloc(1, sizeof *c);

	if (!c)
		return ERR_NOMEM;
	c->bits = bits;
	c->entries = calloc((size_t)1 << bits, sizeof *c->entries);
	if (!c->entries) {
		free(c);
		return ERR_NOMEM;
	}
	*ret = c;
	return ERR_OK;
}

void key_cache_free(struct key_cache *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < (size_t)1 << c->bits; i++)
		verify_key_free(c->entries[i].verify);
	free(c->entries);
	free(c);
}

/* The set a key belongs to: its x coordinate is as good as random. */
static struct entry *set_of(const struct key_cache *c, const struct public_key *key)
{
	uint64_t h;

	memcpy(&h, key->bytes + 8, sizeof h);
	return &c->entries[(h * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - c->bits) &
			   ~(uint64_t)(WAYS - 1)];
}

static bool same(const struct public_key *a, const struct public_key *b)
{
	return a->alg == b->alg && a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

const struct verify_key *key_cache_get(struct key_cache *c, const struct public_key *key)
{
	struct entry *set = set_of(c, key);
	struct entry *oldest = set;
	struct verify_key *verify = NULL;

	c->clock++;
	for (int i = 0; i < WAYS; i++) {
		if (set[i].verify && same(&set[i].key, key)) {
			set[i].used = c->clock;
			return set[i].verify;
		}
		if (set[i].used < oldest->used)
			oldest = &set[i];
	}
	if (verify_key_new(key, &verify) != ERR_OK)
		return NULL;
	verify_key_free(oldest->verify);
	*oldest = (struct entry){.key = *key, .verify = verify, .used = c->clock};
	return verify;
}
