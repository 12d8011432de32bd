/* The year's tables as text, CSV and picture, from rows made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "demo/year/chart.h"
#include "demo/year/table.h"

static struct table table;

static void query(const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_true(table_query(&table, db, sql));
	(void)sqlite3_close(db);
}

/* What a writer has written; the caller frees it. */
static char *written(void (*write)(const struct table *table, FILE *out))
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	write(&table, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void texts_stand_left_and_numbers_right(void **state)
{
	char *text;

	(void)state;
	query("SELECT 'a' AS name, 7 AS wh UNION ALL SELECT 'bcdef', 1234.5");
	text = written(table_print);
	assert_string_equal(text, "  name       wh\n"
				  "  a           7\n"
				  "  bcdef  1234.5\n");
	free(text);
}

static void csv_quotes_what_needs_it(void **state)
{
	char *text;

	(void)state;
	query("SELECT 'a,b' AS x, 'say \"no\"' AS y, NULL AS z, 1.5 AS w, 'two' || char(10) || "
	      "'lines' AS v");
	text = written(table_write_csv);
	assert_string_equal(text, "x,y,z,w,v\n\"a,b\",\"say \"\"no\"\"\",,1.5,\"two\nlines\"\n");
	free(text);
}

static void what_does_not_fit_is_refused(void **state)
{
	sqlite3 *db = NULL;

	(void)state;
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_true(table_query(&table, db,
		"WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 128)"
		" SELECT i FROM n"));
	assert_int_equal(table.rows, 129);
	assert_false(table_query(&table, db,
		"WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 129)"
		" SELECT i FROM n"));
	assert_false(table_query(&table, db, "SELECT 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17"));
	assert_false(table_query(&table, db, "SELECT * FROM nothing"));
	(void)sqlite3_close(db);
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *at = text; (at = strstr(at, what)) != NULL; at++)
		n++;
	return n;
}

/* Draw the columns `with` and `out` of a table. */
static char *drawn(const char *sql, bool want)
{
	const struct chart chart = {"Bars & <things>", "kWh", {"with", "out"}};
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	query(sql);
	assert_int_equal(chart_write(&chart, &table, out), want);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void a_chart_has_a_bar_for_each_value(void **state)
{
	char *text =
		drawn("SELECT 'Jan' AS m, 40 AS \"with\", -10 AS out UNION ALL SELECT 'Feb', 20, 0",
			true);

	(void)state;
	/* The axis goes from -10 to 40: 290 px for 50; zero stands at y = 292. */
	assert_int_equal(count(text, "<rect x"), 4 + 2); /* bars, legend */
	assert_int_equal(
		count(text, "y=\"60.0\" width=\"174.0\" height=\"232.0\" fill=\"#8a8f98\""), 1);
	assert_int_equal(
		count(text, "y=\"292.0\" width=\"174.0\" height=\"58.0\" fill=\"#1f6fb2\""), 1);
	assert_int_equal(
		count(text, "y=\"176.0\" width=\"174.0\" height=\"116.0\" fill=\"#8a8f98\""), 1);
	assert_int_equal(count(text, ">Jan</text>"), 1);
	assert_int_equal(count(text, ">Bars &amp; &lt;things></text>"), 1);
	assert_int_equal(count(text, "</svg>\n"), 1);
	free(text);
}

static void a_chart_needs_its_columns_and_rows(void **state)
{
	(void)state;
	free(drawn("SELECT 'Jan' AS m, 1 AS \"with\"", false));
	free(drawn("SELECT 'Jan' AS m, 1 AS \"with\", 2 AS out WHERE 0", false));
	/* Nothing but zeros is no reason to divide by them. */
	free(drawn("SELECT 'Jan' AS m, 0 AS \"with\", 0 AS out", true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_stand_left_and_numbers_right),
		cmocka_unit_test(csv_quotes_what_needs_it),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(a_chart_has_a_bar_for_each_value),
		cmocka_unit_test(a_chart_needs_its_columns_and_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
