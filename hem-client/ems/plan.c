#include "hem-client/ems/plan.h"
#include <math.h>
#include <string.h>

void plan_init(struct plan *p, int64_t first)
{
	memset(p, 0, sizeof *p);
	p->first = first;
}

static void add_half(struct plan_slot *s, enum side side, int64_t wh, bool won)
{
	*(side == SIDE_BUY ? &s->promised_rise_wh : &s->promised_fall_wh) += wh;
	if (won)
		*(side == SIDE_BUY ? &s->awarded_rise_wh : &s->awarded_fall_wh) += wh;
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
	if (o->measure == MEASURE_BEFORE_AFTER)
		add_half(s, o->side, wh, won);
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

bool plan_half_net(const struct plan_slot *s, int64_t first_quarter_wh, int64_t *ret_net_wh)
{
	if (s->awarded_rise_wh == 0 && s->awarded_fall_wh == 0)
		return false;
	*ret_net_wh = 2 * first_quarter_wh + s->awarded_rise_wh - s->awarded_fall_wh;
	return true;
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
