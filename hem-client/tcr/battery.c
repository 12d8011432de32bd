#include "hem-client/tcr/battery.h"
#include <assert.h>
#include <math.h>
#include <stddef.h>
#include "core/units.h"

/* False for NAN too. */
static bool within(double value, double least, double most)
{
	return value >= least && value <= most;
}

const char *battery_check(const struct battery *b)
{
	if (!within(b->capacity_wh, 0, BATTERY_CAPACITY_WH_MAX))
		return "capacity_wh must be 0 (no battery) to 100000000";
	if (!battery_exists(b))
		return NULL;
	if (!within(b->soc_min, 0, 1) || !within(b->soc_max, 0, 1))
		return "soc_min and soc_max must be 0 to 1";
	if (b->soc_min >= b->soc_max)
		return "soc_min must be below soc_max";
	if (!within(b->eta_charge, BATTERY_ETA_MIN, 1) ||
		!within(b->eta_discharge, BATTERY_ETA_MIN, 1))
		return "eta_charge and eta_discharge must be 0.1 to 1";
	if (!within(b->power_charge_max_w, 1, BATTERY_POWER_W_MAX) ||
		!within(b->power_discharge_max_w, 1, BATTERY_POWER_W_MAX))
		return "power_charge_max_w and power_discharge_max_w must be 1 to 100000000";
	if (!within(b->cost_cents, 0, BATTERY_COST_CENTS_MAX))
		return "cost_cents must be 0 to 100000000000";
	if (!within(b->lifetime_wh, 1, BATTERY_LIFETIME_WH_MAX))
		return "lifetime_wh must be 1 to 100000000000";
	return NULL;
}

bool battery_exists(const struct battery *b)
{
	return b->capacity_wh > 0;
}

double battery_fill(const struct battery *b, double soc)
{
	double fill = (soc - b->soc_min) / (b->soc_max - b->soc_min);

	if (!(fill > 0))
		return 0;
	return fill < 1 ? fill : 1;
}

double battery_step(const struct battery *b, double soc, int64_t charge_wh, int64_t discharge_wh)
{
	assert(charge_wh >= 0 && discharge_wh >= 0);
	assert(charge_wh == 0 || discharge_wh == 0);
	if (!battery_exists(b))
		return soc;
	return soc + b->eta_charge * (double)charge_wh / b->capacity_wh -
	       (double)discharge_wh / (b->eta_discharge * b->capacity_wh);
}

/* No product below n x 3600 comes to n when it is divided: floor() needs no help here. */
static int64_t rate_wh(const struct battery *b, double power_w, int64_t slot_s)
{
	assert(slot_s > 0 && slot_s <= S_PER_DAY);
	if (!battery_exists(b))
		return 0;
	return (int64_t)floor(power_w * (double)slot_s / S_PER_HOUR);
}

int64_t battery_rate_charge_wh(const struct battery *b, int64_t slot_s)
{
	return rate_wh(b, b->power_charge_max_w, slot_s);
}

int64_t battery_rate_discharge_wh(const struct battery *b, int64_t slot_s)
{
	return rate_wh(b, b->power_discharge_max_w, slot_s);
}

/* Both begin with the Wh above what the limit's distance comes to and go down to the first with
 * which (1) holds for what (6) computes, not for what it would without rounding. */
int64_t battery_room_charge_wh(const struct battery *b, double soc)
{
	int64_t wh;

	if (!battery_exists(b) || !(soc < b->soc_max))
		return 0;
	wh = (int64_t)floor((b->soc_max - soc) * b->capacity_wh / b->eta_charge) + 1;
	while (wh > 0 && battery_step(b, soc, wh, 0) > b->soc_max)
		wh--;
	return wh;
}

int64_t battery_room_discharge_wh(const struct battery *b, double soc)
{
	int64_t wh;

	if (!battery_exists(b) || !(soc > b->soc_min))
		return 0;
	wh = (int64_t)floor((soc - b->soc_min) * b->capacity_wh * b->eta_discharge) + 1;
	while (wh > 0 && battery_step(b, soc, 0, wh) < b->soc_min)
		wh--;
	return wh;
}

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t battery_charge_max_wh(const struct battery *b, double soc, int64_t slot_s)
{
	return smaller(battery_rate_charge_wh(b, slot_s), battery_room_charge_wh(b, soc));
}

int64_t battery_discharge_max_wh(const struct battery *b, double soc, int64_t slot_s)
{
	return smaller(battery_rate_discharge_wh(b, slot_s), battery_room_discharge_wh(b, soc));
}

double battery_degradation_mc_per_kwh(const struct battery *b)
{
	enum { MC_PER_CENT = 1000, WH_PER_KWH = 1000 };

	if (!battery_exists(b))
		return 0;
	return b->cost_cents * MC_PER_CENT * WH_PER_KWH / b->lifetime_wh;
}

double battery_degradation_cents(const struct battery *b, int64_t discharge_wh)
{
	assert(discharge_wh >= 0);
	if (!battery_exists(b))
		return 0;
	return (double)discharge_wh * b->cost_cents / b->lifetime_wh;
}
