#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "core/units.h"
#include "hem-client/hdg/profile.h"

#define HEADER "time,load_01_wh,pv_01_wh,load_02_wh,pv_02_wh,tariff_mc_per_kwh\n"
enum { FIRST_HOUR = 22, ROWS = 2 + 48 + 5 };

/* Two hours of 2017-12-30, all of the 31st and of 2018-01-01, five hours more. Row r has load 100 r
 * + 7 and PV r in home 1, twice that in home 2, tariff 22000 + r. `bad` replaces row bad_row unless
 * NULL. The caller frees. */
static char *text_of(int bad_row, const char *bad, size_t *ret_len)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, ret_len);

	assert_non_null(f);
	(void)fputs(HEADER, f);
	for (int r = 0; r < ROWS; r++) {
		int hour = FIRST_HOUR + r;
		static const char *const days[] = {
			"2017-12-30", "2017-12-31", "2018-01-01", "2018-01-02"};

		if (bad && r == bad_row) {
			(void)fputs(bad, f);
			continue;
		}
		(void)fprintf(f, "%sT%02d:00:00-08:00,%d,%d,%d,%d,%d\n", days[hour / 24], hour % 24,
			100 * r + 7, r, 2 * (100 * r + 7), 2 * r, 22000 + r);
	}
	(void)fclose(f);
	return text;
}

static enum err read_text(const char *text, size_t len, const struct profile_choice *choice,
	struct profile *ret, char *why)
{
	FILE *f = fmemopen((void *)(uintptr_t)text, len, "rb");
	enum err err;

	assert_non_null(f);
	err = profile_read(f, "homes.csv", choice, ret, why);
	(void)fclose(f);
	return err;
}

static struct profile must_read(int home, const char *day, int days)
{
	const struct profile_choice choice = {home, day, days};
	char why[PROFILE_WHY_MAX] = "";
	struct profile p = {0};
	size_t len;
	char *text = text_of(-1, NULL, &len);
	enum err err = read_text(text, len, &choice, &p, why);

	assert_string_equal(why, "");
	assert_int_equal(err, ERR_OK);
	free(text);
	return p;
}

/* The load of the hours of row `row` on, in home 1. */
static int64_t load_of_row(int64_t row)
{
	return 100 * row + 7;
}

static void a_day_begins_at_its_midnight(void **state)
{
	struct profile p = must_read(1, "2017-12-31", 1);
	struct slot_energy e;

	(void)state;
	assert_int_equal(p.hour_count, 24);
	/* 2017-12-31T00:00:00-08:00 is 08:00 UTC. */
	assert_int_equal(p.start_ms, INT64_C(1514707200000));
	profile_energy(&p, 0, 3600, &e);
	assert_int_equal(e.load_wh, load_of_row(2));
	assert_int_equal(e.pv_wh, 2);
	profile_energy(&p, 23 * 3600, 3600, &e);
	assert_int_equal(e.load_wh, load_of_row(25));
	assert_int_equal(profile_tariff_mc_per_kwh(&p, 0), 22002);
	assert_int_equal(profile_tariff_mc_per_kwh(&p, 3599), 22002);
	assert_int_equal(profile_tariff_mc_per_kwh(&p, 3600), 22003);
	profile_release(&p);
	assert_null(p.hours);
	profile_release(&p);
}

static void another_home_has_its_own_columns(void **state)
{
	struct profile p = must_read(2, "2018-01-01", 1);
	struct slot_energy e;

	(void)state;
	profile_energy(&p, 0, 3600, &e);
	assert_int_equal(e.load_wh, 2 * load_of_row(26));
	assert_int_equal(e.pv_wh, 2 * 26);
	profile_release(&p);
}

