#include "wire/market_doc.h"
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
