/* soak: many homes as clients of one real broker, for some market hours. */
#ifndef LEM_SOAK_SOAK_H
#define LEM_SOAK_SOAK_H
#include <stdio.h>
#include "core/contract.h"
#include "tests/lib/broker.h"
#include "tests/lib/crowd.h"
#include "tests/lib/street.h"
#include "tests/soak/tally.h"

enum { SOAK_AUCTIONS_MAX = 4096, SOAK_SLOTS_MAX = 56, SOAK_VERDICTS_MAX = 128 };

/* What is asked for. */
struct soak_options {
	const char *build, *dir;
	size_t homes;
	int64_t slots;
	int64_t rate; /* market seconds a second */
	int port;
	int64_t rush_ms; /* all homes answer one auction a slot, in the last real ms before its
			    gate; 0: none, and the market's own aggregator trades */
	size_t tools;    /* further sessions of each home, that only listen */
};

/* An auction as it was announced. */
struct soak_auction {
	uint64_t seq; /* 0: none */
	struct contract contract;
	struct address opener;
};

/* When a block's news came: real ms after the slot's nominal end, -1: not yet. */
struct soak_block {
	int64_t head_ms;      /* its head, to whom it came first */
	int64_t first_ms;     /* the last part of the block, to the first home */
	int64_t last_ms;      /* and to the last */
	int64_t cleared_ms;   /* the last award of a gate that was the slot's end */
	size_t homes_told;    /* how many have it whole */
	uint64_t sealed_seen; /* sealed_height in its head */
};

struct prosumer;

/* Everything about one run. */
struct soak {
	struct soak_options options;
	struct street street;
	struct crowd crowd;
	struct prosumer *homes;
	struct member aggregator; /* in a rush */
	struct member *tools;     /* options.tools of each home */
	struct broker broker;
	struct verify_key *operator_key;
	struct soak_auction auctions[SOAK_AUCTIONS_MAX];
	struct soak_block blocks[SOAK_SLOTS_MAX + 8];
	uint64_t head, sealed_height;
	struct tally receipts; /* request to receipt, ms */
	struct tally bids;     /* of them, bid-offers */
	size_t rejected[SOAK_VERDICTS_MAX];
	size_t requests, readings, quarters, answers, openings, seals, awards, statements,
		gate_missed;
	uint64_t offered, left_out; /* of `offers`: items, and how many were left out */
	FILE *kept;                 /* receipts, one a line */
};

/* Real time now, and the market's. */
int64_t soak_market_ms(const struct soak *soak);

/* The real time at which a slot begins. */
int64_t soak_slot_real_ms(const struct soak *soak, int64_t slot);

/* The auction of that number, or NULL. */
const struct soak_auction *soak_auction(const struct soak *soak, uint64_t seq);

#endif
