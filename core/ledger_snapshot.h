/* ledger_snapshot: the description of a ledger's state for core/snapshot.h. */
#ifndef LEM_CORE_LEDGER_SNAPSHOT_H
#define LEM_CORE_LEDGER_SNAPSHOT_H
#include "core/ledger.h"
#include "core/xfer.h"

/* Transfer a table of recent transactions; one that is read was empty. */
void recent_xfer(struct xfer *x, struct recent *recent);

/* Transfer the state at a block's edge: no transaction in the open block yet. When reading, the
 * ledger has just been initialised; x->bad tells damage. */
void ledger_xfer(struct xfer *x, struct ledger *ledger);

#endif
