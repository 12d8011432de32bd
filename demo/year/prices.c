#include "demo/year/prices.h"
#include "demo/year/house.h"
#include "wire/service_form.h"

enum { PARAMETERS_MAX = 4096, KNOWN_S = 36 * 3600 };

struct retail_prices prices_of_slot(const struct town *t, int64_t slot)
{
	struct tariff_prices p = tariff_of_slot(&t->engine.market->ledger, slot);

	return (struct retail_prices){p.import_mc, p.export_mc};
}

struct retail_prices prices_charged(const struct town *t, int64_t slot)
{
	const struct params *p = &t->engine.genesis.params;
	const struct profile *profile = &t->houses[0].device.profile;
	struct retail_prices prices = {p->import_mc_per_kwh, p->export_mc_per_kwh};
	int64_t mc = profile->hours ? profile_tariff_mc_per_kwh(profile, slot * p->slot_s) : -1;

	if (mc >= 0)
		prices.import_mc_per_kwh = mc;
	if (prices.export_mc_per_kwh > prices.import_mc_per_kwh)
		prices.export_mc_per_kwh = prices.import_mc_per_kwh;
	return prices;
}

static void announce(struct town *t, const struct tariff_window *w)
{
	const struct role_params *role = &t->engine.genesis.params.roles[0];
	char text[PARAMETERS_MAX], req_id[REQ_ID_MAX + 1];
	struct out out;

	out_init(&out, text, sizeof text);
	service_form_write_tariff(&out, role->address.text, w);
	town_send(t, role->name, OPERATION_TARIFF, &out, &(struct signer){.key = t->aggregator_key},
		req_id);
}

void prices_announce(struct town *t, int64_t slot)
{
	const struct params *p = &t->engine.genesis.params;
	int32_t imports[SCHEDULE_SLOTS_MAX], exports[SCHEDULE_SLOTS_MAX];
	struct tariff_window w = {
		.first_slot = slot + 1, .export_mc = exports, .import_mc = imports};
	int64_t last = slot + SCHEDULE_AHEAD_S / p->slot_s;

	if (!t->houses[0].device.profile.hours || t->priced >= slot + KNOWN_S / p->slot_s)
		return;
	if (w.first_slot <= t->priced)
		w.first_slot = t->priced + 1;
	for (int64_t s = w.first_slot; s <= last && w.count < SCHEDULE_SLOTS_MAX; s++) {
		struct retail_prices prices = prices_charged(t, s);

		imports[w.count] = (int32_t)prices.import_mc_per_kwh;
		exports[w.count] = (int32_t)prices.export_mc_per_kwh;
		w.count++;
	}
	t->priced = w.first_slot + w.count - 1;
	announce(t, &w);
}
