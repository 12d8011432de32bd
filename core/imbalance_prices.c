#include "core/imbalance_prices.h"

struct imbalance_prices imbalance_prices_set(const struct params *p)
{
	return (struct imbalance_prices){
		p->imbalance_short_mc_per_kwh, p->imbalance_long_mc_per_kwh};
}

bool imbalance_is_priced(const struct imbalance_prices *p)
{
	return p->short_mc_per_kwh != 0 || p->long_mc_per_kwh != 0;
}

struct imbalance_prices imbalance_prices_of(
	const struct imbalance_prices *set, const struct tariff_prices *tariff)
{
	struct imbalance_prices p = *set;

	if (!imbalance_is_priced(set) || tariff->wholesale_mc == TARIFF_NONE)
		return p;
	if (p.short_mc_per_kwh < tariff->wholesale_mc)
		p.short_mc_per_kwh = tariff->wholesale_mc;
	if (p.long_mc_per_kwh > tariff->wholesale_mc)
		p.long_mc_per_kwh = tariff->wholesale_mc;
	return p;
}
