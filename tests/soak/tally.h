/* tally: what was measured: values by their quantiles. */
#ifndef LEM_SOAK_TALLY_H
#define LEM_SOAK_TALLY_H
#include <stddef.h>

/* Values in order of coming; all zeros is an empty one. */
struct tally {
	double *values;
	size_t count, size;
};

/* Add a value. Dies without memory. */
void tally_add(struct tally *tally, double value);

/* The value below which the share q (0..1) of those from `first` on lies; 0 if there is none. */
double tally_quantile(const struct tally *tally, size_t first, double q);

/* Free; then it is empty. */
void tally_release(struct tally *tally);

#endif
