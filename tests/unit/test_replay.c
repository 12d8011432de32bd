/* Opening a market again after every kind of end: what was committed is all there, and the ledger
 * is the one that an undisturbed market has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "store/row_compare.h"
#include "tests/unit/little_days.h"

static struct little_market market;

static int setup(void **state)
{
	(void)state;
	little_open(&market);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	little_close(&market);
	return 0;
}

static void shell(const char *format, const char *a, const char *b)
{
	char command[512];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	(void)snprintf(command, sizeof command, format, market.folder, a, b);
#pragma GCC diagnostic pop
	assert_int_equal(system(command), 0);
}

static void stop(void)
{
	engine_close(&market.engine);
	inspector_free(market.inspector);
	market.inspector = NULL;
}

static enum err start(void)
{
	enum err err = engine_open(&market.engine, market.csm, market.ledger, market.operator_key);

	if (err == ERR_OK)
		assert_int_equal(inspector_new(market.engine.keyring, market.genesis.market,
					 KEY_P256, &market.inspector),
			ERR_OK);
	return err;
}

/* Keep both files of a market that is not open as <name>.csm and <name>.ledger. */
static void keep(const char *name)
{
	shell("cd %s && cp csm.db %s.csm && cp ledger.db %s.ledger", name, name);
}

/* Put back the intake log of one time and the ledger of another. */
static void put_back(const char *csm, const char *ledger)
{
	shell("cd %s && rm -f *-wal *-shm && cp %s.csm csm.db && cp %s.ledger ledger.db", csm,
		ledger);
}

/* Whether two kept ledgers hold the same rows, all of them. */
static void assert_same_ledger(const char *a, const char *b)
{
	char path[2][128], why[ROW_COMPARE_WHY_MAX] = "";
	struct ledger_db dbs[2];

	(void)snprintf(path[0], sizeof path[0], "%s/%s.ledger", market.folder, a);
	(void)snprintf(path[1], sizeof path[1], "%s/%s.ledger", market.folder, b);
	for (int i = 0; i < 2; i++)
		assert_int_equal(ledger_db_open(&dbs[i], path[i]), ERR_OK);
	if (row_compare(&dbs[0].db, &dbs[1].db, 1000, why) != ROWS_EQUAL)
		fail_msg("%s and %s: %s", a, b, why);
	for (int i = 0; i < 2; i++)
		ledger_db_close(&dbs[i]);
}

static uint8_t head[HASH_LEN];

/* Close two more blocks, with an order in them, and note the last hash. */
static void go_on(void)
{
	int64_t slot = ledger_slot(&market.engine.market->ledger);

	little_advance(&market, little_slot_ms(slot + 1) + 1000);
	for (int n = 0; n < LITTLE_HOMES; n++)
		little_reading(&market, n, slot, 900, 100, 0);
	little_advance(&market, little_slot_ms(slot + 2) + 1000);
	memcpy(head, market.engine.market->ledger.last_hash, HASH_LEN);
}

/* Blocks 1 to 4, then half a block with sealed answers still shut; kept as "early" (before that
 * half) and "late" (after it). */
static void make_history(void)
{
	uint64_t auction;
	size_t from;

	little_money(&market, OPERATION_DEPOSIT, "aggregator", 500000000);
	little_days_work(&market);
	stop();
	keep("early");
	assert_int_equal(start(), ERR_OK);
	auction = little_auction(&market, 6, 200);
	little_offer(&market, 0, 6, auction, 60, 9000, 0);
	little_offer(&market, 1, 6, auction, 60, 8000, 0);
	assert_int_equal(market.engine.market->shut_count, 2);
	little_money(&market, OPERATION_DEPOSIT, "aggregator", 500);
	from = market.count;
	little_command(
		&market, OPERATION_HOME_CHANGE, "{\"battery_w\":8001,\"clientId\":\"home0000\"}");
	little_command(&market, OPERATION_HOME_CHANGE,
		"{\"battery_w\":8002,\"clientId\":\"home0000\",\"fuse_w\":25003}");
	little_prefer(&market, 50, MODE_RE);
	little_command(&market, OPERATION_HOME_CHANGE,
		"{\"clientId\":\"home0000\",\"from_slot\":60,\"mode\":\"TE\"}");
	little_seal(&market);
	little_money(&market, OPERATION_WITHDRAW, "aggregator", 200);
	little_money(&market, OPERATION_WITHDRAW, market.homes[0].id, 300);
	if (little_find(&market, "/reject", from))
		fail_msg("%s", little_find(&market, "/reject", from)->payload);
	stop();
	keep("late");
}

