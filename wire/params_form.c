#include "wire/params_form.h"
#include <string.h>
#include "core/approval.h"
#include "core/cpf.h"
#include "core/params_change.h"
#include "core/units.h"
#include "wire/digest.h"
#include "wire/tx_form.h"

/* The integers among the parameters: name in JSON, place in struct params. */
static const struct {
	const char *name;
	size_t offset;
} numbers[] = {
	{"boundary_s", offsetof(struct params, boundary_s)},
	{"date_window_s", offsetof(struct params, date_window_s)},
	{"gate_lead_min_s", offsetof(struct params, gate_lead_min_s)},
	{"gate_lead_s", offsetof(struct params, gate_lead_s)},
	{"horizon_slots", offsetof(struct params, horizon_slots)},
	{"penalty_mc_per_kwh", offsetof(struct params, penalty_mc_per_kwh)},
	{"poe_floor_w", offsetof(struct params, poe_floor_w)},
	{"rate", offsetof(struct params, rate)},
	{"real_start_ms", offsetof(struct params, real_start_ms)},
	{"reward_uc", offsetof(struct params, reward_uc)},
	{"seal_wait_s", offsetof(struct params, seal_wait_s)},
	{"slot_s", offsetof(struct params, slot_s)},
	{"start_ms", offsetof(struct params, start_ms)},
};

enum { NUMBERS = sizeof numbers / sizeof *numbers };

static int64_t number_of(const struct params *p, int i)
{
	int64_t value;

	memcpy(&value, (const char *)p + numbers[i].offset, sizeof value);
	return value;
}

static void write_roles(struct out *out, const struct genesis *g)
{
	out_printf(out, "[");
	for (uint32_t i = 0; i < g->params.role_count; i++) {
		const struct role_params *r = &g->params.roles[i];
		struct public_key key = {.alg = g->address_alg, .len = r->key.len};
		char text[KEY_TEXT_MAX + 1];
		memcpy(key.bytes, r->key.bytes, sizeof key.bytes);
		key_print(&key, text);
		out_printf(out, "%s{\"credit_limit_uc\":%lld,\"key\":\"%s\",\"name\":\"%s\"}",
			i ? "," : "", (long long)r->credit_limit_uc, text, r->name);
	}
	out_printf(out, "]");
}

/* What is settled beside trade, in the order of the names; of a market that settles nothing of it
 * there is no such member, so that the rules of before have the hash of before. */
static const struct {
	const char *name;
	size_t offset;
} settlement[] = {
	{"fee_buyer_mc_per_kwh", offsetof(struct params, fee_buyer_mc_per_kwh)},
	{"fee_seller_mc_per_kwh", offsetof(struct params, fee_seller_mc_per_kwh)},
	{"imbalance_long_mc_per_kwh", offsetof(struct params, imbalance_long_mc_per_kwh)},
	{"imbalance_short_mc_per_kwh", offsetof(struct params, imbalance_short_mc_per_kwh)},
};

enum { SETTLEMENTS = sizeof settlement / sizeof *settlement };

static void write_settlement(struct out *out, const struct params *p)
{
	for (int i = 0; i < SETTLEMENTS && params_settles(p); i++) {
		int64_t value;
		memcpy(&value, (const char *)p + settlement[i].offset, sizeof value);
		out_printf(out, "%s\"%s\":%lld", i ? "," : ",\"settlement\":{", settlement[i].name,
			(long long)value);
	}
	if (params_settles(p))
		out_printf(out, "}");
}

/* Members in alphabetical order: the canonical form. */
void params_form_write(struct out *out, const struct genesis *g)
{
	const struct params *p = &g->params;
	char key[KEY_TEXT_MAX + 1];
	int n = 0;

	key_print(&g->operator_key, key);
	out_printf(out, "{\"address_alg\":\"%s\"", key_alg_name(g->address_alg));
	if (network_role_any(p))
		out_printf(out, ",\"approval_lead_s\":%lld,\"approval_silence\":\"%s\"",
			(long long)p->approval_lead_s,
			silence_name((enum silence)p->approval_silence));
	out_printf(out, ",\"book\":\"%s\"", book_kind_name((enum book_kind)p->book));
	out_printf(out, ",\"boundary_s\":%lld", (long long)number_of(p, n++));
	for (; n < 5; n++)
		out_printf(out, ",\"%s\":%lld", numbers[n].name, (long long)number_of(p, n));
	out_printf(out, ",\"limit_inclusive\":%s,\"measure\":\"%s\",\"name\":\"%s\"",
		p->limit_inclusive ? "true" : "false", measure_name((enum measure)p->measure),
		g->name);
	out_printf(out, ",\"operator_key\":\"%s\"", key);
	for (; n < 10; n++)
		out_printf(out, ",\"%s\":%lld", numbers[n].name, (long long)number_of(p, n));
	out_printf(out, ",\"roles\":");
	write_roles(out, g);
	out_printf(out, ",\"rule\":\"%s\"", rule_name((enum rule)p->rule));
	out_printf(out, ",\"%s\":%lld", numbers[n].name, (long long)number_of(p, n));
	write_settlement(out, p);
	for (n++; n < NUMBERS; n++)
		out_printf(out, ",\"%s\":%lld", numbers[n].name, (long long)number_of(p, n));
	out_printf(out, ",\"tariff\":{\"export_mc_per_kwh\":%lld,\"import_mc_per_kwh\":%lld}}",
		(long long)g->params.export_mc_per_kwh, (long long)g->params.import_mc_per_kwh);
}

