/* effects: what the market's execution brings about, as rows of the databases and as publications.
 */
#ifndef LEM_ENGINE_EFFECTS_H
#define LEM_ENGINE_EFFECTS_H
#include "engine/engine.h"

/* The sink that every execution of this engine goes through. */
struct result_sink effects_sink(struct engine *e);

/* The tables of csm.db and the keyring follow an accepted command; ERR_* of csm.db. */
__attribute__((warn_unused_result)) enum err effects_of_command(
	struct engine *e, const struct command *command);

#endif
