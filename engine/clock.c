#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/snapshot.h"
#include "engine/answers.h"
#include "engine/batch.h"
#include "engine/clock.h"
#include "engine/effects.h"
#include "store/csm_prune.h"
#include "wire/header_form.h"

enum { PRUNE_ROWS = 8192 };

static enum err fail(struct engine *e, enum err err, const char *what)
{
	if (e->why[0] == '\0')
		snprintf(e->why, sizeof e->why, "%s: %s", what, err_text(err));
	return err;
}

/* The body of a shut answer, out of the intake log. */
struct body_search {
	struct engine *engine;
	struct stored_tx *stored;
	bool found;
};

static bool take_body(void *context, const struct intake_row *row)
{
	struct body_search *s = context;

	if (row->body_len >= TX_BODY_MAX)
		return false;
	memcpy(s->engine->body, row->body, row->body_len);
	s->stored->body = s->engine->body;
	s->stored->body_len = row->body_len;
	s->stored->is_signed = true;
	memcpy(s->stored->signature, row->signature, SIGNATURE_LEN);
	s->found = true;
	return false;
}

static enum err execute(struct engine *e, enum market_step step, struct tx *tx, uint64_t intake_seq)
{
	struct stored_tx stored = {.seq = tx->seq, .market_ms = tx->market_ms};
	struct body_search search = {.engine = e, .stored = &stored};
	struct result_sink sink = effects_sink(e);
	uint64_t account = 0;
	enum err err;

	if (step == MARKET_RELEASE) {
		err = csm_db_intake(&e->csm, intake_seq, 1, take_body, &search);
		if (err != ERR_OK || !search.found)
			return fail(e, ERR_DB, "a sealed answer is not in the intake log");
		account = account_find(&e->market->ledger.accounts, &tx->address)->number;
	} else {
		stored.body = e->body;
		stored.body_len = ledger_tx_complete(tx, &e->genesis, e->body, TX_BODY_MAX);
		if (stored.body_len == 0)
			return fail(e, ERR_INTERNAL, "an operator's transaction does not fit");
	}
	ledger_db_add_tx(&e->ledger, tx, account, e->market->ledger.height, &stored);
	market_apply_step(e->market, tx, &sink);
	if (step == MARKET_RELEASE && tx->kind == TX_BID_OFFER)
		answer_offer(e, &stored, account);
	return ERR_OK;
}

static bool stands(const struct market *m, uint64_t account)
{
	for (uint32_t i = 0; i < m->standing_count; i++) {
		if (m->standing[i] == account)
			return true;
	}
	return false;
}

/* Tell every registered home how the market sees it. */
static enum err send_statements(
	struct engine *e, const struct header *header, const uint8_t hash[HASH_LEN])
{
	const struct homes *homes = &e->market->homes;
	int64_t begin_ms = params_slot_start_ms(&e->genesis.params, (int64_t)header->height - 1);
	enum err err = ERR_OK;

	for (uint32_t i = 0; err == ERR_OK && i < homes->count && !e->replaying; i++) {
		const struct home *h = &homes->rows[i];
		struct wallet w;
		bool eligible;
		if (h->kind != CLIENT_HOME || h->status == HOME_INVITED)
			continue;
		eligible = h->announced_height == header->height &&
			   stands(e->market, h->announced_account);
		err = answer_statement(e, h, header, hash, eligible);
		w = market_wallet(e->market, h);
		if (err == ERR_OK)
			err = csm_db_add_wallet(
				&e->csm, header->height, i, w.balance_uc, w.held_uc, w.pending_uc);
		if (err == ERR_OK && !home_money_is_still(&h->money))
			err = csm_db_add_money(
				&e->csm, header->height, begin_ms, i, &h->money, w.balance_uc);
	}
	memset(e->note_first, 0xff, HOMES_MAX * sizeof *e->note_first);
	e->note_count = 0;
	return err;
}

/* The state at this block's edge, into csm.db. */
static enum err keep_snapshot(struct engine *e, uint64_t height, const uint8_t hash[HASH_LEN])
{
	size_t need = market_snapshot_write(e->market, e->snapshot, e->snapshot_size);

	if (need > e->snapshot_size) {
		uint8_t *larger = realloc(e->snapshot, need * 2);
		if (!larger)
			return ERR_NOMEM;
		e->snapshot = larger;
		e->snapshot_size = need * 2;
		need = market_snapshot_write(e->market, e->snapshot, e->snapshot_size);
	}
	return csm_db_add_snapshot(&e->csm, height, e->intake_seq, hash, e->snapshot, need);
}

/* Drop what is older than the operator keeps: as much as comes in, and a little more. A home has
 * one row a slot in each table, and its refused readings. */
static enum err prune(struct engine *e)
{
	int64_t least_ms = ENGINE_KEEP_SLOTS * e->genesis.params.slot_s * MS_PER_S;
	int64_t keep_ms = e->keep_ms > least_ms ? e->keep_ms : least_ms;
	struct csm_prune limits = {.before_ms = e->now_ms - keep_ms,
		.sealed_height = e->sealed_height,
		.rows_max = PRUNE_ROWS + 2 * (e->intake_seq - e->pruned_at_seq),
		.slot_rows_max =
			PRUNE_ROWS + (1 + CSM_REFUSED_MAX) * (uint64_t)e->market->homes.count};

