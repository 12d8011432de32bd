/* catch_up: when to ask the market for blocks that are missing, and for which. Pure: real time, in
 * ms of any clock that never goes back, and random numbers are given. */
#ifndef LEM_HEM_CATCH_UP_H
#define LEM_HEM_CATCH_UP_H
#include <stdbool.h>
#include <stdint.h>

enum {
	CATCH_UP_BLOCKS_MAX = 16,     /* of one `sync` */
	CATCH_UP_GRACE_MAX_MS = 5000, /* a block on its way is waited for this long */
	CATCH_UP_GRACE_MIN_MS = 200,
	CATCH_UP_RETRY_MAX_MS = 120000,
};

/* How far the replica is, and what has been asked for. */
struct catch_up {
	uint64_t height; /* of the last verified block */
	uint64_t head;   /* the highest that is known to be */
	uint64_t asked_to;
	int64_t grace_ms;
	int64_t ask_ms; /* not before this */
	unsigned tries; /* since the last progress */
};

/* Begin at a verified height. slot_real_ms: how long a slot lasts in real time. */
void catch_up_init(struct catch_up *c, uint64_t height, int64_t slot_real_ms);

/* A block of that height is known to be. */
void catch_up_seen(struct catch_up *c, uint64_t head, int64_t now_ms, uint32_t random);

/* The next block has been verified. */
void catch_up_verified(struct catch_up *c, uint64_t height, int64_t now_ms, uint32_t random);

/* The connection is new: what was asked for may never come. */
void catch_up_again(struct catch_up *c, int64_t now_ms, uint32_t random);

/* Whether to ask now, and for which blocks; counts as asked. */
bool catch_up_ask(
	struct catch_up *c, int64_t now_ms, uint32_t random, uint64_t *ret_from, uint64_t *ret_to);

/* Whether everything known to be has been verified. */
bool catch_up_is_level(const struct catch_up *c);

#endif
