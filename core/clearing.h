/* clearing: who wins a one-sided auction, and at which price. */
#ifndef LEM_CORE_CLEARING_H
#define LEM_CORE_CLEARING_H
#include "core/book.h"

/* What an auction came to, all fills together. */
struct clearing_result {
	size_t fill_count;
	int64_t quantity_wh; /* of all fills: 0..the terms' quantity */
	int64_t amount_uc;   /* of all fills: 0..AMOUNT_UC_MAX */

	/* Price of the last order in merit order with any fill: what beat the losers; or -1. */
	int64_t marginal_price_mc_per_kwh;

	/* Price of the first order in merit order, within the limit, with no fill at all; or -1. */
	int64_t best_losing_price_mc_per_kwh;
};

/*
 * Clear a book (docs/protocol.md, "Auctions"; the paper's section V for pay-as-bid).
 *
 * Selection, the same under every rule: orders within the limit, in merit order (core/merit.h),
 * each filled with what is still wanted, the last one perhaps in part. An all-or-nothing order
 * larger than what is still wanted is passed over and sets no price; later ones may still be
 * filled. If less than min_quantity_wh is filled in all, nothing is.
 *
 * Price: pay-as-bid, each its own; uniform, for all that of the last order with any fill; vickrey,
 * see core/vickrey.h. No fill is worse for its bidder than its own price: amount_uc is at least own
 * price x quantity if the opener buys, at most that if it sells; nor for the opener than the limit.
 *
 * orders: n of them in any order, seq unique; the array is working memory and comes back permuted.
 * fills: room for n; the first fill_count are the fills, in merit order, the rest working memory.
 * orders and fills may be NULL if n is 0. The fills and the result depend only on the terms and the
 * set of orders. O(n log n) time, no memory of its own.
 *
 * BOOK_OK, or the first verdict in the order of its enum (orders in the order they came), and
 * nothing is written.
 */
__attribute__((warn_unused_result)) enum book_verdict clear_book(const struct book_terms *terms,
	struct book_order *orders, size_t n, struct fill *fills, struct clearing_result *ret);

/* The result of a book in which nobody wins, whatever is wanted: of the valid terms side and limit
 * count. orders: n that book_order_check() accepts. */
struct clearing_result clear_nothing(
	const struct book_terms *terms, const struct book_order *orders, size_t n);

#endif
