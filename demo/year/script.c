#include "demo/year/script.h"
#include <stdio.h>

enum { PATH_LEN = 4096 };

bool script_run(sqlite3 *db, const char *sql)
{
	while (*sql) {
		sqlite3_stmt *s = NULL;
		int code = sqlite3_prepare_v2(db, sql, -1, &s, &sql);

		while (code == SQLITE_OK && s && (code = sqlite3_step(s)) == SQLITE_ROW)
			code = SQLITE_OK;
		(void)sqlite3_finalize(s);
		if (code != SQLITE_OK && code != SQLITE_DONE)
			return false;
	}
	return true;
}

bool script_read(const char *dir, const char *name, char text[static SCRIPT_MAX])
{
	char path[PATH_LEN];
	size_t len = 0;
	FILE *in;

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	in = fopen(path, "r");
	if (!in)
		return false;
	len = fread(text, 1, SCRIPT_MAX, in);
	(void)fclose(in);
	if (len == SCRIPT_MAX)
		return false;
	text[len] = '\0';
	return true;
}
