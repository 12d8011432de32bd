#include "engine/batch.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/encode.h"
#include "engine/answers.h"
#include "engine/replies.h"
#include "wire/clock.h"
#include "wire/digest.h"
#include "wire/header_form.h"
#include "wire/out.h"

enum { MS_PER_HOUR = 3600000, RECEIPTS_TEXT_MAX = 49152 };

static enum err db_failed(struct engine *e, enum err err, const struct db *db)
{
	snprintf(e->why, sizeof e->why, "%.500s", db->why);
	return err;
}

bool engine_has_batch(const struct engine *e)
{
	return e->in_batch || e->waiting.count > 0 ||
	       offers_wait(&e->offers, e->market->ledger.height);
}

enum err batch_begin(struct engine *e)
{
	enum err err;

	if (e->in_batch)
		return ERR_OK;
	err = db_begin(&e->csm.db);
	if (err != ERR_OK)
		return db_failed(e, err, &e->csm.db);
	err = db_begin(&e->ledger.db);
	if (err != ERR_OK)
		return db_failed(e, err, &e->ledger.db);
	e->in_batch = true;
	e->batch++;
	e->batch_first = e->intake_seq + 1;
	return ERR_OK;
}

static const char *command_operation(const struct command *c, const struct inspected *message)
{
	return message                    ? operation_name(message->operation)
	       : c->kind == COMMAND_CLOCK ? "clock"
					  : "";
}

enum err batch_log(
	struct engine *e, struct command *c, const struct decision *d, const struct inspected *m)
{
	struct intake_row row = {.seq = ++e->intake_seq,
		.batch = e->batch,
		.kind = c->kind,
		.home = c->home,
		.market_ms = c->market_ms,
		.ledger_seq = d->seq,
		.height = d->height,
		.operation = command_operation(c, m),
		.req_id = m ? m->req_id : "",
		.body = m ? m->body : "",
		.body_len = m ? m->body_len : 0,
		.is_signed = m != NULL};
	enum err err;

	c->intake_seq = row.seq;
	if (m) {
		struct awaiting *a = &e->awaiting[e->awaiting_count++];
		memcpy(row.tx_id, m->id, HASH_LEN);
		memcpy(row.signature, m->signature, SIGNATURE_LEN);
		*a = (struct awaiting){.operation = m->operation,
			.promise = d->promise,
			.intake_seq = row.seq,
			.seq = d->seq,
			.height = d->height,
			.market_ms = c->market_ms};
		a->tag = m->tag;
		memcpy(a->client_id, m->client_id, sizeof a->client_id);
		memcpy(a->req_id, m->req_id, sizeof a->req_id);
		memcpy(a->tx_id, m->id, HASH_LEN);
	}
	err = csm_db_add_intake(&e->csm, &row, m ? m->date_ms / MS_PER_HOUR : -1);
	return err == ERR_OK ? ERR_OK : db_failed(e, err, &e->csm.db);
}

static void receipt_leaf(const struct awaiting *a, uint8_t out[HASH_LEN])
{
	struct encode x = {.len = 0};

	encode_u8(&x, 0);
	encode_u8(&x, (unsigned)a->promise);
	encode_bytes(&x, a->tx_id, HASH_LEN);
	encode_u64(&x, a->intake_seq);
	encode_u64(&x, a->seq);
	encode_i64(&x, a->market_ms);
	encode_u64(&x, a->height);
	digest_sha256(x.bytes, x.len, out);
}

static enum err sign_root(struct engine *e, const uint8_t root[HASH_LEN], size_t size,
	uint8_t sig[static SIGNATURE_LEN])
{
	char text[128];
	struct out out;

	out_init(&out, text, sizeof text);
	out_printf(&out, "{\"root\":");
	out_hex(&out, root, HASH_LEN);
	out_printf(&out, ",\"size\":%zu}", size);
	return signing_sign(e->operator_key, "receipt", e->genesis.market, text, out.len, sig);
}

/* The receipts of one batch on their way, gathered by client. */
struct receipts {
	struct engine *engine;
	const struct awaiting *awaiting;
	size_t count;
	uint8_t (*nodes)[HASH_LEN];
	uint8_t signature[SIGNATURE_LEN];
};

