#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "hem-client/quote.h"

enum { ARGS_MAX = 16 };

/* What a run said. */
struct run {
	int exit;
	char *out, *err;
};

/* Run `quote` with these words, which blanks divide. */
static struct run run(const char *words)
{
	char *copy = strdup(words);
	char *args[ARGS_MAX] = {copy};
	size_t out_len, err_len;
	struct run r;
	FILE *out = open_memstream(&r.out, &out_len);
	FILE *err = open_memstream(&r.err, &err_len);
	int n = 1;

	assert_non_null(copy);
	assert_true(out && err);
	for (char *c = copy; (c = strchr(c, ' ')) != NULL && n < ARGS_MAX - 1; n++) {
		*c++ = '\0';
		args[n] = c;
	}
	r.exit = quote_run(n, args, out, err);
	(void)fclose(out);
	(void)fclose(err);
	free(copy);
	return r;
}

static void check(const char *words, int exit, const char *out, const char *err)
{
	struct run r = run(words);

	assert_string_equal(r.out, out);
	if (strncmp(r.err, err, strlen(err)) != 0)
		assert_string_equal(r.err, err);
	assert_int_equal(r.exit, exit);
	free(r.out);
	free(r.err);
}

/* By the defaults: 6.4 kWh of 0.1 to 0.9, 5 kW, so 1250 Wh in 900 s; Cd is 5.208 cents. */
static void quotes_by_the_defaults(void **state)
{
	(void)state;
	check("quote --soc 0.5 --side sell", QUOTE_EXIT_QUOTE,
		"sell: 625 Wh at 17.5 cents/kWh\n"
		"  quantity  fig. 4   an offer is proportional to the SOC\n"
		"  quantity  (5)      the discharging rate is limited\n"
		"  price     curve    the price curve of offers\n",
		"");
	check("quote --side buy --soc 0.1 --slot 60", QUOTE_EXIT_QUOTE,
		"buy: 83 Wh at 20 cents/kWh\n"
		"  quantity  (4)      the charging rate is limited\n"
		"  price     curve    the price curve of bids\n",
		"");
	check("quote --soc=0.9", QUOTE_EXIT_QUOTE,
		"sell: 1250 Wh at 25 cents/kWh\n"
		"  quantity  (5)      the discharging rate is limited\n"
		"  price     curve    the price curve of offers\n"
		"buy: no trade\n"
		"  quantity  (1),(6)  the SOC stays within its limits\n",
		"");
}

static void no_trade_says_why(void **state)
{
	(void)state;
	check("quote --soc 0.1 --side sell", QUOTE_EXIT_NO_TRADE,
		"sell: no trade\n"
		"  quantity  (1),(6)  the SOC stays within its limits\n",
		"");
	check("quote --soc 0.5 --side sell --limit 6.208", QUOTE_EXIT_NO_TRADE,
		"sell: no trade\n"
		"  price              the auction's limit\n"
		"  price     (7),(8)  an offer covers the battery's wear and the margin\n",
		"");
	check("quote --soc 0.5 --side buy --limit 29.991", QUOTE_EXIT_NO_TRADE,
		"buy: no trade\n"
		"  price              no bid beyond what the energy is worth to the home\n"
		"  price     V-D      a bid is above the aggregator's price\n",
		"");
	check("quote --soc 0.5 --side buy --limit 29.99", QUOTE_EXIT_QUOTE,
		"buy: 625 Wh at 30 cents/kWh\n"
		"  quantity  fig. 5   a bid shrinks as the SOC grows\n"
		"  quantity  (4)      the charging rate is limited\n"
		"  price     V-D      a bid is above the aggregator's price\n",
		"");
}

