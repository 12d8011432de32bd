#include "wire/genesis.h"
#include <stdio.h>
#include <string.h>
#include "wire/digest.h"
#include "wire/header_form.h"
#include "wire/jcs.h"
#include "wire/out.h"
#include "wire/params_form.h"
#include "wire/text.h"

static void zero_market(const struct genesis *g, char out[static MARKET_ID_MAX + 1])
{
	snprintf(out, MARKET_ID_MAX + 1, "%.*s:0000000000000000", (int)MARKET_NAME_MAX, g->name);
}

enum err genesis_complete(struct genesis *g)
{
	char zero[MARKET_ID_MAX + 1], hex[17];
	enum err err;

	if (!market_name_valid(g->name))
		return ERR_FORMAT;
	memset(&g->header, 0, sizeof g->header);
	g->header.time_ms = g->params.start_ms;
	if (!rules_hash(g, g->header.rules_hash))
		return ERR_LIMIT;
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
	rules_write(&out, g);
	out_printf(&out, "}");
	return out_end(&out);
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

	params_form_read(f, form_member(f, &r, "parameters", true), PARAMS_OF_GENESIS, g);
	(void)form_member(f, &r, "cpf_table", true);
	form_int(f, &r, "version", RULES_VERSION, RULES_VERSION, &version);
	form_leave(f, &r);
	(void)form_has(f, &o, "current");
	header_read(f, form_member(f, &o, "header", true), "header.", g->name, &c->header);
	form_hash(f, &o, "header_hash", c->hash);
	form_string(f, &o, "market", c->market, sizeof c->market);
	form_bytes(f, &o, "operator_signature", g->operator_signature, SIGNATURE_LEN);
	form_leave(f, &o);
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
	struct json_limits limits = {JSON_PROFILE_MESSAGE, MARKET_DOC_MAX, 8};
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
