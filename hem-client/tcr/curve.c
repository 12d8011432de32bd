#include "hem-client/tcr/curve.h"
#include <assert.h>
#include <math.h>
#include "core/units.h"

static bool is_price(int64_t mc_per_kwh)
{
	return mc_per_kwh >= 0 && mc_per_kwh <= PRICE_MC_MAX;
}

const char *curve_check(const struct curve *c)
{
	if (c->price_slope != SLOPE_PAPER && c->price_slope != SLOPE_SCARCITY)
		return "price_slope must be paper or scarcity";
	if (!is_price(c->offer_min_mc_per_kwh) || !is_price(c->offer_max_mc_per_kwh) ||
		c->offer_min_mc_per_kwh > c->offer_max_mc_per_kwh)
		return "offer_price_min must be at most offer_price_max, 0 to 10000 cents/kWh";
	if (!is_price(c->bid_min_mc_per_kwh) || !is_price(c->bid_max_mc_per_kwh) ||
		c->bid_min_mc_per_kwh > c->bid_max_mc_per_kwh)
		return "bid_price_min must be at most bid_price_max, 0 to 10000 cents/kWh";
	if (!is_price(c->margin_mc_per_kwh) || c->margin_mc_per_kwh < 1)
		return "margin must be 0.001 to 10000 cents/kWh";
	if (!is_price(c->tick_mc_per_kwh) || c->tick_mc_per_kwh < 1)
		return "tick must be 0.001 to 10000 cents/kWh";
	if (!is_price(c->value_cap_mc_per_kwh))
		return "value_cap must be 0 to 10000 cents/kWh";
	return NULL;
}

/* What binds the quantity: the curve and the rate limit it scales, or the room. */
static int64_t curve_wh(const struct tcr_view *view, struct tcr_quote *quote)
{
	bool sells = view->side == SIDE_SELL;
	const struct battery *b = view->battery;
	double fill = battery_fill(b, view->soc);
	double share = sells ? fill : 1 - fill;
	int64_t rate_wh = sells ? battery_rate_discharge_wh(b, view->slot_s)
				: battery_rate_charge_wh(b, view->slot_s);
	int64_t room_wh = sells ? battery_room_discharge_wh(b, view->soc)
				: battery_room_charge_wh(b, view->soc);
	int64_t wh = (int64_t)floor((double)rate_wh * share);

	if (room_wh == 0 || room_wh < wh) {
		tcr_quote_because(quote, TCR_SOC, false);
		return room_wh;
	}
	if (share < 1)
		tcr_quote_because(quote, sells ? TCR_QUANTITY_OFFER : TCR_QUANTITY_BID, false);
	tcr_quote_because(quote, sells ? TCR_RATE_DISCHARGE : TCR_RATE_CHARGE, false);
	return wh;
}

/* Cut to `most`; the reasons so far are then none. */
static int64_t cut(struct tcr_quote *quote, int64_t wh, int64_t most, enum tcr_bound bound)
{
	if (wh <= most)
		return wh;
	quote->reason_count = 0;
	tcr_quote_because(quote, bound, false);
	return most;
}

/* Set the quantity and its reasons; 0 if nothing is left. */
static void decide_quantity(const struct tcr_view *view, struct tcr_quote *quote)
{
	bool sells = view->side == SIDE_SELL;
	int64_t own_wh = !view->on_top ? 0 : sells ? -view->own_wh : view->own_wh;
	int64_t promised_wh = (sells ? view->promised_discharge_wh : view->promised_charge_wh) +
			      (own_wh > 0 ? own_wh : 0);
	int64_t wh = curve_wh(view, quote);

	if (promised_wh > 0 && wh > 0) {
		wh = promised_wh < wh ? wh - promised_wh : 0;
		tcr_quote_because(quote, TCR_PROMISED, false);
	}
	if (view->in_auction && view->wanted_wh > 0)
		wh = cut(quote, wh, view->wanted_wh, TCR_WANTED);
	quote->quantity_wh = cut(quote, wh, ENERGY_WH_MAX, TCR_ORDER_MAX);
}

/* A price on the line from least to most, rounded down. */
static int64_t line_mc(int64_t least, int64_t most, double share)
{
	return least + (int64_t)floor((double)(most - least) * share);
}

/* The place on the price line of this side. */
static double price_share(const struct curve *c, const struct tcr_view *view)
{
	double fill = battery_fill(view->battery, view->soc);
	bool rises = (view->side == SIDE_SELL) == (c->price_slope == SLOPE_PAPER);

	return rises ? fill : 1 - fill;
}

