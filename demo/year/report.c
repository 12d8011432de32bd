#include "demo/year/report.h"
#include <stdio.h>
#include "demo/year/chart.h"
#include "demo/year/table.h"

/* A table of the report: a view of that name. */
struct entry {
	const char *name, *title;
	struct chart chart; /* no title: it is not drawn */
};

static const struct entry entries[] = {
	{.name = "traded", .title = "Traded energy"},
	{.name = "prices",
		.title = "Prices by month (cents/kWh; retail: what import costs)",
		.chart = {"Prices", "cents/kWh",
			{"retail", "aggregator_buys", "aggregator_sells", "homes_sell"}}},
	{.name = "self",
		.title = "Self-sufficiency and self-consumption (%): of the homes, and of the "
			 "community at its edge",
		.chart = {"Self-sufficiency and self-consumption", "%",
			{"self_sufficiency", "self_consumption", "community_sufficiency",
				"community_consumption"}}},
	{.name = "savings",
		.title = "Savings by home, in % of its bill without the market (rewards not "
			 "counted)",
		.chart = {"Savings by home, rewards not counted", "% of the bill",
			{"saved_percent"}}},
	{.name = "saving", .title = "Savings, all homes"},
	{.name = "deviation",
		.title = "Energy out of balance against the schedule, by month (without: the same "
			 "homes, no trades)",
		.chart = {"Energy out of balance", "kWh a month", {"without_kwh", "with_kwh"}}},
	{.name = "balance", .title = "Energy out of balance, all slots with a schedule"},
	{.name = "needs",
		.title = "What the aggregator asked for, and what came (kWh; off: the community, "
			 "from its schedule, in those slots)"},
	{.name = "surplus",
		.title = "Surpluses that homes sold ahead: there when it was due, or missing and "
			 "bought at retail"},
	{.name = "answers", .title = "What bound the homes' answers to auctions"},
	{.name = "validators",
		.title = "Validators (Proof of Energy)",
		.chart = {"Blocks sealed by each home", "%", {"share_percent"}}},
	{.name = "elections", .title = "Elections and rewards"},
	{.name = "costs", .title = "What it took"},
};

static FILE *create(const char *dir, const char *name, const char *ending)
{
	char path[TOWN_PATH_MAX];
	FILE *out;

	(void)snprintf(path, sizeof path, "%s/%s.%s", dir, name, ending);
	out = fopen(path, "w");
	if (!out)
		town_die(path, "it cannot be written");
	return out;
}

static void close_written(FILE *out, const char *name)
{
	bool bad = ferror(out) != 0;

	if (fclose(out) != 0 || bad)
		town_die(name, "it could not be written");
}

static void print_entry(const char *dir, const struct entry *e, const struct table *t)
{
	FILE *out = create(dir, e->name, "csv");

	(void)printf("\n%s\n", e->title);
	table_print(t, stdout);
	table_write_csv(t, out);
	close_written(out, e->name);
	if (!e->chart.title)
		return;
	out = create(dir, e->name, "svg");
	if (!chart_write(&e->chart, t, out))
		town_die(e->name, "there is nothing to draw");
	close_written(out, e->name);
}

void report_print(const char *dir)
{
	static struct table table;
	char path[TOWN_PATH_MAX];
	sqlite3 *db = NULL;

	(void)snprintf(path, sizeof path, "%s/year.db", dir);
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
		town_die(path, sqlite3_errmsg(db));
	for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
		char sql[64];
		(void)snprintf(sql, sizeof sql, "SELECT * FROM %s", entries[i].name);
		if (!table_query(&table, db, sql))
			town_die(entries[i].name, sqlite3_errmsg(db));
		print_entry(dir, &entries[i], &table);
	}
	(void)sqlite3_close(db);
}
