/* plan: what this home has promised and won, slot by slot, and what that does to its battery. Pure:
 * filled from the orders anew whenever they change. */
#ifndef LEM_HEM_PLAN_H
#define LEM_HEM_PLAN_H
#include "hem-client/ems/orders.h"
#include "hem-client/tcr/battery.h"

enum { PLAN_SLOTS_MAX = 32 };

/* Wh at the battery's terminals in one slot. */
struct plan_slot {
	int64_t promised_charge_wh; /* in orders that are open or won */
	int64_t promised_discharge_wh;
	int64_t awarded_charge_wh; /* of that, won */
	int64_t awarded_discharge_wh;
	int64_t promised_rise_wh; /* of the net in the second half: `before-after` orders */
	int64_t promised_fall_wh;
	int64_t awarded_rise_wh;
	int64_t awarded_fall_wh;
	int64_t opened_buy_wh;  /* of auctions that this home has opened: not the battery's to
				   deliver, */
	int64_t opened_sell_wh; /* but a side to stand by */
};

/* The slots from `first` on. */
struct plan {
	int64_t first; /* the slot of slots[0] */
	struct plan_slot slots[PLAN_SLOTS_MAX];
};

/* An empty plan of PLAN_SLOTS_MAX slots from `first` on. */
void plan_init(struct plan *plan, int64_t first);

/* Count an order in. Those outside the plan's slots, those that are over, and answers that the
 * battery does not deliver (measure other than storage and before-after) do not count. */
void plan_add(struct plan *plan, const struct my_order *order);

/* A slot of the plan; an empty one outside it. */
const struct plan_slot *plan_slot(const struct plan *plan, int64_t slot);

/* What the home has to draw in the slot's second half, import less export, given what it drew in
 * the first quarter; false: nothing was awarded, it is free. */
bool plan_half_net(const struct plan_slot *slot, int64_t first_quarter_wh, int64_t *ret_net_wh);

/* What the battery does in a slot beside its awards, as the last slot showed it. */
struct plan_idle {
	int64_t charge_wh, discharge_wh;
};

/* The SOC to expect when `slot` begins, given the SOC when slot `from` begins, that the awards and
 * promises of the slots between are delivered, and that in each of them the battery idles like
 * that. NAN stays NAN. */
double plan_soc(const struct plan *plan, const struct battery *battery, double soc,
	const struct plan_idle *idle, int64_t from, int64_t slot);

#endif
