#include "hem-client/ems/ems.h"
#include "wire/clock.h"

int64_t ems_real_ms(struct ems *e)
{
	int64_t real_ms = steady_clock_read(&e->machine, clock_real_ms(), clock_monotonic_ms());
	bool leapt = e->machine.step_ms != 0;

	if (leapt && !e->leap_told)
		log_line(&e->log, LOG_LEVEL_WARNING,
			"this machine's clock was set by %lld s: it is believed when the market's "
			"time says so",
			(long long)(e->machine.step_ms / 1000));
	e->leap_told = leapt;
	return real_ms;
}

int64_t ems_now_ms(struct ems *e)
{
	return market_clock_now(&e->clock, ems_real_ms(e));
}

void ems_learn_time(struct ems *e, int64_t market_ms, bool is_stale)
{
	int64_t real_ms = ems_real_ms(e);

	if (e->machine.step_ms != 0 &&
		market_clock_confirms(&e->clock, real_ms, e->machine.step_ms, market_ms)) {
		log_line(&e->log, LOG_LEVEL_WARNING, "the market's time confirms it");
		steady_clock_believe(&e->machine);
		real_ms = ems_real_ms(e);
	}
	market_clock_learn(&e->clock, real_ms, market_ms, is_stale);
}
