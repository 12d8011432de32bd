#include "store/csm_db.h"
#include <stdlib.h>
#include <string.h>
#include "store/csm_statements.h"
#include "store/schema.h"

/* The number of the newest meter of home ?2: a home's are counted from 1. */
#define NEWEST_METER "(SELECT count(*) FROM meters WHERE home = ?2)"

static const char *const statements[CSM_STATEMENT_COUNT] = {
	[CSM_INSERT_MARKET] = "INSERT INTO market (id, genesis) VALUES (1, ?1)",
	[CSM_GET_GENESIS] = "SELECT genesis FROM market",
	[CSM_GET_SIGNED] = "SELECT last_signed_height, last_signed_hash FROM market",
	[CSM_SET_SIGNED] = "UPDATE market SET last_signed_height = ?1, last_signed_hash = ?2",
	[CSM_INSERT_INTAKE] = "INSERT INTO intake VALUES"
			      " (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
	[CSM_GET_INTAKE] = "SELECT seq, batch, kind, home, market_ms, ledger_seq, height,"
			   " operation, req_id, tx_id, body, signature"
			   " FROM intake WHERE seq >= ?1 ORDER BY seq LIMIT ?2",
	[CSM_GET_INTAKE_ROW] = "SELECT seq, batch, kind, home, market_ms, ledger_seq, height,"
			       " operation, req_id, tx_id, body, signature"
			       " FROM intake WHERE seq = ?1",
	[CSM_INSERT_REQUEST] = "INSERT INTO requests VALUES (?1, ?2, ?3, ?4)",
	[CSM_GET_REQUEST] = "SELECT seq FROM requests"
			    " WHERE hour = ?1 AND home = ?2 AND req_id = ?3",
	[CSM_INSERT_BATCH] = "INSERT INTO batches VALUES (?1, ?2, ?3)",
	[CSM_GET_BATCH] = "SELECT first_seq, count FROM batches WHERE batch = ?1",
	[CSM_GET_LAST_BATCH] = "SELECT coalesce(max(batch), 0) FROM batches",
	[CSM_INSERT_SNAPSHOT] = "INSERT OR REPLACE INTO snapshots VALUES (?1, ?2, ?3, ?4)",
	[CSM_PRUNE_SNAPSHOTS] = "DELETE FROM snapshots WHERE height NOT IN"
				" (SELECT height FROM snapshots ORDER BY height DESC LIMIT 2)",
	[CSM_GET_SNAPSHOT] = "SELECT height, intake_seq, header_hash, state FROM snapshots"
			     " WHERE height <= ?1 ORDER BY height DESC LIMIT 1",
	[CSM_PUT_HOME] = "INSERT INTO homes VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
			 " ON CONFLICT (number) DO UPDATE SET status = ?4, mode = ?5,"
			 " pv_w = ?6, battery_w = ?7, fuse_w = ?8",
	[CSM_PUT_METER] = "INSERT INTO meters SELECT ?2, 1 + " NEWEST_METER ", ?1, ?3, ?4, NULL"
			  " WHERE NOT EXISTS"
			  " (SELECT 1 FROM meters WHERE home = ?2 AND until_seq IS NULL)",
	[CSM_PUT_KEY] = "INSERT INTO keys SELECT ?2, ?1, iif(?1 = 'meter', " NEWEST_METER ", 0),"
			" ?3, ?4, NULL WHERE NOT EXISTS"
			" (SELECT 1 FROM keys WHERE home = ?2 AND role = ?1 AND until_seq IS NULL)",
	[CSM_END_METER] = "UPDATE meters SET until_seq = ?2 WHERE home = ?1 AND until_seq IS NULL",
	[CSM_END_METER_KEY] = "UPDATE keys SET until_seq = ?2 WHERE home = ?1 AND role = 'meter'"
			      " AND until_seq IS NULL",
	[CSM_INSERT_ADDRESS] = "INSERT INTO addresses VALUES (?1, ?2, ?3)",
	[CSM_INSERT_READING] = "INSERT OR REPLACE INTO readings VALUES"
			       " (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, " NEWEST_METER ")",
	/* ?11: of one home and slot so many. */
	[CSM_INSERT_REFUSED] =
		"INSERT OR REPLACE INTO readings SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, "
		"?10, " NEWEST_METER
		" WHERE (SELECT count(*) FROM readings WHERE slot = ?1 AND home = ?2"
		" AND intake_seq = ?3) < ?11",
	[CSM_INSERT_QUARTER] = "INSERT INTO quarters VALUES"
			       " (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
	[CSM_PUT_BASELINE] = "INSERT OR REPLACE INTO baselines VALUES (?1, ?2, ?3)",
	[CSM_INSERT_WALLET] = "INSERT INTO wallets VALUES (?1, ?2, ?3, ?4, ?5)",
	[CSM_INSERT_MONEY] = "INSERT INTO money VALUES"
			     " (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
	[CSM_PUT_MONTH] = "INSERT INTO months VALUES (strftime('%Y-%m', ?1, 'unixepoch'),"
			  " ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
			  " ON CONFLICT (home, month) DO UPDATE SET"
			  " bought_uc = bought_uc + ?3, deposited_uc = deposited_uc + ?4,"
			  " fees_uc = fees_uc + ?5, penalties_paid_uc = penalties_paid_uc + ?6,"
			  " penalties_received_uc = penalties_received_uc + ?7,"
			  " rewards_uc = rewards_uc + ?8, sold_uc = sold_uc + ?9,"
			  " withdrawn_uc = withdrawn_uc + ?10, bought_wh = bought_wh + ?11,"
			  " sold_wh = sold_wh + ?12, balance_uc = ?13",
	[CSM_DROP_MODES] = "DELETE FROM modes WHERE home = ?1 AND from_slot > ?2",
	[CSM_INSERT_MODE] = "INSERT INTO modes VALUES (?1, ?2, ?3, ?4)",
	[CSM_INSERT_HISTORY] =
		"INSERT INTO history VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, " NEWEST_METER ")",
	/* A home's net of two slots, each from two readings in a row of one meter. */
	[CSM_GET_NETS] = "SELECT a.import_wh - a.export_wh - b.import_wh + b.export_wh,"
			 " c.import_wh - c.export_wh - d.import_wh + d.export_wh, h.number"
			 " FROM homes h"
			 " LEFT JOIN v_registers a ON a.slot = ?1 AND a.home = h.number"
			 " LEFT JOIN v_registers b ON b.slot = ?1 - 1 AND b.home = h.number AND "
			 "b.meter = a.meter"
			 " LEFT JOIN v_registers c ON c.slot = ?2 AND c.home = h.number"
			 " LEFT JOIN v_registers d ON d.slot = ?2 - 1 AND d.home = h.number AND "
			 "d.meter = c.meter"
			 " WHERE h.kind = 1 AND h.status = 2 ORDER BY h.number",
	[CSM_GET_METER_KEY] =
		"SELECT home, key FROM meters JOIN keys USING (home, meter)"
		" WHERE serial = ?1 AND meters.until_seq IS NULL AND keys.until_seq IS NULL",
	/* Of the oldest ?3 rows the first that has to stay, or the last; the begin of its batch.
	 * The log is in the order of market time. */
	[CSM_PRUNE_EDGE] =
		"SELECT b.first_seq, b.batch, i.market_ms FROM intake i JOIN batches b USING "
		"(batch)"
		" WHERE i.seq = (SELECT coalesce(min(CASE WHEN market_ms >= ?1 OR height > ?2"
		" OR seq > (SELECT coalesce(min(intake_seq), 0) FROM snapshots) THEN seq END),"
		" max(seq)) FROM (SELECT seq, market_ms, height FROM intake ORDER BY seq LIMIT "
		"?3))",
	[CSM_PRUNE_INTAKE] = "DELETE FROM intake WHERE seq < ?1",
	[CSM_PRUNE_BATCHES] = "DELETE FROM batches WHERE batch < ?1",
	[CSM_PRUNE_REQUESTS] = "DELETE FROM requests WHERE hour < ?1",
	/* By rows in the order of the key: slots may be far apart, or have many rows. */
	[CSM_PRUNE_READINGS] =
		"DELETE FROM readings WHERE (slot, home, intake_seq, market_ms) IN"
		" (SELECT slot, home, intake_seq, market_ms FROM readings WHERE slot < ?1"
		" ORDER BY slot, home, intake_seq, market_ms LIMIT ?2)",
	[CSM_PRUNE_ADDRESSES] = "DELETE FROM addresses WHERE (slot, home) IN"
				" (SELECT slot, home FROM addresses WHERE slot < ?1"
				" ORDER BY slot, home LIMIT ?2)",
	[CSM_PRUNE_QUARTERS] = "DELETE FROM quarters WHERE (slot, home, quarter) IN"
			       " (SELECT slot, home, quarter FROM quarters WHERE slot < ?1"
			       " ORDER BY slot, home, quarter LIMIT ?2)",
	[CSM_PRUNE_BASELINES] = "DELETE FROM baselines WHERE (slot, home) IN"
				" (SELECT slot, home FROM baselines WHERE slot < ?1"
				" ORDER BY slot, home LIMIT ?2)",
	/* The block of slot s has the height s + 1. */
	[CSM_PRUNE_WALLETS] = "DELETE FROM wallets WHERE (height, home) IN"
			      " (SELECT height, home FROM wallets WHERE height <= ?1"
			      " ORDER BY height, home LIMIT ?2)",
	[CSM_PRUNE_MONEY] = "DELETE FROM money WHERE (height, home) IN"
			    " (SELECT height, home FROM money WHERE height <= ?1"
			    " ORDER BY height, home LIMIT ?2)",
	/* Where the home's next mode had begun. */
	[CSM_PRUNE_MODES] = "DELETE FROM modes WHERE (home, intake_seq) IN"
			    " (SELECT home, intake_seq FROM modes r WHERE (SELECT n.from_slot"
			    " FROM modes n WHERE n.home = r.home AND n.intake_seq > r.intake_seq"
			    " ORDER BY n.intake_seq LIMIT 1) <= ?1 ORDER BY home, intake_seq"
			    " LIMIT ?2)",
	[CSM_PRUNE_OBSERVATIONS] = "DELETE FROM observations WHERE id <= ?1",
	[CSM_INSERT_OBSERVATION] = "INSERT INTO observations (market_ms, home, item, name, value)"
				   " VALUES (?1, ?2, ?3, ?4, ?5)",
};

