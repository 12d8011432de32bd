/* What a home alone can check: real statements of a real market against its replica, its orders and
 * its meter; then statements of an operator who lies and signs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "hem-client/ems/address_keys.h"
#include "hem-client/ems/audit.h"
#include "hem-client/ems/receipt.h"
#include "hem-client/ems/orders.h"
#include "hem-client/ems/readings.h"
#include "tests/lib/scratch.h"
#include "tests/unit/little_days.h"

enum { BLOCKS = 4, HOME = 0 };
#define LOSE_RECEIPTS                                                                              \
	"INSERT INTO spool SELECT NULL, o.req_id, 1, r.tx_id, 0, '' FROM orders o JOIN receipts r" \
	" USING (seq); DELETE FROM receipts; UPDATE orders SET seq = 0, status = 1"

static struct little_market market;
static struct verify_key *operator_key;
static char folder[SCRATCH_MAX];
static struct hem_db db;
static struct replica replica;
static struct audit audit;
static const struct ledger *ledger;

static int setup_market(void **state)
{
	(void)state;
	little_open(&market);
	little_params(&market, 3, "\"poe_floor_w\":60");
	little_days_work(&market);
	return verify_key_new(&market.genesis.operator_key, &operator_key) == ERR_OK ? 0 : -1;
}

static int teardown_market(void **state)
{
	(void)state;
	verify_key_free(operator_key);
	little_close(&market);
	return 0;
}

/* What home 0 would have in hem.db after the day's work: keys, orders, readings, receipts. */
static void remember(void)
{
	const struct little_home *h = &market.homes[HOME];
	struct reading r = {.slot = -1};

	for (int64_t slot = 0; slot < LITTLE_SLOTS; slot++)
		assert_int_equal(
			address_keys_add(&db, slot, &h->keys[slot], &h->secrets[slot], "request-k"),
			ERR_OK);
	for (int64_t slot = -1; slot < 3; slot++) {
		char id[32];
		r.slot = slot;
		if (slot >= 0) {
			r.registers.wh[REGISTER_PV] += 900;
			r.registers.wh[REGISTER_IMPORT] += slot ? 40 : 100;
			r.registers.wh[REGISTER_DISCHARGE] += slot ? 60 : 0;
		}
		snprintf(id, sizeof id, "request-r%d", (int)slot);
		assert_int_equal(readings_add(&db, &r, id), ERR_OK);
		assert_int_equal(readings_receipted(&db, id, little_slot_ms(slot + 1)), ERR_OK);
	}
}

/* An offer's receipt: it is kept, with the order it is of. */
static void remember_order(void *context, const char *text, size_t len)
{
	struct my_order o = {.side = SIDE_SELL,
		.measure = MEASURE_STORAGE,
		.quantity_wh = 60,
		.price_mc_per_kwh = 9000};
	char why[RECEIPT_WHY_MAX];
	sqlite3_stmt *s;
	struct receipt r;

	(void)context;
	assert_int_equal(
		receipt_read(text, len, operator_key, market.genesis.market, &r, why), ERR_OK);
	if (r.promise != PROMISE_LEDGER)
		return;
	s = db_statement(&db.db, RECEIPT_PUT);
	db_bind_blob(s, 1, r.tx_id, HASH_LEN);
	db_bind_int(s, 2, (int64_t)r.height);
	db_bind_int(s, 3, (int64_t)r.seq);
	db_bind_text(s, 4, text, len);
	assert_int_equal(db_run(&db.db, s), ERR_OK);
	memcpy(o.req_id, r.req_id, sizeof o.req_id);
	o.slot = (int64_t)r.height;
	o.auction = r.seq - 1;
	o.gate_ms = little_slot_ms(o.slot) - 1200000;
	assert_int_equal(orders_add(&db, &o), ERR_OK);
	assert_int_equal(orders_receipted(&db, o.req_id, r.seq), ERR_OK);
}

static void remember_orders(void)
{
	for (size_t i = 0; i < market.count; i++) {
		const struct publication *p = market.published[i];
		if (strcmp(p->topic, "lem/tiny/to/home0000/receipt") == 0)
			assert_int_equal(
				receipts_each(p->payload, p->len, remember_order, NULL), ERR_OK);
	}
}

static int setup(void **state)
{
	(void)state;
	assert_int_equal(scratch_make(folder), 0);
	assert_int_equal(hem_db_open(&db, folder), ERR_OK);
	remember();
	remember_orders();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	replica_close(&replica);
	hem_db_close(&db);
	return scratch_remove(folder);
}

static void open_audit(bool with_replica)
{
	struct replica_follower f;
	char path[96];

	audit_init(&audit, &market.genesis, &db, with_replica ? &ledger : NULL);
	memset(&replica, 0, sizeof replica);
	if (!with_replica)
		return;
	f = audit_follower(&audit);
	snprintf(path, sizeof path, "%s/ledger.db", folder);
	assert_int_equal(replica_open(&replica, &market.genesis, path, &db, &f), ERR_OK);
	ledger = replica.executor.ledger;
}

