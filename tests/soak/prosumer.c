#include "tests/soak/prosumer.h"
#include <string.h>
#include "core/cpf.h"
#include "wire/clock.h"
#include "wire/message.h"

/* A home's ordinary slot, and what it asks for its battery, mc/kWh. */
enum {
	PV_WH = 200,
	LOAD_WH = 300,
	LOAD_SPREAD_WH = 40,
	DEVIATION_WH = 120,
	DEVIATION_SLOTS = 4,
	OFFER_MC = 8000,
	PRICE_SPREAD_MC = 3000,
	BID_WH = 100,
	BID_SPREAD_WH = 500,
	SURPLUS_WH = 300,
	SURPLUS_MC = 6000,
};

/* Shares, in thousandths. */
enum { ANSWERS = 500, ANSWERS_HOMES = 20, OPENS = 10, DELIVERS_HALF = 10 };

/* Moments of a slot, in thousandths of it: the aggregator projects it at 312, its gate is at 468.
 */
enum {
	READ_FROM = 10,
	READ_FOR = 90,
	CPF_AFTER = 20,
	OPEN_FROM = 150,
	OPEN_FOR = 200,
	QUARTER_FOR = 40,
	EDGE = 20,
};

enum { GATE_MARGIN_MS = 100, TOPIC_LEN = 96, PARAMETERS_MAX = 1024 };

static uint64_t below(struct prosumer *p, uint64_t n)
{
	p->random ^= p->random << 13;
	p->random ^= p->random >> 7;
	p->random ^= p->random << 17;
	return p->random % n;
}

/* Some thousandths of a slot, in real ms. */
static int64_t part_ms(const struct prosumer *p, int64_t thousandths)
{
	const struct params *params = &p->soak->street.genesis.params;

	return params->slot_s * thousandths / params->rate;
}

void prosumer_init(struct prosumer *p, struct soak *soak, unsigned number)
{
	*p = (struct prosumer){.soak = soak,
		.keys = &soak->street.homes[number],
		.number = number,
		.random = 88172645463325252u + number * 7919u,
		.slot = -1};
	p->member.context = p;
	for (int i = 0; i < 8; i++)
		(void)below(p, 2);
	for (int i = 0; i < REGISTER_COUNT; i++)
		p->registers.wh[i] = 1000000;
}

/* What a slot moves the registers by, but for its second half's awards. */
static struct registers flows(const struct prosumer *p, int64_t slot, int64_t deviation_wh)
{
	size_t at = (size_t)((slot + 8 * AWARD_SLOTS * 100) % AWARD_SLOTS);
	int64_t share = p->number % DELIVERS_HALF == 3 ? 2 : 1;
	int64_t load_wh = LOAD_WH + (p->number * 7 + slot * 13 + 13000) % LOAD_SPREAD_WH;
	struct registers r = {.wh = {[REGISTER_PV] = PV_WH,
				      [REGISTER_CHARGE] = p->charge_wh[at] / share,
				      [REGISTER_DISCHARGE] = p->discharge_wh[at] / share}};
	int64_t net_wh =
		load_wh + deviation_wh + r.wh[REGISTER_CHARGE] - PV_WH - r.wh[REGISTER_DISCHARGE];

	r.wh[net_wh > 0 ? REGISTER_IMPORT : REGISTER_EXPORT] = net_wh > 0 ? net_wh : -net_wh;
	return r;
}

/* Bring about in the second half what was awarded, by one register of the battery; `less` and
 * `more` are those of the net that fall and rise with it. */
static void change(struct registers *r, int64_t wh, int battery, int less, int more)
{
	int64_t second_wh = r->wh[less] - r->wh[less] / 2;
	int64_t taken_wh = second_wh < wh ? second_wh : wh;

	r->wh[battery] += wh;
	r->wh[less] -= taken_wh;
	r->wh[more] += wh - taken_wh;
}

void prosumer_meter(struct prosumer *p, int64_t slot, int64_t deviation_wh)
{
	size_t at = (size_t)((slot + 8 * AWARD_SLOTS * 100) % AWARD_SLOTS);
	struct registers r = flows(p, slot, deviation_wh);

	change(&r, p->fall_wh, REGISTER_DISCHARGE, REGISTER_IMPORT, REGISTER_EXPORT);
	change(&r, p->rise_wh, REGISTER_CHARGE, REGISTER_EXPORT, REGISTER_IMPORT);
	for (int i = 0; i < REGISTER_COUNT; i++)
		p->registers.wh[i] += r.wh[i];
	p->produced_wh = meter_production_wh(&r);
	p->consumed_wh = meter_consumption_wh(&r);
	p->charge_wh[at] = p->discharge_wh[at] = p->rise_wh = p->fall_wh = 0;
}

void prosumer_awarded(struct prosumer *p, const struct contract *c, int64_t slot, int64_t wh)
{
	bool sells = c->side == SIDE_BUY;

	if (c->measure == MEASURE_BEFORE_AFTER)
		*(sells ? &p->fall_wh : &p->rise_wh) += wh;
	else
		(sells ? p->discharge_wh : p->charge_wh)[slot % AWARD_SLOTS] += wh;
}

