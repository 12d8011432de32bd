/* snapshot: the state of a ledger or a market at a block's edge, as bytes and back. */
#ifndef LEM_CORE_SNAPSHOT_H
#define LEM_CORE_SNAPSHOT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/market.h"

/* Write the state between block_chain() and the next transaction, and a digest of it. Returns the
 * bytes needed; nothing useful is in out if that is more than size. The genesis parameters are not
 * part of it. */
size_t ledger_snapshot_write(struct ledger *ledger, uint8_t *out, size_t size);
size_t market_snapshot_write(struct market *market, uint8_t *out, size_t size);

/* Read such bytes into a ledger or market that has just been initialised with the same genesis.
 * False if they are damaged; the state is then worthless and must be initialised anew. */
__attribute__((warn_unused_result)) bool ledger_snapshot_read(
	struct ledger *ledger, const uint8_t *bytes, size_t len);
__attribute__((warn_unused_result)) bool market_snapshot_read(
	struct market *market, const uint8_t *bytes, size_t len);

#endif
