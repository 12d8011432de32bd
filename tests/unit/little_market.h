/* little_market: a whole market in a temporary folder, without a broker: the engine, an aggregator
 * and a few homes whose messages go straight into it, and everything it has published so far. */
#ifndef LEM_TESTS_LITTLE_MARKET_H
#define LEM_TESTS_LITTLE_MARKET_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "engine/engine.h"
#include "wire/message.h"
#include "tests/lib/sample_params.h"
#include "tests/lib/scratch.h"
#include "wire/digest.h"
#include "wire/text.h"

enum { LITTLE_HOMES = 3, LITTLE_SLOTS = 24, LITTLE_PUBLICATIONS = 4096, LITTLE_SLOT_MS = 3600000 };
#define LITTLE_START_MS INT64_C(1500000000000) /* not a whole day: a whole hour */

struct little_home {
	char id[CLIENT_ID_MAX + 1];
	struct private_key *ems, *meter;
	struct slot_secret secrets[LITTLE_SLOTS];
	struct public_key keys[LITTLE_SLOTS];
	struct registers registers;
};

struct little_market {
	char folder[SCRATCH_MAX], ledger[96], csm[96];
	struct private_key *operator_key, *aggregator_key;
	struct genesis genesis;
	struct engine engine;
	struct inspector *inspector;
	struct little_home homes[LITTLE_HOMES];
	struct publication *published[LITTLE_PUBLICATIONS];
	size_t count;
	int64_t now_ms;
	struct message last; /* the message sent last */
};

static inline int64_t little_slot_ms(int64_t slot)
{
	return LITTLE_START_MS + slot * LITTLE_SLOT_MS;
}

/* Take over what the engine has published. */
static inline void little_collect(struct little_market *m)
{
	struct publication *p;

	assert_int_equal(engine_commit(&m->engine), ERR_OK);
	do {
		while ((p = outbox_take(&m->engine.outbox)) != NULL) {
			assert_true(m->count < LITTLE_PUBLICATIONS);
			m->published[m->count++] = p;
		}
	} while (engine_feed(&m->engine) || m->engine.outbox.count > 0);
}

/* The newest publication on a topic that ends like that, from the `from`th on; NULL if none. */
static inline const struct publication *little_find(
	const struct little_market *m, const char *ending, size_t from)
{
	for (size_t i = m->count; i-- > from;) {
		const char *t = m->published[i]->topic;
		size_t n = strlen(t), e = strlen(ending);
		if (n >= e && strcmp(t + n - e, ending) == 0)
			return m->published[i];
	}
	return NULL;
}

/* Let time pass. */
static inline void little_advance(struct little_market *m, int64_t to_ms)
{
	m->now_ms = to_ms;
	assert_int_equal(engine_clock(&m->engine, to_ms), ERR_OK);
	little_collect(m);
}

/* Put a message into the market as it would come from the broker. */
static inline void little_take(struct little_market *m, const char *client_id,
	enum operation operation, const char *text, size_t len)
{
	struct inspected *inspected = NULL;
	struct inspect_refusal refusal;
	enum verdict v =
		inspect(m->inspector, client_id, operation, text, len, &inspected, &refusal);

	if (v == VERDICT_OK)
		assert_int_equal(engine_take(&m->engine, inspected, m->now_ms), ERR_OK);
	else
		engine_reject(&m->engine, operation, &refusal, m->now_ms);
	inspected_free(inspected);
	little_collect(m);
}

/* Sign and send. */
static inline void little_send(struct little_market *m, const char *client_id,
	enum operation operation, const struct out *parameters, const struct signer *signer)
{
	message_release(&m->last);
	assert_int_equal(message_make(operation, client_id, m->genesis.market, m->now_ms,
				 parameters, signer, &m->last),
		ERR_OK);
	little_take(m, client_id, operation, m->last.text, m->last.len);
}

