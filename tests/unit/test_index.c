/* The hash table against a plain array: the same answers after every step. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "core/index.h"

enum { STEPS = 100000, BITS_MAX = 10, CELLS_MAX = 1 << BITS_MAX };

struct model {
	uint64_t key[CELLS_MAX];
	uint32_t value[CELLS_MAX];
	uint32_t count;
};

static uint64_t random_state;

static uint64_t draw(uint64_t below)
{
	uint64_t z = (random_state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) % below;
}

static uint32_t model_find(const struct model *m, uint64_t key)
{
	for (uint32_t i = 0; i < m->count; i++) {
		if (m->key[i] == key)
			return i;
	}
	return INDEX_NONE;
}

static void assert_same(const struct model *m, const struct index *index, uint64_t keys)
{
	assert_int_equal(index->count, m->count);
	for (uint64_t key = 0; key < keys; key++) {
		uint32_t i = model_find(m, key << 32 | key);
		assert_int_equal(index_get(index, key << 32 | key),
			i == INDEX_NONE ? INDEX_NONE : m->value[i]);
	}
}

static void as_a_plain_array_would(void **state)
{
	static const unsigned bits[] = {2, 3, 4, 7, BITS_MAX};

	(void)state;
	for (size_t b = 0; b < sizeof bits / sizeof *bits; b++) {
		struct index_cell *cells = calloc(INDEX_CELLS(bits[b]), sizeof *cells);
		uint64_t half = (uint64_t)1 << (bits[b] - 1), keys = 2 * half;
		struct model m = {.count = 0};
		struct index index;
		assert_non_null(cells);
		index_init(&index, cells, bits[b]);
		for (int step = 0; step < STEPS / 5; step++) {
			uint64_t k = draw(keys), key = k << 32 | k;
			uint32_t i = model_find(&m, key), value = (uint32_t)draw(INDEX_NONE);
			assert_int_equal(
				index_get(&index, key), i == INDEX_NONE ? INDEX_NONE : m.value[i]);
			if (i != INDEX_NONE) {
				index_remove(&index, key);
				m.count--;
				m.key[i] = m.key[m.count];
				m.value[i] = m.value[m.count];
			} else if (m.count < half) { /* half full is allowed */
				index_add(&index, key, value);
				m.key[m.count] = key;
				m.value[m.count++] = value;
			}
			if (step % 97 == 0)
				assert_same(&m, &index, keys);
		}
		/* Emptied, it is as new. */
		while (m.count > 0)
			index_remove(&index, m.key[--m.count]);
		for (size_t i = 0; i < INDEX_CELLS(bits[b]); i++)
			assert_int_equal(cells[i].value, 0);
		free(cells);
	}
}

static void extreme_keys_and_values(void **state)
{
	struct index_cell cells[INDEX_CELLS(3)] = {{0}};
	const uint64_t keys[] = {0, UINT64_MAX, 1, UINT64_C(1) << 63};
	struct index index;

	(void)state;
	index_init(&index, cells, 3);
	for (uint32_t i = 0; i < 4; i++)
		index_add(&index, keys[i], i ? INDEX_NONE - i : 0);
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(index_get(&index, keys[i]), i ? INDEX_NONE - i : 0);
	assert_int_equal(index_get(&index, 2), INDEX_NONE);
}

/* A few keys in a table for many stay together; cleared, it is as new. */
static void it_grows_with_its_keys(void **state)
{
	enum { BITS = 16, FEW = 100 };
	struct index_cell *cells = calloc(INDEX_CELLS(BITS), sizeof *cells);
	struct index index;
	size_t last = 0;

	(void)state;
	assert_non_null(cells);
	index_init(&index, cells, BITS);
	for (int round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < 1 << (BITS - 1); i++) {
			index_add(&index, i * UINT64_C(0x123456789), i);
			for (size_t c = 0; i == FEW - 1 && c < INDEX_CELLS(BITS); c++)
				last = cells[c].value ? c : last;
			assert_int_equal(index_get(&index, i * UINT64_C(0x123456789)), i);
		}
		assert_true(last >= FEW && last < 8 * FEW);
		for (uint32_t i = 0; i < 1 << (BITS - 1); i++)
			assert_int_equal(index_get(&index, i * UINT64_C(0x123456789)), i);
		index_clear(&index);
		assert_int_equal(index.count, 0);
		for (size_t c = 0; c < INDEX_CELLS(BITS); c++)
			assert_int_equal(cells[c].value, 0);
	}
	free(cells);
}

/* Published values of FNV-1a: every program that keeps texts finds them by the same key. */
static void the_key_of_a_text(void **state)
{
	(void)state;
	assert_true(index_key_of_text("") == UINT64_C(0xcbf29ce484222325));
	assert_true(index_key_of_text("a") == UINT64_C(0xaf63dc4c8601ec8c));
	assert_true(index_key_of_text("foobar") == UINT64_C(0x85944171f73967e8));
	assert_true(index_key_of_text("\xff") != index_key_of_text("\x7f"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_a_plain_array_would),
		cmocka_unit_test(extreme_keys_and_values),
		cmocka_unit_test(it_grows_with_its_keys),
		cmocka_unit_test(the_key_of_a_text),
	};

	random_state = 20180101;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
