#include "hem-client/quote.h"
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include "core/units.h"
#include "hem-client/config.h"
#include "wire/quantity.h"

enum { SLOT_S = 900, SOC_DECIMALS = 9, CENTS_DECIMALS = 3, SIDES = 2 };
#define BILLION 1e9

/* What the command line says. */
struct request {
	const char *config_path; /* NULL: the defaults */
	bool json, help, has_soc, has_limit;
	double soc;
	int64_t limit_mc_per_kwh;
	int64_t slot_s;
	enum side side; /* 0: both */
};

static const char usage[] = "usage: hem quote --soc SOC [--config FILE] [--side buy|sell]\n"
			    "                 [--limit CENTS_PER_KWH] [--slot SECONDS] [--json]\n";

static const char help[] =
	"\n"
	"What the battery would offer or bid, and what bounds it: the numbers are the\n"
	"equations and figures of the paper.\n"
	"\n"
	"  --soc SOC        the battery's state of charge at the slot's start, 0 to 1\n"
	"  --config FILE    the battery and the constants; without it their defaults\n"
	"  --side buy|sell  one side only\n"
	"  --limit CENTS    answer an auction with that limit, in cents/kWh; without it\n"
	"                   the home opens one itself\n"
	"  --slot SECONDS   length of the delivery slot, 900\n"
	"  --json           for programs: price in mc/kWh (1000 to the cent)\n"
	"\n"
	"Exit status: 0 a quote, 1 no trade, 2 wrong usage.\n";

/* Take in one option; the rule it breaks, or NULL. */
static const char *take(struct request *r, int option, const char *value)
{
	int64_t number = 0;

	switch (option) {
	case 's':
		r->has_soc =
			decimal_read(value, SOC_DECIMALS, &number) && number <= (int64_t)BILLION;
		r->soc = (double)number / BILLION;
		return r->has_soc ? NULL : "--soc must be a number 0 to 1";
	case 'l':
		r->has_limit = decimal_read(value, CENTS_DECIMALS, &r->limit_mc_per_kwh) &&
			       r->limit_mc_per_kwh <= PRICE_MC_MAX;
		return r->has_limit ? NULL : "--limit must be 0 to 10000 cents/kWh";
	case 't':
		if (!decimal_read(value, 0, &r->slot_s) || r->slot_s < 1 || r->slot_s > S_PER_DAY)
			return "--slot must be 1 to 86400 seconds";
		return NULL;
	case 'd':
		r->side = strcmp(value, "buy") == 0 ? SIDE_BUY : SIDE_SELL;
		return r->side == SIDE_BUY || strcmp(value, "sell") == 0
			       ? NULL
			       : "--side must be buy or sell";
	case 'c':
		r->config_path = value;
		return NULL;
	case 'j':
		r->json = true;
		return NULL;
	case 'h':
		r->help = true;
		return NULL;
	default:
		return "unknown option, or its value is missing";
	}
}

