#include "hem-client/ems/responder.h"
#include <math.h>
#include <string.h>

/* Whether the CPF may go along with this answer: it counts only if the gate closes in this slot. */
static bool carries_cpf(const struct trader *t, const struct contract *c)
{
	return t->announce == ANNOUNCE_DUE &&
	       (c->book == BOOK_OPEN ||
		       c->gate_ms <= params_slot_start_ms(t->config.params, t->slot + 1));
}

static double within_limits(const struct battery *b, double soc)
{
	return fmin(fmax(soc, b->soc_min), b->soc_max);
}

/* What the battery must keep for orders of slots after this one, energy or room, is not there for
 * it: the SOC of that moment of theirs that leaves the least. */
static double less_promised(
	const struct trader *t, const struct plan *plan, enum side side, int64_t slot, double soc)
{
	const struct battery *b = t->config.battery;
	double least = soc;

	if (!battery_exists(b) || isnan(soc))
		return soc;
	while (++slot < plan->first + PLAN_SLOTS_MAX) {
		const struct plan_slot *s = plan_slot(plan, slot);

		soc = battery_step(b, soc, s->promised_charge_wh, 0);
		soc = battery_step(b, soc, 0, s->promised_discharge_wh);
		least = side == SIDE_SELL ? fmin(least, soc) : fmax(least, soc);
	}
	return within_limits(b, least);
}

/* Of what the battery does by itself before the delivery only that counts which is in its way; so
 * with what is promised of the running slot's second half. */
static double expected_soc(
	const struct trader *t, const struct plan *plan, enum side side, int64_t slot)
{
	const struct plan_slot *now = plan_slot(plan, t->slot);
	const struct battery *b = t->config.battery;
	struct plan_idle idle = t->idle;
	bool sells = side == SIDE_SELL;
	double soc;

	if (sells)
		idle.charge_wh = 0;
	else
		idle.discharge_wh = 0;
	soc = plan_soc(plan, b, t->soc, &idle, t->slot, slot);
	if (slot == t->slot || !battery_exists(b) || isnan(soc))
		return soc;
	return within_limits(b, battery_step(b, soc, sells ? 0 : now->promised_rise_wh,
					sells ? now->promised_fall_wh : 0));
}

/* The second half of the running slot, as the first quarter goes on. */
static void see_half(const struct trader *t, struct tcr_view *view, struct past_ahead *ahead)
{
	const struct battery *b = t->config.battery;
	const struct trader_quarter *q = &t->quarter;
	int64_t slot_s = t->config.params->slot_s;
	double soc = t->soc;

	if (battery_exists(b) && !isnan(soc)) {
		soc = battery_step(b, soc, 2 * q->charge_wh, 0);
		soc = within_limits(b, battery_step(b, soc, 0, 2 * q->discharge_wh));
	}
	view->soc = soc;
	view->slot_s = slot_s / 2;
	view->on_top = true;
	view->own_wh = 2 * (q->charge_wh - q->discharge_wh);
	view->house_wh = 2 * q->net_wh - view->own_wh;
	if (past_look_ahead(t->config.past, t->config.tariff, (t->slot + 1) * slot_s, ahead))
		view->ahead = ahead;
}

/* A slot to come, as the home's past lets expect. */
static void see_slot(
	const struct trader *t, int64_t slot, struct tcr_view *view, struct past_ahead *ahead)
{
	int64_t slot_s = t->config.params->slot_s;
	const struct slot_energy *e = &ahead->energy[0];

	if (!past_look_ahead(t->config.past, t->config.tariff, slot * slot_s, ahead))
		return;
	view->house_wh = (e->load_wh - e->pv_wh) * slot_s / ahead->step_s;
	if (past_look_ahead(t->config.past, t->config.tariff, (slot + 1) * slot_s, ahead))
		view->ahead = ahead;
}

/* Whether anything of this home stands for that slot. What it has sold of the next one's surplus
 * would go into the battery, were it emptied now. */
static bool is_taken(const struct plan_slot *s)
{
	return s->promised_charge_wh > 0 || s->promised_discharge_wh > 0 ||
	       s->promised_rise_wh > 0 || s->promised_fall_wh > 0 || s->opened_sell_wh > 0 ||
	       s->opened_buy_wh > 0;
}

