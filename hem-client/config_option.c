#include "hem-client/config_option.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "core/units.h"
#include "hem-client/hdg/generator.h"
#include "hem-client/hdg/profile.h"
#include "wire/date.h"
#include "wire/quantity.h"
#include "wire/text.h"

enum { DECIMALS = 6, CENTS_DECIMALS = 3, MC_PER_CENT = 1000 };
#define MILLION 1e6

static const struct option_choice modes[] = {
	{"TE", MODE_TE}, {"RE", MODE_RE}, {"RE+TE", MODE_BOTH}, {NULL, 0}};
static const struct option_choice strategies[] = {
	{"curve", STRATEGY_CURVE}, {"value", STRATEGY_VALUE}, {NULL, 0}};
static const struct option_choice slopes[] = {
	{"paper", SLOPE_PAPER}, {"scarcity", SLOPE_SCARCITY}, {NULL, 0}};
static const struct option_choice drivers[] = {{"sim", DRIVER_SIM}, {NULL, 0}};
static const struct option_choice sources[] = {
	{"generator", SOURCE_GENERATOR}, {"profile", SOURCE_PROFILE}, {NULL, 0}};
static const struct option_choice idle_rules[] = {
	{"none", IDLE_NONE}, {"self-consumption", IDLE_SELF_CONSUMPTION}, {NULL, 0}};

#define AT(member) offsetof(struct config, member), sizeof(((struct config *)0)->member)
#define PLAIN(section, name, kind, member, value, help)                                            \
	{                                                                                          \
		section, name, kind, AT(member), 0, 0, NULL, value, help                           \
	}
#define RANGE(section, name, kind, member, least, most, value, help)                               \
	{                                                                                          \
		section, name, kind, AT(member), least, most, NULL, value, help                    \
	}
#define CHOICE(section, name, member, choices, value, help)                                        \
	{                                                                                          \
		section, name, OPTION_CHOICE, AT(member), 0, 0, choices, value, help               \
	}

