/* battery: the paper's battery (Siano et al. 2019, section V-D, equations (1) to (8)).
 *
 * SOC is a fraction of the capacity. Energies are whole Wh at the battery's terminals: what its
 * meter counts. r of (2) to (5) is per slot and without a unit: r_charge = E_ch / Cap, and
 * r_max = P_max x slot / Cap. Floating point stays inside the home: it never reaches a message. */
#ifndef LEM_HEM_BATTERY_H
#define LEM_HEM_BATTERY_H
#include <stdbool.h>
#include <stdint.h>

/* The constants of one battery, in the paper's terms; battery_check() has the ranges. */
struct battery {
	double capacity_wh;           /* Cap; 0: the home has none */
	double soc_min;               /* 0 <= soc_min < soc_max <= 1 */
	double soc_max;               /* (1) */
	double eta_charge;            /* efficiencies, BATTERY_ETA_MIN..1 */
	double eta_discharge;         /* (2), (3), (6) */
	double power_charge_max_w;    /* at the terminals, above 0: (4) */
	double power_discharge_max_w; /* (5) */
	double cost_cents;            /* C_battery, the capital cost: (8) */
	double lifetime_wh;           /* L_ET, the energy of its cycling life, above 0: (8) */
};

/* Bounds of the members above, so that no sum leaves 63 bits. */
#define BATTERY_CAPACITY_WH_MAX 1e8
#define BATTERY_ETA_MIN 0.1
#define BATTERY_POWER_W_MAX 1e8
#define BATTERY_COST_CENTS_MAX 1e11
#define BATTERY_LIFETIME_WH_MAX 1e11

/* NULL if each member is in its range, else the rule that is broken, a static sentence that begins
 * with the member's name. Without capacity only the capacity is looked at. */
const char *battery_check(const struct battery *battery);

/* Whether the home has a battery. */
bool battery_exists(const struct battery *battery);

/* Where the SOC lies between its limits, 0 at soc_min and 1 at soc_max, cut to 0..1. */
double battery_fill(const struct battery *battery, double soc);

/* (6): the SOC after a slot in which charge_wh or discharge_wh, never both, passed the terminals.
 * Neither may be negative. Does not cut to (1): see the two functions below. */
double battery_step(
	const struct battery *battery, double soc, int64_t charge_wh, int64_t discharge_wh);

/* The most that the rate limit, (4) or (5), lets through the terminals in slot_s (> 0) seconds;
 * whole Wh, rounded down. 0 without a battery. */
int64_t battery_rate_charge_wh(const struct battery *battery, int64_t slot_s);
int64_t battery_rate_discharge_wh(const struct battery *battery, int64_t slot_s);

/* The most that (1) and (6) leave at this SOC, however long the slot: the whole Wh after which
 * battery_step() still stays within the limits. 0 where the SOC is at or beyond the limit it would
 * move towards; from beyond the other limit the way back is free. */
int64_t battery_room_charge_wh(const struct battery *battery, double soc);
int64_t battery_room_discharge_wh(const struct battery *battery, double soc);

/* The most that (1) to (6) permit in a slot: the smaller of the rate's and the room's. */
int64_t battery_charge_max_wh(const struct battery *battery, double soc, int64_t slot_s);
int64_t battery_discharge_max_wh(const struct battery *battery, double soc, int64_t slot_s);

/* Cd of (8): C_battery / L_ET, in mc per discharged kWh. 0 without a battery. */
double battery_degradation_mc_per_kwh(const struct battery *battery);

/* (7): what discharging discharge_wh (>= 0) costs in wear, in cents. */
double battery_degradation_cents(const struct battery *battery, int64_t discharge_wh);

#endif
