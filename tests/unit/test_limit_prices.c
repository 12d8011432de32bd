/* What the aggregator pays and asks, by what the grid would charge and pay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/units.h"
#include "core/vpp/limit_prices.h"

enum { NONE = TARIFF_NONE };

static void by_what_is_known(void **state)
{
	static const struct {
		int32_t export_mc, import_mc, wholesale_mc;
		int64_t short_mc, long_mc;
		int64_t buys, sells;
		int64_t pays, gets; /* for imbalance */
	} rows[] = {
		/* nothing: by the retail prices */
		{8000, 30000, NONE, 0, 0, 34400, 8000, 0, 0},
		{0, 0, NONE, 0, 0, 0, 0, 0, 0},
		{0, PRICE_MC_MAX, NONE, 0, 0, PRICE_MC_MAX, 0, 0, 0},
		/* the wholesale price alone; imbalance is not settled */
		{8000, 30000, 9000, 0, 0, 9000, 9000, 0, 0},
		{8000, 30000, 0, 0, 0, 0, 0, 0, 0},
		/* imbalance prices alone */
		{8000, 30000, NONE, 40000, 2000, 40000, 2000, 40000, 2000},
		{8000, 30000, NONE, 40000, 0, 40000, 0, 40000, 0},
		{8000, 30000, NONE, 0, 2000, 0, 2000, 0, 2000},
		/* both: who is off the schedule does no better than wholesale */
		{8000, 30000, 9000, 40000, 2000, 40000, 2000, 40000, 2000},
		{8000, 30000, 50000, 40000, 2000, 50000, 2000, 50000, 2000},
		{8000, 30000, 1000, 40000, 2000, 40000, 1000, 40000, 1000},
		{8000, 30000, 40000, 40000, 40000, 40000, 40000, 40000, 40000},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct tariff_prices tariff = {
			rows[i].export_mc, rows[i].import_mc, rows[i].wholesale_mc};
		const struct imbalance_prices set = {rows[i].short_mc, rows[i].long_mc};
		struct imbalance_prices of = imbalance_prices_of(&set, &tariff);
		struct limit_prices limits = limit_prices(&set, &tariff);

		assert_int_equal(limits.buy_at_most, rows[i].buys);
		assert_int_equal(limits.sell_at_least, rows[i].sells);
		assert_int_equal(of.short_mc_per_kwh, rows[i].pays);
		assert_int_equal(of.long_mc_per_kwh, rows[i].gets);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(by_what_is_known)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
