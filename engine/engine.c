#include "engine/engine.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/snapshot.h"
#include "engine/answers.h"
#include "engine/batch.h"
#include "engine/clock.h"
#include "engine/effects.h"
#include "engine/queries.h"
#include "engine/replay.h"
#include "engine/replies.h"
#include "wire/digest.h"
#include "wire/header_form.h"

enum { MS_PER_HOUR = 3600000, MS_PER_DAY = 86400000, SNAPSHOT_FIRST = 1 << 20 };

static enum err db_failed(struct engine *e, enum err err, const struct db *db)
{
	snprintf(e->why, sizeof e->why, "%.500s", db->why);
	return err;
}

static enum err allocate(struct engine *e)
{
	e->market = calloc(1, sizeof *e->market);
	e->awaiting = calloc(ENGINE_BATCH_MAX, sizeof *e->awaiting);
	e->notes = calloc(ORDERS_MAX, sizeof *e->notes);
	e->note_first = malloc(HOMES_MAX * sizeof *e->note_first);
	e->workspace = calloc(1, sizeof *e->workspace);
	e->body = malloc(TX_BODY_MAX);
	e->snapshot = malloc(SNAPSHOT_FIRST);
	e->snapshot_size = SNAPSHOT_FIRST;
	if (!e->market || !e->awaiting || !e->notes || !e->note_first || !e->workspace ||
		!e->body || !e->snapshot || offers_init(&e->offers) != ERR_OK)
		return ERR_NOMEM;
	memset(e->note_first, 0xff, HOMES_MAX * sizeof *e->note_first);
	return digest_prepare();
}

/* Genesis as both databases have it, and the key that must fit it. */
static enum err load_genesis(struct engine *e)
{
	char document[GENESIS_TEXT_MAX], public[GENESIS_TEXT_MAX];
	char why[FORM_FIELD_MAX + 64];
	size_t len = 0, public_len = 0;
	const struct public_key *key = private_key_public(e->operator_key);
	enum err err = csm_db_genesis(&e->csm, document, sizeof document, &len);

	if (err == ERR_OK)
		err = ledger_db_genesis(&e->ledger, public, sizeof public, &public_len);
	if (err != ERR_OK)
		return db_failed(e, err, &e->csm.db);
	if (len != public_len || memcmp(document, public, len) != 0) {
		snprintf(e->why, sizeof e->why, "csm.db and ledger.db are of two markets");
		return ERR_DB_FOREIGN;
	}
	err = genesis_read(document, len, NULL, &e->genesis, why);
	if (err != ERR_OK) {
		snprintf(e->why, sizeof e->why, "genesis: %s", why);
		return err;
	}
	if (key->alg != e->genesis.operator_key.alg ||
		memcmp(key->bytes, e->genesis.operator_key.bytes, key->len) != 0) {
		snprintf(e->why, sizeof e->why, "the operator's key is not that of this market");
		return ERR_CONFIG;
	}
	return keyring_new(e->genesis.address_alg, &e->keyring);
}

static enum err open_all(struct engine *e, const char *csm_path, const char *ledger_path)
{
	enum err err = allocate(e);

	if (err == ERR_OK && (err = csm_db_open(&e->csm, csm_path)) != ERR_OK)
		return db_failed(e, err, &e->csm.db);
	if (err == ERR_OK && (err = ledger_db_open(&e->ledger, ledger_path)) != ERR_OK)
		return db_failed(e, err, &e->ledger.db);
	if (err == ERR_OK)
		err = load_genesis(e);
	if (err == ERR_OK)
		err = replay(e);
	return err;
}

/* The operator and the roles come with genesis, not by a command: give them their rows. */
static enum err put_permanent_clients(struct engine *e)
{
	const struct homes *homes = &e->market->homes;
	enum err err = ERR_OK;

	for (uint32_t i = 0; err == ERR_OK && i < homes->count; i++) {
		if (homes->rows[i].kind != CLIENT_HOME)
			err = csm_db_put_home(&e->csm, &homes->rows[i], 0);
	}
	return err == ERR_OK ? ERR_OK : db_failed(e, err, &e->csm.db);
}

enum err engine_open(struct engine *e, const char *csm_path, const char *ledger_path,
	const struct private_key *operator_key)
{
	enum err err;

	memset(e, 0, sizeof *e);
	e->operator_key = operator_key;
	e->now_ms = INT64_MIN;
	e->catch_up_slots = ENGINE_CATCH_UP_SLOTS;
	e->keep_ms = (int64_t)ENGINE_KEEP_DAYS * MS_PER_DAY;
	err = open_all(e, csm_path, ledger_path);
	if (err == ERR_OK)
		err = put_permanent_clients(e);
	if (err != ERR_OK) {
		if (e->why[0] == '\0')
			snprintf(e->why, sizeof e->why, "%s", err_text(err));
		engine_close(e);
		return err;
	}
	keyring_rebuild(e->keyring, e->market);
	e->pruned_at_seq = e->intake_seq;
	e->live = true;
	return ERR_OK;
}

