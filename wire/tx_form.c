#include "wire/tx_form.h"
#include <string.h>
#include "core/units.h"
#include "wire/digest.h"
#include "wire/imbalance_form.h"
#include "wire/out.h"
#include "wire/params_form.h"
#include "wire/quantity.h"
#include "wire/service_form.h"
#include "wire/text.h"

void tx_form_address(struct form *f, struct form_object *o, const char *name, struct address *out)
{
	char text[64];
	uint8_t bits[ADDRESS_BYTES];

	form_string(f, o, name, text, sizeof text);
	if (f->verdict != VERDICT_OK)
		return;
	if (!address_read(text, strlen(text), bits)) {
		form_fail(f, o->path, name, VERDICT_BAD_FIELD);
		return;
	}
	memset(out, 0, sizeof *out);
	memcpy(out->text, text, ADDRESS_LEN);
}

void tx_form_key_address(const struct address_key *key, struct address *out)
{
	uint8_t hash[HASH_LEN];

	memset(out, 0, sizeof *out);
	digest_sha256(key->bytes, key->len, hash);
	address_from_key_hash(hash, out->text);
}

/* {"unit":...,"value":...}; the paths end with a dot. */
static void unit_value(struct form *f, struct form_object *o, const char *path, const char *name,
	char unit[static QUANTITY_TEXT_MAX], char value[static QUANTITY_TEXT_MAX])
{
	struct form_object q = form_enter(f, form_member(f, o, name, true), path);

	form_string(f, &q, "unit", unit, QUANTITY_TEXT_MAX);
	form_string(f, &q, "value", value, QUANTITY_TEXT_MAX);
	form_leave(f, &q);
}

void tx_form_energy(struct form *f, struct form_object *o, const char *path, const char *name,
	bool zero_allowed, int64_t *out_wh)
{
	char unit[QUANTITY_TEXT_MAX], value[QUANTITY_TEXT_MAX];
	int64_t wh;

	unit_value(f, o, path, name, unit, value);
	if (f->verdict != VERDICT_OK)
		return;
	if (!energy_read(unit, value, &wh))
		form_fail(f, path, "value", VERDICT_BAD_FIELD);
	else if (wh < !zero_allowed || wh > ENERGY_WH_MAX)
		form_fail(f, path, "value", VERDICT_OUT_OF_RANGE);
	else
		*out_wh = wh;
}

void tx_form_price(struct form *f, struct form_object *o, const char *path, const char *name,
	enum side side, int64_t quantity_wh, int64_t *out)
{
	char unit[QUANTITY_TEXT_MAX], value[QUANTITY_TEXT_MAX];
	int64_t mc;

	unit_value(f, o, path, name, unit, value);
	if (f->verdict != VERDICT_OK)
		return;
	if (!price_read(unit, value, side, quantity_wh, &mc))
		form_fail(f, path, "value", VERDICT_BAD_FIELD);
	else if (mc > PRICE_MC_MAX)
		form_fail(f, path, "value", VERDICT_OUT_OF_RANGE);
	else
		*out = mc;
}

/* A member that names one of a few; 0 from `number` is no name. */
static int read_name(
	struct form *f, struct form_object *o, const char *name, int (*number)(const char *))
{
	char text[32];
	int n;

	form_string(f, o, name, text, sizeof text);
	if (f->verdict != VERDICT_OK)
		return 0;
	n = number(text);
	if (n == 0)
		form_fail(f, o->path, name, VERDICT_BAD_FIELD);
	return n;
}

static int side_number(const char *name)
{
	if (strcmp(name, "buy") == 0)
		return SIDE_BUY;
	return strcmp(name, "sell") == 0 ? SIDE_SELL : 0;
}

static int rule_number(const char *name)
{
	return (int)rule_from_name(name);
}

static int measure_number(const char *name)
{
	return (int)measure_from_name(name);
}

static int book_number(const char *name)
{
	return (int)book_kind_from_name(name);
}

static int why_number(const char *name)
{
	return (int)delivery_why_from_name(name);
}