void rules_write(struct out *out, const struct genesis *g)
{
	out_printf(out, "{\"cpf_table\":[");
	for (int i = CPF_MIN + 1; i <= CPF_MAX; i++)
		out_printf(out, "%s%d", i > CPF_MIN + 1 ? "," : "", (int)cpf_threshold_wh(i));
	out_printf(out, "],\"parameters\":");
	params_form_write(out, g);
	out_printf(out, ",\"version\":%d}", RULES_VERSION);
}

bool rules_hash(const struct genesis *g, uint8_t hash[HASH_LEN])
{
	char rules[GENESIS_TEXT_MAX];
	struct out out;

	out_init(&out, rules, sizeof rules);
	rules_write(&out, g);
	if (out_end(&out) == 0)
		return false;
	digest_sha256(rules, out.len, hash);
	return true;
}

/* How members are named in refusals. */
static const struct paths {
	const char *set, *roles, *settlement, *tariff;
} places[] = {
	[PARAMS_OF_GENESIS] = {"rules.parameters.", "rules.parameters.roles.",
		"rules.parameters.settlement.", "rules.parameters.tariff."},
	[PARAMS_OF_TX] = {"parameters.parameters.", "parameters.parameters.roles.",
		"parameters.parameters.settlement.", "parameters.parameters.tariff."},
	[PARAMS_OF_MARKET] = {"current.parameters.", "current.parameters.roles.",
		"current.parameters.settlement.", "current.parameters.tariff."},
};

static void read_key(
	struct form *f, struct form_object *o, const char *name, struct public_key *key)
{
	char text[KEY_TEXT_MAX + 1];

	form_string(f, o, name, text, sizeof text);
	if (f->verdict == VERDICT_OK &&
		(key_parse(text, strlen(text), key) != ERR_OK || key_check(key) != ERR_OK))
		form_fail(f, o->path, name, VERDICT_KEY_WEAK);
}

/* Two roles share neither name nor key, and none is the operator's namesake: each is a client, and
 * each key's address an account. */
static bool role_is_new(const struct genesis *g, const struct role_params *r)
{
	if (strcmp(r->name, "operator") == 0)
		return false;
	for (uint32_t i = 0; i < g->params.role_count; i++) {
		const struct role_params *other = &g->params.roles[i];
		if (strcmp(other->name, r->name) == 0 ||
			address_equal(&other->address, &r->address))
			return false;
	}
	return true;
}

static void read_role(struct form *f, uint32_t node, const struct paths *paths, struct genesis *g)
{
	struct form_object o = form_enter(f, node, paths->roles);
	struct role_params *r = &g->params.roles[g->params.role_count];
	struct public_key key = {.len = 0};

	form_string(f, &o, "name", r->name, sizeof r->name);
	form_int(f, &o, "credit_limit_uc", 0, AMOUNT_UC_MAX, &r->credit_limit_uc);
	read_key(f, &o, "key", &key);
	form_leave(f, &o);
	if (f->verdict != VERDICT_OK)
		return;
	r->key.len = key.len;
	memcpy(r->key.bytes, key.bytes, sizeof r->key.bytes);
	tx_form_key_address(&r->key, &r->address);
	if (key.alg != g->address_alg || !client_id_valid(r->name) || !role_is_new(g, r))
		form_fail(f, paths->set, "roles", VERDICT_BAD_FIELD);
	else
		g->params.role_count++;
}

static void read_roles(
	struct form *f, struct form_object *o, const struct paths *paths, struct genesis *g)
{
	uint32_t node = form_member(f, o, "roles", true);

