#include "core/settlement.h"
#include <assert.h>

__extension__ typedef __int128 wide;

int64_t settlement_payment_uc(int64_t award_uc, int64_t awarded_wh, int64_t delivered_wh)
{
	assert(awarded_wh > 0 && award_uc >= 0 && delivered_wh >= 0);
	if (delivered_wh >= awarded_wh)
		return award_uc;
	return (int64_t)((wide)award_uc * delivered_wh / awarded_wh);
}

int64_t settlement_penalty_uc(int64_t penalty_mc_per_kwh, int64_t awarded_wh, int64_t delivered_wh)
{
	if (delivered_wh >= awarded_wh)
		return 0;
	return penalty_mc_per_kwh * (awarded_wh - delivered_wh);
}

int64_t settlement_fee_uc(int64_t fee_mc_per_kwh, int64_t awarded_wh, int64_t delivered_wh)
{
	return fee_mc_per_kwh * (delivered_wh < awarded_wh ? delivered_wh : awarded_wh);
}

static void pay_fee(struct ledger *l, const struct result_sink *sink, uint64_t payer,
	int64_t fee_mc_per_kwh, const struct order *o)
{
	if (fee_mc_per_kwh > 0)
		ledger_transfer(l, sink, payer, params_aggregator(&l->params),
			settlement_fee_uc(fee_mc_per_kwh, o->awarded_wh, o->delivered_wh), o->seq,
			TRANSFER_FEE);
}

/* Whether the market was away when the reading would have had to come that the order lacks: that of
 * the slot's end comes while this block is open, that of its begin, the base, a block before. A
 * block that is flagged was closed when the time of its slot's reading was over. */
static bool excused(const struct ledger *l, const struct order *o)
{
	if (o->why == DELIVERY_NO_READING)
		return (l->flags | l->flags_before[0]) & HEADER_OUTAGE;
	return o->why == DELIVERY_NO_BASE && (l->flags_before[1] & HEADER_OUTAGE);
}

static void settle_order(struct ledger *l, const struct result_sink *sink, const struct order *o)
{
	const struct auction *a = &l->auctions.auctions[o->auction];
	bool opener_buys = a->contract.side == SIDE_BUY;
	uint64_t buyer = opener_buys ? a->opener : o->account;
	uint64_t seller = opener_buys ? o->account : a->opener;

	ledger_transfer(l, sink, buyer, seller,
		settlement_payment_uc(o->award_uc, o->awarded_wh, o->delivered_wh), o->seq,
		TRANSFER_PAYMENT);
	pay_fee(l, sink, buyer, a->contract.fees.buyer_mc_per_kwh, o);
	pay_fee(l, sink, seller, a->contract.fees.seller_mc_per_kwh, o);
	if (excused(l, o))
		return;
	ledger_transfer(l, sink, o->account, a->opener,
		settlement_penalty_uc(
			a->contract.penalty_mc_per_kwh, o->awarded_wh, o->delivered_wh),
		o->seq, TRANSFER_PENALTY);
}

void settle(struct ledger *l, const struct result_sink *sink)
{
	for (uint32_t i = 0; i < l->due_count; i++)
		settle_order(l, sink, &l->auctions.orders[l->auctions.due[i]]);
}
