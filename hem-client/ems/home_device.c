#include "hem-client/ems/home_device.h"
#include <stdio.h>
#include <string.h>
#include "core/units.h"
#include "wire/date.h"

enum { HOURS_PER_DAY = S_PER_DAY / S_PER_HOUR };

/* The day that many days before the configured one. */
static bool first_day(const struct config_sim *c, char out[static DATE_LEN + 1])
{
	char text[DATE_LEN + 1];
	int64_t ms;

	snprintf(text, sizeof text, "%.10s 00:00:00", c->day);
	if (!date_read(text, &ms))
		return false;
	date_write(ms - c->history_days * S_PER_DAY * MS_PER_S, out);
	out[strlen("YYYY-MM-DD")] = '\0';
	return true;
}

/* Where load and PV come from: from the first day of the home's history on. */
static enum err open_source(
	struct home_device *d, const struct config_sim *c, struct energy_source *source, char *why)
{
	char day[DATE_LEN + 1];
	struct profile_choice choice = {.home = (int)c->home,
		.day = day,
		.days = (int)(c->days ? c->days + c->history_days : 0)};
	enum err err;

	if (!first_day(c, day)) {
		snprintf(why, DEVICE_WHY_MAX, "[sim] day: there is no such day");
		return ERR_CONFIG;
	}
	if (c->source == SOURCE_GENERATOR) {
		if (!generator_init(&d->generator, c->seed, c->home, day, c->latitude_deg,
			    (double)c->pv_w)) {
			snprintf(why, DEVICE_WHY_MAX, "[sim]: the generator's numbers are wrong");
			return ERR_CONFIG;
		}
		*source = generator_source(&d->generator);
		return ERR_OK;
	}
	_Static_assert((int)DEVICE_WHY_MAX >= (int)PROFILE_WHY_MAX, "why holds either");
	err = profile_load(c->profile, &choice, &d->profile, why);
	if (err != ERR_OK)
		return err;
	if (d->profile.hour_count <= (size_t)c->history_days * HOURS_PER_DAY) {
		snprintf(why, DEVICE_WHY_MAX, "%.300s: %.10s is not a whole day in the file",
			c->profile, c->day);
		return ERR_CONFIG;
	}
	*source = profile_source(&d->profile);
	return ERR_OK;
}

static enum err open_sim(struct home_device *d, const struct config *config,
	const struct params *params, int64_t now_ms, const char *saved, char *why)
{
	struct sim_home home = {.battery = config->battery,
		.idle_rule = config->sim.idle_rule,
		.slot_s = params->slot_s};
	int64_t over = params_slot_at(params, now_ms) - 1;
	struct energy_source source;
	enum err err = open_source(d, &config->sim, &source, why);

	if (err != ERR_OK)
		return err;
	sim_device_init(&d->sim, &home, &source, config->sim.history_days * S_PER_DAY,
		params->start_ms, over < -1 ? -1 : over, config->sim.soc);
	if (saved[0] && !sim_decode(saved, &d->sim.state)) {
		snprintf(why, DEVICE_WHY_MAX, "the simulated home's saved state is damaged");
		return ERR_FORMAT;
	}
	d->device = (struct device){.ops = &sim_device_ops, .self = &d->sim};
	return d->device.ops->open(d->device.self, why);
}

enum err home_device_open(struct home_device *ret, const struct config *config,
	const struct params *params, int64_t now_ms, const char *saved,
	char why[static DEVICE_WHY_MAX])
{
	enum err err = ERR_CONFIG;

	memset(ret, 0, sizeof *ret);
	snprintf(why, DEVICE_WHY_MAX, "[device] driver: this program has no such driver");
	if (config->driver == DRIVER_SIM)
		err = open_sim(ret, config, params, now_ms, saved, why);
	if (err != ERR_OK)
		home_device_close(ret);
	return err;
}

enum err home_device_check(const struct config *config, char why[static DEVICE_WHY_MAX])
{
	struct home_device device = {.profile = {.hours = NULL}};
	struct energy_source source;
	enum err err = config->driver == DRIVER_SIM
			       ? open_source(&device, &config->sim, &source, why)
			       : ERR_OK;

	profile_release(&device.profile);
	return err;
}

void home_device_save(const struct home_device *d, char out[static HOME_DEVICE_STATE_MAX])
{
	sim_encode(&d->sim.state, out);
}

void home_device_close(struct home_device *d)
{
	if (d->device.ops)
		d->device.ops->close(d->device.self);
	profile_release(&d->profile);
	memset(d, 0, sizeof *d);
}
