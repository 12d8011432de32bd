#include "wire/request_form.h"
#include <stdio.h>
#include <string.h>
#include "core/units.h"
#include "wire/digest.h"
#include "wire/jcs.h"
#include "wire/params_change_form.h"
#include "wire/tx_form.h"

static void read_tx(
	struct form *f, struct request_workspace *w, uint32_t parameters, struct request *r)
{
	struct tx *tx = &r->command.u.tx;

	r->command.kind = COMMAND_TX;
	r->is_command = true;
	tx->kind = tx_kind_from_name(operation_name(r->operation));
	tx_form_read(f, parameters, tx, NULL, w->values);
}

static void read_key(struct form *f, struct form_object *o, struct key_proof *proof)
{
	char text[KEY_TEXT_MAX + 1];

	form_string(f, o, "key", text, sizeof text);
	if (f->verdict == VERDICT_OK && key_parse(text, strlen(text), &proof->key) != ERR_OK)
		form_fail(f, o->path, "key", VERDICT_BAD_FIELD);
	form_bytes(f, o, "pop", proof->proof, SIGNATURE_LEN);
}

static struct enrolled_key enrolled(const struct public_key *key)
{
	struct enrolled_key e = {.alg = (int)key->alg, .key = {.len = key->len}};

	memcpy(e.key.bytes, key->bytes, sizeof e.key.bytes);
	return e;
}

/* One entry of register's keys: a role among `ems` and `meter`, each once. */
static void read_role_key(
	struct form *f, uint32_t node, struct request_workspace *w, struct request *r)
{
	struct form_object o = form_enter(f, node, "parameters.keys.");
	struct key_proof *proof = &w->proofs[r->proof_count];
	struct enrolled_key *to = NULL;

	form_string(f, &o, "role", proof->subject, sizeof proof->subject);
	read_key(f, &o, proof);
	form_leave(f, &o);
	if (f->verdict != VERDICT_OK)
		return;
	if (strcmp(proof->subject, "ems") == 0)
		to = &r->command.u.registration.ems;
	else if (strcmp(proof->subject, "meter") == 0)
		to = &r->command.u.registration.meter;
	if (!to || to->key.len != 0) {
		form_fail(f, o.path, "role", VERDICT_BAD_FIELD);
		return;
	}
	*to = enrolled(&proof->key);
	r->proof_count++;
}

static uint32_t array_first(struct form *f, struct form_object *o, const char *name, size_t max)
{
	uint32_t node = form_member(f, o, name, true);

	if (f->verdict == VERDICT_OK &&
		(json_type(f->doc, node) != JSON_ARRAY || f->doc->nodes[node].count > max))
		form_fail(f, o->path, name, VERDICT_BAD_FIELD);
	return f->verdict == VERDICT_OK ? json_first(f->doc, node) : JSON_NONE;
}

static void read_mode(struct form *f, struct form_object *o, enum mode *out)
{
	char text[8];

	form_string(f, o, "mode", text, sizeof text);
	if (f->verdict != VERDICT_OK)
		return;
	*out = mode_from_name(text);
	if (!*out)
		form_fail(f, o->path, "mode", VERDICT_BAD_FIELD);
}

static void read_register(
	struct form *f, struct request_workspace *w, uint32_t parameters, struct request *r)
{
	struct form_object o = form_enter(f, parameters, "parameters.");
	char code[64];

	r->command.kind = COMMAND_REGISTER;
	r->is_command = true;
	form_string(f, &o, "code", code, sizeof code);
	read_mode(f, &o, &r->command.u.registration.mode);
	for (uint32_t n = array_first(f, &o, "keys", 2); n != JSON_NONE; n = json_next(f->doc, n))
		read_role_key(f, n, w, r);
	form_leave(f, &o);
	if (f->verdict != VERDICT_OK)
		return;
	digest_sha256(code, strlen(code), r->command.u.registration.code_hash);
	r->proofs = w->proofs;
	if (r->command.u.registration.ems.key.len == 0)
		form_fail(f, "parameters.", "keys", VERDICT_BAD_FIELD);
}

