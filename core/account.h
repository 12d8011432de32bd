/* account: the ledger's double-entry accounts. Fixed ones (issuer, common wallets, the roles,
 * the grid) live for ever; an address has one from its admission to the close of the block after
 * its slot. Invariant L1: the balances of all accounts sum to zero. */
#ifndef LEM_CORE_ACCOUNT_H
#define LEM_CORE_ACCOUNT_H
#include <stdbool.h>
#include <stdint.h>
#include "core/address.h"
#include "core/index.h"
#include "core/params.h"
#include "core/units.h"

enum {
	ACCOUNT_NONE = 0,
	ACCOUNT_ISSUER = 1,  /* where money comes from: never above zero but by withdrawals */
	ACCOUNT_WALLETS = 2, /* the homes' money between slots; its split is private */
	ACCOUNT_FIRST_ROLE = 3,
	ACCOUNT_GRID = ACCOUNT_FIRST_ROLE + PARAMS_ROLES_MAX, /* the other side of imbalance */
	ACCOUNT_FIXED_MAX,
	ACCOUNTS_INDEX_BITS = 18,  /* addresses and roles */
	ACCOUNTS_MAX = 1 << 16,    /* addresses admitted at one time */
	ACCOUNT_ORDERS_MAX = 256,  /* live answers of one address, cancelled ones included */
	ACCOUNT_AUCTIONS_MAX = 16, /* live auctions that one address has opened */
};

/* An account is named by its number, given once and never again: fixed ones as above, addresses
 * from ACCOUNT_FIXED_MAX upwards in the order of their admission. */
struct account {
	uint64_t number;
	struct address address; /* of the issuer and the wallets: their names */
	struct address_key key; /* none for issuer and wallets; roles' come from genesis */
	int64_t slot;           /* of an address; -1 for fixed ones */
	int64_t balance_uc;
	int64_t held_uc;        /* promised to orders and awards */
	int64_t credit_uc;      /* how far a role's balance less holds may fall below zero */
	int cpf_hundredths;     /* announced in the open block; 0 if not */
	bool stands;            /* the announcement was attested in the open block */
	uint32_t order_count;   /* answers in the table of orders */
	uint32_t auction_count; /* auctions opened, in the table of auctions */
};

/* All accounts, in the caller's memory. Addresses leave in the order in which they came. */
struct accounts {
	struct account fixed[ACCOUNT_FIXED_MAX];
	struct account ring[ACCOUNTS_MAX]; /* by number modulo ACCOUNTS_MAX */
	uint64_t first, next;              /* live addresses: first <= number < next */
	uint32_t role_count;
	int64_t admitted_slot; /* of the newest address; -1 before any */
	struct index by_address;
	struct index_cell cells[INDEX_CELLS(ACCOUNTS_INDEX_BITS)];
};

_Static_assert(MONEY_UC_MAX + (PARAMS_ROLES_MAX + 1) * AMOUNT_UC_MAX <= JSON_INT_MAX,
	"no account can have more than JSON carries exactly"); /* L3 */
_Static_assert((ACCOUNTS_MAX + PARAMS_ROLES_MAX) * 2 <= 1 << ACCOUNTS_INDEX_BITS,
	"the index stays half empty");

/* The fixed accounts of a market, all at zero. *accounts must be all zeros. */
void accounts_init(struct accounts *accounts, const struct params *params);

/* The account of that number, or NULL if there is none (any more). */
const struct account *account_get(const struct accounts *accounts, uint64_t number);
struct account *account_edit(struct accounts *accounts, uint64_t number);

/* The account of an address or role, or NULL. */
const struct account *account_find(const struct accounts *accounts, const struct address *address);

/* The account whose address is, or begins with the same 12 characters as, this one; or NULL. Two
 * such never live at one time: the second is not admitted. */
const struct account *account_find_like(
	const struct accounts *accounts, const struct address *address);

/* Whether the account is a role's, or an address's. */
bool account_is_role(const struct account *account);
bool account_is_address(const struct account *account);

/* Whether an address could be admitted for slot: not known (nor like a known one in its first 12
 * characters, which index it), above the newest of its slot, slot not before the newest's. */
bool account_fits(const struct accounts *accounts, int64_t slot, const struct address *address);

/* Admit an address that fits, while fewer than ACCOUNTS_MAX live; returns its number. */
uint64_t account_admit(struct accounts *accounts, int64_t slot, const struct address *address,
	const struct address_key *key);

/* Remove the oldest address, whose balance and holds must be zero. */
void account_close_first(struct accounts *accounts);

/* Move amount_uc >= 0 from one account to another. The caller's bounds exclude overflow. */
void account_transfer(struct accounts *accounts, uint64_t from, uint64_t to, int64_t amount_uc);

/* What an account may still promise: balance + credit - holds. Meaningful for roles; an address's
 * cover is its home's wallet, which is private. */
int64_t account_available_uc(const struct account *account);

/* Whether its balance and holds are within 2^53 - 1 uc (L3); beyond it gets no further business. */
bool account_has_room(const struct account *account);

/* The sum of all balances: zero, by L1. */
int64_t accounts_sum_uc(const struct accounts *accounts);

#endif
