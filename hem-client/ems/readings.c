#include "hem-client/ems/readings.h"
#include <string.h>
#include "core/units.h"

/* Behind the registers in what is read. */
enum { TAKEN = REGISTER_COUNT, RECEIPT };

enum err readings_add(struct hem_db *db, const struct reading *r, const char *req_id)
{
	enum err err = hem_db_begin(db);
	sqlite3_stmt *s;
	int at = 1;

	if (err != ERR_OK)
		return err;
	s = db_statement(&db->db, r->quarter != 0 ? QUARTER_INSERT : READING_INSERT);
	db_bind_int(s, at++, r->slot);
	if (r->quarter != 0)
		db_bind_int(s, at++, r->quarter);
	for (int i = 0; i < REGISTER_COUNT; i++)
		db_bind_int(s, at++, r->registers.wh[i]);
	db_bind_text(s, at++, req_id, strlen(req_id));
	db_bind_int(s, at, r->taken_ms - r->taken_ms % MS_PER_S); /* as the message has it */
	return hem_db_end(db, db_run(&db->db, s));
}

enum err readings_receipted(struct hem_db *db, const char *req_id, int64_t market_ms)
{
	enum err err = hem_db_run(db, READING_RECEIPT, req_id, market_ms);

	return err == ERR_OK ? hem_db_run(db, QUARTER_RECEIPT, req_id, market_ms) : err;
}

static enum err forget(struct hem_db *db, int64_t before_slot)
{
	enum err err = hem_db_run(db, READING_PRUNE, NULL, before_slot);

	return err == ERR_OK ? hem_db_run(db, QUARTER_PRUNE, NULL, before_slot) : err;
}

enum err readings_prune(struct hem_db *db, int64_t slot)
{
	return forget(db, slot - READINGS_KEEP_SLOTS);
}

enum err readings_forget(struct hem_db *db)
{
	return forget(db, INT64_MAX);
}

/* taken_ms is 0 of one that an earlier version has kept. */
static void get_reading(sqlite3_stmt *s, struct reading *ret)
{
	for (int i = 0; i < REGISTER_COUNT; i++)
		ret->registers.wh[i] = sqlite3_column_int64(s, i);
	ret->taken_ms = sqlite3_column_int64(s, TAKEN);
}

/* One end of a slot; *ret_receipt_ms is -1 without a receipt. */
static enum err get(struct hem_db *db, int64_t slot, struct reading *ret, int64_t *ret_receipt_ms)
{
	sqlite3_stmt *s = db_statement(&db->db, READING_GET);
	enum err err;

	db_bind_int(s, 1, slot);
	err = db_row(&db->db, s);
	if (err == ERR_OK) {
		*ret = (struct reading){.slot = slot};
		get_reading(s, ret);
		*ret_receipt_ms = -1;
		if (sqlite3_column_type(s, RECEIPT) != SQLITE_NULL)
			*ret_receipt_ms = sqlite3_column_int64(s, RECEIPT);
	}
	(void)sqlite3_reset(s);
	return err;
}

enum err readings_has(struct hem_db *db, int64_t slot, bool *ret)
{
	struct reading unused;
	int64_t receipt_ms;
	enum err err = get(db, slot, &unused, &receipt_ms);

	if (err == ERR_OK || err == ERR_NOT_FOUND)
		*ret = err == ERR_OK;
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err readings_slot(struct hem_db *db, int64_t slot, struct slot_metered *ret)
{
	struct reading begin, end;
	int64_t begin_ms, end_ms;
	enum err err = get(db, slot - 1, &begin, &begin_ms);

	*ret = (struct slot_metered){.known = false};
	if (err == ERR_OK)
		err = get(db, slot, &end, &end_ms);
	if (err != ERR_OK)
		return err == ERR_NOT_FOUND ? ERR_OK : err;
	ret->known = true;
	ret->end = end;
	ret->receipted = begin_ms >= 0 && end_ms >= 0;
	ret->receipt_ms = begin_ms > end_ms ? begin_ms : end_ms;
	for (int i = 0; i < REGISTER_COUNT; i++)
		ret->delta.wh[i] = end.registers.wh[i] - begin.registers.wh[i];
	return ERR_OK;
}

enum err readings_quarters(struct hem_db *db, int64_t slot, bool sent, struct quarters *ret)
{
	sqlite3_stmt *s = db_statement(&db->db, QUARTER_LIST);
	struct quarters q = {.slot = slot};
	int64_t receipt_ms;
	enum err err;

	db_bind_int(s, 1, slot);
	while ((err = db_row(&db->db, s)) == ERR_OK && q.count < QUARTERS_READ) {
		if (!sent && sqlite3_column_type(s, RECEIPT) == SQLITE_NULL)
			break;
		get_reading(s, &q.at[q.count++]);
	}
	(void)sqlite3_reset(s);
	if (err == ERR_OK || err == ERR_NOT_FOUND)
		err = get(db, slot - 1, &q.begin, &receipt_ms);
	if (err == ERR_NOT_FOUND || (err == ERR_OK && q.begin.taken_ms == 0)) {
		q.count = 0;
		err = ERR_OK;
	}
	if (err == ERR_OK)
		*ret = q;
	return err;
}
