/* prices: the retail prices of the year: the profile's hour by hour, else the market's. */
#ifndef LEM_DEMO_YEAR_PRICES_H
#define LEM_DEMO_YEAR_PRICES_H
#include "demo/year/town.h"
#include "hem-client/tcr/tariff.h"

/* Those of a slot. */
struct tariff_prices prices_of_slot(const struct town *town, int64_t slot);

/* The same as the aggregator sees them; context is a struct town. */
struct aggregator_tariff prices_of_aggregator(const void *context, int64_t slot);

#endif
