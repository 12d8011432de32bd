/* market_db: both databases of a market's folder, for those that only look. */
#ifndef LEM_STORE_MARKET_DB_H
#define LEM_STORE_MARKET_DB_H
#include <sqlite3.h>
#include <stdbool.h>

/* Open dir's ledger.db with its csm.db attached as csm, both read-only, also while the broker
 * writes. False with the reason in sqlite3_errmsg(*ret_db). *ret_db is the caller's to
 * sqlite3_close() either way. */
__attribute__((warn_unused_result)) bool market_db_open(const char *dir, sqlite3 **ret_db);

#endif
