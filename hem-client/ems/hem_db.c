#include "hem-client/ems/hem_db.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include "store/schema.h"

static const char *const statements[HEM_STATEMENT_COUNT] = {
	[KEY_INSERT] = "INSERT INTO address_keys VALUES (?1, ?2, ?3, ?4, NULL)",
	[KEY_GET] = "SELECT address, private_key, enrolled_ms FROM address_keys WHERE slot = ?1",
	[KEY_FIND] = "SELECT slot FROM address_keys WHERE address = ?1",
	[KEY_ENROLLED] = "UPDATE address_keys SET enrolled_ms = ?2 WHERE req_id = ?1",
	[KEY_DROP] = "DELETE FROM address_keys WHERE req_id = ?1 AND enrolled_ms IS NULL",
	[KEY_PRUNE] = "DELETE FROM address_keys WHERE slot < ?1",
	[KEY_LAST] = "SELECT max(slot) FROM address_keys HAVING max(slot) IS NOT NULL",
	[SPOOL_INSERT] = "INSERT INTO spool VALUES (NULL, ?1, ?2, ?3, ?4, ?5)",
	[SPOOL_LIST] = "SELECT id, req_id, operation, tx_id, until_ms, text FROM spool"
		       " WHERE id > ?1 ORDER BY id",
	[SPOOL_GET] = "SELECT id, req_id, operation, tx_id, until_ms, text FROM spool"
		      " WHERE req_id = ?1",
	[SPOOL_FIND] = "SELECT req_id FROM spool WHERE tx_id = ?1",
	[SPOOL_DELETE] = "DELETE FROM spool WHERE req_id = ?1",
	[SPOOL_COUNT] = "SELECT count(*), coalesce(min(id), 0) FROM spool",
	[RECEIPT_PUT] = "INSERT OR REPLACE INTO receipts VALUES (?1, ?2, ?3, ?4)",
	[RECEIPT_AT] = "SELECT tx_id, seq FROM receipts WHERE height = ?1",
	[RECEIPT_SEEN] = "DELETE FROM receipts WHERE tx_id = ?1 AND height = ?2 AND seq = ?3",
	[ORDER_INSERT] = "INSERT INTO orders VALUES"
			 " (?1, 0, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1, 0, 0, 0)",
	[ORDER_RECEIPT] = "UPDATE orders SET seq = ?2, status = 2 WHERE req_id = ?1 AND status = 1",
	[ORDER_STATUS] = "UPDATE orders SET status = ?2 WHERE req_id = ?1",
	[ORDER_END] = "UPDATE orders SET status = ?2, awarded_wh = ?3, award_uc = ?4, verified = ?5"
		      " WHERE seq = ?1 AND verified <= ?5",
	[ORDER_BY_SEQ] = "SELECT req_id, seq, auction, slot, side, measure, gate_ms, quantity_wh,"
			 " price_mc_per_kwh, status, verified, awarded_wh, award_uc FROM orders"
			 " WHERE seq = ?1",
	[ORDER_LIST] = "SELECT req_id, seq, auction, slot, side, measure, gate_ms, quantity_wh,"
		       " price_mc_per_kwh, status, verified, awarded_wh, award_uc FROM orders"
		       " WHERE slot BETWEEN ?1 AND ?2 ORDER BY slot, gate_ms, seq",
	[ORDER_PRUNE] = "DELETE FROM orders WHERE slot < ?1",
	[READING_INSERT] = "INSERT INTO readings VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL, ?8)",
	[READING_GET] = "SELECT pv_wh, import_wh, export_wh, charge_wh, discharge_wh, taken_ms,"
			" receipt_ms FROM readings WHERE slot = ?1",
	[READING_RECEIPT] = "UPDATE readings SET receipt_ms = ?2 WHERE req_id = ?1",
	[READING_PRUNE] = "DELETE FROM readings WHERE slot < ?1",
	[QUARTER_INSERT] = "INSERT INTO quarters VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, NULL, ?9)",
	[QUARTER_LIST] = "SELECT pv_wh, import_wh, export_wh, charge_wh, discharge_wh, taken_ms,"
			 " receipt_ms FROM quarters WHERE slot = ?1 ORDER BY quarter",
	[QUARTER_RECEIPT] = "UPDATE quarters SET receipt_ms = ?2 WHERE req_id = ?1",
	[QUARTER_PRUNE] = "DELETE FROM quarters WHERE slot < ?1",
	[HOUR_PUT] = "INSERT OR REPLACE INTO hours VALUES (?1, ?2, ?3)",
	[HOUR_LIST] = "SELECT step, load_wh, pv_wh FROM hours ORDER BY step",
	[HOUR_PRUNE] = "DELETE FROM hours WHERE step < ?1",
	[BASELINE_PUT] = "INSERT INTO baselines VALUES (?1, ?2, ?3) ON CONFLICT (slot) DO UPDATE"
			 " SET net_wh = ?2, intake_seq = ?3 WHERE ?3 > intake_seq",
	[BASELINE_GET] = "SELECT net_wh FROM baselines WHERE slot = ?1",
	[BASELINE_PRUNE] = "DELETE FROM baselines WHERE slot < ?1",
	[MONEY_PUT] = "INSERT OR REPLACE INTO money SELECT ?1, strftime('%Y-%m', ?2, 'unixepoch'),"
		      " ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13 WHERE ?14"
		      " OR ?13 <> coalesce((SELECT balance_uc FROM money WHERE height < ?1"
		      " ORDER BY height DESC LIMIT 1), 0)",
	[MONEY_PRUNE] = "DELETE FROM money WHERE begin_s < ?1",
	/* Of a home that was here before its first row, that row tells what it had. */
	[MONEY_MONTH] =
		"SELECT coalesce((SELECT balance_uc FROM money WHERE month < ?1"
		" ORDER BY height DESC LIMIT 1), (SELECT balance_uc + bought_uc - deposited_uc"
		" + fees_uc + penalties_paid_uc - penalties_received_uc - rewards_uc - sold_uc"
		" + withdrawn_uc FROM money ORDER BY height LIMIT 1)),"
		" coalesce(sum(bought_uc), 0), coalesce(sum(deposited_uc), 0),"
		" coalesce(sum(fees_uc), 0), coalesce(sum(penalties_paid_uc), 0),"
		" coalesce(sum(penalties_received_uc), 0), coalesce(sum(rewards_uc), 0),"
		" coalesce(sum(sold_uc), 0), coalesce(sum(withdrawn_uc), 0),"
		" coalesce(sum(bought_wh), 0), coalesce(sum(sold_wh), 0),"
		" (SELECT balance_uc FROM money WHERE month <= ?1 ORDER BY height DESC LIMIT 1)"
		" FROM money WHERE month = ?1"
		" HAVING EXISTS (SELECT 1 FROM money WHERE month <= ?1)",
	[SNAPSHOT_PUT] = "INSERT OR REPLACE INTO snapshots VALUES (?1, ?2, ?3)",
	[SNAPSHOT_PRUNE] = "DELETE FROM snapshots WHERE height > ?1 OR height NOT IN"
			   " (SELECT height FROM snapshots WHERE height <= ?1"
			   " ORDER BY height DESC LIMIT 2)",
	[SNAPSHOT_GET] = "SELECT height, header_hash, state FROM snapshots WHERE height <= ?1"
			 " ORDER BY height DESC LIMIT 1",
	[NOTE_PUT] = "INSERT INTO notes VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET"
		     " value = ?2 WHERE value <> ?2",
	[NOTE_GET] = "SELECT value FROM notes WHERE name = ?1",
};
_Static_assert((int)HEM_STATEMENT_COUNT <= (int)DB_STATEMENTS_MAX, "db.h has room for all");

