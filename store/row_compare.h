/* row_compare: whether two ledger files hold the same, table by table, in key order. */
#ifndef LEM_STORE_ROW_COMPARE_H
#define LEM_STORE_ROW_COMPARE_H
#include "store/db.h"

enum { ROW_COMPARE_WHY_MAX = 512 };

/* UNREADABLE: a database failed, so nothing can be said. */
enum row_compare_answer { ROWS_EQUAL, ROWS_DIFFER, ROWS_UNREADABLE };

/* Compare every table of the ledger but `progress`, up to the block `height`: what stands beyond it
 * is of the open block. On a difference `why` names the table, the key and the column of the first
 * row that differs, is missing or is too many. */
enum row_compare_answer row_compare(
	struct db *given, struct db *fresh, uint64_t height, char why[static ROW_COMPARE_WHY_MAX]);

#endif
