#include "wire/service_form.h"
#include "core/units.h"
#include "wire/quantity.h"
#include "wire/tx_form.h"

static const char export_name[] = "export_mc_per_kwh";
static const char import_name[] = "import_mc_per_kwh";
static const char wholesale_name[] = "wholesale_mc_per_kwh";

/* Prices, of which there are as many as of the others. */
static void read_prices(struct form *f, struct form_object *o, const char *name, uint32_t count,
	int32_t out[static SCHEDULE_SLOTS_MAX])
{
	if (net_form_values(f, o, name, 0, PRICE_MC_MAX, out) != count && f->verdict == VERDICT_OK)
		form_fail(f, o->path, name, VERDICT_BAD_FIELD);
}

void service_form_tariff(struct form *f, struct form_object *o,
	int32_t values[static NET_VALUES_MAX], struct tariff_window *ret)
{
	int32_t *import_mc = values + SCHEDULE_SLOTS_MAX;
	int32_t *wholesale_mc = import_mc + SCHEDULE_SLOTS_MAX;

	*ret = (struct tariff_window){.export_mc = values, .import_mc = import_mc};
	form_int(f, o, "first_slot", 0, INT32_MAX, &ret->first_slot);
	ret->count = net_form_values(f, o, export_name, 0, PRICE_MC_MAX, values);
	read_prices(f, o, import_name, ret->count, import_mc);
	if (f->verdict != VERDICT_OK || !form_has(f, o, wholesale_name))
		return;
	read_prices(f, o, wholesale_name, ret->count, wholesale_mc);
	ret->wholesale_mc = wholesale_mc;
}

void service_form_activate(struct form *f, struct form_object *o, struct activation_terms *ret)
{
	char regulation[16], measure[16];

	*ret = (struct activation_terms){.slot = 0};
	tx_form_energy(f, o, "parameters.energy.", "energy", false, &ret->energy_wh);
	form_string(f, o, "regulation", regulation, sizeof regulation);
	if (f->verdict == VERDICT_OK)
		ret->regulation = regulation_from_name(regulation);
	if (f->verdict == VERDICT_OK && !regulation_name(ret->regulation))
		form_fail(f, o->path, "regulation", VERDICT_BAD_FIELD);
	tx_form_price(f, o, "parameters.price.", "price", SIDE_BUY, 0, &ret->price_mc_per_kwh);
	form_int(f, o, "slot", 0, INT32_MAX, &ret->slot);
	if (f->verdict != VERDICT_OK || !form_has(f, o, "measure"))
		return;
	form_string(f, o, "measure", measure, sizeof measure);
	if (f->verdict == VERDICT_OK)
		ret->measure = measure_from_name(measure);
	if (f->verdict == VERDICT_OK && !measure_name(ret->measure))
		form_fail(f, o->path, "measure", VERDICT_BAD_FIELD);
}

void service_form_write_tariff(struct out *out, const char *address, const struct tariff_window *w)
{
	out_printf(out, "{\"address\":\"%s\"", address);
	net_form_write_values(out, export_name, w->export_mc, w->count);
	out_printf(out, ",\"first_slot\":%lld", (long long)w->first_slot);
	net_form_write_values(out, import_name, w->import_mc, w->count);
	if (w->wholesale_mc)
		net_form_write_values(out, wholesale_name, w->wholesale_mc, w->count);
	out_printf(out, "}");
}

void service_form_write_activate(
	struct out *out, const char *address, const struct activation_terms *t)
{
	char wh[QUANTITY_TEXT_MAX], cents[QUANTITY_TEXT_MAX];

	decimal_write(t->energy_wh, 0, wh);
	decimal_write(t->price_mc_per_kwh, 3, cents);
	out_printf(out, "{\"address\":\"%s\",\"energy\":{\"unit\":\"Wh\",\"value\":\"%s\"}",
		address, wh);
	if (t->measure)
		out_printf(out, ",\"measure\":\"%s\"", measure_name(t->measure));
	out_printf(out,
		",\"price\":{\"unit\":\"cents/kWh\",\"value\":\"%s\"},\"regulation\":\"%s\""
		",\"slot\":%lld}",
		cents, regulation_name(t->regulation), (long long)t->slot);
}
