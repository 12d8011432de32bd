#include "wire/json_order.h"
#include <assert.h>
#include "wire/json_token.h"

/* Lists of 1, 2, 4, ... names: as many as a 32-bit index can need. */
enum { BINS_MAX = 32 };

struct sorting {
	struct json_doc *doc;
	uint32_t duplicate; /* the earliest found, or JSON_NONE, which is above every index */
};

/* Sequences of UTF-8 differ in the order of their code points, which is that of UTF-16 but for one
 * case: characters of two code units (lead byte F0 and up) come before U+E000..FFFF (EE, EF). */
static int compare_bytes(unsigned char a, unsigned char b)
{
	if (a >= 0xEE && b >= 0xEE && (a >= 0xF0) != (b >= 0xF0))
		return a >= 0xF0 ? -1 : 1;
	return a < b ? -1 : 1;
}

static int compare_plain(const char *a, const char *a_end, const char *b, const char *b_end)
{
	for (; a < a_end && b < b_end; a++, b++)
		if (*a != *b)
			return compare_bytes((unsigned char)*a, (unsigned char)*b);
	return (a < a_end) - (b < b_end);
}

/* A number that orders code points as their UTF-16 code units do. */
static uint32_t utf16_rank(uint32_t code)
{
	return code >= 0xE000 && code <= 0xFFFF ? code + 0x200000 : code;
}

static int compare_decoded(const char *a, const char *a_end, const char *b, const char *b_end)
{
	while (a < a_end && b < b_end) {
		uint32_t code_a = json_token_next(&a);
		uint32_t code_b = json_token_next(&b);

		if (code_a != code_b)
			return utf16_rank(code_a) < utf16_rank(code_b) ? -1 : 1;
	}
	return (a < a_end) - (b < b_end);
}

int json_order_compare(const struct json_doc *doc, uint32_t a, uint32_t b)
{
	const struct json_node *node_a = &doc->nodes[a];
	const struct json_node *node_b = &doc->nodes[b];
	bool plain = !node_a->escaped && !node_b->escaped;

	return (plain ? compare_plain : compare_decoded)(doc->text + node_a->start + 1,
		doc->text + node_a->end - 1, doc->text + node_b->start + 1,
		doc->text + node_b->end - 1);
}

/* Merge two sorted lists; every name of b stands after every name of a in the text. */
static uint32_t merge(struct sorting *s, uint32_t a, uint32_t b)
{
	struct json_node *nodes = s->doc->nodes;
	uint32_t head = JSON_NONE;
	uint32_t *tail = &head;

	while (a != JSON_NONE && b != JSON_NONE) {
		int order = json_order_compare(s->doc, a, b);
		uint32_t *least = order <= 0 ? &a : &b;

		if (order == 0 && b < s->duplicate)
			s->duplicate = b;
		*tail = *least;
		tail = &nodes[*least].sorted;
		*least = *tail;
	}
	*tail = a != JSON_NONE ? a : b;
	return head;
}

uint32_t json_order_members(struct json_doc *doc, uint32_t object)
{
	struct sorting s = {doc, JSON_NONE};
	uint32_t bins[BINS_MAX];
	unsigned used = 0;
	uint32_t list = JSON_NONE;

	for (uint32_t name = object + 1; name < doc->node_count; name = doc->nodes[name + 1].next) {
		uint32_t carry = name;
		unsigned i = 0;

		for (; i < used && bins[i] != JSON_NONE; i++) {
			carry = merge(&s, bins[i], carry);
			bins[i] = JSON_NONE;
		}
		if (i == used)
			used++;
		assert(used <= BINS_MAX);
		bins[i] = carry;
	}
	for (unsigned i = 0; i < used; i++)
		list = merge(&s, bins[i], list);
	doc->nodes[object].sorted = list;
	return s.duplicate;
}
