#include "wire/form.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include "wire/date.h"
#include "wire/text.h"

enum { NAME_MAX_SHOWN = 56 };

void form_init(struct form *f, const struct json_doc *doc)
{
	*f = (struct form){.doc = doc, .verdict = VERDICT_OK};
}

void form_fail(struct form *f, const char *path, const char *name, enum verdict verdict)
{
	if (f->verdict != VERDICT_OK)
		return;
	f->verdict = verdict;
	snprintf(f->field, sizeof f->field, "%s%s", path, name);
}

struct form_object form_enter(struct form *f, uint32_t node, const char *path)
{
	struct form_object o = {.node = node, .path = path};

	if (f->verdict == VERDICT_OK &&
		(node == JSON_NONE || json_type(f->doc, node) != JSON_OBJECT)) {
		char name[FORM_FIELD_MAX];
		size_t len = strlen(path);
		memcpy(name, path, len < sizeof name ? len : sizeof name - 1);
		name[len > 0 ? len - 1 : 0] = '\0';
		form_fail(f, "", name, VERDICT_BAD_FIELD);
	}
	return o;
}

static bool was_seen(const struct form_object *o, const char *name)
{
	for (unsigned i = 0; i < o->seen_count; i++) {
		if (strcmp(o->seen[i], name) == 0)
			return true;
	}
	return false;
}

void form_leave(struct form *f, const struct form_object *o)
{
	char name[NAME_MAX_SHOWN];

	if (f->verdict != VERDICT_OK)
		return;
	/* The sender chose the name: cut, it could end within a character. */
	assert(strlen(o->path) + sizeof name <= FORM_FIELD_MAX);
	for (uint32_t n = json_first(f->doc, o->node); n != JSON_NONE;) {
		if (!json_string(f->doc, n, name, sizeof name, NULL))
			memcpy(name, "?", 2);
		if (!was_seen(o, name)) {
			form_fail(f, o->path, name, VERDICT_BAD_FIELD);
			return;
		}
		n = json_next(f->doc, json_next(f->doc, n));
	}
}

uint32_t form_member(struct form *f, struct form_object *o, const char *name, bool required)
{
	uint32_t node;

	if (f->verdict != VERDICT_OK)
		return JSON_NONE;
	assert(o->seen_count < FORM_MEMBERS_MAX);
	o->seen[o->seen_count++] = name;
	node = json_get(f->doc, o->node, name);
	if (node == JSON_NONE && required)
		form_fail(f, o->path, name, VERDICT_BAD_FIELD);
	return node;
}

bool form_has(struct form *f, struct form_object *o, const char *name)
{
	return form_member(f, o, name, false) != JSON_NONE;
}

void form_string(struct form *f, struct form_object *o, const char *name, char *out, size_t size)
{
	uint32_t node = form_member(f, o, name, true);

	out[0] = '\0';
	if (f->verdict != VERDICT_OK)
		return;
	if (!json_string(f->doc, node, out, size, NULL) || out[0] == '\0') {
		out[0] = '\0';
		form_fail(f, o->path, name, VERDICT_BAD_FIELD);
	}
}

void form_int(struct form *f, struct form_object *o, const char *name, int64_t min, int64_t max,
	int64_t *out)
{
	uint32_t node = form_member(f, o, name, true);
	int64_t value;

	if (f->verdict != VERDICT_OK)
		return;
	if (!json_int64(f->doc, node, &value))
		form_fail(f, o->path, name, VERDICT_BAD_FIELD);
	else if (value < min || value > max)
		form_fail(f, o->path, name, VERDICT_OUT_OF_RANGE);
	else
		*out = value;
}

void form_bool(struct form *f, struct form_object *o, const char *name, bool *out)
{
	uint32_t node = form_member(f, o, name, true);
	enum json_type type;

	if (f->verdict != VERDICT_OK)
		return;
	type = json_type(f->doc, node);
	if (type != JSON_TRUE && type != JSON_FALSE)
		form_fail(f, o->path, name, VERDICT_BAD_FIELD);
	else
		*out = type == JSON_TRUE;
}

void form_hash(struct form *f, struct form_object *o, const char *name, uint8_t out[HASH_LEN])
{
	char text[TEXT_HEX_LEN(HASH_LEN) + 1];
	uint8_t bytes[HASH_LEN];
	size_t len = 0;

	form_string(f, o, name, text, sizeof text);
	if (f->verdict != VERDICT_OK)
		return;
	if (!text_hex_read(text, strlen(text), bytes, sizeof bytes, &len) || len != HASH_LEN)
		form_fail(f, o->path, name, VERDICT_BAD_FIELD);
	else
		memcpy(out, bytes, HASH_LEN);
}

void form_bytes(struct form *f, struct form_object *o, const char *name, uint8_t *out, size_t len)
{
	char text[128];
	uint8_t bytes[96];
	size_t read = 0;

	assert(len <= sizeof bytes);
	form_string(f, o, name, text, sizeof text);
	if (f->verdict != VERDICT_OK)
		return;
	if (!text_base64url_read(text, strlen(text), bytes, len, &read) || read != len)
		form_fail(f, o->path, name, VERDICT_BAD_FIELD);
	else
		memcpy(out, bytes, len);
}

void form_date(struct form *f, struct form_object *o, const char *name, int64_t *out_ms)
{
	char text[DATE_LEN + 1];

	form_string(f, o, name, text, sizeof text);
	if (f->verdict == VERDICT_OK && !date_read(text, out_ms))
		form_fail(f, o->path, name, VERDICT_BAD_FIELD);
}
