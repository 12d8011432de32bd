#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "core/units.h"
#include "hem-client/tcr/curve.h"
#include "tests/unit/curves.h"

static struct curve next_curve(uint64_t *seed)
{
	struct curve c = {
		.price_slope = SLOPE_PAPER,
		.offer_min_mc_per_kwh = next_whole(seed, 0, 30000),
		.bid_min_mc_per_kwh = next_whole(seed, 0, 30000),
		.margin_mc_per_kwh = next_whole(seed, 1, 5000),
		.tick_mc_per_kwh = next_whole(seed, 1, 500),
		.value_cap_mc_per_kwh = next_whole(seed, 0, 60000),
		.price_at_limit = next_whole(seed, 0, 1) == 1,
	};

	c.offer_max_mc_per_kwh = c.offer_min_mc_per_kwh + next_whole(seed, 0, 30000);
	c.bid_max_mc_per_kwh = c.bid_min_mc_per_kwh + next_whole(seed, 0, 30000);
	return c;
}

static struct tcr_view next_view(uint64_t *seed, const struct battery *b)
{
	struct tcr_view v = plain_view(b, next_whole(seed, 0, 1) ? SIDE_SELL : SIDE_BUY);

	v.soc = next_soc(seed, b);
	v.slot_s = next_whole(seed, 1, S_PER_DAY);
	v.in_auction = next_whole(seed, 0, 1) == 1;
	v.limit_mc_per_kwh = next_whole(seed, 0, 60000);
	v.limit_inclusive = next_whole(seed, 0, 1) == 1;
	v.wanted_wh = next_whole(seed, 0, 2) ? 0 : next_whole(seed, 1, 100000);
	v.tariff_import_mc_per_kwh = next_whole(seed, -1, 50000);
	if (next_whole(seed, 0, 2) == 0) {
		int64_t promised_wh = next_whole(seed, 0, 2000);

		v.promised_charge_wh = v.side == SIDE_BUY ? promised_wh : 0;
		v.promised_discharge_wh = v.side == SIDE_SELL ? promised_wh : 0;
	}
	return v;
}

static void check_prices(const struct curve *c, const struct tcr_view *v, const struct tcr_quote *q)
{
	double wear = battery_degradation_mc_per_kwh(v->battery);
	int64_t price = q->price_mc_per_kwh;

	assert_true(price >= 0 && price <= PRICE_MC_MAX);
	if (v->side == SIDE_SELL) {
		assert_true((double)price >= wear + (double)c->margin_mc_per_kwh);
		assert_true((double)price > wear);
		assert_true(!v->in_auction || price < v->limit_mc_per_kwh + v->limit_inclusive);
		return;
	}
	assert_true(price <= c->value_cap_mc_per_kwh);
	assert_true(v->tariff_import_mc_per_kwh < 0 || price <= v->tariff_import_mc_per_kwh);
	assert_true(!v->in_auction || price >= v->limit_mc_per_kwh + c->tick_mc_per_kwh);
}

/* What is traded and promised together keeps (1), (4), (5). */
static void check_quantity(const struct tcr_view *v, const struct tcr_quote *q)
{
	const struct battery *b = v->battery;
	int64_t in = v->promised_charge_wh, out = v->promised_discharge_wh;

	if (v->side == SIDE_BUY)
		in += q->quantity_wh;
	else
		out += q->quantity_wh;
	assert_true(q->quantity_wh >= 1 && q->quantity_wh <= ENERGY_WH_MAX);
	assert_true(in <= battery_charge_max_wh(b, v->soc, v->slot_s));
	assert_true(out <= battery_discharge_max_wh(b, v->soc, v->slot_s));
	assert_true(battery_step(b, v->soc, in, out) <= b->soc_max);
	assert_true(battery_step(b, v->soc, in, out) >= b->soc_min);
	assert_true(!v->in_auction || v->wanted_wh == 0 || q->quantity_wh <= v->wanted_wh);
}

static void no_quote_breaks_a_limit(void **state)
{
	uint64_t seed = seed_of_run();
	int trades = 0;

	(void)state;
	for (int i = 0; i < BATTERIES_TO_TRY; i++) {
		struct battery b = next_battery(&seed);
		struct curve c = next_curve(&seed);
		struct tcr_view v = next_view(&seed, &b);
		struct tcr_quote q;

		assert_null(curve_check(&c));
		c.price_slope = next_whole(&seed, 0, 1) ? SLOPE_PAPER : SLOPE_SCARCITY;
		curve_quote(&c, &v, &q);
		assert_true(q.reason_count > 0);
		assert_int_equal(q.side, v.side);
		if (q.trades) {
			trades++;
			check_quantity(&v, &q);
			check_prices(&c, &v, &q);
		} else {
			assert_int_equal(q.quantity_wh, 0);
			assert_int_equal(q.price_mc_per_kwh, 0);
		}
	}
	assert_true(trades > BATTERIES_TO_TRY / 10);
}

/* The offer grows with the SOC, in quantity and (paper) in price; the bid shrinks. */
static void quotes_are_monotone_in_the_soc(void **state)
{
	uint64_t seed = seed_of_run();

	(void)state;
	for (int i = 0; i < BATTERIES_TO_TRY; i++) {
		struct battery b = next_battery(&seed);
		struct curve c = next_curve(&seed);
		struct tcr_view v = next_view(&seed, &b);
		struct tcr_quote low, high;
		double other;

		v.in_auction = false;
		other = next_whole(&seed, 0, 1) ? nextafter(v.soc, 1) : next_soc(&seed, &b);
		if (other < v.soc) {
			double swap = other;

			other = v.soc;
			v.soc = swap;
		}
		curve_quote(&c, &v, &low);
		v.soc = other;
		curve_quote(&c, &v, &high);
		if (v.side == SIDE_BUY) {
			struct tcr_quote swap = low;

			low = high;
			high = swap;
		}
		assert_true(low.quantity_wh <= high.quantity_wh);
		if (low.trades && high.trades)
			assert_true(low.price_mc_per_kwh <= high.price_mc_per_kwh);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_quote_breaks_a_limit),
		cmocka_unit_test(quotes_are_monotone_in_the_soc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
