#include <math.h>
#include <stdio.h>
#include <string.h>
#include "core/cpf.h"
#include "demo/year/house.h"
#include "demo/year/seed.h"
#include "wire/tx_form.h"

enum { PARAMETERS_MAX = 2048 };

static bool enrol(void *context, int64_t first, int count, char req_id[REQ_ID_MAX + 1])
{
	static char text[REQUEST_TEXT_MAX];
	struct house *h = context;
	struct message_key keys[COMMAND_ADDRESSES_MAX];
	const struct genesis *g = &h->town->engine.genesis;
	struct out out;

	if (count < 1 || count > COMMAND_ADDRESSES_MAX)
		return false;
	for (int i = 0; i < count; i++) {
		int64_t slot = first + i;
		struct house_key *k = &h->keys[slot % HOUSE_KEYS_MAX];
		struct signer signer = {.secret = &k->secret};
		struct address_key key = {.len = KEY_P256_LEN};
		char subject[24];
		*k = (struct house_key){.slot = slot};
		keys[i] = (struct message_key){.slot = slot};
		(void)snprintf(subject, sizeof subject, "%lld", (long long)slot);
		if (slot_secret_draw(g->address_alg, &k->secret, &keys[i].key) != ERR_OK ||
			message_prove(h->id, g->market, subject, &signer, &keys[i]) != ERR_OK)
			town_die(h->id, "a key could not be drawn");
		memcpy(key.bytes, keys[i].key.bytes, KEY_P256_LEN);
		tx_form_key_address(&key, &k->address);
	}
	out_init(&out, text, sizeof text);
	message_write_addresses(&out, keys, (size_t)count);
	town_send(
		h->town, h->id, OPERATION_ADDRESSES, &out, &(struct signer){.key = h->ems}, req_id);
	for (int i = 0; i < count; i++)
		memcpy(h->keys[(first + i) % HOUSE_KEYS_MAX].req_id, req_id, REQ_ID_MAX + 1);
	return true;
}

static int64_t above(int64_t wh, int64_t awarded_wh)
{
	return wh > awarded_wh ? wh - awarded_wh : 0;
}

/* What the readings tell of a slot. */
static void judge_slot(
	struct house *h, int64_t slot, const struct registers *before, struct trader_reading *ret)
{
	const struct plan_slot *s = plan_slot(&h->plan, slot);
	struct registers delta;

	for (int i = 0; i < REGISTER_COUNT; i++)
		delta.wh[i] = h->registers.wh[i] - before->wh[i];
	ret->cpf_hundredths =
		cpf_hundredths(meter_production_wh(&delta), meter_consumption_wh(&delta));
	ret->export_wh = delta.wh[REGISTER_EXPORT];
	past_add(&h->past, slot,
		&(struct slot_energy){meter_consumption_wh(&delta) - delta.wh[REGISTER_CHARGE],
			delta.wh[REGISTER_PV]});
	ret->idle.charge_wh = above(delta.wh[REGISTER_CHARGE], s->awarded_charge_wh);
	ret->idle.discharge_wh = above(delta.wh[REGISTER_DISCHARGE], s->awarded_discharge_wh);
}

static void send_reading(struct house *h, const struct reading *r)
{
	char text[PARAMETERS_MAX], req_id[REQ_ID_MAX + 1];
	struct out out;

	out_init(&out, text, sizeof text);
	if (message_write_reading(&out, h->town->engine.genesis.market, h->serial, r, h->meter) !=
		ERR_OK)
		town_die(h->id, "the meter could not sign");
	town_send(h->town, h->id, OPERATION_STATE, &out, &(struct signer){.key = h->ems}, req_id);
}

static bool read_device(void *context, int64_t slot, struct trader_reading *ret)
{
	struct house *h = context;
	const struct device *d = &h->device.device;
	struct device_reading r = {.has_registers = false};
	struct registers before = h->registers;
	char why[DEVICE_WHY_MAX];

	if (d->ops->read(d->self, h->town->now_ms, &r, why) != ERR_OK)
		town_die(h->id, why);
	ret->soc = r.has_soc ? r.soc : (double)NAN;
	if (!r.has_registers || r.registers_slot != slot)
		return false;
	send_reading(h, &(struct reading){.slot = slot,
				.taken_ms = h->town->now_ms - r.registers_age_ms,
				.registers = r.registers});
	h->registers = r.registers;
	if (h->read_slot == slot - 1)
		judge_slot(h, slot, &before, ret);
	h->read_slot = slot;
	house_replan(h);
	return true;
}

/* The first quarter of an hour that is not even: drawn or fed in by chance more or less than its
 * share, and made up for in the second. */