static inline void little_genesis(struct little_market *m)
{
	struct genesis *g = &m->genesis;
	struct role_params *role = &g->params.roles[0];

	memcpy(g->name, "tiny", 5);
	g->address_alg = KEY_P256;
	g->params.import_mc_per_kwh = 22000;
	g->params.export_mc_per_kwh = 5000;
	g->params = sample_params();
	g->params.slot_s = LITTLE_SLOT_MS / 1000;
	g->params.start_ms = LITTLE_START_MS;
	g->params.real_start_ms = LITTLE_START_MS;
	g->params.gate_lead_s = 1200;
	g->params.gate_lead_min_s = 300;
	g->params.role_count = 1;
	memcpy(role->name, "aggregator", 11);
	role->credit_limit_uc = 1000000000;
	role->key.len = private_key_public(m->aggregator_key)->len;
	memcpy(role->key.bytes, private_key_public(m->aggregator_key)->bytes,
		sizeof role->key.bytes);
	tx_form_key_address(&role->key, &role->address);
	g->operator_key = *private_key_public(m->operator_key);
	assert_int_equal(genesis_complete(g), ERR_OK);
	assert_int_equal(genesis_sign(g, m->operator_key), ERR_OK);
}

/* Enrol, register and fund a home, and enrol its addresses for all slots. */
static inline void little_home(struct little_market *m, int n)
{
	static char text[REQUEST_TEXT_MAX];
	struct little_home *h = &m->homes[n];
	struct signer boss = {.key = m->operator_key}, self;
	struct message_key keys[LITTLE_SLOTS];
	uint8_t hash[HASH_LEN];
	struct out out;

	snprintf(h->id, sizeof h->id, "home%04d", n);
	assert_int_equal(private_key_generate(KEY_P256, &h->ems), ERR_OK);
	assert_int_equal(private_key_generate(KEY_P256, &h->meter), ERR_OK);
	digest_sha256("secret", 6, hash);
	out_init(&out, text, sizeof text);
	out_printf(&out, "{\"battery_w\":5000,\"clientId\":\"%s\",\"code_hash\":", h->id);
	out_hex(&out, hash, HASH_LEN);
	out_printf(&out, ",\"fuse_w\":25000,\"meter_serial\":\"SN%d\"", n);
	out_printf(&out, ",\"meter_type\":\"sim\",\"pv_w\":8000}");
	little_send(m, "operator", OPERATION_HOME_ADD, &out, &boss);
	self = (struct signer){.key = h->ems};
	keys[0] = (struct message_key){.role = "ems", .key = *private_key_public(h->ems)};
	keys[1] = (struct message_key){.role = "meter", .key = *private_key_public(h->meter)};
	assert_int_equal(message_prove(h->id, m->genesis.market, "ems", &self, &keys[0]), ERR_OK);
	assert_int_equal(message_prove(h->id, m->genesis.market, "meter",
				 &(struct signer){.key = h->meter}, &keys[1]),
		ERR_OK);
	out_init(&out, text, sizeof text);
	message_write_register(&out, "secret", MODE_BOTH, keys, 2);
	little_send(m, h->id, OPERATION_REGISTER, &out, &self);
	out_init(&out, text, sizeof text);
	out_printf(&out, "{\"amount_uc\":2000000000,\"clientId\":\"%s\"}", h->id);
	little_send(m, "operator", OPERATION_DEPOSIT, &out, &boss);
	for (int i = 0; i < LITTLE_SLOTS; i++) {
		struct signer secret = {.secret = &h->secrets[i]};
		char subject[16];
		snprintf(subject, sizeof subject, "%d", i);
		keys[i] = (struct message_key){.slot = i};
		assert_int_equal(slot_secret_draw(KEY_P256, &h->secrets[i], &keys[i].key), ERR_OK);
		h->keys[i] = keys[i].key;
		assert_int_equal(
			message_prove(h->id, m->genesis.market, subject, &secret, &keys[i]),
			ERR_OK);
	}
	out_init(&out, text, sizeof text);
	message_write_addresses(&out, keys, LITTLE_SLOTS);
	little_send(m, h->id, OPERATION_ADDRESSES, &out, &self);
	assert_non_null(little_find(m, "/receipt", m->count - 1));
}

/* A request of the operator's; parameters in canonical form. */
static inline void little_command(
	struct little_market *m, enum operation operation, const char *parameters)
{
	char text[1024];
	struct out out;

