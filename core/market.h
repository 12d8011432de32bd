/*
 * market: the whole market as its operator runs it: the public ledger, and the private part that
 * replicas cannot see - homes and their meters, who owns which address, wallets, and the answers to
 * sealed books that are still shut.
 *
 * Order of calls: market_decide(), the caller makes the command durable, market_apply(), and then
 * market_next() until it answers MARKET_IDLE, doing what it says. A refusal changes nothing.
 */
#ifndef LEM_CORE_MARKET_H
#define LEM_CORE_MARKET_H
#include <stdbool.h>
#include <stdint.h>
#include "core/command.h"
#include "core/home.h"
#include "core/ledger.h"

enum {
	ENROLLED_MAX = 1 << 17, /* addresses waiting for their slot, of all homes */
	ENROLLED_INDEX_BITS = 18,
	SHUT_MAX = (int)ORDERS_MAX,
	MARKET_CLOCK_BLOCKS_MAX = 64, /* blocks that one clock closes: more are the next one's */
	MARKET_CLOCK_STATEMENTS_MAX = 8192, /* of homes, in those blocks, but in one at least */
};

/* An address that waits for its slot's admission. */
struct enrolled {
	struct slot_key key;
	uint32_t home;
	uint32_t next_free;
};

/* An answer to a sealed book, or a cancel of one, held back until the gate. */
struct shut_tx {
	struct tx tx;
	uint64_t intake_seq;
	uint64_t auction;
	uint32_t home;
	bool cancelled; /* an answer whose cancel is shut too */
};

/* Where the open block stands. */
enum market_phase {
	PHASE_BEGIN = 0, /* the open block's admissions are still to come */
	PHASE_TRADING = 1,
	PHASE_CLOSING = 2, /* the clock has struck */
};

/* The state, private part included; core/snapshot.h writes and reads it. */
struct market {
	struct ledger ledger;
	struct homes homes;
	uint64_t next_seq;     /* of the ledger */
	int64_t clock_ms;      /* of the last COMMAND_CLOCK */
	uint32_t clock_closed; /* blocks closed under it; not kept in snapshots: 0 at their edge */
	enum market_phase phase;
	int64_t admit_slot;           /* slots before this one have been admitted */
	uint32_t owner[ACCOUNTS_MAX]; /* an address's home, by account number modulo ACCOUNTS_MAX */
	struct enrolled enrolled[ENROLLED_MAX];
	uint32_t enrolled_top, enrolled_count, enrolled_free;
	struct index enrolled_by_address;
	struct index_cell enrolled_cells[INDEX_CELLS(ENROLLED_INDEX_BITS)];
	struct shut_tx shut[SHUT_MAX]; /* ascending by tx.seq */
	uint32_t shut_count;
	uint32_t shut_orders[ACCOUNTS_MAX]; /* answers among them, by account modulo ACCOUNTS_MAX */
	uint32_t shut_next;                 /* while a gate fires: the first not looked at yet */
	/* Signed transactions accepted in the last horizon_slots + 2 slots, those still shut
	 * included. */
	struct recent taken;
	uint32_t standing_count, standing_next; /* while closing: places in `standing` */
	uint64_t standing[ACCOUNTS_MAX];
	/* Working memory; not state. */
	uint32_t places[ENROLLED_MAX];
	int64_t delivered_wh[ORDERS_MAX];
	struct address admit_addresses[TX_ADMIT_KEYS_MAX];
	struct address_key admit_keys[TX_ADMIT_KEYS_MAX];
};

/* What the market promises about an accepted command. */
enum promise { PROMISE_LEDGER = 1, PROMISE_PRIVATE = 2 };

