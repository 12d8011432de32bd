#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "demo/year/prices.h"
#include "demo/year/house.h"
#include "demo/year/report.h"
#include "demo/year/script.h"
#include "demo/year/without.h"
#include "wire/date.h"

static const char tables_sql[] =
	"CREATE TABLE year (name TEXT PRIMARY KEY, value REAL NOT NULL) STRICT;"
	"CREATE TABLE slots (slot INTEGER PRIMARY KEY, time TEXT NOT NULL, month TEXT NOT NULL,"
	" import_mc INTEGER NOT NULL, export_mc INTEGER NOT NULL) STRICT;"
	"CREATE TABLE without (slot INTEGER NOT NULL, home INTEGER NOT NULL,"
	" load_wh INTEGER NOT NULL, pv_wh INTEGER NOT NULL, import_wh INTEGER NOT NULL,"
	" export_wh INTEGER NOT NULL, charge_wh INTEGER NOT NULL, discharge_wh INTEGER NOT NULL,"
	" PRIMARY KEY (slot, home)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE ends (home INTEGER PRIMARY KEY, soc_with REAL NOT NULL,"
	" soc_without REAL NOT NULL, capacity_wh REAL NOT NULL, eta_discharge REAL NOT NULL)"
	" STRICT;"
	"CREATE TABLE quotes (home INTEGER NOT NULL, side INTEGER NOT NULL, made INTEGER NOT NULL,"
	" bound TEXT NOT NULL, rule TEXT NOT NULL, n INTEGER NOT NULL) STRICT;";

static _Noreturn void die_of(sqlite3 *db, const char *what)
{
	town_die(what, sqlite3_errmsg(db));
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *s = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
		die_of(db, "year.db");
	return s;
}

static void step(sqlite3 *db, sqlite3_stmt *s)
{
	if (sqlite3_step(s) != SQLITE_DONE || sqlite3_reset(s) != SQLITE_OK)
		die_of(db, "year.db");
}

static void note(sqlite3 *db, const char *name, double value)
{
	sqlite3_stmt *s = prepare(db, "INSERT INTO year VALUES (?1, ?2)");

	(void)sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
	(void)sqlite3_bind_double(s, 2, value);
	step(db, s);
	(void)sqlite3_finalize(s);
}

/* When each slot is, and the retail tariff in it: the profile's, else the market's. */
static void write_slots(sqlite3 *db, const struct town *t, int64_t slots)
{
	const struct params *p = &t->engine.genesis.params;
	sqlite3_stmt *s =
		prepare(db, "INSERT INTO slots VALUES (?1, ?2, substr(?2, 1, 7), ?3, ?4)");

	for (int64_t slot = 0; slot < slots; slot++) {
		char date[DATE_LEN + 1];
		struct retail_prices prices = prices_charged(t, slot);
		date_write(params_slot_start_ms(p, slot), date);
		(void)sqlite3_bind_int64(s, 1, slot);
		(void)sqlite3_bind_text(s, 2, date, -1, SQLITE_STATIC);
		(void)sqlite3_bind_int64(s, 3, prices.import_mc_per_kwh);
		(void)sqlite3_bind_int64(s, 4, prices.export_mc_per_kwh);
		step(db, s);
	}
	(void)sqlite3_finalize(s);
}

/* Where a home's slots without the market go. */
struct sink {
	sqlite3 *db;
	sqlite3_stmt *insert;
	unsigned home;
};

static void write_slot(
	void *context, int64_t slot, const struct slot_energy *energy, const struct sim_slot *lived)
{
	struct sink *k = context;
	const int64_t values[] = {slot, k->home, energy->load_wh, energy->pv_wh, lived->import_wh,
		lived->export_wh, lived->charge_wh, lived->discharge_wh};

	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		(void)sqlite3_bind_int64(k->insert, (int)i + 1, values[i]);
	step(k->db, k->insert);
}

