#include "hem-client/ems/steady_clock.h"

int64_t steady_clock_read(struct steady_clock *c, int64_t real_ms, int64_t monotonic_ms)
{
	int64_t steady_ms = c->real_ms + (monotonic_ms - c->monotonic_ms);
	int64_t step_ms = real_ms - steady_ms;

	if (c->began && (step_ms > STEADY_CLOCK_STEP_MS || step_ms < -STEADY_CLOCK_STEP_MS)) {
		c->step_ms = step_ms;
		return steady_ms;
	}
	*c = (struct steady_clock){.began = true, .real_ms = real_ms, .monotonic_ms = monotonic_ms};
	return real_ms;
}

void steady_clock_believe(struct steady_clock *c)
{
	c->real_ms += c->step_ms;
	c->step_ms = 0;
}
