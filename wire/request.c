#include "wire/request.h"
#include <string.h>
#include "wire/date.h"
#include "wire/digest.h"
#include "wire/jcs.h"
#include "wire/request_form.h"
#include "wire/text.h"

static const struct {
	const char *name;
	size_t text_max;
	enum operation_class class;
} table[OPERATION_COUNT] = {
#define X(name, text, max, who) [OPERATION_##name] = {text, max, OPERATION_BY_##who},
	OPERATIONS(X)
#undef X
};

enum operation operation_from_name(const char *name)
{
	for (int i = 1; i < OPERATION_COUNT; i++) {
		if (strcmp(table[i].name, name) == 0)
			return (enum operation)i;
	}
	return OPERATION_NONE;
}

const char *operation_name(enum operation operation)
{
	return table[operation].name;
}

size_t operation_text_max(enum operation operation)
{
	return table[operation].text_max;
}

enum operation_class operation_class_of(enum operation operation)
{
	return table[operation].class;
}

enum operation request_operation(const char *text, size_t len)
{
	struct json_limits limits = json_limits_message;
	struct json_node nodes[REQUEST_NODES_MAX];
	struct json_doc doc = {.nodes = nodes, .node_max = REQUEST_NODES_MAX};
	char name[32];

	limits.text_max = REQUEST_TEXT_MAX;
	if (json_read(&doc, text, len, &limits, NULL) != JSON_OK ||
		!json_string(&doc, json_get(&doc, 0, "operation"), name, sizeof name, NULL))
		return OPERATION_NONE;
	return operation_from_name(name);
}

/* An id of `min` to `max` characters out of a set. */
static void read_id(struct form *f, struct form_object *o, const char *name, const char *set,
	size_t min, char *out, size_t size)
{
	size_t len;

	form_string(f, o, name, out, size);
	len = strlen(out);
	if (f->verdict == VERDICT_OK && (len < min || strspn(out, set) != len)) {
		form_fail(f, o->path, name, VERDICT_BAD_FIELD);
		out[0] = '\0';
	}
}