static void after_the_last_day_comes_the_first(void **state)
{
	struct profile p = must_read(1, "2017-12-31", 2);
	struct slot_energy e, wrapped;

	(void)state;
	assert_int_equal(p.hour_count, 48);
	profile_energy(&p, 24 * 3600, 3600, &e);
	assert_int_equal(e.load_wh, load_of_row(26));
	profile_energy(&p, 48 * 3600, 3600, &e);
	assert_int_equal(e.load_wh, load_of_row(2));
	assert_int_equal(profile_tariff_mc_per_kwh(&p, 48 * 3600), 22002);
	/* Across the seam: the last hour and the first. */
	profile_energy(&p, 47 * 3600, 7200, &wrapped);
	assert_int_equal(wrapped.load_wh, load_of_row(49) + load_of_row(2));
	profile_energy(&p, 100 * 48 * 3600, 86400, &wrapped);
	profile_energy(&p, 0, 86400, &e);
	assert_memory_equal(&wrapped, &e, sizeof e);
	profile_release(&p);
}

static void no_count_of_days_means_all_whole_ones(void **state)
{
	struct profile p = must_read(1, "2017-12-31", 0);

	(void)state;
	assert_int_equal(p.hour_count, 48);
	profile_release(&p);
	p = must_read(1, "2018-01-01", 0);
	assert_int_equal(p.hour_count, 24);
	profile_release(&p);
}

static void slots_add_up_whatever_their_length(void **state)
{
	static const int64_t lengths[] = {1, 7, 60, 300, 900, 1000, 3600, 5400, 86400};
	struct profile p = must_read(1, "2017-12-31", 1);
	struct slot_energy whole;

	(void)state;
	profile_energy(&p, 0, 86400, &whole);
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		struct slot_energy sum = {0}, e;
		int64_t t = 0;

		for (; t < 86400; t += lengths[i]) {
			int64_t slot_s = t + lengths[i] < 86400 ? lengths[i] : 86400 - t;

			profile_energy(&p, t, slot_s, &e);
			assert_true(e.load_wh >= 0 && e.pv_wh >= 0);
			sum.load_wh += e.load_wh;
			sum.pv_wh += e.pv_wh;
		}
		assert_memory_equal(&sum, &whole, sizeof sum);
	}
	profile_release(&p);
}

static void an_hour_is_divided_evenly(void **state)
{
	struct profile p = must_read(1, "2017-12-31", 1);
	const int64_t quarters[] = {51, 52, 52, 52}; /* 207 Wh */
	struct slot_energy e;

	(void)state;
	for (int64_t i = 0; i < 4; i++) {
		profile_energy(&p, i * 900, 900, &e);
		assert_int_equal(e.load_wh, quarters[i]);
	}
	profile_release(&p);
}

static void a_choice_that_cannot_be_made(void **state)
{
	static const struct {
		struct profile_choice choice;
		const char *why;
	} cases[] = {
		{{0, "2017-12-31", 1}, "homes.csv: home must be 1 to 99"},
		{{100, "2017-12-31", 1}, "homes.csv: home must be 1 to 99"},
		{{3, "2017-12-31", 1}, "homes.csv: load_03_wh is not among its columns"},
		{{1, "2017-12-31", -1}, "homes.csv: days must be 0 to 400"},
		{{1, "2017-12-31", 401}, "homes.csv: days must be 0 to 400"},
		{{1, "2017-12-31", 3},
			"homes.csv: 2017-12-31 is followed by too few days in the file"},
		{{1, "2018-01-02", 1}, "homes.csv: 2018-01-02 is not a whole day in the file"},
		{{1, "2018-01-02", 0}, "homes.csv: 2018-01-02 is not a whole day in the file"},
		{{1, "2018-01-03", 1}, "homes.csv: 2018-01-03 is not a whole day in the file"},
		{{1, "2017-12-30", 1},
			"homes.csv: 2017-12-30 does not begin at midnight in the file"},
		{{1, "2017-02-29", 1}, "homes.csv: day must be YYYY-MM-DD"},
		{{1, "2017-12-31 ", 1}, "homes.csv: day must be YYYY-MM-DD"},
		{{1, "", 1}, "homes.csv: day must be YYYY-MM-DD"},
	};
	size_t len;
	char *text = text_of(-1, NULL, &len);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char why[PROFILE_WHY_MAX] = "";
		struct profile p = {.start_ms = 77};

		assert_int_equal(read_text(text, len, &cases[i].choice, &p, why), ERR_USAGE);
		assert_string_equal(why, cases[i].why);
		assert_int_equal(p.start_ms, 77);
		assert_null(p.hours);
	}
	free(text);
}

