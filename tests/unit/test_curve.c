#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "core/units.h"
#include "hem-client/tcr/curve.h"
#include "tests/unit/curves.h"

/* The reasons as "quantity,quantity/price", for the tables. */
static const char *reasons(const struct tcr_quote *q)
{
	static char text[256];
	size_t len = 0;
	bool of_price = false;

	text[0] = '\0';
	for (size_t i = 0; i < q->reason_count; i++) {
		const char *mark = i > 0 ? "," : "";

		if (q->reasons[i].of_price && !of_price)
			mark = "/";
		of_price = q->reasons[i].of_price;
		len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", mark,
			tcr_bound_name(q->reasons[i].bound));
	}
	return text;
}

static void check(const struct tcr_quote *q, int64_t wh, int64_t price, const char *why)
{
	assert_string_equal(reasons(q), why);
	assert_int_equal(q->quantity_wh, wh);
	assert_int_equal(q->price_mc_per_kwh, price);
	assert_int_equal(q->trades, wh > 0);
}

static void each_check_of_the_constants(void **state)
{
	static const struct {
		size_t offset;
		int64_t least, most;
		const char *name;
	} cases[] = {
		{offsetof(struct curve, offer_min_mc_per_kwh), 0, 28000, "offer_price_min"},
		{offsetof(struct curve, offer_max_mc_per_kwh), 8000, PRICE_MC_MAX,
			"offer_price_max"},
		{offsetof(struct curve, bid_min_mc_per_kwh), 0, 24000, "bid_price_min"},
		{offsetof(struct curve, bid_max_mc_per_kwh), 4000, PRICE_MC_MAX, "bid_price_max"},
		{offsetof(struct curve, margin_mc_per_kwh), 1, PRICE_MC_MAX, "margin"},
		{offsetof(struct curve, tick_mc_per_kwh), 1, PRICE_MC_MAX, "tick"},
		{offsetof(struct curve, value_cap_mc_per_kwh), 0, PRICE_MC_MAX, "value_cap"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const int64_t values[] = {
			cases[i].least - 1, cases[i].least, cases[i].most, cases[i].most + 1};

		for (size_t j = 0; j < 4; j++) {
			struct curve c = plain_curve();
			const char *rule;

			memcpy((char *)&c + cases[i].offset, &values[j], sizeof values[j]);
			rule = curve_check(&c);
			if (j == 1 || j == 2)
				assert_null(rule);
			else
				assert_non_null(strstr(rule, cases[i].name));
		}
	}
}

static void the_slope_is_one_of_two(void **state)
{
	struct curve c = plain_curve();

	(void)state;
	c.price_slope = SLOPE_SCARCITY;
	assert_null(curve_check(&c));
	c.price_slope = (enum price_slope)0;
	assert_non_null(strstr(curve_check(&c), "price_slope"));
	c.price_slope = (enum price_slope)3;
	assert_non_null(strstr(curve_check(&c), "price_slope"));
}

/* 5 kW in and 4 kW out: 1250 and 1000 Wh in a quarter of an hour. */
static void offers_along_the_curve(void **state)
{
	static const struct {
		double soc;
		int64_t wh, price_paper, price_scarcity;
		const char *why;
	} cases[] = {
		{1.0, 1000, 28000, 8000, "RATE_DISCHARGE/PRICE_OFFER"},
		{0.9, 1000, 28000, 8000, "RATE_DISCHARGE/PRICE_OFFER"},
		{0.5, 500, 18000, 18000, "QUANTITY_OFFER,RATE_DISCHARGE/PRICE_OFFER"},
		{0.3, 250, 13000, 23000, "QUANTITY_OFFER,RATE_DISCHARGE/PRICE_OFFER"},
		{0.1008, 1, 8020, 27980, "QUANTITY_OFFER,RATE_DISCHARGE/PRICE_OFFER"},
	};
	const struct battery b = plain_battery();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct curve c = plain_curve();
		struct tcr_view v = plain_view(&b, SIDE_SELL);
		struct tcr_quote q;

		v.soc = nextafter(cases[i].soc, 2); /* 0.8 is not a number here */
		v.soc = fmin(v.soc, 1);
		curve_quote(&c, &v, &q);
		assert_true(llabs(q.price_mc_per_kwh - cases[i].price_paper) <= 1);
		check(&q, cases[i].wh, q.price_mc_per_kwh, cases[i].why);
		c.price_slope = SLOPE_SCARCITY;
		curve_quote(&c, &v, &q);
		assert_true(llabs(q.price_mc_per_kwh - cases[i].price_scarcity) <= 1);
		check(&q, cases[i].wh, q.price_mc_per_kwh, cases[i].why);
	}
}