static void read_contract(struct form *f, uint32_t node, struct contract_request *r)
{
	struct form_object o = form_enter(f, node, "parameters.contract.");
	int64_t activation = 0;
	bool inclusive;

	if (form_has(f, &o, "rule"))
		r->rule = (enum rule)read_name(f, &o, "rule", rule_number);
	if (form_has(f, &o, "measure"))
		r->measure = (enum measure)read_name(f, &o, "measure", measure_number);
	if (form_has(f, &o, "book"))
		r->book = (enum book_kind)read_name(f, &o, "book", book_number);
	if (form_has(f, &o, "gate_close"))
		form_date(f, &o, "gate_close", &r->gate_ms);
	if (form_has(f, &o, "slot"))
		form_int(f, &o, "slot", 0, INT32_MAX, &r->slot);
	if (form_has(f, &o, "penalty"))
		tx_form_price(f, &o, "parameters.contract.penalty.", "penalty", SIDE_BUY, 0,
			&r->penalty_mc_per_kwh);
	if (form_has(f, &o, "min_quantity"))
		tx_form_energy(f, &o, "parameters.contract.min_quantity.", "min_quantity", true,
			&r->min_quantity_wh);
	if (form_has(f, &o, "limit_inclusive")) {
		form_bool(f, &o, "limit_inclusive", &inclusive);
		if (f->verdict == VERDICT_OK)
			r->limit_inclusive = inclusive;
	}
	if (form_has(f, &o, "activation"))
		form_int(f, &o, "activation", 1, INT64_C(1) << 53, &activation);
	r->activation = (uint64_t)activation;
	form_leave(f, &o);
}

static void read_cpf(struct form *f, struct form_object *o, int *out)
{
	uint32_t node = form_member(f, o, "cpf", true);
	int64_t value;

	if (f->verdict != VERDICT_OK)
		return;
	if (!json_hundredths(f->doc, node, &value))
		form_fail(f, o->path, "cpf", VERDICT_BAD_FIELD);
	else if (value < 1 || value > 100)
		form_fail(f, o->path, "cpf", VERDICT_OUT_OF_RANGE);
	else
		*out = (int)value;
}

static void read_bid(struct form *f, struct form_object *o, struct tx *tx)
{
	struct tx_bid *bid = &tx->u.bid;
	struct form_object b = form_enter(f, form_member(f, o, "bid", true), "parameters.bid.");
	int64_t auction = 0;

	bid->request = (struct contract_request){.gate_ms = CONTRACT_UNSET,
		.slot = CONTRACT_UNSET,
		.penalty_mc_per_kwh = CONTRACT_UNSET,
		.min_quantity_wh = CONTRACT_UNSET,
		.limit_inclusive = CONTRACT_UNSET};
	bid->side = (enum side)read_name(f, &b, "type", side_number);
	tx_form_energy(f, &b, "parameters.bid.energy.", "energy", false, &bid->quantity_wh);
	tx_form_price(f, &b, "parameters.bid.price.", "price", bid->side, bid->quantity_wh,
		&bid->price_mc_per_kwh);
	form_leave(f, &b);
	if (form_has(f, o, "auction"))
		form_int(f, o, "auction", 1, INT64_C(1) << 53, &auction);
	bid->auction = (uint64_t)auction;
	if (form_has(f, o, "all_or_nothing"))
		form_bool(f, o, "all_or_nothing", &bid->all_or_nothing);
	if (form_has(f, o, "contract")) {
		if (auction != 0)
			form_fail(f, o->path, "contract", VERDICT_BAD_FIELD);
		read_contract(f, form_member(f, o, "contract", true), &bid->request);
	}
	if (form_has(f, o, "cpf"))
		read_cpf(f, o, &tx->cpf_hundredths);
}

static void read_signed(
	struct form *f, struct form_object *o, struct tx *tx, int32_t values[NET_VALUES_MAX])
{
	int64_t number = 0;

