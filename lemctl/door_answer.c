#include "lemctl/door_answer.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "wire/jcs.h"

enum { LABEL_MAX = 96, LABEL_WIDTH = 24 };

bool door_answer_init(struct door_answer *a)
{
	a->text = malloc(DOOR_ANSWER_MAX);
	a->doc.nodes = calloc(DOOR_NODES_MAX, sizeof *a->doc.nodes);
	a->doc.node_max = DOOR_NODES_MAX;
	return a->text && a->doc.nodes;
}

void door_answer_release(struct door_answer *a)
{
	free(a->doc.nodes);
	free(a->text);
	memset(a, 0, sizeof *a);
}

void door_answer_print_json(const struct door_answer *a, uint32_t node)
{
	char *text = malloc(DOOR_ANSWER_MAX);
	size_t n = text ? jcs_write(&a->doc, node, NULL, text, DOOR_ANSWER_MAX) : 0;

	if (n > 0)
		(void)printf("%.*s\n", (int)n, text);
	free(text);
}

static void print_member(
	const struct json_doc *doc, const char *outer, uint32_t name, uint32_t value)
{
	const struct json_node *n = &doc->nodes[value];
	char text[512], label[LABEL_MAX];

	if (!json_string(doc, name, text, sizeof text, NULL))
		return;
	(void)snprintf(label, sizeof label, "%.40s%s%.40s", outer, outer[0] ? "." : "", text);
	if (json_string(doc, value, text, sizeof text, NULL))
		(void)printf("%-*s %s\n", LABEL_WIDTH, label, text);
	else
		(void)printf("%-*s %.*s\n", LABEL_WIDTH, label, (int)(n->end - n->start),
			doc->text + n->start);
}

void door_answer_print_members(const struct door_answer *a, uint32_t object)
{
	const struct json_doc *doc = &a->doc;
	uint32_t name = json_first(doc, object);
	char outer[LABEL_MAX];

	while (name != JSON_NONE) {
		uint32_t value = json_next(doc, name);
		uint32_t inner =
			json_type(doc, value) == JSON_OBJECT ? json_first(doc, value) : JSON_NONE;
		if (json_type(doc, value) != JSON_OBJECT)
			print_member(doc, "", name, value);
		if (inner != JSON_NONE && !json_string(doc, name, outer, sizeof outer, NULL))
			return;
		while (inner != JSON_NONE) {
			print_member(doc, outer, inner, json_next(doc, inner));
			inner = json_next(doc, json_next(doc, inner));
		}
		name = json_next(doc, value);
	}
}

void door_answer_text(
	const struct door_answer *a, uint32_t object, const char *name, char *out, size_t size)
{
	if (!json_string(&a->doc, json_get(&a->doc, object, name), out, size, NULL))
		out[0] = '\0';
}

long long door_answer_int(const struct door_answer *a, uint32_t object, const char *name)
{
	int64_t n = 0;

	(void)!json_int64(&a->doc, json_get(&a->doc, object, name), &n);
	return n;
}
