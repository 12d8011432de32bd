#include "wire/jcs.h"
#include <stdbool.h>
#include <string.h>
#include "wire/es6_number.h"
#include "wire/json_token.h"

struct writer {
	const struct json_doc *doc;
	char *out;
	size_t size;
	size_t len;
	bool full;
};

static void put(struct writer *w, const char *bytes, size_t len)
{
	if (len > w->size - w->len) {
		w->full = true;
		return;
	}
	memcpy(w->out + w->len, bytes, len);
	w->len += len;
}

/* Write one character of a string, RFC 8785 section 3.2.2.2. */
static void put_character(struct writer *w, uint32_t code)
{
	static const char hex[] = "0123456789abcdef";
	static const char short_codes[] = "\"\\\b\t\n\f\r";
	static const char short_letters[] = "\"\\btnfr";
	char text[6] = "\\u00";
	const char *found = code != 0 && code < 0x80 ? strchr(short_codes, (int)code) : NULL;

	if (found) {
		text[1] = short_letters[found - short_codes];
		put(w, text, 2);
	} else if (code < 0x20) {
		text[4] = hex[code >> 4];
		text[5] = hex[code & 15];
		put(w, text, 6);
	} else {
		put(w, text, json_token_put(code, text));
	}
}

static void put_string(struct writer *w, const struct json_node *node)
{
	const char *at = w->doc->text + node->start;
	const char *end = w->doc->text + node->end - 1;

	/* Without a backslash every character stands for itself already. */
	if (!node->escaped) {
		put(w, at, node->end - node->start);
		return;
	}
	put(w, "\"", 1);
	for (at++; at < end && !w->full;)
		put_character(w, json_token_next(&at));
	put(w, "\"", 1);
}

static void put_number(struct writer *w, const struct json_node *node)
{
	char text[ES6_NUMBER_MAX];

	put(w, text, es6_number_text(w->doc->text + node->start, node->end - node->start, text));
}

static bool is_skipped(const struct json_doc *doc, uint32_t name, const char *const *skip)
{
	for (; skip && *skip; skip++)
		if (json_is(doc, name, *skip))
			return true;
	return false;
}

static void put_value(struct writer *w, uint32_t index, const char *const *skip);

static void put_array(struct writer *w, uint32_t array)
{
	bool empty = true;

	put(w, "[", 1);
	for (uint32_t i = json_first(w->doc, array); i != JSON_NONE && !w->full;
		i = json_next(w->doc, i)) {
		put(w, ",", !empty);
		put_value(w, i, NULL);
		empty = false;
	}
	put(w, "]", 1);
}

static void put_object(struct writer *w, uint32_t object, const char *const *skip)
{
	const struct json_node *nodes = w->doc->nodes;
	bool empty = true;

	put(w, "{", 1);
	for (uint32_t name = nodes[object].sorted; name != JSON_NONE && !w->full;
		name = nodes[name].sorted) {
		if (is_skipped(w->doc, name, skip))
			continue;
		put(w, ",", !empty);
		put_string(w, &nodes[name]);
		put(w, ":", 1);
		put_value(w, name + 1, NULL);
		empty = false;
	}
	put(w, "}", 1);
}

/* Recurses no deeper than JSON_DEPTH_MAX, which json_read() enforces. */
static void put_value(struct writer *w, uint32_t index, const char *const *skip)
{
	const struct json_node *node = &w->doc->nodes[index];

	switch ((enum json_type)node->type) {
	case JSON_NULL:
		put(w, "null", 4);
		break;
	case JSON_FALSE:
		put(w, "false", 5);
		break;
	case JSON_TRUE:
		put(w, "true", 4);
		break;
	case JSON_NUMBER:
		put_number(w, node);
		break;
	case JSON_STRING:
		put_string(w, node);
		break;
	case JSON_ARRAY:
		put_array(w, index);
		break;
	case JSON_OBJECT:
		put_object(w, index, skip);
		break;
	}
}

size_t jcs_write(
	const struct json_doc *doc, uint32_t node, const char *const *skip, char *out, size_t size)
{
	struct writer w = {.doc = doc, .out = out, .size = size};

	if (node >= doc->node_count)
		return 0;
	put_value(&w, node, skip);
	return w.full ? 0 : w.len;
}
