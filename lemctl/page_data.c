#include "lemctl/page_data.h"
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lemctl/page_sql.h"
#include "store/market_db.h"

bool page_data_has(const char *path, bool *needs_number)
{
	*needs_number = strcmp(path, PAGE_SQL_OF_AUCTION) == 0;
	for (size_t i = 0; i < page_sql_count; i++)
		if (strcmp(page_sql[i].path, path) == 0)
			return true;
	return false;
}

static enum err fail(sqlite3 *db, struct page_answer *ret)
{
	(void)snprintf(ret->why, sizeof ret->why, "the databases: %s",
		db ? sqlite3_errmsg(db) : "out of memory");
	return ERR_DB;
}

/* Texts come from many hands: nothing in them may end the JSON string. */
static void put_string(FILE *out, const unsigned char *text)
{
	(void)fputc('"', out);
	for (; text && *text; text++) {
		if (*text < 0x20 || *text == '"' || *text == '\\')
			(void)fprintf(out, "\\u%04x", *text);
		else
			(void)fputc(*text, out);
	}
	(void)fputc('"', out);
}

static void put_value(FILE *out, sqlite3_stmt *s, int i)
{
	switch (sqlite3_column_type(s, i)) {
	case SQLITE_NULL:
		(void)fputs("null", out);
		return;
	case SQLITE_INTEGER:
		(void)fprintf(out, "%lld", (long long)sqlite3_column_int64(s, i));
		return;
	case SQLITE_FLOAT:
		(void)fprintf(out, "%.3f", sqlite3_column_double(s, i));
		return;
	default:
		put_string(out, sqlite3_column_text(s, i));
	}
}

static void put_row(FILE *out, sqlite3_stmt *s)
{
	int n = sqlite3_column_count(s);

	for (int i = 0; i < n; i++) {
		(void)fputc(i ? ',' : '{', out);
		put_string(out, (const unsigned char *)sqlite3_column_name(s, i));
		(void)fputc(':', out);
		put_value(out, s, i);
	}
	(void)fputc('}', out);
}

static bool put_rows(FILE *out, sqlite3 *db, const char *sql, int64_t number)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &s, NULL);
	int rows = 0;

	if (rc == SQLITE_OK && sqlite3_bind_parameter_count(s) > 0)
		(void)sqlite3_bind_int64(s, 1, number);
	(void)fputc('[', out);
	while (rc == SQLITE_OK && rows < PAGE_ROWS_MAX && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		(void)fputs(rows++ ? ",\n" : "\n", out);
		put_row(out, s);
		rc = SQLITE_OK;
	}
	(void)fputc(']', out);
	(void)sqlite3_finalize(s);
	return rc == SQLITE_DONE || rc == SQLITE_OK;
}

/* Run a statement of one row at most; its first column, if there is a place for it. */
static bool run(sqlite3 *db, const char *sql, char *out, size_t size)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &s, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(s);
	if (rc == SQLITE_ROW && out)
		(void)snprintf(out, size, "%s", (const char *)sqlite3_column_text(s, 0));
	(void)sqlite3_finalize(s);
	return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

static enum err write_body(sqlite3 *db, const char *path, int64_t number, struct page_answer *ret)
{
	char *body = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&body, &len);
	bool good = true, first = true;

	if (!out)
		return ERR_NOMEM;
	for (size_t i = 0; i < page_sql_count && good; i++) {
		if (strcmp(page_sql[i].path, path) != 0)
			continue;
		if (!page_sql[i].name) {
			good = run(db, page_sql[i].sql, NULL, 0);
			continue;
		}
		(void)fprintf(out, "%s\"%s\":", first ? "{" : ",\n", page_sql[i].name);
		good = put_rows(out, db, page_sql[i].sql, number);
		first = false;
	}
	(void)fputs("}\n", out);
	if (fclose(out) != 0 || !good) {
		free(body);
		return good ? ERR_NOMEM : fail(db, ret);
	}
	ret->body = body;
	ret->len = len;
	return ERR_OK;
}

enum err page_data_read(const char *dir, const char *path, int64_t number, const char *known_tag,
	struct page_answer *ret)
{
	sqlite3 *db = NULL;
	enum err err = ERR_OK;

	memset(ret, 0, sizeof *ret);
	if (!market_db_open(dir, &db) || !run(db, "BEGIN", NULL, 0) ||
		!run(db, PAGE_SQL_TAG, ret->tag, PAGE_TAG_LEN))
		err = fail(db, ret);
	else if (!known_tag || strcmp(known_tag, ret->tag) != 0)
		err = write_body(db, path, number, ret);
	(void)sqlite3_close(db);
	return err;
}
