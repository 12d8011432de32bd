/* state_root: the state of a ledger as one hash (docs/protocol.md, "Leaves"). */
#ifndef LEM_CORE_STATE_ROOT_H
#define LEM_CORE_STATE_ROOT_H
#include "core/ledger.h"

/* The root over accounts ascending by number, auctions ascending by sequence, schedules likewise,
 * limits by role and slot, answers by schedule and role, fees by auction, tariffs and activations
 * ascending by sequence. What came after the first ledgers has no leaf where there is none of it.
 * Uses the ledger's working memory. */
void state_root(struct ledger *ledger, uint8_t root[HASH_LEN]);

#endif
