#include "engine/replay.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/snapshot.h"
#include "engine/clock.h"
#include "engine/effects.h"
#include "wire/digest.h"
#include "wire/header_form.h"

static enum err fail(struct engine *e, enum err err, const char *what)
{
	if (e->why[0] == '\0')
		snprintf(e->why, sizeof e->why, "replay: %s: %s", what, err_text(err));
	return err;
}

/* A market at genesis. Anew from calloc: clearing the old one would touch all of its memory. */
static enum err reset(struct engine *e)
{
	struct enrolled_key operator_key = genesis_operator(&e->genesis);

	free(e->market);
	e->market = calloc(1, sizeof *e->market);
	if (!e->market)
		return ERR_NOMEM;
	market_init(e->market, &e->genesis.params, digest_sha256, &operator_key,
		(int)e->genesis.address_alg, e->genesis.hash, e->genesis.header.rules_hash);
	return ERR_OK;
}

/* The newest snapshot whose block the ledger has. */
static enum err restore(struct engine *e)
{
	uint64_t max_height = UINT64_MAX >> 1, height = 0, seq = 0;
	uint8_t hash[HASH_LEN], *state = NULL;
	struct stored_block block;
	size_t len = 0;

	for (;;) {
		enum err err =
			csm_db_snapshot(&e->csm, max_height, &height, &seq, hash, &state, &len);
		bool fits;
		if (err == ERR_NOT_FOUND)
			return ERR_OK;
		if (err != ERR_OK)
			return fail(e, err, "reading a snapshot");
		fits = ledger_db_block(&e->ledger, height, e->genesis.name, &block) == ERR_OK &&
		       memcmp(block.hash, hash, HASH_LEN) == 0;
		if (fits && !market_snapshot_read(e->market, state, len)) {
			fits = false;
			err = reset(e);
		}
		free(state);
		if (err != ERR_OK)
			return err;
		if (fits) {
			e->intake_seq = seq;
			e->now_ms = e->market->clock_ms;
			return ERR_OK;
		}
		max_height = height - 1;
	}
}

/* Decode the logged body of a command; what is missing in it comes from the row. */
static enum err command_of(
	struct engine *e, const struct intake_row *row, struct request *r, struct command *c)
{
	struct request_error error;
	enum verdict v;

	*c = (struct command){.kind = row->kind};
	if (row->kind != COMMAND_CLOCK) {
		v = request_read_body(&e->workspace->request, e->genesis.market,
			operation_from_name(row->operation), row->body, row->body_len, r, &error);
		if (v != VERDICT_OK || r->command.kind != row->kind)
			return fail(e, ERR_FORMAT, "an intake row cannot be read");
		*c = r->command;
	}
	c->home = row->home;
	c->intake_seq = row->seq;
	c->market_ms = row->market_ms;
	if (row->kind == COMMAND_TX) {
		c->u.tx.date_ms = r->date_ms;
		memcpy(c->u.tx.id, row->tx_id, HASH_LEN);
		digest_sha256(row->signature, SIGNATURE_LEN, c->u.tx.signature_hash);
	}
	return ERR_OK;
}

static enum err repeat(struct engine *e, const struct intake_row *row)
{
	struct result_sink sink = effects_sink(e);
	struct stored_tx stored = {.seq = row->ledger_seq,
		.market_ms = row->market_ms,
		.body = row->body,
		.body_len = row->body_len,
		.is_signed = row->kind == COMMAND_TX};
	struct request request;
	struct command c;
	struct decision d;
	struct tx tx;
	enum err err = command_of(e, row, &request, &c);

	if (err != ERR_OK)
		return err;
	market_decide(e->market, &c, &d);
	if (d.verdict != VERDICT_OK || d.seq != row->ledger_seq)
		return fail(e, ERR_INTERNAL, "an accepted command is refused now");
	if (d.promise == PROMISE_LEDGER) {
		uint64_t account = 0;
		market_tx(e->market, &c, &d, &tx);
		memcpy(stored.signature, row->signature, SIGNATURE_LEN);
		if (c.kind == COMMAND_TX) {
			account = account_find(&e->market->ledger.accounts, &tx.address)->number;
		} else {
			stored.body = e->body;
			stored.body_len =
				ledger_tx_complete(&tx, &e->genesis, e->body, TX_BODY_MAX);
		}
		if (!d.shut)
			ledger_db_add_tx(&e->ledger, &tx, account, d.height, &stored);
	}
	market_apply(e->market, &c, &d, &tx, &sink);
	e->now_ms = row->market_ms;
	return c.kind == COMMAND_CLOCK ? clock_run(e) : e->ledger.err;
}

struct visit {
	struct engine *engine;
	uint64_t applied;
	enum err err;
};

static bool visit_row(void *context, const struct intake_row *row)
{
	struct visit *v = context;
	struct engine *e = v->engine;

	if (row->seq != e->intake_seq + 1) {
		v->err = fail(e, ERR_DB_FOREIGN, "the intake log has a gap");
		return false;
	}
	e->intake_seq = row->seq;
	e->ledger.muted = row->seq <= v->applied;
	v->err = repeat(e, row);
	return v->err == ERR_OK;
}

enum err clock_replayed_block(struct engine *e)
{
	struct stored_block *b = &e->closed[0];
	struct stored_block stored;
	enum err err = ERR_OK;

	e->closed_count = 0;
	if (e->ledger.muted) {
		if (ledger_db_block(&e->ledger, b->header.height, e->genesis.name, &stored) !=
				ERR_OK ||
			memcmp(stored.hash, b->hash, HASH_LEN) != 0)
			err = fail(e, ERR_INTERNAL, "a block is not what the intake log gives");
		return err;
	}
	err = header_sign(e->operator_key, &b->header, e->genesis.market, b->operator_signature);
	if (err == ERR_OK)
		ledger_db_add_block(&e->ledger, b, e->genesis.name);
	return err;
}

enum err replay(struct engine *e)
{
	struct visit v = {.engine = e};
	enum err err;

	err = reset(e);
	if (err == ERR_OK)
		err = ledger_db_applied(&e->ledger, &v.applied);
	if (err == ERR_OK)
		err = csm_db_last_batch(&e->csm, &e->batch);
	if (err == ERR_OK)
		err = ledger_db_sealed(&e->ledger, &e->sealed_height);
	if (err == ERR_OK)
		err = restore(e);
	if (err == ERR_OK)
		err = db_begin(&e->ledger.db);
	if (err != ERR_OK)
		return fail(e, err, "opening");
	e->replaying = true;
	/* What the clock of the snapshot's block still had to do. */
	e->ledger.muted = true;
	err = clock_run(e);
	if (err == ERR_OK)
		err = csm_db_intake(&e->csm, e->intake_seq + 1, UINT64_MAX >> 1, visit_row, &v);
	if (err == ERR_OK)
		err = v.err;
	/* With an older log than the ledger's, other blocks of the same heights would be signed. */
	if (err == ERR_OK && e->intake_seq < v.applied) {
		snprintf(e->why, sizeof e->why,
			"csm.db ends at command %llu, but ledger.db has %llu: an old backup?",
			(unsigned long long)e->intake_seq, (unsigned long long)v.applied);
		err = ERR_DB_FOREIGN;
	}
	e->ledger.muted = false;
	if (err == ERR_OK)
		ledger_db_set_applied(&e->ledger, e->intake_seq);
	if (err == ERR_OK)
		err = e->ledger.err;
	if (err == ERR_OK)
		err = db_commit(&e->ledger.db);
	e->replaying = false;
	return err == ERR_OK ? ERR_OK : fail(e, err, "repeating the intake log");
}
