#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/books.h"

enum { NOBODY = 1000, UNITS_MAX = 16 };

static void clear(const struct book *b, struct outcome *ret)
{
	struct book_order orders[SMALL_BOOK_MAX];

	memcpy(orders, b->orders, sizeof orders);
	assert_int_equal(clear_book(&b->terms, orders, b->n, ret->fills, &ret->result), BOOK_OK);
}

/* What the opener's limit leaves above (below, if it sells) a price. */
static int64_t surplus(const struct book *b, int64_t price)
{
	int64_t more = b->terms.limit_mc_per_kwh - price;

	return b->terms.side == SIDE_BUY ? more : -more;
}

/*
 * The greatest welfare of everyone but one bidder and the opener, whose limit is its value of each
 * unit: over every split of the wanted units among the orders. Nothing is assumed of who comes
 * first. In units of `unit` Wh, of which all quantities are multiples.
 */
static int64_t welfare_without(const struct book *b, uint32_t bidder, int64_t unit)
{
	int64_t best[UNITS_MAX + 1] = {0}; /* by the number of units handed out so far, or fewer */
	int64_t wanted = b->terms.quantity_wh / unit;

	for (size_t i = 0; i < b->n; i++) {
		const struct book_order *o = &b->orders[i];
		int64_t each = surplus(b, o->price_mc_per_kwh) * unit;

		if (o->bidder == bidder || !allowed(&b->terms, o->price_mc_per_kwh))
			continue;
		for (int64_t have = wanted; have > 0; have--) {
			int64_t most = o->quantity_wh / unit;

			for (int64_t k = 1; k <= most && k <= have; k++) {
				int64_t with = best[have - k] + each * k;

				best[have] = with > best[have] ? with : best[have];
			}
		}
	}
	return best[wanted];
}

/* The bidder's fills: their number of Wh, their amounts, and what they are worth to the bidder. */
struct haul {
	int64_t quantity_wh, amount_uc, own_uc;
};

static struct haul haul_of(const struct book *b, const struct outcome *o, uint32_t bidder)
{
	struct haul h = {0};

	for (size_t i = 0; i < o->result.fill_count; i++) {
		const struct fill *f = &o->fills[i];
		const struct book_order *own = &b->orders[f->ref];

		if (own->bidder != bidder)
			continue;
		h.quantity_wh += f->quantity_wh;
		h.amount_uc += f->amount_uc;
		h.own_uc += own->price_mc_per_kwh * f->quantity_wh;
	}
	return h;
}

/* What the bidder has of it, if `cost` is what a Wh of the order truly costs or is worth. */
static int64_t utility(const struct book *b, const struct haul *h, int64_t cost_uc)
{
	return b->terms.side == SIDE_BUY ? h->amount_uc - cost_uc : cost_uc - h->amount_uc;
}

/* The same orders fill as by hand, each no worse off than its own price, and the sums are true. */
static void assert_selection(const struct book *b, const struct outcome *o)
{
	struct outcome by_hand;
	int64_t sum = 0;

	clear_by_hand(b, &by_hand);
	assert_int_equal(o->result.fill_count, by_hand.result.fill_count);
	assert_int_equal(o->result.quantity_wh, by_hand.result.quantity_wh);
	assert_int_equal(
		o->result.marginal_price_mc_per_kwh, by_hand.result.marginal_price_mc_per_kwh);
	assert_int_equal(o->result.best_losing_price_mc_per_kwh,
		by_hand.result.best_losing_price_mc_per_kwh);
	for (size_t i = 0; i < o->result.fill_count; i++) {
		const struct fill *f = &o->fills[i];
		struct haul h = {f->quantity_wh, f->amount_uc, 0};

		assert_int_equal(f->ref, by_hand.fills[i].ref);
		assert_int_equal(f->quantity_wh, by_hand.fills[i].quantity_wh);
		assert_int_equal(f->price_mc_per_kwh, f->amount_uc / f->quantity_wh);
		assert_true(
			utility(b, &h, b->orders[f->ref].price_mc_per_kwh * f->quantity_wh) >= 0);
		assert_true(utility(b, &h, b->terms.limit_mc_per_kwh * f->quantity_wh) <= 0);
		sum += f->amount_uc;
	}
	assert_int_equal(sum, o->result.amount_uc);
}

/* Each bidder's payment is the others' welfare without it less theirs with it (Clarke's pivot). */
static void assert_pivots(const struct book *b, const struct outcome *o, int64_t unit)
{
	int64_t all = welfare_without(b, NOBODY, unit);
	int64_t reached = 0;

	if (o->result.fill_count == 0)
		return;
	for (uint32_t bidder = 0; bidder < SMALL_BOOK_MAX; bidder++) {
		struct haul h = haul_of(b, o, bidder);
		int64_t limit_uc = h.quantity_wh * b->terms.limit_mc_per_kwh;
		int64_t mine = utility(b, &(struct haul){.amount_uc = limit_uc}, h.own_uc);
		int64_t loss = welfare_without(b, bidder, unit) - (all - mine);

		reached += mine;
		if (h.quantity_wh == 0)
			continue;
		assert_int_equal(
			utility(b, &(struct haul){.amount_uc = limit_uc}, h.amount_uc), loss);
	}
	assert_int_equal(reached, all);
}

