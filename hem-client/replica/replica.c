#include "hem-client/replica/replica.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/snapshot.h"
#include "wire/header_form.h"

static enum err fail(struct replica *r, enum err err, const char *what, const char *why)
{
	snprintf(r->why, sizeof r->why, "%s: %.500s", what, why[0] ? why : err_text(err));
	return err;
}

static void watch_tx(void *context, const struct tx *tx, uint64_t account, uint64_t height,
	const struct stored_tx *stored)
{
	struct replica *r = context;
	const struct execute_watch *w = &r->follower.watch;

	if (r->writes)
		ledger_db_add_tx(&r->ledger_db, tx, account, height, stored);
	if (w->tx)
		w->tx(w->context, tx, account, height, stored);
}

static void watch_result(void *context, const struct result *result)
{
	struct replica *r = context;
	const struct result_sink *w = &r->follower.watch.results;
	struct result_sink rows = ledger_db_sink(&r->ledger_db);

	if (r->writes)
		rows.emit(rows.context, result);
	if (w->emit)
		w->emit(w->context, result);
}

/* Keep the state at the edge of the block just executed, and one before it. */
static enum err put_snapshot(struct replica *r)
{
	size_t need = ledger_snapshot_write(r->executor.ledger, NULL, 0);
	uint8_t *state = malloc(need);
	sqlite3_stmt *s;
	enum err err;

	if (!state)
		return ERR_NOMEM;
	(void)ledger_snapshot_write(r->executor.ledger, state, need);
	s = db_statement(&r->hem_db->db, SNAPSHOT_PUT);
	db_bind_int(s, 1, (int64_t)r->executing.header.height);
	db_bind_blob(s, 2, r->executing.hash, HASH_LEN);
	db_bind_blob(s, 3, state, need);
	err = db_run(&r->hem_db->db, s);
	free(state);
	if (err != ERR_OK)
		return err;
	s = db_statement(&r->hem_db->db, SNAPSHOT_PRUNE);
	db_bind_int(s, 1, (int64_t)r->executing.header.height);
	return db_run(&r->hem_db->db, s);
}

/* Execute r->executing from a source, within open transactions; the follower hears of it. */
static enum err execute(struct replica *r, const struct tx_source *source)
{
	struct execute_watch watch = {
		.tx = watch_tx, .context = r, .results = {.emit = watch_result, .context = r}};
	struct block_fault fault;
	enum err err;

	if (r->follower.begin)
		r->follower.begin(
			r->follower.context, r->executing.header.height, r->executor.ledger);
	err = execute_block(&r->executor, &r->executing, source, &watch, &fault);

	if (err == ERR_FORMAT) {
		block_fault_set(&fault, VERDICT_BAD_JSON, r->executing.header.height, 0,
			"a transaction's envelope");
		err = ERR_OK;
	}
	if (err == ERR_OK && fault.verdict != VERDICT_OK) {
		r->fault = fault;
		return ERR_FORMAT;
	}
	if (err == ERR_OK && r->follower.accepted)
		err = r->follower.accepted(r->follower.context, &r->executing, r->executor.ledger);
	return err == ERR_OK ? put_snapshot(r) : err;
}

static void accept(struct replica *r)
{
	r->height = r->executing.header.height;
	memcpy(r->hash, r->executing.hash, HASH_LEN);
}

/* A block of the ledger file as a source. */
struct file_source {
	struct replica *replica;
	uint64_t height;
};

static enum err each_of_file(
	void *context, bool (*visit)(void *visitor, const struct stored_tx *tx), void *visitor)
{
	struct file_source *f = context;

	return ledger_db_txs(&f->replica->ledger_db, f->height, 0, visit, visitor);
}

/* Execute once more what the file has beyond the state. */
static enum err replay(struct replica *r, uint64_t to)
{
	struct file_source file = {.replica = r};
	struct tx_source source = {.each = each_of_file, .context = &file};
	enum err err = ERR_OK;

	r->writes = false;
	for (file.height = r->height + 1; err == ERR_OK && file.height <= to; file.height++) {
		err = ledger_db_block(&r->ledger_db, file.height, r->genesis->name, &r->executing);
		if (err == ERR_OK)
			err = hem_db_begin(r->hem_db);
		if (err == ERR_OK)
			err = hem_db_end(r->hem_db, execute(r, &source));
		if (err == ERR_OK)
			accept(r);
	}
	if (err != ERR_OK)
		return fail(r, err, "executing the ledger file again",
			r->fault.verdict != VERDICT_OK ? r->fault.text : "");
	return ERR_OK;
}

