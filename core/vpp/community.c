#include "core/vpp/community.h"
#include <string.h>

enum { LAST_KNOWN_DAYS = 7 };

size_t community_room(uint32_t day_slots)
{
	return series_room(day_slots);
}

void community_init(struct community *c, const struct baseline_calendar *calendar, int32_t *room,
	struct baseline_metered *past)
{
	*c = (struct community){.past = past};
	baseline_init(&c->sum, BASELINE_SUM, calendar, room);
}

/* A series' slot, or the same slot of the last day that is known. */
static int64_t last_known(const struct series *s, int64_t slot)
{
	for (int64_t day = 0; day <= LAST_KNOWN_DAYS; day++) {
		int64_t wh = series_get(s, slot - day * s->day_slots);

		if (wh != SERIES_UNKNOWN)
			return wh;
	}
	return 0;
}

void community_add_metered(struct community *c, const struct baseline *home, int64_t slot)
{
	c->now.load_wh += last_known(&home->load, slot);
	c->now.pv_wh += last_known(&home->pv, slot);
	c->now.charge_wh += last_known(&home->charge, slot);
	c->now.discharge_wh += last_known(&home->discharge, slot);
}

void community_meter(struct community *c, int64_t slot)
{
	baseline_meter(&c->sum, slot, &c->now);
	c->now = (struct baseline_metered){.load_wh = 0};
}

static size_t place(const struct community *c, int64_t slot)
{
	int64_t room = (int64_t)community_room(c->sum.calendar.day_slots);
	int64_t at = slot % room;

	return (size_t)(at < 0 ? at + room : at);
}

void community_forget(struct community *c)
{
	memset(c->past, 0, community_room(c->sum.calendar.day_slots) * sizeof *c->past);
	c->has_homes = false;
}

/* A home in a slot of its past, as on average where it was not metered. */
static void add_slot(struct community *c, const struct baseline *home, int64_t slot,
	const struct baseline_metered *average)
{
	struct baseline_metered *sum = &c->past[place(c, slot)];
	struct baseline_metered m = *average;

	if (series_get(&home->load, slot) != SERIES_UNKNOWN)
		m = (struct baseline_metered){series_get(&home->load, slot),
			series_get(&home->pv, slot), series_get(&home->charge, slot),
			series_get(&home->discharge, slot)};
	sum->load_wh += m.load_wh;
	sum->pv_wh += m.pv_wh;
	sum->charge_wh += m.charge_wh;
	sum->discharge_wh += m.discharge_wh;
}

void community_add_past(
	struct community *c, const struct baseline *home, const struct outlook *o, int64_t day)
{
	int64_t origin = baseline_origin(&c->sum.calendar, day);
	int64_t day_slots = c->sum.calendar.day_slots;

	c->has_homes = true;
	for (int64_t back = 0; back < day_slots; back++) {
		int64_t storage_wh = baseline_storage_wh(home, origin - back, origin);
		uint32_t at = outlook_slot_of_day(o, origin - back);
		const struct baseline_metered average = {.load_wh = o->mean[at],
			.pv_wh = o->pv_mean[at],
			.charge_wh = storage_wh > 0 ? storage_wh : 0,
			.discharge_wh = storage_wh < 0 ? -storage_wh : 0};

		for (int64_t before = 0; before < SERIES_DAYS; before++)
			add_slot(c, home, origin - back - before * day_slots, &average);
	}
}

bool community_plan_day(struct community *c, int64_t day, struct outlook *o)
{
	int64_t origin = baseline_origin(&c->sum.calendar, day);
	int64_t room = (int64_t)community_room(c->sum.calendar.day_slots);

	if (!c->has_homes)
		return false;
	for (int64_t slot = origin - room + 1; slot <= origin; slot++) {
		const struct baseline_metered *m = &c->past[place(c, slot)];

		series_put(&c->sum.load, slot, m->load_wh);
		series_put(&c->sum.pv, slot, m->pv_wh);
		series_put(&c->sum.charge, slot, m->charge_wh);
		series_put(&c->sum.discharge, slot, m->discharge_wh);
	}
	return baseline_plan_day(&c->sum, day, o);
}
