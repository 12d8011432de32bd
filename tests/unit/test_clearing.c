#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/books.h"

/* Clear a copy of the book, which is valid. */
static void clear(const struct book *b, struct outcome *ret)
{
	struct book_order orders[SMALL_BOOK_MAX];

	memcpy(orders, b->orders, sizeof orders);
	assert_int_equal(clear_book(&b->terms, orders, b->n, ret->fills, &ret->result), BOOK_OK);
}

static void assert_same(const struct outcome *a, const struct outcome *b)
{
	const struct clearing_result *r = &a->result;
	const struct clearing_result *s = &b->result;

	assert_int_equal(r->fill_count, s->fill_count);
	assert_int_equal(r->quantity_wh, s->quantity_wh);
	assert_int_equal(r->amount_uc, s->amount_uc);
	assert_int_equal(r->marginal_price_mc_per_kwh, s->marginal_price_mc_per_kwh);
	assert_int_equal(r->best_losing_price_mc_per_kwh, s->best_losing_price_mc_per_kwh);
	for (size_t i = 0; i < r->fill_count; i++) {
		assert_int_equal(a->fills[i].ref, b->fills[i].ref);
		assert_int_equal(a->fills[i].quantity_wh, b->fills[i].quantity_wh);
		assert_int_equal(a->fills[i].price_mc_per_kwh, b->fills[i].price_mc_per_kwh);
		assert_int_equal(a->fills[i].amount_uc, b->fills[i].amount_uc);
	}
}

/* How much better for its bidder `got` is than `own`. */
static int64_t gain(const struct book *b, int64_t own, int64_t got)
{
	return b->terms.side == SIDE_BUY ? got - own : own - got;
}

static void assert_sums_and_bounds(const struct book *b, const struct outcome *o)
{
	int64_t quantity = 0;
	int64_t amount = 0;

	for (size_t i = 0; i < o->result.fill_count; i++) {
		const struct fill *f = &o->fills[i];
		const struct book_order *own = &b->orders[f->ref];

		assert_true(0 < f->quantity_wh && f->quantity_wh <= own->quantity_wh);
		assert_true(!own->all_or_nothing || f->quantity_wh == own->quantity_wh);
		assert_true(gain(b, own->price_mc_per_kwh, f->price_mc_per_kwh) >= 0);
		assert_true(gain(b, b->terms.limit_mc_per_kwh, f->price_mc_per_kwh) <= 0);
		assert_int_equal(f->amount_uc, f->price_mc_per_kwh * f->quantity_wh);
		quantity += f->quantity_wh;
		amount += f->amount_uc;
	}
	assert_int_equal(quantity, o->result.quantity_wh);
	assert_int_equal(amount, o->result.amount_uc);
	assert_true(quantity <= b->terms.quantity_wh);
	assert_true(quantity == 0 || quantity >= b->terms.min_quantity_wh);
}

/* Unless the book was void, a divisible order that lost anything is no better than the margin. */
static void assert_no_envy(const struct book *b, const struct outcome *o)
{
	int64_t filled[SMALL_BOOK_MAX] = {0};

	for (size_t i = 0; i < o->result.fill_count; i++)
		filled[o->fills[i].ref] = o->fills[i].quantity_wh;
	for (size_t i = 0; i < b->n && o->result.fill_count > 0; i++) {
		const struct book_order *own = &b->orders[i];

		if (filled[i] == own->quantity_wh || own->all_or_nothing)
			continue;
		assert_true(
			gain(b, own->price_mc_per_kwh, o->result.marginal_price_mc_per_kwh) <= 0);
	}
}

static void random_books_clear_as_by_hand_in_any_order(void **state)
{
	uint64_t seed = random_seed();

	(void)state;
	for (long left = books_to_try(); left > 0; left--) {
		struct outcome got, by_hand, shuffled;
		struct book b;

		random_book(&seed, left % 2 ? RULE_UNIFORM : RULE_PAY_AS_BID, &b);
		clear(&b, &got);
		clear_by_hand(&b, &by_hand);
		assert_same(&got, &by_hand);
		assert_sums_and_bounds(&b, &got);
		assert_no_envy(&b, &got);
		shuffle(&seed, b.orders, b.n);
		clear(&b, &shuffled);
		assert_same(&got, &shuffled);
	}
}

