/* inspect_control: the operator's documents (wire/control.h), command by command, as inspect() does
 * it with messages. */
#ifndef LEM_ENGINE_INSPECT_CONTROL_H
#define LEM_ENGINE_INSPECT_CONTROL_H
#include "engine/inspect.h"

/* Called with each command in order; *verified is the callee's to verified_free(). */
typedef void verified_visit(void *context, struct verified *verified);

/* Inspect a document of `user`: hand over each of its commands, or one refusal of the whole. The
 * user must be the operator (NOT_ALLOWED). reader: working memory. ERR_NOMEM: what was not handed
 * over is lost. */
__attribute__((warn_unused_result)) enum err inspect_control(struct inspector *inspector,
	struct control_reader *reader, const char *user, const char *text, size_t len,
	verified_visit *visit, void *context);

#endif
