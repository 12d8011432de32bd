/* curves: constants and a view for the tests of the curve strategy. */
#ifndef LEM_TESTS_CURVES_H
#define LEM_TESTS_CURVES_H
#include "hem-client/tcr/curve.h"
#include "tests/unit/batteries.h"

/* Offers from 8 to 28 cents, bids from 4 to 24; with plain_battery() the wear and the margin come
 * to 6 cents. */
static inline struct curve plain_curve(void)
{
	return (struct curve){
		.price_slope = SLOPE_PAPER,
		.offer_min_mc_per_kwh = 8000,
		.offer_max_mc_per_kwh = 28000,
		.bid_min_mc_per_kwh = 4000,
		.bid_max_mc_per_kwh = 24000,
		.margin_mc_per_kwh = 1000,
		.tick_mc_per_kwh = 10,
		.value_cap_mc_per_kwh = 30000,
	};
}

/* A quarter of an hour at half, nobody else in the market. */
static inline struct tcr_view plain_view(const struct battery *b, enum side side)
{
	return (struct tcr_view){
		.battery = b,
		.soc = 0.5,
		.slot_s = 900,
		.side = side,
		.limit_inclusive = true,
		.tariff_import_mc_per_kwh = -1,
		.tariff_export_mc_per_kwh = -1,
	};
}

#endif
