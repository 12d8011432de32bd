/* A backup made while the market is written to: a market opens from it, and is the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/stat.h>
#include "engine/ledger_audit.h"
#include "store/backup.h"
#include "tests/unit/little_days.h"

static struct little_market market;
static char target[128];

static int setup(void **state)
{
	char path[128], text[GENESIS_TEXT_MAX] = "";
	FILE *file;

	(void)state;
	little_open(&market);
	little_days_work(&market);
	(void)snprintf(target, sizeof target, "%s/copy", market.folder);
	(void)snprintf(path, sizeof path, "%s/genesis.json", market.folder);
	file = fopen(path, "w");
	if (!file || fwrite(text, 1, genesis_write(&market.genesis, text, sizeof text), file) == 0)
		return -1;
	return fclose(file);
}

static int teardown(void **state)
{
	(void)state;
	little_close(&market);
	return 0;
}

/* A market opened from the copy: to be closed. */
static void open_copy(struct engine *e)
{
	char csm[160], ledger[160];

	(void)snprintf(csm, sizeof csm, "%s/csm.db", target);
	(void)snprintf(ledger, sizeof ledger, "%s/ledger.db", target);
	if (engine_open(e, csm, ledger, market.operator_key) != ERR_OK)
		fail_msg("%s", e->why);
}

/* While pages are copied the market goes on. */
static bool trade_on(void *context, int64_t done, int64_t all)
{
	int *calls = context;

	assert_true(done <= all);
	if (++*calls == 1)
		little_advance(&market, market.now_ms + 2 * LITTLE_SLOT_MS);
	return true;
}

static void it_is_of_one_moment(void **state)
{
	char why[BACKUP_WHY_MAX] = "", path[160];
	uint64_t height = market.engine.market->ledger.height;
	uint64_t intake_seq = market.engine.intake_seq;
	struct backup made = {.height = 0};
	struct engine copy;
	struct stat st;
	int calls = 0;

	(void)state;
	assert_int_equal(backup_make(market.folder, target, trade_on, &calls, &made, why), ERR_OK);
	assert_true(calls >= 2);
	assert_true(market.engine.market->ledger.height > height);
	assert_int_equal(made.height, height - 1);
	open_copy(&copy);
	assert_int_equal(copy.market->ledger.height, height);
	assert_int_equal(copy.intake_seq, intake_seq);
	/* It comes to the very blocks that the original has closed since. */
	assert_int_equal(engine_clock(&copy, market.now_ms), ERR_OK);
	assert_int_equal(engine_commit(&copy), ERR_OK);
	assert_int_equal(copy.market->ledger.height, market.engine.market->ledger.height);
	assert_memory_equal(
		copy.market->ledger.last_hash, market.engine.market->ledger.last_hash, HASH_LEN);
	engine_close(&copy);
	assert_int_equal(stat(target, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	(void)snprintf(path, sizeof path, "%s/csm.db", target);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(made.bytes > (uint64_t)st.st_size);
}

static void it_never_writes_over_anything(void **state)
{
	char why[BACKUP_WHY_MAX] = "";
	struct backup made = {.height = 77};

	(void)state;
	assert_int_equal(mkdir(target, 0700), 0);
	assert_int_equal(backup_make(market.folder, target, NULL, NULL, &made, why), ERR_EXISTS);
	assert_non_null(strstr(why, target));
	assert_int_equal(made.height, 77);
}

static bool stop(void *context, int64_t done, int64_t all)
{
	(void)context;
	(void)done;
	(void)all;
	return false;
}

static void what_fails_leaves_nothing(void **state)
{
	char why[BACKUP_WHY_MAX] = "", part[160];
	struct backup made;
	struct stat st;

	(void)state;
	(void)snprintf(part, sizeof part, "%s.part", target);
	assert_int_equal(
		backup_make(market.folder, target, stop, NULL, &made, why), ERR_INTERRUPTED);
	assert_int_equal(
		backup_make("/nonexistent", target, NULL, NULL, &made, why), ERR_NOT_FOUND);
	assert_int_not_equal(stat(target, &st), 0);
	assert_int_not_equal(stat(part, &st), 0);
	assert_int_equal(backup_make(market.folder, "/nonexistent/copy", NULL, NULL, &made, why),
		ERR_NOT_FOUND);
	assert_non_null(strstr(why, "/nonexistent/copy"));
	assert_int_equal(backup_make(market.folder, target, NULL, NULL, &made, why), ERR_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_is_of_one_moment, setup, teardown),
		cmocka_unit_test_setup_teardown(it_never_writes_over_anything, setup, teardown),
		cmocka_unit_test_setup_teardown(what_fails_leaves_nothing, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