/* ---- sending ---- */

static void send(struct prosumer *p, enum operation operation, const struct out *parameters,
	const struct signer *signer)
{
	struct soak *s = p->soak;
	struct message m = {.text = NULL};
	char topic[TOPIC_LEN];
	size_t i = 0;

	if (message_make(operation, p->keys->id, s->street.genesis.market, soak_market_ms(s),
		    parameters, signer, &m) != ERR_OK)
		street_die("signing");
	while (i < PENDING_MAX && p->pending[i].req_id[0])
		i++;
	if (i == PENDING_MAX)
		street_die("a home has too many requests without an answer");
	p->pending[i].operation = operation;
	p->pending[i].sent_us = clock_monotonic_us();
	memcpy(p->pending[i].req_id, m.req_id, sizeof m.req_id);
	(void)snprintf(topic, sizeof topic, "lem/%s/in/%s", s->street.genesis.name,
		operation_name(operation));
	crowd_publish(&s->crowd, &p->member, topic, m.text, m.len, 1);
	s->requests++;
	message_release(&m);
}

/* More import than the day before, or less. */
static int64_t deviation_wh(const struct prosumer *p, int64_t slot)
{
	if (p->soak->options.rush_ms > 0)
		return 0;
	return slot / DEVIATION_SLOTS % 2 == 0 ? DEVIATION_WH : -DEVIATION_WH;
}

static void send_registers(struct prosumer *p, const struct reading *r)
{
	struct signer ems = {.key = p->keys->ems};
	char text[PARAMETERS_MAX], serial[METER_TEXT_MAX];
	struct out out;

	(void)snprintf(serial, sizeof serial, "SN%u", p->number);
	out_init(&out, text, sizeof text);
	if (message_write_reading(
		    &out, p->soak->street.genesis.market, serial, r, p->keys->meter) != ERR_OK)
		street_die("signing");
	send(p, OPERATION_STATE, &out, &ems);
}

static void send_reading(struct prosumer *p)
{
	struct reading r = {.slot = p->slot - 1,
		.taken_ms = params_slot_start_ms(&p->soak->street.genesis.params, p->slot)};

	if (r.slot >= 0)
		prosumer_meter(p, r.slot, deviation_wh(p, r.slot));
	r.registers = p->registers;
	send_registers(p, &r);
	p->soak->readings++;
}

static void send_quarter(struct prosumer *p, int quarter)
{
	struct registers slot = flows(p, p->slot, deviation_wh(p, p->slot));
	struct reading r = {.slot = p->slot,
		.quarter = quarter,
		.taken_ms = quarter_end_ms(&p->soak->street.genesis.params, p->slot, quarter),
		.registers = p->registers};

	for (int i = 0; i < REGISTER_COUNT; i++)
		r.registers.wh[i] += slot.wh[i] * quarter / 4;
	send_registers(p, &r);
	p->soak->quarters++;
}

/* What is signed by the address of the open slot, or another. */
static void send_by_address(
	struct prosumer *p, enum operation operation, const struct out *out, int64_t slot)
{
	struct signer signer = {.secret = &p->keys->secrets[slot]};

	send(p, operation, out, &signer);
}

static void send_cpf(struct prosumer *p)
{
	char text[PARAMETERS_MAX];
	struct out out;

	out_init(&out, text, sizeof text);
	message_write_cpf(&out, p->keys->addresses[p->slot].text,
		cpf_hundredths(p->produced_wh, p->consumed_wh));
	send_by_address(p, OPERATION_CPF, &out, p->slot);
}

static void send_opening(struct prosumer *p)
{
	int64_t slot = p->slot + 2;
	struct message_bid bid = {.address = p->keys->addresses[slot].text,
		.side = SIDE_SELL,
		.energy_wh = SURPLUS_WH,
		.price_mc_per_kwh = SURPLUS_MC};
	char text[PARAMETERS_MAX];
	struct out out;

	out_init(&out, text, sizeof text);
	message_write_bid(&out, &bid);
	send_by_address(p, OPERATION_BID_OFFER, &out, slot);
	p->soak->openings++;
}

static void send_answer(struct prosumer *p, const struct soak_auction *a)
{
	bool buys = a->contract.side == SIDE_BUY;
	int64_t limit_mc = a->contract.limit_mc_per_kwh;
	struct message_bid bid = {.address = p->keys->addresses[a->contract.slot].text,
		.side = buys ? SIDE_SELL : SIDE_BUY,
		.energy_wh = BID_WH + (int64_t)below(p, BID_SPREAD_WH),
		.auction = a->seq};
	char text[PARAMETERS_MAX];
	struct out out;

	bid.price_mc_per_kwh = buys ? OFFER_MC + (int64_t)below(p, (uint64_t)(limit_mc - OFFER_MC))
				    : limit_mc + (int64_t)below(p, PRICE_SPREAD_MC);
	out_init(&out, text, sizeof text);
	message_write_bid(&out, &bid);
	send_by_address(p, OPERATION_BID_OFFER, &out, a->contract.slot);
	p->soak->answers++;
}