_Static_assert((int)CSM_STATEMENT_COUNT <= (int)DB_STATEMENTS_MAX, "db.h has room for all");

static const struct db_kind kind = {.name = "csm",
	.application_id = 0x4c454d32, /* "LEM2" */
	.migrations = csm_migrations,
	.migration_count = &csm_migration_count,
	.views = csm_views,
	.statements = statements,
	.statement_count = CSM_STATEMENT_COUNT,
	.full_sync = true,
	.cache_kib = 16384};

enum err csm_db_create(struct csm_db *csm, const char *path, const struct genesis *genesis)
{
	char document[GENESIS_TEXT_MAX];
	size_t len = genesis_write(genesis, document, sizeof document);
	enum err err = db_open(&csm->db, &kind, path, DB_CREATE);
	sqlite3_stmt *s;

	if (err != ERR_OK)
		return err;
	s = db_statement(&csm->db, CSM_INSERT_MARKET);
	db_bind_text(s, 1, document, len);
	err = len == 0 ? ERR_LIMIT : db_run(&csm->db, s);
	if (err != ERR_OK)
		db_close(&csm->db);
	return err;
}

enum err csm_db_open(struct csm_db *csm, const char *path)
{
	return db_open(&csm->db, &kind, path, DB_WRITE);
}

