/* clock: what time brings about. */
#ifndef LEM_ENGINE_CLOCK_H
#define LEM_ENGINE_CLOCK_H
#include "engine/engine.h"

/* Do the market's steps at its present clock until it is idle. */
__attribute__((warn_unused_result)) enum err clock_run(struct engine *e);

/* While replaying: a block that was closed is compared with, or added to, the ledger. */
__attribute__((warn_unused_result)) enum err clock_replayed_block(struct engine *e);

#endif
