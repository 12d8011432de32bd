#include "lemctl/stats.h"
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include "lemctl/args.h"
#include "lemctl/office_door.h"
#include "store/market_db.h"
#include "wire/date.h"
#include "wire/out.h"

enum { COLUMN_WIDTH = 12 };

/* Against the ledger's schedule; of a slot without one against the day before. */
#define DEVIATION                                                                                  \
	"(SELECT c.slot, c.begins, coalesce(s.net_kwh, y.scheduled_kwh) AS scheduled_kwh,"         \
	" CASE WHEN s.slot IS NULL THEN y.deviation_kwh ELSE c.net_kwh - s.net_kwh END"            \
	" AS deviation_kwh FROM csm.v_community_slots c LEFT JOIN v_schedule s ON s.slot = "       \
	"c.slot AND s.counts"                                                                      \
	" LEFT JOIN csm.v_deviation y ON y.slot = c.slot WHERE c.slot >= 0)"

/* One row of each slot, day or month that the meters or the ledger know: a slot in which no home
 * was metered may have been traded in. ?1 and ?2 are days, inclusive. */
static const struct {
	const char *by, *sql;
} queries[] = {
	{"slot", "WITH c AS (SELECT * FROM csm.v_community_slots WHERE slot >= 0),"
		 " l AS (SELECT * FROM v_slots),"
		 " known AS (SELECT slot, begins FROM c UNION SELECT slot, begins FROM l)"
		 " SELECT k.slot, k.begins, c.homes, c.production_kwh, c.consumption_kwh,"
		 " c.import_kwh, c.export_kwh, d.scheduled_kwh, d.deviation_kwh, l.auctions,"
		 " l.cleared, l.bidders, l.traded_kwh, l.mean_cents_per_kwh, l.delivered_kwh,"
		 " l.short_kwh, l.cut_kwh, l.validator_cpf FROM known k"
		 " LEFT JOIN c ON c.slot = k.slot LEFT JOIN l ON l.slot = k.slot"
		 " LEFT JOIN " DEVIATION " d ON d.slot = k.slot"
		 " WHERE date(k.begins) BETWEEN ?1 AND ?2 ORDER BY k.slot"},
	{"day", "WITH c AS (SELECT * FROM csm.v_community_days), l AS (SELECT * FROM v_days),"
		" known AS (SELECT day FROM c UNION SELECT day FROM l)"
		" SELECT k.day, c.slots, c.homes, c.production_kwh, c.consumption_kwh, "
		"c.import_kwh,"
		" c.export_kwh, c.self_consumption, c.self_sufficiency,"
		" (SELECT sum(abs(deviation_kwh)) FROM " DEVIATION " d"
		" WHERE date(d.begins) = k.day) AS deviation_kwh, l.auctions, l.cleared,"
		" l.participation, l.traded_kwh, l.mean_cents_per_kwh, l.delivered_kwh,"
		" l.short_kwh, l.cut_kwh, l.mean_validator_cpf FROM known k"
		" LEFT JOIN c ON c.day = k.day LEFT JOIN l ON l.day = k.day"
		" WHERE k.day BETWEEN ?1 AND ?2 ORDER BY k.day"},
	{"month",
		"WITH c AS (SELECT * FROM csm.v_community_months),"
		" l AS (SELECT * FROM v_months),"
		" known AS (SELECT month FROM c UNION SELECT month FROM l)"
		" SELECT k.month, c.slots, c.homes, c.production_kwh, c.consumption_kwh,"
		" c.import_kwh, c.export_kwh, c.self_consumption, c.self_sufficiency,"
		" (SELECT sum(abs(deviation_kwh)) FROM " DEVIATION " d"
		" WHERE substr(d.begins, 1, 7) = k.month) AS deviation_kwh, l.auctions, l.cleared,"
		" l.participation, l.traded_kwh, l.mean_cents_per_kwh, l.delivered_kwh,"
		" l.short_kwh, l.cut_kwh FROM known k"
		" LEFT JOIN c ON c.month = k.month LEFT JOIN l ON l.month = k.month"
		" WHERE k.month BETWEEN substr(?1, 1, 7) AND substr(?2, 1, 7) ORDER BY k.month"},
};

enum { QUERIES = sizeof queries / sizeof *queries };

/* How it is printed. */
enum style { STYLE_TABLE, STYLE_CSV, STYLE_JSON };

static int complain(const char *what, const char *why)
{
	(void)fprintf(stderr, "lemctl: stats: %s: %s\n", what, why);
	return EXIT_REFUSED;
}

static void print_names(sqlite3_stmt *s, enum style style)
{
	int n = sqlite3_column_count(s);

	for (int i = 0; i < n && style == STYLE_CSV; i++)
		(void)printf("%s%s", i ? "," : "", sqlite3_column_name(s, i));
	for (int i = 0; i < n && style == STYLE_TABLE; i++)
		(void)printf("%s%-*s", i ? "  " : "", COLUMN_WIDTH, sqlite3_column_name(s, i));
	(void)printf(style == STYLE_JSON ? "[" : "\n");
}