static void wrong_usage(void **state)
{
	static const struct {
		const char *words, *err;
	} cases[] = {
		{"quote", "hem quote: --soc is needed\nusage: hem quote --soc SOC"},
		{"quote --soc", "hem quote: unknown option, or its value is missing\n"},
		{"quote --soc 1.000000001", "hem quote: --soc must be a number 0 to 1\n"},
		{"quote --soc -0.1", "hem quote: --soc must be a number 0 to 1\n"},
		{"quote --soc nan", "hem quote: --soc must be a number 0 to 1\n"},
		{"quote --soc 0,5", "hem quote: --soc must be a number 0 to 1\n"},
		{"quote --soc 0.5 --side both", "hem quote: --side must be buy or sell\n"},
		{"quote --soc 0.5 --limit 10000.001",
			"hem quote: --limit must be 0 to 10000 cents/kWh\n"},
		{"quote --soc 0.5 --limit 1.0001",
			"hem quote: --limit must be 0 to 10000 cents/kWh\n"},
		{"quote --soc 0.5 --slot 0", "hem quote: --slot must be 1 to 86400 seconds\n"},
		{"quote --soc 0.5 --slot 86401", "hem quote: --slot must be 1 to 86400 seconds\n"},
		{"quote --soc 0.5 more", "hem quote: there is an argument too many\n"},
		{"quote --soc 0.5 --color", "hem quote: unknown option, or its value is missing\n"},
		{"quote --soc 0.5 -j", "hem quote: unknown option, or its value is missing\n"},
		{"quote --soc 0.5 --config /nowhere/x", "hem quote: /nowhere/x: not found\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check(cases[i].words, QUOTE_EXIT_USAGE, "", cases[i].err);
}

static void both_ends_of_each_option_are_taken(void **state)
{
	static const char *const cases[] = {
		"quote --soc 0",
		"quote --soc 1",
		"quote --soc 0.999999999",
		"quote --soc 0.5 --limit 10000 --side sell",
		"quote --soc 0.5 --limit 0 --side buy",
		"quote --soc 0.5 --slot 1",
		"quote --soc 0.5 --slot 86400",
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct run r = run(cases[i]);

		assert_int_not_equal(r.exit, QUOTE_EXIT_USAGE);
		assert_string_equal(r.err, "");
		free(r.out);
		free(r.err);
	}
}

static void help_is_no_quote(void **state)
{
	struct run r = run("quote --help");

	(void)state;
	assert_int_equal(r.exit, 0);
	assert_non_null(strstr(r.out, "usage: hem quote --soc SOC"));
	assert_non_null(strstr(r.out, "Exit status: 0 a quote, 1 no trade, 2 wrong usage.\n"));
	assert_string_equal(r.err, "");
	free(r.out);
	free(r.err);
}

static void a_configuration_counts(void **state)
{
	char path[] = "/tmp/hem_quote_XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");
	char words[128], line[128];

	(void)state;
	assert_non_null(f);
	(void)fputs("[battery]\ncapacity_wh = 0\n", f);
	assert_int_equal(fclose(f), 0);
	(void)snprintf(words, sizeof words, "quote --soc 0.5 --config %s --side buy", path);
	check(words, QUOTE_EXIT_NO_TRADE,
		"buy: no trade\n"
		"  quantity           the home has no battery\n",
		"");
	f = fopen(path, "w");
	assert_non_null(f);
	(void)fputs("[battery]\ncapacity = 0\n", f);
	assert_int_equal(fclose(f), 0);
	(void)snprintf(words, sizeof words, "hem quote: %s:2: there is no option capacity", path);
	(void)snprintf(line, sizeof line, "quote --soc 0.5 --config %s", path);
	check(line, QUOTE_EXIT_USAGE, "", words);
	assert_int_equal(unlink(path), 0);
}

static void json_is_for_programs(void **state)
{
	struct run r = run("quote --soc 0.9 --json");
	cJSON *all = cJSON_Parse(r.out);
	const cJSON *quotes = cJSON_GetObjectItemCaseSensitive(all, "quotes");
	const cJSON *sell = cJSON_GetArrayItem(quotes, 0);
	const cJSON *buy = cJSON_GetArrayItem(quotes, 1);
	const cJSON *reasons = cJSON_GetObjectItemCaseSensitive(sell, "reasons");
	const cJSON *why = cJSON_GetArrayItem(reasons, 0);

	(void)state;
	assert_int_equal(r.exit, QUOTE_EXIT_QUOTE);
	assert_int_equal(cJSON_GetArraySize(quotes), 2);
	assert_string_equal(cJSON_GetObjectItemCaseSensitive(sell, "side")->valuestring, "sell");
	assert_true(cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(sell, "trades")));
	assert_int_equal(cJSON_GetObjectItemCaseSensitive(sell, "quantity_wh")->valueint, 1250);
	assert_int_equal(
		cJSON_GetObjectItemCaseSensitive(sell, "price_mc_per_kwh")->valueint, 25000);
	assert_string_equal(cJSON_GetObjectItemCaseSensitive(why, "equation")->valuestring, "(5)");
	assert_string_equal(
		cJSON_GetObjectItemCaseSensitive(why, "bound")->valuestring, "RATE_DISCHARGE");
	assert_true(cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(buy, "trades")));
	cJSON_Delete(all);
	free(r.out);
	free(r.err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quotes_by_the_defaults),
		cmocka_unit_test(no_trade_says_why),
		cmocka_unit_test(wrong_usage),
		cmocka_unit_test(both_ends_of_each_option_are_taken),
		cmocka_unit_test(help_is_no_quote),
		cmocka_unit_test(a_configuration_counts),
		cmocka_unit_test(json_is_for_programs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
