/* access: who may write, read and subscribe to what (docs/protocol.md, section 3). */
#ifndef LEM_PLUGIN_ACCESS_H
#define LEM_PLUGIN_ACCESS_H
#include <stdbool.h>
#include "engine/keyring.h"
#include "wire/control.h"

/* What a client wants to do with a topic. */
enum access_kind { ACCESS_READ, ACCESS_WRITE, ACCESS_SUBSCRIBE };

/* FOREIGN: the topic is no business of the market. */
enum access_answer { ACCESS_ALLOWED, ACCESS_DENIED, ACCESS_FOREIGN };

/* The answer for a topic (of ACCESS_SUBSCRIBE: a filter). client: who logged in under that user
 * name, NULL if the market does not know it. name: the market's bare name. */
enum access_answer access_decide(const char *name, const struct keyring_client *client,
	const char *user, enum access_kind kind, const char *topic, bool retain);

/* The operation of an intake topic of this market; OPERATION_NONE if it is none. */
enum operation access_operation(const char *name, const char *topic);

/* Whether the topic or filter lies under `lem/` or `$CONTROL/lem`. */
bool access_is_ours(const char *topic);

#endif
