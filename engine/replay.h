/* replay: from the newest snapshot and the intake log back to the state before the stop. */
#ifndef LEM_ENGINE_REPLAY_H
#define LEM_ENGINE_REPLAY_H
#include "engine/engine.h"

/* Make e->market what the committed intake log says, and add to ledger.db what a crash left out.
 * ERR_* with e->why; ERR_INTERNAL if the ledger contradicts the log. */
__attribute__((warn_unused_result)) enum err replay(struct engine *e);

#endif
