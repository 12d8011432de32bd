#include "hem-client/ems/trader.h"
#include <math.h>
#include <string.h>

enum { MS = 1000, ENROL_PAUSE_SHARE = 8 };

void trader_init(struct trader *t, const struct trader_config *config, const struct trader_ops *ops,
	int64_t enrolled_to)
{
	memset(t, 0, sizeof *t);
	t->config = *config;
	t->ops = *ops;
	t->slot = INT64_MIN;
	t->read_slot = INT64_MIN;
	t->announced_slot = INT64_MIN;
	t->soc = (double)NAN;
	t->enrolled_to = enrolled_to;
	t->enrol_batch = TRADER_ENROL_BATCH;
	t->seal_ms = INT64_MAX;
	t->surplus_ms = INT64_MAX;
	t->enrol_ms = INT64_MIN;
}

/* A moment at random in from..from+span. */
static int64_t at_random(struct trader *t, int64_t from_ms, int64_t span_ms)
{
	uint64_t random = t->ops.random(t->ops.context);

	return span_ms <= 0 ? from_ms : from_ms + (int64_t)(random % ((uint64_t)span_ms + 1));
}

static int64_t slot_start_ms(const struct trader *t, int64_t slot)
{
	return params_slot_start_ms(t->config.params, slot);
}

/* The first slot whose addresses the market has not admitted yet. */
static int64_t first_to_enrol(const struct trader *t)
{
	int64_t first = t->slot < 0 ? 0 : t->slot + t->config.params->horizon_slots + 1;

	return t->enrolled_to + 1 > first ? t->enrolled_to + 1 : first;
}

/* Keep TRADER_ENROL_AHEAD slots beyond the horizon enrolled; a batch once half of them are used. */
static void enrol(struct trader *t, int64_t now_ms)
{
	int64_t first = first_to_enrol(t);
	int64_t horizon = (t->slot < 0 ? -1 : t->slot) + t->config.params->horizon_slots;

	if (t->enrol_req_id[0] || now_ms < t->enrol_ms || first > horizon + TRADER_ENROL_AHEAD)
		return;
	if (t->ops.enrol(t->ops.context, first, t->enrol_batch, t->enrol_req_id))
		t->enrolled_to = first + t->enrol_batch - 1;
	else
		t->enrol_req_id[0] = '\0';
}

/* A new slot: its announcement is to be planned, old auctions are forgotten. */
static void enter_slot(struct trader *t, int64_t slot)
{
	t->slot = slot;
	t->surplus_ms = INT64_MAX;
	t->announce = ANNOUNCE_NONE;
	t->announce_tries = 0;
	t->announce_req_id[0] = '\0';
	for (size_t i = 0; i < TRADER_AUCTIONS_MAX; i++) {
		if (t->auctions[i].auction && t->auctions[i].contract.slot <= slot)
			t->auctions[i].auction = 0;
	}
}

/* What went out to the grid in the last slot may well do so in the next: it is offered to the
 * neighbours first, at a moment that tells nothing of the home. Where it falls it is taken to fall
 * on for the two slots until delivery: what is sold and not there must be bought. */
static void plan_surplus(struct trader *t, int64_t export_wh)
{
	int64_t slot_ms = t->config.params->slot_s * MS;
	int64_t fall_wh = t->export_wh > export_wh ? t->export_wh - export_wh : 0;

	t->export_wh = export_wh;
	t->surplus_wh = export_wh - 2 * fall_wh;
	if (t->config.surplus_min_wh == 0 || t->surplus_wh < t->config.surplus_min_wh ||
		!mode_trades(home_mode_at(t->config.modes, t->slot + 1)))
		return;
	t->surplus_ms = at_random(t, slot_start_ms(t, t->slot) + slot_ms / 8, slot_ms / 8);
}

/* Open an auction for the surplus of the next slot. */
static void sell_surplus(struct trader *t, const struct plan *plan, int64_t now_ms)
{
	const struct params *p = t->config.params;
	struct trader_answer a = {
		.contract = {.slot = t->slot + 1,
			.measure = (enum measure)p->measure,
			.book = (enum book_kind)p->book,
			.gate_ms = slot_start_ms(t, t->slot + 1) - p->gate_lead_s * MS},
		.quote = {.trades = true,
			.side = SIDE_SELL,
			.quantity_wh = t->surplus_wh,
			.price_mc_per_kwh = p->export_mc_per_kwh +
					    t->config.surplus_margin_mc_per_kwh +
					    p->fee_seller_mc_per_kwh}};
	char req_id[REQ_ID_MAX + 1];

	if (now_ms < t->surplus_ms || t->halted || t->holding)
		return;
	t->surplus_ms = INT64_MAX;
	/* Never a bid and an offer for one slot. */
	if (plan_slot(plan, a.contract.slot)->promised_charge_wh > 0)
		return;
	if (now_ms < a.contract.gate_ms && t->ops.has_address(t->ops.context, a.contract.slot))
		(void)t->ops.answer(t->ops.context, &a, req_id);
}