static void bids_along_the_curve(void **state)
{
	static const struct {
		double soc;
		int64_t wh, price_paper, price_scarcity;
		const char *why;
	} cases[] = {
		{0.0, 1250, 24000, 4000, "RATE_CHARGE/PRICE_BID"},
		{0.1, 1250, 24000, 4000, "RATE_CHARGE/PRICE_BID"},
		{0.3, 937, 19000, 9000, "QUANTITY_BID,RATE_CHARGE/PRICE_BID"},
		{0.5, 625, 14000, 14000, "QUANTITY_BID,RATE_CHARGE/PRICE_BID"},
		{0.899, 1, 4024, 23975, "QUANTITY_BID,RATE_CHARGE/PRICE_BID"},
	};
	const struct battery b = plain_battery();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct curve c = plain_curve();
		struct tcr_view v = plain_view(&b, SIDE_BUY);
		struct tcr_quote q;

		v.soc = fmax(0, nextafter(cases[i].soc, -1));
		curve_quote(&c, &v, &q);
		assert_true(llabs(q.price_mc_per_kwh - cases[i].price_paper) <= 1);
		check(&q, cases[i].wh, q.price_mc_per_kwh, cases[i].why);
		c.price_slope = SLOPE_SCARCITY;
		curve_quote(&c, &v, &q);
		assert_true(llabs(q.price_mc_per_kwh - cases[i].price_scarcity) <= 1);
		check(&q, cases[i].wh, q.price_mc_per_kwh, cases[i].why);
	}
}

static void quantities_and_what_binds_them(void **state)
{
	static const struct {
		enum side side;
		double soc;
		int64_t slot_s, wanted_wh, promised_in, promised_out, wh;
		const char *why;
	} cases[] = {
		{SIDE_SELL, 0.5, 900, 500, 0, 0, 500, "QUANTITY_OFFER,RATE_DISCHARGE/PRICE_OFFER"},
		{SIDE_SELL, 0.5, 900, 499, 0, 0, 499, "WANTED/PRICE_OFFER"},
		{SIDE_SELL, 0.5, 900, 0, 0, 499, 1,
			"QUANTITY_OFFER,RATE_DISCHARGE,PROMISED/PRICE_OFFER"},
		{SIDE_SELL, 0.5, 900, 0, 0, 500, 0, "QUANTITY_OFFER,RATE_DISCHARGE,PROMISED"},
		{SIDE_SELL, 0.5, 900, 0, 0, 9999, 0, "QUANTITY_OFFER,RATE_DISCHARGE,PROMISED"},
		{SIDE_SELL, 0.5, 900, 0, 1, 0, 0, "ONE_SIDE"},
		{SIDE_BUY, 0.5, 900, 0, 0, 1, 0, "ONE_SIDE"},
		{SIDE_BUY, 0.5, 900, 0, 600, 0, 25, "QUANTITY_BID,RATE_CHARGE,PROMISED/PRICE_BID"},
		{SIDE_BUY, 0.5, 900, 0, 625, 0, 0, "QUANTITY_BID,RATE_CHARGE,PROMISED"},
		/* An hour and more: the room is less than the curve's share of 4 kWh. */
		{SIDE_SELL, 0.5, 3600, 0, 0, 0, 1279, "SOC/PRICE_OFFER"},
		{SIDE_SELL, 0.1, 900, 0, 0, 0, 0, "SOC"},
		{SIDE_SELL, 0.1, 900, 0, 0, 5, 0, "SOC"},
		{SIDE_SELL, 0.05, 900, 0, 0, 0, 0, "SOC"},
		{SIDE_BUY, 0.9, 900, 0, 0, 0, 0, "SOC"},
		{SIDE_BUY, 0.95, 900, 0, 0, 0, 0, "SOC"},
		{SIDE_BUY, 0.5, 86400, 0, 0, 0, 3200, "SOC/PRICE_BID"},
		{SIDE_SELL, -0.001, 900, 0, 0, 0, 0, "SOC_UNKNOWN"},
		{SIDE_SELL, 1.001, 900, 0, 0, 0, 0, "SOC_UNKNOWN"},
		{SIDE_BUY, (double)NAN, 900, 0, 0, 0, 0, "SOC_UNKNOWN"},
	};
	const struct battery b = plain_battery();
	struct curve c = plain_curve();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tcr_view v = plain_view(&b, cases[i].side);
		struct tcr_quote q;

		c.price_at_limit = true;
		v.soc = cases[i].soc;
		v.slot_s = cases[i].slot_s;
		v.in_auction = cases[i].wanted_wh > 0;
		v.limit_mc_per_kwh = PRICE_MC_MAX;
		v.wanted_wh = cases[i].wanted_wh;
		v.promised_charge_wh = cases[i].promised_in;
		v.promised_discharge_wh = cases[i].promised_out;
		curve_quote(&c, &v, &q);
		check(&q, cases[i].wh, q.price_mc_per_kwh, cases[i].why);
	}
}

