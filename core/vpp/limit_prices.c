#include "core/vpp/limit_prices.h"
#include "core/units.h"

/* Of the spread, what it pays above the import price. */
enum { SPREAD_SHARE = 5 };

/* By what homes pay and earn without it. */
static struct limit_prices of_retail(const struct tariff_prices *t)
{
	int64_t most = t->import_mc + (t->import_mc - t->export_mc) / SPREAD_SHARE;

	return (struct limit_prices){.buy_at_most = most < PRICE_MC_MAX ? most : PRICE_MC_MAX,
		.sell_at_least = t->export_mc};
}

struct limit_prices limit_prices(const struct imbalance_prices *set, const struct tariff_prices *t)
{
	struct imbalance_prices p = imbalance_prices_of(set, t);

	if (imbalance_is_priced(set))
		return (struct limit_prices){p.short_mc_per_kwh, p.long_mc_per_kwh};
	if (t->wholesale_mc != TARIFF_NONE)
		return (struct limit_prices){t->wholesale_mc, t->wholesale_mc};
	return of_retail(t);
}
