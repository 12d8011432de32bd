#include "store/schema_compare.h"
#include <stdio.h>
#include <string.h>

/* sql is NULL for what SQLite makes by itself. */
static const char schema[] =
	"SELECT name, type, coalesce(sql, '') FROM sqlite_master ORDER BY name, type";

static const char *text(sqlite3_stmt *s, int column)
{
	const char *t = (const char *)sqlite3_column_text(s, column);

	return t ? t : "";
}

static enum row_compare_answer differs(sqlite3_stmt *object, const char *what, char *why)
{
	(void)snprintf(why, ROW_COMPARE_WHY_MAX, "BAD_ROW: schema, %.20s %.100s: %s",
		text(object, 1), text(object, 0), what);
	return ROWS_DIFFER;
}

static enum row_compare_answer compare_objects(sqlite3_stmt *given, sqlite3_stmt *fresh, char *why)
{
	for (;;) {
		int a = sqlite3_step(given);
		int b = sqlite3_step(fresh);
		int order = a == SQLITE_ROW && b == SQLITE_ROW
				    ? strcmp(text(given, 0), text(fresh, 0))
			    : a == SQLITE_ROW ? -1
					      : 1;
		if (a == SQLITE_DONE && b == SQLITE_DONE)
			return ROWS_EQUAL;
		if ((a != SQLITE_ROW && a != SQLITE_DONE) || (b != SQLITE_ROW && b != SQLITE_DONE))
			return ROWS_UNREADABLE;
		if (order != 0)
			return order < 0 ? differs(given, "no ledger has it", why)
					 : differs(fresh, "it is missing", why);
		if (strcmp(text(given, 1), text(fresh, 1)) != 0 ||
			strcmp(text(given, 2), text(fresh, 2)) != 0)
			return differs(given, "it is not what this version makes", why);
	}
}

enum row_compare_answer schema_compare(
	struct db *given, struct db *fresh, char why[static ROW_COMPARE_WHY_MAX])
{
	enum row_compare_answer answer = ROWS_UNREADABLE;
	sqlite3_stmt *a = NULL, *b = NULL;

	(void)snprintf(why, ROW_COMPARE_WHY_MAX, "the schema cannot be read");
	if (sqlite3_prepare_v2(given->handle, schema, -1, &a, NULL) == SQLITE_OK &&
		sqlite3_prepare_v2(fresh->handle, schema, -1, &b, NULL) == SQLITE_OK)
		answer = compare_objects(a, b, why);
	(void)sqlite3_finalize(a);
	(void)sqlite3_finalize(b);
	return answer;
}