static const char id_set[] = "abcdefghijklmnopqrstuvwxyz0123456789";
static const char req_id_set[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

bool request_peek_req_id(const char *text, size_t len, char out[static REQ_ID_MAX + 1])
{
	static const char member[] = "\"reqId\"";
	const char *end = text + len;
	const char *at = len > 0 ? memmem(text, len, member, sizeof member - 1) : NULL;
	size_t n = 0;

	for (at = at ? at + sizeof member - 1 : end; at < end && strchr(" \t\r\n:", *at); at++)
		;
	if (at == end || *at++ != '"')
		return false;
	while (n < REQ_ID_MAX && at + n < end && at[n] && strchr(req_id_set, at[n]))
		n++;
	if (n < REQ_ID_MIN || at + n == end || at[n] != '"')
		return false;
	memcpy(out, at, n);
	out[n] = '\0';
	return true;
}

/* Signing input, body and id of the message. */
static enum verdict canonicalise(struct request_workspace *w, const struct json_doc *doc,
	const char *market, struct request *r)
{
	static const char *const skip[] = {"clientId", "signature", NULL};
	size_t prefix = signing_prefix("request", market, w->input);
	size_t len = jcs_write(doc, 0, skip, w->input + prefix, sizeof w->input - prefix);

	if (len == 0)
		return VERDICT_TOO_LARGE;
	r->input = w->input;
	r->input_len = prefix + len;
	r->body = w->input + prefix;
	r->body_len = len;
	digest_sha256(r->input, r->input_len, r->id);
	return VERDICT_OK;
}

/* Before anything else: so a refusal of anything else can name it. */
static void read_req_id(struct form *f, struct form_object *o, struct request *r)
{
	read_id(f, o, "reqId", req_id_set, REQ_ID_MIN, r->req_id, sizeof r->req_id);
}

/* What else a message and its stored body have in common. */
static void read_common(struct form *f, struct form_object *o, struct request *r)
{
	char operation[32];

	form_date(f, o, "date", &r->date_ms);
	form_string(f, o, "operation", operation, sizeof operation);
	if (f->verdict == VERDICT_OK && operation_from_name(operation) != r->operation)
		form_fail(f, o->path, "operation", VERDICT_UNKNOWN_OPERATION);
}

static void read_envelope(struct form *f, struct form_object *o, struct request *r)
{
	read_req_id(f, o, r);
	read_id(f, o, "clientId", id_set, CLIENT_ID_MIN, r->client_id, sizeof r->client_id);
	read_common(f, o, r);
	r->is_signed = form_has(f, o, "signature");
	if (r->is_signed)
		form_bytes(f, o, "signature", r->signature, SIGNATURE_LEN);
}

static enum verdict read_document(struct request_workspace *w, const char *market,
	const struct json_doc *doc, struct request *r, struct request_error *error)
{
	struct form f;
	struct form_object o;
	uint32_t parameters;

	form_init(&f, doc);
	o = form_enter(&f, 0, "");
	read_envelope(&f, &o, r);
	parameters = form_member(&f, &o, "parameters", true);
	form_leave(&f, &o);
	if (f.verdict == VERDICT_OK)
		request_form_read(&f, w, market, parameters, r);
	if (f.verdict == VERDICT_OK && !r->is_signed && !r->is_observation)
		form_fail(&f, "", "signature", VERDICT_BAD_FIELD);
	if (f.verdict != VERDICT_OK) {
		memcpy(error->field, f.field, sizeof error->field);
		return f.verdict;
	}
	digest_sha256(r->signature, r->is_signed ? sizeof r->signature : 0, r->signature_hash);
	return canonicalise(w, doc, market, r);
}

enum verdict request_read_body(struct request_workspace *w, const char *market,
	enum operation operation, const char *body, size_t len, struct request *r,
	struct request_error *error)
{
	struct json_limits limits = json_limits_message;
	struct json_doc doc = {.nodes = w->nodes, .node_max = REQUEST_NODES_MAX};
	struct form f;
	struct form_object o;
	uint32_t parameters;
	enum verdict v;

	memset(r, 0, sizeof *r);
	memset(error, 0, sizeof *error);
	r->operation = operation;
	limits.text_max = table[operation].text_max;
	if (json_read(&doc, body, len, &limits, &error->json) != JSON_OK)
		return VERDICT_BAD_JSON;
	form_init(&f, &doc);
	o = form_enter(&f, 0, "");
	read_req_id(&f, &o, r);
	read_common(&f, &o, r);
	parameters = form_member(&f, &o, "parameters", true);
	form_leave(&f, &o);
	if (f.verdict == VERDICT_OK)
		request_form_read(&f, w, market, parameters, r);
	memcpy(error->field, f.field, sizeof error->field);
	if (f.verdict != VERDICT_OK)
		return f.verdict;
	v = canonicalise(w, &doc, market, r);
	if (v == VERDICT_OK && (r->body_len != len || memcmp(r->body, body, len) != 0))
		return VERDICT_BAD_JSON;
	return v;
}

enum verdict request_read(struct request_workspace *w, const char *market, enum operation operation,
	const char *text, size_t len, struct request *r, struct request_error *error)
{
	struct json_limits limits = json_limits_message;
	struct json_doc doc = {.nodes = w->nodes, .node_max = REQUEST_NODES_MAX};

	memset(r, 0, sizeof *r);
	memset(error, 0, sizeof *error);
	r->operation = operation;
	if (len > table[operation].text_max)
		return VERDICT_TOO_LARGE;
	limits.text_max = table[operation].text_max;
	if (json_read(&doc, text, len, &limits, &error->json) != JSON_OK)
		return VERDICT_BAD_JSON;
	return read_document(w, market, &doc, r, error);
}
