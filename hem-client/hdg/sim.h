/* sim: a simulated home: load and PV are given, the battery obeys the paper's equations and the
 * awards. Pure: the same state, energies and award always give the same next state.
 *
 * In each slot, exactly and in whole Wh: pv + import + discharge = load + charge + export; of
 * charge and discharge one is 0, and so is one of import and export, but for slots in which the
 * second half has a net of its own. Within a slot, or half of one, all flows evenly. */
#ifndef LEM_HEM_SIM_H
#define LEM_HEM_SIM_H
#include <stdbool.h>
#include <stdint.h>
#include "core/meter.h"
#include "hem-client/hdg/slot_energy.h"
#include "hem-client/tcr/battery.h"

/* What the battery does with the power that the award leaves: nothing, or charge from what the PV
 * has over and discharge into the home's own load. Neither takes from the grid nor exports. */
enum idle_rule { IDLE_NONE = 1, IDLE_SELF_CONSUMPTION = 2 };

enum {
	SIM_TEXT_MAX = 256, /* of sim_encode(), with the NUL */
	SIM_HISTORY_DAYS_MAX = 31,
	SIM_SLOTS_BEFORE_MAX = SIM_HISTORY_DAYS_MAX * 1440, /* a home may have lived so long */
};

/* What does not change. */
struct sim_home {
	struct battery battery; /* has passed battery_check() */
	enum idle_rule idle_rule;
	int64_t slot_s; /* 1..86400 */
};

/* Where the home stands. Slot energies are whole Wh, so no remainder is carried. */
struct sim_state {
	int64_t slot;               /* the last slot that is over; -1 before slot 0 */
	struct registers registers; /* at its end */
	double soc;                 /* at its end, 0..1; 0 without a battery */
};

/* Energy to pass the battery's terminals; at most one is above 0, none below. And, if has_half_net,
 * what the home is to draw in the slot's second half, import less export, as far as the battery can
 * bring it about. */
struct sim_award {
	int64_t charge_wh;
	int64_t discharge_wh;
	bool has_half_net;
	int64_t half_net_wh;
};

/* What came of a slot. */
struct sim_slot {
	int64_t charge_wh, discharge_wh;
	int64_t import_wh, export_wh;
	int64_t awarded_wh; /* of the charge or discharge, what the award asked for and got */
};

/* Begin: registers at 0, the SOC cut to the battery's limits, `slot` the last one that is over
 * (>= -1 - SIM_SLOTS_BEFORE_MAX). */
void sim_init(struct sim_state *ret, const struct sim_home *home, int64_t slot, double soc);

/* Pass through slot state->slot + 1. The award is cut to what (1) to (6) permit; the idle rule adds
 * to it in the award's direction only, up to the same limits. So goes the slot, or if the second
 * half has a net to keep, its first half. ret_slot may be NULL. */
void sim_step(const struct sim_home *home, const struct slot_energy *energy,
	const struct sim_award *award, struct sim_state *state, struct sim_slot *ret_slot);

/* The registers at the end of the first or second quarter of slot state->slot + 1. */
void sim_quarter(const struct sim_home *home, const struct slot_energy *energy,
	const struct sim_award *award, const struct sim_state *state, int quarter,
	struct registers *ret);

/* The state as one line of text without a line end, such that sim_decode() gives back the very
 * same state. */
void sim_encode(const struct sim_state *state, char out[static SIM_TEXT_MAX]);

/* Read such a line. False, with *ret untouched, unless it is exactly what sim_encode() writes, with
 * slot as sim_init() takes it, registers of 0..REGISTER_WH_MAX and SOC of 0..1. */
__attribute__((warn_unused_result)) bool sim_decode(const char *text, struct sim_state *ret);

#endif
