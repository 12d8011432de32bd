/* header: what a block commits to. Its hash, over the canonical JSON form, is made by the caller
 * (wire/header.h), for the rules know no JSON. */
#ifndef LEM_CORE_HEADER_H
#define LEM_CORE_HEADER_H
#include <stdbool.h>
#include <stdint.h>
#include "core/hash.h"
#include "core/verdict.h"

enum { HEADER_VERSION = 1 };

/* Bits of flags. */
enum { HEADER_OUTAGE = 1 }; /* the clock closed this slot a whole slot late or more */

/* The header of one block; docs/protocol.md, "Headers", has the same members by name. */
struct header {
	uint64_t height; /* 0: genesis; else slot + 1 */
	int64_t time_ms; /* market time: the slot's nominal end; of genesis its start */
	uint32_t flags;
	uint64_t tx_count;
	uint8_t prev_hash[HASH_LEN];
	uint8_t tx_root[HASH_LEN];      /* transactions, sorted by id */
	uint8_t results_root[HASH_LEN]; /* awards, deliveries, transfers, in order of execution */
	uint8_t state_root[HASH_LEN];   /* accounts and auctions after the block */
	uint8_t ranking_root[HASH_LEN]; /* ranked validators, best first */
	uint8_t wallets_root[HASH_LEN]; /* zero under rules version 1 */
	uint8_t log_root[HASH_LEN];     /* RFC 6962 tree of the hashes of all earlier headers */
	uint8_t rules_hash[HASH_LEN];   /* of the rules in force in the block */
};

/* OK if `claimed` is the header that re-execution gave, else the verdict of the first member that
 * differs: BAD_HEIGHT, BAD_TIME, BAD_FLAGS, BAD_PREV_HASH, BAD_TX_ROOT (also for tx_count),
 * BAD_RESULTS_ROOT, BAD_RANKING_ROOT, BAD_STATE_ROOT (also for wallets_root), BAD_LOG_ROOT,
 * BAD_RULES_HASH. */
enum verdict header_compare(const struct header *claimed, const struct header *executed);

#endif