	tx_form_address(f, o, "address", &tx->address);
	if (tx->kind == TX_BID_OFFER) {
		read_bid(f, o, tx);
	} else if (tx->kind == TX_CANCEL) {
		form_int(f, o, "order", 1, INT64_C(1) << 53, &number);
		tx->u.cancel.order = (uint64_t)number;
	} else if (tx->kind == TX_CPF) {
		read_cpf(f, o, &tx->cpf_hundredths);
	} else if (tx->kind == TX_SCHEDULE) {
		net_form_window(f, o, values, &tx->u.schedule);
	} else if (tx->kind == TX_LIMITS) {
		net_form_limits(f, o, values, &tx->u.limits);
	} else if (tx->kind == TX_APPROVE) {
		net_form_approve(f, o, tx);
	} else if (tx->kind == TX_TARIFF) {
		service_form_tariff(f, o, values, &tx->u.tariff);
	} else if (tx->kind == TX_ACTIVATE) {
		service_form_activate(f, o, &tx->u.activate);
	} else {
		form_int(f, o, "height", 1, INT32_MAX, &number);
		tx->u.seal.height = (uint64_t)number;
		form_hash(f, o, "header_hash", tx->u.seal.header_hash);
	}
}

static void read_admit(struct form *f, struct form_object *o, struct tx *tx, struct tx_room *room)
{
	uint32_t keys = form_member(f, o, "keys", true);
	size_t n = 0;

	form_int(f, o, "slot", 0, INT32_MAX, &tx->u.admit.slot);
	if (f->verdict == VERDICT_OK && json_type(f->doc, keys) != JSON_ARRAY)
		form_fail(f, o->path, "keys", VERDICT_BAD_FIELD);
	if (f->verdict != VERDICT_OK)
		return;
	for (uint32_t k = json_first(f->doc, keys); k != JSON_NONE; k = json_next(f->doc, k)) {
		char text[64];
		size_t text_len = 0, len = 0;
		struct address_key *key = &room->keys[n];
		if (n == TX_ADMIT_KEYS_MAX ||
			!json_string(f->doc, k, text, sizeof text, &text_len) ||
			!text_base64url_read(text, text_len, key->bytes, sizeof key->bytes, &len)) {
			form_fail(f, o->path, "keys", VERDICT_BAD_FIELD);
			return;
		}
		memset(key->bytes + len, 0, sizeof key->bytes - len);
		key->len = (uint8_t)len;
		tx_form_key_address(key, &room->addresses[n++]);
	}
	tx->u.admit.addresses = room->addresses;
	tx->u.admit.keys = room->keys;
	tx->u.admit.count = n;
}

static void read_money(struct form *f, struct form_object *o, struct tx *tx)
{
	char account[64];

	form_string(f, o, "account", account, sizeof account);
	memset(&tx->u.money.account, 0, sizeof tx->u.money.account);
	if (f->verdict == VERDICT_OK && strcmp(account, "wallets") != 0)
		tx_form_address(f, o, "account", &tx->u.money.account);
	form_int(f, o, "amount_uc", 1, AMOUNT_UC_MAX, &tx->u.money.amount_uc);
}

/* The whole set, of this very market. */
static void read_params(struct form *f, struct form_object *o, struct tx *tx, struct tx_room *room)
{
	struct genesis *g = &room->changed;
	const char *field;

	form_int(f, o, "from_slot", 0, INT32_MAX, &tx->u.params.from_slot);
	memset(g, 0, sizeof *g);
	params_form_read(f, form_member(f, o, "parameters", true), PARAMS_OF_TX, g);
	if (f->verdict != VERDICT_OK)
		return;
	field = params_form_fixed(g, room->genesis);
	if (field)
		form_fail(f, "parameters.parameters.", field, VERDICT_BAD_TERMS);
	else if (!rules_hash(g, tx->u.params.rules_hash))
		form_fail(f, o->path, "parameters", VERDICT_TOO_LARGE);
	tx->u.params.set = &g->params;
}

static void read_operator(
	struct form *f, struct form_object *o, struct tx *tx, struct tx_room *room)
{
	int64_t number = 0;

