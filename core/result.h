/* result: what executing a block brings about. Each is emitted once, in order of execution; those
 * of the first group are the leaves of results_root. */
#ifndef LEM_CORE_RESULT_H
#define LEM_CORE_RESULT_H
#include <stdbool.h>
#include <stdint.h>
#include "core/account.h"
#include "core/auction.h"
#include "core/hash.h"
#include "core/network.h"
#include "core/schedule.h"
#include "core/tariff.h"

/* What happened; the first group makes leaves of results_root. */
enum result_kind {
	RESULT_AWARD = 1,
	RESULT_DELIVERY = 2,
	RESULT_TRANSFER = 3,
	/* From here on: told to shells, not hashed. */
	RESULT_ACCOUNT_OPENED = 16,
	RESULT_ACCOUNT_CLOSED = 17,
	RESULT_AUCTION_OPENED = 18,
	RESULT_AUCTION_ENDED = 19, /* cleared, void or cancelled: see its status */
	RESULT_ORDER_ADDED = 20,
	RESULT_ORDER_ENDED = 21, /* lost, cancelled, void */
	RESULT_RANKED = 22,      /* one validator of the block, best first */
	RESULT_VALIDATED = 23,   /* the block before has its validator */
	RESULT_SCHEDULED = 24,
	RESULT_LIMITED = 25,
	RESULT_ANSWERED = 26, /* a network operator has said something of a schedule */
	RESULT_PRICED = 27,   /* a tariff */
	RESULT_ACTIVATED = 28,
};

/* Why money moved; hashed. */
enum transfer_why {
	TRANSFER_DEPOSIT = 1,    /* issuer to wallets or a role */
	TRANSFER_PAYMENT = 2,    /* buyer to seller, for energy delivered */
	TRANSFER_PENALTY = 3,    /* answering order to opener, for energy not delivered */
	TRANSFER_REWARD = 4,     /* issuer to validator */
	TRANSFER_CLOSE = 5,      /* an address's balance to the wallets, or its debt from them */
	TRANSFER_WITHDRAWAL = 6, /* wallets or a role to issuer */
	TRANSFER_FEE = 7,        /* buyer or seller to the aggregator, for energy delivered */
	TRANSFER_IMBALANCE = 8,  /* the aggregator to the grid, or the reverse */
	TRANSFER_REGULATION = 9, /* the TSO to the aggregator, or the reverse */
};

/* One thing that happened while a transaction was executed or a block closed. */
struct result {
	enum result_kind kind;
	uint64_t height; /* of the open block */
	union {
		struct {
			const struct order *order;
			const struct auction *auction;
		} order; /* AWARD, ORDER_ADDED, ORDER_ENDED, DELIVERY */
		struct {
			uint64_t from, to; /* account numbers */
			int64_t amount_uc;
			uint64_t order; /* or 0 */
			enum transfer_why why;
			const struct address *from_address, *to_address;
		} transfer;
		const struct account *account; /* ACCOUNT_... */
		struct {
			const struct auction *auction;
			int64_t best_losing_mc_per_kwh;
		} auction; /* AUCTION_... */
		struct {
			unsigned rank; /* 1.. */
			const struct account *account;
			int cpf_hundredths;
			bool rewarded;
			uint64_t height; /* VALIDATED: of the block sealed */
		} validator;
		const struct schedule *schedule;
		const struct tariff *tariff;
		const struct activation *activation;
		struct {
			uint64_t seq; /* of the limits */
			const struct limits_window *window;
		} limits;
		struct {
			uint64_t seq;      /* of the answer */
			uint64_t schedule; /* of that which it is about */
			enum network_role role;
			enum approval_verdict verdict;
		} answer;
	} u;
};

/* Where results go. Pointers within a result live until the function returns. NULL emit: nowhere.
 */
struct result_sink {
	void (*emit)(void *context, const struct result *result);
	void *context;
};

/* The leaf hash of a result of the first group (docs/protocol.md, "Leaves"). */
void result_leaf(sha256_fn *sha256, const struct result *result, uint8_t out[HASH_LEN]);

/* "payment", ...; NULL if unknown. */
const char *transfer_why_name(enum transfer_why why);

#endif
