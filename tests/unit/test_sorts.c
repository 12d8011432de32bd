/* The two sorts: any input, equal keys and all sizes, against qsort(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "core/entry_sort.h"
#include "core/place_sort.h"

enum { N_MAX = 300 };

static uint32_t keys[N_MAX];

static bool key_before(const void *table, uint32_t left, uint32_t right)
{
	const uint32_t *k = table;

	return k[left] != k[right] ? k[left] < k[right] : left < right;
}

static int by_key(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return key_before(keys, x, y) ? -1 : key_before(keys, y, x);
}

/* Ascending, descending, all equal, few values, many. */
static uint32_t key_of(int shape, uint32_t i, uint32_t n)
{
	switch (shape) {
	case 0:
		return i;
	case 1:
		return n - i;
	case 2:
		return 7;
	case 3:
		return i * 2654435761u >> 30;
	default:
		return i * 2654435761u;
	}
}

static void places_stand_in_order(void **state)
{
	uint32_t places[N_MAX], want[N_MAX];

	(void)state;
	for (int shape = 0; shape < 5; shape++) {
		for (uint32_t n = 0; n <= N_MAX; n += n < 20 ? 1 : 28) {
			for (uint32_t i = 0; i < n; i++) {
				keys[i] = key_of(shape, i, n);
				places[i] = (i * 7 + 3) % n; /* n is prime to 7 or it matters not */
				want[i] = places[i];
			}
			if (n > 0)
				qsort(want, n, sizeof *want, by_key);
			place_sort(places, n, key_before, keys);
			assert_memory_equal(places, want, n * sizeof *want);
		}
	}
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct tx_entry));
}

/* Ids come first; equal ids are told apart by their leaves. */
static void entries_stand_by_id_then_leaf(void **state)
{
	static struct tx_entry entries[N_MAX], want[N_MAX];

	(void)state;
	for (int shape = 0; shape < 5; shape++) {
		for (uint32_t n = 0; n <= N_MAX; n += n < 20 ? 1 : 28) {
			for (uint32_t i = 0; i < n; i++) {
				uint32_t key = key_of(shape, i, n);
				memset(&entries[i], 0, sizeof entries[i]);
				memcpy(entries[i].id + 28, &key, sizeof key);
				key = key_of(4, i, n);
				memcpy(entries[i].leaf, &key, sizeof key);
			}
			memcpy(want, entries, sizeof want);
			if (n > 0)
				qsort(want, n, sizeof *want, by_bytes);
			entry_sort(entries, n);
			assert_memory_equal(entries, want, n * sizeof *want);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_stand_in_order),
		cmocka_unit_test(entries_stand_by_id_then_leaf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
