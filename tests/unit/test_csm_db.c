/* csm.db: what goes in comes out, in order; the idempotency key; snapshots, of which two stay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include "store/csm_db.h"
#include "tests/lib/sample_genesis.h"
#include "tests/lib/scratch.h"

static struct private_key *operator_key, *aggregator_key;
static struct genesis genesis;
static char folder[SCRATCH_MAX], path[96];
static struct csm_db csm;

static int setup(void **state)
{
	(void)state;
	if (scratch_make(folder) != 0)
		return -1;
	(void)snprintf(path, sizeof path, "%s/csm.db", folder);
	assert_int_equal(private_key_generate(KEY_ED25519, &operator_key), ERR_OK);
	assert_int_equal(private_key_generate(KEY_P256, &aggregator_key), ERR_OK);
	sample_genesis(&genesis, operator_key, aggregator_key);
	assert_int_equal(csm_db_create(&csm, path, &genesis), ERR_OK);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	csm_db_close(&csm);
	csm_db_close(NULL);
	private_key_free(operator_key);
	private_key_free(aggregator_key);
	return scratch_remove(folder);
}

static void genesis_is_kept(void **state)
{
	char document[GENESIS_TEXT_MAX], small[64], want[GENESIS_TEXT_MAX];
	struct csm_db again;
	size_t len = 0, n = genesis_write(&genesis, want, sizeof want);

	(void)state;
	assert_int_equal(csm_db_genesis(&csm, document, sizeof document, &len), ERR_OK);
	assert_int_equal(len, n);
	assert_string_equal(document, want);
	assert_int_equal(csm_db_genesis(&csm, document, n + 1, &len), ERR_OK);
	assert_int_equal(csm_db_genesis(&csm, small, sizeof small, &len), ERR_FORMAT);
	assert_int_equal(csm_db_create(&again, path, &genesis), ERR_EXISTS);
	assert_int_equal(csm_db_open_read(&again, path), ERR_OK);
	assert_int_equal(csm_db_genesis(&again, document, sizeof document, &len), ERR_OK);
	assert_int_equal(csm_db_will_sign(&again, 1, genesis.hash), ERR_PERMISSION);
	csm_db_close(&again);
}

static void the_last_signature_is_remembered(void **state)
{
	uint8_t hash[HASH_LEN], want[HASH_LEN];
	uint64_t height = 99;

	(void)state;
	assert_int_equal(csm_db_last_signed(&csm, &height, hash), ERR_OK);
	assert_int_equal(height, 0);
	memset(want, 7, HASH_LEN);
	assert_int_equal(csm_db_will_sign(&csm, 12, want), ERR_OK);
	csm_db_close(&csm);
	assert_int_equal(csm_db_open(&csm, path), ERR_OK);
	assert_int_equal(csm_db_last_signed(&csm, &height, hash), ERR_OK);
	assert_int_equal(height, 12);
	assert_memory_equal(hash, want, HASH_LEN);
}

static struct intake_row row_of(uint64_t seq)
{
	struct intake_row r = {.seq = seq,
		.batch = seq / 3,
		.kind = COMMAND_TX,
		.home = (uint32_t)(seq % 5),
		.market_ms = (int64_t)seq * 1000,
		.ledger_seq = seq + 100,
		.height = seq / 2,
		.operation = "bid-offer",
		.req_id = seq % 2 ? "odd" : "even",
		.body = "{\"a\":1}",
		.body_len = 7,
		.is_signed = seq % 4 != 0};

	memset(r.tx_id, (int)seq, HASH_LEN);
	memset(r.signature, (int)seq + 1, SIGNATURE_LEN);
	return r;
}

struct seen {
	uint64_t from, count, stop_at;
};

static bool check_row(void *context, const struct intake_row *row)
{
	struct seen *s = context;
	struct intake_row want = row_of(s->from + s->count++);

	assert_int_equal(row->seq, want.seq);
	assert_int_equal(row->batch, want.batch);
	assert_int_equal(row->kind, want.kind);
	assert_int_equal(row->home, want.home);
	assert_int_equal(row->market_ms, want.market_ms);
	assert_int_equal(row->ledger_seq, want.ledger_seq);
	assert_int_equal(row->height, want.height);
	assert_string_equal(row->operation, "bid-offer");
	assert_string_equal(row->req_id, want.req_id);
	assert_int_equal(row->body_len, 7);
	assert_memory_equal(row->body, "{\"a\":1}", 7);
	assert_memory_equal(row->tx_id, want.tx_id, HASH_LEN);
	assert_int_equal(row->is_signed, want.is_signed);
	if (row->is_signed)
		assert_memory_equal(row->signature, want.signature, SIGNATURE_LEN);
	return s->count != s->stop_at;
}

static void the_log_comes_back_in_order(void **state)
{
	struct seen s;
	uint64_t seq = 0;

	(void)state;
	for (uint64_t n = 1; n <= 40; n++) {
		struct intake_row r = row_of(n);
		assert_int_equal(csm_db_add_intake(&csm, &r, (int64_t)n), ERR_OK);
	}
	s = (struct seen){.from = 1};
	assert_int_equal(csm_db_intake(&csm, 1, 1000, check_row, &s), ERR_OK);
	assert_int_equal(s.count, 40);
	s = (struct seen){.from = 11};
	assert_int_equal(csm_db_intake(&csm, 11, 5, check_row, &s), ERR_OK);
	assert_int_equal(s.count, 5);
	s = (struct seen){.from = 17};
	assert_int_equal(csm_db_intake(&csm, 17, 1, check_row, &s), ERR_OK);
	assert_int_equal(s.count, 1);
	s = (struct seen){.from = 20, .stop_at = 3};
	assert_int_equal(csm_db_intake(&csm, 20, 1000, check_row, &s), ERR_OK);
	assert_int_equal(s.count, 3);
	s = (struct seen){.from = 41};
	assert_int_equal(csm_db_intake(&csm, 41, 1, check_row, &s), ERR_OK);
	assert_int_equal(s.count, 0);
	assert_int_equal(csm_db_find_request(&csm, 7, 2, "odd", &seq), ERR_OK);
	assert_int_equal(seq, 7);
	assert_int_equal(csm_db_find_request(&csm, 8, 2, "odd", &seq), ERR_NOT_FOUND);
	assert_int_equal(csm_db_find_request(&csm, 7, 1, "odd", &seq), ERR_NOT_FOUND);
	assert_int_equal(csm_db_find_request(&csm, 7, 2, "Odd", &seq), ERR_NOT_FOUND);
	assert_int_equal(seq, 7);
}

static void the_log_only_grows(void **state)
{
	struct intake_row r = row_of(1);
	uint64_t seq;

	(void)state;
	assert_int_equal(csm_db_add_intake(&csm, &r, -1), ERR_OK); /* no idempotency key */
	assert_int_equal(csm_db_find_request(&csm, -1, 1, "odd", &seq), ERR_NOT_FOUND);
	assert_int_equal(csm_db_add_intake(&csm, &r, -1), ERR_EXISTS);
	r.seq = 2;
	assert_int_equal(csm_db_add_intake(&csm, &r, 5), ERR_OK);
	r.seq = 3;
	assert_int_equal(csm_db_add_intake(&csm, &r, 5), ERR_EXISTS); /* the same key */
	assert_int_not_equal(db_exec(&csm.db, "UPDATE intake SET home = 9"), ERR_OK);
}

