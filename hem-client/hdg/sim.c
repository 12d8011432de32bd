#include "hem-client/hdg/sim.h"
#include <assert.h>
#include <math.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

void sim_init(struct sim_state *ret, const struct sim_home *home, int64_t slot, double soc)
{
	const struct battery *b = &home->battery;

	assert(slot >= -1 - SIM_SLOTS_BEFORE_MAX);
	*ret = (struct sim_state){.slot = slot};
	if (battery_exists(b))
		ret->soc = fmin(fmax(soc, b->soc_min), b->soc_max);
}

/* Charge in the award's direction: first what is awarded, then the PV that would be exported. */
static void charge(const struct sim_home *home, double soc, const struct slot_energy *energy,
	int64_t award_wh, struct sim_slot *slot)
{
	int64_t most_wh = battery_charge_max_wh(&home->battery, soc, home->slot_s);
	int64_t surplus_wh;

	slot->awarded_wh = smaller(award_wh, most_wh);
	slot->charge_wh = slot->awarded_wh;
	surplus_wh = energy->pv_wh - energy->load_wh - slot->charge_wh;
	if (home->idle_rule == IDLE_SELF_CONSUMPTION && surplus_wh > 0)
		slot->charge_wh += smaller(surplus_wh, most_wh - slot->charge_wh);
}

/* Likewise: first what is awarded, then the load that would be imported. */
static void discharge(const struct sim_home *home, double soc, const struct slot_energy *energy,
	int64_t award_wh, struct sim_slot *slot)
{
	int64_t most_wh = battery_discharge_max_wh(&home->battery, soc, home->slot_s);
	int64_t uncovered_wh;

	slot->awarded_wh = smaller(award_wh, most_wh);
	slot->discharge_wh = slot->awarded_wh;
	uncovered_wh = energy->load_wh - energy->pv_wh - slot->discharge_wh;
	if (home->idle_rule == IDLE_SELF_CONSUMPTION && uncovered_wh > 0)
		slot->discharge_wh += smaller(uncovered_wh, most_wh - slot->discharge_wh);
}

static void set_net(struct sim_slot *slot, int64_t net_wh)
{
	slot->import_wh = net_wh > 0 ? net_wh : 0;
	slot->export_wh = net_wh < 0 ? -net_wh : 0;
}

/* A slot, or the first half of one, without a net to keep. */
static void flow(const struct sim_home *home, const struct slot_energy *energy,
	const struct sim_award *award, double soc, struct sim_slot *slot)
{
	*slot = (struct sim_slot){0};
	if (award->charge_wh > 0)
		charge(home, soc, energy, award->charge_wh, slot);
	else if (award->discharge_wh > 0 || energy->load_wh > energy->pv_wh)
		discharge(home, soc, energy, award->discharge_wh, slot);
	else
		charge(home, soc, energy, 0, slot);
	set_net(slot, energy->load_wh + slot->charge_wh - energy->pv_wh - slot->discharge_wh);
}

static struct sim_slot share(const struct sim_slot *s, int quarters)
{
	return (struct sim_slot){.charge_wh = s->charge_wh * quarters / 4,
		.discharge_wh = s->discharge_wh * quarters / 4,
		.import_wh = s->import_wh * quarters / 4,
		.export_wh = s->export_wh * quarters / 4,
		.awarded_wh = s->awarded_wh};
}

static void add(struct sim_slot *to, const struct sim_slot *more)
{
	to->charge_wh += more->charge_wh;
	to->discharge_wh += more->discharge_wh;
	to->import_wh += more->import_wh;
	to->export_wh += more->export_wh;
}

/* The second half of a slot whose first went like half of *slot, which becomes the whole. */
static double keep_net(const struct sim_home *home, const struct slot_energy *energy,
	const struct sim_award *award, double soc, struct sim_slot *slot)
{
	const struct battery *b = &home->battery;
	struct sim_slot half = share(slot, 2), rest = {0};
	/* What is left of the slot's energies, so that the whole adds up. */
	int64_t load_wh = energy->load_wh - energy->pv_wh + half.charge_wh - half.discharge_wh -
			  (half.import_wh - half.export_wh);
	int64_t wanted_wh = award->half_net_wh - load_wh;

	soc = battery_step(b, soc, half.charge_wh, half.discharge_wh);
	if (wanted_wh > 0)
		rest.charge_wh =
			smaller(wanted_wh, battery_charge_max_wh(b, soc, home->slot_s / 2));
	else
		rest.discharge_wh =
			smaller(-wanted_wh, battery_discharge_max_wh(b, soc, home->slot_s / 2));
	set_net(&rest, load_wh + rest.charge_wh - rest.discharge_wh);
	*slot = half;
	add(slot, &rest);
	return battery_step(b, soc, rest.charge_wh, rest.discharge_wh);
}

