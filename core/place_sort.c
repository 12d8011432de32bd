#include "core/place_sort.h"

static void sift(uint32_t *p, size_t root, size_t n, place_before *before, const void *table)
{
	for (;;) {
		size_t child = 2 * root + 1;
		uint32_t swap;

		if (child >= n)
			return;
		if (child + 1 < n && before(table, p[child], p[child + 1]))
			child++;
		if (!before(table, p[root], p[child]))
			return;
		swap = p[root];
		p[root] = p[child];
		p[child] = swap;
		root = child;
	}
}

void place_sort(uint32_t *places, size_t n, place_before *before, const void *table)
{
	for (size_t i = n / 2; i > 0; i--)
		sift(places, i - 1, n, before, table);
	for (size_t end = n; end > 1; end--) {
		uint32_t swap = places[0];
		places[0] = places[end - 1];
		places[end - 1] = swap;
		sift(places, 0, end - 1, before, table);
	}
}
