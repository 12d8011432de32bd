#include "hem-client/replica/ledger_view.h"
#include <stdio.h>
#include <string.h>
#include "store/schema.h"

enum view_statement { VIEW_BLOCKS, VIEW_TXS, VIEW_AUCTION, VIEW_DEFAULTS, VIEW_COUNT };

static const char *const statements[VIEW_COUNT] = {
	[VIEW_BLOCKS] = "SELECT b.height, b.time_ms, b.flags, b.tx_count,"
			" CASE b.height WHEN 0 THEN 'genesis' ELSE coalesce(a.address, '') END,"
			" lower(hex(b.hash)) FROM blocks b LEFT JOIN seals s ON s.height = b.height"
			" LEFT JOIN accounts a ON a.number = s.account"
			" WHERE b.height <= ?1 ORDER BY b.height DESC LIMIT ?2",
	[VIEW_TXS] = "SELECT t.seq, t.kind, t.market_ms, coalesce(a.address, 'operator'), t.body"
		     " FROM transactions t LEFT JOIN accounts a ON a.number = t.account"
		     " WHERE t.height = ?1 ORDER BY t.seq",
	[VIEW_AUCTION] = "SELECT side, rule, measure, book, quantity_wh, limit_mc_per_kwh,"
			 " limit_inclusive, min_quantity_wh, penalty_mc_per_kwh, gate_ms, slot"
			 " FROM auctions WHERE seq = ?1",
	[VIEW_DEFAULTS] = "SELECT json_extract(body, '$.parameters.parameters.gate_lead_s'),"
			  " json_extract(body, '$.parameters.parameters.gate_lead_min_s'),"
			  " json_extract(body, '$.parameters.parameters.measure')"
			  " FROM transactions WHERE kind = 22"
			  " AND json_extract(body, '$.parameters.from_slot') <= ?1"
			  " ORDER BY seq DESC LIMIT 1",
};

static const struct db_kind kind = {.name = "ledger",
	.application_id = 0x4c454d31, /* "LEM1" */
	.migrations = ledger_migrations,
	.migration_count = &ledger_migration_count,
	.statements = statements,
	.statement_count = VIEW_COUNT,
	.cache_kib = 512};

enum err ledger_view_open(struct db *db, const char *path)
{
	return db_open(db, &kind, path, DB_READ_ONLY);
}

/* A text column, cut to the size of out. */
static void get_text(sqlite3_stmt *s, int column, char *out, size_t size)
{
	size_t len = 0;
	const void *bytes = db_column_bytes(s, column, &len);

	snprintf(out, size, "%.*s", (int)len, bytes ? (const char *)bytes : "");
}

enum err ledger_view_blocks(struct db *db, uint64_t height, int64_t count,
	bool (*visit)(void *context, const struct block_line *line), void *context)
{
	sqlite3_stmt *s = db_statement(db, VIEW_BLOCKS);
	enum err err;

	db_bind_int(s, 1, (int64_t)height);
	db_bind_int(s, 2, count);
	while ((err = db_row(db, s)) == ERR_OK) {
		struct block_line line = {.height = (uint64_t)sqlite3_column_int64(s, 0),
			.time_ms = sqlite3_column_int64(s, 1),
			.flags = sqlite3_column_int64(s, 2),
			.tx_count = sqlite3_column_int64(s, 3)};
		get_text(s, 4, line.validator, sizeof line.validator);
		get_text(s, 5, line.hash, sizeof line.hash);
		if (!visit(context, &line))
			break;
	}
	(void)sqlite3_reset(s);
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err ledger_view_txs(struct db *db, uint64_t height,
	bool (*visit)(void *context, const struct tx_line *line), void *context)
{
	sqlite3_stmt *s = db_statement(db, VIEW_TXS);
	enum err err;

	db_bind_int(s, 1, (int64_t)height);
	while ((err = db_row(db, s)) == ERR_OK) {
		struct tx_line line = {.seq = (uint64_t)sqlite3_column_int64(s, 0),
			.kind = sqlite3_column_int64(s, 1),
			.market_ms = sqlite3_column_int64(s, 2)};
		get_text(s, 3, line.signer, sizeof line.signer);
		line.body = db_column_bytes(s, 4, &line.body_len);
		if (!visit(context, &line))
			break;
	}
	(void)sqlite3_reset(s);
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err ledger_view_defaults(struct db *db, int64_t slot, struct gate_defaults *ret)
{
	sqlite3_stmt *s = db_statement(db, VIEW_DEFAULTS);
	char measure[16];
	enum err err;

	db_bind_int(s, 1, slot);
	err = db_row(db, s);
	if (err == ERR_OK) {
		get_text(s, 2, measure, sizeof measure);
		*ret = (struct gate_defaults){.lead_s = sqlite3_column_int64(s, 0),
			.lead_min_s = sqlite3_column_int64(s, 1),
			.measure = measure_from_name(measure)};
	}
	(void)sqlite3_reset(s);
	return err;
}

enum err ledger_view_auction(struct db *db, uint64_t auction, struct contract *ret)
{
	sqlite3_stmt *s = db_statement(db, VIEW_AUCTION);
	enum err err;

	db_bind_int(s, 1, (int64_t)auction);
	err = db_row(db, s);
	if (err == ERR_OK)
		*ret = (struct contract){.side = (enum side)sqlite3_column_int64(s, 0),
			.rule = (enum rule)sqlite3_column_int64(s, 1),
			.measure = (enum measure)sqlite3_column_int64(s, 2),
			.book = (enum book_kind)sqlite3_column_int64(s, 3),
			.quantity_wh = sqlite3_column_int64(s, 4),
			.limit_mc_per_kwh = sqlite3_column_int64(s, 5),
			.limit_inclusive = sqlite3_column_int64(s, 6) != 0,
			.min_quantity_wh = sqlite3_column_int64(s, 7),
			.penalty_mc_per_kwh = sqlite3_column_int64(s, 8),
			.gate_ms = sqlite3_column_int64(s, 9),
			.slot = sqlite3_column_int64(s, 10)};
	(void)sqlite3_reset(s);
	return err;
}