static void batches_are_noted(void **state)
{
	uint64_t batch = 99, first = 0, count = 0;

	(void)state;
	assert_int_equal(csm_db_last_batch(&csm, &batch), ERR_OK);
	assert_int_equal(batch, 0);
	assert_int_equal(csm_db_add_batch(&csm, 1, 1, 10), ERR_OK);
	assert_int_equal(csm_db_add_batch(&csm, 2, 11, 1), ERR_OK);
	assert_int_equal(csm_db_add_batch(&csm, 2, 11, 1), ERR_EXISTS);
	assert_int_equal(csm_db_last_batch(&csm, &batch), ERR_OK);
	assert_int_equal(batch, 2);
	assert_int_equal(csm_db_batch(&csm, 1, &first, &count), ERR_OK);
	assert_int_equal(first, 1);
	assert_int_equal(count, 10);
	assert_int_equal(csm_db_batch(&csm, 3, &first, &count), ERR_NOT_FOUND);
}

static void two_snapshots_stay(void **state)
{
	uint64_t height = 0, seq = 0;
	uint8_t hash[HASH_LEN], *bytes = NULL;
	size_t len = 0;

	(void)state;
	assert_int_equal(
		csm_db_snapshot(&csm, 1000, &height, &seq, hash, &bytes, &len), ERR_NOT_FOUND);
	assert_null(bytes);
	for (uint64_t h = 1; h <= 5; h++) {
		uint8_t all[HASH_LEN];
		memset(all, (int)h, sizeof all);
		assert_int_equal(csm_db_add_snapshot(&csm, h, h * 10, all, all, (size_t)h), ERR_OK);
	}
	for (uint64_t max = 1000; max >= 4; max = max == 1000 ? 5 : max - 1) {
		uint64_t want = max == 4 ? 4 : 5;
		assert_int_equal(
			csm_db_snapshot(&csm, max, &height, &seq, hash, &bytes, &len), ERR_OK);
		assert_int_equal(height, want);
		assert_int_equal(seq, want * 10);
		assert_int_equal(len, want);
		assert_int_equal(hash[31], want);
		assert_int_equal(bytes[len - 1], want);
		free(bytes);
		bytes = NULL;
	}
	assert_int_equal(
		csm_db_snapshot(&csm, 3, &height, &seq, hash, &bytes, &len), ERR_NOT_FOUND);
	assert_null(bytes);
	assert_int_equal(csm_db_add_snapshot(&csm, 6, 0, hash, hash, 0), ERR_OK);
	assert_int_equal(csm_db_snapshot(&csm, 6, &height, &seq, hash, &bytes, &len), ERR_OK);
	assert_int_equal(len, 0);
	free(bytes);
}

