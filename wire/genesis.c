#include "wire/genesis.h"
#include <stdio.h>
#include <string.h>
#include "core/cpf.h"
#include "core/units.h"
#include "wire/digest.h"
#include "wire/header_form.h"
#include "wire/jcs.h"
#include "wire/out.h"
#include "wire/text.h"
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

/* Members in alphabetical order: the canonical form. */
static void write_parameters(struct out *out, const struct genesis *g)
{
	const struct params *p = &g->params;
	char key[KEY_TEXT_MAX + 1];
	int n = 0;

	key_print(&g->operator_key, key);
	out_printf(out, "{\"address_alg\":\"%s\",\"book\":\"%s\"", key_alg_name(g->address_alg),
		book_kind_name((enum book_kind)p->book));
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
	for (; n < NUMBERS; n++)
		out_printf(out, ",\"%s\":%lld", numbers[n].name, (long long)number_of(p, n));
	out_printf(out, ",\"tariff\":{\"export_mc_per_kwh\":%lld,\"import_mc_per_kwh\":%lld}}",
		(long long)g->export_mc_per_kwh, (long long)g->import_mc_per_kwh);
}

static void write_rules(struct out *out, const struct genesis *g)
{
	out_printf(out, "{\"cpf_table\":[");
	for (int i = CPF_MIN + 1; i <= CPF_MAX; i++)
		out_printf(out, "%s%d", i > CPF_MIN + 1 ? "," : "", (int)cpf_threshold_wh(i));
	out_printf(out, "],\"parameters\":");
	write_parameters(out, g);
	out_printf(out, ",\"version\":%d}", RULES_VERSION);
}

static void zero_market(const struct genesis *g, char out[static MARKET_ID_MAX + 1])
{
	snprintf(out, MARKET_ID_MAX + 1, "%.*s:0000000000000000", (int)MARKET_NAME_MAX, g->name);
}

enum err genesis_complete(struct genesis *g)
{
	char rules[GENESIS_TEXT_MAX], zero[MARKET_ID_MAX + 1], hex[17];
	struct out out;
	enum err err;

	if (!market_name_valid(g->name))
		return ERR_FORMAT;
	out_init(&out, rules, sizeof rules);
	write_rules(&out, g);
	if (out_end(&out) == 0)
		return ERR_LIMIT;
	memset(&g->header, 0, sizeof g->header);
	g->header.time_ms = g->params.start_ms;
	digest_sha256(rules, out.len, g->header.rules_hash);
	zero_market(g, zero);
	err = header_hash(&g->header, zero, g->hash);
	if (err != ERR_OK)
		return err;
	if (!text_hex_write(g->hash, 8, hex, sizeof hex))
		return ERR_INTERNAL;
	snprintf(g->market, sizeof g->market, "%.*s:%s", (int)MARKET_NAME_MAX, g->name, hex);
	return ERR_OK;
}

enum err genesis_sign(struct genesis *g, const struct private_key *operator_key)
{
	char zero[MARKET_ID_MAX + 1];

	zero_market(g, zero);
	return header_sign(operator_key, &g->header, zero, g->operator_signature);
}

size_t genesis_write(const struct genesis *g, char *text, size_t size)
{
	char header[HEADER_TEXT_MAX];
	struct out out;

	out_init(&out, text, size);
	out_printf(&out, "{\"header\":");
	out_bytes(&out, header, header_write(&g->header, g->name, header));
	out_printf(&out, ",\"header_hash\":");
	out_hex(&out, g->hash, HASH_LEN);
	out_printf(&out, ",\"market\":\"%s\",\"operator_signature\":", g->market);
	out_base64url(&out, g->operator_signature, SIGNATURE_LEN);
	out_printf(&out, ",\"rules\":");
	write_rules(&out, g);
	out_printf(&out, "}");
	return out_end(&out);
}

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

static void read_role(struct form *f, uint32_t node, struct genesis *g)
{
	struct form_object o = form_enter(f, node, "rules.parameters.roles.");
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
		form_fail(f, "rules.parameters.", "roles", VERDICT_BAD_FIELD);
	else
		g->params.role_count++;
}

