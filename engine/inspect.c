#include "engine/inspect.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "engine/key_cache.h"
#include "wire/text.h"

struct inspector {
	struct keyring *keyring;
	const char *market;
	enum key_alg address_alg;
	struct key_cache *keys;
	struct request_workspace workspace;
	struct request request;
};

enum err inspector_new(struct keyring *keyring, const char *market, enum key_alg address_alg,
	struct inspector **ret)
{
	struct inspector *i = calloc(1, sizeof *i);

	if (!i)
		return ERR_NOMEM;
	i->keyring = keyring;
	i->market = market;
	i->address_alg = address_alg;
	if (key_cache_new(INSPECT_KEYS_BITS, &i->keys) != ERR_OK) {
		free(i);
		return ERR_NOMEM;
	}
	*ret = i;
	return ERR_OK;
}

void inspector_free(struct inspector *i)
{
	if (!i)
		return;
	key_cache_free(i->keys);
	free(i);
}

bool inspector_knows_operator(const struct inspector *i, const char *user)
{
	struct keyring_client client;

	return keyring_client(i->keyring, user, &client) && client.kind == CLIENT_OPERATOR;
}

void inspected_free(struct inspected *inspected)
{
	if (!inspected)
		return;
	free(inspected->borrowed);
	free(inspected);
}

void verified_free(struct verified *v)
{
	if (!v)
		return;
	inspected_free(v->inspected);
	free(v);
}

static enum verdict refuse(struct inspect_refusal *r, const char *field, enum verdict verdict)
{
	snprintf(r->field, sizeof r->field, "%s", field);
	return verdict;
}

/* Whether key signed input; the verdict `no` if not. */
static enum verdict check_signature(struct inspector *i, const struct public_key *key,
	const uint8_t *digest, const char *input, size_t len, const uint8_t *signature,
	enum verdict no)
{
	const struct verify_key *verify = key_cache_get(i->keys, key);

	if (!verify)
		return VERDICT_KEY_WEAK;
	return verify_key_check(verify, digest, input, len, signature) == VERIFY_OK ? VERDICT_OK
										    : no;
}

/* Each key that a request brings must be sound, and its sender have it. */
static enum verdict check_proofs(struct inspector *i, struct inspect_refusal *refusal)
{
	const struct request *r = &i->request;
	char object[CLIENT_ID_MAX + 24 + TEXT_HEX_LEN(HASH_LEN) + 3];

	for (size_t n = 0; n < r->proof_count; n++) {
		const struct key_proof *p = &r->proofs[n];
		struct verify_key *key = NULL;
		size_t len = signing_pop_object(
			r->client_id, p->subject, &p->key, object, sizeof object);
		enum verify_result result;
		if (r->operation == OPERATION_ADDRESSES && p->key.alg != i->address_alg)
			return refuse(refusal, "parameters.keys.key", VERDICT_KEY_WEAK);
		if (verify_key_new(&p->key, &key) != ERR_OK)
			return refuse(refusal, "parameters.keys.key", VERDICT_KEY_WEAK);
		result = signing_check(key, "pop", i->market, object, len, p->proof);
		verify_key_free(key);
		if (result != VERIFY_OK)
			return refuse(refusal, "parameters.keys.pop", VERDICT_NO_POSSESSION);
	}
	return VERDICT_OK;
}

/* The key that must have signed: the address's, or the identity's, or that which the register of a
 * home without one brings. */
static enum verdict signing_key(struct inspector *i, const struct keyring_client *client,
	struct public_key *key, struct inspect_refusal *refusal)
{
	const struct request *r = &i->request;
	uint32_t home = 0;

	if (operation_class_of(r->operation) == OPERATION_BY_ADDRESS) {
		const struct address *a = &r->command.u.tx.address;
		if (!keyring_address(i->keyring, a, key, &home) || home != client->home)
			return refuse(refusal, "parameters.address", VERDICT_UNKNOWN_ADDRESS);
		return VERDICT_OK;
	}
	*key = client->ems;
	if (r->operation == OPERATION_REGISTER && client->status == HOME_INVITED) {
		const struct enrolled_key *e = &r->command.u.registration.ems;
		*key = (struct public_key){.alg = (enum key_alg)e->alg, .len = e->key.len};
		memcpy(key->bytes, e->key.bytes, sizeof key->bytes);
	}
	return VERDICT_OK;
}

static enum verdict check_meter(
	struct inspector *i, const struct keyring_client *client, struct inspect_refusal *refusal)
{
	const struct request *r = &i->request;
	enum verdict v;

	if (r->is_observation || r->operation != OPERATION_STATE)
		return VERDICT_OK;
	if (client->meter.len == 0 ||
		strcmp(client->meter_serial, r->command.u.reading.meter_serial) != 0)
		return refuse(refusal, "parameters.meter", VERDICT_UNKNOWN_METER);
	v = check_signature(i, &client->meter, r->reading_digest, r->reading_input,
		r->reading_input_len, r->meter_signature, VERDICT_BAD_METER_SIGNATURE);
	return v == VERDICT_OK ? v : refuse(refusal, "parameters.meter_signature", v);
}

static enum verdict check_client(const struct keyring_client *client, const struct request *r)
{
	bool operators = operation_class_of(r->operation) == OPERATION_BY_OPERATOR;

	if (client->status == HOME_REVOKED)
		return VERDICT_REVOKED;
	if (client->status == HOME_INVITED && r->operation != OPERATION_REGISTER)
		return VERDICT_NOT_REGISTERED;
	if (operators != (client->kind == CLIENT_OPERATOR))
		return VERDICT_NOT_ALLOWED;
	return VERDICT_OK;
}

