#include "hem-client/ems/past_hours.h"

enum err past_hours_load(struct hem_db *db, struct past *past)
{
	sqlite3_stmt *s = db_statement(&db->db, HOUR_LIST);
	enum err err;

	while ((err = db_row(&db->db, s)) == ERR_OK) {
		const struct slot_energy e = {
			sqlite3_column_int64(s, 1), sqlite3_column_int64(s, 2)};
		past_add_step(past, sqlite3_column_int64(s, 0), &e);
	}
	(void)sqlite3_reset(s);
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err past_hours_add(
	struct hem_db *db, struct past *past, int64_t slot, const struct slot_energy *energy)
{
	int64_t step = past_step(past, slot);
	struct slot_energy hour = {0};
	sqlite3_stmt *s;
	enum err err;

	past_add(past, slot, energy);
	if (!past_get(past, step, &hour))
		return ERR_OK;
	err = hem_db_begin(db);
	if (err != ERR_OK)
		return err;
	s = db_statement(&db->db, HOUR_PUT);
	db_bind_int(s, 1, step);
	db_bind_int(s, 2, hour.load_wh);
	db_bind_int(s, 3, hour.pv_wh);
	err = db_run(&db->db, s);
	if (err == ERR_OK)
		err = hem_db_run(db, HOUR_PRUNE, NULL, step - PAST_STEPS);
	return hem_db_end(db, err);
}
