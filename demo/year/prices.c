#include "demo/year/prices.h"
#include "demo/year/house.h"

struct tariff_prices prices_of_slot(const struct town *t, int64_t slot)
{
	const struct params *p = &t->engine.genesis.params;
	const struct profile *profile = &t->houses[0].device.profile;
	struct tariff_prices prices = {p->import_mc_per_kwh, p->export_mc_per_kwh};
	int64_t mc = profile->hours ? profile_tariff_mc_per_kwh(profile, slot * p->slot_s) : -1;

	if (mc >= 0)
		prices.import_mc_per_kwh = mc;
	return prices;
}

struct aggregator_tariff prices_of_aggregator(const void *context, int64_t slot)
{
	struct tariff_prices prices = prices_of_slot(context, slot);

	return (struct aggregator_tariff){prices.import_mc_per_kwh, prices.export_mc_per_kwh};
}
