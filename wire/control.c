#include "wire/control.h"
#include <string.h>
#include "wire/jcs.h"

static const struct json_limits limits = {JSON_PROFILE_MESSAGE, CONTROL_TEXT_MAX, CONTROL_DEPTH};

static const char *const names[] = {[CONTROL_NO_QUERY] = NULL,
#define X(name, text) [CONTROL_##name] = (text),
	CONTROL_QUERIES(X)
#undef X
};

enum { QUERY_COUNT = sizeof names / sizeof *names };

const char *control_query_name(enum control_query_kind kind)
{
	return (unsigned)kind < QUERY_COUNT ? names[kind] : NULL;
}

struct control_tag control_peek(const char *text, size_t len)
{
	static const char member[] = "\"correlationData\"";
	struct control_tag tag = {.wanted = true};
	const char *end = text + len;
	const char *at = len > 0 ? memmem(text, len, member, sizeof member - 1) : NULL;
	size_t n = 0;

	for (at = at ? at + sizeof member - 1 : end; at < end && strchr(" \t\r\n:", *at); at++)
		;
	if (at == end || *at++ != '"')
		return tag;
	while (n < CONTROL_CORRELATION_MAX && at + n < end && at[n] > ' ' && at[n] < 0x7f &&
		at[n] != '"' && at[n] != '\\')
		n++;
	if (at + n < end && at[n] == '"')
		memcpy(tag.correlation, at, n);
	return tag;
}

static enum control_query_kind query_from_name(const char *name)
{
	for (int i = 1; i < QUERY_COUNT; i++) {
		if (strcmp(names[i], name) == 0)
			return (enum control_query_kind)i;
	}
	return CONTROL_NO_QUERY;
}

enum verdict control_begin(
	struct control_reader *r, const char *text, size_t len, struct request_error *error)
{
	struct form f;
	struct form_object o;
	uint32_t commands;

	memset(error, 0, sizeof *error);
	r->next = JSON_NONE;
	r->doc = (struct json_doc){.nodes = r->nodes, .node_max = CONTROL_NODES_MAX};
	if (len > CONTROL_TEXT_MAX)
		return VERDICT_TOO_LARGE;
	if (json_read(&r->doc, text, len, &limits, &error->json) != JSON_OK)
		return VERDICT_BAD_JSON;
	form_init(&f, &r->doc);
	o = form_enter(&f, 0, "");
	commands = form_member(&f, &o, "commands", true);
	form_leave(&f, &o);
	if (f.verdict == VERDICT_OK &&
		(json_type(&r->doc, commands) != JSON_ARRAY || r->doc.nodes[commands].count == 0))
		form_fail(&f, "", "commands", VERDICT_BAD_FIELD);
	if (f.verdict == VERDICT_OK && r->doc.nodes[commands].count > CONTROL_COMMANDS_MAX)
		form_fail(&f, "", "commands", VERDICT_TOO_MANY);
	memcpy(error->field, f.field, sizeof error->field);
	if (f.verdict == VERDICT_OK)
		r->next = json_first(&r->doc, commands);
	return f.verdict;
}

/* The request within a command: its own operation must be the command's name. */
static void read_message(
	struct form *f, struct form_object *o, struct control_reader *r, struct control_command *c)
{
	uint32_t node = form_member(f, o, "message", true);

	if (f->verdict != VERDICT_OK)
		return;
	if (json_type(&r->doc, node) != JSON_OBJECT)
		form_fail(f, o->path, "message", VERDICT_BAD_FIELD);
	else if (!json_is(&r->doc, json_get(&r->doc, node, "operation"), c->tag.command))
		form_fail(f, o->path, "message.operation", VERDICT_UNKNOWN_OPERATION);
	c->len = jcs_write(&r->doc, node, NULL, r->message, sizeof r->message);
	c->message = r->message;
}

static void read_query(struct form *f, struct form_object *o, struct control_query *q)
{
	q->count = CONTROL_LIST_MAX;
	if (q->kind == CONTROL_HOME_LIST) {
		if (form_has(f, o, "offset"))
			form_int(f, o, "offset", 0, INT32_MAX, &q->offset);
		if (form_has(f, o, "count"))
			form_int(f, o, "count", 1, CONTROL_LIST_MAX, &q->count);
	} else if (q->kind == CONTROL_HOME_SHOW) {
		form_string(f, o, "clientId", q->client_id, sizeof q->client_id);
	}
}

static void read_command(struct form *f, struct control_reader *r, struct control_command *c)
{
	struct form_object o = form_enter(f, r->next, "commands.");
	enum operation operation;

	/* What marks the answer comes first, so that a refusal of the rest bears it. */
	if (form_has(f, &o, "correlationData"))
		form_string(
			f, &o, "correlationData", c->tag.correlation, sizeof c->tag.correlation);
	form_string(f, &o, "command", c->tag.command, sizeof c->tag.command);
	if (f->verdict != VERDICT_OK)
		return;
	operation = operation_from_name(c->tag.command);
	c->query.kind = query_from_name(c->tag.command);
	if (operation != OPERATION_NONE && operation_class_of(operation) == OPERATION_BY_OPERATOR)
		read_message(f, &o, r, c);
	else if (c->query.kind != CONTROL_NO_QUERY)
		read_query(f, &o, &c->query);
	else
		form_fail(f, o.path, "command", VERDICT_UNKNOWN_OPERATION);
	form_leave(f, &o);
	if (f->verdict == VERDICT_OK && c->query.kind == CONTROL_NO_QUERY)
		c->operation = operation;
}

bool control_next(struct control_reader *r, struct control_command *c)
{
	struct form f;

	if (r->next == JSON_NONE)
		return false;
	memset(c, 0, sizeof *c);
	c->tag.wanted = true;
	form_init(&f, &r->doc);
	read_command(&f, r, c);
	c->verdict = f.verdict;
	memcpy(c->field, f.field, sizeof c->field);
	if (c->verdict != VERDICT_OK)
		c->query.kind = CONTROL_NO_QUERY;
	r->next = json_next(&r->doc, r->next);
	return true;
}
