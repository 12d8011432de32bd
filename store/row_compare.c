#include "store/row_compare.h"
#include <stdio.h>
#include <string.h>

/* Each table in key order, the key's columns first, up to the last closed block (?1). */
static const struct {
	const char *table;
	const char *sql;
	int key_columns;
} tables[] = {
	{"genesis", "SELECT * FROM genesis ORDER BY id", 1},
	{"blocks", "SELECT * FROM blocks WHERE height <= ?1 ORDER BY height", 1},
	{"accounts", "SELECT * FROM accounts WHERE height <= ?1 ORDER BY number", 1},
	{"closings", "SELECT * FROM closings WHERE height <= ?1 ORDER BY account", 1},
	{"transactions", "SELECT * FROM transactions WHERE height <= ?1 ORDER BY seq", 1},
	{"auctions",
		"SELECT a.* FROM auctions a LEFT JOIN transactions t USING (seq)"
		" WHERE coalesce(t.height, 0) <= ?1 ORDER BY seq",
		1},
	{"auction_ends", "SELECT * FROM auction_ends WHERE height <= ?1 ORDER BY auction", 1},
	{"orders",
		"SELECT o.* FROM orders o LEFT JOIN transactions t USING (seq)"
		" WHERE coalesce(t.height, 0) <= ?1 ORDER BY seq",
		1},
	{"order_ends", "SELECT * FROM order_ends WHERE height <= ?1 ORDER BY \"order\"", 1},
	{"awards", "SELECT * FROM awards WHERE height <= ?1 ORDER BY \"order\"", 1},
	{"deliveries", "SELECT * FROM deliveries WHERE height <= ?1 ORDER BY \"order\"", 1},
	{"transfers", "SELECT * FROM transfers WHERE height <= ?1 ORDER BY height, n", 2},
	{"schedules",
		"SELECT * FROM schedules WHERE seq IN (SELECT seq FROM transactions"
		" WHERE height <= ?1) ORDER BY seq, slot",
		2},
	{"schedule_terms",
		"SELECT * FROM schedule_terms WHERE seq IN (SELECT seq FROM transactions"
		" WHERE height <= ?1) ORDER BY seq",
		1},
	{"limits",
		"SELECT * FROM limits WHERE seq IN (SELECT seq FROM transactions"
		" WHERE height <= ?1) ORDER BY seq, slot",
		2},
	{"approvals",
		"SELECT * FROM approvals WHERE seq IN (SELECT seq FROM transactions"
		" WHERE height <= ?1) ORDER BY seq",
		1},
	{"auction_cuts", "SELECT * FROM auction_cuts WHERE height <= ?1 ORDER BY auction", 1},
	{"rankings", "SELECT * FROM rankings WHERE height <= ?1 ORDER BY height, rank", 2},
	{"seals", "SELECT * FROM seals WHERE height < ?1 ORDER BY height", 1},
};

enum { TABLES = sizeof tables / sizeof *tables };

static bool column_equal(sqlite3_stmt *a, sqlite3_stmt *b, int column)
{
	int len = sqlite3_column_bytes(a, column);

	if (sqlite3_column_type(a, column) != sqlite3_column_type(b, column))
		return false;
	if (sqlite3_column_type(a, column) == SQLITE_INTEGER)
		return sqlite3_column_int64(a, column) == sqlite3_column_int64(b, column);
	return len == sqlite3_column_bytes(b, column) &&
	       (len == 0 || memcmp(sqlite3_column_blob(a, column), sqlite3_column_blob(b, column),
				    (size_t)len) == 0);
}

static void describe(int table, sqlite3_stmt *row, const char *what, char *why)
{
	size_t len = 0;

	len = (size_t)snprintf(why, ROW_COMPARE_WHY_MAX, "BAD_ROW: table %s, %s ",
		tables[table].table, sqlite3_column_name(row, 0));
	for (int i = 0; i < tables[table].key_columns; i++)
		len += (size_t)snprintf(why + len, ROW_COMPARE_WHY_MAX - len, "%s%lld",
			i ? "/" : "", (long long)sqlite3_column_int64(row, i));
	(void)snprintf(why + len, ROW_COMPARE_WHY_MAX - len, ": %s", what);
}

/* The first key column tells which of two different rows comes first. */
static bool key_differs(int table, sqlite3_stmt *a, sqlite3_stmt *b, bool *ret_a_first)
{
	for (int i = 0; i < tables[table].key_columns; i++) {
		sqlite3_int64 x = sqlite3_column_int64(a, i);
		sqlite3_int64 y = sqlite3_column_int64(b, i);
		if (x != y) {
			*ret_a_first = x < y;
			return true;
		}
	}
	return false;
}

static enum row_compare_answer compare_rows(
	int table, sqlite3_stmt *given, sqlite3_stmt *fresh, char *why)
{
	for (;;) {
		int a = sqlite3_step(given);
		int b = sqlite3_step(fresh);
		bool given_first = b == SQLITE_DONE;
		char what[128];
		if (a == SQLITE_DONE && b == SQLITE_DONE)
			return ROWS_EQUAL;
		if ((a != SQLITE_ROW && a != SQLITE_DONE) ||
			(b != SQLITE_ROW && b != SQLITE_DONE)) {
			(void)snprintf(why, ROW_COMPARE_WHY_MAX, "table %s cannot be read",
				tables[table].table);
			return ROWS_UNREADABLE;
		}
		if (a != b || key_differs(table, given, fresh, &given_first)) {
			describe(table, given_first ? given : fresh,
				given_first ? "no transaction gives this row"
					    : "this row is missing",
				why);
			return ROWS_DIFFER;
		}
		for (int i = 0; i < sqlite3_column_count(given); i++) {
			if (column_equal(given, fresh, i))
				continue;
			(void)snprintf(what, sizeof what,
				"column %.60s is not what its transactions give",
				sqlite3_column_name(given, i));
			describe(table, given, what, why);
			return ROWS_DIFFER;
		}
	}
}

static enum row_compare_answer compare_up_to(
	int table, sqlite3_stmt *given, sqlite3_stmt *fresh, uint64_t height, char *why)
{
	if (sqlite3_bind_parameter_count(given) > 0) {
		db_bind_int(given, 1, (int64_t)height);
		db_bind_int(fresh, 1, (int64_t)height);
	}
	return compare_rows(table, given, fresh, why);
}

enum row_compare_answer row_compare(
	struct db *given, struct db *fresh, uint64_t height, char why[static ROW_COMPARE_WHY_MAX])
{
	enum row_compare_answer answer = ROWS_EQUAL;

	for (int i = 0; answer == ROWS_EQUAL && i < TABLES; i++) {
		sqlite3_stmt *a = NULL, *b = NULL;
		answer = ROWS_UNREADABLE;
		(void)snprintf(
			why, ROW_COMPARE_WHY_MAX, "table %s cannot be read", tables[i].table);
		if (sqlite3_prepare_v2(given->handle, tables[i].sql, -1, &a, NULL) == SQLITE_OK &&
			sqlite3_prepare_v2(fresh->handle, tables[i].sql, -1, &b, NULL) == SQLITE_OK)
			answer = compare_up_to(i, a, b, height, why);
		(void)sqlite3_finalize(a);
		(void)sqlite3_finalize(b);
	}
	return answer;
}
