/* clock: the machine's two clocks. Market time is computed from the real one by core/params. */
#ifndef LEM_WIRE_CLOCK_H
#define LEM_WIRE_CLOCK_H
#include <stdint.h>

/* Unix time in ms: it may be set, and jump. */
int64_t clock_real_ms(void);

/* What clock_monotonic_ms() reads, in microseconds. */
int64_t clock_monotonic_us(void);

/* Ms since some moment before this program began: it never jumps. For waiting and rates. */
int64_t clock_monotonic_ms(void);

#endif
