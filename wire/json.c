#include "wire/json.h"
#include <string.h>
#include "wire/json_token.h"

static const char *const rule_texts[] = {
#define JSON_RULE_TEXT(name, text) text,
	JSON_RULES(JSON_RULE_TEXT)
#undef JSON_RULE_TEXT
};

const struct json_limits json_limits_message = {
	.profile = JSON_PROFILE_MESSAGE,
	.text_max = JSON_MESSAGE_TEXT,
	.depth_max = JSON_MESSAGE_DEPTH,
};

const char *json_rule_text(enum json_rule rule)
{
	return (unsigned)rule < JSON_RULE_COUNT ? rule_texts[rule] : "unknown rule";
}

static bool node_is(const struct json_doc *doc, uint32_t node, enum json_type type)
{
	return node < doc->node_count && doc->nodes[node].type == type;
}

enum json_type json_type(const struct json_doc *doc, uint32_t node)
{
	return node < doc->node_count ? (enum json_type)doc->nodes[node].type : JSON_NULL;
}

uint32_t json_first(const struct json_doc *doc, uint32_t container)
{
	if (container >= doc->node_count || doc->nodes[container].count == 0)
		return JSON_NONE;
	return container + 1;
}

uint32_t json_next(const struct json_doc *doc, uint32_t node)
{
	if (node >= doc->node_count || doc->nodes[node].last)
		return JSON_NONE;
	return doc->nodes[node].next;
}

/* Whether a string node decodes to the len bytes of UTF-8 at literal. */
static bool string_is(
	const struct json_doc *doc, const struct json_node *node, const char *literal, size_t len)
{
	const char *at = doc->text + node->start + 1;
	const char *end = doc->text + node->end - 1;

	if (!node->escaped)
		return (size_t)(end - at) == len && memcmp(at, literal, len) == 0;
	while (at < end) {
		char utf8[4];
		size_t length = json_token_put(json_token_next(&at), utf8);

		if (length > len || memcmp(utf8, literal, length) != 0)
			return false;
		literal += length;
		len -= length;
	}
	return len == 0;
}

bool json_is(const struct json_doc *doc, uint32_t string_node, const char *literal)
{
	return node_is(doc, string_node, JSON_STRING) &&
	       string_is(doc, &doc->nodes[string_node], literal, strlen(literal));
}

uint32_t json_get(const struct json_doc *doc, uint32_t object, const char *key)
{
	size_t len = strlen(key);

	if (!node_is(doc, object, JSON_OBJECT))
		return JSON_NONE;
	for (uint32_t name = json_first(doc, object); name != JSON_NONE;
		name = json_next(doc, name + 1))
		if (string_is(doc, &doc->nodes[name], key, len))
			return name + 1;
	return JSON_NONE;
}

/* The bytes a string decodes to; false if it holds U+0000. */
static bool decoded_length(const char *at, const char *end, size_t *ret_length)
{
	char utf8[4];
	size_t length = 0;

	while (at < end) {
		uint32_t code = json_token_next(&at);

		if (code == 0)
			return false;
		length += json_token_put(code, utf8);
	}
	*ret_length = length;
	return true;
}

bool json_string(const struct json_doc *doc, uint32_t node, char *buf, size_t size, size_t *len)
{
	const char *at, *end;
	size_t length = 0;

	if (!node_is(doc, node, JSON_STRING))
		return false;
	at = doc->text + doc->nodes[node].start + 1;
	end = doc->text + doc->nodes[node].end - 1;
	if (!doc->nodes[node].escaped)
		length = (size_t)(end - at);
	else if (!decoded_length(at, end, &length))
		return false;
	if (length >= size)
		return false;
	if (len)
		*len = length;
	if (!doc->nodes[node].escaped)
		memcpy(buf, at, length);
	buf[length] = '\0';
	if (!doc->nodes[node].escaped)
		return true;
	while (at < end) {
		char utf8[4];
		size_t part = json_token_put(json_token_next(&at), utf8);

		memcpy(buf, utf8, part);
		buf += part;
	}
	return true;
}

/* A number of at most `decimals` decimals times 10^decimals. */
static bool read_scaled(const struct json_doc *doc, uint32_t node, unsigned decimals, int64_t *out)
{
	const char *at, *end;
	bool negative, fraction = false;
	int64_t value = 0;

	if (!node_is(doc, node, JSON_NUMBER))
		return false;
	at = doc->text + doc->nodes[node].start;
	end = doc->text + doc->nodes[node].end;
	negative = *at == '-';
	for (at += negative; at < end; at++) {
		if (*at == '.' && decimals > 0) {
			fraction = true;
			continue;
		}
		/* Counted below zero, where int64_t has one value more. */
		if (*at < '0' || *at > '9' || (fraction && decimals == 0) ||
			__builtin_mul_overflow(value, 10, &value) ||
			__builtin_sub_overflow(value, *at - '0', &value))
			return false;
		decimals -= fraction;
	}
	for (; decimals > 0; decimals--)
		if (__builtin_mul_overflow(value, 10, &value))
			return false;
	if (!negative && value == INT64_MIN)
		return false;
	*out = negative ? value : -value;
	return true;
}

bool json_int64(const struct json_doc *doc, uint32_t node, int64_t *out)
{
	return read_scaled(doc, node, 0, out);
}

bool json_hundredths(const struct json_doc *doc, uint32_t node, int64_t *out)
{
	return read_scaled(doc, node, 2, out);
}
