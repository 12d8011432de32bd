/*
 * ledger: the public state machine of a market. The broker that proposes, the homes that verify and
 * the auditor run this very code over the same transactions and must reach the same roots.
 *
 * Order of calls, for block after block:
 *   ledger_check() (core/ledger_check.h) then ledger_apply() for each transaction, ascending by
 *   sequence; block_close_check(), block_close(), the caller hashes the header, block_chain()
 *   (core/block.h).
 * A refusal leaves the ledger exactly as it was.
 */
#ifndef LEM_CORE_LEDGER_H
#define LEM_CORE_LEDGER_H
#include <stdbool.h>
#include <stdint.h>
#include "core/account.h"
#include "core/activation.h"
#include "core/auction.h"
#include "core/hash.h"
#include "core/header.h"
#include "core/imbalance.h"
#include "core/merkle.h"
#include "core/network.h"
#include "core/params.h"
#include "core/params_schedule.h"
#include "core/ranking.h"
#include "core/recent.h"
#include "core/result.h"
#include "core/schedule.h"
#include "core/tariff.h"
#include "core/tx.h"
#include "core/verdict.h"

enum {
	LEDGER_TXS_MAX = 1 << 19,     /* transactions of one block */
	LEDGER_RESULTS_MAX = 1 << 20, /* results of one block */
	LEDGER_GAPS_MAX =
		(int)ORDERS_MAX, /* sequences given to answers of sealed books still shut */
	LEDGER_RANKS_MAX = 3,    /* ranks that may seal */
	/* Room kept for what the clock brings: a standing of each address, a delivery of each
	   order, the imbalance. */
	LEDGER_TXS_OPEN_MAX = LEDGER_TXS_MAX - (int)ORDERS_MAX - (int)ACCOUNTS_MAX - 1,
};

/* The key by which a block's transactions are sorted, and the leaf. */
struct tx_entry {
	uint8_t id[HASH_LEN];
	uint8_t leaf[HASH_LEN];
};

/* A sequence that has not come yet, and the block in which it was first passed over. */
struct seq_gap {
	uint64_t seq, height;
};

/* One of the block's best ranked, who may seal it. */
struct validator {
	struct address address;
	uint64_t account;
	int cpf_hundredths;
};

/* The state. About 130 MB of address space, of which only the used part costs memory. */
struct ledger {
	sha256_fn *sha256;
	struct params params; /* in force in the open block */
	uint8_t rules_hash[HASH_LEN];
	struct params_schedule schedule;
	struct schedules schedules;
	struct tariffs tariffs;
	struct activations activations;
	struct network network;
	uint64_t height;          /* of the open block; it holds slot height - 1 */
	uint64_t seq_high;        /* highest sequence so far */
	int64_t market_ms;        /* of the transaction of that sequence */
	bool closing;             /* the clock has struck the slot's end */
	uint32_t flags;           /* of the open block */
	uint32_t flags_before[2]; /* of the block before, and of the one before that */
	uint64_t last_standing;   /* account number: attested up to here */
	uint32_t due_count;       /* while closing: awards to attest, as places in auctions.due */
	uint32_t due_next;        /* the first not attested yet */
	struct imbalance imbalance;
	uint64_t result_count;
	uint64_t tx_count;
	uint32_t gap_count;
	uint32_t announced_count;
	/* The block before, to be sealed in this one; and the one before that. */
	uint8_t last_hash[HASH_LEN];
	uint8_t older_hash[HASH_LEN];
	struct address older_validator; /* of the block before the last; empty if none */
	uint32_t ranked_count;
	bool ranked_rewarded;
	struct validator ranked[LEDGER_RANKS_MAX];
	uint32_t sealed_by; /* rank that sealed the last block, 0 if none yet */
	struct merkle_log log;
	struct accounts accounts;
	struct auctions auctions;
	uint64_t announced[ACCOUNTS_MAX]; /* accounts with a CPF in the open block */
	struct seq_gap gaps[LEDGER_GAPS_MAX];
	struct recent recent;
	struct tx_entry txs[LEDGER_TXS_MAX];
	uint8_t results[LEDGER_RESULTS_MAX][HASH_LEN];
	/* Working memory; not state. */
	struct candidate candidates[ACCOUNTS_MAX];
	uint8_t leaves[LEDGER_TXS_MAX][HASH_LEN];
};

/* Set up the ledger after genesis: block 1 is open. *ledger must be all zeros (calloc: most of it
 * is never touched); params have passed params_check(). */
void ledger_init(struct ledger *ledger, const struct params *params, sha256_fn *sha256,
	const uint8_t genesis_hash[HASH_LEN], const uint8_t rules_hash[HASH_LEN]);

/* The slot of the open block, and the market time at which it ends. */
int64_t ledger_slot(const struct ledger *ledger);
int64_t ledger_slot_end_ms(const struct ledger *ledger);

/* Execute a transaction that ledger_check() has let in. It cannot fail. */
void ledger_apply(struct ledger *ledger, const struct tx *tx, const struct result_sink *sink);

/* Note a result: into the leaves of results_root if it is of the first group, and to the sink. For
 * the modules that execute parts of a block. */
void ledger_emit(
	struct ledger *ledger, const struct result_sink *sink, const struct result *result);

/* Move money and note it; nothing if amount_uc is 0. order may be 0. */
void ledger_transfer(struct ledger *ledger, const struct result_sink *sink, uint64_t from,
	uint64_t to, int64_t amount_uc, uint64_t order, enum transfer_why why);

/* Whether the sequence was passed over and has not come since. */
bool ledger_seq_is_missing(const struct ledger *ledger, uint64_t seq);

/* The order whose delivery is to be attested next in the closing block, or NULL if none is left. */
const struct order *ledger_delivery_due(const struct ledger *ledger);

#endif
