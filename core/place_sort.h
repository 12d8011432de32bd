/* place_sort: sorting of places in a table by what stands there. */
#ifndef LEM_CORE_PLACE_SORT_H
#define LEM_CORE_PLACE_SORT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether the row at place `left` comes before that at `right`; a strict total order. */
typedef bool place_before(const void *table, uint32_t left, uint32_t right);

/* Sort n places in ascending order: heapsort, O(n log n) at worst, no memory of its own. */
void place_sort(uint32_t *places, size_t n, place_before *before, const void *table);

#endif
