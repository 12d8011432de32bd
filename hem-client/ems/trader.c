#include "hem-client/ems/trader.h"
#include <math.h>
#include <string.h>
#include "hem-client/ems/responder.h"

enum { MS = 1000, ENROL_PAUSE_SHARE = 8, QUARTERS = 2 };

void trader_init(struct trader *t, const struct trader_config *config, const struct trader_ops *ops,
	int64_t enrolled_to)
{
	memset(t, 0, sizeof *t);
	t->config = *config;
	t->ops = *ops;
	t->slot = INT64_MIN;
	t->read_slot = INT64_MIN;
	t->quarter_slot = INT64_MIN;
	t->announced_slot = INT64_MIN;
	t->soc = (double)NAN;
	t->enrolled_to = enrolled_to;
	t->enrol_batch = TRADER_ENROL_BATCH;
	t->seal_ms = INT64_MAX;
	t->surplus_ms = INT64_MAX;
	t->enrol_ms = INT64_MIN;
}

int64_t trader_at_random(struct trader *t, int64_t from_ms, int64_t span_ms)
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
	t->quarters = 0;
	t->surplus_ms = INT64_MAX;
	t->announce = ANNOUNCE_NONE;
	t->announce_tries = 0;
	t->announce_req_id[0] = '\0';
	for (size_t i = 0; i < TRADER_AUCTIONS_MAX; i++) {
		if (t->auctions[i].auction && t->auctions[i].contract.slot <= slot)
			t->auctions[i].auction = 0;
	}
}

/* The most that the home's past lets it export in a slot; what it has exported lately if that is
 * not known. */
static int64_t usual_export_wh(const struct trader *t, int64_t slot, int64_t lately_wh)
{
	int64_t slot_s = t->config.params->slot_s;
	struct past_ahead ahead;

	if (!past_look_ahead(t->config.past, t->config.tariff, slot * slot_s, &ahead))
		return lately_wh;
	return (ahead.energy[0].pv_wh - ahead.energy[0].load_wh) * slot_s / ahead.step_s;
}

/* What went out to the grid in the last slot may well do so in the next: it is offered to the
 * neighbours first, at a moment that tells nothing of the home. Where it falls it is taken to fall
 * on for the two slots until delivery, what the battery has room for goes there, and at this time
 * of day there may usually be less: what is sold and not there must be bought. */
static void plan_surplus(struct trader *t, int64_t export_wh)
{
	int64_t slot_ms = t->config.params->slot_s * MS;
	int64_t fall_wh = t->export_wh > export_wh ? t->export_wh - export_wh : 0;
	int64_t usual_wh = usual_export_wh(t, t->slot + 1, export_wh);

	t->export_wh = export_wh;
	t->surplus_wh = export_wh - 2 * fall_wh;
	if (t->surplus_wh > usual_wh)
		t->surplus_wh = usual_wh;
	if (battery_exists(t->config.battery))
		t->surplus_wh -= isnan(t->soc) ? t->surplus_wh
					       : battery_room_charge_wh(t->config.battery, t->soc);
	if (t->config.surplus_min_wh == 0 || t->surplus_wh < t->config.surplus_min_wh ||
		!mode_trades(home_mode_at(t->config.modes, t->slot + 1)))
		return;
	t->surplus_ms = trader_at_random(t, slot_start_ms(t, t->slot) + slot_ms / 8, slot_ms / 8);
}

/* What a home that exports is paid for it in that slot. */
static int64_t export_mc(const struct trader *t, int64_t slot)
{
	const struct retail_tariff *tariff = t->config.tariff;

	return tariff->at(tariff->self, slot * t->config.params->slot_s).export_mc_per_kwh;
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
			.price_mc_per_kwh = export_mc(t, t->slot + 1) +
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
	t->announce_ms = trader_at_random(t, start_ms + slot_ms / 4, slot_ms / 4);
}

static int64_t quarter_ms(const struct trader *t, int quarter)
{
	return quarter_end_ms(t->config.params, t->slot, quarter);
}

/* The first quarter tells the aggregator how the slot goes; the second is wanted where an order for
 * the slot's second half stands. One that was slept through is not made up for. */
static void read_quarter(struct trader *t, const struct plan *plan, int64_t now_ms)
{
	const struct plan_slot *s = plan_slot(plan, t->slot);
	int quarter = t->quarters + 1;

	if (t->slot < 0 || quarter > QUARTERS || now_ms < quarter_ms(t, quarter))
		return;
	t->quarters = quarter;
	if (now_ms >= quarter_ms(t, quarter + 1) || t->read_slot != t->slot - 1)
		return;
	if (quarter == 1 && t->ops.quarter(t->ops.context, t->slot, 1, &t->quarter))
		t->quarter_slot = t->slot;
	if (quarter == 2 && t->quarter_slot == t->slot &&
		(s->promised_rise_wh > 0 || s->promised_fall_wh > 0))
		(void)t->ops.quarter(t->ops.context, t->slot, quarter, &t->quarter);
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

	if (t->slot >= 0 && t->quarters < QUARTERS)
		next_ms = quarter_ms(t, t->quarters + 1);
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
	read_quarter(t, plan, now_ms);
	seal(t, now_ms);
	if (!t->halted)
		enrol(t, now_ms);
	if (responder_step(t, plan, now_ms))
		return now_ms;
	sell_surplus(t, plan, now_ms);
	announce(t, now_ms);
	return next_due_ms(t);
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
	t->seal_ms = trader_at_random(t, turn_ms, wait_ms / 16);
	t->seal_height = height;
	t->seal_address = *address;
	memcpy(t->seal_hash, header_hash, HASH_LEN);
}
