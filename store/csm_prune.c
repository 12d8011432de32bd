#include "store/csm_prune.h"
#include "store/csm_statements.h"

enum { MS_PER_HOUR = 3600000, DAY_HOURS = 24 };

/* The first command that stays, its batch, and its market time. ERR_NOT_FOUND: none may go. */
static enum err find_edge(struct csm_db *csm, const struct csm_prune *p, int64_t *ret_seq,
	int64_t *ret_batch, int64_t *ret_ms)
{
	sqlite3_stmt *s = db_statement(&csm->db, CSM_PRUNE_EDGE);
	enum err err;

	db_bind_int(s, 1, p->before_ms);
	db_bind_int(s, 2, (int64_t)p->sealed_height);
	db_bind_int(s, 3, (int64_t)p->rows_max);
	err = db_row(&csm->db, s);
	if (err == ERR_OK) {
		*ret_seq = sqlite3_column_int64(s, 0);
		*ret_batch = sqlite3_column_int64(s, 1);
		*ret_ms = sqlite3_column_int64(s, 2);
	}
	(void)sqlite3_reset(s);
	return err;
}

static enum err delete_before(struct csm_db *csm, unsigned statement, int64_t edge)
{
	sqlite3_stmt *s = db_statement(&csm->db, statement);

	db_bind_int(s, 1, edge);
	return db_run(&csm->db, s);
}

static enum err prune_log(struct csm_db *csm, const struct csm_prune *p)
{
	int64_t seq = 0, batch = 0, ms = 0;
	enum err err = find_edge(csm, p, &seq, &batch, &ms);

	if (err == ERR_NOT_FOUND)
		return ERR_OK;
	if (err == ERR_OK)
		err = delete_before(csm, CSM_PRUNE_INTAKE, seq);
	if (err == ERR_OK)
		err = delete_before(csm, CSM_PRUNE_BATCHES, batch);
	/* A message's date may differ from the time it came by the date window, a day at most. */
	if (err == ERR_OK)
		err = delete_before(csm, CSM_PRUNE_REQUESTS, ms / MS_PER_HOUR - DAY_HOURS - 1);
	return err;
}

/* Of slots before this all is settled in sealed blocks: slot s is by the block of height s + 2. */
static int64_t settled_before(const struct csm_prune *p)
{
	int64_t sealed = (int64_t)p->sealed_height - 1;

	return p->before_slot < sealed ? p->before_slot : sealed;
}

enum err csm_prune(struct csm_db *csm, const struct csm_prune *p)
{
	static const enum csm_statement by_slot[] = {CSM_PRUNE_READINGS, CSM_PRUNE_QUARTERS,
		CSM_PRUNE_ADDRESSES, CSM_PRUNE_BASELINES, CSM_PRUNE_WALLETS, CSM_PRUNE_MONEY,
		CSM_PRUNE_MODES};
	enum err err = prune_log(csm, p);

	for (size_t i = 0; err == ERR_OK && i < sizeof by_slot / sizeof *by_slot; i++) {
		sqlite3_stmt *s = db_statement(&csm->db, by_slot[i]);
		db_bind_int(s, 1, settled_before(p));
		db_bind_int(s, 2, (int64_t)p->slot_rows_max);
		err = db_run(&csm->db, s);
	}
	return err;
}