static const char *read_line(struct request *r, int argc, char **argv)
{
	static const struct option options[] = {
		{"soc", required_argument, NULL, 's'},
		{"config", required_argument, NULL, 'c'},
		{"side", required_argument, NULL, 'd'},
		{"limit", required_argument, NULL, 'l'},
		{"slot", required_argument, NULL, 't'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	const char *rule = NULL;
	int option;

	*r = (struct request){.slot_s = SLOT_S};
	opterr = 0;
	optind = 0; /* from the front, whoever has parsed before */
	while (!rule && (option = getopt_long(argc, argv, "", options, NULL)) != -1)
		rule = take(r, option, optarg);
	if (!rule && optind < argc)
		rule = "there is an argument too many";
	if (!rule && !r->help && !r->has_soc)
		rule = "--soc is needed";
	return rule;
}

static struct tcr_quote ask(const struct request *r, const struct config *config, enum side side)
{
	const void *self;
	const struct tcr_strategy *strategy = config_tcr_strategy(config, &self);
	const struct tcr_view view = {
		.battery = &config->battery,
		.soc = r->soc,
		.slot_s = r->slot_s,
		.side = side,
		.in_auction = r->has_limit,
		.limit_inclusive = true,
		.limit_mc_per_kwh = r->limit_mc_per_kwh,
		.tariff_import_mc_per_kwh = -1,
		.tariff_export_mc_per_kwh = -1,
	};
	struct tcr_quote quote;

	strategy->quote(self, &view, &quote);
	return quote;
}

static const char *side_name(enum side side)
{
	return side == SIDE_BUY ? "buy" : "sell";
}

static void print_text(const struct tcr_quote *q, FILE *out)
{
	char price[QUANTITY_TEXT_MAX];

	decimal_write(q->price_mc_per_kwh, CENTS_DECIMALS, price);
	if (q->trades)
		(void)fprintf(out, "%s: %" PRId64 " Wh at %s cents/kWh\n", side_name(q->side),
			q->quantity_wh, price);
	else
		(void)fprintf(out, "%s: no trade\n", side_name(q->side));
	for (size_t i = 0; i < q->reason_count; i++) {
		const struct tcr_reason *r = &q->reasons[i];

		(void)fprintf(out, "  %-8s  %-7s  %s\n", r->of_price ? "price" : "quantity",
			tcr_bound_equation(r->bound), tcr_bound_text(r->bound));
	}
}

/* No text of the table needs escaping. */
static void print_json(const struct tcr_quote *q, FILE *out)
{
	(void)fprintf(out,
		"{\"price_mc_per_kwh\":%" PRId64 ",\"quantity_wh\":%" PRId64 ",\"reasons\":[",
		q->price_mc_per_kwh, q->quantity_wh);
	for (size_t i = 0; i < q->reason_count; i++) {
		const struct tcr_reason *r = &q->reasons[i];

		(void)fprintf(out,
			"%s{\"bound\":\"%s\",\"equation\":\"%s\",\"of\":\"%s\",\"text\":\"%s\"}",
			i > 0 ? "," : "", tcr_bound_name(r->bound), tcr_bound_equation(r->bound),
			r->of_price ? "price" : "quantity", tcr_bound_text(r->bound));
	}
	(void)fprintf(out, "],\"side\":\"%s\",\"trades\":%s}", side_name(q->side),
		q->trades ? "true" : "false");
}

static int print_quotes(const struct request *r, const struct config *config, FILE *out)
{
	static const enum side both[SIDES] = {SIDE_SELL, SIDE_BUY};
	bool any = false, first = true;

	if (r->json)
		(void)fputs("{\"quotes\":[", out);
	for (int i = 0; i < SIDES; i++) {
		struct tcr_quote q;

		if (r->side != 0 && r->side != both[i])
			continue;
		q = ask(r, config, both[i]);
		any = any || q.trades;
		if (r->json && !first)
			(void)fputc(',', out);
		first = false;
		if (r->json)
			print_json(&q, out);
		else
			print_text(&q, out);
	}
	if (r->json)
		(void)fputs("]}\n", out);
	return any ? QUOTE_EXIT_QUOTE : QUOTE_EXIT_NO_TRADE;
}

int quote_run(int argc, char **argv, FILE *out, FILE *err)
{
	struct request r;
	struct config config;
	char why[CONFIG_WHY_MAX];
	const char *rule = read_line(&r, argc, argv);

	if (rule) {
		(void)fprintf(err, "hem quote: %s\n%s", rule, usage);
		return QUOTE_EXIT_USAGE;
	}
	if (r.help) {
		(void)fprintf(out, "%s%s", usage, help);
		return QUOTE_EXIT_QUOTE;
	}
	config_defaults(&config);
	if (r.config_path && config_load(r.config_path, &config, why)) {
		(void)fprintf(err, "hem quote: %s\n", why);
		return QUOTE_EXIT_USAGE;
	}
	return print_quotes(&r, &config, out);
}

int quote_command(int argc, char **argv)
{
	return quote_run(argc, argv, stdout, stderr);
}
