#include "hem-client/ems/market_clock.h"

void market_clock_init(struct market_clock *c, const struct params *params)
{
	*c = (struct market_clock){.params = params, .floor_ms = INT64_MIN};
}

static int64_t estimate(const struct market_clock *c, int64_t real_ms)
{
	return params_market_ms(c->params, real_ms) + c->offset_ms;
}

int64_t market_clock_now(struct market_clock *c, int64_t real_ms)
{
	int64_t now_ms = estimate(c, real_ms);

	if (now_ms > c->floor_ms)
		c->floor_ms = now_ms;
	return c->floor_ms;
}

void market_clock_learn(struct market_clock *c, int64_t real_ms, int64_t market_ms, bool is_stale)
{
	int64_t limit_ms = (int64_t)MARKET_CLOCK_OFFSET_MAX_S * 1000 * c->params->rate;
	int64_t difference_ms = market_ms - estimate(c, real_ms);
	int64_t offset_ms = c->offset_ms + difference_ms;

	if (difference_ms < 0 && !is_stale)
		return; /* it was under way */
	c->wrong = offset_ms > limit_ms || offset_ms < -limit_ms;
	if (!c->wrong)
		c->offset_ms = offset_ms;
}

static int64_t distance(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

bool market_clock_confirms(
	struct market_clock *c, int64_t real_ms, int64_t step_ms, int64_t market_ms)
{
	int64_t leapt_ms = params_market_ms(c->params, real_ms + step_ms);

	if (distance(leapt_ms, market_ms) >= distance(estimate(c, real_ms), market_ms))
		return false;
	c->offset_ms = 0;
	return true;
}

int64_t market_clock_wait_ms(
	const struct market_clock *c, int64_t real_ms, int64_t market_ms, int64_t max_ms)
{
	int64_t wait_ms = params_real_ms(c->params, market_ms - c->offset_ms) - real_ms;

	if (wait_ms < 0)
		return 0;
	return wait_ms < max_ms ? wait_ms : max_ms;
}
