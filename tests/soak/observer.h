/* observer: one full replica of the market, in a thread of its own: it re-executes every block that
 * is published and says who may seal it. One stands for all homes of a soak, who would all find
 * the same. */
#ifndef LEM_SOAK_OBSERVER_H
#define LEM_SOAK_OBSERVER_H
#include <stdbool.h>
#include <stdint.h>
#include "core/address.h"
#include "core/hash.h"
#include "wire/genesis.h"

enum { OBSERVER_RANKS = 3 };

/* A verified block and its ranked validators. */
struct observed {
	uint64_t height;
	uint8_t hash[HASH_LEN];
	struct address ranked[OBSERVER_RANKS];
	unsigned count;
};

/* Where it connects, and as whose tool. Borrowed until observer_stop(). */
struct observer_options {
	const struct genesis *genesis;
	const char *dir; /* of its ledger.db and hem.db, which it makes */
	int port;
	const char *client_id;
	const struct private_key *key;
};

struct observer;

/* Connect and start it: before a process has a thousand descriptors, more than libmosquitto waits
 * for. Dies with a sentence. */
struct observer *observer_start(const struct observer_options *options);

/* The newest verified block, once; false if there is none since the last call. */
bool observer_next(struct observer *observer, struct observed *ret);

/* End it and free it; how many blocks were verified. A block that was refused is printed and
 * makes *ret_refused true. */
uint64_t observer_stop(struct observer *observer, bool *ret_refused);

#endif
