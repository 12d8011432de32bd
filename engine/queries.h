/* queries: answers to what the operator asks over $CONTROL (docs/protocol.md, section 5), read off
 * the market as it stands. */
#ifndef LEM_ENGINE_QUERIES_H
#define LEM_ENGINE_QUERIES_H
#include "engine/engine.h"

/* Publish a reject of a question; field: of the document, or "". */
void query_reject(
	struct engine *e, const struct control_tag *tag, enum verdict verdict, const char *field);

/* Publish the answer to a question, or the reject UNKNOWN_HOME. CONTROL_BACKUP is not the engine's
 * to answer: NOT_ALLOWED. ERR_NOMEM. */
__attribute__((warn_unused_result)) enum err query_answer(
	struct engine *e, const struct control_query *query, const struct control_tag *tag);

#endif
