#include "core/vpp/aggregator.h"

/* Less than this for each home is noise of meters and clocks. */
enum { NOISE_WH = 50 };

int64_t aggregator_day_slots(const struct params *p)
{
	return S_PER_DAY / p->slot_s;
}

void deviation_add(struct deviation *d, const struct home_nets *n)
{
	if (d->is_scheduled) {
		d->homes += n->metered;
		d->metered_wh += n->metered ? n->net_wh : n->net_before_wh;
	} else if (n->metered && n->metered_before) {
		d->homes++;
		d->metered_wh += n->net_wh;
		d->scheduled_wh += n->net_before_wh;
	}
}

void deviation_of_trades(struct deviation *d, const struct auctions *t, uint64_t account)
{
	d->traded_wh = 0;
	for (uint32_t i = 0; i < t->auction_top; i++) {
		const struct auction *a = &t->auctions[i];
		if (a->status == AUCTION_FREE || a->opener != account || a->contract.activation ||
			a->contract.slot != d->slot)
			continue;
		d->traded_wh += a->contract.side == SIDE_BUY ? a->cleared_wh : -a->cleared_wh;
	}
}

int64_t deviation_before_wh(const struct deviation *d)
{
	return d->metered_wh + d->traded_wh - d->scheduled_wh;
}

int64_t deviation_after_wh(const struct deviation *d)
{
	return d->metered_wh - d->scheduled_wh;
}

int64_t aggregator_due_ms(const struct params *p, int64_t measured)
{
	return params_slot_start_ms(p, measured + 1) + p->slot_s * MS_PER_S / 8;
}

int64_t aggregator_projects_ms(const struct params *p, int64_t slot)
{
	return params_slot_start_ms(p, slot) + p->slot_s * MS_PER_S * 5 / 16;
}

void deviation_project(
	struct deviation *d, const struct home_nets *nets, const int64_t *first_quarter_wh)
{
	struct home_nets n = *nets;

	n.metered = first_quarter_wh != NULL;
	n.net_wh = first_quarter_wh ? 4 * *first_quarter_wh : 0;
	deviation_add(d, &n);
}

bool aggregator_has_traded(const struct auctions *t, uint64_t account, int64_t slot)
{
	for (uint32_t i = 0; i < t->auction_top; i++) {
		const struct auction *a = &t->auctions[i];
		if (a->status != AUCTION_FREE && a->opener == account && !a->contract.activation &&
			a->contract.slot == slot)
			return true;
	}
	return false;
}

/* As much of it as a purchase's cover allows. */
static int64_t covered_wh(const struct aggregator_order *o, int64_t available_uc)
{
	int64_t wh = o->quantity_wh < ENERGY_WH_MAX ? o->quantity_wh : ENERGY_WH_MAX;

	if (o->side == SIDE_SELL || o->limit_mc_per_kwh == 0 ||
		wh <= available_uc / o->limit_mc_per_kwh)
		return wh;
	return available_uc / o->limit_mc_per_kwh;
}

bool aggregator_decide(const struct deviation *d, const struct limit_prices *limits,
	int64_t available_uc, uint32_t homes_min, struct aggregator_order *ret)
{
	int64_t wh = d->expected_wh;
	bool is_short = wh > 0;

	if (wh < 0)
		wh = -wh;
	if (d->homes < homes_min || wh < (int64_t)d->homes * NOISE_WH)
		return false;
	*ret = (struct aggregator_order){.side = is_short ? SIDE_BUY : SIDE_SELL,
		.quantity_wh = wh,
		.slot = d->slot,
		.measure = MEASURE_BEFORE_AFTER,
		.limit_mc_per_kwh = is_short ? limits->buy_at_most : limits->sell_at_least};
	ret->quantity_wh = covered_wh(ret, available_uc);
	return ret->quantity_wh > 0;
}

bool aggregator_fit(struct aggregator_order *o, const struct network_room *room)
{
	if (room->wh <= 0)
		return false;
	if (o->quantity_wh > room->wh)
		o->quantity_wh = room->wh;
	return true;
}

bool aggregator_answer(const struct params *p, const struct activation *a, int64_t now_ms,
	int64_t available_uc, struct aggregator_order *ret)
{
	const struct contract_request by_default = {.gate_ms = CONTRACT_UNSET,
		.slot = a->terms.slot,
		.measure = a->terms.measure,
		.penalty_mc_per_kwh = CONTRACT_UNSET,
		.min_quantity_wh = CONTRACT_UNSET,
		.limit_inclusive = CONTRACT_UNSET};
	struct contract c = {.side = activation_side(&a->terms),
		.quantity_wh = a->terms.energy_wh,
		.limit_mc_per_kwh = a->terms.price_mc_per_kwh};
	const char *field;

	if (contract_resolve(p, &by_default, &c, CONTRACT_UNSET, now_ms, &c, &field) != VERDICT_OK)
		return false;
	*ret = (struct aggregator_order){.side = c.side,
		.quantity_wh = c.quantity_wh,
		.limit_mc_per_kwh = c.limit_mc_per_kwh,
		.slot = c.slot,
		.measure = c.measure,
		.activation = a->seq};
	ret->quantity_wh = covered_wh(ret, available_uc);
	return ret->quantity_wh > 0;
}
