/* ranking: the Proof of Energy election of one slot. */
#ifndef LEM_CORE_RANKING_H
#define LEM_CORE_RANKING_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/address.h"
#include "core/hash.h"

/* One address that announced a CPF for the slot. The addresses of one ranking are distinct. */
struct candidate {
	uint32_t address;               /* the caller's own index; not looked at */
	char address_text[ADDRESS_LEN]; /* what is hashed: no terminating NUL */
	int cpf_hundredths;             /* 1..100 */
	uint8_t tie[HASH_LEN];          /* set by ranking_order() */
	bool eligible;                  /* metered, mode with rewards, PoE floor met */
};

/* The outcome of ranking_order(). */
struct ranking {
	size_t count;  /* how many candidates are ranked: the first of the array, best first */
	bool rewarded; /* false: nobody was eligible, so the seal of this block earns nothing */
};

/*
 * The seed of block h, 3 or more: SHA-256(header hash of block h-2 || address of the validator of
 * block h-2), or of the hash alone where that block has no validator (address_text NULL). A
 * terminating NUL is allowed and not hashed. The genesis hash itself is the seed of blocks 1 and 2.
 */
void ranking_seed(sha256_fn *sha256, const uint8_t header_hash[static HASH_LEN],
	const char *address_text, uint8_t ret_seed[static HASH_LEN]);

/*
 * Rank n candidates in place. tie = SHA-256(seed || address text), compared as bytes.
 * If anyone is eligible, the eligible are ranked by CPF, highest first, then by tie, lowest first,
 * and all others drop out (they stay behind the ranked part, in no particular order). If nobody is,
 * all are ranked by tie alone and `rewarded` is false. The result does not depend on the order in
 * which the candidates came. O(n log n), no memory of its own; c may be NULL if n is 0.
 */
struct ranking ranking_order(
	sha256_fn *sha256, const uint8_t seed[static HASH_LEN], struct candidate *c, size_t n);

#endif
