/* A market that keeps two days forgets the third, goes on as if it had not, and opens again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "store/csm_prune.h"
#include "tests/unit/little_days.h"

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

/* Rows go in the order of their keys, so many at one call, however far their slots are apart. */
static void rows_go_from_the_old_end(void **state)
{
	struct csm_prune p = {.sealed_height = 1000, .before_slot = 1, .slot_rows_max = 1000};
	int64_t rows;

	(void)state;
	assert_int_equal(number("SELECT min(slot) FROM readings"), -1);
	assert_int_equal(number("SELECT min(height) FROM wallets"), 1);
	prune(&p);
	assert_int_equal(number("SELECT min(slot) FROM readings"), 1);
	assert_int_equal(number("SELECT min(slot) FROM addresses"), 1);
	assert_int_equal(number("SELECT min(height) FROM wallets"), 2);
	assert_int_equal(
		sqlite3_exec(market.engine.csm.db.handle,
			"INSERT INTO readings SELECT -1000000, home, 0, 0, 0, 0, 0, 0, 0, "
			"'BOUNDARY', 1"
			" FROM readings LIMIT 1; INSERT INTO wallets SELECT -1000000, home, 0, 0, 0"
			" FROM wallets LIMIT 1; INSERT INTO addresses SELECT -1000000, home, ''"
			" FROM addresses LIMIT 1",
			NULL, NULL, NULL),
		SQLITE_OK);
	p.before_slot = 2;
	p.slot_rows_max = LITTLE_HOMES; /* the far one, and of slot 1 all but one */
	rows = number("SELECT count(*) FROM readings");
	prune(&p);
	assert_int_equal(number("SELECT count(*) FROM readings"), rows - LITTLE_HOMES);
	assert_int_equal(number("SELECT count(*) FROM readings WHERE slot <= 1"), 1);
	assert_int_equal(number("SELECT count(*) FROM addresses WHERE slot <= 1"), 1);
	assert_int_equal(number("SELECT count(*) FROM wallets WHERE height <= 2"), 1);
	prune(&p);
	assert_int_equal(number("SELECT min(slot) FROM readings"), 2);
	assert_int_equal(number("SELECT min(slot) FROM addresses"), 2);
	assert_int_equal(number("SELECT min(height) FROM wallets"), 3);
	assert_true(number("SELECT min(height) FROM money") >= 3);
	assert_true(number("SELECT sum(deposited_uc) FROM months") > 0); /* for ever */
}

/* A slot's rows stay until the block that settles it, two above its own slot, is sealed. */
static void what_is_not_sealed_stays(void **state)
{
	struct csm_prune p = {.before_slot = 1000, .slot_rows_max = 1000};

	(void)state;
	prune(&p);
	assert_int_equal(number("SELECT min(slot) FROM readings"), -1);
	assert_int_equal(number("SELECT min(slot) FROM addresses"), 0);
	assert_int_equal(number("SELECT min(height) FROM wallets"), 1);
	p.sealed_height = 3;
	prune(&p);
	assert_int_equal(number("SELECT min(slot) FROM readings"), 2);
	assert_int_equal(number("SELECT min(slot) FROM addresses"), 2);
	assert_int_equal(number("SELECT min(height) FROM wallets"), 3);
}

/* As the engine does it: time has passed, but no block has been sealed since. */
static void an_unsealed_market_forgets_nothing(void **state)
{
	(void)state;
	market.engine.keep_ms = 2 * (int64_t)MS_PER_DAY;
	for (int64_t slot = 4; slot < 4 * DAY_SLOTS; slot++)
		little_advance(&market, little_slot_ms(slot + 1) + 1000);
	assert_int_equal(market.engine.sealed_height, 0);
	assert_int_equal(number("SELECT min(slot) FROM readings"), -1);
	assert_int_equal(number("SELECT min(slot) FROM addresses"), 0);
	assert_int_equal(number("SELECT min(height) FROM wallets"), 1);
}

/* However long a slot is, four are kept: the aggregator's schedule is of a day before. */
static void four_slots_are_kept(void **state)
{
	(void)state;
	market.engine.keep_ms = LITTLE_SLOT_MS;
	for (int64_t slot = 4; slot < 12; slot++) {
		market.engine.sealed_height = (uint64_t)slot;
		little_advance(&market, little_slot_ms(slot + 1) + 1000);
	}
	assert_int_equal(ledger_slot(&market.engine.market->ledger), 12);
	assert_int_equal(number("SELECT min(slot) FROM addresses"), 12 - ENGINE_KEEP_SLOTS);
}

/* A reading of `slot` with the registers as they were, taken now. */
static void read_now(int64_t slot)
{
	struct reading r = {
		.slot = slot, .taken_ms = market.now_ms, .registers = market.homes[0].registers};
	char text[2048];
	struct out out;

	out_init(&out, text, sizeof text);
	assert_int_equal(message_write_reading(
				 &out, market.genesis.market, "SN0", &r, market.homes[0].meter),
		ERR_OK);
	little_send(&market, market.homes[0].id, OPERATION_STATE, &out,
		&(struct signer){.key = market.homes[0].ems});
}

