/* tx: one transaction of the ledger, decoded. The rules see nothing else of a message. */
#ifndef LEM_CORE_TX_H
#define LEM_CORE_TX_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/activation.h"
#include "core/address.h"
#include "core/contract.h"
#include "core/hash.h"
#include "core/imbalance.h"
#include "core/network.h"
#include "core/params.h"
#include "core/schedule.h"
#include "core/tariff.h"

/* Kinds below TX_OPERATOR are signed by an address; the others are the operator's own. The
 * numbers are stored in ledger.db. */
enum tx_kind {
	TX_BID_OFFER = 1,
	TX_CANCEL = 2,
	TX_CPF = 3,
	TX_SEAL = 4,
	TX_SCHEDULE = 5, /* the aggregator's, of the community's net */
	TX_LIMITS = 6,   /* a network operator's, of the same net */
	TX_APPROVE = 7,  /* a network operator's, of a schedule */
	TX_TARIFF = 8,   /* the aggregator's, of what energy costs outside the market */
	TX_ACTIVATE = 9, /* the TSO's, for regulation */
	TX_OPERATOR = 16,
	TX_CLOCK = 16,      /* fires the gates due; at a slot's end opens the block's close */
	TX_ADMIT = 17,      /* address keys of one slot */
	TX_STANDING = 18,   /* an announced CPF is the metered one, and its home may be elected */
	TX_DELIVERY = 19,   /* what the meter saw of one award */
	TX_DEPOSIT = 20,    /* money comes in */
	TX_WITHDRAWAL = 21, /* money goes out */
	TX_PARAMS = 22,     /* other parameters from a slot on */
	TX_IMBALANCE = 23,  /* what the meters saw of a slot, all homes together */
};

enum { TX_ADMIT_KEYS_MAX = 512 };

/* A bid or offer. auction 0 opens an auction with `request`; otherwise it answers that one. */
struct tx_bid {
	enum side side; /* what the sender wants: SIDE_BUY ("buy") or SIDE_SELL ("sell") */
	int64_t quantity_wh;
	int64_t price_mc_per_kwh;
	uint64_t auction; /* ledger sequence of the opening bid-offer */
	bool all_or_nothing;
	struct contract_request request;
};

/* Why a delivery is what it is; numbers are hashed. */
enum delivery_why {
	DELIVERY_METERED = 1,
	DELIVERY_NO_READING = 2,  /* nothing accepted by the slot's settlement */
	DELIVERY_NO_BASE = 3,     /* a reading, but none of the slot before to subtract */
	DELIVERY_UNCERTIFIED = 4, /* not signed by a certified meter */
};

/* One transaction of the ledger, decoded. What it points to is borrowed. */
struct tx {
	enum tx_kind kind;
	uint64_t seq;      /* ledger sequence, dense from 1 */
	int64_t market_ms; /* market time at which the market took it in */
	int64_t date_ms;   /* of signed kinds: the message's date */
	uint8_t id[HASH_LEN];
	uint8_t signature_hash[HASH_LEN]; /* SHA-256 of the signature; of nothing for the operator
					   */
	struct address address;           /* the signer; of TX_STANDING the home concerned */
	int cpf_hundredths;               /* announced or attested, 1..100; 0 if none */
	union {
		struct tx_bid bid;
		struct {
			uint64_t order; /* ledger sequence of the bid-offer */
		} cancel;
		struct {
			uint64_t height;
			uint8_t header_hash[HASH_LEN];
		} seal;
		struct net_window schedule;
		struct limits_window limits;
		struct tariff_window tariff;
		struct activation_terms activate;
		struct {
			uint8_t schedule[HASH_LEN]; /* its transaction's id */
			enum approval_verdict verdict;
		} approve;
		struct {
			int64_t due_ms; /* gates up to here; at most the open slot's end */
		} clock;
		struct {
			int64_t slot;
			const struct address *addresses; /* borrowed; ascending */
			const struct address_key *keys;
			size_t count;
		} admit;
		struct {
			uint64_t order;
			int64_t delivered_wh;
			enum delivery_why why;
		} delivery;
		struct {
			struct address account; /* a role's address, or empty: the common wallets */
			int64_t amount_uc;
		} money; /* of TX_DEPOSIT and TX_WITHDRAWAL */
		struct {
			int64_t from_slot;
			const struct params *set; /* borrowed; all of it, not only what changes */
			uint8_t rules_hash[HASH_LEN]; /* of the rules with that set */
		} params;
		struct net_metered imbalance;
	} u;
};

/* Whether the kind is signed by an address (and so leaves this market's homes and roles only). */
static inline bool tx_is_signed(enum tx_kind kind)
{
	return kind < TX_OPERATOR;
}

/* Name of the operation as in messages and ledger bodies ("bid-offer"); NULL if unknown. */
const char *tx_kind_name(enum tx_kind kind);

/* The kind of that name, or 0. */
enum tx_kind tx_kind_from_name(const char *name);

/* "metered", "no_reading", ...; NULL / 0 if unknown. */
const char *delivery_why_name(enum delivery_why why);
enum delivery_why delivery_why_from_name(const char *name);

/* Leaf of the block's transaction tree:
 * SHA-256(0x00 || id || seq || market_ms || signature_hash), integers as 8 bytes big-endian. */
void tx_leaf(sha256_fn *sha256, const struct tx *tx, uint8_t out[HASH_LEN]);

#endif
