#include "demo/year/table.h"
#include <stdlib.h>
#include <string.h>

static void put(struct table *t, size_t row, size_t column, const void *text)
{
	(void)snprintf(t->cells[row][column], TABLE_CELL_MAX, "%s", text ? (const char *)text : "");
}

static bool read_rows(struct table *t, sqlite3_stmt *s)
{
	int code;

	while ((code = sqlite3_step(s)) == SQLITE_ROW) {
		if (t->rows == 1 + TABLE_ROWS_MAX)
			return false;
		for (size_t c = 0; c < t->columns; c++) {
			if (sqlite3_column_type(s, (int)c) == SQLITE_TEXT)
				t->is_number[c] = false;
			put(t, t->rows, c, sqlite3_column_text(s, (int)c));
		}
		t->rows++;
	}
	return code == SQLITE_DONE;
}

bool table_query(struct table *ret, sqlite3 *db, const char *sql)
{
	sqlite3_stmt *s = NULL;
	bool good = sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK &&
		    sqlite3_column_count(s) <= TABLE_COLUMNS_MAX;

	memset(ret, 0, sizeof *ret);
	if (good) {
		ret->columns = (size_t)sqlite3_column_count(s);
		ret->rows = 1;
		for (size_t c = 0; c < ret->columns; c++) {
			put(ret, 0, c, sqlite3_column_name(s, (int)c));
			ret->is_number[c] = true;
		}
		good = read_rows(ret, s);
	}
	(void)sqlite3_finalize(s);
	return good;
}

void table_print(const struct table *t, FILE *out)
{
	int width[TABLE_COLUMNS_MAX] = {0};

	for (size_t r = 0; r < t->rows; r++) {
		for (size_t c = 0; c < t->columns; c++) {
			int len = (int)strlen(t->cells[r][c]);
			width[c] = len > width[c] ? len : width[c];
		}
	}
	for (size_t r = 0; r < t->rows; r++) {
		for (size_t c = 0; c < t->columns; c++)
			(void)fprintf(out, t->is_number[c] ? "  %*s" : "  %-*s", width[c],
				t->cells[r][c]);
		(void)fputc('\n', out);
	}
}

static void write_cell(const char *text, FILE *out)
{
	if (!strpbrk(text, ",\"\r\n")) {
		(void)fputs(text, out);
		return;
	}
	(void)fputc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			(void)fputc('"', out);
		(void)fputc(*text, out);
	}
	(void)fputc('"', out);
}

void table_write_csv(const struct table *t, FILE *out)
{
	for (size_t r = 0; r < t->rows; r++) {
		for (size_t c = 0; c < t->columns; c++) {
			if (c)
				(void)fputc(',', out);
			write_cell(t->cells[r][c], out);
		}
		(void)fputc('\n', out);
	}
}

double table_number(const struct table *t, size_t row, size_t column)
{
	return strtod(t->cells[row][column], NULL);
}
