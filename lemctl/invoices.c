#include "lemctl/invoices.h"
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include "engine/invoice.h"
#include "lemctl/args.h"
#include "lemctl/office_door.h"
#include "store/market_db.h"

enum { TEXT_MAX = 4096 };

/* ?1: the month; ?2: a home's clientId, or NULL for all. Columns as invoice_read() wants them, the
 * clientId last. A home in which nothing moved that month has what it had before. */
static const char query[] =
	"WITH last AS (SELECT home, max(month) AS month FROM csm.months WHERE month < ?1 GROUP BY "
	"home),"
	" had AS (SELECT home, balance_uc FROM csm.months JOIN last USING (home, month))"
	" SELECT coalesce(had.balance_uc, m.balance_uc + m.bought_uc - m.deposited_uc + m.fees_uc"
	" + m.penalties_paid_uc - m.penalties_received_uc - m.rewards_uc - m.sold_uc"
	" + m.withdrawn_uc, 0), coalesce(m.bought_uc, 0), coalesce(m.deposited_uc, 0),"
	" coalesce(m.fees_uc, 0), coalesce(m.penalties_paid_uc, 0),"
	" coalesce(m.penalties_received_uc, 0), coalesce(m.rewards_uc, 0), coalesce(m.sold_uc, 0),"
	" coalesce(m.withdrawn_uc, 0), coalesce(m.bought_wh, 0), coalesce(m.sold_wh, 0),"
	" coalesce(m.balance_uc, had.balance_uc, 0), h.client_id FROM csm.homes h"
	" LEFT JOIN csm.months m ON m.home = h.number AND m.month = ?1"
	" LEFT JOIN had ON had.home = h.number"
	" WHERE h.kind = 1 AND (?2 IS NULL OR h.client_id = ?2) ORDER BY h.number";

static int complain(const char *what, const char *why)
{
	(void)fprintf(stderr, "lemctl: invoice: %s: %s\n", what, why);
	return EXIT_REFUSED;
}

static void print(sqlite3_stmt *row, const char *month, enum invoice_style style, bool first)
{
	struct invoice invoice;
	char text[TEXT_MAX];
	struct out out;

	invoice_read(row, &invoice);
	(void)snprintf(invoice.client_id, sizeof invoice.client_id, "%s",
		(const char *)sqlite3_column_text(row, sqlite3_column_count(row) - 1));
	(void)snprintf(invoice.month, sizeof invoice.month, "%s", month);
	out_init(&out, text, sizeof text);
	if (first)
		invoice_write_head(&out, style);
	else if (style == INVOICE_TEXT)
		out_printf(&out, "\n");
	invoice_write(&out, &invoice, style);
	(void)fputs(text, stdout);
}

static int print_all(sqlite3 *db, const char *month, const char *home, enum invoice_style style)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(db, query, -1, &s, NULL);
	bool first = true;

	if (rc != SQLITE_OK)
		return complain("csm.db", sqlite3_errmsg(db));
	(void)sqlite3_bind_text(s, 1, month, -1, SQLITE_STATIC);
	if (home)
		(void)sqlite3_bind_text(s, 2, home, -1, SQLITE_STATIC);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		print(s, month, style, first);
		first = false;
	}
	(void)sqlite3_finalize(s);
	if (rc != SQLITE_DONE)
		return complain("csm.db", sqlite3_errmsg(db));
	return first && home ? complain(home, "no such home") : 0;
}

int invoice_command(int argc, char **argv)
{
	const char *home = NULL, *month = NULL;
	bool json = false, csv = false;
	const struct arg table[] = {
		{"home", ARG_TEXT, &home, "CLIENTID", "of one home; else of all", 0, 0},
		{"month", ARG_TEXT, &month, "YYYY-MM", "of market time (required)", 0, 0},
		{"json", ARG_FLAG, &json, "", "print for a program, a line each, in micro-cents", 0,
			0},
		{"csv", ARG_FLAG, &csv, "", "print for a spreadsheet, in micro-cents", 0, 0},
	};
	struct args a = {
		.usage = "lemctl invoice --month YYYY-MM [--home CLIENTID] [OPTION...] DIR",
		.about = "What moved a home's money in a month: energy, fees, penalties, rewards, "
			 "deposits and\nwithdrawals; the lines sum to the change of its balance. "
			 "Also while the broker runs.",
		.table = table,
		.count = sizeof table / sizeof *table,
		.positional_min = 1,
		.positional_max = 1};
	int code = args_parse(&a, argc, argv);
	sqlite3 *db = NULL;

	if (code >= 0)
		return code;
	if (!month || !invoice_month_valid(month))
		return args_complain(&a, "--month", "needs YYYY-MM");
	if (json && csv)
		return args_complain(&a, "--json", "or --csv, not both");
	code = EXIT_REFUSED;
	if (!market_db_open(a.positional[0], &db))
		(void)complain(a.positional[0], sqlite3_errmsg(db));
	else
		code = print_all(db, month, home,
			json  ? INVOICE_JSON
			: csv ? INVOICE_CSV
			      : INVOICE_TEXT);
	(void)sqlite3_close(db);
	return code;
}