const struct config_option config_options[] = {
	PLAIN("market", "host", OPTION_HOST, market.host, "localhost",
		"Host name or address of the market's broker."),
	RANGE("market", "port", OPTION_WHOLE, market.port, 1, 65535, "8883", "Its port."),
	PLAIN("market", "cafile", OPTION_PATH, market.cafile, "/etc/ssl/certs/ca-certificates.crt",
		"Certificates (PEM) that vouch for the broker; empty: no TLS."),
	PLAIN("market", "name", OPTION_NAME, market.name, NULL, "Name of the market."),
	PLAIN("market", "genesis", OPTION_HASH, market.genesis, NULL,
		"Hash of its genesis header: the digits behind the dash of the enrolment code."),
	PLAIN("market", "client_id", OPTION_CLIENT, market.client_id, NULL,
		"The home's clientId, as its operator gave it."),

	PLAIN("home", "state_dir", OPTION_PATH, home.state_dir, "/var/lib/hem",
		"Folder of the keys, the outbox and all else that outlives a restart."),
	CHOICE("home", "mode", home.mode, modes, "RE+TE",
		"TE trades, RE earns rewards, RE+TE does both."),

	RANGE("battery", "capacity_wh", OPTION_DECIMAL, battery.capacity_wh, 0,
		BATTERY_CAPACITY_WH_MAX, "6400", "Cap, the battery's capacity; 0: there is none."),
	RANGE("battery", "soc_min", OPTION_DECIMAL, battery.soc_min, 0, 1, "0.1",
		"SOCmin of (1), a fraction of the capacity."),
	RANGE("battery", "soc_max", OPTION_DECIMAL, battery.soc_max, 0, 1, "0.9",
		"SOCmax of (1), above soc_min."),
	RANGE("battery", "eta_charge", OPTION_DECIMAL, battery.eta_charge, BATTERY_ETA_MIN, 1,
		"0.95", "Efficiency of charging, (2) and (6)."),
	RANGE("battery", "eta_discharge", OPTION_DECIMAL, battery.eta_discharge, BATTERY_ETA_MIN, 1,
		"0.95", "Efficiency of discharging, (3) and (6)."),
	RANGE("battery", "power_charge_max_w", OPTION_DECIMAL, battery.power_charge_max_w, 1,
		BATTERY_POWER_W_MAX, "5000", "The most it takes, (4)."),
	RANGE("battery", "power_discharge_max_w", OPTION_DECIMAL, battery.power_discharge_max_w, 1,
		BATTERY_POWER_W_MAX, "5000", "The most it gives, (5)."),
	RANGE("battery", "cost_cents", OPTION_DECIMAL, battery.cost_cents, 0,
		BATTERY_COST_CENTS_MAX, "160000", "C_battery of (8), its capital cost."),
	RANGE("battery", "lifetime_wh", OPTION_DECIMAL, battery.lifetime_wh, 1,
		BATTERY_LIFETIME_WH_MAX, "30720000",
		"L_ET of (8), the energy it discharges in its life: 6,000 cycles of 0.8 x "
		"capacity."),

	CHOICE("tcr", "strategy", tcr.strategy, strategies, "curve",
		"curve: the paper's curves; value: what energy is worth to the home, as its past "
		"lets "
		"expect."),
	CHOICE("tcr", "price_slope", tcr.curve.price_slope, slopes, "paper",
		"paper: a fuller battery asks and bids as figures 4 and 5 go; scarcity: the "
		"reverse."),
	RANGE("tcr", "offer_price_min", OPTION_CENTS, tcr.curve.offer_min_mc_per_kwh, 0,
		PRICE_MC_MAX, "10", "p_o_min: cents/kWh at one end of the offers' price curve."),
	RANGE("tcr", "offer_price_max", OPTION_CENTS, tcr.curve.offer_max_mc_per_kwh, 0,
		PRICE_MC_MAX, "25", "p_o_max: cents/kWh at the other."),
	RANGE("tcr", "bid_price_min", OPTION_CENTS, tcr.curve.bid_min_mc_per_kwh, 0, PRICE_MC_MAX,
		"5", "p_b_min: cents/kWh at one end of the bids' price curve."),
	RANGE("tcr", "bid_price_max", OPTION_CENTS, tcr.curve.bid_max_mc_per_kwh, 0, PRICE_MC_MAX,
		"20", "p_b_max: cents/kWh at the other."),
	RANGE("tcr", "margin", OPTION_CENTS, tcr.curve.margin_mc_per_kwh, 1, PRICE_MC_MAX, "1",
		"What an offer asks above the battery's wear, (7), (8), and value gains; "
		"cents/kWh."),
	RANGE("tcr", "tick", OPTION_CENTS, tcr.curve.tick_mc_per_kwh, 1, PRICE_MC_MAX, "0.01",
		"What a bid is at least above the aggregator's price, cents/kWh."),
	RANGE("tcr", "value_cap", OPTION_CENTS, tcr.curve.value_cap_mc_per_kwh, 0, PRICE_MC_MAX,
		"30", "What energy is worth to the home at most: no bid beyond it, cents/kWh."),
	PLAIN("tcr", "price_at_limit", OPTION_YES_NO, tcr.curve.price_at_limit, "no",
		"yes: an offer beyond an auction's limit comes down to it; no: it is not made."),

	RANGE("tcr", "surplus_min", OPTION_WHOLE, tcr.surplus_min_wh, 0, ENERGY_WH_MAX, "200",
		"Wh exported in a slot from which the home opens an auction for the next; 0: "
		"never."),

	CHOICE("device", "driver", driver, drivers, "sim",
		"What connects meter and battery: sim, a simulated home."),

	CHOICE("sim", "source", sim.source, sources, "generator",
		"Where load and PV come from: the built-in generator, or a profile."),
	PLAIN("sim", "profile", OPTION_PATH, sim.profile, "",
		"CSV file of measured homes, hour by hour."),
	RANGE("sim", "home", OPTION_WHOLE, sim.home, 1, 1000000000, "1",
		"Number of the home, in the profile (1 to 99) or of the generator."),
	PLAIN("sim", "day", OPTION_DAY, sim.day, "2017-06-21",
		"Day at whose local midnight the market's first slot begins."),
	RANGE("sim", "days", OPTION_WHOLE, sim.days, 0, PROFILE_DAYS_MAX, "0",
		"Days of the profile before it begins again; 0: all that follow."),
	RANGE("sim", "history_days", OPTION_WHOLE, sim.history_days, 0, SIM_HISTORY_DAYS_MAX, "0",
		"Days that the home has lived before that one: `hem history` tells of them."),
	RANGE("sim", "seed", OPTION_WHOLE, sim.seed, 0, 1e15, "1",
		"Seed of the generator: the same one gives the same homes and weather."),
	RANGE("sim", "latitude", OPTION_DECIMAL, sim.latitude_deg, -90, 90, "40.8",
		"Degrees north, for the generator's sun."),
	RANGE("sim", "pv_w", OPTION_WHOLE, sim.pv_w, GENERATOR_PV_DRAWN, GENERATOR_PV_W_MAX, "-1",
		"Rating of the generator's panels; 0: none; -1: drawn from the seed."),
	RANGE("sim", "soc", OPTION_DECIMAL, sim.soc, 0, 1, "0.5", "SOC at the start."),
	CHOICE("sim", "idle_rule", sim.idle_rule, idle_rules, "self-consumption",
		"What the battery does beside its awards."),
	PLAIN("sim", "meter_key", OPTION_PATH, sim.meter_key, "",
		"Private key (PEM) of the simulated meter; empty: meter.pem in state_dir."),

	PLAIN("replica", "ledger", OPTION_PATH, replica.ledger, "",
		"File of the home's copy of the ledger; empty: none is kept."),
};

