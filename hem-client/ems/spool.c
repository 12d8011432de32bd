#include "hem-client/ems/spool.h"
#include <string.h>

/* What may use the last places: without it the home would lose energy metered, or its next slots.
 */
static bool is_vital(enum operation operation)
{
	return operation == OPERATION_STATE || operation == OPERATION_ADDRESSES ||
	       operation == OPERATION_REGISTER;
}

enum err spool_count(struct hem_db *db, int64_t *ret)
{
	sqlite3_stmt *s = db_statement(&db->db, SPOOL_COUNT);
	enum err err = db_row(&db->db, s);

	if (err == ERR_OK)
		*ret = sqlite3_column_int64(s, 0);
	(void)sqlite3_reset(s);
	return err;
}

static enum err insert(struct hem_db *db, const struct message *m, int64_t until_ms)
{
	sqlite3_stmt *s;
	int64_t count = 0;
	enum err err = spool_count(db, &count);

	if (err != ERR_OK)
		return err;
	if (count >= (is_vital(m->operation) ? SPOOL_MAX : SPOOL_VITAL_FROM))
		return ERR_LIMIT;
	s = db_statement(&db->db, SPOOL_INSERT);
	db_bind_text(s, 1, m->req_id, strlen(m->req_id));
	db_bind_int(s, 2, (int64_t)m->operation);
	db_bind_blob(s, 3, m->tx_id, HASH_LEN);
	db_bind_int(s, 4, until_ms);
	db_bind_text(s, 5, m->text, m->len);
	return db_run(&db->db, s);
}

enum err spool_put(struct hem_db *db, const struct message *m, int64_t until_ms)
{
	enum err err = hem_db_begin(db);

	return err == ERR_OK ? hem_db_end(db, insert(db, m, until_ms)) : err;
}

static enum err read_row(sqlite3_stmt *s, struct spooled *m)
{
	size_t req_id_len, tx_id_len;
	const void *req_id, *tx_id;

	memset(m, 0, sizeof *m);
	m->id = sqlite3_column_int64(s, 0);
	req_id = db_column_bytes(s, 1, &req_id_len);
	m->operation = (enum operation)sqlite3_column_int64(s, 2);
	tx_id = db_column_bytes(s, 3, &tx_id_len);
	m->until_ms = sqlite3_column_int64(s, 4);
	m->text = db_column_bytes(s, 5, &m->len);
	if (!req_id || req_id_len > REQ_ID_MAX || tx_id_len != HASH_LEN || !m->text ||
		(int)m->operation <= 0 || m->operation >= OPERATION_COUNT)
		return ERR_DB_FOREIGN;
	memcpy(m->req_id, req_id, req_id_len);
	memcpy(m->tx_id, tx_id, HASH_LEN);
	return ERR_OK;
}

enum err spool_get(struct hem_db *db, const char *req_id, struct spooled *ret)
{
	sqlite3_stmt *s = db_statement(&db->db, SPOOL_GET);
	struct spooled m;
	enum err err;

	db_bind_text(s, 1, req_id, strlen(req_id));
	err = db_row(&db->db, s);
	if (err == ERR_OK)
		err = read_row(s, &m);
	(void)sqlite3_reset(s);
	if (err == ERR_OK) {
		m.text = NULL;
		*ret = m;
	}
	return err;
}

enum err spool_find(struct hem_db *db, const uint8_t tx_id[static HASH_LEN],
	char ret_req_id[static REQ_ID_MAX + 1])
{
	sqlite3_stmt *s = db_statement(&db->db, SPOOL_FIND);
	const void *req_id = NULL;
	size_t len = 0;
	enum err err;

	db_bind_blob(s, 1, tx_id, HASH_LEN);
	err = db_row(&db->db, s);
	if (err == ERR_OK)
		req_id = db_column_bytes(s, 0, &len);
	if (err == ERR_OK && (!req_id || len > REQ_ID_MAX))
		err = ERR_DB_FOREIGN;
	if (err == ERR_OK) {
		memcpy(ret_req_id, req_id, len);
		ret_req_id[len] = '\0';
	}
	(void)sqlite3_reset(s);
	return err;
}

enum err spool_remove(struct hem_db *db, const char *req_id)
{
	enum err err = hem_db_begin(db);
	sqlite3_stmt *s;

	if (err != ERR_OK)
		return err;
	s = db_statement(&db->db, SPOOL_DELETE);
	db_bind_text(s, 1, req_id, strlen(req_id));
	return hem_db_end(db, db_run(&db->db, s));
}

enum err spool_each(struct hem_db *db, bool (*visit)(void *context, const struct spooled *message),
	void *context)
{
	sqlite3_stmt *s = db_statement(&db->db, SPOOL_LIST);
	struct spooled m;
	enum err err;

	db_bind_int(s, 1, 0);
	while ((err = db_row(&db->db, s)) == ERR_OK) {
		err = read_row(s, &m);
		if (err != ERR_OK || !visit(context, &m))
			break;
	}
	(void)sqlite3_reset(s);
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}
