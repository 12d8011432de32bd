/* settlement: what the last slot's awards and deliveries move between accounts. */
#ifndef LEM_CORE_SETTLEMENT_H
#define LEM_CORE_SETTLEMENT_H
#include "core/ledger.h"

/* Payment for min(awarded, delivered) Wh of an award of awarded_wh worth award_uc: pro rata,
 * rounded down, which for a price per kWh is exactly price x energy. */
int64_t settlement_payment_uc(int64_t award_uc, int64_t awarded_wh, int64_t delivered_wh);

/* Shortfall x penalty of an award; 0 if all was delivered. */
int64_t settlement_penalty_uc(int64_t penalty_mc_per_kwh, int64_t awarded_wh, int64_t delivered_wh);

/* The fee on min(awarded, delivered) Wh. */
int64_t settlement_fee_uc(int64_t fee_mc_per_kwh, int64_t awarded_wh, int64_t delivered_wh);

/* Pay and fine every attested award of the slot before the open one, by order sequence; fees
 * go to the aggregator. A missing
 * reading costs no penalty if the market was away when it would have had to come, and not the home:
 * if this block or the one before is flagged as an outage, or, of a base, the one before that. */
void settle(struct ledger *ledger, const struct result_sink *sink);

#endif
