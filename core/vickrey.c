#include "core/vickrey.h"
#include <assert.h>
#include "core/merit.h"

/*
 * The unserved energy of everybody, in merit order, as running sums: a rung is one order, its price
 * that order's, its quantity and amount those of the ladder up to its top. The sum of a whole book
 * may pass 63 bits, so running amounts are kept modulo 2^63; what is asked for is the price of at
 * most ENERGY_WH_MAX Wh, at most AMOUNT_UC_MAX, and the difference of two sums has it exactly.
 */
struct ladder {
	struct fill foot;         /* what is left of the marginal order, perhaps 0 Wh */
	const struct fill *rungs; /* the orders with no fill: rungs[k] has rank served + k */
	size_t count;
	size_t served;       /* number of orders with any fill; the last is the marginal one */
	int64_t above_price; /* the limit: the price of energy beyond the last rung */
};

/* One bidder's losing orders, and how far up the ladder its fills have come. */
struct climb {
	const struct book_order *own;
	const struct book_order *own_end;
	int64_t position_wh;
};

static int64_t wrapped_add(int64_t a_uc, int64_t b_uc)
{
	return (int64_t)(((uint64_t)a_uc + (uint64_t)b_uc) & INT64_MAX);
}

/* Lay the ladder over the orders, which are in merit order, in the fills that are not in use. */
static struct ladder ladder_lay(const struct book_terms *terms, const struct book_order *orders,
	size_t n, struct fill *fills, size_t served)
{
	const struct book_order *marginal = &orders[served - 1];
	struct fill sum = {.price_mc_per_kwh = marginal->price_mc_per_kwh,
		.quantity_wh = marginal->quantity_wh - fills[served - 1].quantity_wh};
	struct ladder l = {.rungs = fills + served,
		.count = n - served,
		.served = served,
		.above_price = terms->limit_mc_per_kwh};

	sum.amount_uc = sum.price_mc_per_kwh * sum.quantity_wh;
	l.foot = sum;
	for (size_t i = served; i < n; i++) {
		const struct book_order *o = &orders[i];

		sum.price_mc_per_kwh = o->price_mc_per_kwh;
		sum.quantity_wh += o->quantity_wh; /* 2^17 orders of 10^8 Wh stay below 2^44 */
		sum.amount_uc = wrapped_add(sum.amount_uc, o->price_mc_per_kwh * o->quantity_wh);
		fills[i] = sum;
	}
	return l;
}

/* The price of the first position_wh Wh of the ladder, modulo 2^63. */
static int64_t ladder_sum_uc(const struct ladder *l, int64_t position_wh)
{
	const struct fill *below = &l->foot;
	int64_t price = l->above_price;
	size_t low = 0;
	size_t high = l->count;

	if (position_wh <= l->foot.quantity_wh)
		return position_wh * l->foot.price_mc_per_kwh;
	while (low < high) { /* the first rung that reaches the position */
		size_t mid = (low + high) / 2;

		if (l->rungs[mid].quantity_wh < position_wh)
			low = mid + 1;
		else
			high = mid;
	}
	if (low > 0)
		below = &l->rungs[low - 1];
	if (low < l->count)
		price = l->rungs[low].price_mc_per_kwh;
	return wrapped_add(below->amount_uc, (position_wh - below->quantity_wh) * price);
}

/* Take quantity_wh off the ladder from c's position on; answers their price. */
static int64_t take(const struct ladder *l, struct climb *c, int64_t quantity_wh)
{
	int64_t from_uc = ladder_sum_uc(l, c->position_wh);

	c->position_wh += quantity_wh;
	return (ladder_sum_uc(l, c->position_wh) - from_uc) & INT64_MAX;
}

/* The price of the next quantity_wh of the ladder that are not the bidder's own. */
static int64_t displace(const struct ladder *l, struct climb *c, int64_t quantity_wh)
{
	int64_t amount_uc = 0;

	for (; c->own < c->own_end; c->own++) {
		size_t rank = c->own->rank;
		int64_t begin_wh = 0;
		int64_t end_wh = l->foot.quantity_wh;
		int64_t step_wh;

		if (rank >= l->served) {
			end_wh = l->rungs[rank - l->served].quantity_wh;
			begin_wh = end_wh - c->own->quantity_wh;
		}
		step_wh = begin_wh - c->position_wh;
		if (step_wh >= quantity_wh)
			break;
		amount_uc += take(l, c, step_wh);
		quantity_wh -= step_wh;
		c->position_wh = end_wh;
	}
	return amount_uc + take(l, c, quantity_wh);
}

/* Price the fills of one bidder, whose n orders these are by rank; answers their sum. */
static int64_t price_bidder(const struct book_terms *terms, const struct ladder *l,
	const struct book_order *own, size_t n, struct fill *fills)
{
	struct climb c = {.own = own, .own_end = own + n};
	int64_t sum_uc = 0;

	while (c.own < c.own_end && c.own->rank + 1 < l->served)
		c.own++;
	for (size_t i = 0; i < n && own[i].rank < l->served; i++) {
		struct fill *f = &fills[own[i].rank];
		int64_t own_uc = own[i].price_mc_per_kwh * f->quantity_wh;

		f->amount_uc = displace(l, &c, f->quantity_wh);
		f->price_mc_per_kwh = f->amount_uc / f->quantity_wh;
		assert(terms->side == SIDE_BUY ? f->amount_uc >= own_uc : f->amount_uc <= own_uc);
		sum_uc += f->amount_uc;
	}
	return sum_uc;
}

int64_t vickrey_price(const struct book_terms *terms, struct book_order *orders, size_t n,
	struct fill *fills, size_t fill_count)
{
	struct ladder l;
	int64_t sum_uc = 0;
	size_t end;

	assert(0 < fill_count && fill_count <= n);
	l = ladder_lay(terms, orders, n, fills, fill_count);
	merit_sort_by_bidder(orders, n);
	for (size_t i = 0; i < n; i = end) {
		for (end = i + 1; end < n && orders[end].bidder == orders[i].bidder;)
			end++;
		sum_uc += price_bidder(terms, &l, &orders[i], end - i, fills);
	}
	return sum_uc;
}