/* A number is printed with at most three decimals: Wh. */
static void value_text(sqlite3_stmt *s, int i, char *out, size_t size)
{
	const unsigned char *text = sqlite3_column_text(s, i);

	if (sqlite3_column_type(s, i) == SQLITE_FLOAT)
		(void)snprintf(out, size, "%.3f", sqlite3_column_double(s, i));
	else
		(void)snprintf(out, size, "%s", text ? (const char *)text : "");
}

static void print_row(sqlite3_stmt *s, enum style style, bool first)
{
	int n = sqlite3_column_count(s);
	char text[64];

	if (style == STYLE_JSON)
		(void)printf("%s{", first ? "\n" : ",\n");
	for (int i = 0; i < n; i++) {
		const char *quote = sqlite3_column_type(s, i) == SQLITE_TEXT ? "\"" : "";
		value_text(s, i, text, sizeof text);
		if (style == STYLE_JSON)
			(void)printf("%s\"%s\":%s%s%s", i ? "," : "", sqlite3_column_name(s, i),
				quote, text[0] ? text : "null", quote);
		else if (style == STYLE_CSV)
			(void)printf("%s%s", i ? "," : "", text);
		else
			(void)printf("%s%-*s", i ? "  " : "",
				(int)(strlen(sqlite3_column_name(s, i)) > COLUMN_WIDTH
						? strlen(sqlite3_column_name(s, i))
						: COLUMN_WIDTH),
				text[0] ? text : "-");
	}
	(void)printf(style == STYLE_JSON ? "}" : "\n");
}

static int print_all(
	sqlite3 *db, const char *sql, const char *from, const char *to, enum style style)
{
	sqlite3_stmt *s = NULL;
	bool first = true;
	int rc = sqlite3_prepare_v2(db, sql, -1, &s, NULL);

	if (rc != SQLITE_OK)
		return complain("the databases", sqlite3_errmsg(db));
	(void)sqlite3_bind_text(s, 1, from, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(s, 2, to, -1, SQLITE_STATIC);
	print_names(s, style);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		print_row(s, style, first);
		first = false;
	}
	if (style == STYLE_JSON)
		(void)printf("\n]\n");
	(void)sqlite3_finalize(s);
	return rc == SQLITE_DONE ? 0 : complain("the databases", sqlite3_errmsg(db));
}

static bool is_day(const char *text)
{
	char date[DATE_LEN + 1];
	int64_t ms;

	(void)snprintf(date, sizeof date, "%.10s 00:00:00", text);
	return strlen(text) == strlen("YYYY-MM-DD") && date_read(date, &ms);
}

static const char *query_of(const char *by)
{
	for (int i = 0; i < QUERIES; i++) {
		if (strcmp(queries[i].by, by) == 0)
			return queries[i].sql;
	}
	return NULL;
}

static int run(const char *dir, const char *sql, const char *from, const char *to, enum style style)
{
	sqlite3 *db = NULL;
	int code = EXIT_REFUSED;

	if (!market_db_open(dir, &db))
		(void)complain(dir, sqlite3_errmsg(db));
	else
		code = print_all(db, sql, from, to, style);
	(void)sqlite3_close(db);
	return code;
}

int stats_command(int argc, char **argv)
{
	const char *from = NULL, *to = NULL, *by = "day";
	bool json = false, csv = false;
	const struct arg table[] = {
		{"from", ARG_TEXT, &from, "YYYY-MM-DD", "first day of market time", 0, 0},
		{"to", ARG_TEXT, &to, "YYYY-MM-DD", "last day", 0, 0},
		{"by", ARG_TEXT, &by, "WHAT", "slot, day or month (day)", 0, 0},
		{"json", ARG_FLAG, &json, "", "print for a program", 0, 0},
		{"csv", ARG_FLAG, &csv, "", "print for a spreadsheet", 0, 0},
	};
	struct args a = {.usage = "lemctl stats [OPTION...] DIR",
		.about =
			"What the community produced, used and traded, at which prices, how far it "
			"left\nits schedule and what was not delivered. Also while the broker "
			"runs.",
		.table = table,
		.count = sizeof table / sizeof *table,
		.positional_min = 1,
		.positional_max = 1};
	int code = args_parse(&a, argc, argv);

	if (code >= 0)
		return code;
	if (!query_of(by) || (from && !is_day(from)) || (to && !is_day(to)) || (json && csv)) {
		(void)fprintf(stderr, "lemctl: stats: %s\nusage: %s\n",
			!query_of(by) ? "--by needs slot, day or month"
			: json && csv ? "--json or --csv, not both"
				      : "--from and --to need YYYY-MM-DD",
			a.usage);
		return EXIT_USAGE;
	}
	return run(a.positional[0], query_of(by), from ? from : "0000-01-01",
		to ? to : "9999-12-31",
		json  ? STYLE_JSON
		: csv ? STYLE_CSV
		      : STYLE_TABLE);
}
