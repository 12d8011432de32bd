/* outbox: what is to be published once the batch that caused it is durable. */
#ifndef LEM_ENGINE_OUTBOX_H
#define LEM_ENGINE_OUTBOX_H
#include <stdbool.h>
#include <stddef.h>
#include "wire/err.h"

/* One message; topic and payload share its allocation. */
struct publication {
	struct publication *next;
	size_t len;
	bool retain;
	bool ends_session; /* the receiving client's session ends after it */
	char *payload;
	char topic[];
};

/* A queue in order of adding. */
struct outbox {
	struct publication *first, *last;
	size_t count, bytes;
	bool failed; /* memory ran out: something is missing */
};

/* Append a copy. Without memory it sets ->failed. */
struct publication *outbox_add(
	struct outbox *outbox, const char *topic, const char *payload, size_t len, bool retain);

/* Move all of `from` behind `to`. */
void outbox_move(struct outbox *to, struct outbox *from);

/* Take the first, which is the caller's to free(); NULL if empty. */
struct publication *outbox_take(struct outbox *outbox);

/* Drop everything. */
void outbox_clear(struct outbox *outbox);

#endif