_Static_assert(sizeof config_options / sizeof *config_options <= OPTIONS_MAX, "they are counted");
_Static_assert(sizeof(enum idle_rule) == sizeof(int), "a choice is written as an int");

size_t config_option_count(void)
{
	return sizeof config_options / sizeof *config_options;
}

const struct config_option *config_option_find(const char *section, const char *name)
{
	for (size_t i = 0; i < config_option_count(); i++) {
		const struct config_option *o = &config_options[i];

		if (strcmp(o->section, section) == 0 && strcmp(o->name, name) == 0)
			return o;
	}
	return NULL;
}

bool config_section_exists(const char *section)
{
	for (size_t i = 0; i < config_option_count(); i++)
		if (strcmp(config_options[i].section, section) == 0)
			return true;
	return false;
}

/* Whether text is least..most characters of the alphabet. */
static bool made_of(const char *text, const char *alphabet, size_t least, size_t most)
{
	size_t len = strlen(text);

	return len >= least && len <= most && strspn(text, alphabet) == len;
}

static bool is_day(const char *value)
{
	char date[DATE_LEN + 1];
	int64_t ms;

	(void)snprintf(date, sizeof date, "%.10s 00:00:00", value);
	return strlen(value) == CONFIG_DAY_MAX - 1 && date_read(date, &ms);
}

static bool set_text(const struct config_option *o, const char *value, char *member)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	static const char printable_end = 0x7E;
	bool fits = strlen(value) < o->size;

	for (const char *c = value; *c != '\0' && o->kind == OPTION_HOST; c++)
		fits = fits && *c > ' ' && *c <= printable_end;
	if (o->kind == OPTION_HOST)
		fits = fits && *value != '\0';
	if (o->kind == OPTION_NAME)
		fits = *value != '-' && made_of(value, alphabet, 1, o->size - 1);
	if (o->kind == OPTION_CLIENT)
		fits = !strchr(value, '-') && made_of(value, alphabet, 4, o->size - 1);
	if (o->kind == OPTION_DAY)
		fits = is_day(value);
	if (fits)
		memcpy(member, value, strlen(value) + 1);
	return fits;
}

/* A decimal with an optional minus, in 10^-decimals; within the option's range. */
static bool read_number(
	const struct config_option *o, const char *value, unsigned decimals, int64_t *ret)
{
	double scale = o->kind == OPTION_DECIMAL ? MILLION : 1;
	bool negative = *value == '-';
	int64_t number;

	if (!decimal_read(value + (negative ? 1 : 0), decimals, &number))
		return false;
	if (negative)
		number = -number;
	if ((double)number < o->least * scale || (double)number > o->most * scale)
		return false;
	*ret = number;
	return true;
}