/* A price, a quantity and whether it is all or nothing; seq and ref are its place. */
struct sketch {
	int64_t price, quantity;
	bool whole;
};

struct hand_made {
	const char *what;
	struct book_terms terms;
	struct sketch orders[5];
	struct {
		uint32_t ref;
		int64_t quantity, price;
	} fills[5];
	int64_t marginal, best_losing;
};

static const struct hand_made cases[] = {
	{.what = "no orders",
		.terms = {SIDE_BUY, RULE_UNIFORM, 10, 50, 0, true},
		.marginal = -1,
		.best_losing = -1},
	{.what = "the paper's: cheapest first, each at its own price, the last in part",
		.terms = {SIDE_BUY, RULE_PAY_AS_BID, 10, 50, 0, true},
		.orders = {{40, 4}, {30, 4}, {50, 4}, {51, 4}},
		.fills = {{1, 4, 30}, {0, 4, 40}, {2, 2, 50}},
		.marginal = 50,
		.best_losing = -1},
	{.what = "uniform: the margin's price for all",
		.terms = {SIDE_BUY, RULE_UNIFORM, 7, 50, 0, true},
		.orders = {{40, 4}, {30, 4}, {45, 4}},
		.fills = {{1, 4, 40}, {0, 3, 40}},
		.marginal = 40,
		.best_losing = 45},
	{.what = "a sale mirrors it",
		.terms = {SIDE_SELL, RULE_PAY_AS_BID, 7, 35, 0, true},
		.orders = {{40, 4}, {30, 4}, {45, 4}, {35, 4}},
		.fills = {{2, 4, 45}, {0, 3, 40}},
		.marginal = 40,
		.best_losing = 35},
	{.what = "a tie goes to the earlier",
		.terms = {SIDE_SELL, RULE_UNIFORM, 5, 0, 0, true},
		.orders = {{40, 4}, {40, 4}},
		.fills = {{0, 4, 40}, {1, 1, 40}},
		.marginal = 40,
		.best_losing = -1},
	{.what = "the paper's literal limit: lower than",
		.terms = {SIDE_BUY, RULE_UNIFORM, 10, 50, 0, false},
		.orders = {{50, 4}, {49, 4}},
		.fills = {{1, 4, 49}},
		.marginal = 49,
		.best_losing = -1},
	{.what = "a reserve that must be exceeded",
		.terms = {SIDE_SELL, RULE_UNIFORM, 10, 50, 0, false},
		.orders = {{50, 4}, {51, 4}},
		.fills = {{1, 4, 51}},
		.marginal = 51,
		.best_losing = -1},
	{.what = "all or nothing: passed over without a price, a later one fits",
		.terms = {SIDE_BUY, RULE_UNIFORM, 5, 50, 0, true},
		.orders = {{10, 4}, {20, 2, true}, {30, 1, true}, {40, 1}},
		.fills = {{0, 4, 30}, {2, 1, 30}},
		.marginal = 30,
		.best_losing = 20},
	{.what = "all or nothing that fits exactly",
		.terms = {SIDE_BUY, RULE_UNIFORM, 5, 50, 0, true},
		.orders = {{10, 3}, {20, 2, true}},
		.fills = {{0, 3, 20}, {1, 2, 20}},
		.marginal = 20,
		.best_losing = -1},
	{.what = "short supply is bought",
		.terms = {SIDE_BUY, RULE_UNIFORM, 100, 50, 0, true},
		.orders = {{10, 3}},
		.fills = {{0, 3, 10}},
		.marginal = 10,
		.best_losing = -1},
	{.what = "the minimum is just reached",
		.terms = {SIDE_BUY, RULE_UNIFORM, 100, 50, 3, true},
		.orders = {{10, 3}},
		.fills = {{0, 3, 10}},
		.marginal = 10,
		.best_losing = -1},
	{.what = "the minimum is just missed",
		.terms = {SIDE_BUY, RULE_UNIFORM, 100, 50, 4, true},
		.orders = {{10, 3}, {51, 1}},
		.marginal = -1,
		.best_losing = 10},
	{.what = "free energy, free of charge",
		.terms = {SIDE_BUY, RULE_UNIFORM, 2, 0, 0, true},
		.orders = {{0, 3}},
		.fills = {{0, 2, 0}},
		.marginal = 0,
		.best_losing = -1},
};