/* What market_decide() answers. On refusal only verdict and field mean anything. */
struct decision {
	enum verdict verdict;
	const char *field; /* of a refusal: the offending member of the parameters, or "" */
	enum promise promise;
	uint64_t seq;         /* PROMISE_LEDGER: its place in the ledger */
	uint64_t height;      /* PROMISE_LEDGER: the block it will stand in */
	bool shut;            /* held back until its auction's gate */
	uint64_t auction;     /* if shut: of that auction */
	struct params params; /* COMMAND_PARAMS: the whole set; its transaction borrows it */
};

/* A market after genesis. *market must be all zeros (calloc). operator_key and the roles' keys are
 * enrolled as clients "operator" and by role name. */
void market_init(struct market *market, const struct params *params, sha256_fn *sha256,
	const struct enrolled_key *operator_key, int role_alg, const uint8_t genesis_hash[HASH_LEN],
	const uint8_t rules_hash[HASH_LEN]);

/* Decide a command; nothing changes. If the verdict is OK and the promise is of the ledger, the
 * transaction to store is market_tx()'s. */
void market_decide(
	const struct market *market, const struct command *command, struct decision *decision);

/* The ledger transaction of an accepted command whose promise is of the ledger, as it was decided.
 * Of COMMAND_TX id and signature_hash are copied; of the operator's they are the caller's to fill,
 * as is the rules_hash of TX_PARAMS. */
void market_tx(const struct market *market, const struct command *command,
	const struct decision *decision, struct tx *tx);

/* Carry out what market_decide() accepted. tx: from market_tx(), complete; NULL for private
 * commands. It cannot fail. */
void market_apply(struct market *market, const struct command *command,
	const struct decision *decision, const struct tx *tx, const struct result_sink *sink);

/* Whether a COMMAND_CLOCK stamped now_ms would bring anything about. */
bool market_clock_due(const struct market *market, int64_t now_ms);

/* The market time of the next clock that will be due, as far as is known now. */
int64_t market_next_due_ms(const struct market *market);

/* What the clock demands of the caller. */
enum market_step {
	MARKET_IDLE,    /* nothing left to do at this clock */
	MARKET_TX,      /* make *tx durable (id first), then market_apply_step() */
	MARKET_RELEASE, /* *tx was shut: as MARKET_TX, its body is that of intake *intake_seq */
	MARKET_CLOSE,   /* close the block: market_close(), hash, market_chain() */
};

/* How many blocks one clock closes, so that what is told of them to all homes is no more than what
 * the broker can hold: MARKET_CLOCK_BLOCKS_MAX of few homes, one of very many. */
uint32_t market_clock_blocks(const struct market *market);

/* What the clock demands next. Fills *tx, with seq and market_ms; the id of MARKET_TX is the
 * caller's to fill. It moves cursors but decides nothing. */
enum market_step market_next(struct market *market, struct tx *tx, uint64_t *intake_seq);

/* Execute the transaction of a step. */
void market_apply_step(struct market *market, const struct tx *tx, const struct result_sink *sink);

/* Close the open block: as block_close(), and the homes' wallets with it. */
void market_close(struct market *market, const struct result_sink *sink, struct header *header);

/* Open the next block. */
void market_chain(struct market *market, const uint8_t header_hash[HASH_LEN]);

/* The home that owns an address's account; NULL for fixed accounts' and closed ones'. */
const struct home *market_owner(const struct market *market, uint64_t account);

/* A home's money as it stands (micro-cents). */
struct wallet {
	int64_t balance_uc; /* all of it, what is in its addresses' accounts included */
	int64_t held_uc;    /* promised to orders and awards */
	int64_t pending_uc; /* of balance: in accounts that are not closed yet */
	int64_t sealed_uc;  /* in blocks that a validator has sealed, less what was withdrawn since
			     */
};

/* The wallet of a home; a role's is its account, and what of it is sealed. */
struct wallet market_wallet(const struct market *market, const struct home *home);

/* The most that could be withdrawn (micro-cents; may be below zero): what is sealed, and neither
 * held nor pending, less debts that are pending; of a role no credit. */
int64_t market_withdrawable_uc(const struct market *market, const struct home *home);

#endif