/* No other price than its true one gives the bidder of this one order more. */
static void assert_truth_is_best(struct book *b, const struct outcome *o, size_t i, int64_t said)
{
	struct book_order *own = &b->orders[i];
	int64_t cost = own->price_mc_per_kwh;
	struct haul honest = haul_of(b, o, own->bidder);
	struct outcome lied;
	struct haul h;

	own->price_mc_per_kwh = said;
	clear(b, &lied);
	h = haul_of(b, &lied, own->bidder);
	own->price_mc_per_kwh = cost;
	assert_true(utility(b, &h, cost * h.quantity_wh) <=
		    utility(b, &honest, cost * honest.quantity_wh));
}

/* The greatest unit of which all quantities of the book are multiples. */
static int64_t common_unit(const struct book *b)
{
	int64_t unit = b->terms.quantity_wh;

	for (size_t i = 0; i < b->n; i++) {
		for (int64_t rest = b->orders[i].quantity_wh; rest != 0;) {
			int64_t next = unit % rest;

			unit = rest;
			rest = next;
		}
	}
	return unit;
}

static void random_books_pay_the_pivots_in_any_order(void **state)
{
	uint64_t seed = random_seed();

	(void)state;
	for (long left = books_to_try(); left > 0; left--) {
		struct outcome got, shuffled;
		struct book b;

		random_book(&seed, RULE_VICKREY, &b);
		clear(&b, &got);
		assert_selection(&b, &got);
		assert_pivots(&b, &got, common_unit(&b));
		shuffle(&seed, b.orders, b.n);
		clear(&b, &shuffled);
		assert_int_equal(got.result.fill_count, shuffled.result.fill_count);
		for (size_t i = 0; i < got.result.fill_count; i++) {
			assert_int_equal(got.fills[i].ref, shuffled.fills[i].ref);
			assert_int_equal(got.fills[i].amount_uc, shuffled.fills[i].amount_uc);
		}
	}
}

static void a_lie_about_the_price_never_pays(void **state)
{
	uint64_t seed = random_seed();

	(void)state;
	for (long left = books_to_try(); left > 0; left--) {
		struct outcome honest;
		struct book b;
		size_t i;
		int64_t around;

		random_book(&seed, RULE_VICKREY, &b);
		if (b.n == 0)
			continue;
		i = (size_t)random_upto(&seed, (int64_t)b.n - 1);
		b.orders[i].bidder = NOBODY; /* of this order alone */
		clear(&b, &honest);
		around = b.orders[random_upto(&seed, (int64_t)b.n - 1)].price_mc_per_kwh +
			 random_upto(&seed, 2) - 1;
		if (0 <= around && around <= PRICE_MC_MAX)
			assert_truth_is_best(&b, &honest, i, around);
		assert_truth_is_best(&b, &honest, i, random_upto(&seed, PRICE_MC_MAX));
	}
}

struct sketch {
	int64_t price, quantity;
	uint32_t bidder;
};

static const struct {
	const char *what;
	struct book_terms terms;
	struct sketch orders[5];
	int64_t quantity[5], amount[5]; /* of each fill, in merit order */
} cases[] = {
	{"alone: the limit", {SIDE_BUY, RULE_VICKREY, 4, 50, 0, true}, {{10, 4, 1}}, {4}, {200}},
	{"the next price", {SIDE_BUY, RULE_VICKREY, 4, 50, 0, true}, {{10, 4, 1}, {30, 9, 2}}, {4},
		{120}},
	{"the next two, then the limit", {SIDE_BUY, RULE_VICKREY, 4, 50, 0, true},
		{{10, 4, 1}, {30, 2, 2}, {40, 1, 3}, {51, 9, 4}}, {4}, {2 * 30 + 40 + 50}},
	{"the margin's rest serves the others, not itself",
		{SIDE_BUY, RULE_VICKREY, 5, 50, 0, true}, {{10, 4, 1}, {20, 3, 2}, {30, 9, 3}},
		{4, 1}, {2 * 20 + 2 * 30, 30}},
	{"a bidder's own loser does not pay it", {SIDE_BUY, RULE_VICKREY, 4, 50, 0, true},
		{{10, 4, 1}, {20, 9, 1}, {40, 9, 2}}, {4}, {160}},
	{"slices of one bidder's displaced energy", {SIDE_BUY, RULE_VICKREY, 5, 50, 0, true},
		{{10, 2, 1}, {12, 3, 1}, {20, 1, 2}, {25, 5, 1}, {30, 2, 3}}, {2, 3},
		{20 + 30, 30 + 2 * 50}},
	{"a sale: what the others would have paid", {SIDE_SELL, RULE_VICKREY, 4, 5, 0, true},
		{{30, 3, 1}, {20, 3, 2}, {10, 1, 3}}, {3, 1}, {2 * 20 + 10, 10}},
	{"a sale: then the reserve", {SIDE_SELL, RULE_VICKREY, 4, 5, 0, true},
		{{30, 3, 1}, {20, 1, 2}, {10, 1, 3}}, {3, 1}, {10 + 2 * 5, 10}},
	{"the minimum takes no part in the pivot", {SIDE_BUY, RULE_VICKREY, 4, 50, 4, true},
		{{0, 2, 1}, {0, 2, 2}}, {2, 2}, {100, 100}},
	{"nor is anything paid if it is missed", {SIDE_BUY, RULE_VICKREY, 5, 50, 5, true},
		{{0, 2, 1}, {0, 2, 2}}, {0}, {0}},
};

