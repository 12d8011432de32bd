#include "core/index.h"
#include <assert.h>

/* A free cell must be all zeros so that a large table costs only the pages that it uses: the
 * value is stored plus one. */
static bool is_free(const struct index_cell *cell)
{
	return cell->value == 0;
}

static size_t mask(const struct index *index)
{
	return ((size_t)1 << index->bits) - 1;
}

static size_t home(const struct index *index, uint64_t key)
{
	return (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - index->bits));
}

void index_init(struct index *index, struct index_cell *cells, unsigned bits)
{
	assert(bits >= 2 && bits <= 31);
	index->cells = cells;
	index->bits = bits;
	index->count = 0;
}

static size_t find(const struct index *index, uint64_t key)
{
	size_t at = home(index, key);

	while (!is_free(&index->cells[at]) && index->cells[at].key != key)
		at = (at + 1) & mask(index);
	return at;
}

uint32_t index_get(const struct index *index, uint64_t key)
{
	const struct index_cell *cell = &index->cells[find(index, key)];

	return is_free(cell) ? INDEX_NONE : cell->value - 1;
}

void index_add(struct index *index, uint64_t key, uint32_t value)
{
	struct index_cell *cell = &index->cells[find(index, key)];

	assert(value != INDEX_NONE);
	assert(is_free(cell));
	assert(index->count < mask(index) / 2 + 1);
	*cell = (struct index_cell){.key = key, .value = value + 1};
	index->count++;
}

void index_remove(struct index *index, uint64_t key)
{
	size_t hole = find(index, key);
	size_t at = hole;

	assert(!is_free(&index->cells[hole]));
	for (;;) {
		at = (at + 1) & mask(index);
		if (is_free(&index->cells[at]))
			break;
		size_t want = home(index, index->cells[at].key);
		/* The cell may move back unless its home lies cyclically in (hole, at]. */
		if (((at - want) & mask(index)) < ((at - hole) & mask(index)))
			continue;
		index->cells[hole] = index->cells[at];
		hole = at;
	}
	index->cells[hole] = (struct index_cell){0};
	index->count--;
}

uint64_t index_key_of_text(const char *text)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *text; text++)
		h = (h ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
	return h;
}