void engine_close(struct engine *e)
{
	if (!e)
		return;
	csm_db_close(&e->csm);
	ledger_db_close(&e->ledger);
	keyring_free(e->keyring);
	outbox_clear(&e->outbox);
	outbox_clear(&e->waiting);
	free(e->market);
	free(e->awaiting);
	free(e->closed);
	offers_release(&e->offers);
	free(e->notes);
	free(e->note_first);
	free(e->workspace);
	free(e->body);
	free(e->snapshot);
	e->keyring = NULL;
	e->market = NULL;
	e->awaiting = NULL;
	e->closed = NULL;
	e->notes = NULL;
	e->note_first = NULL;
	e->workspace = NULL;
	e->body = NULL;
	e->snapshot = NULL;
}

void engine_reject(struct engine *e, enum operation operation,
	const struct inspect_refusal *refusal, int64_t now_ms)
{
	struct asker asker = {refusal->client_id, refusal->req_id, operation, &refusal->tag};

	if (now_ms > e->now_ms)
		e->now_ms = now_ms;
	reply_reject(e, &asker, refusal->verdict, refusal->field, refusal->rule);
}

static void reject(
	struct engine *e, const struct inspected *m, enum verdict verdict, const char *field)
{
	char path[FORM_FIELD_MAX], rule[REPLY_RULE_MAX];
	struct asker asker = asker_of(m);

	/* A parameter of the market stands one level further in. */
	snprintf(path, sizeof path, "%s%s%s", field[0] ? "parameters." : "",
		m->operation == OPERATION_PARAMS_SET && field[0] && strcmp(field, "from_slot") != 0
			? "parameters."
			: "",
		field);
	reply_reject(e, &asker, verdict, path, reply_rule(e, m->operation, verdict, field, rule));
}

/* How many feeds a client has already. */
static size_t feeds_of(const struct engine *e, const char *client_id)
{
	size_t n = 0;

	for (size_t i = 0; i < e->feed_count; i++)
		n += strcmp(e->feeds[i].client_id, client_id) == 0;
	return n;
}

static enum err start_feed(struct engine *e, const struct inspected *m)
{
	uint64_t newest = e->market->ledger.height - 1;
	uint64_t to = m->sync_to;
	struct asker asker = asker_of(m);
	struct feed *f;

	if (m->sync_from > newest) {
		reply_reject(e, &asker, VERDICT_WRONG_HEIGHT, "parameters.from",
			"the newest block is below that height");
		return ERR_OK;
	}
	/* One place is kept for new blocks on their way to all: theirs is the first. */
	if (feeds_of(e, m->client_id) >= ENGINE_FEEDS_OF_ONE || e->feed_count == ENGINE_FEEDS_MAX ||
		(e->feed_count == ENGINE_FEEDS_MAX - 1 && e->feeds[0].client_id[0] != '\0')) {
		reply_reject(e, &asker, VERDICT_BUSY, "", "");
		return ERR_OK;
	}
	if (to > m->sync_from + SYNC_BLOCKS_MAX - 1)
		to = m->sync_from + SYNC_BLOCKS_MAX - 1;
	f = &e->feeds[e->feed_count++];
	*f = (struct feed){.height = m->sync_from, .to = to < newest ? to : newest};
	memcpy(f->client_id, m->client_id, sizeof f->client_id);
	return ERR_OK;
}

static enum err answer(struct engine *e, const struct inspected *m)
{
	enum err err;

	if (m->operation == OPERATION_WALLET)
		return answer_wallet(e, &e->market->homes.rows[m->home], m->req_id);
	if (m->operation == OPERATION_SYNC)
		return start_feed(e, m);
	err = batch_begin(e);
	if (err == ERR_OK && m->is_observation) {
		struct request r;
		memset(&r, 0, sizeof r);
		memcpy(r.observation, m->observation, sizeof r.observation);
		err = csm_db_add_observation(&e->csm, m->home, e->now_ms, &r);
	}
	return err == ERR_OK ? ERR_OK : db_failed(e, err, &e->csm.db);
}

static bool note_tx_id(void *context, const struct intake_row *row)
{
	memcpy(context, row->tx_id, HASH_LEN);
	return false;
}

/* The idempotency key: *ret_done tells that the message has been answered. */
static enum err check_repeat(struct engine *e, const struct inspected *m, bool *ret_done)
{
	uint8_t tx_id[HASH_LEN] = {0};
	struct asker asker = asker_of(m);
	uint64_t seq = 0;
	enum err err =
		csm_db_find_request(&e->csm, m->date_ms / MS_PER_HOUR, m->home, m->req_id, &seq);

	if (err == ERR_NOT_FOUND)
		return ERR_OK;
	if (err == ERR_OK)
		err = csm_db_intake(&e->csm, seq, 1, note_tx_id, tx_id);
	if (err != ERR_OK)
		return db_failed(e, err, &e->csm.db);
	/* So old that its command is not kept: too old to be accepted as well. */
	if (memcmp(tx_id, (const uint8_t[HASH_LEN]){0}, HASH_LEN) == 0)
		return ERR_OK;
	*ret_done = true;
	if (memcmp(tx_id, m->id, HASH_LEN) == 0)
		return batch_receipt_again(e, m, seq);
	reply_reject(e, &asker, VERDICT_REQID_REUSED, "reqId", "");
	return ERR_OK;
}

