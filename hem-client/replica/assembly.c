#include "hem-client/replica/assembly.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "wire/header_form.h"
#include "wire/text.h"

enum { DEPTH_MAX = 8, NODE_BYTES_MIN = 2, NODES_EXTRA = 16 };

void assembly_clear(struct assembly *a)
{
	while (a->first) {
		struct assembly_part *next = a->first->next;
		free(a->first);
		a->first = next;
	}
	memset(a, 0, sizeof *a);
}

void assembly_await(struct assembly *a, uint64_t height)
{
	assembly_clear(a);
	a->height = height;
}

/* Read a part into nodes on the heap, which are the caller's to free. */
static enum err read_json(const char *text, size_t len, struct json_doc *doc)
{
	static const struct json_limits limits = {
		JSON_PROFILE_MESSAGE, ASSEMBLY_PART_MAX, DEPTH_MAX};
	size_t max = len / NODE_BYTES_MIN + NODES_EXTRA;

	*doc = (struct json_doc){.node_max = (uint32_t)max};
	if (len > ASSEMBLY_PART_MAX)
		return ERR_FORMAT;
	doc->nodes = malloc(max * sizeof *doc->nodes);
	if (!doc->nodes)
		return ERR_NOMEM;
	return json_read(doc, text, len, &limits, NULL) == JSON_OK ? ERR_OK : ERR_FORMAT;
}

/* What a part says of itself. */
struct part_head {
	int64_t height, part;
	bool last;
	struct stored_block block; /* of part 0 */
};

static void read_head(struct form *f, const char *name, struct part_head *h)
{
	struct form_object o = form_enter(f, 0, "");

	form_int(f, &o, "height", 1, INT64_C(1) << 53, &h->height);
	form_int(f, &o, "part", 0, 1 << 20, &h->part);
	form_bool(f, &o, "last", &h->last);
	(void)form_member(f, &o, "transactions", true);
	if (f->verdict != VERDICT_OK)
		return;
	if (h->part == 0) {
		header_read(
			f, form_member(f, &o, "header", true), "header.", name, &h->block.header);
		form_bytes(f, &o, "operator_signature", h->block.operator_signature, SIGNATURE_LEN);
	}
	form_leave(f, &o);
	if (f->verdict == VERDICT_OK && h->part == 0 &&
		h->block.header.height != (uint64_t)h->height)
		form_fail(f, "", "height", VERDICT_BAD_HEIGHT);
}

static enum err keep(struct assembly *a, const struct part_head *h, const char *text, size_t len)
{
	struct assembly_part *p;

	if (len > ASSEMBLY_BYTES_MAX - a->bytes)
		return ERR_LIMIT;
	p = malloc(sizeof *p + len);
	if (!p)
		return ERR_NOMEM;
	p->next = NULL;
	p->len = len;
	memcpy(p->text, text, len);
	if (a->last)
		a->last->next = p;
	else
		a->first = p;
	a->last = p;
	a->bytes += len;
	a->next_part++;
	a->complete = h->last;
	if (h->part == 0)
		a->block = h->block;
	return ERR_OK;
}

enum err assembly_add(struct assembly *a, const char *name, const char *text, size_t len,
	uint64_t *ret_height, char why[static ASSEMBLY_WHY_MAX])
{
	struct part_head h = {.height = 0};
	struct json_doc doc;
	struct form f;
	enum err err = read_json(text, len, &doc);

	*ret_height = 0;
	if (err == ERR_OK) {
		form_init(&f, &doc);
		read_head(&f, name, &h);
		if (f.verdict != VERDICT_OK) {
			snprintf(why, ASSEMBLY_WHY_MAX, "a part of a block: %s: %s", f.field,
				verdict_text(f.verdict));
			err = ERR_FORMAT;
		}
	} else {
		snprintf(why, ASSEMBLY_WHY_MAX, "a part of a block: %s", err_text(err));
	}
	free(doc.nodes);
	if (err != ERR_OK)
		return err;
	*ret_height = (uint64_t)h.height;
	if (*ret_height != a->height || a->complete || h.part != (int64_t)a->next_part)
		return ERR_OK;
	err = keep(a, &h, text, len);
	if (err != ERR_OK)
		snprintf(why, ASSEMBLY_WHY_MAX, "block %llu: %s", (unsigned long long)a->height,
			err_text(err));
	return err;
}

static void read_tx(struct form *f, uint32_t node, struct stored_tx *tx)
{
	struct form_object o = form_enter(f, node, "transactions.");
	uint32_t body = form_member(f, &o, "body", true);
	int64_t seq = 0;

	tx->is_signed = !json_is(f->doc, json_get(f->doc, node, "signature"), "");
	if (tx->is_signed)
		form_bytes(f, &o, "signature", tx->signature, SIGNATURE_LEN);
	else
		(void)form_member(f, &o, "signature", true);
	form_int(f, &o, "seq", 1, INT64_C(1) << 53, &seq);
	form_int(f, &o, "market_ms", -(INT64_C(1) << 53), INT64_C(1) << 53, &tx->market_ms);
	form_leave(f, &o);
	if (f->verdict != VERDICT_OK)
		return;
	tx->seq = (uint64_t)seq;
	tx->body = f->doc->text + f->doc->nodes[body].start;
	tx->body_len = f->doc->nodes[body].end - f->doc->nodes[body].start;
}

/* Show each transaction of a part; *goes_on is visit's last word. */
static enum err each_of_part(const struct assembly_part *p,
	bool (*visit)(void *visitor, const struct stored_tx *tx), void *visitor, bool *goes_on)
{
	struct json_doc doc;
	struct form f;
	uint32_t node;
	enum err err = read_json(p->text, p->len, &doc);

	form_init(&f, &doc);
	node = err == ERR_OK ? json_get(&doc, 0, "transactions") : JSON_NONE;
	if (err == ERR_OK && json_type(&doc, node) != JSON_ARRAY)
		err = ERR_FORMAT;
	for (node = json_first(&doc, node); err == ERR_OK && *goes_on && node != JSON_NONE;
		node = json_next(&doc, node)) {
		struct stored_tx tx = {.seq = 0};
		read_tx(&f, node, &tx);
		if (f.verdict != VERDICT_OK)
			err = ERR_FORMAT;
		else
			*goes_on = visit(visitor, &tx);
	}
	free(doc.nodes);
	return err;
}

static enum err each(
	void *context, bool (*visit)(void *visitor, const struct stored_tx *tx), void *visitor)
{
	const struct assembly *a = context;
	bool goes_on = true;
	enum err err = ERR_OK;

	for (const struct assembly_part *p = a->first; err == ERR_OK && goes_on && p; p = p->next)
		err = each_of_part(p, visit, visitor, &goes_on);
	return err;
}

struct tx_source assembly_source(const struct assembly *a)
{
	union {
		const struct assembly *in;
		void *out;
	} same = {.in = a}; /* each() changes nothing */

	return (struct tx_source){.each = each, .context = same.out};
}
