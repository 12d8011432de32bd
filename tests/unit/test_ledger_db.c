/* ledger.db: each result makes its row, once and for ever; blocks and transactions are read back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include "store/ledger_db.h"
#include "tests/lib/sample_genesis.h"
#include "tests/lib/scratch.h"
#include "tests/lib/small_ledger.h"
#include "wire/header_form.h"

static struct private_key *operator_key, *aggregator_key;
static struct genesis genesis;
static char folder[SCRATCH_MAX], path[96];
static struct ledger_db db;
static struct small_ledger s;

static int setup(void **state)
{
	(void)state;
	if (scratch_make(folder) != 0)
		return -1;
	(void)snprintf(path, sizeof path, "%s/ledger.db", folder);
	assert_int_equal(private_key_generate(KEY_ED25519, &operator_key), ERR_OK);
	assert_int_equal(private_key_generate(KEY_P256, &aggregator_key), ERR_OK);
	sample_genesis(&genesis, operator_key, aggregator_key);
	assert_int_equal(ledger_db_create(&db, path, &genesis), ERR_OK);
	small_open(&s);
	s.sink = ledger_db_sink(&db);
	db.ledger = s.l;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	small_free(&s);
	ledger_db_close(&db);
	ledger_db_close(NULL);
	private_key_free(operator_key);
	private_key_free(aggregator_key);
	return scratch_remove(folder);
}

static int64_t query(const char *sql)
{
	sqlite3_stmt *q = NULL;
	int64_t value;

	assert_int_equal(sqlite3_prepare_v2(db.db.handle, sql, -1, &q, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(q), SQLITE_ROW);
	value = sqlite3_column_int64(q, 0);
	(void)sqlite3_finalize(q);
	return value;
}

/* Execute with the transaction's row before its results, as the engine does. */
static void run(const struct tx *tx)
{
	const char body[] = "{\"seq\":1}";
	struct stored_tx stored = {.seq = tx->seq,
		.market_ms = tx->market_ms,
		.body = body,
		.body_len = sizeof body - 1,
		.is_signed = tx_is_signed(tx->kind)};
	const struct account *a = account_find(&s.l->accounts, &tx->address);

	memset(stored.signature, 9, SIGNATURE_LEN);
	ledger_db_add_tx(&db, tx, stored.is_signed ? a->number : 0, s.l->height, &stored);
	small_do(&s, tx);
	assert_int_equal(db.err, ERR_OK);
}

static void operators(enum tx_kind kind, int64_t due_ms)
{
	struct tx tx;

	if (due_ms > s.now_ms)
		s.now_ms = due_ms;
	tx = small_tx(&s, kind);
	tx.u.clock.due_ms = due_ms;
	run(&tx);
}

/* One block, closed and stored. */
static void close_block(void)
{
	struct stored_block b;
	struct tx tx;

	while (ledger_delivery_due(s.l)) {
		tx = small_tx(&s, TX_DELIVERY);
		tx.u.delivery.order = ledger_delivery_due(s.l)->seq;
		tx.u.delivery.delivered_wh = 35;
		tx.u.delivery.why = DELIVERY_METERED;
		run(&tx);
	}
	block_close(s.l, &s.sink, &b.header);
	digest_sha256(&b.header.height, 8, b.hash);
	memset(b.operator_signature, 3, SIGNATURE_LEN);
	ledger_db_add_block(&db, &b, genesis.name);
	block_chain(s.l, b.hash);
	assert_int_equal(db.err, ERR_OK);
}

