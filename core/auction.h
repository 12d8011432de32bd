/* auction: the open auctions and live orders of a market, and the clearing of those whose gate is
 * due. Lifecycle: open -> cleared -> settled, or void, or cancelled. */
#ifndef LEM_CORE_AUCTION_H
#define LEM_CORE_AUCTION_H
#include <stdbool.h>
#include <stdint.h>
#include "core/account.h"
#include "core/clearing.h"
#include "core/contract.h"
#include "core/index.h"

enum {
	AUCTIONS_MAX = 2048,
	AUCTIONS_INDEX_BITS = 12,
	ORDERS_MAX = BOOK_ORDERS_MAX,
	ORDERS_INDEX_BITS = 18,
};
_Static_assert(ORDERS_MAX * 2 <= 1 << ORDERS_INDEX_BITS, "the index stays half empty");
_Static_assert(AUCTIONS_MAX * 2 <= 1 << AUCTIONS_INDEX_BITS, "the index stays half empty");

/* Wh on auction at one time: bounds what a block can move to far below 63 bits (invariant L3). */
#define AUCTIONS_WH_MAX INT64_C(10000000000)

/* Where an auction stands. The ledger's leaves have numbers of their own (docs/protocol.md). */
enum auction_status {
	AUCTION_FREE = 0, /* no auction in this place */
	AUCTION_OPEN = 1,
	AUCTION_CLEARED = 2,
	AUCTION_VOID = 3,
	AUCTION_CANCELLED = 4,
	AUCTION_SETTLED = 5,
};

/* An auction from its opening to the block after its delivery slot. */
struct auction {
	uint64_t seq; /* of the bid-offer that opened it: its name */
	uint64_t opener;
	struct contract contract;
	enum auction_status status;
	uint32_t order_count; /* answers, cancelled ones not counted */
	uint32_t first_order; /* list of answers, newest first; INDEX_NONE ends it */
	int64_t held_uc;      /* of the opener, for this auction */
	int64_t cleared_wh;
	int64_t cleared_uc;
	int64_t marginal_mc_per_kwh; /* price of the last order with a fill; -1 if none */
	int64_t cut_wh;              /* would have been awarded but for the network's limits */
	int cut_by;                  /* enum network_role: whose; 0: nothing was cut */
	bool cut_unscheduled;        /* because no schedule of the slot counts */
};

/* Where an order stands; final ones change no more. */
enum order_status {
	ORDER_FREE = 0,
	ORDER_OPEN = 1,
	ORDER_AWARDED = 2,
	ORDER_LOST = 3,
	ORDER_CANCELLED = 4,
	ORDER_VOID = 5,
};

/* An answer to an auction. */
struct order {
	uint64_t seq;
	uint64_t account;
	uint32_t auction; /* place in the table */
	uint32_t next;    /* in the auction's list, or of the free places */
	int64_t quantity_wh;
	int64_t price_mc_per_kwh;
	int64_t held_uc;
	int64_t awarded_wh;
	int64_t award_mc_per_kwh;
	int64_t award_uc;
	int64_t delivered_wh; /* attested; meaningful if why is set */
	int why;              /* enum delivery_why, 0 before the attestation */
	enum order_status status;
	bool all_or_nothing;
};

/* All live auctions and their orders. About 27 MB, of which only the used part costs memory. */
struct auctions {
	struct auction auctions[AUCTIONS_MAX];
	struct order orders[ORDERS_MAX];
	uint32_t auction_count, order_count; /* live ones */
	uint32_t auction_top, order_top;     /* places ever used */
	uint32_t auction_free, order_free;   /* lists of freed places; INDEX_NONE ends them */
	int64_t open_wh;                     /* quantities of live auctions */
	struct index auction_by_seq, order_by_seq;
	struct index_cell auction_cells[INDEX_CELLS(AUCTIONS_INDEX_BITS)];
	struct index_cell order_cells[INDEX_CELLS(ORDERS_INDEX_BITS)];
	/* Working memory of clearing and settlement; not state. */
	struct book_order book[ORDERS_MAX];
	struct fill fills[ORDERS_MAX];
	uint32_t due[ORDERS_MAX];
};

/* An empty table. *auctions must be all zeros. */
void auctions_init(struct auctions *auctions);

/* The live auction or order of that sequence, or NULL. */
const struct auction *auction_find(const struct auctions *auctions, uint64_t seq);
const struct order *order_find(const struct auctions *auctions, uint64_t seq);
struct auction *auction_edit(struct auctions *auctions, uint64_t seq);
struct order *order_edit(struct auctions *auctions, uint64_t seq);

/* Whether one more auction of that many Wh, or one more order, has room. */
bool auctions_has_room(const struct auctions *auctions, int64_t quantity_wh);
bool orders_has_room(const struct auctions *auctions);

/* Add an open auction; there is room. The opener's hold is the contract's. */
void auction_open(struct auctions *auctions, struct accounts *accounts, uint64_t seq,
	uint64_t opener, const struct contract *contract);

/* Add an order to an open auction; there is room. Its hold is taken from `accounts`. */
void order_add(struct auctions *auctions, struct accounts *accounts, uint64_t auction,
	const struct order *order);

/* Take back an open order before its gate, or an auction nobody has answered. */
void order_cancel(struct auctions *auctions, struct accounts *accounts, uint64_t seq);
void auction_cancel(struct auctions *auctions, struct accounts *accounts, uint64_t seq);

/* The open auctions with a gate at or before due_ms, in the order (gate, seq), as places into
 * auctions->due; returns how many. */
uint32_t auctions_due(struct auctions *auctions, int64_t due_ms);

/* All live auctions ascending by sequence, as places into auctions->due; returns how many. */
uint32_t auctions_sorted(struct auctions *auctions);

/* The earliest gate of an open auction, or INT64_MAX. */
int64_t auctions_next_gate_ms(const struct auctions *auctions);

/* Clear the open auction at `place`: fills awards and statuses, reduces all holds to the awards. No
 * more than room_wh is awarded: where more would be, the auction is cleared as if its quantity were
 * room_wh - less than its minimum, and nobody wins - and cut_wh is the difference. The fills stay
 * in auctions->fills until the next clearing. */
struct clearing_result auction_clear(
	struct auctions *auctions, struct accounts *accounts, uint32_t place, int64_t room_wh);

/* Void the open auction at `place`: every hold is released. */
void auction_void(struct auctions *auctions, struct accounts *accounts, uint32_t place);

/* Remove all auctions that deliver in `slot` or before, with their orders and remaining holds. */
void auctions_remove_slot(struct auctions *auctions, struct accounts *accounts, int64_t slot);

/* The awarded orders of auctions that deliver in `slot`, ascending by sequence, as places into
 * auctions->due; returns how many. */
uint32_t orders_awarded(struct auctions *auctions, int64_t slot);

#endif
