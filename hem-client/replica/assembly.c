#include "hem-client/replica/assembly.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "wire/header_form.h"
#include "wire/text.h"

enum { DEPTH_MAX = 8, NODE_BYTES_MIN = 2, NODES_EXTRA = 16 };

enum err assembly_open(struct assembly *a, const char *folder)
{
	char path[4096];

	memset(a, 0, sizeof *a);
	a->part = malloc(ASSEMBLY_PART_MAX);
	a->fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (a->fd < 0) { /* a file system without nameless files */
		snprintf(path, sizeof path, "%s/block.XXXXXX", folder);
		a->fd = mkostemp(path, O_CLOEXEC);
		if (a->fd >= 0)
			(void)unlink(path);
	}
	if (!a->part)
		return ERR_NOMEM;
	return a->fd >= 0 ? ERR_OK : ERR_IO;
}

void assembly_close(struct assembly *a)
{
	if (a->part && a->fd >= 0)
		(void)close(a->fd);
	free(a->part);
	memset(a, 0, sizeof *a);
	a->fd = -1;
}

void assembly_await(struct assembly *a, uint64_t height)
{
	(void)!ftruncate(a->fd, 0); /* what stays behind is never read */
	a->height = height;
	a->next_part = 0;
	a->complete = false;
	a->bytes = 0;
}

/* Write all, from where the file ends for us. */
static enum err append(struct assembly *a, const void *data, size_t len)
{
	for (size_t done = 0; done < len;) {
		ssize_t n = pwrite(
			a->fd, (const char *)data + done, len - done, (off_t)(a->bytes + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return ERR_IO;
		done += (size_t)n;
	}
	a->bytes += len;
	return ERR_OK;
}

static enum err read_at(const struct assembly *a, uint64_t at, void *data, size_t len)
{
	for (size_t done = 0; done < len;) {
		ssize_t n = pread(a->fd, (char *)data + done, len - done, (off_t)(at + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return ERR_IO;
		done += (size_t)n;
	}
	return ERR_OK;
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
	uint64_t before = a->bytes;
	uint32_t size = (uint32_t)len;
	enum err err;

	if (len + sizeof size > ASSEMBLY_BYTES_MAX - a->bytes)
		return ERR_LIMIT;
	err = append(a, &size, sizeof size);
	if (err == ERR_OK)
		err = append(a, text, len);
	if (err != ERR_OK) {
		a->bytes = before;
		return err;
	}
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
static enum err each_of_part(const char *text, size_t len,
	bool (*visit)(void *visitor, const struct stored_tx *tx), void *visitor, bool *goes_on)
{
	struct json_doc doc;
	struct form f;
	uint32_t node;
	enum err err = read_json(text, len, &doc);

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
	uint32_t len = 0;

	for (uint64_t at = 0; err == ERR_OK && goes_on && at < a->bytes; at += len) {
		err = read_at(a, at, &len, sizeof len);
		at += sizeof len;
		if (err == ERR_OK)
			err = read_at(a, at, a->part, len);
		if (err == ERR_OK)
			err = each_of_part(a->part, len, visit, visitor, &goes_on);
	}
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
