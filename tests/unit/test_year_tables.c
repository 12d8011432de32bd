/* The year's figures: what is copied out of a market's two files, and the tables over facts that
 * were made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "demo/year/script.h"
#include "demo/year/table.h"
#include "tests/unit/little_days.h"

static struct little_market m;
static struct table table;
static char text[SCRIPT_MAX];
static sqlite3 *db;

static void run(const char *sql)
{
	if (!script_run(db, sql))
		fail_msg("%s in %.80s", sqlite3_errmsg(db), sql);
}

static void run_file(const char *name)
{
	assert_true(script_read("demo/year", name, text));
	run(text);
}

/* All rows of a query as CSV without its head, beside what they should be. */
static void expect_rows(const char *sql, const char *want)
{
	char *got = NULL, *rows;
	size_t size = 0;
	FILE *out = open_memstream(&got, &size);

	assert_non_null(out);
	if (!table_query(&table, db, sql))
		fail_msg("%s in %s", sqlite3_errmsg(db), sql);
	table_write_csv(&table, out);
	assert_int_equal(fclose(out), 0);
	rows = strchr(got, '\n') + 1;
	assert_string_equal(rows, want);
	free(got);
}

static void attach(const char *path, const char *name)
{
	char sql[160];

	snprintf(sql, sizeof sql, "ATTACH '%s' AS %s", path, name);
	run(sql);
}

static const char given_sql[] =
	"CREATE TABLE year (name TEXT PRIMARY KEY, value REAL NOT NULL);"
	"INSERT INTO year VALUES ('import_mc', 22000), ('messages', 1);"
	"CREATE TABLE slots (slot INTEGER PRIMARY KEY, time, month, import_mc, export_mc);"
	"CREATE TABLE without (slot, home, load_wh, pv_wh, import_wh, export_wh, charge_wh,"
	" discharge_wh);"
	"CREATE TABLE ends (home INTEGER PRIMARY KEY, soc_with, soc_without, capacity_wh,"
	" eta_discharge);";

static int setup(void **state)
{
	(void)state;
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	run(given_sql);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	(void)sqlite3_close(db);
	return 0;
}

/* little_days_work(): each home has 900 Wh of sun, 1000 of load; from slot 1 on homes 0 and 1 sell
 * the aggregator 60 Wh each, at 9 and 10 cents/kWh, and deliver them. */
static void facts_come_from_both_files(void **state)
{
	(void)state;
	little_open(&m);
	little_days_work(&m);
	attach(m.ledger, "ledger");
	attach(m.csm, "csm");
	run("INSERT INTO slots SELECT value, '', '2017-07', 22000, 5000 FROM json_each('[0,1,2]');"
	    "INSERT INTO without SELECT s.slot, h.value, 1000, 900, 100, 0, 0, 0"
	    " FROM slots s, json_each('[0,1,2]') h");
	run_file("facts.sql");
	expect_rows("SELECT slot, home, import_wh, export_wh, discharge_wh, bought_wh, sold_wh,"
		    " without_import_wh FROM lived ORDER BY slot, home",
		"0,0,100,0,0,0,0,100\n0,1,100,0,0,0,0,100\n0,2,100,0,0,0,0,100\n"
		"1,0,40,0,60,0,60,100\n1,1,40,0,60,0,60,100\n1,2,100,0,0,0,0,100\n"
		"2,0,40,0,60,0,60,100\n2,1,40,0,60,0,60,100\n2,2,100,0,0,0,0,100\n");
	expect_rows("SELECT slot, net_wh, without_net_wh, scheduled_wh FROM community",
		"0,300,300,\n1,180,300,\n2,180,300,\n");
	expect_rows("SELECT slot, opener, side, asked_wh, traded_wh, traded_uc, answers,"
		    " delivered_wh FROM trades ORDER BY slot",
		"1,0,1,150,120,1140000,2,120\n2,0,1,150,120,1140000,2,120\n");
	expect_rows("SELECT home, payments_uc, penalties_uc FROM money WHERE payments_uc <> 0",
		"0,1080000,0\n1,1200000,0\n");
	expect_rows("SELECT count(*), count(validator) FROM blocks", "3,0\n");
	little_close(&m);
}

