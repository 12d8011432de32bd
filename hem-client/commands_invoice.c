/* `hem invoice`: a month of the home's money, out of the operator's signed statements. */
#include <stdio.h>
#include <string.h>
#include "hem-client/commands.h"
#include "hem-client/commands_cli.h"
#include "hem-client/commands_errand.h"
#include "hem-client/ems/account_book.h"

enum { TEXT_MAX = 4096 };

static int print(struct errand *e, const char *month, enum invoice_style style)
{
	struct invoice invoice;
	char text[TEXT_MAX];
	struct out out;
	enum err err = account_book_month(&e->db, month, &invoice);

	if (err != ERR_OK) {
		(void)fprintf(stderr, "hem: invoice: %s\n",
			err == ERR_NOT_FOUND ? "there is no statement of that month or before"
					     : e->db.db.why);
		return HEM_EXIT_REFUSED;
	}
	(void)snprintf(
		invoice.client_id, sizeof invoice.client_id, "%s", e->config.market.client_id);
	(void)snprintf(invoice.month, sizeof invoice.month, "%s", month);
	out_init(&out, text, sizeof text);
	invoice_write_head(&out, style);
	invoice_write(&out, &invoice, style);
	(void)fputs(text, stdout);
	return HEM_EXIT_OK;
}

int hem_invoice(int argc, char **argv)
{
	const char *config = NULL, *month = NULL;
	bool json = false, csv = false;
	const struct cli_option options[] = {
		{"config", 'c', CLI_TEXT, &config, "FILE", "the configuration file", 0},
		{"month", 'm', CLI_TEXT, &month, "YYYY-MM", "of market time (required)", 0},
		{"json", 0, CLI_FLAG, &json, "", "print for a program", 0},
		{"csv", 0, CLI_FLAG, &csv, "", "print for a spreadsheet", 0},
	};
	struct cli cli = {.usage = "hem invoice --month YYYY-MM [OPTION...]",
		.about = "What moved the home's money in a month, as the operator's signed "
			 "statements say: energy,\nfees, penalties, rewards, deposits and "
			 "withdrawals; the lines sum to the change of the balance.",
		.options = options,
		.count = sizeof options / sizeof *options};
	struct errand e;
	int code = cli_parse(&cli, argc, argv);

	if (code >= 0)
		return code;
	if (!month || !invoice_month_valid(month) || (json && csv)) {
		(void)fprintf(stderr, "hem: invoice: %s\n",
			json && csv ? "--json or --csv, not both" : "--month needs YYYY-MM");
		return HEM_EXIT_USAGE;
	}
	code = errand_open(&e, config);
	if (code != 0)
		return code;
	code = print(&e, month, json ? INVOICE_JSON : csv ? INVOICE_CSV : INVOICE_TEXT);
	errand_close(&e);
	return code;
}
