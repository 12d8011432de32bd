#include "core/shares.h"
#include <assert.h>

static int64_t at_least_0(int64_t wh)
{
	return wh > 0 ? wh : 0;
}

void shares_begin(struct shares *s, const struct registers *delta, const int64_t *baseline_wh,
	const int64_t *changed_wh)
{
	const int64_t *wh = delta->wh;
	int64_t net_wh = wh[REGISTER_IMPORT] - wh[REGISTER_EXPORT];
	int64_t below_wh = baseline_wh ? *baseline_wh - net_wh : 0;
	int64_t rise_wh = changed_wh ? *changed_wh : 0;

	*s = (struct shares){.sold_wh = {[MEASURE_STORAGE] = wh[REGISTER_DISCHARGE],
				     [MEASURE_EXPORT] = wh[REGISTER_EXPORT],
				     [MEASURE_BASELINE] = at_least_0(below_wh),
				     [MEASURE_BEFORE_AFTER] = at_least_0(-rise_wh)},
		.bought_wh = {[MEASURE_STORAGE] = wh[REGISTER_CHARGE],
			[MEASURE_IMPORT] = wh[REGISTER_IMPORT],
			[MEASURE_BASELINE] = at_least_0(-below_wh),
			[MEASURE_BEFORE_AFTER] = at_least_0(rise_wh)}};
}

/* The most that an award of the second half can have been given. */
static int64_t half_wh(const struct shares *s, bool sold)
{
	const int64_t *left = sold ? s->sold_wh : s->bought_wh;

	if (sold ? s->bought_whole : s->sold_whole)
		return 0;
	if ((sold ? s->sold_whole : s->bought_whole) &&
		left[MEASURE_STORAGE] < left[MEASURE_BEFORE_AFTER])
		return left[MEASURE_STORAGE];
	return left[MEASURE_BEFORE_AFTER];
}

int64_t shares_take(struct shares *s, const struct contract *c, int64_t awarded_wh)
{
	bool sold = c->side == SIDE_BUY;
	bool half = c->measure == MEASURE_BEFORE_AFTER;
	int64_t *left = sold ? s->sold_wh : s->bought_wh;
	int64_t most_wh = half ? half_wh(s, sold) : left[c->measure];
	int64_t wh = most_wh < awarded_wh ? most_wh : awarded_wh;

	assert(c->measure >= MEASURE_STORAGE && (int)c->measure < SHARES_MEASURES);
	for (int m = 0; m < SHARES_MEASURES; m++) {
		if (half || m != MEASURE_BEFORE_AFTER)
			left[m] = at_least_0(left[m] - wh);
	}
	if (!half && wh > 0)
		*(sold ? &s->sold_whole : &s->bought_whole) = true;
	return wh;
}