enum err csm_db_open_read(struct csm_db *csm, const char *path)
{
	return db_open(&csm->db, &kind, path, DB_READ_ONLY);
}

void csm_db_close(struct csm_db *csm)
{
	if (csm)
		db_close(&csm->db);
}

enum err csm_db_genesis(struct csm_db *csm, char *out, size_t size, size_t *ret_len)
{
	return db_get_text(&csm->db, db_statement(&csm->db, CSM_GET_GENESIS), out, size, ret_len);
}

enum err csm_db_last_signed(
	struct csm_db *csm, uint64_t *ret_height, uint8_t ret_hash[static HASH_LEN])
{
	sqlite3_stmt *s = db_statement(&csm->db, CSM_GET_SIGNED);
	enum err err = db_row(&csm->db, s);
	size_t len;
	const void *hash;

	if (err == ERR_OK) {
		*ret_height = (uint64_t)sqlite3_column_int64(s, 0);
		hash = db_column_bytes(s, 1, &len);
		memset(ret_hash, 0, HASH_LEN);
		if (len == HASH_LEN)
			memcpy(ret_hash, hash, HASH_LEN);
	}
	(void)sqlite3_reset(s);
	return err;
}

enum err csm_db_will_sign(struct csm_db *csm, uint64_t height, const uint8_t hash[static HASH_LEN])
{
	sqlite3_stmt *s = db_statement(&csm->db, CSM_SET_SIGNED);