static const struct db_kind kind = {.name = "hem",
	.application_id = 0x4c454d33, /* "LEM3" */
	.migrations = hem_migrations,
	.migration_count = &hem_migration_count,
	.statements = statements,
	.statement_count = HEM_STATEMENT_COUNT,
	.full_sync = true,
	.cache_kib = 512};

static enum err fail(struct hem_db *h, const char *what, const char *path)
{
	int number = errno;

	snprintf(h->db.why, sizeof h->db.why, "%s %.400s: %s", what, path, strerror(number));
	return number == EACCES || number == EPERM || number == EROFS ? ERR_PERMISSION : ERR_IO;
}

static enum err lock(struct hem_db *h)
{
	while (flock(h->lock_fd, LOCK_EX) != 0) {
		if (errno != EINTR)
			return fail(h, "locking", "hem.db.lock");
	}
	return ERR_OK;
}

static void unlock(struct hem_db *h)
{
	(void)flock(h->lock_fd, LOCK_UN);
}

static enum err open_locked(struct hem_db *h, const char *path)
{
	enum err err = db_open(&h->db, &kind, path, DB_CREATE);

	if (err == ERR_EXISTS)
		err = db_open(&h->db, &kind, path, DB_WRITE);
	if (err == ERR_OK)
		err = db_exec(&h->db, "PRAGMA secure_delete = ON");
	return err;
}

