/* entry_sort: the order of a block's transaction tree. */
#ifndef LEM_CORE_ENTRY_SORT_H
#define LEM_CORE_ENTRY_SORT_H
#include "core/ledger.h"

/* Sort n entries ascending by transaction id as bytes (equal ids by leaf): heapsort, in place. */
void entry_sort(struct tx_entry *entries, size_t n);

#endif
