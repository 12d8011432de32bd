/* The source itself, to reach the heapsort that only hostile books need. */
#include "core/merit.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/books.h"

enum { N = 5000 };

static struct book_order orders[N], want[N];

static enum key wanted_key;

static int by_key(const void *left, const void *right)
{
	const struct book_order *a = left;
	const struct book_order *b = right;

	switch (wanted_key) {
	case KEY_PRICE_UP:
		return a->price_mc_per_kwh != b->price_mc_per_kwh
			       ? (a->price_mc_per_kwh > b->price_mc_per_kwh ? 1 : -1)
			       : (a->seq > b->seq) - (a->seq < b->seq);
	case KEY_PRICE_DOWN:
		return a->price_mc_per_kwh != b->price_mc_per_kwh
			       ? (a->price_mc_per_kwh < b->price_mc_per_kwh ? 1 : -1)
			       : (a->seq > b->seq) - (a->seq < b->seq);
	case KEY_BIDDER:
		break;
	}
	return a->bidder != b->bidder ? (a->bidder > b->bidder ? 1 : -1)
				      : (a->rank > b->rank) - (a->rank < b->rank);
}

/* The price of the i-th of n orders in the p-th pattern, each a known trouble of quicksort. */
static int64_t price_in_pattern(unsigned p, size_t i, size_t n, uint64_t *seed)
{
	switch (p) {
	case 0:
		return random_upto(seed, PRICE_MC_MAX);
	case 1:
		return random_upto(seed, 3);
	case 2:
		return 7;
	case 3:
		return (int64_t)i;
	case 4:
		return (int64_t)(n - i);
	case 5:
		return (int64_t)(i < n / 2 ? i : n - i); /* organ pipe */
	default:
		return (int64_t)(i % 2 ? i : n - i);
	}
}

enum { PATTERNS = 7 };

static void make_orders(unsigned pattern, size_t n, uint64_t *seed)
{
	for (size_t i = 0; i < n; i++) {
		orders[i] = (struct book_order){
			.price_mc_per_kwh = price_in_pattern(pattern, i, n, seed),
			.quantity_wh = 1 + (int64_t)i,
			.seq = i ^ 0x55,
			.ref = (uint32_t)i,
			.bidder = (uint32_t)random_upto(seed, 9),
			.rank = (uint32_t)i};
	}
	memcpy(want, orders, n * sizeof *want);
}

static void assert_order(size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_int_equal(orders[i].ref, want[i].ref);
}

static void every_pattern_is_sorted_with_every_budget(void **state)
{
	static const size_t sizes[] = {0, 1, 2, 3, 15, 16, 17, 18, 33, 100, 1000, N};
	static const unsigned budgets[] = {0, 1, 3, 64};
	uint64_t seed = random_seed();

	(void)state;
	for (unsigned c = 0; c < PATTERNS * 12 * 4 * 3; c++) {
		size_t n = sizes[c / PATTERNS % 12];

		wanted_key = (enum key)(c / PATTERNS / 12 / 4);
		make_orders(c % PATTERNS, n, &seed);
		qsort(want, n, sizeof *want, by_key);
		sort(wanted_key, orders, n, budgets[c / PATTERNS / 12 % 4]);
		assert_order(n);
	}
}

static void heap_sort_sorts(void **state)
{
	uint64_t seed = random_seed();

	(void)state;
	wanted_key = KEY_PRICE_DOWN;
	for (size_t n = 0; n < 200; n++) {
		make_orders((unsigned)n % PATTERNS, n, &seed);
		qsort(want, n, sizeof *want, by_key);
		heap_sort(wanted_key, orders, n);
		assert_order(n);
	}
}

static void orders_are_ranked_by_price_then_sequence(void **state)
{
	uint64_t seed = random_seed();

	(void)state;
	for (int side = SIDE_BUY; side <= SIDE_SELL; side++) {
		wanted_key = side == SIDE_BUY ? KEY_PRICE_UP : KEY_PRICE_DOWN;
		make_orders(1, N, &seed);
		qsort(want, N, sizeof *want, by_key);
		merit_sort((enum side)side, orders, N);
		assert_order(N);
		for (size_t i = 0; i < N; i++)
			want[i].rank = (uint32_t)i;
		wanted_key = KEY_BIDDER;
		qsort(want, N, sizeof *want, by_key);
		merit_sort_by_bidder(orders, N);
		assert_order(N);
	}
	merit_sort(SIDE_BUY, NULL, 0);
}

static void the_limit_is_within_or_not(void **state)
{
	static const struct {
		enum side side;
		bool inclusive;
		bool below, equal, above;
	} cases[] = {
		{SIDE_BUY, true, true, true, false},
		{SIDE_BUY, false, true, false, false},
		{SIDE_SELL, true, false, true, true},
		{SIDE_SELL, false, false, false, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct book_terms t = {cases[i].side, RULE_UNIFORM, 1, 50, 0, cases[i].inclusive};

		assert_int_equal(merit_within_limit(&t, 49), cases[i].below);
		assert_int_equal(merit_within_limit(&t, 50), cases[i].equal);
		assert_int_equal(merit_within_limit(&t, 51), cases[i].above);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pattern_is_sorted_with_every_budget),
		cmocka_unit_test(heap_sort_sorts),
		cmocka_unit_test(orders_are_ranked_by_price_then_sequence),
		cmocka_unit_test(the_limit_is_within_or_not),
	};

	return cmocka_run_group_tests_name("merit", tests, NULL, NULL);
}
