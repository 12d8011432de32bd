#include "engine/inspect_control.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A refusal, of the whole document or of one command. */
static void refuse(struct verified *v, const char *user, const struct control_tag *tag,
	enum verdict verdict, const struct request_error *error)
{
	(void)snprintf(v->refusal.client_id, sizeof v->refusal.client_id, "%s", user);
	v->refusal.tag = *tag;
	v->refusal.verdict = verdict;
	inspect_explain(error, verdict, &v->refusal);
}

static void inspect_command(
	struct inspector *i, const char *user, const struct control_command *c, struct verified *v)
{
	struct request_error error;

	memset(&error, 0, sizeof error);
	memcpy(error.field, c->field, sizeof error.field);
	v->operation = c->operation;
	if (c->verdict == VERDICT_OK && !inspector_knows_operator(i, user)) {
		refuse(v, user, &c->tag, VERDICT_NOT_ALLOWED, &error);
	} else if (c->verdict != VERDICT_OK) {
		refuse(v, user, &c->tag, c->verdict, &error);
	} else if (c->operation == OPERATION_NONE) {
		v->query = c->query;
		v->tag = c->tag;
	} else {
		(void)inspect(
			i, user, c->operation, c->message, c->len, &v->inspected, &v->refusal);
		v->refusal.tag = c->tag;
		if (v->inspected)
			v->inspected->tag = c->tag;
	}
}

enum err inspect_control(struct inspector *i, struct control_reader *r, const char *user,
	const char *text, size_t len, verified_visit *visit, void *context)
{
	const struct control_tag unread = {.wanted = true};
	struct control_command c;
	struct request_error error;
	enum verdict verdict = control_begin(r, text, len, &error);
	struct verified *v;

	if (verdict != VERDICT_OK) {
		v = calloc(1, sizeof *v);
		if (!v)
			return ERR_NOMEM;
		refuse(v, user, &unread, verdict, &error);
		visit(context, v);
		return ERR_OK;
	}
	while (control_next(r, &c)) {
		v = calloc(1, sizeof *v);
		if (!v)
			return ERR_NOMEM;
		inspect_command(i, user, &c, v);
		visit(context, v);
	}
	return ERR_OK;
}
