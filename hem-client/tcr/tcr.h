/* tcr: the transactive controller's question and answer, whatever strategy gives it: what would
 * this battery buy or sell in one delivery slot, at which price, and what bound it? */
#ifndef LEM_HEM_TCR_H
#define LEM_HEM_TCR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/book.h"
#include "hem-client/tcr/battery.h"
#include "hem-client/tcr/past.h"

/* What can bind a quantity or a price: name, the paper's equation or figure ("" if it has none),
 * then the sentence a person reads. */
#define TCR_BOUNDS(X)                                                                              \
	X(SOC, "(1),(6)", "the SOC stays within its limits")                                       \
	X(RATE_CHARGE, "(4)", "the charging rate is limited")                                      \
	X(RATE_DISCHARGE, "(5)", "the discharging rate is limited")                                \
	X(QUANTITY_OFFER, "fig. 4", "an offer is proportional to the SOC")                         \
	X(QUANTITY_BID, "fig. 5", "a bid shrinks as the SOC grows")                                \
	X(ONE_SIDE, "(6)", "never a bid and an offer for the same slot")                           \
	X(PROMISED, "", "energy promised already for that slot counts")                            \
	X(WANTED, "", "the auction is for no more")                                                \
	X(ORDER_MAX, "", "the market takes no larger order")                                       \
	X(PRICE_OFFER, "curve", "the price curve of offers")                                       \
	X(PRICE_BID, "curve", "the price curve of bids")                                           \
	X(DEGRADATION, "(7),(8)", "an offer covers the battery's wear and the margin")             \
	X(AGGREGATOR, "V-D", "a bid is above the aggregator's price")                              \
	X(LIMIT, "", "the auction's limit")                                                        \
	X(VALUE_CAP, "", "no bid beyond what the energy is worth to the home")                     \
	X(TARIFF, "", "no bid beyond the retail tariff")                                           \
	X(NO_BATTERY, "", "the home has no battery")                                               \
	X(SOC_UNKNOWN, "", "the battery's SOC is not known")                                       \
	X(VALUE, "value", "what the energy is worth to the home")                                  \
	X(NO_PAST, "", "too little of the home's own past is known to tell what it is worth")

#define TCR_BOUND_MEMBER(name, equation, text) TCR_##name,
/* TCR_..., the constants of the list. */
enum tcr_bound { TCR_BOUNDS(TCR_BOUND_MEMBER) TCR_BOUND_COUNT };
#undef TCR_BOUND_MEMBER

/* What a strategy is shown. */
struct tcr_view {
	const struct battery *battery; /* borrowed; has passed battery_check() */
	double soc;                    /* expected at the slot's start; NAN: not known */
	int64_t slot_s;                /* length of the delivery, 1..86400 */
	bool on_top;      /* the order comes on top of what the battery does by itself */
	int64_t own_wh;   /* which is this, positive: charging; else 0 where it is not known */
	int64_t house_wh; /* load less PV meanwhile */
	const struct past_ahead *ahead; /* the hours after the delivery; NULL: nothing is known */
	enum side side;           /* what the home would do; against the opener's in an auction */
	bool in_auction;          /* false: the home would open one, and these do not count */
	bool limit_inclusive;     /* a price equal to the limit is within it */
	int64_t limit_mc_per_kwh; /* p_agg: the opener's price, 0..PRICE_MC_MAX */
	int64_t wanted_wh;        /* what is still asked for; 0: not known */
	int64_t tariff_import_mc_per_kwh; /* retail prices in that slot; -1: not known */
	int64_t tariff_export_mc_per_kwh;
	int64_t promised_charge_wh; /* in orders of this home for that slot, won or still open */
	int64_t promised_discharge_wh;
};

enum { TCR_REASONS_MAX = 8 };

/* One thing that bound the quantity or the price, or forbade the trade. */
struct tcr_reason {
	enum tcr_bound bound;
	bool of_price; /* else of the quantity */
};

/* What it answers. Where trades is false quantity and price are 0 and the first reason says why. */
struct tcr_quote {
	bool trades;
	enum side side;           /* the view's */
	int64_t quantity_wh;      /* 1..ENERGY_WH_MAX, at the battery's terminals, rounded down */
	int64_t price_mc_per_kwh; /* 0..PRICE_MC_MAX */
	size_t reason_count;      /* 1..TCR_REASONS_MAX */
	struct tcr_reason reasons[TCR_REASONS_MAX];
};

/* A strategy: pure, so that the same view always gets the same answer. */
struct tcr_strategy {
	const char *name; /* as in the configuration */

	/* Answer the view. self: the strategy's own constants. */
	void (*quote)(const void *self, const struct tcr_view *view, struct tcr_quote *ret_quote);
};

/* Begin a quote: no trade, no reasons yet, the view's side. */
void tcr_quote_init(struct tcr_quote *quote, const struct tcr_view *view);

/* Add a reason; one that is there already is not added again, one too many is an assert. */
void tcr_quote_because(struct tcr_quote *quote, enum tcr_bound bound, bool of_price);

/* Turn the quote into "no trade" for this one reason. */
void tcr_quote_refuse(struct tcr_quote *quote, enum tcr_bound bound, bool of_price);

/* The name ("RATE_CHARGE"), the equation, the sentence of the table; "" outside it. Static. */
const char *tcr_bound_name(enum tcr_bound bound);
const char *tcr_bound_equation(enum tcr_bound bound);
const char *tcr_bound_text(enum tcr_bound bound);

#endif
