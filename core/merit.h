/* merit: the order in which an auction looks at its book. */
#ifndef LEM_CORE_MERIT_H
#define LEM_CORE_MERIT_H
#include "core/book.h"

/* True if the price is within the limit of the (valid) terms. */
bool merit_within_limit(const struct book_terms *terms, int64_t price_mc_per_kwh);

/*
 * Sort n orders in place into merit order: price ascending if the opener buys, descending if it
 * sells, then seq ascending; and write each one's rank. As seq is unique (anything else asserts
 * where two equal ones meet), the result depends only on the set of orders. O(n log n) in the worst
 * case, no memory of its own. orders may be NULL if n is 0.
 */
void merit_sort(enum side side, struct book_order *orders, size_t n);

/* Sort n ranked orders in place by (bidder, rank): each bidder's together, in merit order. */
void merit_sort_by_bidder(struct book_order *orders, size_t n);

#endif