/* The facts' tables, empty. */
static const char facts_sql[] =
	"CREATE TABLE lived (slot, home, load_wh, pv_wh, import_wh, export_wh, discharge_wh,"
	" bought_wh, sold_wh, without_import_wh, without_export_wh, without_discharge_wh);"
	"CREATE TABLE community (slot, month, load_wh, pv_wh, import_wh, export_wh, net_wh,"
	" without_import_wh, without_export_wh, without_net_wh, discharge_wh,"
	" without_discharge_wh, scheduled_wh);"
	"CREATE TABLE trades (auction, slot, month, opener, side, asked_wh, traded_wh, traded_uc,"
	" answers, delivered_wh);"
	"CREATE TABLE money (home, payments_uc, penalties_uc, rewards_uc);"
	"CREATE TABLE blocks (height, validator, cpf, rank, eligible);"
	"CREATE TABLE quotes (home, side, made, bound, rule, n);";

static void setup_tables(void)
{
	run(facts_sql);
	run("INSERT INTO slots VALUES (0, '', 'Jan', 20000, 5000), (1, '', 'Feb', 50000, 5000)");
	run_file("tables.sql");
}

static void a_saving_counts_retail_wear_and_what_is_left(void **state)
{
	(void)state;
	setup_tables();
	/* Home 1 sells 1 kWh of its battery at 17 cents while retail is 20, and buys it back at 50;
	 * wear is 4; its battery ends 10 % of 10 kWh lower, worth 22 - 4 for each of 0.9 kWh. */
	run("INSERT INTO lived VALUES (0, 1, 0, 0, 0, 1000, 1000, 0, 1000, 0, 0, 0),"
	    " (1, 1, 1000, 0, 1000, 0, 0, 0, 0, 0, 0, 1000);"
	    "INSERT INTO ends VALUES (1, 0.4, 0.5, 10000, 0.9);"
	    "INSERT INTO money VALUES (1, 17000000, 0, 9000000)");
	/* Without: 4 of wear. With: 50 + 4 - 17 + 16.2: what was sold is not fed in as well. */
	expect_rows("SELECT * FROM savings", "home 01,0.0,1.0,4.0,53.2,-49.2,-1230.0,0.0,9.0\n");
	expect_rows(
		"SELECT mean_percent, worst_percent, homes_that_lose, rewards_cents FROM saving",
		"-1230.0,-1230.0,1,9.0\n");
	/* What a buyer takes in is not paid to the grid as well: home 2 buys 1 kWh at 9. */
	run("INSERT INTO lived VALUES (0, 2, 2000, 0, 2000, 0, 0, 1000, 0, 2000, 0, 0);"
	    "INSERT INTO ends VALUES (2, 0.5, 0.5, 10000, 0.9);"
	    "INSERT INTO money VALUES (2, -9000000, 0, 0)");
	expect_rows("SELECT without_cents, with_cents, saved_percent FROM savings WHERE home = "
		    "'home 02'",
		"40.0,29.0,27.5\n");
}

static void deviation_is_from_the_same_schedule(void **state)
{
	(void)state;
	setup_tables();
	run("INSERT INTO community (slot, month, net_wh, without_net_wh, scheduled_wh) VALUES"
	    " (0, 'Jan', 4000, 5000, 3000), (1, 'Jan', -500, -1000, 0), (2, 'Feb', 1000, 0, 0),"
	    " (3, 'Feb', 99000, 0, NULL)");
	expect_rows("SELECT * FROM deviation", "Feb,1,0.0,1.0,\nJan,2,3.0,1.5,50.0\n");
	expect_rows("SELECT * FROM balance", "3,3.0,2.5,16.67,>= 30\n");
	/* Short in slot 0, long in slot 1: the aggregator was right in the first, wrong in the
	 * other.
	 */
	run("INSERT INTO trades VALUES (7, 0, 'Jan', 0, 1, 9000, 1500, 27000000, 2, 1000),"
	    " (8, 1, 'Jan', 0, 1, 500, 0, 0, 0, 0), (9, 1, 'Jan', 3, 2, 400, 400, 3200000, 1, "
	    "400)");
	expect_rows("SELECT * FROM needs", "short: it buys,2,1,9.5,1.5,1.0,2.5,1.5\n");
	expect_rows("SELECT * FROM traded",
		"aggregator buy,2,1,1,9.5,1.5,1.0,18.0\nhomes sell,1,0,1,0.4,0.4,0.4,8.0\n"
		"all,3,1,2,9.9,1.9,1.4,15.895\n");
	expect_rows("SELECT * FROM prices", "Feb,,,,,,50.0\nJan,1.9,15.895,18.0,,8.0,20.0\n");
}