/* All that needs keys. */
static enum verdict check_keys(
	struct inspector *i, struct keyring_client *client, struct inspect_refusal *refusal)
{
	const struct request *r = &i->request;
	struct public_key key;
	enum verdict v;

	if (!keyring_client(i->keyring, r->client_id, client))
		return refuse(refusal, "clientId", VERDICT_UNKNOWN_HOME);
	v = check_client(client, r);
	if (v != VERDICT_OK)
		return refuse(refusal, "clientId", v);
	v = signing_key(i, client, &key, refusal);
	if (v != VERDICT_OK || !r->is_signed)
		return v;
	v = check_signature(
		i, &key, r->id, r->input, r->input_len, r->signature, VERDICT_BAD_SIGNATURE);
	if (v != VERDICT_OK)
		return refuse(refusal, "signature", v);
	v = check_proofs(i, refusal);
	return v == VERDICT_OK ? check_meter(i, client, refusal) : v;
}

/* A copy of what the command borrows from the workspace, and the command borrows that. */
static bool keep_borrowed(struct inspected *k)
{
	struct command *c = &k->command;
	struct limits_window *limits = NULL;
	struct net_window *window = NULL;
	const void *from = NULL;
	size_t size = 0;

	if (c->kind == COMMAND_TX && c->u.tx.kind == TX_SCHEDULE)
		window = &c->u.tx.u.schedule;
	else if (c->kind == COMMAND_TX && c->u.tx.kind == TX_LIMITS)
		limits = &c->u.tx.u.limits;
	else if (c->kind == COMMAND_BASELINE)
		window = &c->u.baseline.window;
	if (c->kind == COMMAND_ADDRESSES) {
		from = c->u.addresses.keys;
		size = c->u.addresses.count * sizeof *c->u.addresses.keys;
	} else if (window) {
		from = window->net_wh;
		size = window->count * sizeof *window->net_wh;
	} else if (limits) {
		from = limits->export_wh;
		size = NET_VALUES_MAX * sizeof *limits->export_wh;
	}
	if (size == 0)
		return true;
	k->borrowed = malloc(size);
	if (!k->borrowed)
		return false;
	memcpy(k->borrowed, from, size);
	if (c->kind == COMMAND_ADDRESSES)
		c->u.addresses.keys = k->borrowed;
	else if (limits)
		*limits = (struct limits_window){.first_slot = limits->first_slot,
			.count = limits->count,
			.export_wh = k->borrowed,
			.import_wh = (const int32_t *)k->borrowed + SCHEDULE_SLOTS_MAX};
	else
		window->net_wh = k->borrowed;
	return true;
}

/* Copy what outlives the workspace. NULL without memory. */
static struct inspected *keep(const struct request *r, uint32_t home)
{
	struct inspected *k = calloc(1, sizeof *k + r->body_len + 1);

	if (!k)
		return NULL;
	k->operation = r->operation;
	memcpy(k->client_id, r->client_id, sizeof k->client_id);
	memcpy(k->req_id, r->req_id, sizeof k->req_id);
	k->home = home;
	k->date_ms = r->date_ms;
	memcpy(k->id, r->id, HASH_LEN);
	memcpy(k->signature, r->signature, SIGNATURE_LEN);
	k->is_signed = r->is_signed;
	k->is_observation = r->is_observation;
	k->is_command = r->is_command;
	k->command = r->command;
	k->command.home = home;
	if (r->command.kind == COMMAND_TX) {
		k->command.u.tx.date_ms = r->date_ms;
		memcpy(k->command.u.tx.id, r->id, HASH_LEN);
		memcpy(k->command.u.tx.signature_hash, r->signature_hash, HASH_LEN);
	}
	k->sync_from = r->sync_from;
	k->sync_to = r->sync_to;
	memcpy(k->observation, r->observation, sizeof k->observation);
	k->body_len = r->body_len;
	memcpy(k->body, r->body, r->body_len);
	if (!keep_borrowed(k)) {
		free(k);
		return NULL;
	}
	return k;
}

void inspect_explain(const struct request_error *error, enum verdict v, struct inspect_refusal *r)
{
	snprintf(r->field, sizeof r->field, "%s", error->field);
	if (v == VERDICT_BAD_JSON)
		snprintf(r->rule, sizeof r->rule, "line %u, column %u: %.70s", error->json.line,
			error->json.column, json_rule_text(error->json.rule));
}

enum verdict inspect(struct inspector *i, const char *user, enum operation operation,
	const char *text, size_t len, struct inspected **ret, struct inspect_refusal *refusal)
{
	struct request *r = &i->request;
	struct keyring_client client = {.home = 0};
	struct request_error error;
	enum verdict v;

	memset(refusal, 0, sizeof *refusal);
	snprintf(refusal->client_id, sizeof refusal->client_id, "%s", user);
	v = request_read(&i->workspace, i->market, operation, text, len, r, &error);
	memcpy(refusal->req_id, r->req_id, sizeof refusal->req_id);
	if (v != VERDICT_OK)
		inspect_explain(&error, v, refusal);
	else if (strcmp(r->client_id, user) != 0)
		v = refuse(refusal, "clientId", VERDICT_WRONG_CLIENT);
	else
		v = check_keys(i, &client, refusal);
	if (v == VERDICT_OK && !(*ret = keep(r, client.home)))
		v = VERDICT_BUSY;
	refusal->verdict = v;
	return v;
}
