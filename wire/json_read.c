#include <assert.h>
#include <string.h>
#include "wire/json.h"
#include "wire/json_order.h"
#include "wire/json_token.h"

struct reader {
	struct json_doc *doc;
	const struct json_limits *limits;
	size_t at;
	/* The innermost open container or JSON_NONE. While open, its `next` is the one around it.
	 */
	uint32_t open;
	unsigned depth;
	uint32_t value; /* the value just completed, or JSON_NONE */
};

static void skip_space(struct reader *r)
{
	const char *text = r->doc->text;

	while (r->at < r->doc->len && (text[r->at] == ' ' || text[r->at] == '\t' ||
					      text[r->at] == '\n' || text[r->at] == '\r'))
		r->at++;
}

/* The next byte after white space, or 0 at the end of the text; a byte 0 is legal nowhere. */
static char peek(struct reader *r)
{
	skip_space(r);
	if (r->at >= r->doc->len)
		return '\0';
	return r->doc->text[r->at];
}

/* The end of the text is another mistake than the wrong character. */
static enum json_rule expected(const struct reader *r, enum json_rule rule)
{
	return r->at < r->doc->len ? rule : JSON_CUT_OFF;
}

static enum json_rule add_node(struct reader *r, enum json_type type, size_t length)
{
	struct json_doc *doc = r->doc;

	if (doc->node_count == doc->node_max)
		return JSON_TOO_MANY_NODES;
	r->value = doc->node_count++;
	doc->nodes[r->value] = (struct json_node){
		.start = (uint32_t)r->at,
		.end = (uint32_t)(r->at + length),
		.next = doc->node_count,
		.sorted = JSON_NONE,
		.type = (uint8_t)type,
	};
	r->at += length;
	return JSON_OK;
}

static enum json_rule read_literal(struct reader *r, const char *literal, enum json_type type)
{
	size_t length = strlen(literal);

	if (r->doc->len - r->at < length || memcmp(r->doc->text + r->at, literal, length) != 0)
		return JSON_VALUE_EXPECTED;
	return add_node(r, type, length);
}

static enum json_rule read_token(struct reader *r, enum json_type type)
{
	struct json_token token;
	const char *text = r->doc->text + r->at;
	size_t len = r->doc->len - r->at;
	enum json_rule rule = type == JSON_STRING
				      ? json_token_string(text, len, r->limits->profile, &token)
				      : json_token_number(text, len, r->limits->profile, &token);

	if (rule != JSON_OK) {
		r->at += token.length;
		return rule;
	}
	rule = add_node(r, type, token.length);
	if (rule == JSON_OK)
		r->doc->nodes[r->value].escaped = token.escaped;
	return rule;
}

/* A member's name and its colon. */
static enum json_rule read_name(struct reader *r)
{
	enum json_rule rule;

	if (peek(r) != '"')
		return expected(r, JSON_NAME_EXPECTED);
	rule = read_token(r, JSON_STRING);
	if (rule != JSON_OK)
		return rule;
	if (peek(r) != ':')
		return expected(r, JSON_COLON_EXPECTED);
	r->at++;
	return JSON_OK;
}

/* The bracket at r->at closes r->open, which becomes the completed value. */
static enum json_rule close_container(struct reader *r)
{
	struct json_doc *doc = r->doc;
	struct json_node *node = &doc->nodes[r->open];
	uint32_t duplicate = JSON_NONE;

	if (node->type == JSON_OBJECT)
		duplicate = json_order_members(doc, r->open);
	if (duplicate != JSON_NONE) {
		r->at = doc->nodes[duplicate].start;
		return JSON_DUPLICATE_NAME;
	}
	r->at++;
	r->value = r->open;
	r->open = node->next;
	r->depth--;
	node->end = (uint32_t)r->at;
	node->next = doc->node_count;
	return JSON_OK;
}

static char closer(const struct reader *r)
{
	return r->doc->nodes[r->open].type == JSON_OBJECT ? '}' : ']';
}

