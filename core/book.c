#include "core/book.h"
#include <string.h>

static const char *const rule_names[] = {
	[RULE_PAY_AS_BID] = "pay-as-bid", [RULE_UNIFORM] = "uniform", [RULE_VICKREY] = "vickrey"};

enum { RULE_END = sizeof rule_names / sizeof *rule_names };

const char *rule_name(enum rule rule)
{
	return (unsigned)rule < RULE_END ? rule_names[rule] : NULL;
}

enum rule rule_from_name(const char *name)
{
	size_t size = strlen(name) + 1;

	for (unsigned i = 1; i < RULE_END; i++) {
		if (strlen(rule_names[i]) + 1 == size && memcmp(rule_names[i], name, size) == 0)
			return (enum rule)i;
	}
	return (enum rule)0;
}

static bool within(int64_t value, int64_t min, int64_t max)
{
	return min <= value && value <= max;
}

enum book_verdict book_terms_check(const struct book_terms *terms)
{
	if (terms->side != SIDE_BUY && terms->side != SIDE_SELL)
		return BOOK_SIDE;
	if (!rule_name(terms->rule))
		return BOOK_RULE;
	if (!within(terms->quantity_wh, 1, ENERGY_WH_MAX))
		return BOOK_QUANTITY;
	if (!within(terms->limit_mc_per_kwh, 0, PRICE_MC_MAX))
		return BOOK_LIMIT;
	if (!within(terms->min_quantity_wh, 0, terms->quantity_wh))
		return BOOK_MIN_QUANTITY;
	return BOOK_OK;
}

enum book_verdict book_order_check(const struct book_terms *terms, const struct book_order *order)
{
	if (!within(order->price_mc_per_kwh, 0, PRICE_MC_MAX))
		return BOOK_ORDER_PRICE;
	if (!within(order->quantity_wh, 1, ENERGY_WH_MAX))
		return BOOK_ORDER_QUANTITY;
	if (order->all_or_nothing && terms->rule == RULE_VICKREY)
		return BOOK_ORDER_WHOLE;
	return BOOK_OK;
}

const char *book_verdict_text(enum book_verdict verdict)
{
	static const char *const texts[] = {
		[BOOK_OK] = "accepted",
		[BOOK_SIDE] = "side must be buy or sell",
		[BOOK_RULE] = "rule must be pay-as-bid, uniform or vickrey",
		[BOOK_QUANTITY] = "quantity_wh of the auction must be 1 to 100000000",
		[BOOK_LIMIT] = "limit_mc_per_kwh must be 0 to 10000000",
		[BOOK_MIN_QUANTITY] = "min_quantity_wh must be 0 to the auction's quantity_wh",
		[BOOK_TOO_MANY] = "orders must be at most 131072",
		[BOOK_ORDER_PRICE] = "price_mc_per_kwh of an order must be 0 to 10000000",
		[BOOK_ORDER_QUANTITY] = "quantity_wh of an order must be 1 to 100000000",
		[BOOK_ORDER_WHOLE] = "all_or_nothing must be false in a vickrey auction",
	};

	_Static_assert(ENERGY_WH_MAX == 100000000, "as the texts say");
	_Static_assert(PRICE_MC_MAX == 10000000, "as the texts say");
	_Static_assert(BOOK_ORDERS_MAX == 131072, "as the texts say");
	if ((unsigned)verdict >= sizeof texts / sizeof *texts)
		return "unknown verdict";
	return texts[verdict];
}