static void read_slot_key(
	struct form *f, uint32_t node, struct request_workspace *w, struct request *r)
{
	struct form_object o = form_enter(f, node, "parameters.keys.");
	struct key_proof *proof = &w->proofs[r->proof_count];
	struct slot_key *key = &w->slot_keys[r->proof_count];

	form_int(f, &o, "slot", 0, INT32_MAX, &key->slot);
	read_key(f, &o, proof);
	form_leave(f, &o);
	if (f->verdict != VERDICT_OK)
		return;
	snprintf(proof->subject, sizeof proof->subject, "%lld", (long long)key->slot);
	key->key = enrolled(&proof->key).key;
	tx_form_key_address(&key->key, &key->address);
	r->proof_count++;
}

static void read_addresses(
	struct form *f, struct request_workspace *w, uint32_t parameters, struct request *r)
{
	struct form_object o = form_enter(f, parameters, "parameters.");
	uint32_t n = array_first(f, &o, "keys", COMMAND_ADDRESSES_MAX);

	for (; n != JSON_NONE; n = json_next(f->doc, n))
		read_slot_key(f, n, w, r);
	form_leave(f, &o);
	r->command.kind = COMMAND_ADDRESSES;
	r->is_command = true;
	r->command.u.addresses.keys = w->slot_keys;
	r->command.u.addresses.count = r->proof_count;
	r->proofs = w->proofs;
}

void request_form_registers(
	struct form *f, struct form_object *o, int64_t first_slot, struct request *r)
{
	struct reading *reading = &r->command.u.reading.reading;

	form_string(f, o, "meter", r->command.u.reading.meter_serial,
		sizeof r->command.u.reading.meter_serial);
	form_int(f, o, "slot", first_slot, INT32_MAX, &reading->slot);
	form_date(f, o, "taken", &reading->taken_ms);
	for (int i = 0; i < REGISTER_COUNT; i++)
		form_int(f, o, register_name((enum register_name)i), 0, REGISTER_WH_MAX,
			&reading->registers.wh[i]);
	form_bytes(f, o, "meter_signature", r->meter_signature, SIGNATURE_LEN);
}

/* The meter's own signing input: the parameters without its signature. */
static void reading_input(struct form *f, struct request_workspace *w, const char *market,
	uint32_t parameters, struct request *r)
{
	static const char *const skip[] = {"meter_signature", NULL};
	size_t prefix = signing_prefix("reading", market, w->reading_input);
	size_t len = jcs_write(f->doc, parameters, skip, w->reading_input + prefix,
		sizeof w->reading_input - prefix);

	r->reading_input = w->reading_input;
	r->reading_input_len = prefix + len;
	digest_sha256(r->reading_input, r->reading_input_len, r->reading_digest);
}

static void read_state(struct form *f, struct request_workspace *w, const char *market,
	uint32_t parameters, struct request *r)
{
	struct form_object o = form_enter(f, parameters, "parameters.");
	int64_t quarter = 0;

	form_string(f, &o, "item", r->observation[0], sizeof r->observation[0]);
	r->is_observation = strcmp(r->observation[0], "registers") != 0;
	if (r->is_observation) {
		form_string(f, &o, "name", r->observation[1], sizeof r->observation[1]);
		form_string(f, &o, "value", r->observation[2], sizeof r->observation[2]);
		form_leave(f, &o);
		return;
	}
	r->command.kind = COMMAND_READING;
	r->is_command = true;
	request_form_registers(f, &o, -1, r);
	if (form_has(f, &o, "quarter")) {
		form_int(f, &o, "quarter", 1, QUARTERS_READ, &quarter);
		r->command.u.reading.reading.quarter = (int)quarter;
	}
	form_leave(f, &o);
	if (f->verdict == VERDICT_OK)
		reading_input(f, w, market, parameters, r);
}

