/* A replica fed with the parts that a real market publishes: growing, refusing, and coming back
 * after crashes at each place between its two files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "hem-client/replica/replica.h"
#include "tests/unit/little_days.h"
#include "tests/lib/scratch.h"
#include "tests/unit/little_blocks.h"

static struct little_market market;
static char folder[SCRATCH_MAX], ledger[96];
static struct hem_db db;
static struct replica replica;

static int setup_market(void **state)
{
	(void)state;
	little_open(&market);
	little_days_work(&market);
	return 0;
}

static int teardown_market(void **state)
{
	(void)state;
	little_close(&market);
	return 0;
}

static int setup(void **state)
{
	(void)state;
	assert_int_equal(scratch_make(folder), 0);
	snprintf(ledger, sizeof ledger, "%s/ledger.db", folder);
	return 0;
}

static void open_replica(const struct replica_follower *follower)
{
	struct replica_follower none = {.context = NULL};

	assert_int_equal(hem_db_open(&db, folder), ERR_OK);
	assert_int_equal(
		replica_open(&replica, &market.genesis, ledger, &db, follower ? follower : &none),
		ERR_OK);
}

static void close_replica(void)
{
	replica_close(&replica);
	hem_db_close(&db);
}

static int teardown(void **state)
{
	(void)state;
	return scratch_remove(folder);
}

/* The nth part on the common topic, and how many there are. */
static const struct publication *part(size_t n)
{
	for (size_t i = 0; i < market.count; i++) {
		const char *t = market.published[i]->topic;
		if (strcmp(t, "lem/tiny/blocks") == 0 && n-- == 0)
			return market.published[i];
	}
	return NULL;
}

static bool take(const char *text, size_t len)
{
	uint64_t height;
	bool accepted;

	assert_int_equal(replica_take(&replica, text, len, &height, &accepted), ERR_OK);
	return accepted;
}

static void it_grows_block_by_block(void **state)
{
	struct stored_block block;

	(void)state;
	open_replica(NULL);
	assert_int_equal(replica.height, 0);
	for (size_t n = 0; n < BLOCKS; n++) {
		assert_true(take(part(n)->payload, part(n)->len));
		assert_int_equal(replica.height, n + 1);
		assert_false(take(part(n)->payload, part(n)->len)); /* again */
	}
	assert_int_equal(ledger_db_block(&market.engine.ledger, BLOCKS, "tiny", &block), ERR_OK);
	assert_memory_equal(replica.hash, block.hash, HASH_LEN);
	close_replica();
	open_replica(NULL);
	assert_int_equal(replica.height, BLOCKS);
	assert_memory_equal(replica.hash, block.hash, HASH_LEN);
	close_replica();
}

