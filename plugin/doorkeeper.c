#include "plugin/doorkeeper.h"
#include <openssl/rand.h>
#include <string.h>
#include "wire/digest.h"

enum err doorkeeper_init(struct doorkeeper *d)
{
	return RAND_bytes(d->secret, sizeof d->secret) == 1 ? ERR_OK : ERR_CRYPTO;
}

static uint64_t hash_of(const struct doorkeeper *d, const char *address)
{
	const char *text = address ? address : "";
	uint8_t hash[DIGEST_LEN];
	uint64_t first;

	digest_hmac_sha256(d->secret, sizeof d->secret, text, strlen(text), hash);
	memcpy(&first, hash, sizeof first);
	return first;
}

bool doorkeeper_admits(struct doorkeeper *d, const char *address, uint32_t client,
	const struct options *o, int64_t now_ms)
{
	struct known_login *known = &d->known[client];
	uint64_t hash = hash_of(d, address);

	if (known->address == hash && now_ms < known->until_ms)
		return bucket_take(&known->logins, o->login_rate, o->login_burst, now_ms) &&
		       bucket_take(&d->all_known, o->login_rate_all, o->login_rate_all * 2, now_ms);
	return bucket_take(&d->logins[hash % DOORKEEPER_PLACES], o->login_rate, o->login_burst,
		       now_ms) &&
	       bucket_take(&d->all_logins, o->login_rate_all, o->login_rate_all * 2, now_ms);
}

void doorkeeper_knows(struct doorkeeper *d, const char *address, uint32_t client, int64_t now_ms)
{
	/* Its bucket stays as it is: who comes from two addresses in turn has no more. */
	d->known[client].address = hash_of(d, address);
	d->known[client].until_ms = now_ms + DOORKEEPER_KNOWN_MS;
}

bool doorkeeper_tells(struct doorkeeper *d, const char *address, int64_t now_ms)
{
	struct bucket *told = &d->told[hash_of(d, address) % DOORKEEPER_PLACES];

	return bucket_take(told, DOORKEEPER_TOLD_RATE, DOORKEEPER_TOLD_BURST, now_ms) &&
	       bucket_take(
		       &d->all_told, DOORKEEPER_TOLD_ALL_RATE, DOORKEEPER_TOLD_ALL_BURST, now_ms);
}