static bool set_number(const struct config_option *o, const char *value, char *member)
{
	unsigned decimals = o->kind == OPTION_DECIMAL ? DECIMALS : 0;
	int64_t number;
	double real;

	if (o->kind == OPTION_CENTS)
		decimals = CENTS_DECIMALS;
	if (!read_number(o, value, decimals, &number))
		return false;
	real = (double)number / MILLION;
	if (o->kind == OPTION_DECIMAL)
		memcpy(member, &real, sizeof real);
	else
		memcpy(member, &number, sizeof number);
	return true;
}

static bool set_choice(const struct config_option *o, const char *value, char *member)
{
	for (const struct option_choice *c = o->choices; c->word; c++) {
		if (strcmp(c->word, value) == 0) {
			memcpy(member, &c->number, sizeof c->number);
			return true;
		}
	}
	return false;
}

static bool set_hash(const char *value, struct config *config)
{
	uint8_t hash[CONFIG_HASH_LEN];
	size_t len;

	if (!text_hex_read(value, strlen(value), hash, sizeof hash, &len) || len != sizeof hash)
		return false;
	memcpy(config->market.genesis, hash, sizeof hash);
	config->market.has_genesis = true;
	return true;
}

bool config_option_set(const struct config_option *o, const char *value, struct config *config)
{
	char *member = (char *)config + o->offset;
	bool yes = strcmp(value, "yes") == 0;

	switch (o->kind) {
	case OPTION_WHOLE:
	case OPTION_DECIMAL:
	case OPTION_CENTS:
		return set_number(o, value, member);
	case OPTION_CHOICE:
		return set_choice(o, value, member);
	case OPTION_HASH:
		return set_hash(value, config);
	case OPTION_YES_NO:
		if (!yes && strcmp(value, "no") != 0)
			return false;
		memcpy(member, &yes, sizeof yes);
		return true;
	case OPTION_HOST:
	case OPTION_PATH:
	case OPTION_NAME:
	case OPTION_CLIENT:
	case OPTION_DAY:
		break;
	}
	return set_text(o, value, member);
}

static void choice_rule(const struct option_choice *choices, char out[static OPTION_RULE_MAX])
{
	size_t len = (size_t)snprintf(out, OPTION_RULE_MAX, "must be %s", choices->word);

	for (const struct option_choice *c = choices + 1; c->word; c++)
		len += (size_t)snprintf(out + len, OPTION_RULE_MAX - len, "%s %s",
			c[1].word ? "," : " or", c->word);
}

void config_option_rule(const struct config_option *o, char out[static OPTION_RULE_MAX])
{
	static const char *const rules[] = {
		[OPTION_HOST] = "must be a host name or address",
		[OPTION_PATH] = "must be a path of at most 1023 bytes",
		[OPTION_NAME] = "must be 1 to 24 of a-z, 0-9 and dashes, no dash first",
		[OPTION_CLIENT] = "must be 3 to 32 of a-z and 0-9",
		[OPTION_HASH] = "must be 64 hex digits in lower case",
		[OPTION_DAY] = "must be a day YYYY-MM-DD",
		[OPTION_YES_NO] = "must be yes or no",
	};

	if (o->kind == OPTION_CHOICE)
		choice_rule(o->choices, out);
	else if (o->kind == OPTION_WHOLE)
		(void)snprintf(out, OPTION_RULE_MAX, "must be a whole number %.0f to %.0f",
			o->least, o->most);
	else if (o->kind == OPTION_DECIMAL)
		(void)snprintf(out, OPTION_RULE_MAX,
			"must be a number %.12g to %.12g of at most six decimals", o->least,
			o->most);
	else if (o->kind == OPTION_CENTS)
		(void)snprintf(out, OPTION_RULE_MAX,
			"must be a price %g to %g cents/kWh of at most three decimals",
			o->least / MC_PER_CENT, o->most / MC_PER_CENT);
	else
		(void)snprintf(out, OPTION_RULE_MAX, "%s", rules[o->kind]);
}
