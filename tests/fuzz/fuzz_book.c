/* Books of orders as `lemctl clear` reads them: the first byte picks the rule. A book that is taken
 * is cleared, and keeps the promises of core/clearing.h. */
#include <assert.h>
#include <stdlib.h>
#include "core/clearing.h"
#include "lemctl/book_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* No fill is more than its order, and none is worse than its own price. */
static void check(const struct book_file *f, const struct fill *fills, size_t n)
{
	int64_t sum_wh = 0;

	for (size_t i = 0; i < n; i++) {
		const struct fill *x = &fills[i];
		const struct book_order *o = NULL;
		for (size_t k = 0; k < f->count && !o; k++)
			o = f->orders[k].ref == x->ref ? &f->orders[k] : NULL;
		assert(o && x->quantity_wh > 0 && x->quantity_wh <= o->quantity_wh);
		assert(f->terms.side == SIDE_BUY
				? x->amount_uc >= o->price_mc_per_kwh * x->quantity_wh
				: x->amount_uc <= o->price_mc_per_kwh * x->quantity_wh);
		sum_wh += x->quantity_wh;
	}
	assert(sum_wh <= f->terms.quantity_wh);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum rule rules[] = {RULE_PAY_AS_BID, RULE_UNIFORM, RULE_VICKREY};
	struct clearing_result result;
	struct book_file f;
	struct fill *fills;
	FILE *in;

	if (size < 2)
		return 0;
	in = fmemopen((void *)(uintptr_t)(data + 1), size - 1, "r");
	if (!in)
		return 0;
	if (book_file_read(&f, in, rules[data[0] % 3]) == ERR_OK) {
		fills = calloc(f.count + 1, sizeof *fills);
		assert(fills);
		assert(clear_book(&f.terms, f.orders, f.count, fills, &result) == BOOK_OK);
		check(&f, fills, result.fill_count);
		free(fills);
	}
	book_file_release(&f);
	(void)fclose(in);
	return 0;
}