/* The newest snapshot at or below *height into the executor, if its block is in the file; *height
 * is then its own. ERR_FORMAT: it is of no use, but an older one may be. ERR_NOT_FOUND. */
static enum err restore_one(struct replica *r, uint64_t *height)
{
	sqlite3_stmt *s = db_statement(&r->hem_db->db, SNAPSHOT_GET);
	struct stored_block block;
	size_t hash_len = 0, len = 0;
	const void *hash, *state;
	enum err err;

	db_bind_int(s, 1, (int64_t)*height);
	err = db_row(&r->hem_db->db, s);
	if (err == ERR_OK) {
		*height = (uint64_t)sqlite3_column_int64(s, 0);
		hash = db_column_bytes(s, 1, &hash_len);
		state = db_column_bytes(s, 2, &len);
		err = ledger_db_block(&r->ledger_db, *height, r->genesis->name, &block);
		if (err == ERR_NOT_FOUND ||
			(err == ERR_OK &&
				(hash_len != HASH_LEN || memcmp(hash, block.hash, HASH_LEN) != 0)))
			err = ERR_FORMAT;
		if (err == ERR_OK)
			err = executor_restore(&r->executor, state, len);
	}
	(void)sqlite3_reset(s);
	if (err == ERR_OK) {
		r->height = *height;
		memcpy(r->hash, block.hash, HASH_LEN);
	}
	return err;
}

/* The newest snapshot of use at or below `to`, or genesis. */
static enum err restore(struct replica *r, uint64_t to)
{
	enum err err;

	r->height = 0;
	memcpy(r->hash, r->genesis->hash, HASH_LEN);
	while ((err = restore_one(r, &to)) == ERR_FORMAT && to > 0)
		to--;
	if (err == ERR_NOT_FOUND || err == ERR_FORMAT)
		err = executor_reset(&r->executor);
	return err == ERR_OK ? ERR_OK : fail(r, err, "reading a snapshot", "");
}

/* Bring the state to the file's last block. */
static enum err recover(struct replica *r)
{
	struct block_fault fault = r->fault;
	uint64_t height = 0;
	enum err err = ledger_db_height(&r->ledger_db, &height);

	if (err == ERR_OK)
		err = restore(r, height);
	r->ledger_db.ledger = r->executor.ledger;
	if (err == ERR_OK)
		err = replay(r, height);
	if (err == ERR_OK) {
		r->fault = fault;
		assembly_await(&r->assembly, r->height + 1);
	}
	return err;
}

static enum err open_ledger(struct replica *r, const char *path)
{
	char document[GENESIS_TEXT_MAX + HEADER_TEXT_MAX], why[FORM_FIELD_MAX + 64];
	struct genesis genesis;
	size_t len = 0;
	enum err err = ledger_db_open(&r->ledger_db, path);

	if (err == ERR_NOT_FOUND)
		err = ledger_db_create(&r->ledger_db, path, r->genesis);
	if (err != ERR_OK)
		return fail(r, err, "opening the ledger", r->ledger_db.db.why);
	err = ledger_db_genesis(&r->ledger_db, document, sizeof document, &len);
	if (err == ERR_OK)
		err = genesis_read(document, len, r->genesis->hash, &genesis, why);
	if (err == ERR_OK)
		return ERR_OK;
	ledger_db_close(&r->ledger_db);
	return fail(r, ERR_DB_FOREIGN, path, "it is another market's ledger");
}

/* Its file stands beside the ledger: where there is room for the one there is for the other. */
static enum err open_assembly(struct replica *r, const char *ledger_path)
{
	const char *slash = strrchr(ledger_path, '/');
	char folder[4096];

	snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - ledger_path) : 1,
		slash ? ledger_path : ".");
	return assembly_open(&r->assembly, folder[0] ? folder : "/");
}

enum err replica_open(struct replica *r, const struct genesis *genesis, const char *ledger_path,
	struct hem_db *hem_db, const struct replica_follower *follower)
{
	enum err err;

