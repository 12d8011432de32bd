#include "wire/market_doc.h"
#include <stdio.h>
#include "wire/jcs.h"
#include "wire/params_form.h"

static void write_set(struct out *out, const struct genesis *genesis, const struct params *set)
{
	struct genesis g = *genesis;

	g.params = *set;
	out_printf(out, "\"parameters\":");
	params_form_write(out, &g);
}

/* The object, with its signature or, to be signed, without: it sorts last. */
static void write_current(
	struct out *out, const struct genesis *g, const struct ledger *l, const uint8_t *signature)
{
	out_printf(out, "{\"height\":%llu,", (unsigned long long)l->height);
	write_set(out, g, &l->params);
	out_printf(out, ",\"scheduled\":[");
	for (uint32_t i = 0; i < l->schedule.count; i++) {
		const struct scheduled_params *s = &l->schedule.sets[i];
		out_printf(out, "%s{\"from_slot\":%lld,", i ? "," : "", (long long)s->from_slot);
		write_set(out, g, &s->params);
		out_printf(out, "}");
	}
	out_printf(out, "]");
	if (signature) {
		out_printf(out, ",\"signature\":");
		out_base64url(out, signature, SIGNATURE_LEN);
	}
	out_printf(out, "}");
}

void market_doc_write_current(struct out *out, const struct genesis *g, const struct ledger *l)
{
	write_current(out, g, l, NULL);
}

size_t market_doc_write(const struct genesis *g, const struct ledger *l,
	const struct private_key *operator_key, char *text, size_t size)
{
	char rest[GENESIS_TEXT_MAX];
	size_t rest_len = genesis_write(g, rest, sizeof rest);
	uint8_t signature[SIGNATURE_LEN];
	struct out out;

	out_init(&out, text, size);
	write_current(&out, g, l, NULL);
	if (rest_len == 0 || out_end(&out) == 0 ||
		signing_sign(operator_key, "market", g->market, text, out.len, signature) != ERR_OK)
		return 0;
	out_init(&out, text, size);
	out_printf(&out, "{\"current\":");
	write_current(&out, g, l, signature);
	out_printf(&out, ",");
	out_bytes(&out, rest + 1, rest_len - 1); /* the other members, without their brace */
	return out_end(&out);
}

/* What `current` says. */
struct claims {
	int64_t height;
	struct genesis set;
	uint8_t signature[SIGNATURE_LEN];
};

static void read_current(struct form *f, uint32_t node, struct claims *c)
{
	struct form_object o = form_enter(f, node, "current.");

	form_int(f, &o, "height", 1, INT64_C(1) << 53, &c->height);
	params_form_read(f, form_member(f, &o, "parameters", true), PARAMS_OF_MARKET, &c->set);
	(void)form_member(f, &o, "scheduled", true);
	form_bytes(f, &o, "signature", c->signature, SIGNATURE_LEN);
	form_leave(f, &o);
}

static bool is_signed(const struct json_doc *doc, uint32_t node, const struct claims *c,
	const struct genesis *g, const struct verify_key *operator_key)
{
	static const char *const skip[] = {"signature", NULL};
	char text[MARKET_DOC_MAX];
	size_t len = jcs_write(doc, node, skip, text, sizeof text);

	return len > 0 && signing_check(operator_key, "market", g->market, text, len,
				  c->signature) == VERIFY_OK;
}

enum err market_doc_read(const char *text, size_t len, const struct genesis *g,
	const struct verify_key *operator_key, uint64_t *ret_height, struct params *ret,
	char why_text[static FORM_FIELD_MAX + 64])
{
	struct json_node nodes[GENESIS_NODES_MAX];
	struct json_doc doc = {.nodes = nodes, .node_max = GENESIS_NODES_MAX};
	struct json_limits limits = {JSON_PROFILE_MESSAGE, MARKET_DOC_MAX, 8};
	struct claims claims = {.height = 0};
	const char *why = NULL;
	struct form f;
	uint32_t node;

	if (json_read(&doc, text, len, &limits, NULL) != JSON_OK) {
		snprintf(why_text, FORM_FIELD_MAX + 64, "it is not strict JSON");
		return ERR_FORMAT;
	}
	node = json_get(&doc, 0, "current");
	form_init(&f, &doc);
	read_current(&f, node, &claims);
	if (f.verdict != VERDICT_OK) {
		snprintf(why_text, FORM_FIELD_MAX + 64, "%s: %.60s", f.field,
			verdict_text(f.verdict));
		return ERR_FORMAT;
	}
	if (params_form_fixed(&claims.set, g))
		why = "what is fixed is not as in genesis";
	else if (!is_signed(&doc, node, &claims, g, operator_key))
		why = "the operator's signature does not verify";
	if (why) {
		snprintf(why_text, FORM_FIELD_MAX + 64, "%s", why);
		return ERR_FORMAT;
	}
	*ret_height = (uint64_t)claims.height;
	*ret = claims.set.params;
	return ERR_OK;
}