/* The number that a constant query gives. */
static int64_t number(const char *sql)
{
	sqlite3_stmt *s = NULL;
	int64_t n;

	assert_int_equal(sqlite3_prepare_v2(csm.db.handle, sql, -1, &s, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	n = sqlite3_column_int64(s, 0);
	(void)sqlite3_finalize(s);
	return n;
}

static void a_homes_row_follows_it(void **state)
{
	struct home h = {.kind = CLIENT_HOME, .status = HOME_INVITED};

	(void)state;
	home_modes_init(&h.modes, MODE_TE);
	for (uint32_t n = 0; n < 6; n++) {
		h.number = n;
		(void)snprintf(h.terms.client_id, sizeof h.terms.client_id, "home%04u", n);
		(void)snprintf(
			h.terms.meter_serial, sizeof h.terms.meter_serial, "%s", n ? "SN" : "");
		if (n)
			h.terms.meter_serial[2] = (char)('0' + n);
		h.terms.ratings.pv_w = n;
		assert_int_equal(csm_db_put_home(&csm, &h, n), ERR_OK);
	}
	h.status = HOME_REVOKED; /* the last one again */
	home_modes_init(&h.modes, MODE_BOTH);
	h.terms.ratings = (struct ratings){.pv_w = 71, .battery_w = 72, .fuse_w = 73};
	assert_int_equal(csm_db_put_home(&csm, &h, 9), ERR_OK);
	assert_int_equal(number("SELECT count(*) FROM homes"), 6);
	assert_int_equal(number("SELECT count(*) FROM meters"), 5);
	assert_int_equal(number("SELECT count(*) FROM homes WHERE number = 3 AND pv_w = 3"
				" AND client_id = 'home0003' AND status = 1 AND mode = 1"),
		1);
	assert_int_equal(number("SELECT count(*) FROM homes WHERE client_id = 'home0005'"
				" AND status = 3 AND mode = 3 AND pv_w = 71 AND battery_w = 72"
				" AND fuse_w = 73"),
		1);
	assert_int_equal(number("SELECT home FROM meters WHERE serial = 'SN3'"), 3);
}

static void note_net(void *context, const struct home_nets *nets)
{
	*(struct home_nets *)context = *nets;
}

static struct reading reading_of(int64_t slot, int64_t import_wh, int64_t export_wh)
{
	struct reading r = {.slot = slot};

	r.registers.wh[REGISTER_IMPORT] = import_wh;
	r.registers.wh[REGISTER_EXPORT] = export_wh;
	return r;
}

/* A net is of two readings in a row, neither refused; history counts as readings. */
static void nets_of_two_slots(void **state)
{
	const uint8_t signature[SIGNATURE_LEN] = {7};
	struct home home = {.kind = CLIENT_HOME, .number = 5, .terms = {.client_id = "home0005"}};
	struct reading r = reading_of(-25, 100, 10);
	struct home_nets n = {.net_wh = 1};

	(void)state;
	assert_int_equal(csm_db_put_home(&csm, &home, 1), ERR_OK);
	assert_int_equal(csm_db_add_history(&csm, 5, &r, signature), ERR_OK);
	assert_int_equal(csm_db_add_history(&csm, 5, &r, signature), ERR_EXISTS);
	r = reading_of(-24, 150, 40);
	assert_int_equal(csm_db_add_history(&csm, 5, &r, signature), ERR_OK);
	r = reading_of(-1, 500, 90);
	assert_int_not_equal(csm_db_add_history(&csm, 5, &r, signature), ERR_OK);
	assert_int_equal(csm_db_add_reading(&csm, 5, &r, 1, 1000, VERDICT_OK), ERR_OK);
	r = reading_of(0, 501, 90);
	assert_int_equal(csm_db_add_reading(&csm, 5, &r, 0, 1000, VERDICT_BOUNDARY), ERR_OK);
	assert_int_equal(csm_db_nets(&csm, 0, -24, note_net, &n), ERR_OK);
	assert_true(n.net_wh == 1); /* a home that is only invited is left out */
	home.status = HOME_REGISTERED;
	assert_int_equal(csm_db_put_home(&csm, &home, 1), ERR_OK);
	assert_int_equal(csm_db_nets(&csm, 0, -24, note_net, &n), ERR_OK);
	assert_true(!n.metered && n.metered_before); /* a refused reading is none */
	assert_int_equal(n.net_wh, 0);
	r = reading_of(0, 700, 95);
	assert_int_equal(csm_db_add_reading(&csm, 5, &r, 2, 1000, VERDICT_OK), ERR_OK);
	assert_int_equal(csm_db_nets(&csm, 0, -24, note_net, &n), ERR_OK);
	assert_true(n.metered && n.metered_before);
	assert_int_equal(n.net_wh, 200 - 5);
	assert_int_equal(n.net_before_wh, 50 - 30);
	assert_int_equal(csm_db_nets(&csm, 0, -23, note_net, &n), ERR_OK);
	assert_true(n.metered && !n.metered_before);
}

static int64_t count_observations(int64_t *ret_first)
{
	sqlite3_stmt *s = NULL;
	int64_t n;

	assert_int_equal(sqlite3_prepare_v2(csm.db.handle,
				 "SELECT count(*), min(id) FROM observations", -1, &s, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	n = sqlite3_column_int64(s, 0);
	*ret_first = sqlite3_column_int64(s, 1);
	(void)sqlite3_finalize(s);
	return n;
}

/* What homes tell of their sensors does not fill the disk. */
static void the_oldest_observations_go(void **state)
{
	struct request r;
	int64_t first = 0;

	(void)state;
	memset(&r, 0, sizeof r);
	assert_int_equal(csm_db_add_observation(&csm, 1, 1000, &r), ERR_OK);
	assert_int_equal(
		db_exec(&csm.db, "INSERT INTO observations VALUES"
				 " (999999, 1, 1, 'a', 'b', 'c'), (1000100, 1, 1, 'a', 'b', 'c')"),
		ERR_OK);
	for (int i = 0; i < 256; i++)
		assert_int_equal(csm_db_add_observation(&csm, 1, 1000, &r), ERR_OK);
	/* The last whose number divides by 256 is 1000192: what is older than a million is gone. */
	assert_int_equal(count_observations(&first), 2 + 256);
	assert_int_equal(first, 999999);
}

static void a_meter_has_its_certified_key(void **state)
{
	struct home home = {.kind = CLIENT_HOME,
		.number = 6,
		.terms = {.client_id = "home0006", .meter_serial = "SN6"}};
	const struct public_key *want = private_key_public(aggregator_key);
	struct public_key key;
	uint32_t number = 0;

	(void)state;
	assert_int_equal(csm_db_put_home(&csm, &home, 1), ERR_OK);
	assert_int_equal(csm_db_meter_key(&csm, "SN6", &number, &key), ERR_NOT_FOUND);
	home.meter_key.alg = want->alg;
	home.meter_key.key.len = want->len;
	memcpy(home.meter_key.key.bytes, want->bytes, sizeof want->bytes);
	assert_int_equal(csm_db_put_home(&csm, &home, 2), ERR_OK);
	assert_int_equal(csm_db_meter_key(&csm, "SN6", &number, &key), ERR_OK);
	assert_int_equal(number, 6);
	assert_memory_equal(key.bytes, want->bytes, want->len);
	assert_int_equal(csm_db_meter_key(&csm, "SN7", &number, &key), ERR_NOT_FOUND);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(genesis_is_kept),
		TEST(the_last_signature_is_remembered),
		TEST(the_log_comes_back_in_order),
		TEST(the_log_only_grows),
		TEST(batches_are_noted),
		TEST(two_snapshots_stay),
		TEST(a_homes_row_follows_it),
		TEST(nets_of_two_slots),
		TEST(the_oldest_observations_go),
		TEST(a_meter_has_its_certified_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
