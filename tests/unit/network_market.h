/* network_market: a little market whose genesis has the network's operators too. */
#ifndef LEM_TESTS_NETWORK_MARKET_H
#define LEM_TESTS_NETWORK_MARKET_H
#include "tests/unit/little_market.h"
#include "wire/net_form.h"

struct network_market {
	struct little_market m;
	struct private_key *keys[NETWORK_ROLES]; /* by enum network_role - 1 */
};

static inline const char *network_address(const struct network_market *n, int role)
{
	return n->m.genesis.params.roles[role].address.text;
}

static inline void network_genesis(struct network_market *n, enum silence silence)
{
	struct genesis *g = &n->m.genesis;

	for (int r = NETWORK_DSO; r <= NETWORK_TSO; r++) {
		struct role_params *role = &g->params.roles[g->params.role_count++];
		const char *name = network_role_name((enum network_role)r);
		const struct public_key *key;

		assert_int_equal(private_key_generate(KEY_P256, &n->keys[r - 1]), ERR_OK);
		key = private_key_public(n->keys[r - 1]);
		memcpy(role->name, name, strlen(name) + 1);
		role->key.len = key->len;
		memcpy(role->key.bytes, key->bytes, sizeof role->key.bytes);
		tx_form_key_address(&role->key, &role->address);
	}
	g->params.approval_lead_s = LITTLE_SLOT_MS / 1000;
	g->params.approval_silence = (int)silence;
	assert_int_equal(genesis_complete(g), ERR_OK);
	assert_int_equal(genesis_sign(g, n->m.operator_key), ERR_OK);
}

/* As little_open(). */
static inline void network_market_open(struct network_market *n, enum silence silence)
{
	struct little_market *m = &n->m;
	struct csm_db csm;
	struct ledger_db ledger;

	memset(n, 0, sizeof *n);
	assert_int_equal(scratch_make(m->folder), 0);
	(void)snprintf(m->ledger, sizeof m->ledger, "%s/ledger.db", m->folder);
	(void)snprintf(m->csm, sizeof m->csm, "%s/csm.db", m->folder);
	assert_int_equal(private_key_generate(KEY_ED25519, &m->operator_key), ERR_OK);
	assert_int_equal(private_key_generate(KEY_P256, &m->aggregator_key), ERR_OK);
	little_genesis(m);
	network_genesis(n, silence);
	assert_int_equal(csm_db_create(&csm, m->csm, &m->genesis), ERR_OK);
	csm_db_close(&csm);
	assert_int_equal(ledger_db_create(&ledger, m->ledger, &m->genesis), ERR_OK);
	ledger_db_close(&ledger);
	if (engine_open(&m->engine, m->csm, m->ledger, m->operator_key) != ERR_OK)
		fail_msg("%s", m->engine.why);
	assert_int_equal(
		inspector_new(m->engine.keyring, m->genesis.market, KEY_P256, &m->inspector),
		ERR_OK);
	little_advance(m, LITTLE_START_MS - 60000);
	for (int i = 0; i < LITTLE_HOMES; i++)
		little_home(m, i);
}

static inline void network_market_close(struct network_market *n)
{
	for (int r = 0; r < NETWORK_ROLES; r++)
		private_key_free(n->keys[r]);
	little_close(&n->m);
}

/* The answer to the last message holds that text. */
static inline void network_heard(const struct network_market *n, const char *kind, const char *text)
{
	const struct publication *p = little_find(&n->m, kind, 0);

	if (!p || !memmem(p->payload, p->len, text, strlen(text)))
		fail_msg("not in %s: %s", p ? p->payload : "nothing", text);
}

static inline void network_say(struct network_market *n, enum network_role role,
	enum operation operation, const struct out *parameters)
{
	little_send(&n->m, network_role_name(role), operation, parameters,
		&(struct signer){.key = n->keys[role - 1]});
}

/* Limits of one slot, receipted. */
static inline void network_limit_slot(struct network_market *n, enum network_role role,
	int64_t slot, int32_t import_wh, int32_t export_wh)
{
	struct limits_window w = {slot, 1, &export_wh, &import_wh};
	char text[512];
	struct out out;

	out_init(&out, text, sizeof text);
	net_form_write_limits(&out, network_address(n, (int)role), &w);
	network_say(n, role, OPERATION_LIMITS, &out);
}

/* A schedule of one net from a slot on. */
static inline void network_schedule_slots(
	struct network_market *n, int64_t first_slot, uint32_t count, int32_t net_wh)
{
	int32_t net[SCHEDULE_SLOTS_MAX];
	struct net_window w = {first_slot, count, net};
	char text[2048];
	struct out out;

	for (uint32_t i = 0; i < count; i++)
		net[i] = net_wh;
	out_init(&out, text, sizeof text);
	message_write_schedule(&out, network_address(n, 0), &w);
	little_send(&n->m, "aggregator", OPERATION_SCHEDULE, &out,
		&(struct signer){.key = n->m.aggregator_key});
}

/* What a role says of the last schedule that is kept. */
static inline void network_say_of_last(
	struct network_market *n, enum network_role role, enum approval_verdict verdict)
{
	const struct schedules *t = &n->m.engine.market->ledger.schedules;
	char text[512];
	struct out out;

	assert_int_not_equal(t->count, 0);
	out_init(&out, text, sizeof text);
	net_form_write_approve(&out, network_address(n, (int)role), t->rows[t->count - 1].id,
		verdict, verdict == APPROVAL_CHANGE ? "too much at noon" : "");
	network_say(n, role, OPERATION_APPROVE, &out);
}

#endif
