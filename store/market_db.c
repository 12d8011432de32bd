#include "store/market_db.h"
#include <stdio.h>

enum { PATH_LEN = 4096, BUSY_MS = 5000 };

static bool attach_csm(sqlite3 *db, const char *dir)
{
	char path[PATH_LEN];
	sqlite3_stmt *s = NULL;
	bool good;

	(void)snprintf(path, sizeof path, "file:%s/csm.db?mode=ro", dir);
	good = sqlite3_prepare_v2(db, "ATTACH ?1 AS csm", -1, &s, NULL) == SQLITE_OK &&
	       sqlite3_bind_text(s, 1, path, -1, SQLITE_STATIC) == SQLITE_OK &&
	       sqlite3_step(s) == SQLITE_DONE;
	(void)sqlite3_finalize(s);
	return good;
}

bool market_db_open(const char *dir, sqlite3 **ret_db)
{
	char path[PATH_LEN];

	(void)snprintf(path, sizeof path, "file:%s/ledger.db?mode=ro", dir);
	return sqlite3_open_v2(path, ret_db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) ==
		       SQLITE_OK &&
	       sqlite3_busy_timeout(*ret_db, BUSY_MS) == SQLITE_OK && attach_csm(*ret_db, dir);
}
