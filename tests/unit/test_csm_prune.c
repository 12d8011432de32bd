/* A market that keeps two days forgets the third, goes on as if it had not, and opens again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "store/csm_prune.h"
#include "tests/unit/little_market.h"

enum { DAY_SLOTS = 24, MS_PER_DAY = 86400000 };

static struct little_market market;

static int setup(void **state)
{
	(void)state;
	little_open(&market);
	little_days_work(&market);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	little_close(&market);
	return 0;
}

static int64_t number(const char *sql)
{
	sqlite3_stmt *s = NULL;
	int64_t n;

	assert_int_equal(
		sqlite3_prepare_v2(market.engine.csm.db.handle, sql, -1, &s, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	n = sqlite3_column_int64(s, 0);
	(void)sqlite3_finalize(s);
	return n;
}

static void prune(const struct csm_prune *limits)
{
	assert_int_equal(db_begin(&market.engine.csm.db), ERR_OK);
	assert_int_equal(csm_prune(&market.engine.csm, limits), ERR_OK);
	assert_int_equal(db_commit(&market.engine.csm.db), ERR_OK);
}

/* Nothing that must stay goes, whatever else would allow it. */
static void each_limit_holds(void **state)
{
	const struct csm_prune all = {.before_ms = INT64_MAX,
		.sealed_height = INT64_MAX,
		.before_slot = -100,
		.rows_max = INT64_MAX};
	int64_t rows = number("SELECT count(*) FROM intake");
	int64_t snapshot = number("SELECT min(intake_seq) FROM snapshots");
	struct csm_prune p = all;
	int64_t of_blocks;

	(void)state;
	assert_true(snapshot > 20);
	p.before_ms = number("SELECT min(market_ms) FROM intake");
	prune(&p);
	assert_int_equal(number("SELECT count(*) FROM intake"), rows);
	p = all;
	p.sealed_height = 0;
	of_blocks = number("SELECT count(*) FROM intake WHERE height > 0");
	assert_true(of_blocks > 0);
	prune(&p);
	assert_int_equal(number("SELECT count(*) FROM intake WHERE height > 0"), of_blocks);
	p = all;
	p.rows_max = 10;
	rows = number("SELECT count(*) FROM intake");
	prune(&p);
	assert_true(number("SELECT count(*) FROM intake") >= rows - 10);
	prune(&all);
	/* Whole batches, up to that of the first row behind the older snapshot. */
	assert_true(number("SELECT min(seq) FROM intake") <= snapshot + 1);
	assert_int_equal(number("SELECT min(seq) FROM intake"),
		number("SELECT min(first_seq) FROM batches"));
	assert_int_equal(number("SELECT max(seq) - min(seq) + 1 - count(*) FROM intake"), 0);
}

/* Slots go four at a time, the oldest first. */
static void slots_go_from_the_old_end(void **state)
{
	struct csm_prune p = {.before_slot = 2, .rows_max = 1};
	int64_t newest = number("SELECT max(slot) FROM readings");

	(void)state;
	assert_int_equal(number("SELECT min(slot) FROM readings"), -1);
	assert_int_equal(number("SELECT min(height) FROM wallets"), 1);
	p.before_slot = 1;
	prune(&p);
	assert_int_equal(number("SELECT min(slot) FROM readings"), 1);
	assert_int_equal(number("SELECT min(slot) FROM addresses"), 1);
	assert_int_equal(number("SELECT min(height) FROM wallets"), 2);
	p.before_slot = 1000;
	prune(&p);
	assert_int_equal(number("SELECT min(slot) FROM addresses"), 1 + CSM_PRUNE_SLOTS_MAX);
	assert_int_equal(number("SELECT max(slot) FROM readings"),
		newest < 1 + CSM_PRUNE_SLOTS_MAX ? 0 : newest);
}

/* Four days: what is older than two is forgotten, and the market opens from what is left. */
static void a_market_goes_on(void **state)
{
	char csm[96], ledger[96];
	int64_t newest;
	uint8_t hash[HASH_LEN];

	(void)state;
	market.engine.keep_ms = 2 * (int64_t)MS_PER_DAY;
	/* No home seals here: that a block is sealed is said for them. */
	for (int64_t slot = 4; slot < 4 * DAY_SLOTS; slot++) {
		market.engine.sealed_height = (uint64_t)slot;
		little_advance(&market, little_slot_ms(slot + 1) + 1000);
	}
	newest = number("SELECT max(market_ms) FROM intake");
	assert_true(number("SELECT min(market_ms) FROM intake") >=
		    newest - market.engine.keep_ms - 2 * LITTLE_SLOT_MS);
	assert_true(number("SELECT min(market_ms) FROM intake") <=
		    newest - market.engine.keep_ms + 2 * LITTLE_SLOT_MS);
	assert_int_equal(number("SELECT count(*) FROM requests"), 0);
	assert_true(number("SELECT min(height) FROM wallets") > 2 * DAY_SLOTS - 4);
	memcpy(hash, market.engine.market->ledger.last_hash, HASH_LEN);
	(void)snprintf(csm, sizeof csm, "%s", market.csm);
	(void)snprintf(ledger, sizeof ledger, "%s", market.ledger);
	engine_close(&market.engine);
	if (engine_open(&market.engine, csm, ledger, market.operator_key) != ERR_OK)
		fail_msg("%s", market.engine.why);
	assert_memory_equal(market.engine.market->ledger.last_hash, hash, HASH_LEN);
}

/* A repeat of what is not kept any more is too old, and has no effect. */
static void a_forgotten_request_is_stale(void **state)
{
	struct message old = market.last;
	size_t before;

	(void)state;
	market.last = (struct message){.text = NULL};
	market.engine.keep_ms = 2 * (int64_t)MS_PER_DAY;
	little_advance(&market, little_slot_ms(5));
	assert_int_equal(
		sqlite3_exec(market.engine.csm.db.handle, "DELETE FROM intake", NULL, NULL, NULL),
		SQLITE_OK);
	before = market.count;
	little_take(&market, market.homes[0].id, old.operation, old.text, old.len);
	message_release(&old);
	assert_null(little_find(&market, "/receipt", before));
	assert_non_null(little_find(&market, "/reject", before));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_limit_holds, setup, teardown),
		cmocka_unit_test_setup_teardown(slots_go_from_the_old_end, setup, teardown),
		cmocka_unit_test_setup_teardown(a_market_goes_on, setup, teardown),
		cmocka_unit_test_setup_teardown(a_forgotten_request_is_stale, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