	db_bind_int(s, 1, (int64_t)height);
	db_bind_blob(s, 2, hash, HASH_LEN);
	return db_run(&csm->db, s);
}

enum err csm_db_add_intake(struct csm_db *csm, const struct intake_row *row, int64_t hour)
{
	sqlite3_stmt *s = db_statement(&csm->db, CSM_INSERT_INTAKE);
	enum err err;

	db_bind_int(s, 1, (int64_t)row->seq);
	db_bind_int(s, 2, (int64_t)row->batch);
	db_bind_int(s, 3, (int64_t)row->kind);
	db_bind_int(s, 4, (int64_t)row->home);
	db_bind_int(s, 5, row->market_ms);
	db_bind_int(s, 6, (int64_t)row->ledger_seq);
	db_bind_int(s, 7, (int64_t)row->height);
	db_bind_text(s, 8, row->operation, strlen(row->operation));
	db_bind_text(s, 9, row->req_id, strlen(row->req_id));
	db_bind_blob(s, 10, row->tx_id, HASH_LEN);
	db_bind_text(s, 11, row->body, row->body_len);
	db_bind_blob(s, 12, row->signature, row->is_signed ? SIGNATURE_LEN : 0);
	err = db_run(&csm->db, s);
	if (err != ERR_OK || hour < 0)
		return err;
	s = db_statement(&csm->db, CSM_INSERT_REQUEST);
	db_bind_int(s, 1, hour);
	db_bind_int(s, 2, (int64_t)row->home);
	db_bind_text(s, 3, row->req_id, strlen(row->req_id));
	db_bind_int(s, 4, (int64_t)row->seq);
	return db_run(&csm->db, s);
}

enum err csm_db_find_request(
	struct csm_db *csm, int64_t hour, uint32_t home, const char *req_id, uint64_t *ret_seq)
{
	sqlite3_stmt *s = db_statement(&csm->db, CSM_GET_REQUEST);

	db_bind_int(s, 1, hour);
	db_bind_int(s, 2, (int64_t)home);
	db_bind_text(s, 3, req_id, strlen(req_id));
	return db_get_int(&csm->db, s, ret_seq);
}

static struct intake_row row_of(sqlite3_stmt *s)
{
	struct intake_row row = {.seq = (uint64_t)sqlite3_column_int64(s, 0),
		.batch = (uint64_t)sqlite3_column_int64(s, 1),
		.kind = (enum command_kind)sqlite3_column_int(s, 2),
		.home = (uint32_t)sqlite3_column_int64(s, 3),
		.market_ms = sqlite3_column_int64(s, 4),
		.ledger_seq = (uint64_t)sqlite3_column_int64(s, 5),
		.height = (uint64_t)sqlite3_column_int64(s, 6),
		.operation = (const char *)sqlite3_column_text(s, 7),
		.req_id = (const char *)sqlite3_column_text(s, 8)};
	size_t len = 0;
	const void *bytes = db_column_bytes(s, 9, &len);

	if (len == HASH_LEN)
		memcpy(row.tx_id, bytes, HASH_LEN);
	row.body = db_column_bytes(s, 10, &row.body_len);
	bytes = db_column_bytes(s, 11, &len);
	row.is_signed = len == SIGNATURE_LEN;
	if (row.is_signed)
		memcpy(row.signature, bytes, SIGNATURE_LEN);
	if (!row.body)
		row.body = "";
	return row;
}

