#include "store/ledger_db.h"
#include <string.h>
#include "store/ledger_rows.h"
#include "store/schema.h"
#include "wire/header_form.h"

static const char *const statements[LEDGER_STATEMENT_COUNT] = {
	[INSERT_GENESIS] = "INSERT INTO genesis VALUES (1, ?1)",
	[INSERT_ACCOUNT] = "INSERT INTO accounts VALUES (?1, ?2, ?3, ?4, ?5)",
	[INSERT_CLOSING] = "INSERT INTO closings VALUES (?1, ?2)",
	[INSERT_TX] = "INSERT INTO transactions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[INSERT_AUCTION] = "INSERT INTO auctions VALUES"
			   " (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
	[INSERT_AUCTION_END] = "INSERT INTO auction_ends VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[INSERT_ORDER] = "INSERT INTO orders VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[INSERT_ORDER_END] = "INSERT INTO order_ends VALUES (?1, ?2, ?3)",
	[INSERT_AWARD] = "INSERT INTO awards VALUES (?1, ?2, ?3, ?4, ?5)",
	[INSERT_DELIVERY] = "INSERT INTO deliveries VALUES (?1, ?2, ?3, ?4)",
	[INSERT_TRANSFER] = "INSERT INTO transfers VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[INSERT_RANKING] = "INSERT INTO rankings VALUES (?1, ?2, ?3, ?4, ?5)",
	[INSERT_SEAL] = "INSERT INTO seals VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[INSERT_SCHEDULE] = "INSERT INTO schedules VALUES (?1, ?2, ?3)",
	[INSERT_SCHEDULE_TERMS] = "INSERT INTO schedule_terms VALUES (?1, ?2, ?3)",
	[INSERT_LIMIT] = "INSERT INTO limits VALUES (?1, ?2, ?3, ?4)",
	[INSERT_APPROVAL] = "INSERT INTO approvals VALUES (?1, ?2, ?3, ?4)",
	[INSERT_AUCTION_CUT] = "INSERT INTO auction_cuts VALUES (?1, ?2, ?3, ?4, ?5)",
	[INSERT_TARIFF] = "INSERT INTO tariffs VALUES (?1, ?2, ?3, ?4, ?5)",
	[INSERT_ACTIVATION] = "INSERT INTO activations VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[INSERT_ACTIVATION_AUCTION] = "INSERT INTO activation_auctions VALUES (?1, ?2)",
	[INSERT_BLOCK] = "INSERT INTO blocks VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[SET_APPLIED] = "INSERT INTO progress VALUES (1, ?1)"
			" ON CONFLICT (id) DO UPDATE SET applied_seq = ?1",
	[GET_APPLIED] = "SELECT applied_seq FROM progress",
	[GET_GENESIS] = "SELECT document FROM genesis",
	[GET_HEIGHT] = "SELECT max(height) FROM blocks",
	[GET_BLOCK] = "SELECT header, hash, operator_signature FROM blocks WHERE height = ?1",
	[GET_TXS] = "SELECT seq, market_ms, body, signature FROM transactions"
		    " WHERE height = ?1 AND seq > ?2 ORDER BY seq",
	[GET_SEALED] = "SELECT coalesce(max(height), 0) FROM seals",
};

_Static_assert((int)LEDGER_STATEMENT_COUNT <= (int)DB_STATEMENTS_MAX, "db.h has room for all");

static const struct db_kind kind = {.name = "ledger",
	.application_id = 0x4c454d31, /* "LEM1" */
	.migrations = ledger_migrations,
	.migration_count = &ledger_migration_count,
	.views = ledger_views,
	.statements = statements,
	.statement_count = LEDGER_STATEMENT_COUNT,
	.cache_kib = 16384};

/* The permanent accounts, before any block. */
static void add_fixed_accounts(struct ledger_db *l, const struct genesis *g)
{
	struct account a = {.slot = -1};

	a.number = ACCOUNT_ISSUER;
	memcpy(a.address.text, "issuer", 7);
	ledger_row_account(l, &a, 0);
	a.number = ACCOUNT_WALLETS;
	memcpy(a.address.text, "wallets", 8);
	ledger_row_account(l, &a, 0);
	for (uint32_t i = 0; i < g->params.role_count; i++) {
		a.number = ACCOUNT_FIRST_ROLE + i;
		a.address = g->params.roles[i].address;
		a.key = g->params.roles[i].key;
		ledger_row_account(l, &a, 0);
	}
}

static enum err write_genesis(struct ledger_db *l, const struct genesis *g)
{
	struct stored_block block = {.header = g->header};
	char document[GENESIS_TEXT_MAX + HEADER_TEXT_MAX];
	size_t len = genesis_write(g, document, sizeof document);
	enum err err = db_begin(&l->db);
	sqlite3_stmt *s;

