#include <stdio.h>
#include <string.h>
#include "engine/engine.h"
#include "wire/header_form.h"
#include "wire/out.h"

enum { PART_MAX = 65536, PART_FULL = 32768 };

/* One part under construction. */
struct part {
	struct out out;
	uint64_t after_seq;
	bool first, full;
};

static bool add_tx(void *context, const struct stored_tx *tx)
{
	struct part *p = context;

	if (!p->first && p->out.len + tx->body_len + 256 > PART_FULL) {
		p->full = true;
		return false;
	}
	if (!p->first)
		out_bytes(&p->out, ",", 1);
	ledger_tx_write(&p->out, tx);
	p->first = false;
	p->after_seq = tx->seq;
	return true;
}

/* What stands before the transactions: members sort header, height, last, operator_signature, part,
 * transactions; `last` is known only afterwards, so the beginning is written apart. */
static void write_part(struct out *out, const struct feed *f, const struct stored_block *b,
	const char *name, const struct part *p)
{
	char header[HEADER_TEXT_MAX];

	out_bytes(out, "{", 1);
	if (f->part == 0) {
		out_printf(out, "\"header\":");
		out_bytes(out, header, header_write(&b->header, name, header));
		out_bytes(out, ",", 1);
	}
	out_printf(out, "\"height\":%llu,\"last\":%s,", (unsigned long long)f->height,
		p->full ? "false" : "true");
	if (f->part == 0) {
		out_printf(out, "\"operator_signature\":");
		out_base64url(out, b->operator_signature, SIGNATURE_LEN);
		out_bytes(out, ",", 1);
	}
	out_printf(out, "\"part\":%u,\"transactions\":[", f->part);
	out_bytes(out, p->out.text, p->out.len);
	out_bytes(out, "]}", 2);
}

static void drop(struct engine *e, size_t at)
{
	e->feed_count--;
	memmove(&e->feeds[at], &e->feeds[at + 1], (e->feed_count - at) * sizeof *e->feeds);
}

bool engine_feed(struct engine *e)
{
	static _Thread_local char items[PART_MAX], text[PART_MAX + 4096];
	struct part p = {.first = true};
	struct stored_block block;
	struct feed *f;
	struct out out;
	char topic[128];

	if (e->feed_count == 0)
		return false;
	e->feed_next = (e->feed_next + 1) % e->feed_count;
	f = &e->feeds[e->feed_next];
	out_init(&p.out, items, sizeof items);
	if (ledger_db_block(&e->ledger, f->height, e->genesis.name, &block) != ERR_OK ||
		ledger_db_txs(&e->ledger, f->height, f->after_seq, add_tx, &p) != ERR_OK) {
		drop(e, e->feed_next);
		return e->feed_count > 0;
	}
	out_init(&out, text, sizeof text);
	write_part(&out, f, &block, e->genesis.name, &p);
	if (f->client_id[0])
		snprintf(topic, sizeof topic, "lem/%s/to/%s/block", e->genesis.name, f->client_id);
	else
		snprintf(topic, sizeof topic, "lem/%s/blocks", e->genesis.name);
	(void)outbox_add(&e->outbox, topic, text, out_end(&out), false);
	f->part++;
	f->after_seq = p.after_seq;
	if (!p.full) {
		f->height++;
		f->part = 0;
		f->after_seq = 0;
	}
	if (f->height > f->to)
		drop(e, e->feed_next);
	return e->feed_count > 0;
}