/* A short history with every kind of result. */
static void history(void)
{
	struct tx tx;
	uint64_t auction;

	for (int slot = 0; slot < 2; slot++) {
		tx = small_tx(&s, TX_ADMIT);
		small_admission(&s, &tx, slot, (uint32_t)slot * 10, 3);
		run(&tx);
	}
	tx = small_bid(&s, SMALL_ROLE, SIDE_BUY, 100, 9000, 0);
	tx.u.bid.request.slot = 1;
	run(&tx);
	auction = tx.seq;
	for (uint32_t i = 10; i < 13; i++) {
		tx = small_bid(&s, i, SIDE_SELL, 60, 8000 + i, auction);
		run(&tx);
	}
	tx = small_bid(&s, 12, SIDE_SELL, 7, 500, 0);
	run(&tx);
	auction = tx.seq;
	tx = small_tx(&s, TX_CANCEL);
	tx.address = sample_address(12);
	tx.u.cancel.order = auction;
	run(&tx);
	tx = small_tx(&s, TX_CPF);
	tx.address = sample_address(0);
	tx.cpf_hundredths = 90;
	run(&tx);
	tx = small_tx(&s, TX_DEPOSIT);
	tx.u.money.amount_uc = 5;
	run(&tx);
	operators(TX_CLOCK, SAMPLE_START_MS + SMALL_SLOT_MS - 300000);
	operators(TX_CLOCK, SAMPLE_START_MS + SMALL_SLOT_MS);
	close_block();
	s.now_ms += 1000;
	tx = small_tx(&s, TX_SEAL);
	tx.address = s.l->ranked[0].address;
	tx.u.seal.height = 1;
	memcpy(tx.u.seal.header_hash, s.l->last_hash, HASH_LEN);
	run(&tx);
	operators(TX_CLOCK, SAMPLE_START_MS + 2 * SMALL_SLOT_MS);
	close_block();
	operators(TX_CLOCK, SAMPLE_START_MS + 3 * SMALL_SLOT_MS);
	close_block();
}

static void every_result_has_its_row(void **state)
{
	static const struct {
		const char *sql;
		int64_t value;
	} cases[] = {
		{"SELECT count(*) FROM blocks", 4},
		{"SELECT count(*) FROM accounts", 4 + 6},
		{"SELECT count(*) FROM accounts WHERE slot = -1 AND number <= 3", 3},
		{"SELECT number FROM accounts WHERE address = 'grid'", ACCOUNT_GRID},
		{"SELECT count(*) FROM closings", 6},
		{"SELECT height FROM closings WHERE account = 11", 2},
		{"SELECT count(*) FROM auctions", 2},
		{"SELECT quantity_wh * limit_mc_per_kwh FROM auctions WHERE seq = 3", 900000},
		{"SELECT status FROM auction_ends WHERE auction = 3", 2},
		{"SELECT cleared_wh FROM auction_ends WHERE auction = 3", 100},
		{"SELECT best_losing_mc_per_kwh FROM auction_ends WHERE auction = 3", 8012},
		{"SELECT status FROM auction_ends WHERE auction = 7", 4},
		{"SELECT count(*) FROM orders", 3},
		{"SELECT status FROM order_ends WHERE \"order\" = 6", 3},
		{"SELECT count(*) FROM awards", 2},
		{"SELECT amount_uc FROM awards WHERE \"order\" = 5", 40 * 8011},
		{"SELECT sum(wh) FROM deliveries", 70},
		{"SELECT height FROM deliveries WHERE \"order\" = 4", 3},
		{"SELECT sum(amount_uc) FROM transfers WHERE why = 1", 5},
		{"SELECT sum(amount_uc) FROM transfers WHERE why = 2", 35 * (8010 + 8011)},
		{"SELECT sum(amount_uc) FROM transfers WHERE why = 3", (25 + 5) * 2000},
		{"SELECT count(*) FROM transfers WHERE n = 1", 2}, /* numbered in each block */
		{"SELECT count(*) FROM rankings", 1},
		{"SELECT cpf FROM rankings WHERE height = 1 AND rank = 1", 90},
		{"SELECT height FROM seals", 1},
		{"SELECT account FROM transactions WHERE kind = 4", 11},
		{"SELECT count(*) FROM transactions WHERE account IS NULL", 9},
		{"SELECT count(*) FROM transactions WHERE length(signature) = 64", 8},
		{"SELECT max(height) FROM transactions", 3},
	};

	(void)state;
	history();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t value = query(cases[i].sql);
		if (value != cases[i].value)
			fail_msg("%s: %lld", cases[i].sql, (long long)value);
	}
}

static bool count_txs(void *context, const struct stored_tx *tx)
{
	uint64_t *last = context;

	assert_true(tx->seq > *last);
	assert_int_equal(tx->body_len, 9);
	assert_true(!tx->is_signed || tx->signature[63] == 9);
	*last = tx->seq;
	return *last != 5;
}

