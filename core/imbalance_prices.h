/* imbalance_prices: what the grid charges the aggregator for each kWh that the community draws more
 * than scheduled, and pays for each that it draws less. Dual pricing: whatever the parameters say,
 * who is off the schedule does no better than at the wholesale price of the slot, if it has one. */
#ifndef LEM_CORE_IMBALANCE_PRICES_H
#define LEM_CORE_IMBALANCE_PRICES_H
#include <stdbool.h>
#include <stdint.h>
#include "core/tariff.h"

/* In mc/kWh, 0..PRICE_MC_MAX; both 0: imbalance is not settled. */
struct imbalance_prices {
	int64_t short_mc_per_kwh, long_mc_per_kwh;
};

/* Those of the parameters that were in force in that slot. */
struct imbalance_prices imbalance_prices_set(const struct params *params);

/* Whether there is any. */
bool imbalance_is_priced(const struct imbalance_prices *prices);

/* The prices of a slot: those of the parameters (`set`), short not below and long not above the
 * wholesale price. Both 0 if those are. */
struct imbalance_prices imbalance_prices_of(
	const struct imbalance_prices *set, const struct tariff_prices *tariff);

#endif