/* Feed the replica up to a height. */
static void follow(uint64_t to)
{
	for (size_t i = 0; i < market.count && replica.height < to; i++) {
		const struct publication *p = market.published[i];
		uint64_t height;
		bool accepted;
		if (strcmp(p->topic, "lem/tiny/blocks") != 0)
			continue;
		assert_int_equal(
			replica_take(&replica, p->payload, p->len, &height, &accepted), ERR_OK);
		ledger = replica.executor.ledger;
		if (accepted)
			assert_int_equal(audit_check(&audit, replica.height), ERR_OK);
	}
	assert_int_equal(replica.height, to);
}

/* The statement of a block to this home. */
static struct statement get_statement(uint64_t height)
{
	char mark[32], why[ANSWER_WHY_MAX];
	struct statement s = {.height = 0};

	snprintf(mark, sizeof mark, "\"height\":%d,", (int)height);
	for (size_t i = 0; i < market.count; i++) {
		const struct publication *p = market.published[i];
		if (strcmp(p->topic, "lem/tiny/to/home0000/statement") != 0 ||
			!memmem(p->payload, p->len, mark, strlen(mark)))
			continue;
		assert_int_equal(statement_read(p->payload, p->len, operator_key,
					 market.genesis.market, &s, why),
			ERR_OK);
		return s;
	}
	fail();
	return s;
}

static void true_statements_hold(void **state)
{
	struct statement s = {.height = 0};

	(void)state;
	open_audit(true);
	for (uint64_t h = 1; h <= BLOCKS; h++) {
		s = get_statement(h);
		if (h % 2) /* before its block, or after */
			assert_int_equal(audit_statement(&audit, &s), ERR_OK);
		follow(h);
		if (h % 2 == 0)
			assert_int_equal(audit_statement(&audit, &s), ERR_OK);
		if (audit.fault.verdict != VERDICT_OK)
			fail_msg("%s", audit.fault.text);
	}
	s = get_statement(3);
	assert_true(s.delivery_count == 1 && s.deliveries[0].wh == 60);
	assert_true(s.metered && s.eligible && s.cpf_hundredths == 90);
	assert_true(audit_block(&audit, 3)->sold_wh == 60 && audit_block(&audit, 3)->stands);
	assert_true(audit_block(&audit, 3)->rank >= 1);
}

/* Of orders whose receipts have been lost, too. */
static void awards_come_from_blocks(void **state)
{
	const struct statement s = get_statement(3);
	struct my_order o;

	(void)state;
	assert_int_equal(db_exec(&db.db, LOSE_RECEIPTS), ERR_OK);
	open_audit(true);
	follow(BLOCKS);
	assert_int_equal(orders_find(&db, s.deliveries[0].order, &o), ERR_OK);
	assert_true(o.verified && o.status == MY_ORDER_AWARDED && o.awarded_wh == 60);
	assert_true(o.award_uc == 60 * 9000);
}

static void receipts_are_struck_out_by_their_blocks(void **state)
{
	sqlite3_stmt *s;

	(void)state;
	open_audit(true);
	follow(BLOCKS);
	assert_int_equal(audit.fault.verdict, VERDICT_OK);
	for (int h = 1; h <= BLOCKS; h++) {
		s = db_statement(&db.db, RECEIPT_AT);
		db_bind_int(s, 1, h);
		assert_int_equal(db_row(&db.db, s), ERR_NOT_FOUND);
	}
}

static void a_broken_receipt_is_told(void **state)
{
	uint8_t id[HASH_LEN] = {42};
	sqlite3_stmt *s = db_statement(&db.db, RECEIPT_PUT);

	(void)state;
	db_bind_blob(s, 1, id, HASH_LEN);
	db_bind_int(s, 2, 2);
	db_bind_int(s, 3, 999);
	db_bind_text(s, 4, "{}", 2);
	assert_int_equal(db_run(&db.db, s), ERR_OK);
	open_audit(true);
	follow(1);
	assert_int_equal(audit.fault.verdict, VERDICT_OK);
	follow(2);
	assert_int_equal(audit.fault.verdict, VERDICT_RECEIPT_BROKEN);
	assert_true(audit.fault.height == 2 && audit.fault.seq == 999);
}

/* Of block 3, which settles slot 1. */
enum lie {
	LIE_HASH,
	LIE_ADDRESS,
	LIE_SILENCE,
	LIE_ELIGIBLE,
	LIE_LESS,
	LIE_BOUGHT,
	LIE_SOLD,
	LIE_REWARD,
	LIE_WH,
	LIE_WHY,
	LIE_UNMETERED,
	LIE_PRODUCTION,
	LIE_CONSUMPTION,
	LIE_CPF,
	LIES
};

