/* curve: the paper's strategy. Quantity as in its figures 4 and 5, price on lines "similar to the
 * quantity curves" with its two limits: above the degradation cost when selling, above the
 * aggregator's price when buying. With f = (SOC - SOCmin) / (SOCmax - SOCmin):
 *
 *   offer  Q = Q_dmax x f        p = max(Cd + margin,   offer_min + (offer_max - offer_min) x f)
 *   bid    Q = Q_cmax x (1 - f)  p = max(p_agg + tick,  bid_min + (bid_max - bid_min) x (1 - f))
 *
 * Q_dmax and Q_cmax are what the rate limits (5) and (4) let through in the slot. The quantity is
 * then cut to what (1) and (6) permit; it is that of the whole slot, so what is promised already
 * counts against it. Under SLOPE_SCARCITY f and 1 - f change places in the price only: a full
 * battery sells cheaper. */
#ifndef LEM_HEM_CURVE_H
#define LEM_HEM_CURVE_H
#include "hem-client/tcr/tcr.h"

/* Which way the prices run over the state of charge. */
enum price_slope { SLOPE_PAPER = 1, SLOPE_SCARCITY = 2 };

/* Prices in mc/kWh, 0..PRICE_MC_MAX. */
struct curve {
	enum price_slope price_slope;
	int64_t offer_min_mc_per_kwh; /* p_o_min <= p_o_max */
	int64_t offer_max_mc_per_kwh;
	int64_t bid_min_mc_per_kwh; /* p_b_min <= p_b_max */
	int64_t bid_max_mc_per_kwh;
	int64_t margin_mc_per_kwh;    /* above the degradation cost, at least 1 */
	int64_t tick_mc_per_kwh;      /* above the aggregator's price, at least 1 */
	int64_t value_cap_mc_per_kwh; /* the most the home bids */
	bool price_at_limit;          /* an offer beyond the auction's limit comes down to it */
};

/* NULL if each constant is in its range, else the rule that is broken, a static sentence that
 * begins with the member's name as in the configuration. */
const char *curve_check(const struct curve *curve);

/* Quote by the curves. An offer is never below Cd + margin, rounded up, nor beyond the auction's
 * limit: there it is no trade (TCR_LIMIT) unless price_at_limit and the limit covers the wear. A
 * bid is never below p_agg + tick nor above the value cap or, where it is known, the retail
 * import tariff: no trade (TCR_VALUE_CAP, TCR_TARIFF). No trade either where less than 1 Wh is
 * left (the bounds of the quantity say why), where the other side is promised for that slot
 * (TCR_ONE_SIDE), without a battery or an SOC of 0..1 (TCR_NO_BATTERY, TCR_SOC_UNKNOWN). The
 * curve's own price is rounded down to 1 mc/kWh. */
void curve_quote(
	const struct curve *curve, const struct tcr_view *view, struct tcr_quote *ret_quote);

/* The same behind the interface; self is a struct curve. */
extern const struct tcr_strategy curve_strategy;

#endif