/* The bracket at r->at and what follows it up to the first value, or all of it if it is empty. */
static enum json_rule open_container(struct reader *r, enum json_type type)
{
	enum json_rule rule;

	if (r->depth == r->limits->depth_max)
		return JSON_TOO_DEEP;
	rule = add_node(r, type, 1);
	if (rule != JSON_OK)
		return rule;
	r->depth++;
	r->doc->nodes[r->value].next = r->open;
	r->open = r->value;
	if (peek(r) == closer(r))
		return close_container(r);
	if (type == JSON_OBJECT)
		rule = read_name(r);
	r->value = JSON_NONE;
	return rule;
}

/* Afterwards r->value is the value read, or JSON_NONE if a container was opened and its first value
 * is next. */
static enum json_rule read_value(struct reader *r)
{
	switch (peek(r)) {
	case '{':
		return open_container(r, JSON_OBJECT);
	case '[':
		return open_container(r, JSON_ARRAY);
	case '"':
		return read_token(r, JSON_STRING);
	case 't':
		return read_literal(r, "true", JSON_TRUE);
	case 'f':
		return read_literal(r, "false", JSON_FALSE);
	case 'n':
		return read_literal(r, "null", JSON_NULL);
	case '-':
	case '0':
	case '1':
	case '2':
	case '3':
	case '4':
	case '5':
	case '6':
	case '7':
	case '8':
	case '9':
		return read_token(r, JSON_NUMBER);
	default:
		return expected(r, JSON_VALUE_EXPECTED);
	}
}

/* After a completed value: the brackets that close, then the comma and name before the next value,
 * if any container is open still. */
static enum json_rule read_after(struct reader *r)
{
	enum json_rule rule = JSON_OK;

	while (rule == JSON_OK && r->open != JSON_NONE) {
		struct json_node *node = &r->doc->nodes[r->open];
		char c = peek(r);

		if (c != ',' && c != closer(r))
			return expected(r, JSON_SEPARATOR_EXPECTED);
		node->count++;
		if (c == ',') {
			r->at++;
			return node->type == JSON_OBJECT ? read_name(r) : JSON_OK;
		}
		r->doc->nodes[r->value].last = true;
		rule = close_container(r);
	}
	return rule;
}

static enum json_rule read_all(struct reader *r)
{
	const struct json_doc *doc = r->doc;
	enum json_rule rule = JSON_OK;

	if (doc->len > r->limits->text_max || doc->len >= UINT32_MAX)
		return JSON_TEXT_TOO_LONG;
	if (doc->len >= 3 && memcmp(doc->text, "\xEF\xBB\xBF", 3) == 0)
		return JSON_BYTE_ORDER_MARK;
	do {
		rule = read_value(r);
		if (rule == JSON_OK && r->value != JSON_NONE)
			rule = read_after(r);
	} while (rule == JSON_OK && r->open != JSON_NONE);
	if (rule != JSON_OK)
		return rule;
	r->doc->nodes[0].last = true;
	skip_space(r);
	return r->at == doc->len ? JSON_OK : JSON_TRAILING;
}

static struct json_error describe(const struct reader *r, enum json_rule rule)
{
	struct json_error e = {.offset = r->at, .line = 1, .column = 1, .rule = rule};

	for (size_t i = 0; i < r->at; i++) {
		e.column = r->doc->text[i] == '\n' ? 1 : e.column + 1;
		e.line += r->doc->text[i] == '\n';
	}
	return e;
}

enum json_rule json_read(struct json_doc *doc, const char *text, size_t len,
	const struct json_limits *limits, struct json_error *err)
{
	struct reader r = {.doc = doc, .limits = limits, .open = JSON_NONE, .value = JSON_NONE};
	enum json_rule rule;

	assert(limits->depth_max >= 1 && limits->depth_max <= JSON_DEPTH_MAX);
	doc->text = text;
	doc->len = len;
	doc->node_count = 0;
	rule = read_all(&r);
	if (rule == JSON_OK)
		return JSON_OK;
	doc->node_count = 0;
	if (err)
		*err = describe(&r, rule);
	return rule;
}