static void without_an_auction_nothing_is_wanted(void **state)
{
	const struct battery b = plain_battery();
	const struct curve c = plain_curve();
	struct tcr_view v = plain_view(&b, SIDE_BUY);
	struct tcr_quote q;

	(void)state;
	v.wanted_wh = 1;
	v.limit_mc_per_kwh = PRICE_MC_MAX;
	curve_quote(&c, &v, &q);
	assert_int_equal(q.quantity_wh, 625);
	assert_true(q.trades);
}

static void no_battery_no_trade_and_no_order_beyond_the_largest(void **state)
{
	struct battery none = {0};
	struct battery town = plain_battery();
	const struct curve c = plain_curve();
	struct tcr_view v = plain_view(&none, SIDE_SELL);
	struct tcr_quote q;

	(void)state;
	curve_quote(&c, &v, &q);
	check(&q, 0, 0, "NO_BATTERY");
	town.capacity_wh = BATTERY_CAPACITY_WH_MAX;
	town.soc_max = 1;
	town.soc_min = 0;
	town.power_charge_max_w = BATTERY_POWER_W_MAX;
	v = plain_view(&town, SIDE_BUY);
	v.soc = 0;
	v.slot_s = S_PER_DAY;
	curve_quote(&c, &v, &q);
	check(&q, ENERGY_WH_MAX, 24000, "ORDER_MAX/PRICE_BID");
}

/* At half the curve asks 18 cents; wear and margin come to 6. */
static void offers_against_the_limit(void **state)
{
	static const struct {
		int64_t limit;
		bool inclusive, at_limit;
		int64_t price;
		const char *why; /* of the price, or of no trade */
	} cases[] = {
		{18000, true, false, 18000, "PRICE_OFFER"},
		{17999, true, false, 0, "/LIMIT,PRICE_OFFER"},
		{18001, false, false, 18000, "PRICE_OFFER"},
		{18000, false, false, 0, "/LIMIT,PRICE_OFFER"},
		{17999, true, true, 17999, "LIMIT"},
		{18000, false, true, 17999, "LIMIT"},
		{6000, true, true, 6000, "LIMIT"},
		{5999, true, true, 0, "/LIMIT,DEGRADATION"},
		{6001, false, true, 6000, "LIMIT"},
		{6000, false, true, 0, "/LIMIT,DEGRADATION"},
		{5999, true, false, 0, "/LIMIT,DEGRADATION"},
		{0, false, true, 0, "/LIMIT,DEGRADATION"},
	};
	const struct battery b = plain_battery();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct curve c = plain_curve();
		struct tcr_view v = plain_view(&b, SIDE_SELL);
		struct tcr_quote q;
		char why[96];

		c.price_at_limit = cases[i].at_limit;
		v.in_auction = true;
		v.limit_mc_per_kwh = cases[i].limit;
		v.limit_inclusive = cases[i].inclusive;
		curve_quote(&c, &v, &q);
		(void)snprintf(why, sizeof why, "%s%s",
			cases[i].price > 0 ? "QUANTITY_OFFER,RATE_DISCHARGE/" : "", cases[i].why);
		check(&q, cases[i].price > 0 ? 500 : 0, cases[i].price, why);
	}
}

