#include "store/meter_feed.h"
#include <stdio.h>
#include <string.h>
#include "store/market_db.h"

enum statement { METERED, FIRST, HOMES, SCHEDULED, HEIGHT };

/* Answers to auctions of ?1 stand in the blocks from ?1 - ?2 to ?1 + 1. */
static const char *const texts[METER_FEED_STATEMENTS] = {
	[METERED] = "WITH traded AS MATERIALIZED (SELECT a.home,"
		    " sum(CASE u.side WHEN 1 THEN w.quantity_wh ELSE 0 END) AS sold,"
		    " sum(CASE u.side WHEN 2 THEN w.quantity_wh ELSE 0 END) AS bought"
		    " FROM transactions t JOIN orders r ON r.seq = t.seq"
		    " JOIN awards w ON w.\"order\" = r.seq"
		    " JOIN auctions u ON u.seq = r.auction JOIN accounts x ON x.number = r.account"
		    " CROSS JOIN csm.addresses a ON a.slot = ?1 AND a.address = x.address"
		    " WHERE t.height BETWEEN ?1 - ?2 AND ?1 + 1 AND u.slot = ?1"
		    " GROUP BY a.home)"
		    " SELECT n.home, n.pv_wh - b.pv_wh, n.import_wh - b.import_wh,"
		    " n.export_wh - b.export_wh, n.charge_wh - b.charge_wh,"
		    " n.discharge_wh - b.discharge_wh, coalesce(sold, 0), coalesce(bought, 0)"
		    " FROM csm.v_registers n"
		    " JOIN csm.v_registers b ON b.slot = ?1 - 1 AND b.home = n.home"
		    " AND b.meter = n.meter"
		    " LEFT JOIN traded ON traded.home = n.home WHERE n.slot = ?1 ORDER BY n.home",
	[FIRST] = "SELECT min(slot) + 1 FROM (SELECT min(slot) AS slot FROM csm.history"
		  " UNION ALL SELECT min(slot) FROM csm.readings)",
	[HOMES] = "SELECT number, client_id, pv_w, fuse_w, coalesce(last, -1) + 1 FROM csm.homes "
		  "LEFT JOIN"
		  " (SELECT home, max(slot) AS last FROM csm.baselines WHERE slot >= ?1 GROUP BY "
		  "home)"
		  " ON home = number WHERE kind = 1 AND status = 2 ORDER BY number",
	[SCHEDULED] = "SELECT coalesce(max(slot), -1) + 1 FROM schedules",
	[HEIGHT] = "SELECT max(height) FROM blocks",
};

static enum err fail(struct meter_feed *f)
{
	(void)snprintf(f->why, sizeof f->why, "%.500s", sqlite3_errmsg(f->db));
	return ERR_DB;
}

enum err meter_feed_open(struct meter_feed *f, const char *dir)
{
	memset(f, 0, sizeof *f);
	if (!market_db_open(dir, &f->db)) {
		(void)snprintf(f->why, sizeof f->why, "%.300s: %.180s", dir,
			f->db ? sqlite3_errmsg(f->db) : err_text(ERR_NOMEM));
		return sqlite3_errcode(f->db) == SQLITE_CANTOPEN ? ERR_NOT_FOUND : ERR_DB;
	}
	for (int i = 0; i < METER_FEED_STATEMENTS; i++) {
		if (sqlite3_prepare_v2(f->db, texts[i], -1, &f->statements[i], NULL) != SQLITE_OK)
			return fail(f);
	}
	return ERR_OK;
}

void meter_feed_close(struct meter_feed *f)
{
	for (int i = 0; i < METER_FEED_STATEMENTS; i++)
		(void)sqlite3_finalize(f->statements[i]);
	(void)sqlite3_close(f->db);
	memset(f->statements, 0, sizeof f->statements);
	f->db = NULL;
}

/* The end of a statement's rows. */
static enum err finish(struct meter_feed *f, sqlite3_stmt *s, int step)
{
	enum err err = step == SQLITE_DONE || step == SQLITE_ROW ? ERR_OK : fail(f);

	(void)sqlite3_reset(s);
	return err;
}

enum err meter_feed_slot(struct meter_feed *f, int64_t slot, int64_t horizon_slots,
	void (*visit)(void *context, const struct meter_feed_row *row), void *context)
{
	sqlite3_stmt *s = f->statements[METERED];
	int step;

	(void)sqlite3_bind_int64(s, 1, slot);
	(void)sqlite3_bind_int64(s, 2, horizon_slots);
	while ((step = sqlite3_step(s)) == SQLITE_ROW) {
		struct meter_feed_row row = {.home = (uint32_t)sqlite3_column_int64(s, 0)};

		for (int i = 0; i < REGISTER_COUNT; i++)
			row.delta.wh[i] = sqlite3_column_int64(s, 1 + i);
		row.sold_wh = sqlite3_column_int64(s, 1 + REGISTER_COUNT);
		row.bought_wh = sqlite3_column_int64(s, 2 + REGISTER_COUNT);
		visit(context, &row);
	}
	return finish(f, s, step);
}

/* The one integer of a statement's one row; ERR_NOT_FOUND: it is NULL. */
static enum err get_int(struct meter_feed *f, enum statement which, int64_t *ret)
{
	sqlite3_stmt *s = f->statements[which];
	int step = sqlite3_step(s);
	bool found = step == SQLITE_ROW && sqlite3_column_type(s, 0) != SQLITE_NULL;
	enum err err;

	if (found)
		*ret = sqlite3_column_int64(s, 0);
	err = finish(f, s, step);
	return err == ERR_OK && !found ? ERR_NOT_FOUND : err;
}

enum err meter_feed_first(struct meter_feed *f, int64_t *ret_slot)
{
	return get_int(f, FIRST, ret_slot);
}

enum err meter_feed_homes(struct meter_feed *f, int64_t from_slot,
	void (*visit)(void *context, const struct meter_feed_home *home), void *context)
{
	sqlite3_stmt *s = f->statements[HOMES];
	int step;

	(void)sqlite3_bind_int64(s, 1, from_slot);
	while ((step = sqlite3_step(s)) == SQLITE_ROW) {
		const struct meter_feed_home home = {.number = (uint32_t)sqlite3_column_int64(s, 0),
			.client_id = (const char *)sqlite3_column_text(s, 1),
			.pv_w = sqlite3_column_int64(s, 2),
			.fuse_w = sqlite3_column_int64(s, 3),
			.baseline_end = sqlite3_column_int64(s, 4)};

		visit(context, &home);
	}
	return finish(f, s, step);
}

enum err meter_feed_height(struct meter_feed *f, int64_t *ret_height)
{
	return get_int(f, HEIGHT, ret_height);
}

enum err meter_feed_scheduled(struct meter_feed *f, int64_t *ret_end)
{
	return get_int(f, SCHEDULED, ret_end);
}