	if (err != ERR_OK || len == 0)
		return err != ERR_OK ? err : ERR_LIMIT;
	s = db_statement(&l->db, INSERT_GENESIS);
	db_bind_text(s, 1, document, len);
	ledger_row_put(l, s);
	add_fixed_accounts(l, g);
	memcpy(block.hash, g->hash, HASH_LEN);
	memcpy(block.operator_signature, g->operator_signature, SIGNATURE_LEN);
	ledger_db_add_block(l, &block, g->name);
	ledger_db_set_applied(l, 0);
	return l->err == ERR_OK ? db_commit(&l->db) : l->err;
}

enum err ledger_db_create(struct ledger_db *l, const char *path, const struct genesis *genesis)
{
	enum err err;

	memset(l, 0, sizeof *l);
	err = db_open(&l->db, &kind, path, DB_CREATE);
	if (err == ERR_OK)
		err = write_genesis(l, genesis);
	if (err != ERR_OK)
		db_close(&l->db);
	return err;
}

enum err ledger_db_open(struct ledger_db *l, const char *path)
{
	memset(l, 0, sizeof *l);
	return db_open(&l->db, &kind, path, DB_WRITE);
}

enum err ledger_db_open_read(struct ledger_db *l, const char *path)
{
	memset(l, 0, sizeof *l);
	return db_open(&l->db, &kind, path, DB_READ_ONLY);
}

void ledger_db_close(struct ledger_db *l)
{
	if (l)
		db_close(&l->db);
}

enum err ledger_db_applied(struct ledger_db *l, uint64_t *ret_seq)
{
	return db_get_int(&l->db, db_statement(&l->db, GET_APPLIED), ret_seq);
}

enum err ledger_db_height(struct ledger_db *l, uint64_t *ret_height)
{
	return db_get_int(&l->db, db_statement(&l->db, GET_HEIGHT), ret_height);
}

enum err ledger_db_sealed(struct ledger_db *l, uint64_t *ret_height)
{
	return db_get_int(&l->db, db_statement(&l->db, GET_SEALED), ret_height);
}

enum err ledger_db_genesis(struct ledger_db *l, char *out, size_t size, size_t *ret_len)
{
	return db_get_text(&l->db, db_statement(&l->db, GET_GENESIS), out, size, ret_len);
}

static enum err read_block(sqlite3_stmt *s, const char *name, struct stored_block *b)
{
	struct json_node nodes[64];
	struct json_doc doc = {.nodes = nodes, .node_max = 64};
	size_t len, hash_len, signature_len;
	const char *text = db_column_bytes(s, 0, &len);
	const void *hash = db_column_bytes(s, 1, &hash_len);
	const void *signature = db_column_bytes(s, 2, &signature_len);
	struct form f;

	if (!text || hash_len != HASH_LEN || signature_len != SIGNATURE_LEN ||
		json_read(&doc, text, len, &json_limits_message, NULL) != JSON_OK)
		return ERR_FORMAT;
	form_init(&f, &doc);
	header_read(&f, 0, "", name, &b->header);
	memcpy(b->hash, hash, HASH_LEN);
	memcpy(b->operator_signature, signature, SIGNATURE_LEN);
	return f.verdict == VERDICT_OK ? ERR_OK : ERR_FORMAT;
}

enum err ledger_db_block(
	struct ledger_db *l, uint64_t height, const char *name, struct stored_block *ret)
{
	sqlite3_stmt *s = db_statement(&l->db, GET_BLOCK);
	enum err err;

	db_bind_int(s, 1, (int64_t)height);
	err = db_row(&l->db, s);
	if (err == ERR_OK)
		err = read_block(s, name, ret);
	(void)sqlite3_reset(s);
	return err;
}

enum err ledger_db_txs(struct ledger_db *l, uint64_t height, uint64_t after_seq,
	bool (*visit)(void *context, const struct stored_tx *tx), void *context)
{
	sqlite3_stmt *s = db_statement(&l->db, GET_TXS);
	enum err err;

	db_bind_int(s, 1, (int64_t)height);
	db_bind_int(s, 2, (int64_t)after_seq);
	while ((err = db_row(&l->db, s)) == ERR_OK) {
		struct stored_tx tx = {.seq = (uint64_t)sqlite3_column_int64(s, 0),
			.market_ms = sqlite3_column_int64(s, 1)};
		size_t len = 0;
		const void *signature;
		tx.body = db_column_bytes(s, 2, &tx.body_len);
		signature = db_column_bytes(s, 3, &len);
		tx.is_signed = len == SIGNATURE_LEN;
		if (tx.is_signed)
			memcpy(tx.signature, signature, SIGNATURE_LEN);
		if (!tx.body)
			tx.body = "";
		if (!visit(context, &tx))
			break;
	}
	(void)sqlite3_reset(s);
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}