static void hand_made_books_pay_as_written(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
		struct book b = {.terms = cases[c].terms};
		struct outcome got;

		print_message("%s\n", cases[c].what);
		for (; b.n < 5 && cases[c].orders[b.n].quantity; b.n++) {
			b.orders[b.n] =
				(struct book_order){.price_mc_per_kwh = cases[c].orders[b.n].price,
					.quantity_wh = cases[c].orders[b.n].quantity,
					.bidder = cases[c].orders[b.n].bidder,
					.seq = b.n,
					.ref = (uint32_t)b.n};
		}
		clear(&b, &got);
		assert_selection(&b, &got);
		for (size_t i = 0; i < got.result.fill_count; i++) {
			assert_int_equal(got.fills[i].quantity_wh, cases[c].quantity[i]);
			assert_int_equal(got.fills[i].amount_uc, cases[c].amount[i]);
		}
		assert_int_equal(cases[c].quantity[got.result.fill_count], 0);
	}
}

enum { LARGE = 40000, LARGE_BIDDERS = 7 };

/* The payment of one bidder of a large book in merit order, by walking all of it. */
static int64_t pay_by_walking(const struct book_terms *t, const struct book_order *o,
	uint32_t bidder, const int64_t *filled)
{
	int64_t displaced = 0;
	int64_t amount = 0;

	for (size_t i = 0; i < LARGE; i++)
		displaced += o[i].bidder == bidder ? filled[i] : 0;
	for (size_t i = 0; i < LARGE && displaced > 0; i++) {
		int64_t rest = o[i].quantity_wh - filled[i];
		int64_t step = rest < displaced ? rest : displaced;

		if (o[i].bidder == bidder)
			continue;
		amount += step * o[i].price_mc_per_kwh;
		displaced -= step;
	}
	return amount + displaced * t->limit_mc_per_kwh;
}

/* Forty thousand orders whose whole cost, 10^19 uc and more, does not fit in 63 bits. */
static void a_book_beyond_63_bits_is_priced_exactly(void **state)
{
	static struct book_order orders[LARGE], kept[LARGE];
	static struct fill fills[LARGE];
	static int64_t filled[LARGE];
	const struct book_terms terms = {
		SIDE_BUY, RULE_VICKREY, ENERGY_WH_MAX, PRICE_MC_MAX, 0, true};
	int64_t want[LARGE_BIDDERS], got[LARGE_BIDDERS] = {0};
	struct clearing_result r;
	uint64_t seed = random_seed();

	(void)state;
	for (size_t i = 0; i < LARGE;
		i++) { /* in merit order: 1,000 small orders, then large ones */
		orders[i].price_mc_per_kwh = PRICE_MC_MAX - LARGE + (int64_t)i;
		orders[i].quantity_wh = i < 1000 ? 100000 + random_upto(&seed, 99999)
						 : ENERGY_WH_MAX - random_upto(&seed, 99999);
		orders[i].seq = i;
		orders[i].ref = (uint32_t)i;
		/* the large ones are first all of bidder 0, then everyone's */
		orders[i].bidder = 1000 <= i && i < 30000
					   ? 0
					   : (uint32_t)random_upto(&seed, LARGE_BIDDERS - 1);
	}
	memcpy(kept, orders, sizeof kept);
	shuffle(&seed, orders, LARGE);
	assert_int_equal(clear_book(&terms, orders, LARGE, fills, &r), BOOK_OK);
	for (size_t i = 0; i < r.fill_count; i++) {
		filled[fills[i].ref] = fills[i].quantity_wh;
		got[kept[fills[i].ref].bidder] += fills[i].amount_uc;
	}
	for (uint32_t bidder = 0; bidder < LARGE_BIDDERS; bidder++) {
		want[bidder] = pay_by_walking(&terms, kept, bidder, filled);
		assert_int_equal(got[bidder], want[bidder]);
	}
	assert_int_equal(r.quantity_wh, ENERGY_WH_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hand_made_books_pay_as_written),
		cmocka_unit_test(a_book_beyond_63_bits_is_priced_exactly),
		cmocka_unit_test(random_books_pay_the_pivots_in_any_order),
		cmocka_unit_test(a_lie_about_the_price_never_pays),
	};

	return cmocka_run_group_tests_name("vickrey", tests, NULL, NULL);
}
