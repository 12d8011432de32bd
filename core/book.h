/* book: the terms of a one-sided auction, the orders that answer it, and what they win. */
#ifndef LEM_CORE_BOOK_H
#define LEM_CORE_BOOK_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/units.h"

enum { BOOK_ORDERS_MAX = 131072 }; /* 2^17 */

/* What the opener does; those who answer do the other. */
enum side { SIDE_BUY = 1, SIDE_SELL = 2 };

/* How the winners are priced (docs/protocol.md, "Auctions"). The numbers are frozen. */
enum rule { RULE_PAY_AS_BID = 1, RULE_UNIFORM = 2, RULE_VICKREY = 3 };

/* What the opener wants, and how the winners are found. book_terms_check() has the bounds. */
struct book_terms {
	enum side side;
	enum rule rule;
	int64_t quantity_wh;      /* wanted or on sale: 1..ENERGY_WH_MAX */
	int64_t limit_mc_per_kwh; /* most a buyer pays, least a seller takes: 0..PRICE_MC_MAX */
	int64_t min_quantity_wh;  /* fewer than this in all: no fills. 0 (none)..quantity_wh */
	bool limit_inclusive;     /* true (usual): a price equal to the limit is within it */
};

/* An answer, as the clearing sees it. book_order_check() has the bounds. */
struct book_order {
	int64_t price_mc_per_kwh; /* asked or offered: 0..PRICE_MC_MAX */
	int64_t quantity_wh;      /* 1..ENERGY_WH_MAX */
	uint64_t seq;             /* arrival; unique within the book; earlier wins a tie */
	uint32_t ref;             /* the caller's own index, handed on to the fill */
	uint32_t bidder;          /* shared by one bidder's orders; for RULE_VICKREY only */
	uint32_t rank;            /* set by the clearing: place in merit order, from 0 */
	bool all_or_nothing;      /* filled whole or passed over; never with RULE_VICKREY */
};

/* What one order won. */
struct fill {
	uint32_t ref;             /* of the order */
	int64_t quantity_wh;      /* 1..the order's quantity */
	int64_t price_mc_per_kwh; /* vickrey: amount / quantity, rounded down, to read only */
	int64_t amount_uc;        /* the money: price x quantity exactly, but vickrey's own sum */
};

/* In the order in which the checks run. */
enum book_verdict {
	BOOK_OK = 0,
	BOOK_SIDE = 1,           /* side is neither buy nor sell */
	BOOK_RULE = 2,           /* rule is none of the three */
	BOOK_QUANTITY = 3,       /* terms: quantity_wh out of range */
	BOOK_LIMIT = 4,          /* terms: limit_mc_per_kwh out of range */
	BOOK_MIN_QUANTITY = 5,   /* terms: min_quantity_wh out of range */
	BOOK_TOO_MANY = 6,       /* more than BOOK_ORDERS_MAX orders */
	BOOK_ORDER_PRICE = 7,    /* an order's price_mc_per_kwh out of range */
	BOOK_ORDER_QUANTITY = 8, /* an order's quantity_wh out of range */
	BOOK_ORDER_WHOLE = 9,    /* an all-or-nothing order in a vickrey auction */
};

/* BOOK_OK, or the first rule that the terms break (BOOK_SIDE..BOOK_MIN_QUANTITY). */
enum book_verdict book_terms_check(const struct book_terms *terms);

/* BOOK_OK, or the first rule (BOOK_ORDER_...) the order breaks under these valid terms. A price
 * beyond the limit breaks none: such an order only never wins. */
enum book_verdict book_order_check(const struct book_terms *terms, const struct book_order *order);

/* The verdict's sentence for a person; it begins with the name of the field. Never NULL. */
const char *book_verdict_text(enum book_verdict verdict);

/* "pay-as-bid", "uniform", "vickrey"; NULL for a number that is no rule. */
const char *rule_name(enum rule rule);

/* The rule of that exact name (a C string); 0 if there is none. */
enum rule rule_from_name(const char *name);

#endif
