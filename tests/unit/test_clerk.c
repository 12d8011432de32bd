/* What the market answers, read and filed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "hem-client/ems/address_keys.h"
#include "hem-client/ems/clerk.h"
#include "hem-client/ems/orders.h"
#include "hem-client/ems/readings.h"
#include "tests/lib/scratch.h"
#include "tests/unit/little_market.h"

static struct little_market market;
static struct verify_key *operator_key;
static char folder[SCRATCH_MAX], why[CLERK_WHY_MAX];
static struct hem_db db;

static int setup(void **state)
{
	(void)state;
	little_open(&market);
	little_advance(&market, LITTLE_START_MS + 1000);
	if (scratch_make(folder) != 0 || hem_db_open(&db, folder) != ERR_OK)
		return -1;
	return verify_key_new(&market.genesis.operator_key, &operator_key) == ERR_OK ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	hem_db_close(&db);
	verify_key_free(operator_key);
	little_close(&market);
	return scratch_remove(folder);
}

/* The last message sent, as its home keeps it in the spool. */
static void spool_last(void)
{
	assert_int_equal(spool_put(&db, &market.last, INT64_MAX), ERR_OK);
}

struct filing {
	enum err err;
	struct receipt receipt;
};

static void file_one(void *context, const char *text, size_t len)
{
	struct filing *f = context;

	f->err = clerk_receipt(
		&db, operator_key, market.genesis.market, text, len, &f->receipt, why);
}

static struct filing file_last(const char *topic)
{
	const struct publication *p = little_find(&market, topic, 0);
	struct filing f = {.err = ERR_INTERNAL};

	assert_non_null(p);
	assert_int_equal(receipts_each(p->payload, p->len, file_one, &f), ERR_OK);
	return f;
}

static void a_reading_is_receipted(void **state)
{
	struct reading r = {.slot = -1};
	sqlite3_stmt *s;
	struct filing f;

	(void)state;
	little_reading(&market, 0, -1, 0, 0, 0);
	assert_int_equal(file_last("home0000/receipt").err, ERR_NOT_FOUND); /* not ours */
	spool_last();
	assert_int_equal(readings_add(&db, &r, market.last.req_id), ERR_OK);
	f = file_last("home0000/receipt");
	assert_int_equal(f.err, ERR_OK);
	assert_int_equal(f.receipt.operation, OPERATION_STATE);
	assert_int_equal(spool_remove(&db, market.last.req_id), ERR_OK);
	s = db_statement(&db.db, READING_GET);
	db_bind_int(s, 1, -1);
	assert_int_equal(db_row(&db.db, s), ERR_OK);
	assert_true(sqlite3_column_int64(s, 6) == market.now_ms);
	(void)sqlite3_reset(s);
	assert_int_equal(file_last("home0000/receipt").err, ERR_NOT_FOUND); /* filed already */
}

static void an_order_gets_its_sequence(void **state)
{
	uint64_t auction = little_auction(&market, 1, 500);
	struct my_order o = {.auction = auction, .slot = 1, .side = SIDE_SELL, .measure = 1};
	struct filing f;
	sqlite3_stmt *s;

	(void)state;
	little_offer(&market, 0, 1, auction, 100, 9000, 0);
	memcpy(o.req_id, market.last.req_id, sizeof o.req_id);
	assert_int_equal(orders_add(&db, &o), ERR_OK);
	spool_last();
	f = file_last("home0000/receipt");
	assert_int_equal(f.err, ERR_OK);
	assert_int_equal(orders_find(&db, f.receipt.seq, &o), ERR_OK);
	assert_int_equal(o.status, MY_ORDER_RECEIPTED);
	s = db_statement(&db.db, RECEIPT_AT);
	db_bind_int(s, 1, (int64_t)f.receipt.height);
	assert_int_equal(db_row(&db.db, s), ERR_OK); /* kept, until the block has been seen */
	(void)sqlite3_reset(s);
}

/* The market confirms another message under this reqId: that is no receipt for ours. */
static void a_receipt_for_something_else_is_no_receipt(void **state)
{
	struct message m;
	struct spooled s;

	(void)state;
	little_advance(&market, market.now_ms + 1000);
	little_cpf(&market, 1, 0, 50);
	m = market.last;
	m.tx_id[0] ^= 1;
	assert_int_equal(spool_put(&db, &m, INT64_MAX), ERR_OK);
	assert_int_equal(file_last("home0001/receipt").err, ERR_FORMAT);
	assert_true(why[0] != '\0');
	assert_int_equal(spool_get(&db, m.req_id, &s), ERR_OK); /* it still waits */
	assert_int_equal(spool_remove(&db, m.req_id), ERR_OK);
	m.operation = OPERATION_SEAL;
	m.tx_id[0] ^= 1;
	assert_int_equal(spool_put(&db, &m, INT64_MAX), ERR_OK);
	assert_int_equal(file_last("home0001/receipt").err, ERR_FORMAT);
	assert_int_equal(spool_remove(&db, m.req_id), ERR_OK);
}

static struct reject last_reject(const char *topic)
{
	const struct publication *p = little_find(&market, topic, 0);
	struct reject r;

	assert_non_null(p);
	assert_int_equal(reject_read(p->payload, p->len, &r, why), ERR_OK);
	return r;
}

