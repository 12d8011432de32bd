/* books: random books for the property tests of the auctions, and the clearing as a person would do
 * it by hand: slow, with no sort and no cleverness. */
#ifndef LEM_TESTS_BOOKS_H
#define LEM_TESTS_BOOKS_H
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "core/clearing.h"

enum { SMALL_BOOK_MAX = 12 };

/* One case: terms and orders that are valid. */
struct book {
	struct book_terms terms;
	struct book_order orders[SMALL_BOOK_MAX];
	size_t n;
};

/* What a clearing answered. */
struct outcome {
	struct fill fills[SMALL_BOOK_MAX];
	struct clearing_result result;
};

/* The next number: a linear congruential step by Knuth's MMIX constants, its weak low half folded
 * away twice. Good enough to vary books, and the same on every machine. */
static inline uint64_t random_u64(uint64_t *state)
{
	uint64_t high;

	*state = *state * 6364136223846793005u + 1442695040888963407u;
	high = *state >> 32;
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return high << 32 | *state >> 32;
}

/* A number in 0..max. */
static inline int64_t random_upto(uint64_t *state, int64_t max)
{
	return (int64_t)(random_u64(state) % ((uint64_t)max + 1));
}

/* The seed of this run: LEM_SEED, or another one each second; printed, so that it can be given. */
static inline uint64_t random_seed(void)
{
	const char *given = getenv("LEM_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);

	printf("LEM_SEED=%llu\n", (unsigned long long)seed);
	return seed;
}

/* How many books to try: LEM_BOOKS, or a million. */
static inline long books_to_try(void)
{
	const char *given = getenv("LEM_BOOKS");

	return given ? strtol(given, NULL, 10) : 1000000;
}

/* Few distinct prices and quantities, so that ties, exact fits and prices at the limit are common,
 * in units of every size up to the bounds. */
static inline void random_book(uint64_t *state, enum rule rule, struct book *b)
{
	int64_t price_unit = 1 + random_upto(state, random_upto(state, PRICE_MC_MAX / 8));
	int64_t energy_unit = 1 + random_upto(state, random_upto(state, ENERGY_WH_MAX / 24));
	struct book_terms *t = &b->terms;

	t->side = random_upto(state, 1) ? SIDE_BUY : SIDE_SELL;
	t->rule = rule;
	t->quantity_wh = energy_unit * (1 + random_upto(state, 15));
	t->limit_mc_per_kwh = price_unit * random_upto(state, 7);
	t->min_quantity_wh = random_upto(state, 3) ? 0 : random_upto(state, t->quantity_wh);
	t->limit_inclusive = random_upto(state, 3) != 0;
	b->n = (size_t)random_upto(state, SMALL_BOOK_MAX);
	for (size_t i = 0; i < b->n; i++) {
		b->orders[i] = (struct book_order){
			.price_mc_per_kwh = price_unit * random_upto(state, 7),
			.quantity_wh = energy_unit * (1 + random_upto(state, 5)),
			.seq = 100 * i + (uint64_t)random_upto(state, 99),
			.ref = (uint32_t)i,
			.bidder = (uint32_t)random_upto(state, 5),
			.all_or_nothing = rule != RULE_VICKREY && random_upto(state, 2) == 0,
		};
	}
}

static inline void shuffle(uint64_t *state, struct book_order *orders, size_t n)
{
	for (size_t i = n; i > 1; i--) {
		size_t j = (size_t)random_upto(state, (int64_t)i - 1);
		struct book_order kept = orders[i - 1];

		orders[i - 1] = orders[j];
		orders[j] = kept;
	}
}

/* True if the price may win at all. */
static inline bool allowed(const struct book_terms *t, int64_t price)
{
	if (price == t->limit_mc_per_kwh)
		return t->limit_inclusive;
	return (price < t->limit_mc_per_kwh) == (t->side == SIDE_BUY);
}

/* True if a comes before b: the better price, of equal ones the earlier. */
static inline bool better(
	const struct book_terms *t, const struct book_order *a, const struct book_order *b)
{
	if (a->price_mc_per_kwh == b->price_mc_per_kwh)
		return a->seq < b->seq;
	return (a->price_mc_per_kwh < b->price_mc_per_kwh) == (t->side == SIDE_BUY);
}

/* The best of the n orders that may win and is not seen yet; n if there is none. */
static inline size_t best_unseen(
	const struct book_terms *t, const struct book_order *o, size_t n, const bool *seen)
{
	size_t best = n;

	for (size_t i = 0; i < n; i++) {
		if (seen[i] || !allowed(t, o[i].price_mc_per_kwh))
			continue;
		if (best == n || better(t, &o[i], &o[best]))
			best = i;
	}
	return best;
}

/* Selection and the prices of pay-as-bid and uniform, by hand; vickrey's are left 0. */
static inline void clear_by_hand(const struct book *b, struct outcome *ret)
{
	struct clearing_result r = {
		.marginal_price_mc_per_kwh = -1, .best_losing_price_mc_per_kwh = -1};
	bool seen[SMALL_BOOK_MAX] = {false};
	int64_t first_price = -1;
	size_t i;

	for (; (i = best_unseen(&b->terms, b->orders, b->n, seen)) < b->n; seen[i] = true) {
		const struct book_order *o = &b->orders[i];
		int64_t wanted = b->terms.quantity_wh - r.quantity_wh;
		int64_t taken = o->quantity_wh < wanted ? o->quantity_wh : wanted;

		if (first_price < 0)
			first_price = o->price_mc_per_kwh;
		if (o->all_or_nothing && taken < o->quantity_wh)
			taken = 0;
		if (taken == 0 && r.best_losing_price_mc_per_kwh < 0)
			r.best_losing_price_mc_per_kwh = o->price_mc_per_kwh;
		if (taken == 0)
			continue;
		ret->fills[r.fill_count++] = (struct fill){o->ref, taken, o->price_mc_per_kwh, 0};
		r.quantity_wh += taken;
		r.marginal_price_mc_per_kwh = o->price_mc_per_kwh;
	}
	if (r.quantity_wh < b->terms.min_quantity_wh)
		r = (struct clearing_result){0, 0, 0, -1, first_price};
	for (i = 0; i < r.fill_count && b->terms.rule != RULE_VICKREY; i++) {
		struct fill *f = &ret->fills[i];

		if (b->terms.rule == RULE_UNIFORM)
			f->price_mc_per_kwh = r.marginal_price_mc_per_kwh;
		f->amount_uc = f->price_mc_per_kwh * f->quantity_wh;
		r.amount_uc += f->amount_uc;
	}
	ret->result = r;
}

#endif
