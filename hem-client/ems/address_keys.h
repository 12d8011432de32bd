/* address_keys: one key pair for each slot, on disk before its public half leaves the home and
 * until two slots after its use. */
#ifndef LEM_HEM_ADDRESS_KEYS_H
#define LEM_HEM_ADDRESS_KEYS_H
#include "core/address.h"
#include "hem-client/ems/hem_db.h"
#include "wire/slot_secret.h"
#include "wire/request.h"

enum { ADDRESS_KEYS_KEEP_SLOTS = 2 };

/* The key of one slot; wipe secret after use. */
struct address_key_pair {
	int64_t slot;
	struct address address;
	struct slot_secret secret;
	bool enrolled; /* its receipt is in */
};

/* Keep a new key of a slot, enrolled by the message req_id; in the caller's transaction.
 * ERR_EXISTS: that slot has one. */
__attribute__((warn_unused_result)) enum err address_keys_add(struct hem_db *db, int64_t slot,
	const struct public_key *key, const struct slot_secret *secret, const char *req_id);

/* The key of a slot; alg is the market's. ERR_NOT_FOUND. */
__attribute__((warn_unused_result)) enum err address_keys_get(
	struct hem_db *db, int64_t slot, enum key_alg alg, struct address_key_pair *ret);

/* The slot of one of this home's addresses. ERR_NOT_FOUND: it is another's, or long past. */
__attribute__((warn_unused_result)) enum err address_keys_find(
	struct hem_db *db, const struct address *address, int64_t *ret_slot);

/* The message req_id has its receipt, or has been refused: its keys that no receipt knows go. */
__attribute__((warn_unused_result)) enum err address_keys_enrolled(
	struct hem_db *db, const char *req_id, int64_t market_ms);
__attribute__((warn_unused_result)) enum err address_keys_refused(
	struct hem_db *db, const char *req_id);

/* The last slot that has a key. ERR_NOT_FOUND: none has. */
__attribute__((warn_unused_result)) enum err address_keys_last(
	struct hem_db *db, int64_t *ret_slot);

/* Delete, beyond recovery, the keys of slots before `slot` less what is kept. */
__attribute__((warn_unused_result)) enum err address_keys_prune(struct hem_db *db, int64_t slot);

#endif