#define T "2017-12-31T01:00:00-08:00"
static const struct {
	const char *row, *why;
} wrong_rows[] = {
	{T ",307,3,614,6\n", "has another number of columns than the header"},
	{T ",307,3,614,6,7,8\n", "has another number of columns than the header"},
	{"\n", "has another number of columns than the header"},
	{T ",x,3,614,6,7\n", "column 2: 'x' is not a whole number 0 to 100000000 (load_01_wh)"},
	{T ",,3,614,6,7\n", "column 2: '' is not a whole number 0 to 100000000 (load_01_wh)"},
	{T ",-1,3,614,6,7\n", "column 2: '-1' is not a whole number 0 to 100000000 (load_01_wh)"},
	{T ",1.5,3,614,6,7\n", "column 2: '1.5' is not a whole number 0 to 100000000 (load_01_wh)"},
	{T ", 1,3,614,6,7\n", "column 2: ' 1' is not a whole number 0 to 100000000 (load_01_wh)"},
	{T ",1,100000001,614,6,7\n",
		"column 3: '100000001' is not a whole number 0 to 100000000 (pv_01_wh)"},
	{T ",1,99999999999999999999,614,6,7\n", "column 3: '99999999999999999999' is not a "
						"whole number 0 to 100000000 (pv_01_wh)"},
	{T ",1,3,614,6,10000001\n", "column 6: '10000001' is not a whole number 0 to "
				    "10000000 (tariff_mc_per_kwh)"},
	{"2017-12-31T01:00:00-07:00,1,3,6,6,7\n",
		"column 1: '2017-12-31T01:00:00-07:00' has another UTC offset than the "
		"rows before"},
	{"2017-12-31T00:00:00-08:00,1,3,6,6,7\n", "column 1: '2017-12-31T00:00:00-08:00' "
						  "is not the hour after the row before"},
	{"2017-12-31T02:00:00-08:00,1,3,6,6,7\n", "column 1: '2017-12-31T02:00:00-08:00' "
						  "is not the hour after the row before"},
#define TIME(text)                                                                                 \
	{                                                                                          \
		text ",1,3,6,6,7\n",                                                               \
			"column 1: '" text "' is not a time YYYY-MM-DDTHH:00:00+HH:MM"             \
	}
	TIME("2017-12-31T01:30:00-08:00"),
	TIME("2017-12-31T01:00:01-08:00"),
	TIME("2017-12-31T01:00:00Z"),
	TIME("2017-12-31T01:00:00 08:00"),
	TIME("2017-12-31T01:00:00-15:00"),
	TIME("2017-12-31T01:00:00-08:60"),
	TIME("2017-12-31T01:00:00-0a:00"),
	TIME("2017-12-31T01:00:00-08.00"),
	TIME("2017-12-31 01:00:00-08:00"),
	TIME("2017-12-31T24:00:00-08:00"),
	TIME("2017-13-31T01:00:00-08:00"),
	TIME(""),
#undef TIME
#undef T
};

/* Row 3, of line 5, is replaced. */
static void a_wrong_row_is_named(void **state)
{
	const struct profile_choice choice = {1, "2017-12-31", 1};

	(void)state;
	for (size_t i = 0; i < sizeof wrong_rows / sizeof *wrong_rows; i++) {
		char why[PROFILE_WHY_MAX] = "", expected[PROFILE_WHY_MAX];
		struct profile p = {0};
		size_t len;
		char *text = text_of(3, wrong_rows[i].row, &len);

		assert_int_equal(read_text(text, len, &choice, &p, why), ERR_FORMAT);
		(void)snprintf(expected, sizeof expected, "homes.csv:5: %s", wrong_rows[i].why);
		assert_string_equal(why, expected);
		free(text);
	}
}

