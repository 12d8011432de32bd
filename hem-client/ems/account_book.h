/* account_book: what moved this home's money, block by block, as the operator's signed statements
 * say: the home's own invoice. */
#ifndef LEM_HEM_ACCOUNT_BOOK_H
#define LEM_HEM_ACCOUNT_BOOK_H
#include "engine/invoice.h"
#include "hem-client/ems/answer.h"
#include "hem-client/ems/hem_db.h"

enum { ACCOUNT_BOOK_DAYS = 800 }; /* kept: two years and the time to ask about them */

/* Keep what a believed statement says, if something moved or the balance is another than that of
 * the one before; begin_ms: market time at which its block's slot begins. Older ones than
 * ACCOUNT_BOOK_DAYS go. */
__attribute__((warn_unused_result)) enum err account_book_put(
	struct hem_db *db, const struct statement *statement, int64_t begin_ms);

/* The invoice of a month ("2026-07"); its `unexplained_uc` is what moved in statements that never
 * came. ERR_NOT_FOUND: no statement of that month or an earlier one is there. */
__attribute__((warn_unused_result)) enum err account_book_month(
	struct hem_db *db, const char *month, struct invoice *ret);

#endif