static void hand_made_books_clear_as_written(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
		const struct hand_made *want = &cases[c];
		struct book b = {.terms = want->terms};
		struct outcome got;

		print_message("%s\n", want->what);
		for (; b.n < 5 && want->orders[b.n].quantity; b.n++) {
			b.orders[b.n] =
				(struct book_order){.price_mc_per_kwh = want->orders[b.n].price,
					.quantity_wh = want->orders[b.n].quantity,
					.all_or_nothing = want->orders[b.n].whole,
					.seq = b.n,
					.ref = (uint32_t)b.n};
		}
		clear(&b, &got);
		for (size_t i = 0; i < got.result.fill_count; i++) {
			assert_int_equal(got.fills[i].ref, want->fills[i].ref);
			assert_int_equal(got.fills[i].quantity_wh, want->fills[i].quantity);
			assert_int_equal(got.fills[i].price_mc_per_kwh, want->fills[i].price);
		}
		assert_true(got.result.fill_count == 5 ||
			    want->fills[got.result.fill_count].quantity == 0);
		assert_sums_and_bounds(&b, &got);
		assert_int_equal(got.result.marginal_price_mc_per_kwh, want->marginal);
		assert_int_equal(got.result.best_losing_price_mc_per_kwh, want->best_losing);
	}
}

static void the_largest_amount_is_exact(void **state)
{
	struct book b = {.terms = {SIDE_SELL, RULE_UNIFORM, ENERGY_WH_MAX, PRICE_MC_MAX, 0, true},
		.orders = {{.price_mc_per_kwh = PRICE_MC_MAX, .quantity_wh = ENERGY_WH_MAX}},
		.n = 1};
	struct outcome got;

	(void)state;
	clear(&b, &got);
	assert_int_equal(got.result.amount_uc, 1000000000000000);
	assert_int_equal(got.result.amount_uc, AMOUNT_UC_MAX);
}

static void a_refused_book_is_left_as_it_was(void **state)
{
	static struct book_order many[BOOK_ORDERS_MAX + 1];
	const struct book_terms terms = {SIDE_BUY, RULE_VICKREY, 10, 50, 0, true};
	struct book_order orders[2] = {{.price_mc_per_kwh = 2, .quantity_wh = 1, .seq = 1},
		{.price_mc_per_kwh = 1, .quantity_wh = 1, .all_or_nothing = true}};
	struct book_order kept[2];
	struct fill fill = {.ref = 7};
	struct clearing_result result = {.fill_count = 7};

	(void)state;
	memcpy(kept, orders, sizeof kept);
	assert_int_equal(clear_book(&terms, orders, 2, &fill, &result), BOOK_ORDER_WHOLE);
	assert_memory_equal(orders, kept, sizeof kept);
	assert_int_equal(
		clear_book(&terms, many, BOOK_ORDERS_MAX + 1, &fill, &result), BOOK_TOO_MANY);
	assert_int_equal(
		clear_book(&terms, many, BOOK_ORDERS_MAX, &fill, &result), BOOK_ORDER_QUANTITY);
	assert_int_equal(fill.ref, 7);
	assert_int_equal(result.fill_count, 7);
	assert_int_equal(clear_book(&terms, NULL, 0, NULL, &result), BOOK_OK);
	assert_int_equal(result.fill_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hand_made_books_clear_as_written),
		cmocka_unit_test(the_largest_amount_is_exact),
		cmocka_unit_test(a_refused_book_is_left_as_it_was),
		cmocka_unit_test(random_books_clear_as_by_hand_in_any_order),
	};

	return cmocka_run_group_tests_name("clearing", tests, NULL, NULL);
}