/* Rows of two files, compared by SQLite itself. */
static int64_t rows_that_differ(const char *table)
{
	char sql[512];
	sqlite3 *handle;
	sqlite3_stmt *s;
	int64_t n;

	assert_int_equal(sqlite3_open(ledger, &handle), SQLITE_OK);
	snprintf(sql, sizeof sql, "ATTACH '%s' AS theirs", market.ledger);
	assert_int_equal(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
	snprintf(sql, sizeof sql,
		"SELECT (SELECT count(*) FROM (SELECT * FROM main.%s EXCEPT SELECT * FROM"
		" theirs.%s)) + (SELECT count(*) FROM theirs.%s) - (SELECT count(*) FROM main.%s)",
		table, table, table, table);
	assert_int_equal(sqlite3_prepare_v2(handle, sql, -1, &s, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	sqlite3_close(handle);
	return n;
}

static void its_rows_are_the_markets(void **state)
{
	static const char *const tables[] = {"blocks", "seals", "rankings", "awards", "deliveries",
		"transfers", "closings", "auction_ends", "order_ends"};

	(void)state;
	open_replica(NULL);
	for (size_t n = 0; n < BLOCKS; n++)
		(void)take(part(n)->payload, part(n)->len);
	close_replica();
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		assert_int_equal(rows_that_differ(tables[i]), 0);
}

static void gaps_wait(void **state)
{
	uint64_t height;
	bool accepted;

	(void)state;
	open_replica(NULL);
	assert_int_equal(
		replica_take(&replica, part(1)->payload, part(1)->len, &height, &accepted), ERR_OK);
	assert_int_equal(height, 2);
	assert_false(accepted);
	assert_true(take(part(0)->payload, part(0)->len));
	assert_true(take(part(1)->payload, part(1)->len));
	assert_int_equal(replica_take(&replica, "{}", 2, &height, &accepted), ERR_FORMAT);
	close_replica();
}

/* One letter of a part changed: the block is refused, and the replica stands where it stood. */
static void a_refused_block_changes_nothing(void **state)
{
	char text[32768];
	uint8_t before[HASH_LEN];
	char *at;
	size_t len = part(2)->len;

	(void)state;
	open_replica(NULL);
	(void)take(part(0)->payload, part(0)->len);
	(void)take(part(1)->payload, part(1)->len);
	memcpy(before, replica.hash, HASH_LEN);
	memcpy(text, part(2)->payload, len);
	at = memmem(text, len, "\"value\":\"18\"", 12);
	assert_non_null(at);
	at[10] = '7';
	assert_false(take(text, len));
	assert_int_equal(replica.fault.verdict, VERDICT_BAD_SIGNATURE);
	assert_int_equal(replica.fault.height, 3);
	assert_true(replica.fault.seq > 0);
	assert_int_equal(replica.height, 2);
	assert_memory_equal(replica.hash, before, HASH_LEN);
	assert_int_equal(replica.executor.ledger->height, 3);
	assert_false(take(part(2)->payload, part(2)->len)); /* it believes nothing any more */
	close_replica();
	open_replica(NULL); /* a new start may try again */
	assert_int_equal(replica.height, 2);
	assert_true(take(part(2)->payload, part(2)->len));
	assert_true(take(part(3)->payload, part(3)->len));
	close_replica();
}

/* So is one whose transactions cannot be read. */
static void an_unreadable_block_is_refused(void **state)
{
	char text[32768];
	size_t len = part(0)->len;
	char *at;

	(void)state;
	open_replica(NULL);
	memcpy(text, part(0)->payload, len);
	at = memmem(text, len, "\"market_ms\":", 12);
	assert_non_null(at);
	at[1] = 'M';
	assert_false(take(text, len));
	assert_int_equal(replica.fault.verdict, VERDICT_BAD_JSON);
	assert_int_equal(replica.height, 0);
	close_replica();
}

struct watcher {
	unsigned begun, accepted;
	enum err answer;
};

static void on_begin(void *context, uint64_t height, const struct ledger *l)
{
	struct watcher *w = context;

	assert_int_equal(l->height, height);
	w->begun++;
}

static enum err on_accepted(void *context, const struct stored_block *block, const struct ledger *l)
{
	struct watcher *w = context;

	assert_int_equal(l->height, block->header.height + 1);
	w->accepted++;
	return w->answer;
}

/* What the follower cannot keep, the replica does not keep either; then it tries again. */
static void a_failing_follower_stops_the_block(void **state)
{
	struct watcher w = {.answer = ERR_IO};
	struct replica_follower f = {.begin = on_begin, .accepted = on_accepted, .context = &w};
	uint64_t height;
	bool accepted;

	(void)state;
	open_replica(&f);
	assert_int_equal(
		replica_take(&replica, part(0)->payload, part(0)->len, &height, &accepted), ERR_IO);
	assert_false(accepted);
	assert_int_equal(replica.height, 0);
	w.answer = ERR_OK;
	assert_true(take(part(0)->payload, part(0)->len));
	assert_int_equal(w.begun, 2);
	assert_int_equal(w.accepted, 2);
	close_replica();
}

static void forget_snapshots(const char *where)
{
	char sql[128];

	snprintf(sql, sizeof sql, "DELETE FROM snapshots WHERE %s", where);
	assert_int_equal(hem_db_begin(&db), ERR_OK);
	assert_int_equal(sqlite3_exec(db.db.handle, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(hem_db_commit(&db), ERR_OK);
}

/* A crash between the two commits leaves hem.db behind: the block is executed again from the file,
 * and the follower hears of it once more. Older, lost or damaged snapshots only cost time. */
static void it_comes_back_from_any_snapshot(void **state)
{
	static const struct {
		const char *lost;  /* which snapshots */
		unsigned executed; /* blocks that must be executed again */
	} cases[] = {{"height = 4", 1}, {"height = 3", 0}, {"height < 9", BLOCKS}, {"0", 0}};
	struct watcher w = {.answer = ERR_OK};
	struct replica_follower f = {.begin = on_begin, .accepted = on_accepted, .context = &w};

	(void)state;
	open_replica(NULL);
	for (size_t n = 0; n < BLOCKS; n++)
		(void)take(part(n)->payload, part(n)->len);
	close_replica();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(hem_db_open(&db, folder), ERR_OK);
		forget_snapshots(cases[i].lost);
		hem_db_close(&db);
		w.accepted = 0;
		open_replica(&f);
		assert_int_equal(w.accepted, cases[i].executed);
		assert_int_equal(replica.height, BLOCKS);
		assert_int_equal(replica.executor.ledger->height, BLOCKS + 1);
		close_replica();
	}
}

static void a_damaged_snapshot_is_passed_over(void **state)
{
	(void)state;
	open_replica(NULL);
	for (size_t n = 0; n < BLOCKS; n++)
		(void)take(part(n)->payload, part(n)->len);
	assert_int_equal(sqlite3_exec(db.db.handle,
				 "UPDATE snapshots SET state = x'00' WHERE height = 4;"
				 "UPDATE snapshots SET header_hash = zeroblob(32) WHERE height = 3",
				 NULL, NULL, NULL),
		SQLITE_OK);
	close_replica();
	open_replica(NULL);
	assert_int_equal(replica.height, BLOCKS);
	close_replica();
}

static void another_markets_file_is_refused(void **state)
{
	struct replica_follower none = {.context = NULL};
	struct genesis other = market.genesis;

	(void)state;
	open_replica(NULL);
	close_replica();
	other.hash[0] ^= 1;
	assert_int_equal(hem_db_open(&db, folder), ERR_OK);
	assert_int_equal(replica_open(&replica, &other, ledger, &db, &none), ERR_DB_FOREIGN);
	assert_true(replica.why[0] != '\0');
	hem_db_close(&db);
}

static void it_finds_what_a_receipt_promises(void **state)
{
	struct kept_block b;
	uint8_t id[HASH_LEN];
	bool holds = false;

	(void)state;
	open_replica(NULL);
	for (size_t n = 0; n < BLOCKS; n++)
		(void)take(part(n)->payload, part(n)->len);
	keep_block(&market, 3, &b);
	assert_int_equal(signing_digest("request", market.genesis.market, b.txs[1].body,
				 b.txs[1].tx.body_len, id),
		ERR_OK);
	assert_int_equal(replica_holds(&replica, 3, b.txs[1].tx.seq, id, &holds), ERR_OK);
	assert_true(holds);
	assert_int_equal(replica_holds(&replica, 2, b.txs[1].tx.seq, id, &holds), ERR_OK);
	assert_false(holds);
	id[0] ^= 1;
	assert_int_equal(replica_holds(&replica, 3, b.txs[1].tx.seq, id, &holds), ERR_OK);
	assert_false(holds);
	close_replica();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_grows_block_by_block, setup, teardown),
		cmocka_unit_test_setup_teardown(its_rows_are_the_markets, setup, teardown),
		cmocka_unit_test_setup_teardown(gaps_wait, setup, teardown),
		cmocka_unit_test_setup_teardown(a_refused_block_changes_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(an_unreadable_block_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_failing_follower_stops_the_block, setup, teardown),
		cmocka_unit_test_setup_teardown(it_comes_back_from_any_snapshot, setup, teardown),
		cmocka_unit_test_setup_teardown(a_damaged_snapshot_is_passed_over, setup, teardown),
		cmocka_unit_test_setup_teardown(another_markets_file_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(it_finds_what_a_receipt_promises, setup, teardown),
	};

	return cmocka_run_group_tests_name("replica", tests, setup_market, teardown_market);
}
