/* Which homes a year is of: the first whole day of a file, and the ratings beside it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "demo/year/source.h"
#include "tests/lib/scratch.h"

static char folder[SCRATCH_MAX], path[SCRATCH_MAX + 16], why[CSV_WHY_MAX];

static int setup(void **state)
{
	(void)state;
	assert_int_equal(scratch_make(folder), 0);
	snprintf(path, sizeof path, "%s/x.csv", folder);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return scratch_remove(folder);
}

static void put(const char *text)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	assert_true(fputs(text, out) >= 0);
	assert_int_equal(fclose(out), 0);
}

static void day_is(const char *row, const char *want)
{
	char text[128], day[SOURCE_DAY_LEN + 1];

	snprintf(text, sizeof text, "time,load_01_wh,pv_01_wh\n%s,0,0\n", row);
	put(text);
	assert_int_equal(source_first_day(path, day, why), ERR_OK);
	assert_string_equal(day, want);
}

static void the_first_whole_day(void **state)
{
	char day[SOURCE_DAY_LEN + 1];

	(void)state;
	day_is("2016-08-01T00:00:00-08:00", "2016-08-01");
	day_is("2016-07-31T23:00:00-08:00", "2016-08-01");
	day_is("2016-02-28T01:00:00+00:00", "2016-02-29");
	put("time,load_01_wh\nyesterday,0\n");
	assert_int_equal(source_first_day(path, day, why), ERR_FORMAT);
	assert_non_null(strstr(why, "x.csv:2: column 1: 'yesterday' must be a time"));
	put("time,load_01_wh\n");
	assert_int_equal(source_first_day(path, day, why), ERR_FORMAT);
	put("");
	assert_int_equal(source_first_day(path, day, why), ERR_FORMAT);
	assert_int_equal(source_first_day("/nowhere/at.all", day, why), ERR_NOT_FOUND);
}

static const char head[] = "home,pv_kw,x,battery_kwh,battery_kw,battery_efficiency\n";

static enum err read(const char *rows, struct house_ratings ret[2])
{
	char text[512];

	ret[0] = ret[1] = source_usual_ratings();
	snprintf(text, sizeof text, "%s%s", head, rows);
	put(text);
	return source_ratings(path, ret, 2, why);
}

static void ratings_by_the_homes_number(void **state)
{
	struct house_ratings r[2];

	(void)state;
	assert_int_equal(
		read("home_02,4.0,,6.4,4.5,0.9\nhome_01,5,?,13.5,2.25,1\nhome_03,1,,1,1,1\n", r),
		ERR_OK);
	assert_int_equal(r[0].pv_w, 5000);
	assert_int_equal(r[0].battery_w, 2250);
	assert_true(r[0].battery_wh == 13500 && r[0].battery_round_trip == 1);
	assert_int_equal(r[1].pv_w, 4000);
	assert_int_equal(r[1].battery_w, 4500);
	assert_true(r[1].battery_wh == 6400 && r[1].battery_round_trip == 0.9);
	assert_int_equal(r[1].fuse_w, 25000);
}

static void refuses(const char *rows, const char *sentence)
{
	struct house_ratings r[2];

	assert_int_equal(read(rows, r), ERR_FORMAT);
	assert_non_null(strstr(why, sentence));
}

static void a_wrong_row_is_named(void **state)
{
	struct house_ratings r[2];

	(void)state;
	refuses("home_01,4,,6.4,5,1.1\n", "x.csv:2: column 6: '1.1' is out of range");
	refuses("home_01,4,,6.4,5,0.05\n", "column 6: '0.05'");
	refuses("home_01,-1,,6.4,5,1\n", "column 2: '-1'");
	refuses("home_01,4kW,,6.4,5,1\n", "column 2: '4kW'");
	refuses("home_01,,,6.4,5,1\n", "column 2: ''");
	refuses("cabin_01,4,,6.4,5,1\n", "column 1: 'cabin_01' must be home_01");
	refuses("home_0,4,,6.4,5,1\n", "column 1: 'home_0'");
	refuses("home_01,4\n", "the row is too short");
	put("home,pv_kw,battery_kwh,battery_kw\n");
	assert_int_equal(source_ratings(path, r, 2, why), ERR_FORMAT);
	assert_non_null(strstr(why, "'battery_efficiency' is not among its columns"));
	assert_int_equal(source_ratings("/nowhere/at.all", r, 2, why), ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_first_whole_day, setup, teardown),
		cmocka_unit_test_setup_teardown(ratings_by_the_homes_number, setup, teardown),
		cmocka_unit_test_setup_teardown(a_wrong_row_is_named, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