static void read_sync(struct form *f, uint32_t parameters, struct request *r)
{
	struct form_object o = form_enter(f, parameters, "parameters.");
	int64_t from = 0, to = 0;

	form_int(f, &o, "from", 1, INT32_MAX, &from);
	form_int(f, &o, "to", from, INT32_MAX, &to);
	form_leave(f, &o);
	r->sync_from = (uint64_t)from;
	r->sync_to = (uint64_t)to;
}

static void read_home_add(struct form *f, uint32_t parameters, struct request *r)
{
	struct form_object o = form_enter(f, parameters, "parameters.");
	struct home_terms *t = &r->command.u.home_add;

	r->command.kind = COMMAND_HOME_ADD;
	form_string(f, &o, "clientId", t->client_id, sizeof t->client_id);
	form_string(f, &o, "meter_type", t->meter_type, sizeof t->meter_type);
	form_string(f, &o, "meter_serial", t->meter_serial, sizeof t->meter_serial);
	form_int(f, &o, "pv_w", 0, RATING_W_MAX, &t->ratings.pv_w);
	form_int(f, &o, "battery_w", 0, RATING_W_MAX, &t->ratings.battery_w);
	form_int(f, &o, "fuse_w", 0, RATING_W_MAX, &t->ratings.fuse_w);
	form_hash(f, &o, "code_hash", t->code_hash);
	form_leave(f, &o);
}

/* A rating that may be left out; whether it is there. */
static bool read_rating(struct form *f, struct form_object *o, const char *name, int64_t *out)
{
	*out = RATING_STAYS;
	if (!form_has(f, o, name))
		return false;
	form_int(f, o, name, 0, RATING_W_MAX, out);
	return true;
}

/* A new meter: none of its members, or all. */
static bool read_new_meter(struct form *f, struct form_object *o, struct home_change *c)
{
	c->new_meter = form_has(f, o, "meter_type");
	c->new_meter = form_has(f, o, "meter_serial") || c->new_meter;
	c->new_meter = form_has(f, o, "code_hash") || c->new_meter;
	if (!c->new_meter)
		return false;
	form_string(f, o, "meter_type", c->meter_type, sizeof c->meter_type);
	form_string(f, o, "meter_serial", c->meter_serial, sizeof c->meter_serial);
	form_hash(f, o, "code_hash", c->code_hash);
	return true;
}

/* A mode and the slot from which it counts. */
static void read_span(struct form *f, struct form_object *o, struct mode_span *ret)
{
	form_int(f, o, "from_slot", 0, INT32_MAX, &ret->from_slot);
	read_mode(f, o, &ret->mode);
}

/* A new mode: both of its members, or none. */
static bool read_new_mode(struct form *f, struct form_object *o, struct home_change *c)
{
	if (!form_has(f, o, "mode") && !form_has(f, o, "from_slot"))
		return false;
	read_span(f, o, &c->mode);
	return true;
}

static void read_home_change(struct form *f, uint32_t parameters, struct request *r)
{
	struct form_object o = form_enter(f, parameters, "parameters.");
	struct home_change *c = &r->command.u.home_change;
	bool any;

	r->command.kind = COMMAND_HOME_CHANGE;
	form_string(f, &o, "clientId", c->client_id, sizeof c->client_id);
	any = read_rating(f, &o, "pv_w", &c->ratings.pv_w);
	any = read_rating(f, &o, "battery_w", &c->ratings.battery_w) || any;
	any = read_rating(f, &o, "fuse_w", &c->ratings.fuse_w) || any;
	any = read_new_meter(f, &o, c) || any;
	any = read_new_mode(f, &o, c) || any;
	form_leave(f, &o);
	if (!any)
		form_fail(f, "", "parameters", VERDICT_BAD_FIELD);
}

