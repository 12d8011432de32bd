/* limit_prices: between which prices the aggregator trades with its prosumers. It gains by a trade
 * if what it pays for a kWh is below what a missing one would cost it, and what it gets above what
 * a spare one would bring. What those are, in mc/kWh:
 *
 *                  a missing kWh costs                   a spare kWh brings
 *   both known     max(wholesale, imbalance short)       min(wholesale, imbalance long)
 *   one known      that                                  that
 *   none           import + 1/5 (import - export)        export
 *
 * The first line is dual imbalance pricing: who is off the schedule never does better than at the
 * wholesale price. The last is of a market that settles no imbalance and knows no wholesale price:
 * what homes pay and earn without it, and a fifth of the spread beside, since what a home gives now
 * it will often have to buy back (docs/decisions/0028-within-the-slot.md). */
#ifndef LEM_VPP_LIMIT_PRICES_H
#define LEM_VPP_LIMIT_PRICES_H
#include "core/imbalance_prices.h"

/* What it pays and asks, in mc/kWh, 0..PRICE_MC_MAX. */
struct limit_prices {
	int64_t buy_at_most, sell_at_least;
};

/* The limits of a slot's trades. set: the imbalance prices of the parameters. */
struct limit_prices limit_prices(
	const struct imbalance_prices *set, const struct tariff_prices *tariff);

#endif
