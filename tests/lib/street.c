#include "tests/lib/street.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "wire/clock.h"
#include "wire/digest.h"
#include "wire/text.h"

void street_die(const char *what)
{
	(void)fprintf(stderr, "street: %s\n", what);
	exit(1);
}

int64_t street_market_ms(const struct street *s)
{
	return params_market_ms(&s->genesis.params, clock_real_ms());
}

static struct private_key *load_key(const struct street *s, const char *name)
{
	char path[STREET_PATH_MAX + 64], why[PRIVATE_KEY_WHY_MAX];
	struct private_key *key = NULL;

	(void)snprintf(path, sizeof path, "%s/%s", s->dir, name);
	if (private_key_load(path, &key, why) != ERR_OK)
		street_die(why);
	return key;
}

void street_reopen(struct street *s)
{
	char csm[STREET_PATH_MAX + 64], ledger[STREET_PATH_MAX + 64];

	(void)snprintf(csm, sizeof csm, "%s/csm.db", s->dir);
	(void)snprintf(ledger, sizeof ledger, "%s/ledger.db", s->dir);
	s->engine = calloc(1, sizeof *s->engine);
	if (!s->engine || engine_open(s->engine, csm, ledger, s->operator_key) != ERR_OK)
		street_die(s->engine ? s->engine->why : "memory");
	s->genesis = s->engine->genesis;
	if (inspector_new(s->engine->keyring, s->genesis.market, s->genesis.address_alg,
		    &s->inspector) != ERR_OK)
		street_die("memory");
}

void street_open(struct street *s, const char *dir)
{
	(void)snprintf(s->dir, sizeof s->dir, "%s", dir);
	s->homes = calloc(STREET_HOMES_MAX, sizeof *s->homes);
	if (!s->homes)
		street_die("memory");
	s->operator_key = load_key(s, "operator.pem");
	s->aggregator_key = load_key(s, "aggregator.pem");
	street_reopen(s);
}

uint64_t street_hand_in(struct street *s, const char *user, enum operation operation,
	const struct out *parameters, const struct signer *signer)
{
	struct message m = {.text = NULL};
	struct inspected *inspected = NULL;
	struct inspect_refusal refusal;
	uint64_t seq;

	if (message_make(operation, user, s->genesis.market, street_market_ms(s), parameters,
		    signer, &m) != ERR_OK)
		street_die("signing");
	if (inspect(s->inspector, user, operation, m.text, m.len, &inspected, &refusal) !=
		VERDICT_OK)
		street_die(verdict_name(refusal.verdict));
	seq = s->engine->market->next_seq;
	if (engine_take(s->engine, inspected, street_market_ms(s)) != ERR_OK)
		street_die(s->engine->why);
	if (s->engine->waiting.first && strstr(s->engine->waiting.first->topic, "/reject"))
		street_die(s->engine->waiting.first->payload);
	if (engine_commit(s->engine) != ERR_OK)
		street_die(s->engine->why);
	outbox_clear(&s->engine->outbox);
	inspected_free(inspected);
	message_release(&m);
	return seq;
}

static struct message_key proved(struct street *s, const char *id, const char *role, int64_t slot,
	const struct public_key *key, const struct signer *signer)
{
	struct message_key k = {.role = role, .slot = slot, .key = *key};
	char subject[24];

	(void)snprintf(subject, sizeof subject, "%lld", (long long)slot);
	if (message_prove(id, s->genesis.market, role ? role : subject, signer, &k) != ERR_OK)
		street_die("proof of possession");
	return k;
}

static void enrol_addresses(struct street *s, struct street_home *h, int slots)
{
	struct message_key keys[STREET_ADDRESSES_MAX];
	struct signer ems = {.key = h->ems};
	char text[REQUEST_TEXT_MAX];
	struct out p;

	for (int i = 0; i < slots; i++) {
		struct signer self = {.secret = &h->secrets[i]};
		struct public_key key;
		uint8_t hash[HASH_LEN];
		if (slot_secret_draw(KEY_P256, &h->secrets[i], &key) != ERR_OK)
			street_die("keys");
		keys[i] = proved(s, h->id, NULL, i, &key, &self);
		key_hash(&key, hash);
		address_from_key_hash(hash, h->addresses[i].text);
	}
	out_init(&p, text, sizeof text);
	message_write_addresses(&p, keys, (size_t)slots);
	(void)street_hand_in(s, h->id, OPERATION_ADDRESSES, &p, &ems);
}

void street_enrol(struct street *s, size_t i, enum mode mode, int64_t money_uc, int slots)
{
	struct street_home *h = &s->homes[i];
	struct signer operator_signer = {.key = s->operator_key}, ems, meter;
	struct message_key keys[2];
	char text[4096], secret[32];
	uint8_t hash[HASH_LEN];
	struct out p;

	(void)snprintf(h->id, sizeof h->id, "home%04zu", i);
	(void)snprintf(secret, sizeof secret, "secret%zu", i);
	digest_sha256(secret, strlen(secret), hash);
	out_init(&p, text, sizeof text);
	out_printf(&p, "{\"battery_w\":5000,\"clientId\":\"%s\",\"code_hash\":", h->id);
	out_hex(&p, hash, HASH_LEN);
	out_printf(&p,
		",\"fuse_w\":20000,\"meter_serial\":\"SN%zu\",\"meter_type\":\"t\",\"pv_w\":5000}",
		i);
	(void)street_hand_in(s, "operator", OPERATION_HOME_ADD, &p, &operator_signer);
	if (private_key_generate(KEY_P256, &h->ems) != ERR_OK ||
		private_key_generate(KEY_P256, &h->meter) != ERR_OK)
		street_die("keys");
	ems = (struct signer){.key = h->ems};
	meter = (struct signer){.key = h->meter};
	keys[0] = proved(s, h->id, "ems", 0, private_key_public(h->ems), &ems);
	keys[1] = proved(s, h->id, "meter", 0, private_key_public(h->meter), &meter);
	out_init(&p, text, sizeof text);
	message_write_register(&p, secret, mode, keys, 2);
	(void)street_hand_in(s, h->id, OPERATION_REGISTER, &p, &ems);
	out_init(&p, text, sizeof text);
	out_printf(&p, "{\"amount_uc\":%lld,\"clientId\":\"%s\"}", (long long)money_uc, h->id);
	(void)street_hand_in(s, "operator", OPERATION_DEPOSIT, &p, &operator_signer);
	if (slots > 0)
		enrol_addresses(s, h, slots);
}

void street_shut(struct street *s)
{
	inspector_free(s->inspector);
	engine_close(s->engine);
	free(s->engine);
	s->inspector = NULL;
	s->engine = NULL;
}

void street_release(struct street *s)
{
	if (s->engine)
		street_shut(s);
	for (size_t i = 0; i < STREET_HOMES_MAX; i++) {
		private_key_free(s->homes[i].ems);
		private_key_free(s->homes[i].meter);
	}
	free(s->homes);
	private_key_free(s->operator_key);
	private_key_free(s->aggregator_key);
	memset(s, 0, sizeof *s);
}