/* home-revoke, deposit and withdraw. */
static void read_client(struct form *f, uint32_t parameters, struct request *r)
{
	struct form_object o = form_enter(f, parameters, "parameters.");

	if (r->operation != OPERATION_HOME_REVOKE) {
		r->command.kind =
			r->operation == OPERATION_DEPOSIT ? COMMAND_DEPOSIT : COMMAND_WITHDRAW;
		form_string(f, &o, "clientId", r->command.u.money.client_id,
			sizeof r->command.u.money.client_id);
		form_int(f, &o, "amount_uc", 1, AMOUNT_UC_MAX, &r->command.u.money.amount_uc);
	} else {
		r->command.kind = COMMAND_HOME_REVOKE;
		form_string(f, &o, "clientId", r->command.u.home_revoke.client_id,
			sizeof r->command.u.home_revoke.client_id);
	}
	form_leave(f, &o);
}

static void read_baseline(
	struct form *f, struct request_workspace *w, uint32_t parameters, struct request *r)
{
	struct form_object o = form_enter(f, parameters, "parameters.");

	r->command.kind = COMMAND_BASELINE;
	r->is_command = true;
	form_string(f, &o, "clientId", r->command.u.baseline.client_id,
		sizeof r->command.u.baseline.client_id);
	net_form_window(f, &o, w->values, &r->command.u.baseline.window);
	form_leave(f, &o);
}

static void read_preference(struct form *f, uint32_t parameters, struct request *r)
{
	struct form_object o = form_enter(f, parameters, "parameters.");

	r->command.kind = COMMAND_PREFERENCE;
	r->is_command = true;
	read_span(f, &o, &r->command.u.preference);
	form_leave(f, &o);
}

static void read_empty(struct form *f, uint32_t parameters)
{
	struct form_object o = form_enter(f, parameters, "parameters.");

	form_leave(f, &o);
}

void request_form_read(struct form *f, struct request_workspace *w, const char *market,
	uint32_t parameters, struct request *r)
{
	switch (r->operation) {
	case OPERATION_BID_OFFER:
	case OPERATION_CANCEL:
	case OPERATION_CPF:
	case OPERATION_SEAL:
	case OPERATION_SCHEDULE:
	case OPERATION_LIMITS:
	case OPERATION_APPROVE:
	case OPERATION_TARIFF:
	case OPERATION_ACTIVATE:
		read_tx(f, w, parameters, r);
		break;
	case OPERATION_STATE:
		read_state(f, w, market, parameters, r);
		break;
	case OPERATION_REGISTER:
		read_register(f, w, parameters, r);
		break;
	case OPERATION_ADDRESSES:
		read_addresses(f, w, parameters, r);
		break;
	case OPERATION_WALLET:
		read_empty(f, parameters);
		break;
	case OPERATION_BASELINE:
		read_baseline(f, w, parameters, r);
		break;
	case OPERATION_PREFERENCE:
		read_preference(f, parameters, r);
		break;
	case OPERATION_SYNC:
		read_sync(f, parameters, r);
		break;
	case OPERATION_HOME_ADD:
		r->is_command = true;
		read_home_add(f, parameters, r);
		break;
	case OPERATION_HOME_CHANGE:
		r->is_command = true;
		read_home_change(f, parameters, r);
		break;
	case OPERATION_HOME_REVOKE:
	case OPERATION_DEPOSIT:
	case OPERATION_WITHDRAW:
		r->is_command = true;
		read_client(f, parameters, r);
		break;
	case OPERATION_PARAMS_SET:
		r->is_command = true;
		r->command.kind = COMMAND_PARAMS;
		params_change_form_read(f, parameters, &r->command.u.params);
		break;
	case OPERATION_NONE:
	case OPERATION_COUNT:
		form_fail(f, "", "operation", VERDICT_UNKNOWN_OPERATION);
	}
}