static void tell(enum lie lie, struct statement *s)
{
	s->header_hash[0] ^= lie == LIE_HASH;
	s->address.text[0] = (char)(s->address.text[0] ^ (lie == LIE_ADDRESS));
	if (lie == LIE_SILENCE)
		memset(&s->address, 0, sizeof s->address);
	s->eligible ^= lie == LIE_ELIGIBLE;
	s->delivery_count -= lie == LIE_LESS;
	s->money.uc[MONEY_BOUGHT] += lie == LIE_BOUGHT;
	s->money.uc[MONEY_SOLD] -= lie == LIE_SOLD;
	s->money.uc[MONEY_REWARDS] += lie == LIE_REWARD;
	s->deliveries[0].wh -= lie == LIE_WH;
	if (lie == LIE_WHY)
		s->deliveries[0].why = DELIVERY_NO_READING;
	s->metered ^= lie == LIE_UNMETERED;
	s->production_wh += lie == LIE_PRODUCTION;
	s->consumption_wh -= lie == LIE_CONSUMPTION;
	s->cpf_hundredths -= lie == LIE_CPF;
}

/* From LIE_WH on the home's own meter knows better, also without a replica. */
static void every_lie_is_found(void **state)
{
	(void)state;
	open_audit(true);
	follow(3);
	for (int i = 0; i < 2 * LIES; i++) {
		enum lie lie = (enum lie)(i / 2);
		bool has_replica = i % 2 == 0;
		struct statement s = get_statement(3);
		tell(lie, &s);
		audit.fault.verdict = VERDICT_OK;
		audit.ledger = has_replica ? &ledger : NULL;
		assert_int_equal(audit_statement(&audit, &s), ERR_OK);
		if ((audit.fault.verdict == VERDICT_STATEMENT_BROKEN) !=
			(has_replica || lie >= LIE_WH))
			fail_msg("lie %d: %s", i, audit.fault.text);
	}
}

/* Ledger and statement agree on less than the meter saw. */
static void a_delivery_withheld_is_found_by_the_meter(void **state)
{
	struct statement s = get_statement(3);
	struct block_facts *f;

	(void)state;
	open_audit(true);
	follow(3);
	f = &audit.blocks[3 % AUDIT_BLOCKS_MAX];
	s.deliveries[0].wh = f->deliveries[0].wh = 10;
	assert_int_equal(audit_statement(&audit, &s), ERR_OK);
	assert_int_equal(audit.fault.verdict, VERDICT_STATEMENT_BROKEN);
	audit.fault.verdict = VERDICT_OK;
	s = get_statement(3);
	f->deliveries[0].wh = s.deliveries[0].wh;
	s.eligible = f->stands = false; /* the standing is withheld in both */
	assert_int_equal(audit_statement(&audit, &s), ERR_OK);
	assert_int_equal(audit.fault.verdict, VERDICT_STATEMENT_BROKEN);
	/* It is not, where the floor that counts in the block is above what was metered. */
	audit.fault.verdict = VERDICT_OK;
	assert_int_equal(f->poe_floor_w, 50);
	f->poe_floor_w = 901;
	assert_int_equal(audit_statement(&audit, &s), ERR_OK);
	assert_int_equal(audit.fault.verdict, VERDICT_OK);
	follow(4);
	assert_int_equal(audit.blocks[4 % AUDIT_BLOCKS_MAX].poe_floor_w, 60);
}

/* A home that has lost its readings and orders accuses nobody. */
static void what_is_not_known_is_not_held_against_anybody(void **state)
{
	struct statement s = get_statement(3);

	(void)state;
	assert_int_equal(readings_prune(&db, 100), ERR_OK);
	assert_int_equal(orders_prune(&db, 100), ERR_OK);
	open_audit(true);
	follow(3);
	s.production_wh = 1;
	assert_int_equal(audit_statement(&audit, &s), ERR_OK);
	assert_int_equal(audit.fault.verdict, VERDICT_OK);
}

static void statements_are_read_strictly(void **state)
{
	const struct publication *p = little_find(&market, "home0000/statement", 0);
	char text[ANSWER_TEXT_MAX], why[ANSWER_WHY_MAX];
	struct statement s = {.height = 0};

	(void)state;
	assert_non_null(p);
	assert_int_equal(
		statement_read(p->payload, p->len, operator_key, market.genesis.market, &s, why),
		ERR_OK);
	for (size_t i = 0; i < p->len; i++) {
		if (p->payload[i] < '0' || p->payload[i] > '8')
			continue;
		memcpy(text, p->payload, p->len);
		text[i]++;
		assert_int_equal(
			statement_read(text, p->len, operator_key, market.genesis.market, &s, why),
			ERR_FORMAT);
	}
	assert_int_equal(statement_read(p->payload, p->len - 1, operator_key, market.genesis.market,
				 &s, why),
		ERR_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(true_statements_hold, setup, teardown),
		cmocka_unit_test_setup_teardown(awards_come_from_blocks, setup, teardown),
		cmocka_unit_test_setup_teardown(
			receipts_are_struck_out_by_their_blocks, setup, teardown),
		cmocka_unit_test_setup_teardown(a_broken_receipt_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(every_lie_is_found, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_delivery_withheld_is_found_by_the_meter, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_is_not_known_is_not_held_against_anybody, setup, teardown),
		cmocka_unit_test(statements_are_read_strictly),
	};

	return cmocka_run_group_tests_name("audit", tests, setup_market, teardown_market);
}
