/* `hem history`: what the simulated home's meter showed before the market began, signed by it, a
 * line for each reading: what `lemctl history import` takes. */
#include <stdio.h>
#include <string.h>
#include "core/units.h"
#include "hem-client/ems/past_hours.h"
#include "hem-client/commands.h"
#include "hem-client/commands_cli.h"
#include "hem-client/commands_errand.h"
#include "hem-client/ems/home_device.h"

enum { PARAMETERS_MAX = 2048 };

static int complain(const char *what, const char *why)
{
	(void)fprintf(stderr, "hem: history: %s%s%s\n", what, why[0] ? ": " : "", why);
	return HEM_EXIT_REFUSED;
}

/* The market's genesis.json, which must be the pinned one. */
static int load_genesis(struct errand *e, const char *path)
{
	char why[FORM_FIELD_MAX + 64];

	if (genesis_load(path, e->config.market.genesis, &e->genesis, why) != ERR_OK)
		return complain(path, why);
	return 0;
}

/* Print the reading at the end of the slot that is over last. */
static enum err print_reading(struct errand *e, const struct home_device *d, const char *serial)
{
	const struct sim_state *s = &d->sim.state;
	struct reading r = {.slot = s->slot,
		.taken_ms = params_slot_start_ms(&e->genesis.params, s->slot + 1),
		.registers = s->registers};
	char text[PARAMETERS_MAX];
	struct out out;
	enum err err;

	out_init(&out, text, sizeof text);
	err = message_write_reading(&out, e->genesis.market, serial, &r, e->identity.meter);
	if (err == ERR_OK)
		(void)printf("%.*s\n", (int)out.len, text);
	return err;
}

/* What passed in the slot that is over last: the home's own past, for what is to come. */
static enum err remember(struct errand *e, const struct home_device *d, struct past *past)
{
	const struct sim_device *sim = &d->sim;

	return sim->has_last ? past_hours_add(&e->db, past, sim->state.slot, &sim->last_energy)
			     : ERR_OK;
}

static enum err remember_eve(struct errand *e, const struct home_device *d, struct past *past)
{
	const struct sim_device *sim = &d->sim;
	int64_t slot_s = e->genesis.params.slot_s;
	struct slot_energy energy;

	sim->source.energy(sim->source.self, sim->source_from_s - slot_s, slot_s, &energy);
	return past_hours_add(&e->db, past, -1, &energy);
}

/* Live from the first day of the history to the market's eve, and keep where the home stands. */
static int live(struct errand *e, struct home_device *d, const char *serial)
{
	const struct params *p = &e->genesis.params;
	int64_t slots = e->config.sim.history_days * S_PER_DAY / p->slot_s;
	char why[DEVICE_WHY_MAX], state[HOME_DEVICE_STATE_MAX];
	struct device_reading r;
	struct past past;
	enum err err = ERR_OK;

	past_init(&past, p->slot_s);
	sim_init(&d->sim.state, &d->sim.home, -1 - slots, e->config.sim.soc);
	while (err == ERR_OK) {
		err = print_reading(e, d, serial);
		if (err == ERR_OK)
			err = remember(e, d, &past);
		if (err != ERR_OK || d->sim.state.slot == -2)
			break;
		err = d->device.ops->read(
			d->device.self, params_slot_start_ms(p, d->sim.state.slot + 2), &r, why);
	}
	home_device_save(d, state);
	/* `hem run` reads the eve's last slot, without the one before it to compare with. */
	if (err == ERR_OK)
		err = remember_eve(e, d, &past);
	if (err == ERR_OK)
		err = hem_db_put_note(&e->db, "device", state);
	return err == ERR_OK ? 0 : complain("the readings", err_text(err));
}

static int run(struct errand *e, const char *genesis_path)
{
	char serial[HEM_DB_NOTE_MAX] = "", saved[HEM_DB_NOTE_MAX] = "", why[DEVICE_WHY_MAX];
	struct home_device d;
	int code = load_genesis(e, genesis_path);

	if (code != 0)
		return code;
	if (hem_db_get_note(&e->db, "meter_serial", serial) != ERR_OK || serial[0] == '\0')
		return complain("this home is not registered", "run `hem register` first");
	if (e->config.sim.history_days == 0)
		return complain("[sim] history_days is 0", "the home has no history");
	if (hem_db_get_note(&e->db, "device", saved) != ERR_OK || saved[0] != '\0')
		return complain("the home has begun its life in the market already", "");
	if (home_device_open(&d, &e->config, &e->genesis.params, e->genesis.params.start_ms, "",
		    why) != ERR_OK)
		return complain(why, "");
	code = live(e, &d, serial);
	home_device_close(&d);
	return code;
}

int hem_history(int argc, char **argv)
{
	const char *config = NULL, *genesis = NULL;
	const struct cli_option options[] = {
		{"config", 'c', CLI_TEXT, &config, "FILE", "the configuration file", 0},
		{"genesis", 0, CLI_TEXT, &genesis, "FILE", "the market's genesis.json (required)",
			0},
	};
	struct cli cli = {.usage = "hem history --genesis FILE [OPTION...]",
		.about = "Print what the simulated home's meter showed on the days before the "
			 "market\nbegan ([sim] history_days), signed by it, for `lemctl history "
			 "import`.\nOnce, before the first `hem run`.",
		.options = options,
		.count = sizeof options / sizeof *options};
	struct errand e;
	int code = cli_parse(&cli, argc, argv);

	if (code >= 0)
		return code;
	if (!genesis) {
		(void)fprintf(stderr, "hem: history: --genesis is missing\nusage: %s\n", cli.usage);
		return HEM_EXIT_USAGE;
	}
	code = errand_open(&e, config);
	if (code != 0)
		return code;
	code = run(&e, genesis);
	errand_close(&e);
	return code;
}
