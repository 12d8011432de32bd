/* vickrey: the payments of a multi-unit Vickrey-Clarke-Groves auction. */
#ifndef LEM_CORE_VICKREY_H
#define LEM_CORE_VICKREY_H
#include "core/book.h"

/*
 * Price the winners of a one-sided auction by the Clarke pivot rule: what the energy that a bidder
 * displaces would have cost (opener buys) or brought (opener sells) from everyone else.
 *
 * Take bidder b, whose orders were filled with q Wh in all. With ALL of b's orders out of the book,
 * the others would fill those q Wh with their best unserved energy, in merit order (what is left of
 * the marginal order first), and the opener would forgo, at its limit, what nobody else has. The
 * price of exactly that energy is b's payment. It does not depend on b's prices, so a bidder with
 * one order gains nothing by any other price than its true one. If b has several fills, they take
 * slices of that energy in merit order: b's whole payment is exact, and each fill no worse off than
 * its own price.
 *
 * min_quantity_wh takes no part: it is decided before, on the quantity filled, and payments are as
 * if it were 0. (Were it part of the pivot, two bidders each needed to reach it would each be
 * paid the whole auction's value, beyond the opener's limit.) It does not spoil truthfulness: what
 * is filled falls short of the wanted quantity only if every order within the limit is filled
 * whole, whatever its price.
 *
 * terms: valid. orders: the n orders within the limit, in merit order and ranked, none
 * all-or-nothing; comes back permuted. fills: room for n, the first fill_count (at least 1) set by
 * the selection but for price and amount, which are written here; the rest is working memory.
 * O(n log n). Answers the sum of the amounts, 0..AMOUNT_UC_MAX.
 */
int64_t vickrey_price(const struct book_terms *terms, struct book_order *orders, size_t n,
	struct fill *fills, size_t fill_count);

#endif
