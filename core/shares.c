#include "core/shares.h"
#include <assert.h>

static int64_t at_least_0(int64_t wh)
{
	return wh > 0 ? wh : 0;
}

void shares_begin(struct shares *s, const struct registers *delta, const int64_t *baseline_wh)
{
	const int64_t *wh = delta->wh;
	int64_t net_wh = wh[REGISTER_IMPORT] - wh[REGISTER_EXPORT];
	int64_t below_wh = baseline_wh ? *baseline_wh - net_wh : 0;

	*s = (struct shares){.sold_wh = {[MEASURE_STORAGE] = wh[REGISTER_DISCHARGE],
				     [MEASURE_EXPORT] = wh[REGISTER_EXPORT],
				     [MEASURE_BASELINE] = at_least_0(below_wh)},
		.bought_wh = {[MEASURE_STORAGE] = wh[REGISTER_CHARGE],
			[MEASURE_IMPORT] = wh[REGISTER_IMPORT],
			[MEASURE_BASELINE] = at_least_0(-below_wh)}};
}

int64_t shares_take(struct shares *s, const struct contract *c, int64_t awarded_wh)
{
	int64_t *left = c->side == SIDE_BUY ? s->sold_wh : s->bought_wh;
	int64_t wh = left[c->measure] < awarded_wh ? left[c->measure] : awarded_wh;

	assert(c->measure >= MEASURE_STORAGE && (int)c->measure < SHARES_MEASURES);
	for (int m = 0; m < SHARES_MEASURES; m++)
		left[m] = at_least_0(left[m] - wh);
	return wh;
}
