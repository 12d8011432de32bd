/*
 * demo-year: a year of a neighbourhood in one process: the market without a broker, homes as `hem`
 * runs them without their processes, the same year without the market, and the tables.
 */
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "core/units.h"
#include "demo/year/house.h"
#include "demo/year/report.h"
#include "demo/year/seed.h"
#include "demo/year/source.h"
#include "lemctl/args.h"
#include "lemctl/init.h"
#include "wire/clock.h"
#include "wire/date.h"

enum { HOURS_PER_DAY = 24, GENERATOR_DAYS = 365, INIT_ARGS = 13, SETTLING_SLOTS = 2 };

/* Nobody is to be kept from trading by its purse: a year's worth. */
#define DEPOSIT_UC INT64_C(100000000000)

/* What the command line says, and what follows from it. */
struct year {
	int64_t ragged;
	const char *dir, *homes_csv, *strategy, *sql_dir, *plugin;
	int64_t days, homes, seed;
	bool check, no_trades;
	char day[SOURCE_DAY_LEN + 1];
	int64_t start_ms;
	struct house_ratings ratings[TOWN_HOUSES_MAX];
};

static const char left_out[] =
	"Left out of this run, against `make demo`:\n"
	"  - no broker, network or TLS: messages are handed over in memory, and what has come in\n"
	"    within five minutes of market time is answered together;\n"
	"  - homes keep no copy of the ledger: who was elected they are told by the market, and\n"
	"    nobody executes blocks again until `lemctl verify` does at the end;\n"
	"  - nothing is forced to the disk at a commit;\n"
	"  - homes have no schedules of their own, and no contract is measured from one; nobody\n"
	"    limits the net, approves schedules or asks for regulation; no fees, no imbalance\n"
	"    prices, no wholesale price;\n"
	"  - keys and all chance come from a seed: the same run again, byte for byte.\n";
static const char left_out_checks[] =
	"  - signatures are all made, and not checked on arrival: those in the ledger are by\n"
	"    `lemctl verify` at the end, the meters' and receipts' are not. With\n"
	"    --check-signatures (about twice the time) they all are.\n";

/* Which homes, and from which day on. */
static void find_homes(struct year *y)
{
	char why[CSV_WHY_MAX], path[TOWN_PATH_MAX], folder[TOWN_PATH_MAX];
	enum err err = ERR_NOT_FOUND;

	for (int64_t i = 0; i < y->homes; i++)
		y->ratings[i] = source_usual_ratings();
	(void)snprintf(y->day, sizeof y->day, "2017-01-01");
	if (y->homes_csv) {
		if (source_first_day(y->homes_csv, y->day, why) != ERR_OK)
			town_die("HOMES", why);
		(void)snprintf(folder, sizeof folder, "%s", y->homes_csv);
		(void)snprintf(path, sizeof path, "%.4000s/homes.csv", dirname(folder));
		err = source_ratings(path, y->ratings, (unsigned)y->homes, why);
		if (err != ERR_OK && err != ERR_NOT_FOUND)
			town_die("ratings", why);
	}
	for (int64_t i = 0; i < y->homes; i++)
		y->ratings[i].trades = !y->no_trades;
	(void)snprintf(path, sizeof path, "%s 00:00:00", y->day);
	if (!date_read(path, &y->start_ms))
		town_die(y->day, "there is no such day");
	(void)printf("Homes: %lld of %s; ratings: %s.\n", (long long)y->homes,
		y->homes_csv ? y->homes_csv : "the built-in generator",
		err == ERR_OK ? "homes.csv beside it" : "the demo's");
}

/* The market, as the operator's command makes it. */
static void make_market(const struct year *y, char market[static TOWN_PATH_MAX])
{
	char words[INIT_ARGS][TOWN_PATH_MAX] = {"init", "--demo", "--name", "year", "--slot",
		"3600", "--start", "", "--plugin", "", "--start-in", "0", ""};
	char *argv[INIT_ARGS + 1] = {NULL};

	(void)snprintf(market, TOWN_PATH_MAX, "%.4000s/market", y->dir);
	(void)snprintf(words[7], sizeof words[7], "%s 00:00:00", y->day);
	(void)snprintf(words[9], sizeof words[9], "%s", y->plugin);
	(void)snprintf(words[12], sizeof words[12], "%s", market);
	for (size_t i = 0; i < INIT_ARGS; i++)
		argv[i] = words[i];
	if (!seed_begin((uint64_t)y->seed, y->start_ms))
		town_die("seed", "OpenSSL draws its own random numbers");
	if (mkdir(y->dir, 0755) != 0)
		town_die(y->dir, "the folder is there already, or cannot be made");
	if (init_command(INIT_ARGS, argv) != 0)
		town_die(market, "the market cannot be made");
}

/* The homes move in a while before the market begins. */
static void settle(struct year *y, struct town *t)
{
	const struct house_source source = {.profile = y->homes_csv,
		.day = y->day,
		.strategy = y->strategy,
		.ragged_percent = y->ragged};

	t->now_ms = y->start_ms - INT64_C(2) * TOWN_ROUND_MS;
	t->houses = calloc((size_t)y->homes, sizeof *t->houses);
	if (!t->houses)
		town_die("homes", err_text(ERR_NOMEM));
	for (unsigned i = 0; i < (unsigned)y->homes; i++) {
		house_open(&t->houses[i], t, i + 1, &source, &y->ratings[i]);
		t->houses[i].due_ms = y->start_ms - TOWN_ROUND_MS;
		t->house_count++;
	}
	for (unsigned i = 0; i < t->house_count; i++)
		house_join(&t->houses[i], DEPOSIT_UC);
	town_commit(t);
}