static void make_ragged(const struct house *h, struct registers *r)
{
	int64_t percent = h->ragged_percent;

	if (percent == 0)
		return;
	percent = (int64_t)(seed_next() % (uint64_t)(2 * percent + 1)) - percent;
	for (int i = REGISTER_IMPORT; i <= REGISTER_EXPORT; i++)
		r->wh[i] += (r->wh[i] - h->registers.wh[i]) * percent / 100;
}

static bool read_quarter(void *context, int64_t slot, int quarter, struct trader_quarter *ret_first)
{
	struct house *h = context;
	const struct device *d = &h->device.device;
	struct reading r = {.slot = slot,
		.quarter = quarter,
		.taken_ms = quarter_end_ms(&h->town->engine.genesis.params, slot, quarter)};
	const int64_t *now = r.registers.wh, *before = h->registers.wh;
	char why[DEVICE_WHY_MAX];

	if (d->ops->quarter(d->self, slot, quarter, h->town->now_ms, &r.registers, why) != ERR_OK)
		town_die(h->id, why);
	if (quarter == 1)
		make_ragged(h, &r.registers);
	send_reading(h, &r);
	if (quarter == 1)
		*ret_first = (struct trader_quarter){
			.net_wh = now[REGISTER_IMPORT] - before[REGISTER_IMPORT] -
				  (now[REGISTER_EXPORT] - before[REGISTER_EXPORT]),
			.charge_wh = now[REGISTER_CHARGE] - before[REGISTER_CHARGE],
			.discharge_wh = now[REGISTER_DISCHARGE] - before[REGISTER_DISCHARGE]};
	return true;
}

static bool has_address(void *context, int64_t slot)
{
	const struct house_key *k = house_key(context, slot);

	return k && k->enrolled;
}

static bool announce(void *context, int64_t slot, int cpf, char req_id[REQ_ID_MAX + 1])
{
	struct house *h = context;
	const struct house_key *k = house_key(h, slot);
	char text[PARAMETERS_MAX];
	struct out out;

	if (!k)
		return false;
	out_init(&out, text, sizeof text);
	message_write_cpf(&out, k->address.text, cpf);
	town_send(h->town, h->id, OPERATION_CPF, &out, &(struct signer){.secret = &k->secret},
		req_id);
	return true;
}

static void keep_order(struct house *h, const struct trader_answer *a, const char *req_id)
{
	struct my_order *o;

	if (h->order_count == HOUSE_ORDERS_MAX)
		town_die(h->id, "it has too many orders");
	o = &h->orders[h->order_count++];
	*o = (struct my_order){.auction = a->auction,
		.slot = a->contract.slot,
		.side = a->quote.side,
		.measure = a->contract.measure,
		.gate_ms = a->contract.gate_ms,
		.quantity_wh = a->quote.quantity_wh,
		.price_mc_per_kwh = a->quote.price_mc_per_kwh,
		.status = MY_ORDER_SENT};
	memcpy(o->req_id, req_id, sizeof o->req_id);
}

static bool answer(void *context, const struct trader_answer *a, char req_id[REQ_ID_MAX + 1])
{
	struct house *h = context;
	const struct house_key *k = house_key(h, a->contract.slot);
	struct message_bid bid = {.side = a->quote.side,
		.energy_wh = a->quote.quantity_wh,
		.price_mc_per_kwh = a->quote.price_mc_per_kwh,
		.auction = a->auction,
		.cpf_hundredths = a->cpf_hundredths};
	char text[PARAMETERS_MAX];
	struct out out;

	if (!k)
		return false;
	bid.address = k->address.text;
	out_init(&out, text, sizeof text);
	message_write_bid(&out, &bid);
	town_send(h->town, h->id, OPERATION_BID_OFFER, &out, &(struct signer){.secret = &k->secret},
		req_id);
	keep_order(h, a, req_id);
	house_replan(h);
	return true;
}

static bool seal(void *context, const struct address *address, uint64_t height,
	const uint8_t header_hash[HASH_LEN])
{
	struct house *h = context;
	const struct house_key *k = house_key_of(h, address);
	char text[PARAMETERS_MAX], req_id[REQ_ID_MAX + 1];
	struct out out;

	if (!k)
		return false;
	out_init(&out, text, sizeof text);
	message_write_seal(&out, address->text, height, header_hash);
	town_send(h->town, h->id, OPERATION_SEAL, &out, &(struct signer){.secret = &k->secret},
		req_id);
	return true;
}

static uint32_t draw_random(void *context)
{
	(void)context;
	return (uint32_t)seed_next();
}

struct trader_ops house_ops(struct house *h)
{
	_Static_assert(HOUSE_KEYS_MAX > 2 * TRADER_ENROL_BATCH + TRADER_ENROL_AHEAD + 32,
		"no key is overwritten while it is of use");
	return (struct trader_ops){.enrol = enrol,
		.read = read_device,
		.quarter = read_quarter,
		.has_address = has_address,
		.announce = announce,
		.answer = answer,
		.seal = seal,
		.random = draw_random,
		.context = h};
}
