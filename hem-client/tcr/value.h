/* value: the strategy that asks and bids what the energy is worth to this home. It lives the hours
 * to come twice by the rule that the battery follows by itself - charge from what the PV has over,
 * discharge into the home's own load - once with the trade and once without, on the loads and the
 * PV that the home's past lets expect. The difference of the two bills, wear (7) included, is what
 * the trade costs the home, or what it gains: an offer asks that and the margin, a bid leaves the
 * margin. So no trade is made that the forecast does not call worth it. */
#ifndef LEM_HEM_VALUE_H
#define LEM_HEM_VALUE_H
#include "hem-client/tcr/curve.h"

/* Quote by value: as much as the battery can beside what it does by itself, and is wanted, at its
 * worth. Of the constants margin and value cap count. No trade without a past or tariff
 * (TCR_NO_PAST, TCR_TARIFF), where the worth is beyond the auction's limit (TCR_LIMIT, TCR_VALUE),
 * and else as curve_quote(). */
void value_quote(
	const struct curve *curve, const struct tcr_view *view, struct tcr_quote *ret_quote);

/* The same behind the interface; self is a struct curve. */
extern const struct tcr_strategy value_strategy;

#endif
