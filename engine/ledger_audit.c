#include "engine/ledger_audit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "store/schema_compare.h"

static enum err told(struct ledger_audit *a, enum err err, const char *what)
{
	(void)snprintf(a->why, sizeof a->why, "%s", what);
	return err;
}

static enum err load_genesis(struct ledger_audit *a, const uint8_t *pinned)
{
	char text[GENESIS_TEXT_MAX + 1024], why[FORM_FIELD_MAX + 64];
	size_t len = 0;
	enum err err = ledger_db_genesis(&a->given, text, sizeof text, &len);

	if (err != ERR_OK)
		return told(a, err, "genesis: there is no such row");
	err = genesis_read(text, len, pinned, &a->genesis, why);
	if (err != ERR_OK)
		(void)snprintf(a->why, sizeof a->why, "genesis: %.400s", why);
	return err;
}

enum err ledger_audit_open(struct ledger_audit *a, const char *path, const uint8_t *pinned)
{
	const char *tmp = getenv("TMPDIR");
	enum err err = ledger_db_open_read(&a->given, path);

	if (err != ERR_OK)
		return told(a, err, a->given.db.why);
	err = load_genesis(a, pinned);
	if (err != ERR_OK)
		return err;
	err = ledger_db_height(&a->given, &a->height);
	if (err != ERR_OK)
		return told(a, err, "blocks: there are none");
	(void)snprintf(a->fresh_path, sizeof a->fresh_path, "%.3000s/lem-audit-%ld.db",
		tmp ? tmp : "/tmp", (long)getpid());
	err = ledger_db_create(&a->fresh, a->fresh_path, &a->genesis);
	if (err != ERR_OK)
		return told(a, err, a->fresh.db.why);
	err = executor_init(&a->executor, &a->genesis);
	if (err != ERR_OK)
		return told(a, err, err_text(err));
	a->fresh.ledger = a->executor.ledger;
	return ERR_OK;
}

/* A block's transactions out of the given file. */
struct block_source {
	struct ledger_db *db;
	uint64_t height;
};

static enum err each_tx(
	void *context, bool (*visit)(void *visitor, const struct stored_tx *tx), void *visitor)
{
	const struct block_source *s = context;

	return ledger_db_txs(s->db, s->height, 0, visit, visitor);
}

static void keep_tx(void *context, const struct tx *tx, uint64_t account, uint64_t height,
	const struct stored_tx *stored)
{
	struct ledger_audit *a = context;

	a->transactions++;
	ledger_db_add_tx(&a->fresh, tx, account, height, stored);
}

static enum err bad_block(struct ledger_audit *a, uint64_t height)
{
	a->fault.verdict = VERDICT_BAD_ROW;
	a->fault.height = height;
	(void)snprintf(a->why, sizeof a->why, "blocks: height %llu is missing or damaged",
		(unsigned long long)height);
	return ERR_OK;
}

static enum err execute_one(struct ledger_audit *a, uint64_t height)
{
	struct block_source source = {.db = &a->given, .height = height};
	struct tx_source txs = {.each = each_tx, .context = &source};
	struct execute_watch watch = {.tx = keep_tx, .context = a};
	struct stored_block block;
	enum err err = ledger_db_block(&a->given, height, a->genesis.name, &block);

	if (err == ERR_NOT_FOUND || err == ERR_FORMAT)
		return bad_block(a, height);
	watch.results = ledger_db_sink(&a->fresh);
	if (err == ERR_OK)
		err = execute_block(&a->executor, &block, &txs, &watch, &a->fault);
	if (err != ERR_OK)
		return told(a, err, err_text(err));
	if (a->fault.verdict != VERDICT_OK)
		return told(a, ERR_OK, a->fault.text);
	ledger_db_add_block(&a->fresh, &block, a->genesis.name);
	return a->fresh.err == ERR_OK ? ERR_OK : told(a, a->fresh.err, a->fresh.db.why);
}

static enum err compare(struct ledger_audit *a)
{
	enum row_compare_answer answer = row_compare(&a->given.db, &a->fresh.db, a->height, a->why);

	if (answer == ROWS_EQUAL)
		answer = schema_compare(&a->given.db, &a->fresh.db, a->why);
	switch (answer) {
	case ROWS_EQUAL:
		a->why[0] = '\0';
		return ERR_OK;
	case ROWS_DIFFER:
		a->fault = (struct block_fault){.verdict = VERDICT_BAD_ROW};
		return ERR_OK;
	case ROWS_UNREADABLE:
		break;
	}
	return ERR_IO;
}

enum err ledger_audit_run(struct ledger_audit *a)
{
	enum err err = db_begin(&a->fresh.db);

	if (err != ERR_OK)
		return told(a, err, a->fresh.db.why);
	for (uint64_t h = 1; h <= a->height; h++) {
		err = execute_one(a, h);
		if (err != ERR_OK || a->fault.verdict != VERDICT_OK)
			return err;
		if (a->progress)
			a->progress(h, a->height);
	}
	err = db_commit(&a->fresh.db);
	if (err != ERR_OK)
		return told(a, err, a->fresh.db.why);
	return compare(a);
}

void ledger_audit_close(struct ledger_audit *a)
{
	static const char *const endings[] = {"", "-wal", "-shm"};
	char path[LEDGER_AUDIT_PATH_MAX + 8];

	executor_release(&a->executor);
	ledger_db_close(&a->given);
	ledger_db_close(&a->fresh);
	for (size_t i = 0; a->fresh_path[0] && i < sizeof endings / sizeof *endings; i++) {
		(void)snprintf(path, sizeof path, "%s%s", a->fresh_path, endings[i]);
		(void)unlink(path);
	}
}