static void count(struct registers *r, const struct sim_slot *slot, int64_t pv_wh)
{
	r->wh[REGISTER_PV] += pv_wh;
	r->wh[REGISTER_IMPORT] += slot->import_wh;
	r->wh[REGISTER_EXPORT] += slot->export_wh;
	r->wh[REGISTER_CHARGE] += slot->charge_wh;
	r->wh[REGISTER_DISCHARGE] += slot->discharge_wh;
}

static void check(const struct slot_energy *energy, const struct sim_award *award)
{
	assert(award->charge_wh >= 0 && award->discharge_wh >= 0);
	assert(award->charge_wh == 0 || award->discharge_wh == 0);
	assert(energy->load_wh >= 0 && energy->pv_wh >= 0);
}

void sim_step(const struct sim_home *home, const struct slot_energy *energy,
	const struct sim_award *award, struct sim_state *state, struct sim_slot *ret_slot)
{
	struct sim_slot slot;

	check(energy, award);
	flow(home, energy, award, state->soc, &slot);
	if (award->has_half_net)
		state->soc = keep_net(home, energy, award, state->soc, &slot);
	else
		state->soc =
			battery_step(&home->battery, state->soc, slot.charge_wh, slot.discharge_wh);
	state->slot++;
	count(&state->registers, &slot, energy->pv_wh);
	if (ret_slot)
		*ret_slot = slot;
}

void sim_quarter(const struct sim_home *home, const struct slot_energy *energy,
	const struct sim_award *award, const struct sim_state *state, int quarter,
	struct registers *ret)
{
	struct sim_slot slot;

	check(energy, award);
	assert(quarter >= 1 && quarter <= 2);
	flow(home, energy, award, state->soc, &slot);
	slot = share(&slot, quarter);
	*ret = state->registers;
	count(ret, &slot, energy->pv_wh * quarter / 4);
}

void sim_encode(const struct sim_state *state, char out[static SIM_TEXT_MAX])
{
	const int64_t *wh = state->registers.wh;

	(void)snprintf(out, SIM_TEXT_MAX,
		"sim1 slot=%" PRId64 " pv=%" PRId64 " import=%" PRId64 " export=%" PRId64
		" charge=%" PRId64 " discharge=%" PRId64 " soc=%.17g",
		state->slot, wh[REGISTER_PV], wh[REGISTER_IMPORT], wh[REGISTER_EXPORT],
		wh[REGISTER_CHARGE], wh[REGISTER_DISCHARGE], state->soc);
}

/* Move *text behind `label`, which must stand there. */
static bool skip_label(const char **text, const char *label)
{
	size_t len = strlen(label);

	if (strncmp(*text, label, len) != 0)
		return false;
	*text += len;
	return true;
}

/* Read a number after its label. Whatever strtoll() lets pass is compared with the written form
 * later on. */
static bool read_whole(
	const char **text, const char *label, int64_t least, int64_t most, int64_t *ret)
{
	char *end;

	if (!skip_label(text, label))
		return false;
	*ret = strtoll(*text, &end, 10);
	*text = end;
	return *ret >= least && *ret <= most;
}

bool sim_decode(const char *text, struct sim_state *ret)
{
	static const char *const labels[REGISTER_COUNT] = {
		[REGISTER_PV] = " pv=",
		[REGISTER_IMPORT] = " import=",
		[REGISTER_EXPORT] = " export=",
		[REGISTER_CHARGE] = " charge=",
		[REGISTER_DISCHARGE] = " discharge=",
	};
	const char *at = text;
	struct sim_state state;
	char back[SIM_TEXT_MAX];

	if (!read_whole(&at, "sim1 slot=", -1 - SIM_SLOTS_BEFORE_MAX, INT64_MAX - 1, &state.slot))
		return false;
	for (int i = 0; i < REGISTER_COUNT; i++)
		if (!read_whole(&at, labels[i], 0, REGISTER_WH_MAX, &state.registers.wh[i]))
			return false;
	if (!skip_label(&at, " soc="))
		return false;
	state.soc = strtod(at, NULL);
	if (!(state.soc >= 0 && state.soc <= 1))
		return false;
	sim_encode(&state, back);
	if (strcmp(text, back) != 0)
		return false;
	*ret = state;
	return true;
}
