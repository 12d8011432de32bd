#include "core/entry_sort.h"
#include <string.h>

_Static_assert(sizeof(struct tx_entry) == (size_t)2 * HASH_LEN, "id and leaf are compared as one");

static bool before(const struct tx_entry *a, const struct tx_entry *b)
{
	return memcmp(a, b, sizeof *a) < 0;
}

static void sift(struct tx_entry *e, size_t root, size_t n)
{
	for (;;) {
		size_t child = 2 * root + 1;
		struct tx_entry swap;

		if (child >= n)
			return;
		if (child + 1 < n && before(&e[child], &e[child + 1]))
			child++;
		if (!before(&e[root], &e[child]))
			return;
		swap = e[root];
		e[root] = e[child];
		e[child] = swap;
		root = child;
	}
}

void entry_sort(struct tx_entry *e, size_t n)
{
	for (size_t i = n / 2; i > 0; i--)
		sift(e, i - 1, n);
	for (size_t end = n; end > 1; end--) {
		struct tx_entry swap = e[0];
		e[0] = e[end - 1];
		e[end - 1] = swap;
		sift(e, 0, end - 1);
	}
}
