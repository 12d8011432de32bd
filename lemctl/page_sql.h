/* page_sql: the statements behind the operator's page. */
#ifndef LEM_LEMCTL_PAGE_SQL_H
#define LEM_LEMCTL_PAGE_SQL_H
#include <stddef.h>

/* One list of rows: member `name` of the object at `path`; NULL: what the next ones are read from.
 * The ledger is main, the CSM database csm. ?1, where there is one, is an auction's number. */
struct page_sql {
	const char *path, *name, *sql;
};

/* All of them; page_sql_count many. */
extern const struct page_sql page_sql[];
extern const size_t page_sql_count;

/* The path whose lists are of one auction. */
#define PAGE_SQL_OF_AUCTION "/api/auction"

/* What changes whenever a block or a transaction is added, in one row and column. */
#define PAGE_SQL_TAG                                                                               \
	"SELECT printf('%d-%s-%d', height, lower(hex(substr(hash, 1, 8))),"                        \
	" (SELECT applied_seq FROM progress)) FROM blocks ORDER BY height DESC LIMIT 1"

#endif