/* Read the meter at the end of the last slot; what it says is announced in this one. */
static void read_meter(struct trader *t)
{
	int64_t slot_ms = t->config.params->slot_s * MS;
	int64_t start_ms = slot_start_ms(t, t->slot);
	struct trader_reading r = {.soc = (double)NAN};

	if (t->slot < 0 || t->read_slot >= t->slot - 1 ||
		!t->ops.read(t->ops.context, t->slot - 1, &r))
		return;
	t->read_slot = t->slot - 1;
	t->soc = r.soc;
	t->idle = r.idle;
	plan_surplus(t, r.export_wh);
	if (r.cpf_hundredths == 0 || t->announced_slot == t->slot ||
		!mode_is_rewarded(home_mode_at(t->config.modes, t->slot - 1)))
		return;
	t->announce = ANNOUNCE_DUE;
	t->announce_cpf = r.cpf_hundredths;
	t->announce_ms = at_random(t, start_ms + slot_ms / 4, slot_ms / 4);
}

static void announce(struct trader *t, int64_t now_ms)
{
	if (t->announce != ANNOUNCE_DUE || now_ms < t->announce_ms || t->halted || t->holding)
		return;
	t->announce = ANNOUNCE_DONE;
	if (t->announce_tries++ < TRADER_TRIES_MAX && t->ops.has_address(t->ops.context, t->slot) &&
		t->ops.announce(t->ops.context, t->slot, t->announce_cpf, t->announce_req_id))
		t->announce = ANNOUNCE_SENT;
}

/* Whether the CPF may go along with this answer: it counts only if the gate closes in this slot. */
static bool carries_cpf(const struct trader *t, const struct contract *c)
{
	return t->announce == ANNOUNCE_DUE &&
	       (c->book == BOOK_OPEN || c->gate_ms <= slot_start_ms(t, t->slot + 1));
}

/* Of what the battery does by itself before the delivery only that counts which is in its way. */
static double expected_soc(
	const struct trader *t, const struct plan *plan, enum side side, int64_t slot)
{
	struct plan_idle idle = t->idle;

	if (side == SIDE_SELL)
		idle.charge_wh = 0;
	else
		idle.discharge_wh = 0;
	return plan_soc(plan, t->config.battery, t->soc, &idle, t->slot, slot);
}

static void quote(
	struct trader *t, const struct plan *plan, const struct contract *c, struct tcr_quote *ret)
{
	const struct plan_slot *s = plan_slot(plan, c->slot);
	enum side side = c->side == SIDE_BUY ? SIDE_SELL : SIDE_BUY;
	int64_t fee = side == SIDE_SELL ? -c->fees.seller_mc_per_kwh : c->fees.buyer_mc_per_kwh;
	struct tcr_view view = {.battery = t->config.battery,
		.soc = expected_soc(t, plan, side, c->slot),
		.slot_s = t->config.params->slot_s,
		.side = side,
		.in_auction = true,
		.limit_inclusive = c->limit_inclusive,
		.limit_mc_per_kwh = c->limit_mc_per_kwh,
		.wanted_wh = c->quantity_wh,
		.tariff_import_mc_per_kwh = t->config.params->import_mc_per_kwh,
		.tariff_export_mc_per_kwh = t->config.params->export_mc_per_kwh,
		.promised_charge_wh = s->promised_charge_wh + s->opened_buy_wh,
		.promised_discharge_wh = s->promised_discharge_wh + s->opened_sell_wh};

	/* The strategy thinks in what the home is left with, or pays in all. */
	view.limit_mc_per_kwh += fee;
	memset(ret, 0, sizeof *ret);
	if (view.limit_mc_per_kwh < 0 || view.limit_mc_per_kwh > PRICE_MC_MAX)
		return;
	t->config.strategy->quote(t->config.strategy_self, &view, ret);
	ret->price_mc_per_kwh -= fee;
}

/* Answers by the battery's own register only: the others also depend on the home's load. */
static bool may_answer(const struct trader *t, const struct contract *c, bool skip)
{
	return !skip && mode_trades(home_mode_at(t->config.modes, c->slot)) &&
	       c->measure == MEASURE_STORAGE;
}

