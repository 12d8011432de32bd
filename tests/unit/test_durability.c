/* Receipts only after the fsync (invariant D1). A layer under SQLite sees what is written to
 * csm.db's log and when it is synced, and looks into the outbox at that moment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/little_market.h"

static struct little_market market;

/* What the layer has seen of csm.db-wal. */
static struct {
	sqlite3_vfs *below, layer;
	sqlite3_io_methods methods;
	const sqlite3_io_methods *real;
	unsigned writes, syncs;
	bool dirty;     /* written since it was synced */
	bool too_early; /* a receipt was there at a sync or a write */
	bool fails;     /* the disk does not sync any more */
} disk;

static size_t receipts_in(const struct outbox *box)
{
	size_t n = 0;

	for (const struct publication *p = box->first; p; p = p->next)
		n += strstr(p->topic, "/receipt") != NULL;
	return n;
}

static size_t receipts(void)
{
	return receipts_in(&market.engine.outbox) + receipts_in(&market.engine.waiting);
}

static int on_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
	disk.writes++;
	disk.dirty = true;
	disk.too_early = disk.too_early || receipts() > 0;
	return disk.real->xWrite(file, bytes, n, at);
}

static int on_sync(sqlite3_file *file, int flags)
{
	int rc = disk.fails ? SQLITE_IOERR_FSYNC : disk.real->xSync(file, flags);

	if (rc == SQLITE_OK) {
		disk.syncs++;
		disk.dirty = false;
		disk.too_early = disk.too_early || receipts() > 0;
	}
	return rc;
}

static int on_open(
	sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *ret_flags)
{
	int rc = disk.below->xOpen(disk.below, name, file, flags, ret_flags);

	(void)vfs;
	if (rc != SQLITE_OK || !name || !strstr(name, "/csm.db-wal"))
		return rc;
	disk.real = file->pMethods;
	disk.methods = *disk.real;
	disk.methods.xWrite = on_write;
	disk.methods.xSync = on_sync;
	file->pMethods = &disk.methods;
	return SQLITE_OK;
}

static int setup(void **state)
{
	(void)state;
	memset(&disk, 0, sizeof disk);
	disk.below = sqlite3_vfs_find(NULL);
	disk.layer = *disk.below;
	disk.layer.zName = "watched";
	disk.layer.xOpen = on_open;
	assert_int_equal(sqlite3_vfs_register(&disk.layer, 1), SQLITE_OK);
	little_open(&market);
	little_advance(&market, little_slot_ms(0) + 1000);
	assert_true(disk.syncs > 0);
	disk.too_early = false;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	disk.fails = false;
	little_close(&market);
	return sqlite3_vfs_unregister(&disk.layer);
}

static char *pragma(const char *constant_sql)
{
	static char text[32];
	sqlite3_stmt *s = NULL;

	assert_int_equal(
		sqlite3_prepare_v2(market.engine.csm.db.handle, constant_sql, -1, &s, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	(void)snprintf(text, sizeof text, "%s", sqlite3_column_text(s, 0));
	(void)sqlite3_finalize(s);
	return text;
}

static void csm_db_is_open_for_good(void **state)
{
	(void)state;
	assert_string_equal(pragma("PRAGMA journal_mode"), "wal");
	assert_string_equal(pragma("PRAGMA synchronous"), "2"); /* FULL */
}

/* Take an order without committing it. */
static void take_order(void)
{
	struct address address = little_address(&market, 0, 2);
	struct message_bid bid = {.address = address.text,
		.side = SIDE_SELL,
		.energy_wh = 9,
		.price_mc_per_kwh = 5000};
	struct inspect_refusal refusal;
	struct inspected *i = NULL;
	char text[1024];
	struct out out;

	out_init(&out, text, sizeof text);
	message_write_bid(&out, &bid);
	message_release(&market.last);
	assert_int_equal(
		message_make(OPERATION_BID_OFFER, market.homes[0].id, market.genesis.market,
			market.now_ms, &out,
			&(struct signer){.secret = &market.homes[0].secrets[2]}, &market.last),
		ERR_OK);
	assert_int_equal(inspect(market.inspector, market.homes[0].id, OPERATION_BID_OFFER,
				 market.last.text, market.last.len, &i, &refusal),
		VERDICT_OK);
	assert_int_equal(engine_take(&market.engine, i, market.now_ms), ERR_OK);
	inspected_free(i);
}

static void a_receipt_comes_after_the_sync(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= 10; i++) {
		unsigned writes = disk.writes, syncs = disk.syncs;
		take_order();
		assert_int_equal(receipts(), 0);
		assert_int_equal(engine_commit(&market.engine), ERR_OK);
		assert_int_equal(receipts(), 1);
		assert_true(disk.writes > writes);
		assert_true(disk.syncs > syncs);
		assert_false(disk.dirty);
		assert_false(disk.too_early);
		little_collect(&market);
		if (i == 5) /* at a block's edge too */
			little_advance(&market, little_slot_ms(1) + 1000);
		assert_false(disk.dirty);
	}
}

static void without_a_sync_there_is_no_receipt(void **state)
{
	(void)state;
	take_order();
	disk.fails = true;
	assert_int_not_equal(engine_commit(&market.engine), ERR_OK);
	assert_int_equal(receipts(), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(csm_db_is_open_for_good),
		TEST(a_receipt_comes_after_the_sync),
		TEST(without_a_sync_there_is_no_receipt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
