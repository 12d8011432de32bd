/* page_data: what the operator's page shows, as JSON, out of both databases. */
#ifndef LEM_LEMCTL_PAGE_DATA_H
#define LEM_LEMCTL_PAGE_DATA_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "wire/err.h"

enum { PAGE_TAG_LEN = 48, PAGE_WHY_MAX = 256, PAGE_ROWS_MAX = 2000 };

/* One answer. body is owned: free() it. */
struct page_answer {
	char tag[PAGE_TAG_LEN]; /* of the state that was read: newest block and last transaction */
	char *body;             /* NULL if the state is the one of known_tag */
	size_t len;
	char why[PAGE_WHY_MAX]; /* of a failure */
};

/* Whether there is data at this path; *needs_number: and whether it is of one auction. */
bool page_data_has(const char *path, bool *needs_number);

/* Read what belongs to the path out of DIR/ledger.db and DIR/csm.db, which are opened read-only and
 * read in one transaction of each: {"name":[{"column":value}]}, at most PAGE_ROWS_MAX rows each.
 * `number` is the auction's. Nothing is read if the state's tag is known_tag (NULL: none is known).
 * ERR_NOMEM; ERR_DB with ret->why. On failure there is nothing to free. */
__attribute__((warn_unused_result)) enum err page_data_read(const char *dir, const char *path,
	int64_t number, const char *known_tag, struct page_answer *ret);

#endif