/* How many slots there are to live. */
static int64_t slots_of(const struct year *y, const struct town *t)
{
	const struct profile *p = &t->houses[0].device.profile;
	int64_t days = p->hours ? (int64_t)p->hour_count / HOURS_PER_DAY : GENERATOR_DAYS;

	return (y->days > 0 && y->days < days ? y->days : days) * HOURS_PER_DAY;
}

static void live(const struct year *y, struct town *t, int64_t slots, double *soc)
{
	int64_t slot_ms = t->engine.genesis.params.slot_s * MS_PER_S;
	int64_t began_us = clock_monotonic_us();
	int64_t month_slots = INT64_C(30) * HOURS_PER_DAY;

	for (int64_t slot = month_slots; slot < slots; slot += month_slots) {
		town_live(t, y->start_ms + slot * slot_ms);
		(void)printf("%lld days, %.0f s\n", (long long)(slot / HOURS_PER_DAY),
			(double)(clock_monotonic_us() - began_us) / 1e6);
		(void)fflush(stdout);
	}
	/* Where the batteries stand when the last slot is over; then it is settled. */
	town_live(t, y->start_ms + slots * slot_ms + TOWN_ROUND_MS);
	for (unsigned i = 0; i < t->house_count; i++)
		soc[i] = t->houses[i].device.sim.state.soc;
	town_live(t, y->start_ms + (slots + SETTLING_SLOTS) * slot_ms + TOWN_ROUND_MS);
	(void)printf("%lld slots lived in %.0f s: %.1f ms each, of them %.1f planning\n",
		(long long)slots, (double)(clock_monotonic_us() - began_us) / 1e6,
		(double)(clock_monotonic_us() - began_us) / 1e3 / (double)slots,
		(double)t->planner_us / 1e3 / (double)slots);
}

static void print_refused(const struct engine *e)
{
	for (int v = 0; v < ENGINE_VERDICTS_MAX; v++) {
		if (e->counts.refused[v] > 0)
			(void)printf("refused %s: %llu\n", verdict_name((enum verdict)v),
				(unsigned long long)e->counts.refused[v]);
	}
}

static int run(struct year *y)
{
	static struct town t;
	double soc[TOWN_HOUSES_MAX];
	char market[TOWN_PATH_MAX];
	int64_t slots;

	(void)fputs(left_out, stdout);
	if (!y->check)
		(void)fputs(left_out_checks, stdout);
	find_homes(y);
	make_market(y, market);
	seed_check_signatures(y->check);
	town_open(&t, market);
	settle(y, &t);
	slots = slots_of(y, &t);
	(void)printf("%lld days from %s on, hour by hour; seed %lld.\n",
		(long long)(slots / HOURS_PER_DAY), y->day, (long long)y->seed);
	(void)fflush(stdout);
	live(y, &t, slots, soc);
	print_refused(&t.engine);
	report_gather(y->dir, y->sql_dir, &t, slots, soc);
	town_close(&t);
	report_print(y->dir);
	return 0;
}

int main(int argc, char **argv)
{
	struct year y = {.strategy = "value",
		.sql_dir = "demo/year",
		.plugin = "build/mosquitto_lem.so",
		.homes = 17,
		.seed = 1};
	char about[sizeof left_out + sizeof left_out_checks + 512];
	const struct arg table[] = {
		{"days", ARG_INT, &y.days, "N", "not the whole year", 1, PROFILE_DAYS_MAX},
		{"homes", ARG_INT, &y.homes, "N", "how many (17)", 1, TOWN_HOUSES_MAX},
		{"seed", ARG_INT, &y.seed, "N", "of keys and chance (1)", 0, INT32_MAX},
		{"strategy", ARG_TEXT, &y.strategy, "NAME",
			"of the homes, as in hem.conf: value (default) or curve", 0, 0},
		{"ragged", ARG_INT, &y.ragged, "PERCENT",
			"first quarters of hours differ by up to this from a quarter of them (0)",
			0, 100},
		{"check-signatures", ARG_FLAG, &y.check, "", "check each on arrival", 0, 0},
		{"no-trades", ARG_FLAG, &y.no_trades, "",
			"homes take part for rewards alone: both worlds are then one", 0, 0},
		{"sql", ARG_TEXT, &y.sql_dir, "DIR", "of facts.sql and tables.sql (demo/year)", 0,
			0},
		{"plugin", ARG_TEXT, &y.plugin, "FILE",
			"that mosquitto.conf is to name (build/mosquitto_lem.so)", 0, 0},
	};
	struct args a = {.usage = "demo-year [OPTION...] DIR [HOMES.csv]",
		.about = about,
		.table = table,
		.count = sizeof table / sizeof *table,
		.positional_min = 1,
		.positional_max = 2};
	int code;

	(void)snprintf(about, sizeof about,
		"Live a year of hours with the market and without it, into the new folder DIR: "
		"market/,\nyear.db, tables as CSV and SVG. HOMES.csv: measured homes "
		"(hem-client/hdg/profile.h),\nwith their ratings in homes.csv beside it; else the "
		"built-in generator.\n\n%s%s",
		left_out, left_out_checks);
	code = args_parse(&a, argc, argv);
	if (code >= 0)
		return code;
	y.dir = a.positional[0];
	y.homes_csv = a.positional_count > 1 ? a.positional[1] : NULL;
	return run(&y);
}
