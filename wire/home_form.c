#include "wire/home_form.h"

#define INT_MAX_JSON ((INT64_C(1) << 53) - 1)

void home_form_write_modes(struct out *out, const struct home_modes *modes)
{
	out_printf(out, "\"modes\":[");
	for (uint32_t i = 0; i < modes->count; i++)
		out_printf(out, "%s{\"from_slot\":%lld,\"mode\":\"%s\"}", i > 0 ? "," : "",
			(long long)modes->spans[i].from_slot, mode_name(modes->spans[i].mode));
	out_printf(out, "]");
}

/* Members in the order of their names: each energy stands behind its money. */
void home_form_write_money(struct out *out, const struct home_money *m)
{
	out_printf(out, "\"money\":{");
	for (int i = 0; i < MONEY_LINES; i++) {
		out_printf(out, "%s\"%s\":%lld", i > 0 ? "," : "",
			money_line_name((enum money_line)i), (long long)m->uc[i]);
		if (i == MONEY_BOUGHT)
			out_printf(out, ",\"bought_wh\":%lld", (long long)m->bought_wh);
		if (i == MONEY_SOLD)
			out_printf(out, ",\"sold_wh\":%lld", (long long)m->sold_wh);
	}
	out_printf(out, "}");
}

static void read_span(struct form *f, uint32_t node, struct mode_span *ret)
{
	struct form_object o = form_enter(f, node, "modes.");
	char name[8];

	form_int(f, &o, "from_slot", -1, INT32_MAX, &ret->from_slot);
	form_string(f, &o, "mode", name, sizeof name);
	form_leave(f, &o);
	if (f->verdict != VERDICT_OK)
		return;
	ret->mode = mode_from_name(name);
	if (!ret->mode)
		form_fail(f, o.path, "mode", VERDICT_BAD_FIELD);
}

void home_form_read_modes(struct form *f, struct form_object *o, struct home_modes *ret)
{
	uint32_t node = form_member(f, o, "modes", true);

	if (f->verdict == VERDICT_OK &&
		(json_type(f->doc, node) != JSON_ARRAY || f->doc->nodes[node].count < 1 ||
			f->doc->nodes[node].count > MODES_KEPT))
		form_fail(f, o->path, "modes", VERDICT_BAD_FIELD);
	if (f->verdict != VERDICT_OK)
		return;
	for (node = json_first(f->doc, node); node != JSON_NONE && f->verdict == VERDICT_OK;
		node = json_next(f->doc, node))
		read_span(f, node, &ret->spans[ret->count++]);
}

void home_form_read_money(struct form *f, struct form_object *o, struct home_money *ret)
{
	struct form_object m = form_enter(f, form_member(f, o, "money", true), "money.");

	for (int i = 0; i < MONEY_LINES; i++)
		form_int(f, &m, money_line_name((enum money_line)i), 0, INT_MAX_JSON, &ret->uc[i]);
	form_int(f, &m, "bought_wh", 0, INT_MAX_JSON, &ret->bought_wh);
	form_int(f, &m, "sold_wh", 0, INT_MAX_JSON, &ret->sold_wh);
	form_leave(f, &m);
}