static void the_largest_numbers_are_read(void **state)
{
	const struct profile_choice choice = {1, "2017-12-31", 1};
	char why[PROFILE_WHY_MAX] = "";
	struct profile p = {0};
	struct slot_energy e;
	size_t len;
	char *text = text_of(3, "2017-12-31T01:00:00-08:00,100000000,0,614,6,10000000\n", &len);

	(void)state;
	assert_int_equal(read_text(text, len, &choice, &p, why), ERR_OK);
	profile_energy(&p, 3600, 3600, &e);
	assert_int_equal(e.load_wh, PROFILE_HOUR_WH_MAX);
	assert_int_equal(e.pv_wh, 0);
	assert_int_equal(profile_tariff_mc_per_kwh(&p, 3600), PRICE_MC_MAX);
	profile_release(&p);
	free(text);
}

static void a_wrong_header_is_named(void **state)
{
	static const struct {
		const char *text, *why;
		enum err err;
	} cases[] = {
		{" ", "homes.csv:1: column 1: ' ' must be time", ERR_FORMAT},
		{"Time,load_01_wh,pv_01_wh\n", "homes.csv:1: column 1: 'Time' must be time",
			ERR_FORMAT},
		{"time,load_01_wh,pv_01_wh,load_01_wh\n",
			"homes.csv:1: column 4: 'load_01_wh' stands there twice", ERR_FORMAT},
		{"time,load_01_wh\n", "homes.csv: pv_01_wh is not among its columns", ERR_USAGE},
		{"time,pv_01_wh\n", "homes.csv: load_01_wh is not among its columns", ERR_USAGE},
		{"time,load_01_wh,pv_01_wh\n",
			"homes.csv: 2017-12-31 is not a whole day in the file", ERR_USAGE},
		{"time,load_01_wh,pv_01_wh\n2018-01-01T00:00:00-08:00,1,1\n",
			"homes.csv: 2017-12-31 is not a whole day in the file", ERR_USAGE},
	};
	const struct profile_choice choice = {1, "2017-12-31", 1};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char why[PROFILE_WHY_MAX] = "";
		struct profile p = {0};

		assert_int_equal(read_text(cases[i].text, strlen(cases[i].text), &choice, &p, why),
			cases[i].err);
		assert_string_equal(why, cases[i].why);
	}
}

static void files_that_are_none(void **state)
{
	const struct profile_choice choice = {1, "2017-12-31", 1};
	char why[PROFILE_WHY_MAX] = "";
	struct profile p = {0};

	(void)state;
	assert_int_equal(profile_load("/nowhere/x.csv", &choice, &p, why), ERR_NOT_FOUND);
	assert_string_equal(why, "/nowhere/x.csv: not found");
	assert_int_equal(profile_load("/", &choice, &p, why), ERR_IO);
	assert_int_equal(profile_load("/dev/null", &choice, &p, why), ERR_FORMAT);
	assert_string_equal(why, "/dev/null:1: the file is empty");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_begins_at_its_midnight),
		cmocka_unit_test(another_home_has_its_own_columns),
		cmocka_unit_test(after_the_last_day_comes_the_first),
		cmocka_unit_test(no_count_of_days_means_all_whole_ones),
		cmocka_unit_test(slots_add_up_whatever_their_length),
		cmocka_unit_test(an_hour_is_divided_evenly),
		cmocka_unit_test(a_choice_that_cannot_be_made),
		cmocka_unit_test(a_wrong_row_is_named),
		cmocka_unit_test(the_largest_numbers_are_read),
		cmocka_unit_test(a_wrong_header_is_named),
		cmocka_unit_test(files_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