/* The first home as the operator has corrected it, in the state and in the table. */
static void assert_changed(void)
{
	const struct home *h = home_find(&market.engine.market->homes, market.homes[0].id);
	sqlite3_stmt *s = NULL;

	assert_int_equal(h->terms.ratings.pv_w, 8000);
	assert_int_equal(h->terms.ratings.battery_w, 8002);
	assert_int_equal(h->terms.ratings.fuse_w, 25003);
	assert_int_equal(home_mode_at(&h->modes, 59), MODE_BOTH);
	assert_int_equal(home_mode_at(&h->modes, 60), MODE_TE);
	assert_int_equal(h->money.uc[MONEY_WITHDRAWN], 300); /* of the open block */
	assert_int_equal(sqlite3_prepare_v2(market.engine.csm.db.handle,
				 "SELECT 1 FROM homes WHERE client_id = 'home0000' AND pv_w = 8000"
				 " AND battery_w = 8002 AND fuse_w = 25003 AND mode = 1 AND"
				 " (SELECT count(*) FROM modes WHERE home = number) = 2 AND"
				 " (SELECT sold_uc FROM months WHERE home = number) ="
				 " (SELECT sum(sold_uc) FROM money WHERE home = number)"
				 " AND (SELECT sum(balance_uc) FROM months WHERE home = number) ="
				 " (SELECT balance_uc FROM wallets WHERE home = number"
				 " ORDER BY height DESC)",
				 -1, &s, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	(void)sqlite3_finalize(s);
}

/* The ledger's commit did not come: the rows that it lacks are made again. */
static void a_crash_between_the_two_commits(void **state)
{
	uint8_t want[HASH_LEN];
	struct registers registers[LITTLE_HOMES];

	(void)state;
	make_history();
	for (int n = 0; n < LITTLE_HOMES; n++)
		registers[n] = market.homes[n].registers;
	assert_int_equal(start(), ERR_OK);
	go_on();
	memcpy(want, head, HASH_LEN);
	stop();
	keep("end");
	put_back("late", "early");
	assert_int_equal(start(), ERR_OK);
	stop();
	keep("replayed");
	assert_same_ledger("late", "replayed");
	for (int n = 0; n < LITTLE_HOMES; n++)
		market.homes[n].registers = registers[n];
	assert_int_equal(start(), ERR_OK);
	assert_int_equal(market.engine.market->shut_count, 2);
	market.now_ms = little_slot_ms(4) + 1000;
	go_on();
	stop();
	keep("again");
	assert_memory_equal(head, want, HASH_LEN);
	assert_same_ledger("end", "again");
	assert_int_equal(start(), ERR_OK);
}

/* From genesis, or an older snapshot, it costs more time and gives the same. */
static void without_snapshots(void **state)
{
	static const char *const damages[] = {"DELETE FROM snapshots",
		"DELETE FROM snapshots WHERE height = (SELECT max(height) FROM snapshots)",
		"UPDATE snapshots SET state = CAST(substr(state, 1, 5000) || x'00'"
		" || substr(state, 5002) AS BLOB)",
		"UPDATE snapshots SET header_hash = zeroblob(32)"};

	(void)state;
	make_history();
	for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
		put_back("late", i % 2 ? "late" : "early");
		shell("sqlite3 %s/csm.db \"%s\" %s", damages[i], "");
		assert_int_equal(start(), ERR_OK);
		assert_int_equal(market.engine.market->shut_count, 2);
		assert_int_equal(market.engine.market->ledger.height, 5);
		assert_changed();
		stop();
		keep("replayed");
		assert_same_ledger("late", "replayed");
	}
	assert_int_equal(start(), ERR_OK);
}

/* What was not committed never was; nobody had a receipt for it. */
static void an_open_batch_is_lost(void **state)
{
	struct address address = little_address(&market, 0, 2);
	struct message_bid bid = {.address = address.text,
		.side = SIDE_SELL,
		.energy_wh = 10,
		.price_mc_per_kwh = 5000};
	struct inspect_refusal refusal;
	struct inspected *i = NULL;
	char text[1024];
	struct message m;
	struct out out;
	uint64_t before;

	(void)state;
	little_advance(&market, little_slot_ms(0) + 1000);
	before = market.engine.intake_seq;
	out_init(&out, text, sizeof text);
	message_write_bid(&out, &bid);
	assert_int_equal(message_make(OPERATION_BID_OFFER, market.homes[0].id,
				 market.genesis.market, market.now_ms, &out,
				 &(struct signer){.secret = &market.homes[0].secrets[2]}, &m),
		ERR_OK);
	assert_int_equal(inspect(market.inspector, market.homes[0].id, OPERATION_BID_OFFER, m.text,
				 m.len, &i, &refusal),
		VERDICT_OK);
	assert_int_equal(engine_take(&market.engine, i, market.now_ms), ERR_OK);
	inspected_free(i);
	assert_true(engine_has_batch(&market.engine));
	assert_int_equal(market.engine.outbox.count, 0);
	stop();
	assert_int_equal(start(), ERR_OK);
	assert_int_equal(market.engine.intake_seq, before);
	assert_int_equal(market.engine.market->ledger.auctions.auction_count, 0);
	/* Sent again it is accepted as if for the first time. */
	little_take(&market, market.homes[0].id, OPERATION_BID_OFFER, m.text, m.len);
	assert_non_null(strstr(market.published[market.count - 1]->topic, "/receipt"));
	assert_int_equal(market.engine.intake_seq, before + 1);
	message_release(&m);
}

/* An intake log from an older backup would have the operator sign other blocks of known heights. */
static void an_older_intake_log_is_refused(void **state)
{
	(void)state;
	make_history();
	put_back("early", "late");
	assert_int_equal(start(), ERR_DB_FOREIGN);
	assert_non_null(strstr(market.engine.why, "csm.db"));
	put_back("late", "late");
	assert_int_equal(start(), ERR_OK);
}

static void other_keys_and_files_are_refused(void **state)
{
	struct private_key *stranger;
	struct engine e;

	(void)state;
	stop();
	assert_int_equal(private_key_generate(KEY_ED25519, &stranger), ERR_OK);
	assert_int_equal(engine_open(&e, market.csm, market.ledger, stranger), ERR_CONFIG);
	assert_non_null(strstr(e.why, "key"));
	engine_close(&e); /* harmless after a failure */
	assert_int_equal(engine_open(&e, market.ledger, market.csm, stranger), ERR_DB_FOREIGN);
	assert_int_equal(
		engine_open(&e, "/nonexistent/csm.db", market.ledger, stranger), ERR_NOT_FOUND);
	assert_non_null(strstr(e.why, "/nonexistent/csm.db"));
	private_key_free(stranger);
	assert_int_equal(start(), ERR_OK);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_crash_between_the_two_commits),
		TEST(without_snapshots),
		TEST(an_open_batch_is_lost),
		TEST(an_older_intake_log_is_refused),
		TEST(other_keys_and_files_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
