#include "core/clearing.h"
#include <assert.h>
#include "core/merit.h"
#include "core/vickrey.h"

static enum book_verdict check(
	const struct book_terms *terms, const struct book_order *orders, size_t n)
{
	enum book_verdict verdict = book_terms_check(terms);

	if (verdict != BOOK_OK)
		return verdict;
	if (n > BOOK_ORDERS_MAX)
		return BOOK_TOO_MANY;
	for (size_t i = 0; i < n && verdict == BOOK_OK; i++)
		verdict = book_order_check(terms, &orders[i]);
	return verdict;
}

/* Move the orders within the limit to the front; answers how many there are. */
static size_t within_limit_first(
	const struct book_terms *terms, struct book_order *orders, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		struct book_order moved = orders[i];

		if (!merit_within_limit(terms, moved.price_mc_per_kwh))
			continue;
		orders[i] = orders[count];
		orders[count++] = moved;
	}
	return count;
}

/* How much of the order is taken while wanted_wh are still wanted. */
static int64_t taken_wh(const struct book_order *order, int64_t wanted_wh)
{
	if (order->quantity_wh <= wanted_wh)
		return order->quantity_wh;
	return order->all_or_nothing ? 0 : wanted_wh;
}

/* Fill the n orders, which are in merit order. Each fill has its order's price. */
static struct clearing_result fill_orders(const struct book_terms *terms,
	const struct book_order *orders, size_t n, struct fill *fills)
{
	struct clearing_result r = {
		.marginal_price_mc_per_kwh = -1, .best_losing_price_mc_per_kwh = -1};

	for (size_t i = 0; i < n; i++) {
		const struct book_order *o = &orders[i];
		int64_t quantity_wh = taken_wh(o, terms->quantity_wh - r.quantity_wh);

		if (quantity_wh == 0 && r.best_losing_price_mc_per_kwh < 0)
			r.best_losing_price_mc_per_kwh = o->price_mc_per_kwh;
		if (r.quantity_wh == terms->quantity_wh)
			break;
		if (quantity_wh == 0)
			continue;
		fills[r.fill_count++] = (struct fill){.ref = o->ref,
			.quantity_wh = quantity_wh,
			.price_mc_per_kwh = o->price_mc_per_kwh};
		r.quantity_wh += quantity_wh;
		r.marginal_price_mc_per_kwh = o->price_mc_per_kwh;
	}
	assert(r.quantity_wh <= terms->quantity_wh);
	return r;
}

struct clearing_result clear_nothing(
	const struct book_terms *terms, const struct book_order *orders, size_t n)
{
	struct clearing_result r = {
		.marginal_price_mc_per_kwh = -1, .best_losing_price_mc_per_kwh = -1};

	for (size_t i = 0; i < n; i++) {
		int64_t price = orders[i].price_mc_per_kwh;
		int64_t best = r.best_losing_price_mc_per_kwh;
		bool better = terms->side == SIDE_BUY ? price < best : price > best;

		if (merit_within_limit(terms, price) && (best < 0 || better))
			r.best_losing_price_mc_per_kwh = price;
	}
	return r;
}

/* Price the fills by their own price or by the margin's; answers the sum of the amounts, which no
 * more than ENERGY_WH_MAX Wh at no more than PRICE_MC_MAX make. */
static int64_t price_fills(
	const struct book_terms *terms, const struct clearing_result *r, struct fill *fills)
{
	int64_t sum_uc = 0;

	for (size_t i = 0; i < r->fill_count; i++) {
		struct fill *f = &fills[i];

		if (terms->rule == RULE_UNIFORM)
			f->price_mc_per_kwh = r->marginal_price_mc_per_kwh;
		f->amount_uc = f->price_mc_per_kwh * f->quantity_wh;
		sum_uc += f->amount_uc;
	}
	return sum_uc;
}

enum book_verdict clear_book(const struct book_terms *terms, struct book_order *orders, size_t n,
	struct fill *fills, struct clearing_result *ret)
{
	enum book_verdict verdict = check(terms, orders, n);
	struct clearing_result r;
	size_t count;

	if (verdict != BOOK_OK)
		return verdict;
	count = within_limit_first(terms, orders, n);
	merit_sort(terms->side, orders, count);
	r = fill_orders(terms, orders, count, fills);
	if (r.quantity_wh < terms->min_quantity_wh)
		r = clear_nothing(terms, orders, count);
	if (r.fill_count > 0 && terms->rule == RULE_VICKREY)
		r.amount_uc = vickrey_price(terms, orders, count, fills, r.fill_count);
	else
		r.amount_uc = price_fills(terms, &r, fills);
	assert(0 <= r.amount_uc && r.amount_uc <= AMOUNT_UC_MAX);
	*ret = r;
	return BOOK_OK;
}
