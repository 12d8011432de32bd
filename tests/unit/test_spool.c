/* What a home keeps: hem.db, the spool, address keys, orders, readings; before and after a crash.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "hem-client/ems/address_keys.h"
#include "hem-client/ems/orders.h"
#include "hem-client/ems/readings.h"
#include "hem-client/ems/spool.h"
#include "tests/lib/scratch.h"

static char folder[SCRATCH_MAX];
static struct hem_db db;

static int setup(void **state)
{
	(void)state;
	if (scratch_make(folder) != 0)
		return -1;
	return hem_db_open(&db, folder) == ERR_OK ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	hem_db_close(&db);
	hem_db_close(&db);
	return scratch_remove(folder);
}

static void reopen(void)
{
	hem_db_close(&db);
	assert_int_equal(hem_db_open(&db, folder), ERR_OK);
}

static struct message a_message(enum operation operation, unsigned n)
{
	static char text[] = "{}";
	struct message m = {.operation = operation, .text = text, .len = 2};

	snprintf(m.req_id, sizeof m.req_id, "request-%u", n);
	m.tx_id[0] = (uint8_t)n;
	return m;
}

static int64_t count(void)
{
	int64_t n = -1;

	assert_int_equal(spool_count(&db, &n), ERR_OK);
	return n;
}

static void a_message_stays_until_it_is_removed(void **state)
{
	struct message m = a_message(OPERATION_BID_OFFER, 1);
	struct spooled s;

	(void)state;
	assert_int_equal(spool_put(&db, &m, 500), ERR_OK);
	assert_int_equal(spool_put(&db, &m, 500), ERR_EXISTS);
	reopen();
	assert_int_equal(spool_get(&db, m.req_id, &s), ERR_OK);
	assert_int_equal(s.operation, OPERATION_BID_OFFER);
	assert_int_equal(s.until_ms, 500);
	assert_memory_equal(s.tx_id, m.tx_id, HASH_LEN);
	assert_int_equal(spool_remove(&db, m.req_id), ERR_OK);
	assert_int_equal(spool_remove(&db, m.req_id), ERR_OK);
	assert_int_equal(spool_get(&db, m.req_id, &s), ERR_NOT_FOUND);
}

/* kill -9 right after the transaction that put it in, and right before its commit. */
static void what_is_committed_survives_a_crash(void **state)
{
	int status = 0;
	pid_t pid;

	(void)state;
	hem_db_close(&db);
	pid = fork();
	if (pid == 0) {
		struct message one = a_message(OPERATION_CPF, 1), two = a_message(OPERATION_CPF, 2);
		if (hem_db_open(&db, folder) != ERR_OK || spool_put(&db, &one, 1) != ERR_OK ||
			hem_db_begin(&db) != ERR_OK || spool_put(&db, &two, 1) != ERR_OK)
			_exit(1);
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(hem_db_open(&db, folder), ERR_OK);
	assert_int_equal(count(), 1);
}

static void the_last_places_are_for_the_vital(void **state)
{
	struct message last;

	(void)state;
	for (unsigned i = 0; i < SPOOL_MAX; i++) {
		struct message bid = a_message(OPERATION_BID_OFFER, 1000 + i);
		struct message reading = a_message(OPERATION_STATE, i);
		assert_int_equal(
			spool_put(&db, &bid, 1), i < SPOOL_VITAL_FROM ? ERR_OK : ERR_LIMIT);
		assert_int_equal(spool_remove(&db, bid.req_id), ERR_OK);
		assert_int_equal(spool_put(&db, &reading, 1), ERR_OK);
	}
	last = a_message(OPERATION_STATE, SPOOL_MAX);
	assert_int_equal(spool_put(&db, &last, 1), ERR_LIMIT);
	assert_int_equal(count(), SPOOL_MAX);
}

static void a_rollback_within_ends_the_whole(void **state)
{
	struct message m = a_message(OPERATION_CPF, 3);

	(void)state;
	assert_int_equal(hem_db_begin(&db), ERR_OK);
	assert_int_equal(spool_put(&db, &m, 1), ERR_OK);
	assert_int_equal(spool_put(&db, &m, 1), ERR_EXISTS);
	assert_int_equal(hem_db_commit(&db), ERR_INTERNAL);
	assert_int_equal(count(), 0);
}

/* Two programs with the same file: the second waits for the first. */
static void writers_take_turns(void **state)
{
	struct message m = a_message(OPERATION_CPF, 4);
	int status = 0, start[2];
	char byte = 0;
	pid_t pid;

	(void)state;
	hem_db_close(&db); /* SQLite must not be carried over a fork */
	assert_int_equal(pipe(start), 0);
	pid = fork();
	if (pid == 0) {
		struct message n = a_message(OPERATION_CPF, 5);
		_exit(read(start[0], &byte, 1) == 1 && hem_db_open(&db, folder) == ERR_OK &&
					spool_put(&db, &n, 1) == ERR_OK
				? 0
				: 1);
	}
	assert_int_equal(hem_db_open(&db, folder), ERR_OK);
	assert_int_equal(hem_db_begin(&db), ERR_OK);
	assert_int_equal(spool_put(&db, &m, 1), ERR_OK);
	assert_int_equal(write(start[1], &byte, 1), 1);
	usleep(100000);
	assert_int_equal(waitpid(pid, &status, WNOHANG), 0); /* it waits */
	assert_int_equal(hem_db_commit(&db), ERR_OK);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(count(), 2);
	(void)close(start[0]);
	(void)close(start[1]);
}

static void files_are_private(void **state)
{
	char path[128];
	struct stat st;

	(void)state;
	snprintf(path, sizeof path, "%s/hem.db", folder);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void notes_are_kept(void **state)
{
	char text[HEM_DB_NOTE_MAX], big[HEM_DB_NOTE_MAX + 1];

	(void)state;
	assert_int_equal(hem_db_get_note(&db, "colour", text), ERR_OK);
	assert_string_equal(text, "");
	assert_int_equal(hem_db_put_note(&db, "colour", "green"), ERR_OK);
	assert_int_equal(hem_db_put_note(&db, "colour", "blue"), ERR_OK);
	reopen();
	assert_int_equal(hem_db_get_note(&db, "colour", text), ERR_OK);
	assert_string_equal(text, "blue");
	memset(big, 'x', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	assert_int_equal(hem_db_put_note(&db, "colour", big), ERR_LIMIT);
}

static void keys_live_until_two_slots_after(void **state)
{
	struct slot_secret secret;
	struct public_key key;
	struct address_key_pair pair;
	int64_t slot = 0;

	(void)state;
	assert_int_equal(address_keys_last(&db, &slot), ERR_NOT_FOUND);
	for (int64_t i = 10; i < 13; i++) {
		assert_int_equal(slot_secret_draw(KEY_P256, &secret, &key), ERR_OK);
		assert_int_equal(address_keys_add(&db, i, &key, &secret, "request-1"), ERR_OK);
		assert_int_equal(address_keys_add(&db, i, &key, &secret, "request-1"), ERR_EXISTS);
	}
	reopen();
	assert_int_equal(address_keys_last(&db, &slot), ERR_OK);
	assert_int_equal(slot, 12);
	assert_int_equal(address_keys_get(&db, 12, KEY_P256, &pair), ERR_OK);
	assert_memory_equal(pair.secret.bytes, secret.bytes, SLOT_SECRET_LEN);
	assert_false(pair.enrolled);
	assert_int_equal(address_keys_find(&db, &pair.address, &slot), ERR_OK);
	assert_int_equal(slot, 12);
	assert_int_equal(address_keys_enrolled(&db, "request-1", 77), ERR_OK);
	assert_int_equal(address_keys_refused(&db, "request-1"), ERR_OK); /* too late */
	assert_int_equal(address_keys_get(&db, 12, KEY_P256, &pair), ERR_OK);
	assert_true(pair.enrolled);
	assert_int_equal(address_keys_prune(&db, 12), ERR_OK);
	assert_int_equal(address_keys_get(&db, 10, KEY_P256, &pair), ERR_OK);
	assert_int_equal(address_keys_prune(&db, 13), ERR_OK);
	assert_int_equal(address_keys_get(&db, 10, KEY_P256, &pair), ERR_NOT_FOUND);
	assert_int_equal(slot_secret_draw(KEY_P256, &secret, &key), ERR_OK);
	assert_int_equal(address_keys_add(&db, 20, &key, &secret, "request-2"), ERR_OK);
	assert_int_equal(address_keys_refused(&db, "request-2"), ERR_OK);
	assert_int_equal(address_keys_get(&db, 20, KEY_P256, &pair), ERR_NOT_FOUND);
}

/* What a deleted key was is nowhere in the file. */
static void a_deleted_key_is_gone_from_the_disk(void **state)
{
	static char bytes[1 << 20];
	char path[128];
	struct slot_secret secret;
	struct public_key key;
	FILE *f;
	size_t n;

	(void)state;
	assert_int_equal(slot_secret_draw(KEY_P256, &secret, &key), ERR_OK);
	assert_int_equal(address_keys_add(&db, 1, &key, &secret, "request-1"), ERR_OK);
	reopen();
	assert_int_equal(address_keys_prune(&db, 100), ERR_OK);
	hem_db_close(&db);
	snprintf(path, sizeof path, "%s/hem.db", folder);
	f = fopen(path, "rb");
	assert_non_null(f);
	n = fread(bytes, 1, sizeof bytes, f);
	(void)fclose(f);
	assert_null(memmem(bytes, n, secret.bytes, SLOT_SECRET_LEN));
	assert_int_equal(hem_db_open(&db, folder), ERR_OK);
}

static void a_verified_outcome_stands(void **state)
{
	struct my_order o = {.req_id = "request-1",
		.auction = 7,
		.slot = 3,
		.side = SIDE_SELL,
		.measure = MEASURE_STORAGE,
		.gate_ms = 50,
		.quantity_wh = 900,
		.price_mc_per_kwh = 8000};
	struct order_outcome lost = {.seq = 9, .status = MY_ORDER_LOST};
	struct order_outcome won = {.seq = 9,
		.status = MY_ORDER_AWARDED,
		.verified = true,
		.awarded_wh = 400,
		.award_uc = 3200000};
	struct my_order r;
	bool answered = false;

	(void)state;
	assert_int_equal(orders_add(&db, &o), ERR_OK);
	assert_int_equal(orders_answer(&db, 3, 7, &answered), ERR_OK);
	assert_true(answered);
	assert_int_equal(orders_answer(&db, 3, 8, &answered), ERR_OK);
	assert_false(answered);
	assert_int_equal(orders_receipted(&db, "request-1", 9), ERR_OK);
	assert_int_equal(orders_outcome(&db, &lost), ERR_OK);
	assert_int_equal(orders_outcome(&db, &won), ERR_OK);
	assert_int_equal(orders_outcome(&db, &lost), ERR_OK); /* a message, after the block */
	reopen();
	assert_int_equal(orders_find(&db, 9, &r), ERR_OK);
	assert_int_equal(r.status, MY_ORDER_AWARDED);
	assert_true(r.verified && r.awarded_wh == 400 && r.award_uc == 3200000);
	assert_true(r.auction == 7 && r.slot == 3 && r.gate_ms == 50 && r.quantity_wh == 900);
	assert_int_equal(orders_prune(&db, 3 + ORDERS_KEEP_SLOTS), ERR_OK);
	assert_int_equal(orders_find(&db, 9, &r), ERR_OK);
	assert_int_equal(orders_prune(&db, 4 + ORDERS_KEEP_SLOTS), ERR_OK);
	assert_int_equal(orders_find(&db, 9, &r), ERR_NOT_FOUND);
}

static void a_slot_is_known_by_both_its_ends(void **state)
{
	struct reading r = {.slot = 4};
	struct slot_metered m;
	bool has = true;

	(void)state;
	assert_int_equal(readings_has(&db, 4, &has), ERR_OK);
	assert_false(has);
	r.registers.wh[REGISTER_PV] = 100;
	assert_int_equal(readings_add(&db, &r, "request-4"), ERR_OK);
	assert_int_equal(readings_add(&db, &r, "request-x"), ERR_EXISTS);
	assert_int_equal(readings_slot(&db, 5, &m), ERR_OK);
	assert_false(m.known);
	r.slot = 5;
	r.registers.wh[REGISTER_PV] = 350;
	r.registers.wh[REGISTER_IMPORT] = 80;
	assert_int_equal(readings_add(&db, &r, "request-5"), ERR_OK);
	assert_int_equal(readings_receipted(&db, "request-5", 1000), ERR_OK);
	assert_int_equal(readings_slot(&db, 5, &m), ERR_OK);
	assert_true(m.known && !m.receipted);
	assert_int_equal(readings_receipted(&db, "request-4", 900), ERR_OK);
	assert_int_equal(readings_slot(&db, 5, &m), ERR_OK);
	assert_true(m.receipted && m.receipt_ms == 1000);
	assert_int_equal(m.delta.wh[REGISTER_PV], 250);
	assert_int_equal(m.delta.wh[REGISTER_IMPORT], 80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_message_stays_until_it_is_removed, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_is_committed_survives_a_crash, setup, teardown),
		cmocka_unit_test_setup_teardown(the_last_places_are_for_the_vital, setup, teardown),
		cmocka_unit_test_setup_teardown(a_rollback_within_ends_the_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(writers_take_turns, setup, teardown),
		cmocka_unit_test_setup_teardown(files_are_private, setup, teardown),
		cmocka_unit_test_setup_teardown(notes_are_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(keys_live_until_two_slots_after, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_deleted_key_is_gone_from_the_disk, setup, teardown),
		cmocka_unit_test_setup_teardown(a_verified_outcome_stands, setup, teardown),
		cmocka_unit_test_setup_teardown(a_slot_is_known_by_both_its_ends, setup, teardown),
	};

	return cmocka_run_group_tests_name("spool", tests, NULL, NULL);
}