	out_init(&out, text, sizeof text);
	out_printf(&out, "%s", parameters);
	little_send(m, "operator", operation, &out, &(struct signer){.key = m->operator_key});
}

/* The operator books money of a home or role, in or out. */
static inline void little_money(
	struct little_market *m, enum operation operation, const char *client_id, int64_t amount_uc)
{
	char text[256];

	snprintf(text, sizeof text, "{\"amount_uc\":%lld,\"clientId\":\"%s\"}",
		(long long)amount_uc, client_id);
	little_command(m, operation, text);
}

/* The operator changes parameters of the market: the members of the inner object. */
static inline void little_params(struct little_market *m, int64_t from_slot, const char *members)
{
	char text[1024];

	snprintf(text, sizeof text, "{\"from_slot\":%lld,\"parameters\":{%s}}",
		(long long)from_slot, members);
	little_command(m, OPERATION_PARAMS_SET, text);
}

/* The market a minute before slot 0, with its homes. */
static inline void little_open(struct little_market *m)
{
	struct csm_db csm;
	struct ledger_db ledger;

	memset(m, 0, sizeof *m);
	assert_int_equal(scratch_make(m->folder), 0);
	snprintf(m->ledger, sizeof m->ledger, "%s/ledger.db", m->folder);
	snprintf(m->csm, sizeof m->csm, "%s/csm.db", m->folder);
	assert_int_equal(private_key_generate(KEY_ED25519, &m->operator_key), ERR_OK);
	assert_int_equal(private_key_generate(KEY_P256, &m->aggregator_key), ERR_OK);
	little_genesis(m);
	assert_int_equal(csm_db_create(&csm, m->csm, &m->genesis), ERR_OK);
	csm_db_close(&csm);
	assert_int_equal(ledger_db_create(&ledger, m->ledger, &m->genesis), ERR_OK);
	ledger_db_close(&ledger);
	assert_int_equal(engine_open(&m->engine, m->csm, m->ledger, m->operator_key), ERR_OK);
	assert_int_equal(
		inspector_new(m->engine.keyring, m->genesis.market, KEY_P256, &m->inspector),
		ERR_OK);
	little_advance(m, LITTLE_START_MS - 60000);
	for (int n = 0; n < LITTLE_HOMES; n++)
		little_home(m, n);
}

static inline void little_close(struct little_market *m)
{
	message_release(&m->last);
	for (size_t i = 0; i < m->count; i++)
		free(m->published[i]);
	for (int n = 0; n < LITTLE_HOMES; n++) {
		private_key_free(m->homes[n].ems);
		private_key_free(m->homes[n].meter);
	}
	inspector_free(m->inspector);
	engine_close(&m->engine);
	private_key_free(m->operator_key);
	private_key_free(m->aggregator_key);
	assert_int_equal(scratch_remove(m->folder), 0);
}

/* The address of a home in a slot. */
static inline struct address little_address(const struct little_market *m, int home, int64_t slot)
{
	struct address_key key = {.len = KEY_P256_LEN};
	struct address address;

	memcpy(key.bytes, m->homes[home].keys[slot].bytes, KEY_P256_LEN);
	tx_form_key_address(&key, &address);
	return address;
}

/* A home's registers as they stand at the end of a slot, or of a quarter of it. */
static inline void little_state(struct little_market *m, int home, int64_t slot, int quarter)
{
	struct little_home *h = &m->homes[home];
	struct reading r = {.slot = slot,
		.quarter = quarter,
		.taken_ms = quarter_end_ms(&m->genesis.params, slot, quarter ? quarter : 4),
		.registers = h->registers};
	char text[2048], serial[16];
	struct out out;

	snprintf(serial, sizeof serial, "SN%d", home);
	out_init(&out, text, sizeof text);
	assert_int_equal(
		message_write_reading(&out, m->genesis.market, serial, &r, h->meter), ERR_OK);
	little_send(m, h->id, OPERATION_STATE, &out, &(struct signer){.key = h->ems});
}