static void a_surplus_is_there_or_is_bought(void **state)
{
	(void)state;
	setup_tables();
	/* Home 1 sells 1000 + 500 Wh for 12 cents, 8 a kWh, and exports 900; home 2 sells 200 for 2
	 * and exports 300. The aggregator's auctions are not theirs. */
	run("INSERT INTO trades VALUES (7, 0, 'Jan', 1, 2, 1000, 1000, 8000000, 1, 1000),"
	    " (8, 0, 'Jan', 1, 2, 500, 500, 4000000, 1, 500), (9, 1, 'Feb', 2, 2, 200, 400, "
	    "4000000, 1, 200),"
	    " (10, 1, 'Feb', 0, 2, 200, 200, 2000000, 1, 200), (11, 1, 'Feb', 2, 2, 200, 0, 0, 0, "
	    "0);"
	    "INSERT INTO lived (slot, home, export_wh) VALUES (0, 1, 900), (1, 2, 300), (1, 1, "
	    "50)");
	/* Won 0.9 x (8 - 5) + 0.2 x (10 - 5), lost 0.6 x (20 - 8). */
	expect_rows("SELECT * FROM surplus", "2,1.7,1.1,0.6,3.7,7.2\n");
}

static void answers_by_what_bound_them(void **state)
{
	(void)state;
	setup_tables();
	run("INSERT INTO quotes VALUES (1, 2, 0, 'LIMIT', 'l', 1), (2, 2, 0, 'LIMIT', 'l', 2),"
	    " (1, 2, 1, 'WANTED', 'w', 5), (1, 1, 1, 'SOC', 's', 4)");
	expect_rows("SELECT * FROM answers",
		"bids,made,SOC,s,4,100.0\noffers,made,WANTED,w,5,62.5\n"
		"offers,not made,LIMIT,l,3,37.5\n");
}

static void self_sufficiency_at_the_meters_and_at_the_edge(void **state)
{
	(void)state;
	setup_tables();
	run("INSERT INTO community VALUES (0, 'Jan', 4000, 3000, 2000, 1000, 1000, 3000, 2000, "
	    "1000,"
	    " 500, 0, 0), (1, 'Jan', 1000, 2000, 0, 1000, -1000, 0, 1000, -1000, 0, 0, 0)");
	expect_rows("SELECT * FROM self", "without,5.0,5.0,3.0,3.0,40.0,40.0,80.0,80.0,0.0\n"
					  "with,5.0,5.0,2.0,2.0,60.0,60.0,80.0,80.0,0.5\n");
}

static void shares_of_validators_and_their_gini(void **state)
{
	(void)state;
	setup_tables();
	run("INSERT INTO ends (home) VALUES (1), (2), (3), (4)");
	/* 0, 1, 2 and 5 of 8 blocks: G = 2 (0 + 2 + 6 + 20) / (4 x 8) - 5 / 4. */
	run("INSERT INTO blocks VALUES (1, 2, 90, 1, 1), (2, 3, 50, 1, 1), (3, 3, 100, 1, 1),"
	    " (4, 4, 10, 1, 1), (5, 4, 10, 1, 0), (6, 4, 10, 1, 1), (7, 4, 10, 2, 1),"
	    " (8, 4, 10, 1, 1), (9, NULL, NULL, NULL, 0);"
	    "INSERT INTO money VALUES (4, 0, 0, 5000000)");
	expect_rows("SELECT * FROM validators",
		"home 01,0,0.0,,0.0\nhome 02,1,12.5,0.9,0.0\nhome 03,2,25.0,0.75,0.0\n"
		"home 04,5,62.5,0.1,5.0\n");
	expect_rows("SELECT * FROM elections", "9,8,1,2,0.363,0.5,5.0\n");
}

static void equal_shares_have_no_gini(void **state)
{
	(void)state;
	setup_tables();
	run("INSERT INTO ends (home) VALUES (1), (2);"
	    "INSERT INTO blocks VALUES (1, 1, 90, 1, 1), (2, 2, 50, 1, 1)");
	expect_rows("SELECT gini FROM elections", "0.0\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(facts_come_from_both_files, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_saving_counts_retail_wear_and_what_is_left, setup, teardown),
		cmocka_unit_test_setup_teardown(
			deviation_is_from_the_same_schedule, setup, teardown),
		cmocka_unit_test_setup_teardown(a_surplus_is_there_or_is_bought, setup, teardown),
		cmocka_unit_test_setup_teardown(answers_by_what_bound_them, setup, teardown),
		cmocka_unit_test_setup_teardown(
			self_sufficiency_at_the_meters_and_at_the_edge, setup, teardown),
		cmocka_unit_test_setup_teardown(
			shares_of_validators_and_their_gini, setup, teardown),
		cmocka_unit_test_setup_teardown(equal_shares_have_no_gini, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
