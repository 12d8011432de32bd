/* table: what a query answers, to be printed, and written as CSV. */
#ifndef LEM_DEMO_YEAR_TABLE_H
#define LEM_DEMO_YEAR_TABLE_H
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>

enum { TABLE_COLUMNS_MAX = 16, TABLE_ROWS_MAX = 128, TABLE_CELL_MAX = 64 };

/* A small table; row 0 has the columns' names. An empty cell is a NULL. */
struct table {
	size_t columns, rows; /* with row 0 */
	char cells[1 + TABLE_ROWS_MAX][TABLE_COLUMNS_MAX][TABLE_CELL_MAX];
	bool is_number[TABLE_COLUMNS_MAX]; /* no row has a text there */
};

/* Run a query. False: it failed (the database says why), or has more rows or columns than fit. A
 * cell that is too long is cut. */
__attribute__((warn_unused_result)) bool table_query(
	struct table *ret, sqlite3 *db, const char *sql);

/* Print it for a person: numbers to the right, texts to the left. */
void table_print(const struct table *table, FILE *out);

/* Write it as CSV (RFC 4180: quotes where they are needed; lines end with LF). */
void table_write_csv(const struct table *table, FILE *out);

/* The number in a cell; 0 if there is none. */
double table_number(const struct table *table, size_t row, size_t column);

#endif