/* A home's reading at the end of a slot: what was produced and used in it. */
static inline void little_reading(struct little_market *m, int home, int64_t slot, int64_t pv_wh,
	int64_t import_wh, int64_t discharge_wh)
{
	int64_t *wh = m->homes[home].registers.wh;

	wh[REGISTER_PV] += pv_wh;
	wh[REGISTER_IMPORT] += import_wh;
	wh[REGISTER_DISCHARGE] += discharge_wh;
	little_state(m, home, slot, 0);
}

/* The aggregator buys for a slot; returns the auction. */
static inline uint64_t little_auction(struct little_market *m, int64_t slot, int64_t wh)
{
	char text[1024];
	struct out out;
	size_t before = m->count;
	const struct publication *p;
	const char *seq;

	out_init(&out, text, sizeof text);
	out_printf(&out,
		"{\"address\":\"%s\",\"bid\":{\"energy\":{\"unit\":\"Wh\",\"value\":\"%lld\"},"
		"\"price\":{\"unit\":\"cents/kWh\",\"value\":\"18\"},\"type\":\"buy\"},"
		"\"contract\":{\"slot\":%lld}}",
		m->genesis.params.roles[0].address.text, (long long)wh, (long long)slot);
	little_send(m, "aggregator", OPERATION_BID_OFFER, &out,
		&(struct signer){.key = m->aggregator_key});
	p = little_find(m, "/receipt", before);
	assert_non_null(p);
	seq = strstr(p->payload, "\"seq\":");
	assert_non_null(seq);
	return strtoull(seq + 6, NULL, 10);
}

/* A home's message signed by its address of a slot. */
static inline void little_by_address(struct little_market *m, int home, int64_t slot,
	enum operation operation, const struct out *parameters)
{
	little_send(m, m->homes[home].id, operation, parameters,
		&(struct signer){.secret = &m->homes[home].secrets[slot]});
}

/* A home sells into an auction; its CPF goes along if it is not 0. */
static inline void little_offer(struct little_market *m, int home, int64_t slot, uint64_t auction,
	int64_t wh, int64_t price_mc_per_kwh, int cpf)
{
	struct address address = little_address(m, home, slot);
	struct message_bid bid = {.address = address.text,
		.side = SIDE_SELL,
		.energy_wh = wh,
		.price_mc_per_kwh = price_mc_per_kwh,
		.auction = auction,
		.cpf_hundredths = cpf};
	char text[1024];
	struct out out;

	out_init(&out, text, sizeof text);
	message_write_bid(&out, &bid);
	little_by_address(m, home, slot, OPERATION_BID_OFFER, &out);
}

/* A home announces its CPF under its address of the slot. */
static inline void little_cpf(struct little_market *m, int home, int64_t slot, int cpf)
{
	struct address address = little_address(m, home, slot);
	char text[256];
	struct out out;

	out_init(&out, text, sizeof text);
	message_write_cpf(&out, address.text, cpf);
	little_by_address(m, home, slot, OPERATION_CPF, &out);
}

/* Who is first in rank seals the last block, by the address that announced; without a ranking
 * nobody does. */
static inline void little_seal(struct little_market *m)
{
	const struct ledger *l = &m->engine.market->ledger;
	char text[256];
	struct out out;

	for (int i = 0; i < LITTLE_HOMES * LITTLE_SLOTS && l->ranked_count > 0; i++) {
		struct address own = little_address(m, i % LITTLE_HOMES, i / LITTLE_HOMES);
		if (!address_equal(&own, &l->ranked[0].address))
			continue;
		out_init(&out, text, sizeof text);
		message_write_seal(&out, own.text, l->height - 1, l->last_hash);
		little_by_address(m, i % LITTLE_HOMES, i / LITTLE_HOMES, OPERATION_SEAL, &out);
		return;
	}
}

/* The first home says its mode from a slot on. */
static inline void little_prefer(struct little_market *m, int64_t from_slot, enum mode mode)
{
	const struct mode_span span = {.from_slot = from_slot, .mode = mode};
	char text[128];
	struct out out;

	out_init(&out, text, sizeof text);
	message_write_preference(&out, &span);
	little_send(m, m->homes[0].id, OPERATION_PREFERENCE, &out,
		&(struct signer){.key = m->homes[0].ems});
}

#endif