enum err csm_db_intake(struct csm_db *csm, uint64_t from, uint64_t count,
	bool (*visit)(void *context, const struct intake_row *row), void *context)
{
	/* A visitor of many rows may ask for single ones: they have a statement of their own. */
	sqlite3_stmt *s = db_statement(&csm->db, count == 1 ? CSM_GET_INTAKE_ROW : CSM_GET_INTAKE);
	enum err err;

	db_bind_int(s, 1, (int64_t)from);
	if (count != 1)
		db_bind_int(s, 2, (int64_t)count);
	while ((err = db_row(&csm->db, s)) == ERR_OK) {
		struct intake_row row = row_of(s);
		if (!visit(context, &row))
			break;
	}
	(void)sqlite3_reset(s);
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err csm_db_add_batch(struct csm_db *csm, uint64_t batch, uint64_t first_seq, uint64_t count)
{
	sqlite3_stmt *s = db_statement(&csm->db, CSM_INSERT_BATCH);

	db_bind_int(s, 1, (int64_t)batch);
	db_bind_int(s, 2, (int64_t)first_seq);
	db_bind_int(s, 3, (int64_t)count);
	return db_run(&csm->db, s);
}

enum err csm_db_batch(
	struct csm_db *csm, uint64_t batch, uint64_t *ret_first_seq, uint64_t *ret_count)
{
	sqlite3_stmt *s = db_statement(&csm->db, CSM_GET_BATCH);
	enum err err;

	db_bind_int(s, 1, (int64_t)batch);
	err = db_row(&csm->db, s);
	if (err == ERR_OK) {
		*ret_first_seq = (uint64_t)sqlite3_column_int64(s, 0);
		*ret_count = (uint64_t)sqlite3_column_int64(s, 1);
	}
	(void)sqlite3_reset(s);
	return err;
}

enum err csm_db_last_batch(struct csm_db *csm, uint64_t *ret_batch)
{
	return db_get_int(&csm->db, db_statement(&csm->db, CSM_GET_LAST_BATCH), ret_batch);
}

enum err csm_db_add_snapshot(struct csm_db *csm, uint64_t height, uint64_t intake_seq,
	const uint8_t hash[static HASH_LEN], const uint8_t *state, size_t len)
{
	sqlite3_stmt *s = db_statement(&csm->db, CSM_INSERT_SNAPSHOT);
	enum err err;

	db_bind_int(s, 1, (int64_t)height);
	db_bind_int(s, 2, (int64_t)intake_seq);
	db_bind_blob(s, 3, hash, HASH_LEN);
	db_bind_blob(s, 4, state, len);
	err = db_run(&csm->db, s);
	return err == ERR_OK ? db_run(&csm->db, db_statement(&csm->db, CSM_PRUNE_SNAPSHOTS)) : err;
}

enum err csm_db_snapshot(struct csm_db *csm, uint64_t max_height, uint64_t *ret_height,
	uint64_t *ret_intake_seq, uint8_t ret_hash[static HASH_LEN], uint8_t **ret_state,
	size_t *ret_len)
{
	sqlite3_stmt *s = db_statement(&csm->db, CSM_GET_SNAPSHOT);
	size_t hash_len = 0, len = 0;
	const void *hash = NULL, *state = NULL;
	uint8_t *copy = NULL;
	enum err err;

	db_bind_int(s, 1, (int64_t)max_height);
	err = db_row(&csm->db, s);
	if (err == ERR_OK) {
		hash = db_column_bytes(s, 2, &hash_len);
		state = db_column_bytes(s, 3, &len);
		copy = malloc(len + 1);
		err = !copy ? ERR_NOMEM : hash_len != HASH_LEN ? ERR_FORMAT : ERR_OK;
	}
	if (err == ERR_OK) {
		*ret_height = (uint64_t)sqlite3_column_int64(s, 0);
		*ret_intake_seq = (uint64_t)sqlite3_column_int64(s, 1);
		memcpy(ret_hash, hash, HASH_LEN);
		if (len > 0)
			memcpy(copy, state, len);
		*ret_state = copy;
		*ret_len = len;
		copy = NULL;
	}
	free(copy);
	(void)sqlite3_reset(s);
	return err;
}
