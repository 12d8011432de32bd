/* Civil dates, against the C library's own calendar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <time.h>
#include "wire/date.h"

static const struct {
	const char *text;
	int64_t s; /* -1: refused */
} cases[] = {
	{"1970-01-01 00:00:00", 0},
	{"1970-01-01 00:00:01", 1},
	{"1969-12-31 23:59:59", -1},
	{"2000-02-29 12:00:00", 951825600},
	{"2018-01-01 00:00:00", 1514764800},
	{"9999-12-31 23:59:59", 253402300799},
	{"2004-02-29 00:00:00", 1078012800},
	{"2100-02-28 23:59:59", 4107542399},
	{"2100-02-29 00:00:00", -1},
	{"2017-02-29 00:00:00", -1},
	{"2017-02-28 00:00:00", 1488240000},
	{"2017-04-30 00:00:00", 1493510400},
	{"2017-04-31 00:00:00", -1},
	{"2017-12-31 00:00:00", 1514678400},
	{"2017-12-32 00:00:00", -1},
	{"2017-01-00 00:00:00", -1},
	{"2017-00-01 00:00:00", -1},
	{"2017-13-01 00:00:00", -1},
	{"2017-01-01 23:59:59", 1483315199},
	{"2017-01-01 24:00:00", -1},
	{"2017-01-01 00:60:00", -1},
	{"2016-12-31 23:59:60", -1}, /* a leap second */
	{"2017-01-01T00:00:00", -1},
	{"2017-01-01 00:00:00Z", -1},
	{"2017-01-01 00:00:0", -1},
	{"2017-1-01 00:00:00 ", -1},
	{"2017-01-01 00:00: 1", -1},
	{"2017-01-01 00:00:+1", -1},
	{"-017-01-01 00:00:00", -1},
	{"2017/01/01 00:00:00", -1},
	{"2017-01-01 00.00.00", -1},
	{"20l7-01-01 00:00:00", -1},
	{"", -1},
};

static void texts_are_read_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t ms = -77;
		if (date_read(cases[i].text, &ms) != (cases[i].s >= 0))
			fail_msg("%s", cases[i].text);
		assert_int_equal(ms, cases[i].s >= 0 ? cases[i].s * 1000 : -77);
	}
}

/* Every day from 1970 to 2400, each at another time of day, as gmtime_r() has it. */
static void every_day_goes_there_and_back(void **state)
{
	char want[32], got[DATE_LEN + 1];
	struct tm tm;

	(void)state;
	for (int64_t day = 0; day < 157000; day++) {
		int64_t s = day * 86400 + day * 7919 % 86400, back = -1;
		time_t t = (time_t)s;
		assert_non_null(gmtime_r(&t, &tm));
		assert_int_equal(strftime(want, sizeof want, "%Y-%m-%d %H:%M:%S", &tm), DATE_LEN);
		date_write(s * 1000 + day % 1000, got);
		assert_string_equal(got, want);
		assert_true(date_read(got, &back));
		assert_int_equal(back, s * 1000);
	}
}

static void parts_of_a_second_are_cut_off(void **state)
{
	char text[DATE_LEN + 1];

	(void)state;
	date_write(999, text);
	assert_string_equal(text, "1970-01-01 00:00:00");
	date_write(1000, text);
	assert_string_equal(text, "1970-01-01 00:00:01");
	date_write(INT64_C(253402300799999), text);
	assert_string_equal(text, "9999-12-31 23:59:59");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_read_or_refused),
		cmocka_unit_test(every_day_goes_there_and_back),
		cmocka_unit_test(parts_of_a_second_are_cut_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