static void read_roles(struct form *f, struct form_object *o, struct genesis *g)
{
	uint32_t node = form_member(f, o, "roles", true);

	if (f->verdict == VERDICT_OK && (json_type(f->doc, node) != JSON_ARRAY ||
						f->doc->nodes[node].count > PARAMS_ROLES_MAX))
		form_fail(f, o->path, "roles", VERDICT_BAD_FIELD);
	if (f->verdict != VERDICT_OK)
		return;
	for (node = json_first(f->doc, node); node != JSON_NONE; node = json_next(f->doc, node))
		read_role(f, node, g);
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

static void read_parameters(struct form *f, uint32_t node, struct genesis *g)
{
	struct form_object o = form_enter(f, node, "rules.parameters.");
	struct form_object t;

	read_names(f, &o, g);
	for (int i = 0; i < NUMBERS; i++) {
		int64_t value = 0;
		form_int(f, &o, numbers[i].name, 0, INT64_C(1) << 53, &value);
		memcpy((char *)&g->params + numbers[i].offset, &value, sizeof value);
	}
	read_key(f, &o, "operator_key", &g->operator_key);
	read_roles(f, &o, g);
	t = form_enter(f, form_member(f, &o, "tariff", true), "rules.parameters.tariff.");
	form_int(f, &t, "export_mc_per_kwh", 0, PRICE_MC_MAX, &g->export_mc_per_kwh);
	form_int(f, &t, "import_mc_per_kwh", 0, PRICE_MC_MAX, &g->import_mc_per_kwh);
	form_leave(f, &t);
	form_leave(f, &o);
}

/* What the document says of the header, beside what follows from its rules. */
struct claims {
	struct header header;
	uint8_t hash[HASH_LEN];
	char market[MARKET_ID_MAX + 1];
};

static void read_document(struct form *f, struct genesis *g, struct claims *c)
{
	struct form_object o = form_enter(f, 0, "");
	struct form_object r = form_enter(f, form_member(f, &o, "rules", true), "rules.");
	int64_t version = 0;
	const char *field;

	read_parameters(f, form_member(f, &r, "parameters", true), g);
	(void)form_member(f, &r, "cpf_table", true);
	form_int(f, &r, "version", RULES_VERSION, RULES_VERSION, &version);
	form_leave(f, &r);
	header_read(f, form_member(f, &o, "header", true), "header.", g->name, &c->header);
	form_hash(f, &o, "header_hash", c->hash);
	form_string(f, &o, "market", c->market, sizeof c->market);
	form_bytes(f, &o, "operator_signature", g->operator_signature, SIGNATURE_LEN);
	form_leave(f, &o);
	if (f->verdict == VERDICT_OK && params_check(&g->params, &field) != VERDICT_OK)
		form_fail(f, "rules.parameters.", field, VERDICT_OUT_OF_RANGE);
}

/* Whether the rules, CPF table included, are literally those whose hash is in the header. */
static bool rules_match(const struct json_doc *doc, const struct genesis *g)
{
	char rules[GENESIS_TEXT_MAX];
	uint8_t hash[HASH_LEN];
	size_t len = jcs_write(doc, json_get(doc, 0, "rules"), NULL, rules, sizeof rules);

	digest_sha256(rules, len, hash);
	return len > 0 && memcmp(hash, g->header.rules_hash, HASH_LEN) == 0;
}

/* Whether header, hash and signature follow from the rules as this program has them. */
static const char *check_claims(
	const struct genesis *g, const struct claims *c, const uint8_t *pinned)
{
	char zero[MARKET_ID_MAX + 1];
	struct verify_key *key = NULL;
	enum verify_result result = VERIFY_UNABLE;

	if (header_compare(&c->header, &g->header) != VERDICT_OK)
		return "the header does not follow from the rules (or they are of another version)";
	if (memcmp(c->hash, g->hash, HASH_LEN) != 0 || strcmp(c->market, g->market) != 0)
		return "the hash is not that of the header";
	if (pinned && memcmp(pinned, g->hash, HASH_LEN) != 0)
		return "this is another market than the one that was pinned";
	zero_market(g, zero);
	if (verify_key_new(&g->operator_key, &key) == ERR_OK)
		result = header_check(key, &g->header, zero, g->operator_signature);
	verify_key_free(key);
	return result == VERIFY_OK ? NULL : "the operator's signature does not verify";
}

enum err genesis_read(const char *text, size_t len, const uint8_t *pinned, struct genesis *ret,
	char why_text[static FORM_FIELD_MAX + 64])
{
	struct json_node nodes[GENESIS_NODES_MAX];
	struct json_doc doc = {.nodes = nodes, .node_max = GENESIS_NODES_MAX};
	struct json_limits limits = {JSON_PROFILE_MESSAGE, GENESIS_TEXT_MAX, 8};
	struct genesis g = {.name = ""};
	struct claims claims;
	struct form f;
	const char *why;

	if (json_read(&doc, text, len, &limits, NULL) != JSON_OK) {
		snprintf(why_text, FORM_FIELD_MAX + 64, "it is not strict JSON");
		return ERR_FORMAT;
	}
	form_init(&f, &doc);
	read_document(&f, &g, &claims);
	if (f.verdict != VERDICT_OK) {
		snprintf(why_text, FORM_FIELD_MAX + 64, "%s: %.60s", f.field,
			verdict_text(f.verdict));
		return ERR_FORMAT;
	}
	if (genesis_complete(&g) != ERR_OK) {
		snprintf(why_text, FORM_FIELD_MAX + 64, "%s", err_text(ERR_INTERNAL));
		return ERR_INTERNAL;
	}
	why = check_claims(&g, &claims, pinned);
	if (!why && !rules_match(&doc, &g))
		why = "the rules are not those of this program's version";
	if (why) {
		snprintf(why_text, FORM_FIELD_MAX + 64, "%s", why);
		return ERR_FORMAT;
	}
	*ret = g;
	return ERR_OK;
}

enum err genesis_load(const char *path, const uint8_t *pinned, struct genesis *ret,
	char why_text[static FORM_FIELD_MAX + 64])
{
	char text[GENESIS_TEXT_MAX + 2];
	FILE *file = fopen(path, "r");
	size_t len = file ? fread(text, 1, sizeof text, file) : 0;

	if (file)
		(void)fclose(file);
	if (len == 0) {
		snprintf(why_text, FORM_FIELD_MAX + 64, "it cannot be read");
		return ERR_IO;
	}
	return genesis_read(text, len, pinned, ret, why_text);
}

struct enrolled_key genesis_operator(const struct genesis *g)
{
	struct enrolled_key e = {
		.alg = (int)g->operator_key.alg, .key = {.len = g->operator_key.len}};

	memcpy(e.key.bytes, g->operator_key.bytes, sizeof e.key.bytes);
	return e;
}