	if (keep_ms > e->now_ms - e->genesis.params.start_ms)
		return ERR_OK;
	limits.before_slot = params_slot_at(&e->genesis.params, limits.before_ms);
	e->pruned_at_seq = e->intake_seq;
	return csm_prune(&e->csm, &limits);
}

/* No header but one may ever be signed at a height. */
static enum err guard_signature(struct engine *e, uint64_t height, const uint8_t hash[HASH_LEN])
{
	uint8_t last_hash[HASH_LEN];
	uint64_t last = 0;
	enum err err = csm_db_last_signed(&e->csm, &last, last_hash);

	if (err == ERR_OK && height < last && !e->replaying)
		return fail(e, ERR_INTERNAL, "a later header has been signed already");
	if (err == ERR_OK && height == last && memcmp(hash, last_hash, HASH_LEN) != 0)
		return fail(e, ERR_INTERNAL, "another header of this height has been signed");
	if (err == ERR_OK && height > last && !e->replaying)
		err = csm_db_will_sign(&e->csm, height, hash);
	return err;
}

/* Room for one more closed block; NULL without memory. */
static struct stored_block *next_closed(struct engine *e)
{
	struct stored_block *more;

	if (e->closed_count == e->closed_max) {
		size_t max = e->closed_max ? e->closed_max * 2 : 4;
		more = realloc(e->closed, max * sizeof *more);
		if (!more)
			return NULL;
		e->closed = more;
		e->closed_max = max;
	}
	memset(&e->closed[e->closed_count], 0, sizeof *e->closed);
	return &e->closed[e->closed_count];
}

static enum err close_block(struct engine *e)
{
	struct stored_block *b = next_closed(e);
	struct result_sink sink = effects_sink(e);
	uint32_t waiting;
	enum err err;

	if (!b)
		return ERR_NOMEM;
	market_close(e->market, &sink, &b->header);
	err = header_hash(&b->header, e->genesis.market, b->hash);
	if (err == ERR_OK)
		err = guard_signature(e, b->header.height, b->hash);
	if (err == ERR_OK)
		err = send_statements(e, &b->header, b->hash);
	if (err != ERR_OK)
		return fail(e, err, "closing a block");
	waiting = e->market->ledger.schedule.count;
	market_chain(e->market, b->hash);
	if (e->market->ledger.schedule.count < waiting && !e->replaying)
		e->rules_are_news = true;
	e->closed_count++;
	if (e->replaying)
		return clock_replayed_block(e);
	/* Of several blocks at one clock only the last is worth a snapshot. */
	if (ledger_slot_end_ms(&e->market->ledger) <= e->market->clock_ms)
		return ERR_OK;
	err = keep_snapshot(e, b->header.height, b->hash);
	return err == ERR_OK ? prune(e) : err;
}

enum err clock_run(struct engine *e)
{
	struct tx tx;
	uint64_t intake_seq = 0;

	for (;;) {
		enum market_step step = market_next(e->market, &tx, &intake_seq);
		enum err err = ERR_OK;
		if (step == MARKET_IDLE)
			return e->ledger.err;
		if (step == MARKET_CLOSE)
			err = close_block(e);
		else
			err = execute(e, step, &tx, intake_seq);
		if (err != ERR_OK)
			return fail(e, err, "carrying out what the clock demands");
	}
}

bool engine_is_behind(const struct engine *e)
{
	return e->now_ms >= ledger_slot_end_ms(&e->market->ledger);
}

bool engine_doubts_clock(const struct engine *e)
{
	return e->clock_unbelieved || e->clock_set_back;
}

/* A clock that far ahead is more likely wrong than true, and blocks that it closed could not be
 * taken back: the market would stand still until the day that it said. */
static bool believes(const struct engine *e, int64_t now_ms)
{
	int64_t slot = params_slot_at(&e->genesis.params, now_ms);

	return slot - ledger_slot(&e->market->ledger) <= e->catch_up_slots;
}

enum err engine_clock(struct engine *e, int64_t now_ms)
{
	struct command c = {.kind = COMMAND_CLOCK};
	struct decision d;
	enum err err = ERR_OK;

	e->clock_unbelieved = !believes(e, now_ms);
	/* Before its start a market's time has been nowhere yet. */
	e->clock_set_back = e->now_ms > e->genesis.params.start_ms &&
			    now_ms < e->now_ms - e->market->ledger.params.date_window_s * MS_PER_S;
	if (now_ms > e->now_ms && !e->clock_unbelieved)
		e->now_ms = now_ms;
	if (!market_clock_due(e->market, e->now_ms))
		return ERR_OK;
	/* At most one clock of a batch closes blocks, so that its snapshot is the batch's only one.
	 */
	if (e->closed_count > 0)
		err = engine_commit(e);
	if (err == ERR_OK)
		err = batch_begin(e);
	if (err != ERR_OK)
		return err;
	c.market_ms = e->now_ms;
	market_decide(e->market, &c, &d);
	err = batch_log(e, &c, &d, NULL);
	if (err != ERR_OK)
		return err;
	market_apply(e->market, &c, &d, NULL, NULL);
	return clock_run(e);
}
