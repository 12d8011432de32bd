#include "hem-client/ems/desk.h"
#include <math.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include "core/cpf.h"
#include "hem-client/ems/address_keys.h"
#include "hem-client/ems/metering.h"
#include "hem-client/ems/spool.h"
#include "wire/date.h"

enum { PARAMETERS_MAX = 2048, NO_SLOT = -1 };

enum err desk_message(struct ems *e, enum operation operation, const struct out *parameters,
	int64_t slot, struct message *ret)
{
	struct address_key_pair pair;
	struct signer signer = {.key = e->identity.ems};
	enum err err = ERR_OK;

	if (slot >= 0) {
		err = address_keys_get(&e->db, slot, e->genesis.address_alg, &pair);
		signer = (struct signer){.secret = &pair.secret};
	}
	if (err == ERR_OK)
		err = message_make(operation, e->config.market.client_id, e->genesis.market,
			ems_now_ms(e), parameters, &signer, ret);
	explicit_bzero(&pair, sizeof pair);
	return err;
}

enum err desk_spool(
	struct ems *e, const struct message *m, int64_t until_ms, char req_id[REQ_ID_MAX + 1])
{
	enum err err = spool_put(&e->db, m, until_ms);

	if (err == ERR_OK) {
		memcpy(req_id, m->req_id, REQ_ID_MAX + 1);
		courier_wake(&e->courier, false);
	}
	return err;
}

bool desk_done(struct ems *e, const char *what, enum err err)
{
	if (err == ERR_LIMIT)
		ems_trouble(e, what, err, "too many messages wait for their receipts");
	else if (err != ERR_OK)
		ems_trouble(e, what, err, e->db.db.why);
	return err == ERR_OK;
}

/* Draw `count` keys from slot `first` on, and prove that this home has them. */
static enum err draw_keys(struct ems *e, int64_t first, int count, struct message_key *keys,
	struct slot_secret *secrets)
{
	enum err err = ERR_OK;

	for (int i = 0; i < count && err == ERR_OK; i++) {
		struct signer signer = {.secret = &secrets[i]};
		char subject[24];
		keys[i] = (struct message_key){.slot = first + i};
		snprintf(subject, sizeof subject, "%lld", (long long)keys[i].slot);
		err = slot_secret_draw(e->genesis.address_alg, &secrets[i], &keys[i].key);
		if (err == ERR_OK)
			err = message_prove(e->config.market.client_id, e->genesis.market, subject,
				&signer, &keys[i]);
	}
	return err;
}

/* Keys and message are kept together: no key is lost, and none leaves that is not kept. */
static enum err keep_keys(struct ems *e, const struct message_key *keys,
	const struct slot_secret *secrets, int count, const struct message *m, char *req_id)
{
	const struct params *p = &e->genesis.params;
	int64_t admitted = count > 0 ? keys[0].slot - p->horizon_slots : 0;
	enum err err = hem_db_begin(&e->db);

	if (err != ERR_OK)
		return err;
	for (int i = 0; i < count && err == ERR_OK; i++)
		err = address_keys_add(&e->db, keys[i].slot, &keys[i].key, &secrets[i], m->req_id);
	if (err == ERR_OK)
		err = desk_spool(
			e, m, params_slot_start_ms(p, admitted < 0 ? 0 : admitted), req_id);
	return hem_db_end(&e->db, err);
}

static bool enrol(void *context, int64_t first, int count, char req_id[REQ_ID_MAX + 1])
{
	static _Thread_local char text[REQUEST_TEXT_MAX];
	struct ems *e = context;
	struct message_key keys[COMMAND_ADDRESSES_MAX];
	struct slot_secret secrets[COMMAND_ADDRESSES_MAX];
	struct message m = {.text = NULL};
	struct out out;
	enum err err;

	if (count < 1 || count > COMMAND_ADDRESSES_MAX)
		return false;
	err = draw_keys(e, first, count, keys, secrets);
	if (err == ERR_OK) {
		out_init(&out, text, sizeof text);
		message_write_addresses(&out, keys, (size_t)count);
		err = desk_message(e, OPERATION_ADDRESSES, &out, NO_SLOT, &m);
	}
	if (err == ERR_OK)
		err = keep_keys(e, keys, secrets, count, &m, req_id);
	explicit_bzero(secrets, sizeof secrets);
	message_release(&m);
	return desk_done(e, "enrolling address keys", err);
}

static bool has_address(void *context, int64_t slot)
{
	struct ems *e = context;
	struct address_key_pair pair;
	enum err err = address_keys_get(&e->db, slot, e->genesis.address_alg, &pair);
	bool enrolled = err == ERR_OK && pair.enrolled;

	explicit_bzero(&pair, sizeof pair);
	return enrolled;
}

static enum err address_text(struct ems *e, int64_t slot, struct address *ret)
{
	struct address_key_pair pair;
	enum err err = address_keys_get(&e->db, slot, e->genesis.address_alg, &pair);

	if (err == ERR_OK)
		*ret = pair.address;
	explicit_bzero(&pair, sizeof pair);
	return err;
}

/* Note in which slot the CPF is announced: once is enough, whatever happens to this process. */
static enum err note_announced(struct ems *e)
{
	char text[24];

	snprintf(text, sizeof text, "%lld",
		(long long)params_slot_at(&e->genesis.params, ems_now_ms(e)));
	return hem_db_put_note(&e->db, "announced_slot", text);
}

