#include "hem-client/hdg/sim_device.h"
#include <stdio.h>
#include "core/units.h"

void sim_device_init(struct sim_device *ret, const struct sim_home *home,
	const struct energy_source *source, int64_t source_from_s, int64_t start_ms, int64_t slot,
	double soc)
{
	*ret = (struct sim_device){.home = *home,
		.source = *source,
		.source_from_s = source_from_s,
		.start_ms = start_ms};
	sim_init(&ret->state, home, slot, soc);
}

static int64_t slot_start_ms(const struct sim_device *d, int64_t slot)
{
	return d->start_ms + slot * d->home.slot_s * MS_PER_S;
}

static struct device_setpoint *find(struct sim_device *d, int64_t slot)
{
	for (size_t i = 0; i < d->setpoint_count; i++)
		if (d->setpoints[i].slot == slot)
			return &d->setpoints[i];
	return NULL;
}

static struct sim_award award_of(const struct device_setpoint *s)
{
	return (struct sim_award){s->charge_wh, s->discharge_wh, s->has_half_net, s->half_net_wh};
}

/* The award of a slot, whose set-point is then used up. */
static struct sim_award take_award(struct sim_device *d, int64_t slot)
{
	struct device_setpoint *s = find(d, slot);
	struct sim_award award = {0};

	if (s)
		award = award_of(s);
	if (s)
		*s = d->setpoints[--d->setpoint_count];
	return award;
}

/* Step through every slot that is over. */
static void pass(struct sim_device *d, int64_t now_ms)
{
	while (slot_start_ms(d, d->state.slot + 2) <= now_ms) {
		int64_t slot = d->state.slot + 1;
		struct sim_award award = take_award(d, slot);

		d->source.energy(d->source.self, d->source_from_s + slot * d->home.slot_s,
			d->home.slot_s, &d->last_energy);
		sim_step(&d->home, &d->last_energy, &award, &d->state, &d->last);
		d->has_last = true;
	}
}

/* Mean power of an energy over the slot. */
static double mean_w(const struct sim_device *d, int64_t wh)
{
	return (double)wh * S_PER_HOUR / (double)d->home.slot_s;
}

static enum err sim_read(void *self, int64_t now_ms, struct device_reading *ret_reading,
	char why[static DEVICE_WHY_MAX])
{
	struct sim_device *d = self;
	int64_t age_ms;

	(void)why;
	pass(d, now_ms);
	age_ms = now_ms - slot_start_ms(d, d->state.slot + 1);
	*ret_reading = (struct device_reading){0};
	if (age_ms < 0)
		return ERR_OK;
	ret_reading->has_registers = true;
	ret_reading->registers_age_ms = age_ms;
	ret_reading->registers_slot = d->state.slot;
	ret_reading->registers = d->state.registers;
	ret_reading->has_soc = battery_exists(&d->home.battery);
	ret_reading->soc_age_ms = age_ms;
	ret_reading->soc = d->state.soc;
	ret_reading->has_powers = d->has_last;
	if (!d->has_last)
		return ERR_OK;
	ret_reading->powers_age_ms = age_ms;
	ret_reading->pv_w = mean_w(d, d->last_energy.pv_wh);
	ret_reading->load_w = mean_w(d, d->last_energy.load_wh);
	ret_reading->battery_w = mean_w(d, d->last.charge_wh - d->last.discharge_wh);
	ret_reading->grid_w = mean_w(d, d->last.import_wh - d->last.export_wh);
	return ERR_OK;
}

static enum err refuse(enum err err, const char *rule, char why[static DEVICE_WHY_MAX])
{
	(void)snprintf(why, DEVICE_WHY_MAX, "sim: %s", rule);
	return err;
}

static enum err sim_read_quarter(void *self, int64_t slot, int quarter, int64_t now_ms,
	struct registers *ret_registers, char why[static DEVICE_WHY_MAX])
{
	struct sim_device *d = self;
	const struct device_setpoint *s = find(d, slot);
	const struct sim_award award = s ? award_of(s) : (struct sim_award){0};
	struct slot_energy energy;

	pass(d, now_ms);
	if (d->state.slot != slot - 1)
		return refuse(ERR_LIMIT, "the slot is not the running one", why);
	if (now_ms < slot_start_ms(d, slot) + d->home.slot_s * MS_PER_S * quarter / 4)
		return refuse(ERR_LIMIT, "the quarter is not over", why);
	d->source.energy(
		d->source.self, d->source_from_s + slot * d->home.slot_s, d->home.slot_s, &energy);
	sim_quarter(&d->home, &energy, &award, &d->state, quarter, ret_registers);
	return ERR_OK;
}

static enum err sim_write(
	void *self, const struct device_setpoint *setpoint, char why[static DEVICE_WHY_MAX])
{
	struct sim_device *d = self;
	struct device_setpoint *same = find(d, setpoint->slot);

	if (setpoint->charge_wh < 0 || setpoint->discharge_wh < 0)
		return refuse(ERR_USAGE, "an energy is negative", why);
	if (setpoint->charge_wh > 0 && setpoint->discharge_wh > 0)
		return refuse(ERR_USAGE, "a battery cannot charge and discharge in one slot", why);
	if (setpoint->slot <= d->state.slot)
		return refuse(ERR_LIMIT, "the slot is over", why);
	if (setpoint->deadline_ms < slot_start_ms(d, setpoint->slot + 1))
		return refuse(ERR_USAGE, "the deadline is before the slot's end", why);
	if (!same && d->setpoint_count == SIM_SETPOINTS_MAX)
		return refuse(ERR_LIMIT, "too many set-points are waiting", why);
	if (!same)
		same = &d->setpoints[d->setpoint_count++];
	*same = *setpoint;
	return ERR_OK;
}

static enum err sim_open(void *self, char why[static DEVICE_WHY_MAX])
{
	(void)self;
	(void)why;
	return ERR_OK;
}

static void sim_close(void *self)
{
	(void)self;
}

const struct device_ops sim_device_ops = {
	.name = "sim",
	.open = sim_open,
	.close = sim_close,
	.read = sim_read,
	.quarter = sim_read_quarter,
	.write = sim_write,
};
