/* The courier over a real spool: what is sent, asked about and dropped, with a session that only
 * counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "hem-client/ems/courier.h"
#include "hem-client/ems/orders.h"
#include "tests/lib/scratch.h"

enum { GATE = 1000000 };

static char folder[SCRATCH_MAX];
static struct hem_db db;
static struct courier courier;
static bool up;
static int sent, dropped;
static int64_t real_ms;

bool session_is_up(const struct session *s)
{
	(void)s;
	return up;
}

enum err session_send(struct session *s, enum operation operation, const char *text, size_t len)
{
	(void)s;
	(void)operation;
	(void)text;
	(void)len;
	sent++;
	return ERR_OK;
}

static void note_dropped(void *context, const struct spooled *m)
{
	(void)context;
	(void)m;
	dropped++;
}

static void begin(void)
{
	courier_init(&courier, &db, NULL, 1, note_dropped, NULL);
	sent = dropped = 0;
}

static int setup(void **state)
{
	(void)state;
	up = true;
	real_ms = 0;
	if (scratch_make(folder) != 0 || hem_db_open(&db, folder) != ERR_OK)
		return -1;
	begin();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	hem_db_close(&db);
	return scratch_remove(folder);
}

/* A bid whose gate is at GATE. */
static void put_bid(void)
{
	const struct my_order o = {.req_id = "request-1",
		.slot = 2,
		.side = SIDE_SELL,
		.measure = MEASURE_STORAGE,
		.gate_ms = GATE,
		.quantity_wh = 60};
	struct message m = {.operation = OPERATION_BID_OFFER, .text = (char[]){"{}"}, .len = 2};

	memcpy(m.req_id, o.req_id, sizeof o.req_id);
	assert_int_equal(orders_add(&db, &o), ERR_OK);
	assert_int_equal(spool_put(&db, &m, GATE), ERR_OK);
	courier_wake(&courier, false);
}

static void run(int64_t market_ms)
{
	enum err err;

	real_ms += SPOOL_RESEND_MAX_MS;
	(void)courier_run(&courier, market_ms, real_ms, &err);
	assert_int_equal(err, ERR_OK);
}

static void status_is(enum my_order_status status)
{
	sqlite3_stmt *s;

	assert_int_equal(
		sqlite3_prepare_v2(db.db.handle, "SELECT status FROM orders", -1, &s, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	assert_int_equal(sqlite3_column_int(s, 0), status);
	(void)sqlite3_finalize(s);
}

/* The market may have it, and award it: only its answer says that it has not. */
static void what_was_sent_is_asked_about(void **state)
{
	(void)state;
	run(0);
	put_bid();
	run(GATE - 1);
	assert_int_equal(sent, 1);
	run(GATE + 1);
	assert_int_equal(sent, 2);
	up = false;
	run(GATE + 2);
	up = true;
	run(GATE + COURIER_ASK_MS - 1);
	assert_int_equal(sent, 3);
	assert_int_equal(dropped, 0);
	status_is(MY_ORDER_SENT);
	run(GATE + COURIER_ASK_MS);
	assert_int_equal(sent, 3);
	assert_int_equal(dropped, 1);
	status_is(MY_ORDER_REJECTED);
}

static void what_was_not_is_worth_nothing_at_its_gate(void **state)
{
	(void)state;
	run(0);
	up = false;
	put_bid();
	run(GATE - 1);
	assert_int_equal(dropped, 0);
	run(GATE);
	assert_int_equal(dropped, 1);
	status_is(MY_ORDER_REJECTED);
	up = true;
	run(GATE + 1);
	assert_int_equal(sent, 0);
}

/* It does not know what an earlier life has sent. */
static void what_it_finds_is_asked_about(void **state)
{
	(void)state;
	put_bid();
	begin();
	run(GATE + 1);
	assert_int_equal(sent, 1);
	assert_int_equal(dropped, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_sent_is_asked_about, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_was_not_is_worth_nothing_at_its_gate, setup, teardown),
		cmocka_unit_test_setup_teardown(what_it_finds_is_asked_about, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