static void a_rejection_ends_a_message(void **state)
{
	struct my_order o = {.auction = 99999, .slot = 1, .side = SIDE_SELL, .measure = 1};
	enum clerk_refusal refusal;
	struct spooled s;
	struct reject r;

	(void)state;
	little_offer(&market, 0, 1, 99999, 100, 9000, 0);
	r = last_reject("home0000/reject");
	assert_int_equal(r.number, VERDICT_UNKNOWN_AUCTION);
	assert_string_equal(r.code, "UNKNOWN_AUCTION");
	assert_true(r.market_ms == market.now_ms && strstr(r.field, "auction"));
	assert_string_equal(r.req_id, market.last.req_id);
	assert_int_equal(clerk_reject(&db, &r, &refusal, &s), ERR_OK);
	assert_int_equal(refusal, REFUSAL_FOREIGN);
	spool_last();
	memcpy(o.req_id, market.last.req_id, sizeof o.req_id);
	assert_int_equal(orders_add(&db, &o), ERR_OK);
	r.number = VERDICT_BUSY;
	assert_int_equal(clerk_reject(&db, &r, &refusal, &s), ERR_OK);
	assert_int_equal(refusal, REFUSAL_LATER);
	r.number = VERDICT_UNKNOWN_AUCTION;
	assert_int_equal(clerk_reject(&db, &r, &refusal, &s), ERR_OK);
	assert_int_equal(refusal, REFUSAL_FINAL);
	assert_int_equal(s.operation, OPERATION_BID_OFFER);
	assert_int_equal(spool_get(&db, r.req_id, &s), ERR_NOT_FOUND);
}

static void refused_keys_are_forgotten(void **state)
{
	struct little_home *h = &market.homes[0];
	struct spooled s = {.operation = OPERATION_ADDRESSES, .req_id = "request-k"};
	struct address_key_pair pair;

	(void)state;
	assert_int_equal(
		address_keys_add(&db, 5, &h->keys[5], &h->secrets[5], "request-k"), ERR_OK);
	assert_int_equal(clerk_drop(&db, &s), ERR_OK);
	assert_int_equal(address_keys_get(&db, 5, KEY_P256, &pair), ERR_NOT_FOUND);
}

static void auctions_awards_and_heads_are_read(void **state)
{
	size_t before = market.count;
	uint64_t auction = little_auction(&market, 1, 800);
	const struct publication *p;
	struct auction_event e;
	char topic[64];
	struct award a;
	struct head h;

	(void)state;
	snprintf(topic, sizeof topic, "auctions/%llu", (unsigned long long)auction);
	p = little_find(&market, topic, before);
	assert_non_null(p);
	assert_int_equal(auction_event_read(p->payload, p->len, &e, why), ERR_OK);
	assert_true(e.opened && e.auction == auction && e.contract.quantity_wh == 800);
	assert_true(e.contract.side == SIDE_BUY && e.contract.limit_mc_per_kwh == 18000);
	assert_true(e.contract.slot == 1 && e.contract.gate_ms == little_slot_ms(1) - 1200000);
	assert_true(address_equal(&e.opener, &market.genesis.params.roles[0].address));
	little_offer(&market, 2, 1, auction, 300, 9000, 0);
	little_advance(&market, little_slot_ms(1) - 1190000);
	p = little_find(&market, topic, before);
	assert_int_equal(auction_event_read(p->payload, p->len, &e, why), ERR_OK);
	assert_false(e.opened);
	p = little_find(&market, "home0002/award", before);
	assert_non_null(p);
	assert_int_equal(award_read(p->payload, p->len, &a, why), ERR_OK);
	assert_true(a.outcome == ORDER_AWARDED && a.quantity_wh == 300 && a.slot == 1);
	assert_true(a.amount_uc == 300 * 9000 && a.auction == auction);
	assert_int_equal(award_read(p->payload, p->len - 1, &a, why), ERR_FORMAT);
	little_advance(&market, little_slot_ms(1) + 1000);
	p = little_find(&market, "tiny/head", before);
	assert_non_null(p);
	assert_int_equal(head_read(p->payload, p->len, "tiny", &h, why), ERR_OK);
	assert_true(h.block.header.height == 1 && h.sealed_height == 0);
	assert_int_equal(head_read(p->payload, p->len, "other", &h, why), ERR_FORMAT);
}

/* What another meter has shown is nothing to hold the new one's first readings against. */
static void a_new_meter_begins_anew(void **state)
{
	struct reading r = {.slot = 7};
	char note[HEM_DB_NOTE_MAX];
	bool has = false;

	(void)state;
	assert_int_equal(hem_db_put_note(&db, "registered", ""), ERR_OK);
	for (; r.slot < 9; r.slot++)
		assert_int_equal(readings_add(&db, &r, "abcdefgh"), ERR_OK);
	assert_int_equal(clerk_registered(&db), ERR_OK);
	assert_int_equal(hem_db_get_note(&db, "registered", note), ERR_OK);
	assert_string_equal(note, "yes");
	for (r.slot = -1; r.slot < 9; r.slot++) {
		assert_int_equal(readings_has(&db, r.slot, &has), ERR_OK);
		assert_false(has);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reading_is_receipted),
		cmocka_unit_test(an_order_gets_its_sequence),
		cmocka_unit_test(a_receipt_for_something_else_is_no_receipt),
		cmocka_unit_test(a_rejection_ends_a_message),
		cmocka_unit_test(refused_keys_are_forgotten),
		cmocka_unit_test(auctions_awards_and_heads_are_read),
		cmocka_unit_test(a_new_meter_begins_anew),
	};

	return cmocka_run_group_tests_name("clerk", tests, setup, teardown);
}