static void write_homes(sqlite3 *db, const struct town *t, int64_t slots, const double *soc)
{
	sqlite3_stmt *end = prepare(db, "INSERT INTO ends VALUES (?1, ?2, ?3, ?4, ?5)");
	struct sink sink = {.db = db,
		.insert =
			prepare(db, "INSERT INTO without VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")};

	for (unsigned i = 0; i < t->house_count; i++) {
		const struct house *h = &t->houses[i];
		double without;
		sink.home = h->number;
		without =
			without_market(&h->device.sim, h->config.sim.soc, slots, write_slot, &sink);
		(void)sqlite3_bind_int64(end, 1, h->number);
		(void)sqlite3_bind_double(end, 2, soc[i]);
		(void)sqlite3_bind_double(end, 3, without);
		(void)sqlite3_bind_double(end, 4, h->config.battery.capacity_wh);
		(void)sqlite3_bind_double(end, 5, h->config.battery.eta_discharge);
		step(db, end);
	}
	(void)sqlite3_finalize(end);
	(void)sqlite3_finalize(sink.insert);
}

/* What bound the homes' answers, or forbade them. */
static void write_quotes(sqlite3 *db, const struct town *t)
{
	sqlite3_stmt *s = prepare(db, "INSERT INTO quotes VALUES (?1, ?2, ?3, ?4, ?5, ?6)");

	for (unsigned i = 0; i < t->house_count * 2 * 2 * TCR_BOUND_COUNT; i++) {
		const struct house *h = &t->houses[i / (2 * 2 * TCR_BOUND_COUNT)];
		unsigned side = i / (2 * TCR_BOUND_COUNT) % 2, made = i / TCR_BOUND_COUNT % 2;
		enum tcr_bound bound = (enum tcr_bound)(i % TCR_BOUND_COUNT);
		if (h->quotes.n[side][made][bound] == 0)
			continue;
		(void)sqlite3_bind_int64(s, 1, h->number);
		(void)sqlite3_bind_int64(s, 2, SIDE_BUY + side);
		(void)sqlite3_bind_int64(s, 3, made);
		(void)sqlite3_bind_text(s, 4, tcr_bound_name(bound), -1, SQLITE_STATIC);
		(void)sqlite3_bind_text(s, 5, tcr_bound_text(bound), -1, SQLITE_STATIC);
		(void)sqlite3_bind_int64(s, 6, (int64_t)h->quotes.n[side][made][bound]);
		step(db, s);
	}
	(void)sqlite3_finalize(s);
}

static void attach(sqlite3 *db, const char *dir, const char *name)
{
	char path[TOWN_PATH_MAX + 32];
	sqlite3_stmt *s = prepare(db, "ATTACH ?1 AS ?2");

	(void)snprintf(path, sizeof path, "file:%s/market/%s.db?mode=ro", dir, name);
	(void)sqlite3_bind_text(s, 1, path, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(s, 2, name, -1, SQLITE_STATIC);
	step(db, s);
	(void)sqlite3_finalize(s);
}

void report_gather(const char *dir, const char *sql_dir, const struct town *t, int64_t slots,
	const double *soc)
{
	static char facts[SCRIPT_MAX], tables[SCRIPT_MAX];
	char path[TOWN_PATH_MAX];
	sqlite3 *db = NULL;

	if (!script_read(sql_dir, "facts.sql", facts) ||
		!script_read(sql_dir, "tables.sql", tables))
		town_die(sql_dir, "facts.sql and tables.sql are not there");
	(void)snprintf(path, sizeof path, "%s/year.db", dir);
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI,
		    NULL) != SQLITE_OK)
		die_of(db, path);
	attach(db, dir, "ledger");
	attach(db, dir, "csm");
	if (!script_run(db, "PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY; BEGIN") ||
		!script_run(db, tables_sql))
		die_of(db, path);
	note(db, "messages", (double)t->messages);
	note(db, "import_mc", (double)t->engine.genesis.params.import_mc_per_kwh);
	write_slots(db, t, slots);
	write_homes(db, t, slots, soc);
	write_quotes(db, t);
	if (!script_run(db, facts) || !script_run(db, tables) || !script_run(db, "COMMIT"))
		die_of(db, "year.db");
	(void)sqlite3_close(db);
}
