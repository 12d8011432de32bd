/* The audit of a ledger file in which nearly everything has happened, and of changed copies of it.
 * LEM_KEEP_LEDGER=FOLDER keeps a copy, and the market's genesis hash, for other verifiers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "engine/ledger_audit.h"
#include "tests/unit/odd_days.h"

static struct little_market market;
static struct odd_days days;

static int setup(void **state)
{
	(void)state;
	little_open(&market);
	odd_days(&days, &market);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	little_close(&market);
	return 0;
}

/* A number out of the ledger. */
static int64_t count(const char *sql)
{
	sqlite3_stmt *s = NULL;
	int64_t n;

	assert_int_equal(
		sqlite3_prepare_v2(market.engine.ledger.db.handle, sql, -1, &s, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	n = sqlite3_column_int64(s, 0);
	(void)sqlite3_finalize(s);
	return n;
}

/* A copy of the ledger, changed. */
static void copy(const char *path, const char *change)
{
	char sql[512];
	sqlite3 *db = NULL;

	(void)unlink(path);
	(void)snprintf(sql, sizeof sql, "VACUUM INTO '%s'", path);
	assert_int_equal(
		sqlite3_exec(market.engine.ledger.db.handle, sql, NULL, NULL, NULL), SQLITE_OK);
	if (!change)
		return;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	for (int n = 1; n > 0;) { /* the triggers that guard it */
		sqlite3_stmt *s = NULL;
		assert_int_equal(sqlite3_prepare_v2(db,
					 "SELECT 'DROP TRIGGER ' || name FROM sqlite_master"
					 " WHERE type = 'trigger'",
					 -1, &s, NULL),
			SQLITE_OK);
		n = sqlite3_step(s) == SQLITE_ROW;
		if (n)
			(void)snprintf(sql, sizeof sql, "%s", sqlite3_column_text(s, 0));
		(void)sqlite3_finalize(s);
		if (n)
			assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	}
	assert_int_equal(sqlite3_exec(db, change, NULL, NULL, NULL), SQLITE_OK);
	assert_true(sqlite3_total_changes(db) > 0);
	(void)sqlite3_close(db);
}

static enum verdict audit(const char *path, const uint8_t *pinned, char why[ROW_COMPARE_WHY_MAX])
{
	struct ledger_audit *a = calloc(1, sizeof *a);
	enum verdict v;

	assert_non_null(a);
	assert_int_equal(ledger_audit_open(a, path, pinned), ERR_OK);
	assert_int_equal(ledger_audit_run(a), ERR_OK);
	assert_true(a->fault.verdict != VERDICT_OK || a->transactions > 100);
	v = a->fault.verdict;
	memcpy(why, a->why, sizeof a->why);
	assert_int_equal(v == VERDICT_OK, why[0] == '\0');
	ledger_audit_close(a);
	assert_int_equal(access(a->fresh_path, F_OK), -1);
	free(a);
	return v;
}

static void nearly_everything_happened(void **state)
{
	(void)state;
	assert_int_equal(count("SELECT count(DISTINCT rule || '/' || side) FROM awards"
			       " JOIN orders ON orders.seq = \"order\""
			       " JOIN auctions ON auctions.seq = auction"),
		6);
	assert_int_equal(count("SELECT count(DISTINCT kind) FROM transactions"), 11);
	assert_int_equal(count("SELECT count(DISTINCT why) FROM transfers"), 6);
	assert_int_equal(
		count("SELECT count(DISTINCT json_extract(header, '$.rules_hash')) FROM blocks"),
		3);
	assert_int_equal(count("SELECT max(flags) FROM blocks"), 1);
	assert_true(count("SELECT count(DISTINCT why) FROM deliveries") >= 2);
	assert_true(count("SELECT count(*) FROM order_ends WHERE status = 4") > 3);
	assert_true(count("SELECT count(*) FROM order_ends WHERE status = 5") > 0);
}

static void it_holds(void **state)
{
	const char *keep = getenv("LEM_KEEP_LEDGER");
	char path[512], why[ROW_COMPARE_WHY_MAX], hex[TEXT_HEX_LEN(HASH_LEN) + 1];
	FILE *file;

	(void)state;
	(void)snprintf(path, sizeof path, "%.400s/copy.db", keep ? keep : market.folder);
	copy(path, NULL);
	if (audit(path, market.genesis.hash, why) != VERDICT_OK)
		fail_msg("%s", why);
	if (!keep)
		return;
	(void)snprintf(path, sizeof path, "%.400s/genesis", keep);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(text_hex_write(market.genesis.hash, HASH_LEN, hex, sizeof hex));
	(void)fprintf(file, "%s\n", hex);
	(void)fclose(file);
}

static void what_is_changed_is_named(void **state)
{
	static const struct {
		const char *change, *says;
		enum verdict verdict;
	} cases[] = {
		{"UPDATE awards SET amount_uc = amount_uc + 1 WHERE \"order\" ="
		 " (SELECT max(\"order\") FROM awards)",
			"table awards", VERDICT_BAD_ROW},
		{"DELETE FROM transfers WHERE height = 3 AND n = 1", "table transfers",
			VERDICT_BAD_ROW},
		{"UPDATE accounts SET slot = slot + 1 WHERE number = 12", "table accounts",
			VERDICT_BAD_ROW},
		{"UPDATE blocks SET hash = zeroblob(32) WHERE height = 4", "block 4", VERDICT_OK},
		{"UPDATE transactions SET market_ms = market_ms + 1 WHERE kind = 1 AND height = 2",
			"block 2", VERDICT_OK},
		{"UPDATE transactions SET signature = zeroblob(64) WHERE kind = 2", "transaction ",
			VERDICT_BAD_SIGNATURE},
		{"UPDATE transactions SET body = replace(body, '\"boundary_s\":30', "
		 "'\"boundary_s\":31')"
		 " WHERE kind = 22 AND seq = (SELECT min(seq) FROM transactions WHERE kind = 22)",
			"block 2", VERDICT_BAD_TX_ROOT},
		{"UPDATE transactions SET body = replace(body, '\"slot_s\":3600', "
		 "'\"slot_s\":3601')"
		 " WHERE kind = 22",
			"block 2, transaction", VERDICT_BAD_TERMS},
		{"DELETE FROM blocks WHERE height = 3", "height 3 is missing", VERDICT_BAD_ROW},
	};
	char path[512], why[ROW_COMPARE_WHY_MAX];

	(void)state;
	(void)snprintf(path, sizeof path, "%s/changed.db", market.folder);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		enum verdict v;
		copy(path, cases[i].change);
		v = audit(path, market.genesis.hash, why);
		assert_int_not_equal(v, VERDICT_OK);
		if ((cases[i].verdict && v != cases[i].verdict) || !strstr(why, cases[i].says))
			fail_msg("%s: %s %s", cases[i].change, verdict_name(v), why);
	}
}

static void it_begins_with_the_pinned_genesis(void **state)
{
	struct ledger_audit *a = calloc(1, sizeof *a);
	uint8_t other[HASH_LEN] = {1};
	char path[512];

	(void)state;
	assert_non_null(a);
	(void)snprintf(path, sizeof path, "%s/pinned.db", market.folder);
	copy(path, NULL);
	assert_int_not_equal(ledger_audit_open(a, path, other), ERR_OK);
	assert_non_null(strstr(a->why, "another market"));
	ledger_audit_close(a);
	memset(a, 0, sizeof *a);
	assert_int_not_equal(ledger_audit_open(a, "/nonexistent/ledger.db", NULL), ERR_OK);
	ledger_audit_close(a);
	free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nearly_everything_happened),
		cmocka_unit_test(it_holds),
		cmocka_unit_test(what_is_changed_is_named),
		cmocka_unit_test(it_begins_with_the_pinned_genesis),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
