/* steady_clock: the machine's clock without its leaps. Who set it right or wrong is not to be seen
 * from here: a leap is believed when the market's own time confirms it, and until then the clock
 * goes on from where it was. Small corrections are followed as they come. */
#ifndef LEM_HEM_STEADY_CLOCK_H
#define LEM_HEM_STEADY_CLOCK_H
#include <stdbool.h>
#include <stdint.h>

enum { STEADY_CLOCK_STEP_MS = 5000 }; /* more at once is a leap */

/* Zeros: not read yet. Unix ms, and ms of a clock that is never set. */
struct steady_clock {
	int64_t real_ms, monotonic_ms; /* when they were alike */
	int64_t step_ms; /* by which the machine's clock has leapt since; 0: it has not */
	bool began;
};

/* The time, while the machine's clocks say that. */
int64_t steady_clock_read(struct steady_clock *clock, int64_t real_ms, int64_t monotonic_ms);

/* Believe the leap: the time read next is the machine's. */
void steady_clock_believe(struct steady_clock *clock);

#endif