static void an_offer_covers_the_wear(void **state)
{
	struct battery b = plain_battery();
	struct curve c = plain_curve();
	struct tcr_view v = plain_view(&b, SIDE_SELL);
	struct tcr_quote q;

	(void)state;
	c.margin_mc_per_kwh = 13000; /* with 5 cents of wear the 18 of the curve */
	curve_quote(&c, &v, &q);
	check(&q, 500, 18000, "QUANTITY_OFFER,RATE_DISCHARGE/PRICE_OFFER");
	c.margin_mc_per_kwh = 13001;
	curve_quote(&c, &v, &q);
	check(&q, 500, 18001, "QUANTITY_OFFER,RATE_DISCHARGE/DEGRADATION");
	b.cost_cents = 150000.01; /* not a whole mc any more: up */
	curve_quote(&c, &v, &q);
	check(&q, 500, 18002, "QUANTITY_OFFER,RATE_DISCHARGE/DEGRADATION");
	b.cost_cents = 1e11;
	b.lifetime_wh = 1;
	curve_quote(&c, &v, &q);
	check(&q, 0, 0, "/DEGRADATION");
}

/* At half the curve bids 14 cents; the tick is 0.01. */
static void bids_against_aggregator_cap_and_tariff(void **state)
{
	static const struct {
		bool in_auction;
		int64_t limit, cap, tariff, price;
		const char *why;
	} cases[] = {
		{true, 13990, 30000, -1, 14000, "PRICE_BID"},
		{true, 13991, 30000, -1, 14001, "AGGREGATOR"},
		{false, 20000, 30000, -1, 14000, "PRICE_BID"},
		{true, 29990, 30000, -1, 30000, "AGGREGATOR"},
		{true, 29991, 30000, -1, 0, "/VALUE_CAP,AGGREGATOR"},
		{true, 29990, 40000, 30000, 30000, "AGGREGATOR"},
		{true, 29991, 40000, 30000, 0, "/TARIFF,AGGREGATOR"},
		{true, 29991, 30000, 40000, 0, "/VALUE_CAP,AGGREGATOR"},
		{false, 0, 14000, -1, 14000, "PRICE_BID"},
		{false, 0, 13999, -1, 13999, "VALUE_CAP"},
		{false, 0, 30000, 13999, 13999, "TARIFF"},
		{true, 13000, 13500, -1, 13500, "VALUE_CAP"},
		{true, PRICE_MC_MAX, PRICE_MC_MAX, -1, 0, "/VALUE_CAP,AGGREGATOR"},
	};
	const struct battery b = plain_battery();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct curve c = plain_curve();
		struct tcr_view v = plain_view(&b, SIDE_BUY);
		struct tcr_quote q;
		char why[96];

		c.value_cap_mc_per_kwh = cases[i].cap;
		v.in_auction = cases[i].in_auction;
		v.limit_mc_per_kwh = cases[i].limit;
		v.tariff_import_mc_per_kwh = cases[i].tariff;
		curve_quote(&c, &v, &q);
		(void)snprintf(why, sizeof why, "%s%s",
			cases[i].price > 0 ? "QUANTITY_BID,RATE_CHARGE/" : "", cases[i].why);
		check(&q, cases[i].price > 0 ? 625 : 0, cases[i].price, why);
	}
}

static void the_interface_gives_the_same(void **state)
{
	const struct battery b = plain_battery();
	const struct curve c = plain_curve();
	const struct tcr_view v = plain_view(&b, SIDE_SELL);
	struct tcr_quote q;

	(void)state;
	curve_strategy.quote(&c, &v, &q);
	assert_true(llabs(q.price_mc_per_kwh - 18000) <= 1);
	check(&q, 500, q.price_mc_per_kwh, "QUANTITY_OFFER,RATE_DISCHARGE/PRICE_OFFER");
	assert_string_equal(curve_strategy.name, "curve");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_check_of_the_constants),
		cmocka_unit_test(the_slope_is_one_of_two),
		cmocka_unit_test(offers_along_the_curve),
		cmocka_unit_test(bids_along_the_curve),
		cmocka_unit_test(quantities_and_what_binds_them),
		cmocka_unit_test(without_an_auction_nothing_is_wanted),
		cmocka_unit_test(no_battery_no_trade_and_no_order_beyond_the_largest),
		cmocka_unit_test(offers_against_the_limit),
		cmocka_unit_test(an_offer_covers_the_wear),
		cmocka_unit_test(bids_against_aggregator_cap_and_tariff),
		cmocka_unit_test(the_interface_gives_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
