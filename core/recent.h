/* recent: the signed transactions of the last while, so that none is executed twice. A message's
 * date is near the time at which the market took it in, so a repetition can only come soon. */
#ifndef LEM_CORE_RECENT_H
#define LEM_CORE_RECENT_H
#include <stdbool.h>
#include <stdint.h>
#include "core/hash.h"
#include "core/index.h"

enum { RECENT_MAX = 1 << 19, RECENT_INDEX_BITS = 20 };
_Static_assert((int)RECENT_MAX * 2 <= 1 << RECENT_INDEX_BITS, "the index stays half empty");

/* One transaction: the first eight bytes of its id, and when it was taken in. */
struct recent_entry {
	uint64_t key;
	int64_t market_ms;
};

/* The table, in the caller's memory. */
struct recent {
	struct recent_entry entries[RECENT_MAX];
	uint32_t count;
	struct index by_key;
	struct index_cell cells[INDEX_CELLS(RECENT_INDEX_BITS)];
};

/* An empty table. *recent must be all zeros. */
void recent_init(struct recent *recent);

/* Whether a transaction with this id, or with its first eight bytes, is there. */
bool recent_has(const struct recent *recent, const uint8_t id[HASH_LEN]);

/* Add one that is not there, while fewer than RECENT_MAX are. */
void recent_add(struct recent *recent, const uint8_t id[HASH_LEN], int64_t market_ms);

/* Add an entry as it was, of a snapshot; false if it is there already. */
bool recent_restore(struct recent *recent, const struct recent_entry *entry);

/* Forget those taken in before market_ms; the others keep their order. */
void recent_forget(struct recent *recent, int64_t market_ms);

#endif