static int by_client(const void *left, const void *right, void *context)
{
	const struct awaiting *a = context;
	uint32_t x = *(const uint32_t *)left, y = *(const uint32_t *)right;
	int order = strcmp(a[x].client_id, a[y].client_id);

	return order != 0 ? order : x < y ? -1 : x > y;
}

/* Send one client its receipts: those of order[0..n), in arrays of a bounded size. */
static void send_to_client(struct receipts *r, const uint32_t *order, size_t n)
{
	uint8_t path[MERKLE_LEVELS_MAX][HASH_LEN];
	char text[RECEIPTS_TEXT_MAX];
	struct out out;
	bool ends_session = false;

	for (size_t i = 0; i < n; i++) {
		const struct awaiting *a = &r->awaiting[order[i]];
		size_t len = merkle_tree_path(r->nodes, r->count, order[i], path);
		if (i == 0 || out.len > RECEIPTS_TEXT_MAX / 2) {
			if (i > 0) {
				out_bytes(&out, "]", 1);
				reply_receipts(r->engine, a, &out, false);
			}
			out_init(&out, text, sizeof text);
			out_bytes(&out, "[", 1);
		}
		reply_receipt_write(&out, a, order[i], r->count, (const uint8_t(*)[HASH_LEN])path,
			len, merkle_tree_root(r->nodes, r->count), r->signature);
		ends_session = ends_session || a->operation == OPERATION_REGISTER;
	}
	out_bytes(&out, "]", 1);
	reply_receipts(r->engine, &r->awaiting[order[0]], &out, ends_session);
}

/* Whether two receipts go out together; of commands of $CONTROL each has its own answer. */
static bool together(const struct awaiting *a, const struct awaiting *b)
{
	return !a->tag.wanted && !b->tag.wanted && strcmp(a->client_id, b->client_id) == 0;
}

static void send_to_clients(struct receipts *r, uint32_t *order, uint64_t only)
{
	size_t begin = 0, n = 0;

	for (uint32_t i = 0; i < r->count; i++) {
		if (only == 0 || r->awaiting[i].intake_seq == only)
			order[n++] = i;
	}
	qsort_r(order, n, sizeof *order, by_client, (void *)(uintptr_t)r->awaiting);
	for (size_t i = 1; i <= n; i++) {
		if (i < n && together(&r->awaiting[order[i]], &r->awaiting[order[begin]]))
			continue;
		send_to_client(r, order + begin, i - begin);
		begin = i;
	}
}

/* Receipts of n accepted requests under one signature; only that of `only` if it is not 0. */
static enum err send_receipts(struct engine *e, const struct awaiting *a, size_t n, uint64_t only)
{
	struct receipts r = {.engine = e, .awaiting = a, .count = n};
	uint8_t(*leaves)[HASH_LEN] = malloc(n * HASH_LEN);
	uint32_t *order = malloc(n * sizeof *order);
	enum err err;

	r.nodes = malloc((2 * n - 1) * HASH_LEN);
	err = leaves && r.nodes && order ? ERR_OK : ERR_NOMEM;
	for (size_t i = 0; err == ERR_OK && i < n; i++)
		receipt_leaf(&a[i], leaves[i]);
	if (err == ERR_OK) {
		merkle_tree_build(digest_sha256, leaves, n, r.nodes);
		err = sign_root(e, merkle_tree_root(r.nodes, n), n, r.signature);
	}
	if (err == ERR_OK)
		send_to_clients(&r, order, only);
	free(leaves);
	free(order);
	free(r.nodes);
	return err;
}

/* The batch of an earlier receipt, as it was. */
struct recollection {
	struct awaiting *awaiting;
	size_t count;
	const struct inspected *message;
	uint64_t intake_seq;
};

static bool recollect(void *context, const struct intake_row *row)
{
	struct recollection *r = context;
	struct awaiting *a = &r->awaiting[r->count];

	if (row->kind == COMMAND_CLOCK)
		return true;
	*a = (struct awaiting){.operation = operation_from_name(row->operation),
		.promise = row->ledger_seq ? PROMISE_LEDGER : PROMISE_PRIVATE,
		.intake_seq = row->seq,
		.seq = row->ledger_seq,
		.height = row->ledger_seq ? row->height : 0,
		.market_ms = row->market_ms};
	snprintf(a->req_id, sizeof a->req_id, "%s", row->req_id);
	if (row->seq == r->intake_seq) {
		snprintf(a->client_id, sizeof a->client_id, "%s", r->message->client_id);
		a->tag = r->message->tag;
	}
	memcpy(a->tx_id, row->tx_id, HASH_LEN);
	r->count++;
	return true;
}

