#include "engine/invoice.h"
#include <stdio.h>
#include <string.h>
#include "core/units.h"
#include "wire/date.h"

enum { UC_PER_CENT = 1000000, WH_PER_KWH = 1000, MC_PER_CENT = 1000 };

/* The words of the lines, in the order in which a person reads them. */
static const struct {
	enum money_line line;
	const char *words;
} texts[MONEY_LINES] = {
	{MONEY_SOLD, "energy sold"},
	{MONEY_BOUGHT, "energy bought"},
	{MONEY_FEES, "fees"},
	{MONEY_PENALTIES_PAID, "penalties paid"},
	{MONEY_PENALTIES_RECEIVED, "penalties received"},
	{MONEY_REWARDS, "rewards"},
	{MONEY_DEPOSITED, "deposited"},
	{MONEY_WITHDRAWN, "withdrawn"},
};

bool invoice_month_valid(const char *text)
{
	char date[DATE_LEN + 1];
	int64_t ms;

	(void)snprintf(date, sizeof date, "%.7s-01 00:00:00", text);
	return strlen(text) == INVOICE_MONTH_LEN && date_read(date, &ms);
}

void invoice_read(sqlite3_stmt *row, struct invoice *ret)
{
	int column = 0;

	ret->opening_uc = sqlite3_column_int64(row, column++);
	for (int i = 0; i < MONEY_LINES; i++)
		ret->money.uc[i] = sqlite3_column_int64(row, column++);
	ret->money.bought_wh = sqlite3_column_int64(row, column++);
	ret->money.sold_wh = sqlite3_column_int64(row, column++);
	ret->closing_uc = sqlite3_column_int64(row, column);
	ret->unexplained_uc = ret->closing_uc - ret->opening_uc - home_money_change_uc(&ret->money);
}

/* "-12.345678": a decimal of so many parts of the unit, with all its digits. */
static void decimal(char out[static 32], int64_t amount, int64_t unit, int digits)
{
	uint64_t size = amount < 0 ? 0 - (uint64_t)amount : (uint64_t)amount;

	(void)snprintf(out, 32, "%s%llu.%0*llu", amount < 0 ? "-" : "",
		(unsigned long long)(size / (uint64_t)unit), digits,
		(unsigned long long)(size % (uint64_t)unit));
}

static void write_cents(struct out *out, const char *words, const char *detail, int64_t amount_uc)
{
	char cents[32];

	decimal(cents, amount_uc, UC_PER_CENT, 6);
	out_printf(out, "%-20s%-40s%20s cents\n", words, detail, cents);
}

/* "12.345 kWh at 8.200 cents/kWh", the price rounded to the nearest. */
static void energy_words(char out[static 80], int64_t wh, int64_t uc)
{
	char kwh[32], cents[32];

	decimal(kwh, wh, WH_PER_KWH, 3);
	decimal(cents, wh ? (uc + wh / 2) / wh : 0, MC_PER_CENT, 3);
	(void)snprintf(out, 80, "%.30s kWh at %.30s cents/kWh", kwh, cents);
}

static void write_text(struct out *out, const struct invoice *v)
{
	const struct home_money *m = &v->money;

	out_printf(out, "%s, %s\n", v->client_id, v->month);
	write_cents(out, "opening balance", "", v->opening_uc);
	for (int i = 0; i < MONEY_LINES; i++) {
		enum money_line line = texts[i].line;
		char detail[80] = "";
		if (line == MONEY_SOLD)
			energy_words(detail, m->sold_wh, m->uc[line]);
		if (line == MONEY_BOUGHT)
			energy_words(detail, m->bought_wh, m->uc[line]);
		write_cents(out, texts[i].words, detail,
			money_line_adds(line) ? m->uc[line] : -m->uc[line]);
	}
	if (v->unexplained_uc != 0)
		write_cents(out, "not explained", "statements of this month are missing",
			v->unexplained_uc);
	write_cents(out, "closing balance", "", v->closing_uc);
}

static void write_json(struct out *out, const struct invoice *v)
{
	out_printf(out, "{\"clientId\":\"%s\",\"month\":\"%s\",\"opening_uc\":%lld", v->client_id,
		v->month, (long long)v->opening_uc);
	for (int i = 0; i < MONEY_LINES; i++)
		out_printf(out, ",\"%s\":%lld", money_line_name((enum money_line)i),
			(long long)v->money.uc[i]);
	out_printf(out,
		",\"bought_wh\":%lld,\"sold_wh\":%lld,\"unexplained_uc\":%lld"
		",\"closing_uc\":%lld}\n",
		(long long)v->money.bought_wh, (long long)v->money.sold_wh,
		(long long)v->unexplained_uc, (long long)v->closing_uc);
}

static void write_csv(struct out *out, const struct invoice *v)
{
	out_printf(out, "%s,%s,%lld", v->client_id, v->month, (long long)v->opening_uc);
	for (int i = 0; i < MONEY_LINES; i++)
		out_printf(out, ",%lld", (long long)v->money.uc[i]);
	out_printf(out, ",%lld,%lld,%lld,%lld\n", (long long)v->money.bought_wh,
		(long long)v->money.sold_wh, (long long)v->unexplained_uc,
		(long long)v->closing_uc);
}

void invoice_write_head(struct out *out, enum invoice_style style)
{
	if (style != INVOICE_CSV)
		return;
	out_printf(out, "clientId,month,opening_uc");
	for (int i = 0; i < MONEY_LINES; i++)
		out_printf(out, ",%s", money_line_name((enum money_line)i));
	out_printf(out, ",bought_wh,sold_wh,unexplained_uc,closing_uc\n");
}

void invoice_write(struct out *out, const struct invoice *v, enum invoice_style style)
{
	if (style == INVOICE_JSON)
		write_json(out, v);
	else if (style == INVOICE_CSV)
		write_csv(out, v);
	else
		write_text(out, v);
}
