#include "hem-client/ems/plan.h"
#include <math.h>
#include <string.h>

void plan_init(struct plan *p, int64_t first)
{
	memset(p, 0, sizeof *p);
	p->first = first;
}

void plan_add(struct plan *p, const struct my_order *o)
{
	bool open = o->status == MY_ORDER_SENT || o->status == MY_ORDER_RECEIPTED;
	bool won = o->status == MY_ORDER_AWARDED;
	int64_t wh = won ? o->awarded_wh : o->quantity_wh;
	struct plan_slot *s;

	if ((!open && !won) || o->slot < p->first || o->slot >= p->first + PLAN_SLOTS_MAX)
		return;
	s = &p->slots[o->slot - p->first];
	if (o->auction == 0) {
		*(o->side == SIDE_BUY ? &s->opened_buy_wh : &s->opened_sell_wh) += wh;
		return;
	}
	if (o->measure != MEASURE_STORAGE)
		return;
	if (o->side == SIDE_BUY) {
		s->promised_charge_wh += wh;
		s->awarded_charge_wh += won ? wh : 0;
	} else {
		s->promised_discharge_wh += wh;
		s->awarded_discharge_wh += won ? wh : 0;
	}
}

const struct plan_slot *plan_slot(const struct plan *p, int64_t slot)
{
	static const struct plan_slot none;

	if (slot < p->first || slot >= p->first + PLAN_SLOTS_MAX)
		return &none;
	return &p->slots[slot - p->first];
}

double plan_soc(const struct plan *p, const struct battery *battery, double soc,
	const struct plan_idle *idle, int64_t from, int64_t slot)
{
	if (!battery_exists(battery))
		return (double)NAN;
	for (; from < slot && !isnan(soc); from++) {
		const struct plan_slot *s = plan_slot(p, from);
		soc = battery_step(battery, soc, s->promised_charge_wh + idle->charge_wh, 0);
		soc = battery_step(battery, soc, 0, s->promised_discharge_wh + idle->discharge_wh);
		soc = fmin(fmax(soc, battery->soc_min), battery->soc_max);
	}
	return soc;
}