static bool is_fresh(const struct engine *e, const struct inspected *m)
{
	int64_t window_ms = e->market->ledger.params.date_window_s * MS_PER_S;
	int64_t age_ms = e->now_ms - m->date_ms;

	return m->command.kind == COMMAND_READING || (age_ms <= window_ms && age_ms >= -window_ms);
}

/* A refused reading of a slot's end is kept, for whoever must explain it; not of slots that nobody
 * asks about. */
static enum err keep_refused(struct engine *e, const struct command *c, enum verdict verdict)
{
	int64_t away;
	enum err err;

	if (c->kind != COMMAND_READING || c->u.reading.reading.quarter != 0)
		return ERR_OK;
	away = c->u.reading.reading.slot - ledger_slot(&e->market->ledger);
	if (away < -ENGINE_REFUSED_SLOTS || away > ENGINE_REFUSED_SLOTS)
		return ERR_OK;
	err = batch_begin(e);
	if (err == ERR_OK)
		err = csm_db_add_reading(
			&e->csm, c->home, &c->u.reading.reading, 0, e->now_ms, verdict);
	return err;
}

static enum err accept(
	struct engine *e, const struct inspected *m, struct command *c, const struct decision *d)
{
	struct stored_tx stored = {.seq = d->seq,
		.market_ms = c->market_ms,
		.body = m->body,
		.body_len = m->body_len,
		.is_signed = c->kind == COMMAND_TX};
	struct result_sink sink = effects_sink(e);
	uint64_t account = 0;
	enum err err = batch_log(e, c, d, m);
	struct tx tx;

	if (err != ERR_OK)
		return err;
	if (d->promise == PROMISE_LEDGER) {
		market_tx(e->market, c, d, &tx);
		memcpy(stored.signature, m->signature, SIGNATURE_LEN);
		if (c->kind == COMMAND_TX) {
			account = account_find(&e->market->ledger.accounts, &tx.address)->number;
		} else {
			stored.body = e->body;
			stored.body_len =
				ledger_tx_complete(&tx, &e->genesis, e->body, TX_BODY_MAX);
		}
		if (!d->shut)
			ledger_db_add_tx(&e->ledger, &tx, account, d->height, &stored);
	}
	market_apply(e->market, c, d, &tx, &sink);
	e->rules_are_news = e->rules_are_news || c->kind == COMMAND_PARAMS;
	if (d->promise == PROMISE_LEDGER && !d->shut && answer_is_told(e, tx.kind))
		answer_offer(e, &stored, account);
	err = effects_of_command(e, c);
	return err == ERR_OK ? e->ledger.err : err;
}

enum err engine_take(struct engine *e, const struct inspected *m, int64_t now_ms)
{
	struct asker asker = asker_of(m);
	struct command c = m->command;
	struct decision d;
	bool done = false;
	enum err err = engine_clock(e, now_ms);

	if (err != ERR_OK || !m->is_command)
		return err != ERR_OK ? err : answer(e, m);
	if (engine_is_behind(e)) {
		reply_reject(e, &asker, VERDICT_BUSY, "", "");
		return ERR_OK;
	}
	if (e->awaiting_count == ENGINE_BATCH_MAX)
		err = engine_commit(e);
	if (err == ERR_OK)
		err = check_repeat(e, m, &done);
	if (err != ERR_OK || done)
		return err;
	if (!is_fresh(e, m)) {
		reply_reject(e, &asker, VERDICT_STALE, "date", "");
		return ERR_OK;
	}
	c.market_ms = e->now_ms;
	market_decide(e->market, &c, &d);
	if (d.verdict != VERDICT_OK) {
		reject(e, m, d.verdict, d.field);
		return keep_refused(e, &c, d.verdict);
	}
	err = batch_begin(e);
	return err == ERR_OK ? accept(e, m, &c, &d) : err;
}

enum err engine_hand(struct engine *e, const struct verified *v, int64_t now_ms)
{
	bool by_control = v->inspected ? v->inspected->tag.wanted
				       : v->query.kind != CONTROL_NO_QUERY || v->refusal.tag.wanted;
	enum err err = ERR_OK;

	/* Commands are answered in their order, and a receipt waits for its commit. */
	if (by_control && e->awaiting_count > 0)
		err = engine_commit(e);
	if (err != ERR_OK)
		return err;
	if (v->inspected)
		return engine_take(e, v->inspected, now_ms);
	if (v->query.kind == CONTROL_NO_QUERY) {
		engine_reject(e, v->operation, &v->refusal, now_ms);
		return ERR_OK;
	}
	err = engine_clock(e, now_ms);
	return err == ERR_OK ? query_answer(e, &v->query, &v->tag) : err;
}

void engine_publish_retained(struct engine *e)
{
	struct stored_block head;

	answer_market(e);
	if (ledger_db_block(&e->ledger, e->market->ledger.height - 1, e->genesis.name, &head) ==
		ERR_OK)
		answer_head(e, &head);
}