/* A refused reading far from the open slot is not kept: nothing would ever prune it. */
static void only_near_refusals_are_kept(void **state)
{
	const int64_t far = ENGINE_REFUSED_SLOTS + 1, open = far + 1;
	size_t before;

	(void)state;
	little_advance(&market, little_slot_ms(open) + 1000);
	before = market.count;
	read_now(2000000000);
	assert_non_null(strstr(little_find(&market, "/reject", before)->payload, "READING_EARLY"));
	before = market.count;
	read_now(open - far);
	assert_non_null(strstr(little_find(&market, "/reject", before)->payload, "READING_LATE"));
	read_now(open + far);
	assert_int_equal(number("SELECT count(*) FROM readings WHERE refused <> ''"), 0);
	read_now(open - far + 1);
	read_now(open + far - 1);
	assert_int_equal(number("SELECT count(*) FROM readings WHERE refused <> ''"), 2);
	assert_int_equal(number("SELECT min(slot) FROM readings WHERE refused <> ''"),
		open - ENGINE_REFUSED_SLOTS);
	assert_int_equal(number("SELECT max(slot) FROM readings"), open + ENGINE_REFUSED_SLOTS);
}

/* Of one home and slot a few refused readings are kept, the first; the good one always is. */
static void a_few_refusals_are_kept(void **state)
{
	(void)state;
	for (int i = 0; i <= CSM_REFUSED_MAX; i++) {
		market.now_ms = little_slot_ms(4) + 60000 + i * 1000;
		read_now(3); /* taken too late */
	}
	assert_int_equal(number("SELECT count(*) FROM readings WHERE refused = 'BOUNDARY'"),
		CSM_REFUSED_MAX);
	assert_int_equal(number("SELECT max(market_ms) FROM readings WHERE refused <> ''"),
		little_slot_ms(4) + 60000 + (CSM_REFUSED_MAX - 1) * 1000);
	little_reading(&market, 0, 3, 900, 100, 0);
	assert_int_equal(number("SELECT count(*) FROM readings WHERE slot = 3 AND home = 2"),
		CSM_REFUSED_MAX + 1);
	assert_int_equal(
		number("SELECT count(*) FROM readings WHERE slot = 3 AND refused = ''"), 1);
	read_now(5); /* another slot has its own */
	assert_int_equal(number("SELECT count(*) FROM readings WHERE slot = 5"), 1);
}

/* A home that says another mode again and again fills nothing: what waits has one row, and of what
 * counted that stays which may be asked for, the newest at least. */
static void modes_do_not_pile_up(void **state)
{
	struct csm_prune p = {.sealed_height = 1000, .before_slot = 0, .slot_rows_max = 1000};

	(void)state;
	for (int64_t i = 0; i < 400; i++)
		little_prefer(&market, 1000 + i, i % 2 ? MODE_TE : MODE_RE);
	assert_int_equal(number("SELECT count(*) FROM modes WHERE home = 2"), 2);
	assert_int_equal(number("SELECT max(from_slot) FROM modes WHERE home = 2"),
		1000 + PREFERENCES_MAX - 1);
	assert_int_equal(number("SELECT count(*) FROM intake WHERE kind = 13"), PREFERENCES_MAX);
	for (int64_t slot = 4; slot < 10; slot++) {
		little_advance(&market, little_slot_ms(slot + 1) + 1000);
		little_prefer(&market, slot + 2, slot % 2 ? MODE_TE : MODE_RE);
	}
	assert_int_equal(number("SELECT count(*) FROM modes WHERE home = 2"), 7);
	p.before_slot = 5; /* the first counts in it yet */
	prune(&p);
	assert_int_equal(number("SELECT count(*) FROM modes WHERE home = 2"), 7);
	p.before_slot = 8; /* in which that of slot 8 counts */
	p.slot_rows_max = 2;
	prune(&p);
	assert_int_equal(number("SELECT min(from_slot) FROM modes WHERE home = 2"), 7);
	prune(&p);
	assert_int_equal(number("SELECT min(from_slot) FROM modes WHERE home = 2"), 8);
	p.before_slot = 900;
	p.slot_rows_max = 1000;
	prune(&p);
	assert_int_equal(number("SELECT group_concat(from_slot) FROM modes WHERE home = 2"), 11);
	assert_int_equal(number("SELECT count(*) FROM modes"),
		number("SELECT count(DISTINCT home) FROM modes"));
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
		cmocka_unit_test_setup_teardown(rows_go_from_the_old_end, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_not_sealed_stays, setup, teardown),
		cmocka_unit_test_setup_teardown(
			an_unsealed_market_forgets_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(four_slots_are_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(only_near_refusals_are_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(a_few_refusals_are_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(modes_do_not_pile_up, setup, teardown),
		cmocka_unit_test_setup_teardown(a_market_goes_on, setup, teardown),
		cmocka_unit_test_setup_teardown(a_forgotten_request_is_stale, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
