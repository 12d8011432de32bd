#include "hem-client/ems/orders.h"
#include <string.h>

const char *my_order_status_name(enum my_order_status status)
{
	static const char *const names[] = {
		"", "sent", "open", "awarded", "lost", "void", "cancelled", "rejected"};

	return (size_t)status < sizeof names / sizeof *names ? names[status] : "";
}

enum err orders_add(struct hem_db *db, const struct my_order *o)
{
	enum err err = hem_db_begin(db);
	sqlite3_stmt *s;

	if (err != ERR_OK)
		return err;
	s = db_statement(&db->db, ORDER_INSERT);
	db_bind_text(s, 1, o->req_id, strlen(o->req_id));
	db_bind_int(s, 2, (int64_t)o->auction);
	db_bind_int(s, 3, o->slot);
	db_bind_int(s, 4, (int64_t)o->side);
	db_bind_int(s, 5, (int64_t)o->measure);
	db_bind_int(s, 6, o->gate_ms);
	db_bind_int(s, 7, o->quantity_wh);
	db_bind_int(s, 8, o->price_mc_per_kwh);
	return hem_db_end(db, db_run(&db->db, s));
}

enum err orders_receipted(struct hem_db *db, const char *req_id, uint64_t seq)
{
	return hem_db_run(db, ORDER_RECEIPT, req_id, (int64_t)seq);
}

enum err orders_rejected(struct hem_db *db, const char *req_id)
{
	return hem_db_run(db, ORDER_STATUS, req_id, MY_ORDER_REJECTED);
}

enum err orders_prune(struct hem_db *db, int64_t slot)
{
	return hem_db_run(db, ORDER_PRUNE, NULL, slot - ORDERS_KEEP_SLOTS);
}

enum err orders_outcome(struct hem_db *db, const struct order_outcome *o)
{
	enum err err = hem_db_begin(db);
	sqlite3_stmt *s;

	if (err != ERR_OK)
		return err;
	s = db_statement(&db->db, ORDER_END);
	db_bind_int(s, 1, (int64_t)o->seq);
	db_bind_int(s, 2, (int64_t)o->status);
	db_bind_int(s, 3, o->awarded_wh);
	db_bind_int(s, 4, o->award_uc);
	db_bind_int(s, 5, o->verified);
	return hem_db_end(db, db_run(&db->db, s));
}

static void read_row(sqlite3_stmt *s, struct my_order *o)
{
	size_t len = 0;
	const void *req_id = db_column_bytes(s, 0, &len);

	memset(o, 0, sizeof *o);
	if (req_id && len <= REQ_ID_MAX)
		memcpy(o->req_id, req_id, len);
	o->seq = (uint64_t)sqlite3_column_int64(s, 1);
	o->auction = (uint64_t)sqlite3_column_int64(s, 2);
	o->slot = sqlite3_column_int64(s, 3);
	o->side = (enum side)sqlite3_column_int64(s, 4);
	o->measure = (enum measure)sqlite3_column_int64(s, 5);
	o->gate_ms = sqlite3_column_int64(s, 6);
	o->quantity_wh = sqlite3_column_int64(s, 7);
	o->price_mc_per_kwh = sqlite3_column_int64(s, 8);
	o->status = (enum my_order_status)sqlite3_column_int64(s, 9);
	o->verified = sqlite3_column_int64(s, 10) != 0;
	o->awarded_wh = sqlite3_column_int64(s, 11);
	o->award_uc = sqlite3_column_int64(s, 12);
}

enum err orders_find(struct hem_db *db, uint64_t seq, struct my_order *ret)
{
	sqlite3_stmt *s = db_statement(&db->db, ORDER_BY_SEQ);
	enum err err;

	db_bind_int(s, 1, (int64_t)seq);
	err = db_row(&db->db, s);
	if (err == ERR_OK)
		read_row(s, ret);
	(void)sqlite3_reset(s);
	return err;
}

enum err orders_each(struct hem_db *db, int64_t first, int64_t last,
	bool (*visit)(void *context, const struct my_order *order), void *context)
{
	sqlite3_stmt *s = db_statement(&db->db, ORDER_LIST);
	struct my_order o;
	enum err err;

	db_bind_int(s, 1, first);
	db_bind_int(s, 2, last);
	while ((err = db_row(&db->db, s)) == ERR_OK) {
		read_row(s, &o);
		if (!visit(context, &o))
			break;
	}
	(void)sqlite3_reset(s);
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/* An answer looked for. */
struct search {
	uint64_t auction;
	bool found;
};

static bool visit_search(void *context, const struct my_order *o)
{
	struct search *s = context;

	s->found = o->auction == s->auction && o->status != MY_ORDER_REJECTED;
	return !s->found;
}

enum err orders_answer(struct hem_db *db, int64_t slot, uint64_t auction, bool *ret)
{
	struct search s = {.auction = auction};
	enum err err = orders_each(db, slot, slot, visit_search, &s);

	if (err == ERR_OK)
		*ret = s.found;
	return err;
}
