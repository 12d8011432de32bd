#include "wire/net_form.h"
#include <string.h>

/* An array of 1 to SCHEDULE_SLOTS_MAX integers from min to max; how many, 0 after a failure. */
static uint32_t read_values(struct form *f, struct form_object *o, const char *name, int64_t min,
	int64_t max, int32_t out[static SCHEDULE_SLOTS_MAX])
{
	uint32_t values = form_member(f, o, name, true);
	uint32_t n = 0;

	if (f->verdict == VERDICT_OK &&
		(json_type(f->doc, values) != JSON_ARRAY || f->doc->nodes[values].count == 0 ||
			f->doc->nodes[values].count > SCHEDULE_SLOTS_MAX))
		form_fail(f, o->path, name, VERDICT_BAD_FIELD);
	if (f->verdict != VERDICT_OK)
		return 0;
	for (uint32_t v = json_first(f->doc, values); v != JSON_NONE; v = json_next(f->doc, v)) {
		int64_t wh;

		if (!json_int64(f->doc, v, &wh)) {
			form_fail(f, o->path, name, VERDICT_BAD_FIELD);
			return 0;
		}
		if (wh < min || wh > max) {
			form_fail(f, o->path, name, VERDICT_OUT_OF_RANGE);
			return 0;
		}
		out[n++] = (int32_t)wh;
	}
	return n;
}

void net_form_window(struct form *f, struct form_object *o,
	int32_t net_wh[static SCHEDULE_SLOTS_MAX], struct net_window *ret)
{
	form_int(f, o, "first_slot", 0, INT32_MAX, &ret->first_slot);
	ret->net_wh = net_wh;
	ret->count = read_values(f, o, "net_wh", -SCHEDULE_NET_WH_MAX, SCHEDULE_NET_WH_MAX, net_wh);
}

void net_form_limits(struct form *f, struct form_object *o, int32_t values[static NET_VALUES_MAX],
	struct limits_window *ret)
{
	uint32_t imports;

	form_int(f, o, "first_slot", 0, INT32_MAX, &ret->first_slot);
	ret->export_wh = values;
	ret->import_wh = values + SCHEDULE_SLOTS_MAX;
	ret->count = read_values(f, o, "export_wh", 0, NETWORK_LIMIT_WH_MAX, values);
	imports = read_values(
		f, o, "import_wh", 0, NETWORK_LIMIT_WH_MAX, values + SCHEDULE_SLOTS_MAX);
	if (f->verdict == VERDICT_OK && imports != ret->count)
		form_fail(f, o->path, "import_wh", VERDICT_BAD_FIELD);
}

void net_form_approve(struct form *f, struct form_object *o, struct tx *tx)
{
	char verdict[16], reason[APPROVAL_REASON_MAX + 1];

	form_hash(f, o, "schedule", tx->u.approve.schedule);
	form_string(f, o, "verdict", verdict, sizeof verdict);
	if (f->verdict != VERDICT_OK)
		return;
	tx->u.approve.verdict = approval_verdict_from_name(verdict);
	if (!approval_verdict_name(tx->u.approve.verdict))
		form_fail(f, o->path, "verdict", VERDICT_BAD_FIELD);
	else if (form_has(f, o, "reason"))
		form_string(f, o, "reason", reason, sizeof reason);
}

static void write_values(struct out *out, const char *name, const int32_t *wh, uint32_t count)
{
	out_printf(out, ",\"%s\":[", name);
	for (uint32_t i = 0; i < count; i++)
		out_printf(out, "%s%d", i > 0 ? "," : "", (int)wh[i]);
	out_printf(out, "]");
}

void net_form_write_limits(struct out *out, const char *address, const struct limits_window *w)
{
	out_printf(out, "{\"address\":\"%s\"", address);
	write_values(out, "export_wh", w->export_wh, w->count);
	out_printf(out, ",\"first_slot\":%lld", (long long)w->first_slot);
	write_values(out, "import_wh", w->import_wh, w->count);
	out_printf(out, "}");
}

void net_form_write_approve(struct out *out, const char *address,
	const uint8_t schedule[static HASH_LEN], enum approval_verdict verdict, const char *reason)
{
	out_printf(out, "{\"address\":\"%s\"", address);
	if (reason[0]) {
		out_printf(out, ",\"reason\":");
		out_string(out, reason);
	}
	out_printf(out, ",\"schedule\":");
	out_hex(out, schedule, HASH_LEN);
	out_printf(out, ",\"verdict\":\"%s\"}", approval_verdict_name(verdict));
}
