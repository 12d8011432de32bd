/* index: a bounded hash table from 64-bit keys to 32-bit values, in the caller's memory. Linear
 * probing with backward-shift deletion, so it needs no tombstones and never degrades with age. It
 * begins small and doubles, so that few keys in a table for many touch few pages. */
#ifndef LEM_CORE_INDEX_H
#define LEM_CORE_INDEX_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INDEX_NONE UINT32_MAX

/* One cell. A free one is all zeros, so an untouched table costs no memory. */
struct index_cell {
	uint64_t key;
	uint32_t value; /* plus one */
};

/* The cells to be given to a table for 2^(bits - 1) keys: the table of 2^n cells that is in use
 * lies behind those that it has outgrown. */
#define INDEX_CELLS(bits) ((size_t)2 << (bits))

/* At most 2^(bits - 1) keys. */
struct index {
	struct index_cell *cells;
	unsigned bits;
	unsigned used_bits; /* the table in use has 2^used_bits cells */
	uint32_t count;
};

/* An empty table over INDEX_CELLS(bits) cells, all zero, which must outlive it. bits: 2..31. */
void index_init(struct index *index, struct index_cell *cells, unsigned bits);

/* Empty it again. */
void index_clear(struct index *index);

/* The value of key, or INDEX_NONE. */
uint32_t index_get(const struct index *index, uint64_t key);

/* Add a key that is not there. value must not be INDEX_NONE and the table not be full. */
void index_add(struct index *index, uint64_t key, uint32_t value);

/* Remove a key that is there. */
void index_remove(struct index *index, uint64_t key);

/* The key of a text: FNV-1a, 64 bits. Texts may share one: who must not confuse them compares, and
 * looks on at key + 1. */
uint64_t index_key_of_text(const char *text);

#endif
