/* tariff: what the home pays for import and gets for export outside the market, by time. */
#ifndef LEM_HEM_TARIFF_H
#define LEM_HEM_TARIFF_H
#include <stdint.h>

/* Retail prices in mc/kWh. */
struct tariff_prices {
	int64_t import_mc_per_kwh;
	int64_t export_mc_per_kwh;
};

/* Where they are looked up. */
struct tariff {
	const void *self; /* borrowed */

	/* Those that hold in the second start_s since slot 0 began. */
	struct tariff_prices (*at)(const void *self, int64_t start_s);
};

#endif