static void answer(struct trader *t, const struct plan *plan, struct trader_auction *a)
{
	struct trader_answer answer = {.auction = a->auction, .contract = a->contract};

	a->answered = true;
	if (a->tries++ >= TRADER_TRIES_MAX || !may_answer(t, &a->contract, false) ||
		!t->ops.has_address(t->ops.context, a->contract.slot))
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
static bool answer_one(struct trader *t, const struct plan *plan, int64_t now_ms)
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

static void seal(struct trader *t, int64_t now_ms)
{
	if (now_ms < t->seal_ms || t->halted)
		return;
	t->seal_ms = INT64_MAX;
	(void)t->ops.seal(t->ops.context, &t->seal_address, t->seal_height, t->seal_hash);
}

/* When something is due next. What has to wait for the replica, or for a person, is not: it was
 * due long ago, and would keep the home awake for nothing. */
static int64_t next_due_ms(const struct trader *t)
{
	int64_t next_ms = slot_start_ms(t, t->slot < 0 ? 0 : t->slot + 1);

	if (t->halted)
		return next_ms;
	if (t->holding)
		return t->seal_ms < next_ms ? t->seal_ms : next_ms;
	if (t->announce == ANNOUNCE_DUE && t->announce_ms < next_ms)
		next_ms = t->announce_ms;
	if (t->seal_ms < next_ms)
		next_ms = t->seal_ms;
	if (t->surplus_ms < next_ms)
		next_ms = t->surplus_ms;
	for (size_t i = 0; i < TRADER_AUCTIONS_MAX; i++) {
		const struct trader_auction *a = &t->auctions[i];
		if (a->auction && !a->answered && a->answer_ms < next_ms)
			next_ms = a->answer_ms;
	}
	return next_ms;
}

int64_t trader_step(struct trader *t, const struct plan *plan, int64_t now_ms)
{
	int64_t slot = params_slot_at(t->config.params, now_ms);

	if (slot != t->slot)
		enter_slot(t, slot);
	read_meter(t);
	seal(t, now_ms);
	if (!t->halted)
		enrol(t, now_ms);
	if (answer_one(t, plan, now_ms))
		return now_ms;
	sell_surplus(t, plan, now_ms);
	announce(t, now_ms);
	return next_due_ms(t);
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
	a->answer_ms = at_random(t, now_ms, (contract->gate_ms - now_ms) / 2);
}

void trader_auction_ended(struct trader *t, uint64_t auction)
{
	struct trader_auction *a = auction ? find_auction(t, auction) : NULL;

	if (a)
		a->answered = true; /* stays until its slot, so that it is not taken for new */
}

void trader_receipted(struct trader *t, const char *req_id)
{
	if (strcmp(t->enrol_req_id, req_id) == 0) {
		t->enrol_req_id[0] = '\0';
		t->enrol_batch = TRADER_ENROL_BATCH;
	}
	if (strcmp(t->announce_req_id, req_id) == 0)
		t->announce = ANNOUNCE_DONE;
}

/* The slots again, but for one that cannot be had; one by one if any of the batch may be such. */
static void enrol_refused(struct trader *t, enum verdict verdict, int64_t now_ms)
{
	t->enrol_req_id[0] = '\0';
	t->enrol_ms = now_ms + t->config.params->slot_s * MS / ENROL_PAUSE_SHARE;
	t->enrolled_to -= t->enrol_batch;
	if (verdict == VERDICT_SLOT_TOO_NEAR ||
		(verdict == VERDICT_ADDRESS_EXISTS && t->enrol_batch == 1))
		t->enrolled_to++;
	if (verdict == VERDICT_ADDRESS_EXISTS) {
		t->enrol_batch = 1;
		t->enrol_ms = now_ms;
	}
}

void trader_refused(struct trader *t, const char *req_id, enum verdict verdict, int64_t now_ms)
{
	bool of_cpf = verdict == VERDICT_CPF_ANNOUNCED || verdict == VERDICT_CPF_MISMATCH ||
		      verdict == VERDICT_MODE;

	if (!req_id[0])
		return;
	if (strcmp(t->enrol_req_id, req_id) == 0)
		enrol_refused(t, verdict, now_ms);
	if (strcmp(t->announce_req_id, req_id) == 0 && t->announce == ANNOUNCE_SENT) {
		t->announce_req_id[0] = '\0';
		t->announce = of_cpf ? ANNOUNCE_DONE : ANNOUNCE_DUE;
		t->announce_ms = now_ms;
	}
	for (size_t i = 0; i < TRADER_AUCTIONS_MAX; i++) {
		struct trader_auction *a = &t->auctions[i];
		if (!a->auction || strcmp(a->req_id, req_id) != 0)
			continue;
		a->req_id[0] = '\0';
		if (verdict == VERDICT_STALE || of_cpf) {
			a->answered = false;
			a->answer_ms = now_ms;
		}
	}
}

void trader_elected(struct trader *t, uint64_t height, const uint8_t header_hash[HASH_LEN],
	unsigned rank, const struct address *address, int64_t now_ms)
{
	int64_t wait_ms = t->config.params->seal_wait_s * MS;
	int64_t turn_ms = slot_start_ms(t, (int64_t)height) + (int64_t)(rank - 1) * wait_ms;

	if (now_ms > turn_ms)
		turn_ms = now_ms;
	t->seal_ms = at_random(t, turn_ms, wait_ms / 16);
	t->seal_height = height;
	t->seal_address = *address;
	memcpy(t->seal_hash, header_hash, HASH_LEN);
}
