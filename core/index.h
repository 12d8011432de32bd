/* index: a bounded hash table from 64-bit keys to 32-bit values, in the caller's memory. Linear
 * probing with backward-shift deletion, so it needs no tombstones and never degrades with age. */
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

/* cells is an array of 2^bits; at most half of it may be filled. */
struct index {
	struct index_cell *cells;
	unsigned bits;
	uint32_t count;
};

/* An empty table over 2^bits cells, all zero, which must outlive it. bits: 2..31. */
void index_init(struct index *index, struct index_cell *cells, unsigned bits);

/* The value of key, or INDEX_NONE. */
uint32_t index_get(const struct index *index, uint64_t key);

/* Add a key that is not there. value must not be INDEX_NONE and the table not be half full. */
void index_add(struct index *index, uint64_t key, uint32_t value);

/* Remove a key that is there. */
void index_remove(struct index *index, uint64_t key);

/* The key of a text: FNV-1a, 64 bits. Texts may share one: who must not confuse them compares, and
 * looks on at key + 1. */
uint64_t index_key_of_text(const char *text);

#endif
