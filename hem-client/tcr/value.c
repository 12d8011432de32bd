#include "hem-client/tcr/value.h"
#include <assert.h>
#include <math.h>
#include "core/units.h"

/* What the battery does by itself with that much load beyond the PV: Wh at its terminals, positive
 * to charge. */
static double own_rule(const struct battery *b, double soc, double net_wh, int64_t span_s)
{
	int64_t wh;

	if (net_wh < 0) {
		wh = battery_charge_max_wh(b, soc, span_s);
		return fmin(-net_wh, (double)wh);
	}
	wh = battery_discharge_max_wh(b, soc, span_s);
	return -fmin(net_wh, (double)wh);
}

static double move(const struct battery *b, double soc, double wh)
{
	int64_t whole = (int64_t)llround(wh);

	soc = battery_step(b, soc, whole > 0 ? whole : 0, whole < 0 ? -whole : 0);
	return fmin(fmax(soc, b->soc_min), b->soc_max);
}

/* What drawing that net costs, and the wear of the battery's part of it; in uc. */
static double bill_uc(const struct battery *b, const struct tariff_prices *prices, double net_wh,
	double battery_wh)
{
	int64_t mc = net_wh > 0 ? prices->import_mc_per_kwh : prices->export_mc_per_kwh;

	return net_wh * (double)mc + fmax(-battery_wh, 0) * battery_degradation_mc_per_kwh(b);
}

/* What the hours to come cost from that SOC on, less what is left in the battery at their end. */
static double ahead_uc(const struct tcr_view *v, double soc)
{
	const struct battery *b = v->battery;
	const struct past_ahead *a = v->ahead;
	double cost_uc = 0, left_mc;

	for (int i = 0; i < PAST_AHEAD; i++) {
		int64_t span_s = i == 0 ? a->first_s : a->step_s;
		double share = (double)span_s / (double)a->step_s;
		double net_wh = (double)(a->energy[i].load_wh - a->energy[i].pv_wh) * share;
		double own_wh = own_rule(b, soc, net_wh, span_s);
		soc = move(b, soc, own_wh);
		cost_uc += bill_uc(b, &a->prices[i], net_wh + own_wh, own_wh);
	}
	left_mc = (double)(v->tariff_import_mc_per_kwh + v->tariff_export_mc_per_kwh) / 2 -
		  battery_degradation_mc_per_kwh(b);
	return cost_uc - (soc - b->soc_min) * b->capacity_wh * b->eta_discharge * left_mc;
}

/* What the delivery and all after it costs if the battery moves by battery_wh meanwhile and the
 * home sells sold_wh of what it draws less; bought: negative. */
static double cost_uc(const struct tcr_view *v, double battery_wh, double sold_wh)
{
	const struct tariff_prices prices = {
		v->tariff_import_mc_per_kwh, v->tariff_export_mc_per_kwh};

	return bill_uc(v->battery, &prices, (double)v->house_wh + battery_wh + sold_wh,
		       battery_wh) +
	       ahead_uc(v, move(v->battery, v->soc, battery_wh));
}

/* How the battery moves when `wh` are sold or bought: on top of what it does by itself, or, of a
 * whole slot, at least so much. */
static double with_trade(const struct tcr_view *v, double wh)
{
	double way = v->side == SIDE_SELL ? -wh : wh;
	double own_wh = (double)v->own_wh;

	if (v->on_top)
		return own_wh + way;
	return v->side == SIDE_SELL ? fmin(way, own_wh) : fmax(way, own_wh);
}

/* The most that the battery can bring about, and what keeps it from more. */
static int64_t room_wh(const struct tcr_view *v, struct tcr_quote *quote)
{
	bool sells = v->side == SIDE_SELL;
	const struct battery *b = v->battery;
	int64_t rate_wh = sells ? battery_rate_discharge_wh(b, v->slot_s)
				: battery_rate_charge_wh(b, v->slot_s);
	int64_t room_wh =
		sells ? battery_room_discharge_wh(b, v->soc) : battery_room_charge_wh(b, v->soc);
	int64_t own_wh = !v->on_top ? 0 : sells ? v->own_wh : -v->own_wh;
	int64_t promised_wh = sells ? v->promised_discharge_wh : v->promised_charge_wh;
	int64_t wh = (room_wh < rate_wh ? room_wh : rate_wh) + own_wh - promised_wh;

	tcr_quote_because(quote,
		room_wh >= rate_wh ? (sells ? TCR_RATE_DISCHARGE : TCR_RATE_CHARGE) : TCR_SOC,
		false);
	if (promised_wh > 0)
		tcr_quote_because(quote, TCR_PROMISED, false);
	return wh > 0 ? wh : 0;
}