static void quote(
	struct trader *t, const struct plan *plan, const struct contract *c, struct tcr_quote *ret)
{
	const struct plan_slot *s = plan_slot(plan, c->slot);
	enum side side = c->side == SIDE_BUY ? SIDE_SELL : SIDE_BUY;
	int64_t fee = side == SIDE_SELL ? -c->fees.seller_mc_per_kwh : c->fees.buyer_mc_per_kwh;
	struct past_ahead ahead;
	const struct retail_prices prices =
		t->config.tariff->at(t->config.tariff->self, c->slot * t->config.params->slot_s);
	struct tcr_view view = {.battery = t->config.battery,
		.soc = expected_soc(t, plan, side, c->slot),
		.slot_s = t->config.params->slot_s,
		.side = side,
		.in_auction = true,
		.limit_inclusive = c->limit_inclusive,
		.limit_mc_per_kwh = c->limit_mc_per_kwh,
		.wanted_wh = c->quantity_wh,
		.tariff_import_mc_per_kwh = prices.import_mc_per_kwh,
		.tariff_export_mc_per_kwh = prices.export_mc_per_kwh,
		.promised_charge_wh = s->promised_charge_wh + s->opened_buy_wh,
		.promised_discharge_wh = s->promised_discharge_wh + s->opened_sell_wh};

	/* The strategy thinks in what the home is left with, or pays in all. */
	view.limit_mc_per_kwh += fee;
	memset(ret, 0, sizeof *ret);
	if (view.limit_mc_per_kwh < 0 || view.limit_mc_per_kwh > PRICE_MC_MAX)
		return;
	if (c->measure == MEASURE_BEFORE_AFTER)
		see_half(t, &view, &ahead);
	else
		see_slot(t, c->slot, &view, &ahead);
	view.soc = less_promised(t, plan, side, c->slot, view.soc);
	t->config.strategy->quote(t->config.strategy_self, &view, ret);
	ret->price_mc_per_kwh -= fee;
}

/* Answers what the battery can bring about by itself: the other measures depend on the home's load.
 */
static bool may_answer(const struct trader *t, const struct contract *c, bool skip)
{
	return !skip && mode_trades(home_mode_at(t->config.modes, c->slot)) &&
	       (c->measure == MEASURE_STORAGE || c->measure == MEASURE_BEFORE_AFTER);
}

static void answer(struct trader *t, const struct plan *plan, struct trader_auction *a)
{
	struct trader_answer answer = {.auction = a->auction, .contract = a->contract};

	a->answered = true;
	if (a->tries++ >= TRADER_TRIES_MAX || !may_answer(t, &a->contract, false) ||
		!t->ops.has_address(t->ops.context, a->contract.slot))
		return;
	if (a->contract.measure == MEASURE_BEFORE_AFTER &&
		(t->quarter_slot != a->contract.slot ||
			is_taken(plan_slot(plan, a->contract.slot)) ||
			plan_slot(plan, a->contract.slot + 1)->opened_sell_wh > 0))
		return;
	quote(t, plan, &a->contract, &answer.quote);
	if (!answer.quote.trades)
		return;
	if (carries_cpf(t, &a->contract))
		answer.cpf_hundredths = t->announce_cpf;
	if (!t->ops.answer(t->ops.context, &answer, a->req_id))
		return;
	if (answer.cpf_hundredths) {
		t->announce = ANNOUNCE_SENT;
		memcpy(t->announce_req_id, a->req_id, sizeof t->announce_req_id);
	}
}

/* Answer what is due, one at a time: each order changes the plan. */
bool responder_step(struct trader *t, const struct plan *plan, int64_t now_ms)
{
	for (size_t i = 0; i < TRADER_AUCTIONS_MAX && !t->halted && !t->holding; i++) {
		struct trader_auction *a = &t->auctions[i];
		if (!a->auction || a->answered || a->answer_ms > now_ms)
			continue;
		if (a->contract.gate_ms <= now_ms)
			a->answered = true;
		else
			answer(t, plan, a);
		return true;
	}
	return false;
}

static struct trader_auction *find_auction(struct trader *t, uint64_t auction)
{
	for (size_t i = 0; i < TRADER_AUCTIONS_MAX; i++) {
		if (t->auctions[i].auction == auction)
			return &t->auctions[i];
	}
	return NULL;
}

void trader_auction_opened(struct trader *t, uint64_t auction, const struct contract *contract,
	bool skip, int64_t now_ms)
{
	struct trader_auction *a;

	if (!may_answer(t, contract, skip) || contract->gate_ms <= now_ms || auction == 0 ||
		find_auction(t, auction))
		return;
	a = find_auction(t, 0);
	if (!a)
		return; /* enough to do: the next ones will find room */
	*a = (struct trader_auction){.auction = auction, .contract = *contract};
	a->answer_ms = trader_at_random(t, now_ms, (contract->gate_ms - now_ms) / 2);
}

void trader_auction_ended(struct trader *t, uint64_t auction)
{
	struct trader_auction *a = auction ? find_auction(t, auction) : NULL;

	if (a)
		a->answered = true; /* stays until its slot, so that it is not taken for new */
}