	if (f->verdict == VERDICT_OK && (json_type(f->doc, node) != JSON_ARRAY ||
						f->doc->nodes[node].count > PARAMS_ROLES_MAX))
		form_fail(f, o->path, "roles", VERDICT_BAD_FIELD);
	if (f->verdict != VERDICT_OK)
		return;
	for (node = json_first(f->doc, node); node != JSON_NONE; node = json_next(f->doc, node))
		read_role(f, node, paths, g);
}

static void read_names(struct form *f, struct form_object *o, struct genesis *g)
{
	char alg[16], rule[32], measure[32], book[32];

	form_string(f, o, "address_alg", alg, sizeof alg);
	form_string(f, o, "rule", rule, sizeof rule);
	form_string(f, o, "measure", measure, sizeof measure);
	form_string(f, o, "book", book, sizeof book);
	form_string(f, o, "name", g->name, sizeof g->name);
	form_bool(f, o, "limit_inclusive", &g->params.limit_inclusive);
	if (f->verdict == VERDICT_OK && !market_name_valid(g->name))
		form_fail(f, o->path, "name", VERDICT_BAD_FIELD);
	if (f->verdict != VERDICT_OK)
		return;
	g->address_alg = strcmp(alg, key_alg_name(KEY_ED25519)) == 0 ? KEY_ED25519 : KEY_P256;
	g->params.rule = (int)rule_from_name(rule);
	g->params.measure = (int)measure_from_name(measure);
	g->params.book = (int)book_kind_from_name(book);
}

static void read_settlement(
	struct form *f, struct form_object *o, const struct paths *paths, struct params *p)
{
	struct form_object s;

	if (!form_has(f, o, "settlement"))
		return;
	s = form_enter(f, form_member(f, o, "settlement", true), paths->settlement);
	for (int i = 0; i < SETTLEMENTS; i++) {
		int64_t value = 0;
		form_int(f, &s, settlement[i].name, 0, PRICE_MC_MAX, &value);
		memcpy((char *)p + settlement[i].offset, &value, sizeof value);
	}
	form_leave(f, &s);
	if (f->verdict == VERDICT_OK && !params_settles(p))
		form_fail(
			f, o->path, "settlement", VERDICT_BAD_FIELD); /* another hash of the same */
}

/* What only a market with operators of its network has. */
static void read_approval(struct form *f, struct form_object *o, struct genesis *g)
{
	char silence[16];

	if (f->verdict != VERDICT_OK || !network_role_any(&g->params))
		return;
	form_int(f, o, "approval_lead_s", 0, INT64_C(1) << 53, &g->params.approval_lead_s);
	form_string(f, o, "approval_silence", silence, sizeof silence);
	g->params.approval_silence = (int)silence_from_name(silence);
}

void params_form_read(struct form *f, uint32_t node, enum params_place place, struct genesis *g)
{
	const struct paths *paths = &places[place];
	struct form_object o = form_enter(f, node, paths->set);
	struct form_object t;
	const char *field;

	read_names(f, &o, g);
	for (int i = 0; i < NUMBERS; i++) {
		int64_t value = 0;
		form_int(f, &o, numbers[i].name, 0, INT64_C(1) << 53, &value);
		memcpy((char *)&g->params + numbers[i].offset, &value, sizeof value);
	}
	read_key(f, &o, "operator_key", &g->operator_key);
	read_roles(f, &o, paths, g);
	read_settlement(f, &o, paths, &g->params);
	read_approval(f, &o, g);
	t = form_enter(f, form_member(f, &o, "tariff", true), paths->tariff);
	form_int(f, &t, "export_mc_per_kwh", 0, PRICE_MC_MAX, &g->params.export_mc_per_kwh);
	form_int(f, &t, "import_mc_per_kwh", 0, PRICE_MC_MAX, &g->params.import_mc_per_kwh);
	form_leave(f, &t);
	form_leave(f, &o);
	if (f->verdict == VERDICT_OK && params_check(&g->params, &field) != VERDICT_OK)
		form_fail(f, paths->set, field, VERDICT_OUT_OF_RANGE);
}

const char *params_form_fixed(const struct genesis *a, const struct genesis *b)
{
	if (strcmp(a->name, b->name) != 0)
		return "name";
	if (a->address_alg != b->address_alg)
		return "address_alg";
	if (a->operator_key.alg != b->operator_key.alg ||
		a->operator_key.len != b->operator_key.len ||
		memcmp(a->operator_key.bytes, b->operator_key.bytes, a->operator_key.len) != 0)
		return "operator_key";
	return params_fixed_difference(&a->params, &b->params);
}
