/* fuzz_json: any bytes, in both profiles: the reader, the getters and the canonical form. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "wire/jcs.h"
#include "wire/json.h"
#include "wire/json_order.h"

enum { NODES = 2048 };

static const struct json_limits any = {JSON_PROFILE_ANY, 65536, JSON_DEPTH_MAX};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void *must(void *memory)
{
	assert(memory);
	return memory;
}

/* Decode a string into exactly the room it needs, and into one byte less. */
static void check_string(const struct json_doc *doc, uint32_t node)
{
	size_t raw = doc->nodes[node].end - doc->nodes[node].start;
	char *text = must(malloc(raw));
	char *exact;
	size_t len = 0;

	if (json_string(doc, node, text, raw, &len)) {
		assert(strlen(text) == len && json_is(doc, node, text));
		exact = must(malloc(len + 1));
		assert(json_string(doc, node, exact, len + 1, NULL));
		assert(!json_string(doc, node, exact, len, NULL));
		free(exact);
	}
	free(text);
}

static void check_object(const struct json_doc *doc, uint32_t object)
{
	uint32_t last = JSON_NONE;
	uint32_t count = 0;
	char key[64];

	for (uint32_t name = doc->nodes[object].sorted; name != JSON_NONE;
		name = doc->nodes[name].sorted) {
		assert(last == JSON_NONE || json_order_compare(doc, last, name) < 0);
		last = name;
		count++;
		if (json_string(doc, name, key, sizeof key, NULL))
			assert(json_get(doc, object, key) == name + 1);
	}
	assert(count == doc->nodes[object].count);
}

static void check_node(const struct json_doc *doc, uint32_t i)
{
	const struct json_node *node = &doc->nodes[i];
	int64_t whole = 0, hundredths = 0;
	uint32_t children = 0;

	assert(node->start < node->end && node->end <= doc->len);
	assert(node->next > i && node->next <= doc->node_count);
	for (uint32_t c = json_first(doc, i); c != JSON_NONE; c = json_next(doc, c))
		children++;
	assert(children == node->count * (node->type == JSON_OBJECT ? 2 : 1));
	if (node->type == JSON_OBJECT)
		check_object(doc, i);
	if (node->type == JSON_STRING)
		check_string(doc, i);
	if (json_int64(doc, i, &whole) && json_hundredths(doc, i, &hundredths))
		assert(hundredths == whole * 100);
}

/* The canonical form, in exactly the room it needs; the caller frees. */
static char *canonical(const struct json_doc *doc, size_t *ret_len)
{
	size_t size = doc->len * JCS_GROWTH_MAX;
	char *text = must(malloc(size));

	*ret_len = jcs_write(doc, 0, NULL, text, size);
	assert(*ret_len > 0);
	text = must(realloc(text, *ret_len));
	assert(jcs_write(doc, 0, NULL, text, *ret_len) == *ret_len);
	assert(jcs_write(doc, 0, NULL, text, *ret_len - 1) == 0);
	assert(jcs_write(doc, 0, NULL, text, *ret_len) == *ret_len);
	return text;
}

static enum json_rule check_text(const char *text, size_t len, const struct json_limits *limits)
{
	static struct json_node nodes[NODES];
	struct json_doc doc = {.nodes = nodes, .node_max = NODES};
	struct json_error err = {.rule = JSON_OK};
	enum json_rule rule = json_read(&doc, text, len, limits, &err);
	char *once, *twice;
	size_t once_len, twice_len;

	assert(rule == err.rule && (rule == JSON_OK) == (doc.node_count > 0));
	assert(err.offset <= len);
	if (rule != JSON_OK)
		return rule;
	for (uint32_t i = 0; i < doc.node_count; i++)
		check_node(&doc, i);
	once = canonical(&doc, &once_len);
	assert(limits->profile == JSON_PROFILE_ANY || once_len <= len);
	rule = json_read(&doc, once, once_len, limits, NULL);
	assert(rule == JSON_OK || rule == JSON_TEXT_TOO_LONG);
	if (rule == JSON_OK) {
		twice = canonical(&doc, &twice_len);
		assert(once_len == twice_len && memcmp(once, twice, once_len) == 0);
		free(twice);
	}
	free(once);
	return JSON_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Of exactly this size, on the heap, so that a byte read too many is seen. */
	char *text = must(malloc(size + (size == 0)));
	enum json_rule as_any, as_message;

	if (size > 0)
		memcpy(text, data, size);
	as_any = check_text(text, size, &any);
	as_message = check_text(text, size, &json_limits_message);
	assert(as_message != JSON_OK || as_any == JSON_OK);
	free(text);
	return 0;
}
