#include "core/merit.h"
#include <assert.h>

enum key { KEY_PRICE_UP, KEY_PRICE_DOWN, KEY_BIDDER };

enum { SMALL = 16 }; /* so few are sorted by insertion */

bool merit_within_limit(const struct book_terms *terms, int64_t price_mc_per_kwh)
{
	int64_t better; /* by how much the price is better than the limit */

	if (terms->side == SIDE_BUY)
		better = terms->limit_mc_per_kwh - price_mc_per_kwh;
	else
		better = price_mc_per_kwh - terms->limit_mc_per_kwh;
	return terms->limit_inclusive ? better >= 0 : better > 0;
}

static inline bool before(enum key key, const struct book_order *a, const struct book_order *b)
{
	if (key == KEY_BIDDER)
		return a->bidder != b->bidder ? a->bidder < b->bidder : a->rank < b->rank;
	if (a->price_mc_per_kwh == b->price_mc_per_kwh)
		return a->seq < b->seq;
	return (a->price_mc_per_kwh < b->price_mc_per_kwh) == (key == KEY_PRICE_UP);
}

static inline void swap(struct book_order *a, struct book_order *b)
{
	struct book_order kept = *a;

	*a = *b;
	*b = kept;
}

static void insertion_sort(enum key key, struct book_order *o, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct book_order item = o[i];
		size_t hole = i;

		for (; hole > 0 && before(key, &item, &o[hole - 1]); hole--)
			o[hole] = o[hole - 1];
		o[hole] = item;
	}
}

/* Put item into the heap of n whose place `hole` is empty. */
static void sift_down(
	enum key key, struct book_order *o, size_t hole, size_t n, const struct book_order *item)
{
	for (size_t child; (child = 2 * hole + 1) < n; hole = child) {
		if (child + 1 < n && before(key, &o[child], &o[child + 1]))
			child++;
		if (!before(key, item, &o[child]))
			break;
		o[hole] = o[child];
	}
	o[hole] = *item;
}

static void heap_sort(enum key key, struct book_order *o, size_t n)
{
	struct book_order item;

	for (size_t i = n / 2; i-- > 0;) {
		item = o[i];
		sift_down(key, o, i, n, &item);
	}
	for (size_t end = n; end-- > 1;) {
		item = o[end];
		o[end] = o[0];
		sift_down(key, o, 0, end, &item);
	}
}

/* Move the median of the first, middle and last order to the front. */
static void median_first(enum key key, struct book_order *o, size_t n)
{
	struct book_order *low = &o[n / 2];
	struct book_order *high = &o[n - 1];

	if (before(key, high, low)) {
		struct book_order *kept = low;

		low = high;
		high = kept;
	}
	if (before(key, o, low))
		swap(o, low);
	else if (before(key, high, o))
		swap(o, high);
}

/* Part n > 1 orders in two, no order of the first part after any of the second; answers the size
 * of the first part, 1..n - 1 (Hoare's scheme: that the pivot comes first keeps it below n). */
static size_t partition(enum key key, struct book_order *o, size_t n)
{
	struct book_order pivot;
	size_t i = 0;
	size_t j = n - 1;

	median_first(key, o, n);
	pivot = o[0];
	for (;; i++, j--) {
		while (before(key, &o[i], &pivot))
			i++;
		while (before(key, &pivot, &o[j]))
			j--;
		if (i >= j)
			return j + 1;
		swap(&o[i], &o[j]);
	}
}

/*
 * Quicksort, and heapsort for a part whose cuts were so bad that its budget is used up: n log n
 * even for a book made to hurt. The shorter part recurses, so the depth is at most log2 n.
 */
static void sort(enum key key, struct book_order *o, size_t n, unsigned cuts)
{
	while (n > SMALL) {
		size_t first;

		if (cuts-- == 0) {
			heap_sort(key, o, n);
			return;
		}
		first = partition(key, o, n);
		if (first < n - first) {
			sort(key, o, first, cuts);
			o += first;
			n -= first;
		} else {
			sort(key, o + first, n - first, cuts);
			n = first;
		}
	}
	insertion_sort(key, o, n);
}

static unsigned cuts_allowed(size_t n)
{
	unsigned cuts = 0;

	for (; n > 1; n /= 2)
		cuts += 2;
	return cuts;
}

void merit_sort(enum side side, struct book_order *orders, size_t n)
{
	enum key key = side == SIDE_BUY ? KEY_PRICE_UP : KEY_PRICE_DOWN;

	assert(n <= BOOK_ORDERS_MAX);
	sort(key, orders, n, cuts_allowed(n));
	for (size_t i = 0; i < n; i++) {
		assert(i == 0 || before(key, &orders[i - 1], &orders[i])); /* seq is unique */
		orders[i].rank = (uint32_t)i;
	}
}

void merit_sort_by_bidder(struct book_order *orders, size_t n)
{
	sort(KEY_BIDDER, orders, n, cuts_allowed(n));
}