enum err hem_db_open(struct hem_db *h, const char *state_dir)
{
	char path[HEM_DB_PATH_MAX];
	enum err err;

	memset(h, 0, sizeof *h);
	h->lock_fd = -1;
	if ((size_t)snprintf(path, sizeof path, "%s/hem.db.lock", state_dir) >= sizeof path) {
		snprintf(h->db.why, sizeof h->db.why, "the state directory's name is too long");
		return ERR_LIMIT;
	}
	h->lock_fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (h->lock_fd < 0)
		return fail(h, "opening", path);
	err = lock(h);
	if (err == ERR_OK) {
		snprintf(path, sizeof path, "%.1000s/hem.db", state_dir);
		err = open_locked(h, path);
		unlock(h);
	}
	if (err != ERR_OK) {
		(void)close(h->lock_fd);
		h->lock_fd = -1;
	}
	return err;
}

void hem_db_close(struct hem_db *h)
{
	if (!h || h->lock_fd < 0)
		return;
	hem_db_rollback(h);
	if (lock(h) == ERR_OK)
		db_close(&h->db); /* checkpoints */
	(void)close(h->lock_fd);
	h->lock_fd = -1;
}

enum err hem_db_begin(struct hem_db *h)
{
	enum err err;

	if (h->depth > 0) {
		h->depth++;
		return ERR_OK;
	}
	err = lock(h);
	if (err != ERR_OK)
		return err;
	err = db_begin(&h->db);
	if (err == ERR_OK)
		h->depth = 1;
	else
		unlock(h);
	return err;
}

enum err hem_db_commit(struct hem_db *h)
{
	enum err err;

	if (h->depth == 0)
		return ERR_INTERNAL; /* a rollback within took it all back */
	if (--h->depth > 0)
		return ERR_OK;
	err = db_commit(&h->db);
	unlock(h);
	return err;
}

void hem_db_rollback(struct hem_db *h)
{
	if (h->depth == 0)
		return;
	h->depth = 0;
	db_rollback(&h->db);
	unlock(h);
}

enum err hem_db_end(struct hem_db *h, enum err err)
{
	if (err == ERR_OK)
		return hem_db_commit(h);
	hem_db_rollback(h);
	return err;
}

enum err hem_db_run(struct hem_db *h, enum hem_statement which, const char *text, int64_t value)
{
	enum err err = hem_db_begin(h);
	sqlite3_stmt *s;
	int place = 1;

	if (err != ERR_OK)
		return err;
	s = db_statement(&h->db, which);
	if (text)
		db_bind_text(s, place++, text, strlen(text));
	if (place <= sqlite3_bind_parameter_count(s))
		db_bind_int(s, place, value);
	return hem_db_end(h, db_run(&h->db, s));
}

enum err hem_db_put_note(struct hem_db *h, const char *name, const char *value)
{
	sqlite3_stmt *s;
	enum err err;

	if (strlen(value) >= HEM_DB_NOTE_MAX)
		return ERR_LIMIT;
	err = hem_db_begin(h);
	if (err != ERR_OK)
		return err;
	s = db_statement(&h->db, NOTE_PUT);
	db_bind_text(s, 1, name, strlen(name));
	db_bind_text(s, 2, value, strlen(value));
	return hem_db_end(h, db_run(&h->db, s));
}

enum err hem_db_get_note(struct hem_db *h, const char *name, char out[static HEM_DB_NOTE_MAX])
{
	sqlite3_stmt *s = db_statement(&h->db, NOTE_GET);
	enum err err;
	size_t len = 0;

	out[0] = '\0';
	db_bind_text(s, 1, name, strlen(name));
	err = db_row(&h->db, s);
	if (err == ERR_OK) {
		const void *bytes = db_column_bytes(s, 0, &len);
		if (len < HEM_DB_NOTE_MAX && bytes)
			memcpy(out, bytes, len);
		out[len < HEM_DB_NOTE_MAX ? len : 0] = '\0';
	}
	(void)sqlite3_reset(s);
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}
