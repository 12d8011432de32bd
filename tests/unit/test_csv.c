#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "hem-client/hdg/csv.h"

/* A file with these bytes, at its beginning. */
static FILE *file_of(const char *bytes, size_t len)
{
	FILE *f = tmpfile();

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	rewind(f);
	return f;
}

/* Read the first row of a text. */
static enum err first_row(const char *bytes, size_t len, struct csv *csv, char *why, bool *end)
{
	FILE *f = file_of(bytes, len);
	enum err err;

	csv_init(csv, f, "f.csv", why);
	err = csv_next(csv, end);
	(void)fclose(f);
	return err;
}

static void rows_and_fields(void **state)
{
	static const char text[] = "a,bc,,d\r\n\n,\nlast";
	static struct csv csv;
	char why[CSV_WHY_MAX];
	FILE *f = file_of(text, sizeof text - 1);
	bool end;

	(void)state;
	csv_init(&csv, f, "f.csv", why);
	assert_int_equal(csv_next(&csv, &end), ERR_OK);
	assert_false(end);
	assert_int_equal(csv.field_count, 4);
	assert_string_equal(csv.fields[0], "a");
	assert_string_equal(csv.fields[1], "bc");
	assert_string_equal(csv.fields[2], "");
	assert_string_equal(csv.fields[3], "d");
	assert_int_equal(csv_next(&csv, &end), ERR_OK);
	assert_int_equal(csv.field_count, 1);
	assert_string_equal(csv.fields[0], "");
	assert_int_equal(csv_next(&csv, &end), ERR_OK);
	assert_int_equal(csv.field_count, 2);
	assert_int_equal(csv_next(&csv, &end), ERR_OK);
	assert_string_equal(csv.fields[0], "last");
	assert_int_equal(csv.line, 4);
	assert_int_equal(csv_next(&csv, &end), ERR_OK);
	assert_true(end);
	(void)fclose(f);
}

static void an_empty_file_has_no_row(void **state)
{
	static struct csv csv;
	char why[CSV_WHY_MAX];
	bool end = false;

	(void)state;
	assert_int_equal(first_row("", 0, &csv, why, &end), ERR_OK);
	assert_true(end);
}

static void a_nul_byte_is_refused(void **state)
{
	static struct csv csv;
	char why[CSV_WHY_MAX];
	bool end;

	(void)state;
	assert_int_equal(first_row("a\0b\n", 4, &csv, why, &end), ERR_FORMAT);
	assert_string_equal(why, "f.csv:1: a NUL byte in a text file");
}

static void a_line_has_its_limit(void **state)
{
	static struct csv csv;
	static char text[CSV_LINE_MAX + 1];
	char why[CSV_WHY_MAX];
	bool end;

	(void)state;
	memset(text, 'x', sizeof text);
	assert_int_equal(first_row(text, CSV_LINE_MAX - 1, &csv, why, &end), ERR_OK);
	assert_int_equal(strlen(csv.fields[0]), CSV_LINE_MAX - 1);
	assert_int_equal(first_row(text, CSV_LINE_MAX, &csv, why, &end), ERR_FORMAT);
	assert_string_equal(why, "f.csv:1: the line is too long");
}

static void a_row_has_its_limit(void **state)
{
	static struct csv csv;
	static char text[CSV_FIELDS_MAX];
	char why[CSV_WHY_MAX];
	bool end;

	(void)state;
	memset(text, ',', sizeof text);
	assert_int_equal(first_row(text, CSV_FIELDS_MAX - 1, &csv, why, &end), ERR_OK);
	assert_int_equal(csv.field_count, CSV_FIELDS_MAX);
	assert_int_equal(first_row(text, CSV_FIELDS_MAX, &csv, why, &end), ERR_FORMAT);
	assert_string_equal(why, "f.csv:1: too many columns");
}

static void a_failure_names_line_column_and_field(void **state)
{
	static struct csv csv;
	char why[CSV_WHY_MAX];
	bool end;

	(void)state;
	assert_int_equal(first_row("a,b\n", 4, &csv, why, &end), ERR_OK);
	assert_int_equal(csv_fail(&csv, 2, csv.fields[1], "is not a c"), ERR_FORMAT);
	assert_string_equal(why, "f.csv:1: column 2: 'b' is not a c");
	assert_int_equal(csv_fail(&csv, 1, "1234567890123456789012345678901234567890+", "is long"),
		ERR_FORMAT);
	assert_string_equal(
		why, "f.csv:1: column 1: '1234567890123456789012345678901234567890' is long");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_and_fields),
		cmocka_unit_test(an_empty_file_has_no_row),
		cmocka_unit_test(a_nul_byte_is_refused),
		cmocka_unit_test(a_line_has_its_limit),
		cmocka_unit_test(a_row_has_its_limit),
		cmocka_unit_test(a_failure_names_line_column_and_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
