#include "engine/outbox.h"
#include <stdlib.h>
#include <string.h>

struct publication *outbox_add(
	struct outbox *o, const char *topic, const char *payload, size_t len, bool retain)
{
	size_t topic_len = strlen(topic) + 1;
	struct publication *p = calloc(1, sizeof *p + topic_len + len + 1);

	if (!p) {
		o->failed = true;
		return NULL;
	}
	memcpy(p->topic, topic, topic_len);
	p->payload = p->topic + topic_len;
	memcpy(p->payload, payload, len);
	p->len = len;
	p->retain = retain;
	if (o->last)
		o->last->next = p;
	else
		o->first = p;
	o->last = p;
	o->count++;
	o->bytes += len + topic_len;
	return p;
}

void outbox_move(struct outbox *to, struct outbox *from)
{
	if (to->last)
		to->last->next = from->first;
	else
		to->first = from->first;
	if (from->last)
		to->last = from->last;
	to->count += from->count;
	to->bytes += from->bytes;
	to->failed = to->failed || from->failed;
	*from = (struct outbox){.first = NULL};
}

struct publication *outbox_take(struct outbox *o)
{
	struct publication *p = o->first;

	if (!p)
		return NULL;
	o->first = p->next;
	if (!o->first)
		o->last = NULL;
	o->count--;
	o->bytes -= p->len + strlen(p->topic) + 1;
	p->next = NULL;
	return p;
}

void outbox_clear(struct outbox *o)
{
	struct publication *p;

	while ((p = outbox_take(o)))
		free(p);
	o->failed = false;
}