	memset(r, 0, sizeof *r);
	r->genesis = genesis;
	r->hem_db = hem_db;
	r->follower = *follower;
	err = open_ledger(r, ledger_path);
	if (err != ERR_OK)
		return err;
	err = executor_init(&r->executor, genesis);
	if (err == ERR_OK)
		err = open_assembly(r, ledger_path);
	if (err != ERR_OK)
		(void)fail(r, err, "setting up the replica", "");
	else
		err = recover(r);
	if (err != ERR_OK)
		replica_close(r);
	return err;
}

void replica_close(struct replica *r)
{
	assembly_close(&r->assembly);
	executor_release(&r->executor);
	ledger_db_close(&r->ledger_db);
}

/* Commit the executed block: first the ledger, then what the home keeps of it. */
static enum err commit(struct replica *r)
{
	enum err err;

	ledger_db_add_block(&r->ledger_db, &r->executing, r->genesis->name);
	ledger_db_set_applied(&r->ledger_db, r->executing.header.height);
	err = r->ledger_db.err;
	if (err == ERR_OK)
		err = db_commit(&r->ledger_db.db);
	return err == ERR_OK ? hem_db_commit(r->hem_db) : err;
}

/* Execute and store the assembled block. */
static enum err take_block(struct replica *r)
{
	struct tx_source source = assembly_source(&r->assembly);
	enum err err, undo;

	r->executing = r->assembly.block;
	err = header_hash(&r->executing.header, r->genesis->market, r->executing.hash);
	if (err == ERR_OK)
		err = hem_db_begin(r->hem_db);
	if (err != ERR_OK)
		return fail(r, err, "beginning a block", r->hem_db->db.why);
	r->ledger_db.err = ERR_OK;
	r->ledger_db.height = 0; /* transfers of this block are numbered from 1 */
	err = db_begin(&r->ledger_db.db);
	r->writes = true;
	if (err == ERR_OK)
		err = execute(r, &source);
	if (err == ERR_OK)
		err = commit(r);
	r->writes = false;
	if (err == ERR_OK) {
		accept(r);
		assembly_await(&r->assembly, r->height + 1);
		return ERR_OK;
	}
	db_rollback(&r->ledger_db.db);
	hem_db_rollback(r->hem_db);
	if (r->fault.verdict == VERDICT_OK)
		(void)fail(r, err, "storing a block",
			r->ledger_db.err != ERR_OK ? r->ledger_db.db.why : r->hem_db->db.why);
	undo = recover(r);
	return undo != ERR_OK ? undo : r->fault.verdict != VERDICT_OK ? ERR_OK : err;
}

/* A transaction looked for in the file. */
struct search {
	const struct replica *replica;
	uint64_t seq;
	const uint8_t *tx_id;
	bool found;
	enum err err;
};

static bool visit_search(void *context, const struct stored_tx *tx)
{
	struct search *s = context;
	uint8_t id[HASH_LEN];

	if (tx->seq != s->seq)
		return true;
	s->err = signing_digest("request", s->replica->genesis->market, tx->body, tx->body_len, id);
	s->found = s->err == ERR_OK && memcmp(id, s->tx_id, HASH_LEN) == 0;
	return false;
}

enum err replica_holds(struct replica *r, uint64_t height, uint64_t seq,
	const uint8_t tx_id[static HASH_LEN], bool *ret)
{
	struct search s = {.replica = r, .seq = seq, .tx_id = tx_id};
	enum err err = ledger_db_txs(&r->ledger_db, height, seq - 1, visit_search, &s);

	if (err == ERR_OK)
		err = s.err;
	if (err == ERR_OK)
		*ret = s.found;
	return err;
}

enum err replica_take(
	struct replica *r, const char *text, size_t len, uint64_t *ret_height, bool *ret_accepted)
{
	char why[ASSEMBLY_WHY_MAX];
	uint64_t height = r->height;
	enum err err = assembly_add(&r->assembly, r->genesis->name, text, len, ret_height, why);

	*ret_accepted = false;
	if (err != ERR_OK)
		return fail(r, err, "receiving a block", why);
	if (!r->assembly.complete || r->fault.verdict != VERDICT_OK)
		return ERR_OK;
	err = take_block(r);
	*ret_accepted = err == ERR_OK && r->height == height + 1;
	return err;
}