static void cut(struct tcr_quote *quote, int64_t most_wh, enum tcr_bound bound)
{
	if (quote->quantity_wh <= most_wh)
		return;
	quote->quantity_wh = most_wh;
	quote->reason_count = 0;
	tcr_quote_because(quote, bound, false);
}

static void price_offer(
	const struct curve *c, const struct tcr_view *v, double worth_mc, struct tcr_quote *quote)
{
	double price = fmax(ceil(worth_mc), 0) + (double)c->margin_mc_per_kwh;
	double most = v->in_auction ? (double)(v->limit_mc_per_kwh - (v->limit_inclusive ? 0 : 1))
				    : (double)PRICE_MC_MAX;

	if (price > most) {
		tcr_quote_refuse(quote, TCR_LIMIT, true);
		tcr_quote_because(quote, TCR_VALUE, true);
		return;
	}
	quote->price_mc_per_kwh = (int64_t)price;
	tcr_quote_because(quote, TCR_VALUE, true);
}

static void price_bid(
	const struct curve *c, const struct tcr_view *v, double worth_mc, struct tcr_quote *quote)
{
	double price = floor(worth_mc) - (double)c->margin_mc_per_kwh;
	double least =
		v->in_auction ? (double)(v->limit_mc_per_kwh + (v->limit_inclusive ? 0 : 1)) : 0;
	bool capped = price > (double)c->value_cap_mc_per_kwh;

	if (capped)
		price = (double)c->value_cap_mc_per_kwh;
	if (price < least) {
		tcr_quote_refuse(quote, TCR_LIMIT, true);
		tcr_quote_because(quote, capped ? TCR_VALUE_CAP : TCR_VALUE, true);
		return;
	}
	quote->price_mc_per_kwh = (int64_t)price;
	tcr_quote_because(quote, capped ? TCR_VALUE_CAP : TCR_VALUE, true);
}

/* Whether there is a trade to speak of at all; else the quote says why not. */
static bool may_trade(const struct tcr_view *v, struct tcr_quote *quote)
{
	int64_t other_side_wh =
		v->side == SIDE_SELL ? v->promised_charge_wh : v->promised_discharge_wh;

	if (!battery_exists(v->battery))
		tcr_quote_refuse(quote, TCR_NO_BATTERY, false);
	else if (!(v->soc >= 0 && v->soc <= 1))
		tcr_quote_refuse(quote, TCR_SOC_UNKNOWN, false);
	else if (other_side_wh > 0)
		tcr_quote_refuse(quote, TCR_ONE_SIDE, false);
	else if (!v->ahead)
		tcr_quote_refuse(quote, TCR_NO_PAST, true);
	else if (v->tariff_import_mc_per_kwh < 0 || v->tariff_export_mc_per_kwh < 0)
		tcr_quote_refuse(quote, TCR_TARIFF, true);
	return quote->reason_count == 0;
}

void value_quote(const struct curve *c, const struct tcr_view *view, struct tcr_quote *ret_quote)
{
	struct tcr_view v = *view;
	double wh, more_uc;

	assert(v.side == SIDE_BUY || v.side == SIDE_SELL);
	tcr_quote_init(ret_quote, view);
	if (!may_trade(view, ret_quote))
		return;
	if (!v.on_top)
		v.own_wh = llround(own_rule(v.battery, v.soc, (double)v.house_wh, v.slot_s));
	ret_quote->quantity_wh = room_wh(&v, ret_quote);
	if (v.in_auction && v.wanted_wh > 0)
		cut(ret_quote, v.wanted_wh, TCR_WANTED);
	cut(ret_quote, ENERGY_WH_MAX, TCR_ORDER_MAX);
	if (ret_quote->quantity_wh == 0)
		return;
	wh = (double)ret_quote->quantity_wh;
	more_uc = cost_uc(&v, with_trade(&v, wh), v.side == SIDE_SELL ? wh : -wh) -
		  cost_uc(&v, (double)v.own_wh, 0);
	if (v.side == SIDE_SELL)
		price_offer(c, &v, more_uc / wh, ret_quote);
	else
		price_bid(c, &v, -more_uc / wh, ret_quote);
	ret_quote->trades = ret_quote->quantity_wh > 0;
}

static void quote(const void *self, const struct tcr_view *view, struct tcr_quote *ret_quote)
{
	value_quote(self, view, ret_quote);
}

const struct tcr_strategy value_strategy = {.name = "value", .quote = quote};