static bool note_batch(void *context, const struct intake_row *row)
{
	*(uint64_t *)context = row->batch;
	return false;
}

enum err batch_receipt_again(struct engine *e, const struct inspected *message, uint64_t intake_seq)
{
	struct recollection r = {.message = message, .intake_seq = intake_seq};
	uint64_t batch = 0, first = 0, count = 0;
	enum err err = csm_db_intake(&e->csm, intake_seq, 1, note_batch, &batch);

	if (err != ERR_OK || (e->in_batch && batch == e->batch))
		return err;
	err = csm_db_batch(&e->csm, batch, &first, &count);
	if (err != ERR_OK)
		return db_failed(e, err, &e->csm.db);
	r.awaiting = calloc(count, sizeof *r.awaiting);
	if (!r.awaiting)
		return ERR_NOMEM;
	err = csm_db_intake(&e->csm, first, count, recollect, &r);
	if (err == ERR_OK && r.count > 0)
		err = send_receipts(e, r.awaiting, r.count, intake_seq);
	free(r.awaiting);
	return err;
}

/* Sign what is durable by now, and make the ledger's part durable too. */
static enum err finish_blocks(struct engine *e)
{
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < e->closed_count; i++) {
		struct stored_block *b = &e->closed[i];
		err = header_sign(
			e->operator_key, &b->header, e->genesis.market, b->operator_signature);
		if (err == ERR_OK)
			ledger_db_add_block(&e->ledger, b, e->genesis.name);
	}
	ledger_db_set_applied(&e->ledger, e->intake_seq);
	if (err == ERR_OK)
		err = e->ledger.err;
	if (err == ERR_OK)
		err = db_commit(&e->ledger.db);
	return err == ERR_OK ? ERR_OK : db_failed(e, err, &e->ledger.db);
}

static enum err commit_databases(struct engine *e)
{
	uint64_t count = e->intake_seq + 1 - e->batch_first;
	enum err err = e->ledger.err;

	if (err != ERR_OK)
		return db_failed(e, err, &e->ledger.db);
	if (count > 0)
		err = csm_db_add_batch(&e->csm, e->batch, e->batch_first, count);
	else
		e->batch--;
	if (err == ERR_OK)
		err = db_commit(&e->csm.db);
	if (err != ERR_OK)
		return db_failed(e, err, &e->csm.db);
	return finish_blocks(e);
}

/* Announce the blocks that are final for us now. */
static void publish_blocks(struct engine *e)
{
	for (size_t i = 0; i < e->closed_count; i++) {
		answer_head(e, &e->closed[i]);
		if (e->feed_count > 0 && e->feeds[0].client_id[0] == '\0')
			e->feeds[0].to = e->closed[i].header.height;
		else if (e->feed_count < ENGINE_FEEDS_MAX) {
			memmove(&e->feeds[1], &e->feeds[0], e->feed_count * sizeof e->feeds[0]);
			e->feeds[0] = (struct feed){.height = e->closed[i].header.height,
				.to = e->closed[i].header.height};
			e->feed_count++;
		}
	}
	e->closed_count = 0;
}

enum err engine_commit(struct engine *e)
{
	int64_t begin_us = clock_monotonic_us();
	enum err err = ERR_OK;

	answer_offers_flush(e);
	if (e->in_batch) {
		e->counts.commits++;
		e->counts.accepted += e->awaiting_count;
		e->counts.blocks += e->closed_count;
		err = commit_databases(e);
		if (err == ERR_OK && e->awaiting_count > 0)
			err = send_receipts(e, e->awaiting, e->awaiting_count, 0);
		e->in_batch = false;
		e->awaiting_count = 0;
		e->counts.commit_us += (uint64_t)(clock_monotonic_us() - begin_us);
	}
	if (err != ERR_OK)
		return err;
	outbox_move(&e->outbox, &e->waiting);
	publish_blocks(e);
	if (e->rules_are_news)
		answer_market(e);
	e->rules_are_news = false;
	return e->outbox.failed ? ERR_NOMEM : ERR_OK;
}
