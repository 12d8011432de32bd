#include "core/index.h"
#include <assert.h>
#include <string.h>

enum { FIRST_BITS = 6 };

/* A free cell must be all zeros so that a large table costs only the pages that it uses: the
 * value is stored plus one. */
static bool is_free(const struct index_cell *cell)
{
	return cell->value == 0;
}

static size_t mask(const struct index *index)
{
	return ((size_t)1 << index->used_bits) - 1;
}

/* The table in use. */
static struct index_cell *table(const struct index *index)
{
	return index->cells + ((size_t)1 << index->used_bits);
}

static size_t home(const struct index *index, uint64_t key)
{
	return (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - index->used_bits));
}

void index_init(struct index *index, struct index_cell *cells, unsigned bits)
{
	assert(bits >= 2 && bits <= 31);
	index->cells = cells;
	index->bits = bits;
	index->used_bits = bits < FIRST_BITS ? bits : FIRST_BITS;
	index->count = 0;
}

void index_clear(struct index *index)
{
	memset(index->cells, 0, INDEX_CELLS(index->used_bits) * sizeof *index->cells);
	index_init(index, index->cells, index->bits);
}

static size_t find(const struct index *index, uint64_t key)
{
	const struct index_cell *cells = table(index);
	size_t at = home(index, key);

	while (!is_free(&cells[at]) && cells[at].key != key)
		at = (at + 1) & mask(index);
	return at;
}

uint32_t index_get(const struct index *index, uint64_t key)
{
	const struct index_cell *cell = &table(index)[find(index, key)];

	return is_free(cell) ? INDEX_NONE : cell->value - 1;
}

/* Move all into the next table, of twice the cells. */
static void grow(struct index *index)
{
	struct index_cell *old = table(index);
	size_t size = mask(index) + 1;

	index->used_bits++;
	for (size_t i = 0; i < size; i++) {
		if (!is_free(&old[i]))
			table(index)[find(index, old[i].key)] = old[i];
		old[i] = (struct index_cell){0};
	}
}

void index_add(struct index *index, uint64_t key, uint32_t value)
{
	struct index_cell *cell;

	assert(value != INDEX_NONE);
	if (index->count > mask(index) / 2 && index->used_bits < index->bits)
		grow(index);
	assert(index->count <= mask(index) / 2);
	cell = &table(index)[find(index, key)];
	assert(is_free(cell));
	*cell = (struct index_cell){.key = key, .value = value + 1};
	index->count++;
}

void index_remove(struct index *index, uint64_t key)
{
	struct index_cell *cells = table(index);
	size_t hole = find(index, key);
	size_t at = hole;

	assert(!is_free(&cells[hole]));
	for (;;) {
		at = (at + 1) & mask(index);
		if (is_free(&cells[at]))
			break;
		size_t want = home(index, cells[at].key);
		/* The cell may move back unless its home lies cyclically in (hole, at]. */
		if (((at - want) & mask(index)) < ((at - hole) & mask(index)))
			continue;
		cells[hole] = cells[at];
		hole = at;
	}
	cells[hole] = (struct index_cell){0};
	index->count--;
}

uint64_t index_key_of_text(const char *text)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *text; text++)
		h = (h ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
	return h;
}
