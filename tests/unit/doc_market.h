/* doc_market: the market of docs/examples.md: its keys, and what the document sends to it, at the
 * times that it says. */
#ifndef LEM_TESTS_DOC_MARKET_H
#define LEM_TESTS_DOC_MARKET_H
#include <fcntl.h>
#include "engine/inspect_control.h"
#include "tests/unit/doc_blocks.h"
#include "tests/unit/little_market.h"

/* The document, its market, and the instant that is being told. */
struct doc_market {
	char *doc;
	struct little_market market;
	struct control_reader reader;
	size_t heard_from; /* publications before this one belong to an instant before */
	bool pending;      /* something was handed in and is not durable */
	size_t keys_loaded;
};

static inline struct doc_block doc_block_of(const struct doc_market *d, const char *mark)
{
	struct doc_block block;

	if (!doc_find(d->doc, mark, &block) || block.len == 0)
		fail_msg("the document has no block \"%s\"", mark);
	return block;
}

/* A key out of the document, by way of a file as private_key_load() wants it. */
static inline void doc_key(struct doc_market *d, const char *name, struct private_key **ret)
{
	struct doc_block pem;
	char mark[32], path[128], text[PRIVATE_KEY_WHY_MAX];
	int fd;

	(void)snprintf(mark, sizeof mark, "key: %s", name);
	pem = doc_block_of(d, mark);
	(void)snprintf(
		path, sizeof path, "%s/%s-%zu.pem", d->market.folder, name, d->keys_loaded++);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, pem.text, pem.len), pem.len);
	assert_int_equal(write(fd, "\n", 1), 1);
	(void)close(fd);
	if (private_key_load(path, ret, text) != ERR_OK)
		fail_msg("%s", text);
}

/* The document, a folder, and the operator's key. */
static inline void doc_open(struct doc_market *d, const char *path)
{
	struct little_market *m = &d->market;

	memset(d, 0, sizeof *d);
	d->doc = doc_load(path);
	assert_non_null(d->doc);
	assert_int_equal(scratch_make(m->folder), 0);
	(void)snprintf(m->ledger, sizeof m->ledger, "%s/ledger.db", m->folder);
	(void)snprintf(m->csm, sizeof m->csm, "%s/csm.db", m->folder);
	doc_key(d, "operator", &m->operator_key);
}

/* The market, once its genesis is set. */
static inline void doc_begin(struct doc_market *d)
{
	struct little_market *m = &d->market;
	struct csm_db csm;
	struct ledger_db ledger;

	assert_int_equal(csm_db_create(&csm, m->csm, &m->genesis), ERR_OK);
	csm_db_close(&csm);
	assert_int_equal(ledger_db_create(&ledger, m->ledger, &m->genesis), ERR_OK);
	ledger_db_close(&ledger);
	assert_int_equal(engine_open(&m->engine, m->csm, m->ledger, m->operator_key), ERR_OK);
	assert_int_equal(
		inspector_new(m->engine.keyring, m->genesis.market, KEY_P256, &m->inspector),
		ERR_OK);
	engine_publish_retained(&m->engine);
	little_collect(m);
}

static inline void doc_close(struct doc_market *d)
{
	little_close(&d->market);
	free(d->doc);
}

/* What was handed in since becomes durable. */
static inline void doc_commit(struct doc_market *d)
{
	if (d->pending)
		little_collect(&d->market);
	d->pending = false;
}

/* Time passes; what one instant brings is one commit. */
static inline void doc_until(struct doc_market *d, const char *offset)
{
	int64_t now_ms = d->market.genesis.params.start_ms + strtoll(offset, NULL, 10);

	if (now_ms == d->market.now_ms)
		return;
	doc_commit(d);
	d->heard_from = d->market.count;
	d->market.now_ms = now_ms;
}

/* A command of the operator's document. */
static inline void doc_hand_command(void *context, struct verified *v)
{
	struct doc_market *d = context;

	if (!v->inspected && v->query.kind == CONTROL_NO_QUERY)
		fail_msg("%s %s", verdict_name(v->refusal.verdict), v->refusal.field);
	assert_int_equal(engine_hand(&d->market.engine, v, d->market.now_ms), ERR_OK);
	verified_free(v);
}

/* Hand in a `send: CLIENT OPERATION OFFSET` block. */
static inline void doc_send(struct doc_market *d, const struct doc_block *b)
{
	char client[CLIENT_ID_MAX + 1], operation[32], offset[24];
	struct little_market *m = &d->market;
	struct inspected *inspected = NULL;
	struct inspect_refusal refusal;
	enum operation op;

	assert_int_equal(sscanf(b->mark, "send: %32s %31s %23s", client, operation, offset), 3);
	doc_until(d, offset);
	d->pending = true;
	if (strcmp(client, "operator") == 0) {
		assert_int_equal(inspect_control(m->inspector, &d->reader, client, b->text, b->len,
					 doc_hand_command, d),
			ERR_OK);
		return;
	}
	op = operation_from_name(operation);
	if (inspect(m->inspector, client, op, b->text, b->len, &inspected, &refusal) != VERDICT_OK)
		fail_msg("%s: %s %s", b->mark, verdict_name(refusal.verdict), refusal.field);
	assert_int_equal(request_operation(b->text, b->len), op);
	assert_int_equal(engine_take(&m->engine, inspected, m->now_ms), ERR_OK);
	inspected_free(inspected);
}

/* Strike a `clock: OFFSET` block. */
static inline void doc_clock(struct doc_market *d, const struct doc_block *b)
{
	doc_until(d, b->mark + 7);
	assert_int_equal(engine_clock(&d->market.engine, d->market.now_ms), ERR_OK);
	d->pending = true;
}

/* The whole topic of a `heard: TOPIC` block. */
static inline void doc_topic(
	const struct doc_market *d, const struct doc_block *b, char *topic, size_t size)
{
	if (b->mark[7] == '$')
		(void)snprintf(topic, size, "%s", b->mark + 7);
	else
		(void)snprintf(topic, size, "lem/%s/%s", d->market.genesis.name, b->mark + 7);
}

#endif