static void decide_offer_price(
	const struct curve *c, const struct tcr_view *view, struct tcr_quote *quote)
{
	double wear = battery_degradation_mc_per_kwh(view->battery);
	double covered = ceil(wear + (double)c->margin_mc_per_kwh);
	int64_t price =
		line_mc(c->offer_min_mc_per_kwh, c->offer_max_mc_per_kwh, price_share(c, view));
	int64_t most = PRICE_MC_MAX;
	enum tcr_bound bound = TCR_PRICE_OFFER;

	if (view->in_auction)
		most = view->limit_mc_per_kwh - (view->limit_inclusive ? 0 : 1);
	if (covered > (double)most) {
		tcr_quote_refuse(quote, view->in_auction ? TCR_LIMIT : TCR_DEGRADATION, true);
		tcr_quote_because(quote, TCR_DEGRADATION, true);
		return;
	}
	if ((double)price < covered) {
		price = (int64_t)covered;
		bound = TCR_DEGRADATION;
	}
	if (price > most && !c->price_at_limit) {
		tcr_quote_refuse(quote, TCR_LIMIT, true);
		tcr_quote_because(quote, TCR_PRICE_OFFER, true);
		return;
	}
	quote->price_mc_per_kwh = price > most ? most : price;
	tcr_quote_because(quote, price > most ? TCR_LIMIT : bound, true);
}

static void decide_bid_price(
	const struct curve *c, const struct tcr_view *view, struct tcr_quote *quote)
{
	bool by_tariff = view->tariff_import_mc_per_kwh >= 0 &&
			 view->tariff_import_mc_per_kwh < c->value_cap_mc_per_kwh;
	int64_t cap = by_tariff ? view->tariff_import_mc_per_kwh : c->value_cap_mc_per_kwh;
	enum tcr_bound cap_bound = by_tariff ? TCR_TARIFF : TCR_VALUE_CAP;
	int64_t price = line_mc(c->bid_min_mc_per_kwh, c->bid_max_mc_per_kwh, price_share(c, view));
	int64_t least = view->in_auction ? view->limit_mc_per_kwh + c->tick_mc_per_kwh : 0;

	if (least > cap) {
		tcr_quote_refuse(quote, cap_bound, true);
		tcr_quote_because(quote, TCR_AGGREGATOR, true);
		return;
	}
	if (price > cap) {
		quote->price_mc_per_kwh = cap;
		tcr_quote_because(quote, cap_bound, true);
		return;
	}
	quote->price_mc_per_kwh = price < least ? least : price;
	tcr_quote_because(quote, price < least ? TCR_AGGREGATOR : TCR_PRICE_BID, true);
}

/* Whether there is a trade to speak of at all; else the quote says why not. */
static bool may_trade(const struct tcr_view *view, struct tcr_quote *quote)
{
	int64_t other_side_wh =
		view->side == SIDE_SELL ? view->promised_charge_wh : view->promised_discharge_wh;

	if (!battery_exists(view->battery))
		tcr_quote_refuse(quote, TCR_NO_BATTERY, false);
	else if (!(view->soc >= 0 && view->soc <= 1))
		tcr_quote_refuse(quote, TCR_SOC_UNKNOWN, false);
	else if (other_side_wh > 0)
		tcr_quote_refuse(quote, TCR_ONE_SIDE, false);
	return quote->reason_count == 0;
}

void curve_quote(const struct curve *c, const struct tcr_view *view, struct tcr_quote *ret_quote)
{
	assert(view->side == SIDE_BUY || view->side == SIDE_SELL);
	assert(view->promised_charge_wh >= 0 && view->promised_discharge_wh >= 0);
	assert(!view->in_auction || is_price(view->limit_mc_per_kwh));
	tcr_quote_init(ret_quote, view);
	if (!may_trade(view, ret_quote))
		return;
	decide_quantity(view, ret_quote);
	if (ret_quote->quantity_wh == 0)
		return;
	if (view->side == SIDE_SELL)
		decide_offer_price(c, view, ret_quote);
	else
		decide_bid_price(c, view, ret_quote);
	ret_quote->trades = ret_quote->quantity_wh > 0;
}

static void quote(const void *self, const struct tcr_view *view, struct tcr_quote *ret_quote)
{
	const struct curve *c = self;

	curve_quote(c, view, ret_quote);
}

const struct tcr_strategy curve_strategy = {.name = "curve", .quote = quote};
