#include "tests/soak/tally.h"
#include <stdlib.h>
#include <string.h>
#include "tests/lib/street.h"

void tally_add(struct tally *t, double value)
{
	if (t->count == t->size) {
		t->size = t->size ? t->size * 2 : 1024;
		t->values = realloc(t->values, t->size * sizeof *t->values);
		if (!t->values)
			street_die("memory");
	}
	t->values[t->count++] = value;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

double tally_quantile(const struct tally *t, size_t first, double q)
{
	size_t n = t->count > first ? t->count - first : 0;
	double *sorted = malloc((n + 1) * sizeof *sorted);
	double value = 0;

	if (!sorted)
		street_die("memory");
	if (n > 0) {
		memcpy(sorted, t->values + first, n * sizeof *sorted);
		qsort(sorted, n, sizeof *sorted, by_value);
		value = sorted[(size_t)(q * (double)(n - 1) + 0.5)];
	}
	free(sorted);
	return value;
}

void tally_release(struct tally *t)
{
	free(t->values);
	*t = (struct tally){.values = NULL};
}