static void send_seal(struct prosumer *p)
{
	char text[PARAMETERS_MAX];
	struct out out;
	int64_t slot = (int64_t)p->seal.height - 1;

	if (p->soak->sealed_height >= p->seal.height)
		return; /* a better one was there */
	out_init(&out, text, sizeof text);
	message_write_seal(&out, p->keys->addresses[slot].text, p->seal.height, p->seal.hash);
	send_by_address(p, OPERATION_SEAL, &out, slot);
	p->soak->seals++;
}

/* ---- duties ---- */

void prosumer_begin_slot(struct prosumer *p, int64_t slot)
{
	int64_t begin_ms = soak_slot_real_ms(p->soak, slot);
	bool trades = slot < p->soak->options.slots && p->soak->options.rush_ms == 0;

	p->slot = slot;
	p->reading_ms = begin_ms + part_ms(p, READ_FROM + (int64_t)below(p, READ_FOR));
	p->cpf_ms = p->reading_ms + part_ms(p, CPF_AFTER);
	p->opening_ms = 0;
	p->quarter_ms = begin_ms + part_ms(p, 250 + (int64_t)below(p, QUARTER_FOR));
	p->half_ms = begin_ms + part_ms(p, 500 + (int64_t)below(p, QUARTER_FOR));
	if (trades && below(p, 1000) < OPENS)
		p->opening_ms = begin_ms + part_ms(p, OPEN_FROM + (int64_t)below(p, OPEN_FOR));
}

void prosumer_ranked(struct prosumer *p, const struct observed *block, unsigned rank)
{
	const struct params *params = &p->soak->street.genesis.params;

	p->seal = *block;
	p->seal_ms = soak_slot_real_ms(p->soak, (int64_t)block->height) +
		     (rank - 1) * params->seal_wait_s * 1000 / params->rate + 1;
}

static bool falls_due(int64_t *at_ms, int64_t now_ms)
{
	bool due = *at_ms != 0 && now_ms >= *at_ms;

	if (due)
		*at_ms = 0;
	return due;
}

void prosumer_act(struct prosumer *p, int64_t now_ms)
{
	if (falls_due(&p->reading_ms, now_ms))
		send_reading(p);
	if (falls_due(&p->cpf_ms, now_ms))
		send_cpf(p);
	if (falls_due(&p->opening_ms, now_ms))
		send_opening(p);
	if (falls_due(&p->quarter_ms, now_ms))
		send_quarter(p, 1);
	if (falls_due(&p->half_ms, now_ms) && (p->rise_wh > 0 || p->fall_wh > 0))
		send_quarter(p, 2);
	if (falls_due(&p->seal_ms, now_ms))
		send_seal(p);
	for (size_t i = 0; i < PLANS_MAX; i++) {
		const struct soak_auction *a;
		if (!falls_due(&p->plans[i].at_ms, now_ms))
			continue;
		a = soak_auction(p->soak, p->plans[i].auction);
		if (a && soak_market_ms(p->soak) < a->contract.gate_ms)
			send_answer(p, a);
		else
			p->soak->gate_missed++;
	}
}

void prosumer_consider(struct prosumer *p, const struct soak_auction *a)
{
	struct soak *s = p->soak;
	int64_t now_ms = clock_real_ms();
	int64_t gate_ms = params_real_ms(&s->street.genesis.params, a->contract.gate_ms);
	int64_t from_ms = now_ms, until_ms = gate_ms - part_ms(p, EDGE);
	bool of_role = address_equal(&a->opener, &s->street.genesis.params.roles[0].address);
	size_t i = 0;

	if (address_equal(&a->opener, &p->keys->addresses[a->contract.slot]) ||
		(a->contract.side == SIDE_BUY && a->contract.limit_mc_per_kwh <= OFFER_MC) ||
		(s->options.rush_ms == 0 && below(p, 1000) >= (of_role ? ANSWERS : ANSWERS_HOMES)))
		return;
	if (s->options.rush_ms > 0) {
		from_ms = gate_ms - s->options.rush_ms;
		until_ms = gate_ms - GATE_MARGIN_MS;
	}
	while (i < PLANS_MAX && p->plans[i].at_ms != 0)
		i++;
	if (i == PLANS_MAX || until_ms <= from_ms)
		return;
	p->plans[i].auction = a->seq;
	p->plans[i].at_ms = from_ms + (int64_t)below(p, (uint64_t)(until_ms - from_ms));
}

size_t prosumer_unanswered(const struct prosumer *p)
{
	size_t n = 0;

	for (size_t i = 0; i < PENDING_MAX; i++)
		n += p->pending[i].req_id[0] != '\0';
	return n;
}
