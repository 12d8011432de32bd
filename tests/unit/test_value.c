/* What energy is worth to a home: what it will cost, or save, in the hours to come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>
#include "hem-client/tcr/value.h"

/* Wear of 4 cents a kWh; nothing is lost, so that the figures can be checked by hand. */
static const struct battery battery = {.capacity_wh = 10000,
	.soc_min = 0.1,
	.soc_max = 0.9,
	.eta_charge = 1,
	.eta_discharge = 1,
	.power_charge_max_w = 4000,
	.power_discharge_max_w = 4000,
	.cost_cents = 40000,
	.lifetime_wh = 1e7};
static const struct curve curve = {.margin_mc_per_kwh = 500, .value_cap_mc_per_kwh = 30000};
static struct past_ahead ahead;
static struct tcr_view view;

/* Hours with that load and PV to come, at 22 and 5 cents. */
static void expect(int64_t load_wh, int64_t pv_wh)
{
	ahead = (struct past_ahead){.step_s = 3600, .first_s = 3600};
	for (int i = 0; i < PAST_AHEAD; i++) {
		ahead.energy[i] = (struct slot_energy){load_wh, pv_wh};
		ahead.prices[i] = (struct tariff_prices){22000, 5000};
	}
}

/* Half an hour in the open, nothing drawn or produced meanwhile. */
static int setup(void **state)
{
	(void)state;
	expect(500, 0);
	view = (struct tcr_view){.battery = &battery,
		.soc = 0.5,
		.slot_s = 1800,
		.side = SIDE_SELL,
		.in_auction = true,
		.limit_inclusive = true,
		.limit_mc_per_kwh = 25000,
		.wanted_wh = 1000,
		.tariff_import_mc_per_kwh = 22000,
		.tariff_export_mc_per_kwh = 5000,
		.on_top = true,
		.ahead = &ahead};
	return 0;
}

static struct tcr_quote quote(void)
{
	struct tcr_quote q;

	value_quote(&curve, &view, &q);
	return q;
}

static bool because(const struct tcr_quote *q, enum tcr_bound bound)
{
	for (size_t i = 0; i < q->reason_count; i++)
		if (q->reasons[i].bound == bound)
			return true;
	return false;
}

static void what_will_be_needed_costs_its_import(void **state)
{
	struct tcr_quote q = quote();

	(void)state;
	/* Bought back at 22 cents; the wear comes now instead of then. */
	assert_true(q.trades);
	assert_int_equal(q.quantity_wh, 1000);
	assert_int_equal(q.price_mc_per_kwh, 22500);
	assert_true(because(&q, TCR_VALUE) && because(&q, TCR_WANTED));
	view.limit_mc_per_kwh = 22500;
	assert_true(quote().trades);
	view.limit_inclusive = false;
	q = quote();
	assert_false(q.trades);
	assert_int_equal(q.reasons[0].bound, TCR_LIMIT);
}

/* The PV fills the battery again, and would have been fed in at 5 cents. */
static void what_the_sun_brings_back_is_cheap(void **state)
{
	(void)state;
	expect(0, 2000);
	assert_int_equal(quote().price_mc_per_kwh, 5000 + 4000 + 500);
}

static void what_is_stored_is_worth_what_it_saves(void **state)
{
	struct tcr_quote q;

	(void)state;
	view.side = SIDE_BUY;
	view.limit_mc_per_kwh = 5000;
	q = quote();
	assert_true(q.trades);
	assert_int_equal(q.price_mc_per_kwh, 22000 - 4000 - 500);
	expect(0, 2000); /* the sun would have filled it for 5 cents */
	view.limit_mc_per_kwh = 4500;
	assert_int_equal(quote().price_mc_per_kwh, 4500);
	view.limit_mc_per_kwh = 4501;
	q = quote();
	assert_false(q.trades);
	assert_int_equal(q.reasons[0].bound, TCR_LIMIT);
}

/* A dear evening makes dear what is kept for it. */
static void prices_to_come_count(void **state)
{
	(void)state;
	expect(0, 0);
	ahead.energy[5].load_wh = 4000;
	ahead.prices[5].import_mc_per_kwh = 54000;
	view.limit_mc_per_kwh = 60000;
	assert_in_range(quote().price_mc_per_kwh, 54400, 54500); /* whole Wh */
	view.side = SIDE_BUY; /* it has 4000 Wh for that already; more is for nothing but the end */
	view.limit_mc_per_kwh = 0;
	assert_true(quote().price_mc_per_kwh < 10000);
	view.soc = 0.2;
	assert_int_equal(quote().price_mc_per_kwh, 30000);
	assert_true(quote().reasons[1].bound == TCR_VALUE_CAP);
}

/* On top of what the battery does by itself: who charges can stop, who discharges has less left. */
static void what_it_does_by_itself_is_the_base(void **state)
{
	(void)state;
	view.wanted_wh = 9000;
	view.limit_mc_per_kwh = 60000;
	assert_int_equal(quote().quantity_wh, 2000);
	view.own_wh = 700;
	view.house_wh = -700;
	assert_int_equal(quote().quantity_wh, 2700);
	view.own_wh = -700;
	view.house_wh = 700;
	assert_int_equal(quote().quantity_wh, 1300);
	view.side = SIDE_BUY;
	view.limit_mc_per_kwh = 0;
	assert_int_equal(quote().quantity_wh, 2700);
}

/* Of a whole slot the battery's register counts: what it gives to the home's own load is sold, and
 * the load has to be bought. */
static void what_is_sold_twice_is_paid_for(void **state)
{
	(void)state;
	view.on_top = false;
	view.house_wh = 500; /* which the battery would cover */
	view.wanted_wh = 500;
	view.limit_mc_per_kwh = 60000;
	assert_int_equal(quote().price_mc_per_kwh, 22500);
	view.house_wh = 0;
	view.wanted_wh = 500;
	assert_int_equal(quote().price_mc_per_kwh, 22500);
}

static void what_forbids_a_trade(void **state)
{
	static const struct battery none;
	struct tcr_view good = view;

	(void)state;
	view.ahead = NULL;
	assert_int_equal(quote().reasons[0].bound, TCR_NO_PAST);
	view = good;
	view.battery = &none;
	assert_int_equal(quote().reasons[0].bound, TCR_NO_BATTERY);
	view = good;
	view.soc = (double)NAN;
	assert_int_equal(quote().reasons[0].bound, TCR_SOC_UNKNOWN);
	view = good;
	view.promised_charge_wh = 1;
	assert_int_equal(quote().reasons[0].bound, TCR_ONE_SIDE);
	view = good;
	view.tariff_import_mc_per_kwh = -1;
	assert_int_equal(quote().reasons[0].bound, TCR_TARIFF);
	view = good;
	view.soc = 0.1;
	assert_false(quote().trades);
	assert_int_equal(quote().reasons[0].bound, TCR_SOC);
	view = good;
	view.promised_discharge_wh = 1500; /* of 2000 */
	view.wanted_wh = 0;
	assert_int_equal(quote().quantity_wh, 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_will_be_needed_costs_its_import, setup),
		cmocka_unit_test_setup(what_the_sun_brings_back_is_cheap, setup),
		cmocka_unit_test_setup(what_is_stored_is_worth_what_it_saves, setup),
		cmocka_unit_test_setup(prices_to_come_count, setup),
		cmocka_unit_test_setup(what_it_does_by_itself_is_the_base, setup),
		cmocka_unit_test_setup(what_is_sold_twice_is_paid_for, setup),
		cmocka_unit_test_setup(what_forbids_a_trade, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
