/* keyring: which keys speak for whom. A copy of what the market knows, kept by the market's thread
 * and read by others: each call holds its lock for the length of a table look-up only. */
#ifndef LEM_ENGINE_KEYRING_H
#define LEM_ENGINE_KEYRING_H
#include <stdbool.h>
#include "core/market.h"
#include "wire/key.h"

struct keyring;

/* What is known of a client. */
struct keyring_client {
	uint32_t home; /* its number in the market */
	enum client_kind kind;
	enum home_status status;
	struct public_key ems;
	struct public_key meter; /* len 0: none, or a new meter's that has not come yet */
	char meter_serial[METER_TEXT_MAX + 1];
	uint8_t code_hash[HASH_LEN]; /* of an invited home, or of a new meter's key */
};

/* An empty keyring; ERR_NOMEM. */
__attribute__((warn_unused_result)) enum err keyring_new(
	enum key_alg address_alg, struct keyring **ret);
void keyring_free(struct keyring *keyring);

/* Forget everything and copy it anew from the market. */
void keyring_rebuild(struct keyring *keyring, const struct market *market);

/* Follow a change of one home, or addresses that come and go. */
void keyring_put_home(struct keyring *keyring, const struct home *home);
void keyring_add_address(struct keyring *keyring, const struct address *address,
	const struct address_key *key, uint32_t home);
void keyring_drop_address(struct keyring *keyring, const struct address *address);

/* Look up a client by id; false if unknown. */
bool keyring_client(struct keyring *keyring, const char *client_id, struct keyring_client *ret);

/* Look up the key of an address and its home; false if unknown. */
bool keyring_address(struct keyring *keyring, const struct address *address,
	struct public_key *ret_key, uint32_t *ret_home);

#endif
