/* bench_clearing: what clearing 100,000 orders costs beside a bare qsort and sweep of the same
 * book. Prints the medians of five alternating runs and their ratio; exit 1 if one is above
 * RATIO_MAX. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "core/clearing.h"

enum { ORDERS = 100000, RUNS = 5, RATIO_MAX = 2 };

static struct book_order book[ORDERS], work[ORDERS];
static struct fill fills[ORDERS];

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Orders of 1 Wh to 2 kWh at 10,000 prices, in no order; about 100 MWh in all. */
static void fill_book(uint32_t bidders)
{
	uint64_t x = 1;

	for (uint32_t i = 0; i < ORDERS; i++) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		book[i] = (struct book_order){.price_mc_per_kwh = (int64_t)(x >> 33) % 10000,
			.quantity_wh = 1 + (int64_t)(x >> 40) % 2000,
			.seq = i,
			.ref = i,
			.bidder = i % bidders};
	}
}

static int by_merit(const void *left, const void *right)
{
	const struct book_order *a = left;
	const struct book_order *b = right;

	if (a->price_mc_per_kwh != b->price_mc_per_kwh)
		return a->price_mc_per_kwh < b->price_mc_per_kwh ? -1 : 1;
	return (a->seq > b->seq) - (a->seq < b->seq);
}

/* The least that any uniform auction must do: sort, and fill until the quantity is reached. */
static int64_t bare(const struct book_terms *terms)
{
	int64_t wanted = terms->quantity_wh;
	int64_t price = 0;
	int64_t amount = 0;
	size_t count = 0;

	qsort(work, ORDERS, sizeof *work, by_merit);
	for (; count < ORDERS && wanted > 0; count++) {
		const struct book_order *o = &work[count];
		int64_t taken = o->quantity_wh < wanted ? o->quantity_wh : wanted;

		if (o->price_mc_per_kwh > terms->limit_mc_per_kwh)
			break;
		fills[count] = (struct fill){.ref = o->ref, .quantity_wh = taken};
		price = o->price_mc_per_kwh;
		wanted -= taken;
	}
	for (size_t i = 0; i < count; i++) {
		fills[i].price_mc_per_kwh = price;
		fills[i].amount_uc = price * fills[i].quantity_wh;
		amount += fills[i].amount_uc;
	}
	return amount;
}

static int64_t ours(const struct book_terms *terms)
{
	struct clearing_result r;
	enum book_verdict verdict = clear_book(terms, work, ORDERS, fills, &r);

	assert(verdict == BOOK_OK);
	return verdict == BOOK_OK ? r.amount_uc : -1;
}

static int by_value(const void *left, const void *right)
{
	double a = *(const double *)left;
	double b = *(const double *)right;

	return (a > b) - (a < b);
}

static double median(double *runs)
{
	qsort(runs, RUNS, sizeof *runs, by_value);
	return runs[RUNS / 2];
}

/* Answers the ratio of the medians. */
static double compare(const char *name, const struct book_terms *terms)
{
	double bare_ms[RUNS], ours_ms[RUNS], ratio;
	int64_t bare_uc = 0;
	int64_t ours_uc = 0;

	for (int i = 0; i < RUNS; i++) {
		double start;

		memcpy(work, book, sizeof work);
		start = now_ms();
		bare_uc = bare(terms);
		bare_ms[i] = now_ms() - start;
		memcpy(work, book, sizeof work);
		start = now_ms();
		ours_uc = ours(terms);
		ours_ms[i] = now_ms() - start;
	}
	assert(terms->rule != RULE_UNIFORM || bare_uc == ours_uc);
	ratio = median(ours_ms) / median(bare_ms);
	printf("%-28s bare %6.2f ms  clear_book %6.2f ms  ratio %.2f\n", name, median(bare_ms),
		median(ours_ms), ratio);
	return ratio;
}

int main(void)
{
	struct book_terms terms = {SIDE_BUY, RULE_UNIFORM, ENERGY_WH_MAX / 2, 9000, 0, true};
	bool slow = false;

	fill_book(ORDERS);
	slow |= compare("uniform", &terms) > RATIO_MAX;
	terms.rule = RULE_PAY_AS_BID;
	slow |= compare("pay-as-bid", &terms) > RATIO_MAX;
	terms.rule = RULE_VICKREY;
	slow |= compare("vickrey, one order each", &terms) > RATIO_MAX;
	fill_book(1000);
	slow |= compare("vickrey, 100 orders each", &terms) > RATIO_MAX;
	fill_book(2);
	slow |= compare("vickrey, 50,000 orders each", &terms) > RATIO_MAX;
	return slow ? EXIT_FAILURE : EXIT_SUCCESS;
}