static void blocks_and_transactions_are_read_back(void **state)
{
	struct stored_block b;
	char document[GENESIS_TEXT_MAX], want[GENESIS_TEXT_MAX];
	uint64_t height = 0, last = 0, sealed = 9, applied = 9;
	size_t len;

	(void)state;
	assert_int_equal(ledger_db_genesis(&db, document, sizeof document, &len), ERR_OK);
	assert_int_equal(genesis_write(&genesis, want, sizeof want), len);
	assert_string_equal(document, want);
	assert_int_equal(ledger_db_block(&db, 0, genesis.name, &b), ERR_OK);
	assert_memory_equal(b.hash, genesis.hash, HASH_LEN);
	assert_memory_equal(b.operator_signature, genesis.operator_signature, SIGNATURE_LEN);
	assert_int_equal(header_compare(&b.header, &genesis.header), VERDICT_OK);
	assert_int_equal(ledger_db_sealed(&db, &sealed), ERR_OK);
	assert_int_equal(sealed, 0);
	assert_int_equal(ledger_db_applied(&db, &applied), ERR_OK);
	assert_int_equal(applied, 0);
	history();
	assert_int_equal(ledger_db_height(&db, &height), ERR_OK);
	assert_int_equal(height, 3);
	assert_int_equal(ledger_db_sealed(&db, &sealed), ERR_OK);
	assert_int_equal(sealed, 1);
	assert_int_equal(ledger_db_block(&db, 2, genesis.name, &b), ERR_OK);
	assert_int_equal(b.header.height, 2);
	assert_int_equal(ledger_db_block(&db, 2, "other", &b), ERR_FORMAT);
	assert_int_equal(ledger_db_block(&db, 4, genesis.name, &b), ERR_NOT_FOUND);
	assert_int_equal(ledger_db_txs(&db, 1, 0, count_txs, &last), ERR_OK);
	assert_int_equal(last, 5); /* it was told to stop */
	assert_int_equal(ledger_db_txs(&db, 1, last, count_txs, &last), ERR_OK);
	assert_int_equal(last, 12);
	assert_int_equal(ledger_db_txs(&db, 9, 0, count_txs, &last), ERR_OK);
	ledger_db_set_applied(&db, 77);
	ledger_db_set_applied(&db, 78);
	assert_int_equal(ledger_db_applied(&db, &applied), ERR_OK);
	assert_int_equal(applied, 78);
}

static void the_ledger_only_grows(void **state)
{
	static const char *const tables[] = {"genesis", "blocks", "seals", "accounts", "closings",
		"transactions", "auctions", "auction_ends", "orders", "order_ends", "awards",
		"deliveries", "transfers", "rankings"};
	char sql[128];

	(void)state;
	history();
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		int64_t before;
		(void)snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", tables[i]);
		before = query(sql);
		assert_true(before > 0);
		(void)snprintf(sql, sizeof sql, "DELETE FROM %s", tables[i]);
		assert_int_not_equal(db_exec(&db.db, sql), ERR_OK);
		(void)snprintf(sql, sizeof sql, "UPDATE %s SET rowid = rowid", tables[i]);
		if (strcmp(tables[i], "transfers") == 0 || strcmp(tables[i], "rankings") == 0)
			(void)snprintf(sql, sizeof sql, "UPDATE %s SET height = 0", tables[i]);
		assert_int_not_equal(db_exec(&db.db, sql), ERR_OK);
		assert_non_null(strstr(db.db.why, "only grows"));
		(void)snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", tables[i]);
		assert_int_equal(query(sql), before);
	}
}

/* The first failure is kept, and nothing is written after it; muted, nothing is written at all. */
static void failures_stick(void **state)
{
	struct tx tx = small_tx(&s, TX_DEPOSIT);
	struct stored_tx stored = {.body = "", .body_len = 0};

	(void)state;
	ledger_db_add_tx(&db, &tx, 0, 1, &stored);
	assert_int_equal(db.err, ERR_OK);
	db.muted = true;
	ledger_db_add_tx(&db, &tx, 0, 1, &stored); /* it stands there already */
	assert_int_equal(db.err, ERR_OK);
	db.muted = false;
	ledger_db_add_tx(&db, &tx, 0, 1, &stored);
	assert_int_equal(db.err, ERR_EXISTS);
	tx.seq = 2;
	ledger_db_add_tx(&db, &tx, 0, 1, &stored);
	ledger_db_set_applied(&db, 5);
	assert_int_equal(query("SELECT count(*) FROM transactions"), 1);
	assert_int_equal(query("SELECT applied_seq FROM progress"), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(every_result_has_its_row),
		TEST(blocks_and_transactions_are_read_back),
		TEST(the_ledger_only_grows),
		TEST(failures_stick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
