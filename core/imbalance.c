#include "core/imbalance.h"
#include "core/ledger.h"
#include "core/units.h"

/* As it stood when the slot began: who is to approve a schedule has done so by then, or not; and
 * moved by the regulation that is to be delivered. */
static bool scheduled(const struct ledger *l, int64_t *ret_wh)
{
	int64_t slot = ledger_slot(l) - 1;

	if (!schedule_net(l, slot, params_slot_start_ms(&l->params, slot), ret_wh))
		return false;
	*ret_wh += activation_shift_wh(l, slot);
	return true;
}

void imbalance_open(struct ledger *l)
{
	l->imbalance = (struct imbalance){.set = imbalance_prices_set(&l->params)};
}

bool imbalance_due(const struct ledger *l)
{
	int64_t wh;

	return imbalance_is_priced(&l->imbalance.set) && scheduled(l, &wh) &&
	       !(l->flags & HEADER_OUTAGE) && !l->imbalance.attested;
}

enum verdict imbalance_check(const struct ledger *l, const struct tx *tx, const char **field)
{
	const struct net_metered *m = &tx->u.imbalance;

	if (ledger_delivery_due(l))
		return VERDICT_OUT_OF_PHASE;
	*field = "slot";
	if (!imbalance_due(l) || m->slot != ledger_slot(l) - 1)
		return VERDICT_BAD_ATTESTATION;
	*field = "homes";
	if (m->homes < IMBALANCE_HOMES_MIN || m->homes > IMBALANCE_HOMES_MAX)
		return VERDICT_OUT_OF_RANGE;
	*field = "missing";
	if (m->missing < 0 || m->missing > IMBALANCE_HOMES_MAX)
		return VERDICT_OUT_OF_RANGE;
	*field = "net_wh";
	if (m->net_wh < -SCHEDULE_NET_WH_MAX || m->net_wh > SCHEDULE_NET_WH_MAX)
		return VERDICT_OUT_OF_RANGE;
	*field = "";
	return VERDICT_OK;
}

void imbalance_apply(struct ledger *l, const struct tx *tx)
{
	l->imbalance.attested = true;
	l->imbalance.net_wh = tx->u.imbalance.net_wh;
}

void imbalance_settle(struct ledger *l, const struct result_sink *sink)
{
	uint64_t payer = params_aggregator(&l->params), payee = ACCOUNT_GRID;
	struct tariff_prices tariff = tariff_of_slot(l, ledger_slot(l) - 1);
	struct imbalance_prices prices = imbalance_prices_of(&l->imbalance.set, &tariff);
	int64_t price = prices.short_mc_per_kwh;
	int64_t scheduled_wh = 0, over_wh, amount_uc;

	if (!l->imbalance.attested || !scheduled(l, &scheduled_wh))
		return;
	over_wh = l->imbalance.net_wh - scheduled_wh;
	if (over_wh < 0) {
		payee = payer;
		payer = ACCOUNT_GRID;
		price = prices.long_mc_per_kwh;
		over_wh = -over_wh;
	}
	amount_uc = price * over_wh;
	if (account_get(&l->accounts, payer)->balance_uc >= -AMOUNT_UC_MAX + amount_uc)
		ledger_transfer(l, sink, payer, payee, amount_uc, 0, TRANSFER_IMBALANCE);
}

void imbalance_xfer(struct xfer *x, struct imbalance *i)
{
	xfer_i64(x, &i->set.short_mc_per_kwh);
	xfer_i64(x, &i->set.long_mc_per_kwh);
}
