/* invoice: what moved a home's money in a month, line by line, for a person or a program. The
 * operator's is made from csm.db, the home's own from its statements: they must be the same. */
#ifndef LEM_ENGINE_INVOICE_H
#define LEM_ENGINE_INVOICE_H
#include <sqlite3.h>
#include "core/home.h"
#include "wire/out.h"

enum { INVOICE_MONTH_LEN = 7 };

/* A month of one home, in micro-cents. opening + the lines with their signs + unexplained is
 * closing. */
struct invoice {
	char client_id[CLIENT_ID_MAX + 1];
	char month[INVOICE_MONTH_LEN + 1]; /* YYYY-MM, of market time */
	int64_t opening_uc, closing_uc;
	int64_t unexplained_uc; /* other than 0: a statement is missing */
	struct home_money money;
};

/* How one is written: for a person, a program, a spreadsheet. */
enum invoice_style { INVOICE_TEXT, INVOICE_JSON, INVOICE_CSV };

/* Whether text is a month: YYYY-MM. */
bool invoice_month_valid(const char *text);

/* Fill all but the names from a row: opening, the lines in the order of enum money_line, bought_wh,
 * sold_wh, closing. */
void invoice_read(sqlite3_stmt *row, struct invoice *ret);

/* What stands above the rows of that style: the names of a CSV's columns. */
void invoice_write_head(struct out *out, enum invoice_style style);

/* Write one: some lines of text, one JSON object on a line, or one CSV row. */
void invoice_write(struct out *out, const struct invoice *invoice, enum invoice_style style);

#endif