	if (tx->kind == TX_CLOCK) {
		form_int(f, o, "due_ms", 0, INT64_C(1) << 53, &tx->u.clock.due_ms);
	} else if (tx->kind == TX_ADMIT) {
		read_admit(f, o, tx, room);
	} else if (tx->kind == TX_STANDING) {
		tx_form_address(f, o, "address", &tx->address);
		read_cpf(f, o, &tx->cpf_hundredths);
	} else if (tx->kind == TX_DELIVERY) {
		form_int(f, o, "order", 1, INT64_C(1) << 53, &number);
		tx->u.delivery.order = (uint64_t)number;
		form_int(f, o, "wh", 0, ENERGY_WH_MAX, &tx->u.delivery.delivered_wh);
		tx->u.delivery.why = (enum delivery_why)read_name(f, o, "why", why_number);
	} else if (tx->kind == TX_PARAMS) {
		read_params(f, o, tx, room);
	} else if (tx->kind == TX_IMBALANCE) {
		imbalance_form_read(f, o, &tx->u.imbalance);
	} else {
		read_money(f, o, tx);
	}
}

void tx_form_read(struct form *f, uint32_t parameters, struct tx *tx, struct tx_room *room,
	int32_t values[NET_VALUES_MAX])
{
	struct form_object o = form_enter(f, parameters, "parameters.");

	if (tx_is_signed(tx->kind) && values)
		read_signed(f, &o, tx, values);
	else if (room && (tx->kind != TX_PARAMS || room->genesis))
		read_operator(f, &o, tx, room);
	else
		form_fail(f, "", "operation", VERDICT_UNKNOWN_OPERATION);
	form_leave(f, &o);
}

static void write_parameters(struct out *out, const struct tx *tx, const struct genesis *genesis)
{
	const struct address *account = &tx->u.money.account;

	if (tx->kind == TX_CLOCK) {
		out_printf(out, "\"due_ms\":%lld", (long long)tx->u.clock.due_ms);
	} else if (tx->kind == TX_ADMIT) {
		out_printf(out, "\"keys\":[");
		for (size_t i = 0; i < tx->u.admit.count; i++) {
			const struct address_key *key = &tx->u.admit.keys[i];
			if (i > 0)
				out_bytes(out, ",", 1);
			out_base64url(out, key->bytes, key->len);
		}
		out_printf(out, "],\"slot\":%lld", (long long)tx->u.admit.slot);
	} else if (tx->kind == TX_STANDING) {
		out_printf(out, "\"address\":\"%s\",\"cpf\":", tx->address.text);
		out_cpf(out, tx->cpf_hundredths);
	} else if (tx->kind == TX_DELIVERY) {
		out_printf(out, "\"order\":%llu,\"wh\":%lld,\"why\":\"%s\"",
			(unsigned long long)tx->u.delivery.order,
			(long long)tx->u.delivery.delivered_wh,
			delivery_why_name(tx->u.delivery.why));
	} else if (tx->kind == TX_PARAMS) {
		struct genesis changed = *genesis;
		changed.params = *tx->u.params.set;
		out_printf(out,
			"\"from_slot\":%lld,\"parameters\":", (long long)tx->u.params.from_slot);
		params_form_write(out, &changed);
	} else if (tx->kind == TX_IMBALANCE) {
		imbalance_form_write(out, &tx->u.imbalance);
	} else {
		out_printf(out, "\"account\":\"%s\",\"amount_uc\":%lld",
			address_is_empty(account) ? "wallets" : account->text,
			(long long)tx->u.money.amount_uc);
	}
}

size_t tx_form_write(const struct tx *tx, const struct genesis *genesis, char *text, size_t size)
{
	struct out out;

	out_init(&out, text, size);
	out_printf(&out, "{\"operation\":\"%s\",\"parameters\":{", tx_kind_name(tx->kind));
	write_parameters(&out, tx, genesis);
	out_printf(&out, "},\"seq\":%llu}", (unsigned long long)tx->seq);
	return out_end(&out);
}
