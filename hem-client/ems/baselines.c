#include "hem-client/ems/baselines.h"
#include "hem-client/ems/readings.h"

enum err baselines_put(struct hem_db *db, const struct net_window *w, uint64_t intake_seq)
{
	enum err err = hem_db_begin(db);

	if (err != ERR_OK)
		return err;
	for (uint32_t i = 0; err == ERR_OK && i < w->count; i++) {
		sqlite3_stmt *s = db_statement(&db->db, BASELINE_PUT);

		db_bind_int(s, 1, w->first_slot + i);
		db_bind_int(s, 2, w->net_wh[i]);
		db_bind_int(s, 3, (int64_t)intake_seq);
		err = db_run(&db->db, s);
	}
	return hem_db_end(db, err);
}

enum err baselines_get(struct hem_db *db, int64_t slot, int64_t *ret_wh)
{
	sqlite3_stmt *s = db_statement(&db->db, BASELINE_GET);
	enum err err;

	db_bind_int(s, 1, slot);
	err = db_row(&db->db, s);
	if (err == ERR_OK)
		*ret_wh = sqlite3_column_int64(s, 0);
	(void)sqlite3_reset(s);
	return err;
}

enum err baselines_prune(struct hem_db *db, int64_t slot)
{
	return hem_db_run(db, BASELINE_PRUNE, NULL, slot - READINGS_KEEP_SLOTS);
}
