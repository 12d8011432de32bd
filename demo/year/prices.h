/* prices: the retail prices of the year: the profile's hour by hour, announced by the aggregator as
 * tariffs; without such a profile the market's. */
#ifndef LEM_DEMO_YEAR_PRICES_H
#define LEM_DEMO_YEAR_PRICES_H
#include "demo/year/town.h"
#include "hem-client/tcr/tariff.h"

/* What is charged in a slot, whatever was known of it. */
struct retail_prices prices_charged(const struct town *town, int64_t slot);

/* Those of a slot that is not over, as the ledger has them. */
struct retail_prices prices_of_slot(const struct town *town, int64_t slot);

/* Announce what is to be known in a slot that has begun: prices of a day and a half ahead, in
 * tariffs of up to two days. */
void prices_announce(struct town *town, int64_t slot);

#endif
