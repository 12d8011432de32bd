/* `lemctl stats` has a row of each slot, day and month that either database knows: what was traded
 * when no meter was heard is told all the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "lemctl/stats.h"
#include "tests/unit/little_days.h"

enum { TEXT_MAX = 16384, COLUMNS = 24, ROWS_MAX = 32 };

static struct little_market market;
static char text[TEXT_MAX];
static const char *names[COLUMNS], *cells[ROWS_MAX][COLUMNS];
static int rows;

/*
 * The readings end with slot 2, the trade does not: slots 1 to 4 and, on the next day, slot 23 have
 * an auction of 150 Wh that two homes answer with 60 Wh each. All 24 slots that have addresses are
 * settled at the end.
 */
static int setup(void **state)
{
	uint64_t auction;

	(void)state;
	little_open(&market);
	little_days_work(&market);
	little_advance(&market, little_slot_ms(22) + 1000);
	auction = little_auction(&market, 23, 150);
	little_offer(&market, 0, 23, auction, 60, 9000, 0);
	little_offer(&market, 1, 23, auction, 60, 10000, 0);
	little_advance(&market, little_slot_ms(23) - 1200 * 1000 + 1000); /* the gate */
	little_advance(&market, little_slot_ms(25) + 1000);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	little_close(&market);
	return 0;
}

/* Cut the text into cells: a line of names, then rows. */
static void cut(void)
{
	char *at = text;

	for (rows = -1; rows < ROWS_MAX && *at; rows++) {
		char *end = strchr(at, '\n');
		const char **row = rows < 0 ? names : cells[rows];
		assert_non_null(end);
		*end = '\0';
		memset(row, 0, sizeof names);
		for (int i = 0; at && i < COLUMNS; i++)
			row[i] = strsep(&at, ",");
		at = end + 1;
	}
	assert_true(rows < ROWS_MAX);
}

/* Run `lemctl stats --csv --by WHAT --from DAY`. */
static void stats(const char *by, const char *from)
{
	char word[7][SCRATCH_MAX] = {"stats", "--csv", "--by", "", "--from"}, path[128];
	char *argv[] = {word[0], word[1], word[2], word[3], word[4], word[5], word[6], NULL};
	int out = dup(STDOUT_FILENO), code;
	FILE *f;
	size_t n;

	(void)snprintf(word[3], sizeof word[3], "%s", by);
	(void)snprintf(word[5], sizeof word[5], "%s", from);
	(void)snprintf(word[6], sizeof word[6], "%s", market.folder);
	(void)snprintf(path, sizeof path, "%s/stats.csv", market.folder);
	(void)fflush(stdout);
	assert_non_null(freopen(path, "w", stdout));
	code = stats_command(7, argv);
	(void)fflush(stdout);
	assert_true(dup2(out, STDOUT_FILENO) >= 0);
	(void)close(out);
	assert_int_equal(code, 0);
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(text, 1, sizeof text - 1, f);
	(void)fclose(f);
	text[n] = '\0';
	cut();
}

static void expect(int row, const char *name, const char *value)
{
	assert_true(row < rows);
	for (int i = 0; i < COLUMNS && names[i]; i++) {
		if (strcmp(names[i], name) != 0)
			continue;
		if (strcmp(cells[row][i], value) != 0)
			fail_msg("row %d, %s: %s, not %s", row, name, cells[row][i], value);
		return;
	}
	fail_msg("no column %s", name);
}

static void a_silent_slot_has_its_row(void **state)
{
	(void)state;
	stats("slot", "2000-01-01");
	assert_int_equal(rows, 24);
	for (int i = 0; i < rows; i++) {
		char slot[16];
		(void)snprintf(slot, sizeof slot, "%d", i);
		expect(i, "slot", slot);
	}
	expect(2, "begins", "2017-07-14 04:40:00");
	expect(2, "homes", "3");
	expect(2, "production_kwh", "2.700");
	expect(2, "traded_kwh", "0.120");
	expect(2, "delivered_kwh", "0.120");
	expect(2, "short_kwh", "0.000");
	expect(3, "begins", "2017-07-14 05:40:00");
	expect(3, "homes", "");
	expect(3, "production_kwh", "");
	expect(3, "deviation_kwh", "");
	expect(3, "auctions", "1");
	expect(3, "cleared", "1");
	expect(3, "bidders", "2");
	expect(3, "traded_kwh", "0.120");
	expect(3, "mean_cents_per_kwh", "9.500");
	expect(3, "delivered_kwh", "0.000");
	expect(3, "short_kwh", "0.120");
}

static void a_silent_day_has_its_row(void **state)
{
	(void)state;
	stats("day", "2000-01-01");
	assert_int_equal(rows, 2);
	expect(0, "day", "2017-07-14");
	expect(0, "slots", "3");
	expect(0, "homes", "3");
	expect(0, "traded_kwh", "0.480");
	expect(0, "short_kwh", "0.240");
	stats("day", "2017-07-15");
	assert_int_equal(rows, 1);
	expect(0, "day", "2017-07-15");
	expect(0, "slots", "");
	expect(0, "homes", "");
	expect(0, "import_kwh", "");
	expect(0, "self_sufficiency", "");
	expect(0, "deviation_kwh", "");
	expect(0, "auctions", "1");
	expect(0, "traded_kwh", "0.120");
	expect(0, "short_kwh", "0.120");
}

/* A month, too; and what the ledger has is told where nothing was metered, or all is pruned. */
static void a_month_is_of_either(void **state)
{
	(void)state;
	stats("month", "2017-07-31");
	assert_int_equal(rows, 1);
	expect(0, "month", "2017-07");
	expect(0, "slots", "3");
	expect(0, "traded_kwh", "0.600");
	expect(0, "short_kwh", "0.360");
	assert_int_equal(sqlite3_exec(market.engine.csm.db.handle, "DELETE FROM readings", 0, 0, 0),
		SQLITE_OK);
	stats("month", "2017-07-31");
	assert_int_equal(rows, 1);
	expect(0, "month", "2017-07");
	expect(0, "slots", "");
	expect(0, "production_kwh", "");
	expect(0, "traded_kwh", "0.600");
	stats("month", "2017-08-01");
	assert_int_equal(rows, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_silent_slot_has_its_row, setup, teardown),
		cmocka_unit_test_setup_teardown(a_silent_day_has_its_row, setup, teardown),
		cmocka_unit_test_setup_teardown(a_month_is_of_either, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