static bool announce(void *context, int64_t slot, int cpf, char req_id[REQ_ID_MAX + 1])
{
	struct ems *e = context;
	char text[PARAMETERS_MAX];
	struct message m = {.text = NULL};
	struct address address;
	struct out out;
	enum err err = address_text(e, slot, &address);

	if (err == ERR_OK) {
		out_init(&out, text, sizeof text);
		message_write_cpf(&out, address.text, cpf);
		err = desk_message(e, OPERATION_CPF, &out, slot, &m);
	}
	if (err == ERR_OK)
		err = hem_db_begin(&e->db);
	if (err == ERR_OK) {
		err = desk_spool(e, &m, params_slot_start_ms(&e->genesis.params, slot + 1), req_id);
		err = hem_db_end(&e->db, err == ERR_OK ? note_announced(e) : err);
	}
	message_release(&m);
	return desk_done(e, "announcing the CPF", err);
}

static enum err keep_order(
	struct ems *e, const struct trader_answer *a, const struct message *m, char *req_id)
{
	struct my_order order = {.auction = a->auction,
		.slot = a->contract.slot,
		.side = a->quote.side,
		.measure = a->contract.measure,
		.gate_ms = a->contract.gate_ms,
		.quantity_wh = a->quote.quantity_wh,
		.price_mc_per_kwh = a->quote.price_mc_per_kwh};
	enum err err = hem_db_begin(&e->db);

	if (err != ERR_OK)
		return err;
	memcpy(order.req_id, m->req_id, sizeof order.req_id);
	err = orders_add(&e->db, &order);
	if (err == ERR_OK && a->cpf_hundredths)
		err = note_announced(e);
	if (err == ERR_OK)
		err = desk_spool(e, m, a->contract.gate_ms, req_id);
	return hem_db_end(&e->db, err);
}

static bool answer(void *context, const struct trader_answer *a, char req_id[REQ_ID_MAX + 1])
{
	struct ems *e = context;
	char text[PARAMETERS_MAX];
	struct message m = {.text = NULL};
	struct address address;
	struct out out;
	enum err err = address_text(e, a->contract.slot, &address);
	const struct message_bid bid = {.address = address.text,
		.side = a->quote.side,
		.energy_wh = a->quote.quantity_wh,
		.price_mc_per_kwh = a->quote.price_mc_per_kwh,
		.auction = a->auction,
		.cpf_hundredths = a->cpf_hundredths};

	if (err == ERR_OK) {
		out_init(&out, text, sizeof text);
		message_write_bid(&out, &bid);
		err = desk_message(e, OPERATION_BID_OFFER, &out, a->contract.slot, &m);
	}
	if (err == ERR_OK)
		err = keep_order(e, a, &m, req_id);
	message_release(&m);
	if (err == ERR_OK) {
		log_line(&e->log, LOG_LEVEL_DEBUG,
			"auction %llu: %s %lld Wh at %lld mc/kWh for slot %lld",
			(unsigned long long)a->auction, a->quote.side == SIDE_BUY ? "buy" : "sell",
			(long long)a->quote.quantity_wh, (long long)a->quote.price_mc_per_kwh,
			(long long)a->contract.slot);
		ems_replan(e);
	}
	return desk_done(e, "answering an auction", err);
}

static bool seal(void *context, const struct address *address, uint64_t height,
	const uint8_t header_hash[HASH_LEN])
{
	struct ems *e = context;
	char text[PARAMETERS_MAX], req_id[REQ_ID_MAX + 1];
	struct message m = {.text = NULL};
	int64_t slot = 0;
	struct out out;
	enum err err = address_keys_find(&e->db, address, &slot);

	if (err == ERR_OK) {
		out_init(&out, text, sizeof text);
		message_write_seal(&out, address->text, height, header_hash);
		err = desk_message(e, OPERATION_SEAL, &out, slot, &m);
	}
	if (err == ERR_OK)
		err = desk_spool(e, &m,
			params_slot_start_ms(&e->genesis.params, (int64_t)height + 1), req_id);
	message_release(&m);
	return desk_done(e, "sealing a block", err);
}

static uint32_t draw_random(void *context)
{
	uint32_t random = 0;

	(void)context;
	(void)RAND_bytes((unsigned char *)&random, sizeof random);
	return random;
}

struct trader_ops desk_ops(struct ems *e)
{
	return (struct trader_ops){.enrol = enrol,
		.read = metering_slot,
		.quarter = metering_quarter,
		.has_address = has_address,
		.announce = announce,
		.answer = answer,
		.seal = seal,
		.random = draw_random,
		.context = e};
}

void desk_sync(struct ems *e, uint64_t from, uint64_t to)
{
	char text[PARAMETERS_MAX];
	struct message m = {.text = NULL};
	struct out out;
	enum err err;

	out_init(&out, text, sizeof text);
	message_write_sync(&out, from, to);
	err = desk_message(e, OPERATION_SYNC, &out, NO_SLOT, &m);
	if (err == ERR_OK)
		err = session_send(e->session, OPERATION_SYNC, m.text, m.len);
	log_line(&e->log, LOG_LEVEL_DEBUG, "asking for blocks %llu to %llu: %s",
		(unsigned long long)from, (unsigned long long)to, err_text(err));
	message_release(&m);
}
