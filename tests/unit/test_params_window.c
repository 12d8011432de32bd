/* The date window while it changes: no change of it lets a message in twice, or refuses one that
 * was in time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/params_change.h"
#include "tests/lib/small_ledger.h"

static struct small_ledger s;
static struct params set;

static int scene_open(void **state)
{
	(void)state;
	small_open(&s);
	set = s.params;
	return 0;
}

static int scene_free(void **state)
{
	(void)state;
	small_free(&s);
	return 0;
}

static struct tx change(int64_t from_slot)
{
	struct tx tx = small_tx(&s, TX_PARAMS);

	tx.u.params.from_slot = from_slot;
	tx.u.params.set = &set;
	memset(tx.u.params.rules_hash, (int)from_slot, HASH_LEN);
	return tx;
}

static void expect(const struct tx *tx, enum verdict verdict, const char *field)
{
	const char *told = NULL;
	enum verdict v = ledger_check(s.l, tx, &told);

	if (v != verdict || strcmp(told, field) != 0)
		fail_msg("%s %s, not %s %s", verdict_name(v), told, verdict_name(verdict), field);
}

static void schedule(int64_t from_slot)
{
	struct tx tx = change(from_slot);

	small_do(&s, &tx);
}

static void next_slot(void)
{
	small_end_slot(&s);
	small_close(&s);
}

/* A wider window must not reach back behind the ids that the ledger remembers. */
static void a_wider_window_waits(void **state)
{
	struct tx tx;

	(void)state;
	next_slot(); /* slot 1 is open */
	set.date_window_s = 120 + 900;
	tx = change(2);
	expect(&tx, VERDICT_OK, "");
	set.date_window_s++;
	expect(&tx, VERDICT_OUT_OF_RANGE, "date_window_s");
	tx = change(3);
	expect(&tx, VERDICT_OK, "");
	set.date_window_s = 86400;
	tx = change(96);
	expect(&tx, VERDICT_OUT_OF_RANGE, "date_window_s");
	tx = change(97);
	expect(&tx, VERDICT_OK, "");
	small_do(&s, &tx);
	assert_int_equal(s.l->schedule.widest_window_s, 86400);
	set.date_window_s = 1;
	tx = change(99);
	expect(&tx, VERDICT_OK, "");
	small_do(&s, &tx);
	assert_int_equal(s.l->schedule.widest_window_s, 86400);
}

/* Two steps at once reach no further back than one: what waits remembers nothing yet. */
static void a_window_widens_no_faster_in_steps(void **state)
{
	struct tx tx;

	(void)state;
	next_slot(); /* slot 1 is open */
	set.date_window_s = 120 + 900;
	schedule(2);
	set.date_window_s = 120 + 1800;
	tx = change(3);
	expect(&tx, VERDICT_OK, "");
	set.date_window_s++;
	expect(&tx, VERDICT_OUT_OF_RANGE, "date_window_s");
	next_slot(); /* the first step is in force */
	tx = change(3);
	expect(&tx, VERDICT_OUT_OF_RANGE, "date_window_s");
	tx = change(4);
	expect(&tx, VERDICT_OK, "");
}

/* A wider set that was replaced remembers nothing: its follower waits as if it had not been. */
static void what_is_replaced_widens_nothing(void **state)
{
	struct tx tx;

	(void)state;
	set.date_window_s = 86400;
	schedule(96);
	tx = change(1);
	expect(&tx, VERDICT_OUT_OF_RANGE, "date_window_s");
	set.date_window_s = 120 + 900;
	expect(&tx, VERDICT_OK, "");
	schedule(1);
	assert_int_equal(
		s.l->schedule.widest_window_s, 86400); /* ids are kept for longer, no less */
}

/* No message counts twice for a window that widens: what was taken in under the narrow one is
 * known for as long as the wide one lets it in. */
static void no_change_lets_a_message_in_twice(void **state)
{
	struct tx cpf = {.kind = 0};
	int64_t first_ms;

	(void)state;
	small_admit(&s, 1, 0, 1);
	small_admit(&s, 4, 10, 1);
	next_slot();
	/* Beyond two narrow windows before the end of slot 1, and within both of the begin of 2. */
	s.now_ms = ledger_slot_end_ms(s.l) - 250000;
	first_ms = s.now_ms;
	cpf = small_tx(&s, TX_CPF);
	cpf.address = sample_address(0);
	cpf.cpf_hundredths = 50;
	cpf.date_ms = first_ms + 120000;
	small_do(&s, &cpf);
	set.date_window_s = 1020;
	schedule(2);
	next_slot();
	s.now_ms = first_ms + 120000 + 1020000;
	assert_true(s.now_ms < ledger_slot_end_ms(s.l));
	cpf.market_ms = s.now_ms;
	cpf.seq = s.seq + 1;
	expect(&cpf, VERDICT_REPEATED, "");
	cpf.market_ms++;
	expect(&cpf, VERDICT_STALE, "date");
}

/* The window that counts is the open slot's. */
static void windows_by_slot(void **state)
{
	struct tx tx;

	(void)state;
	set.date_window_s = 10;
	schedule(1);
	small_admit(&s, 1, 0, 2);
	tx = small_tx(&s, TX_CPF);
	tx.address = sample_address(0);
	tx.cpf_hundredths = 50;
	tx.date_ms = s.now_ms - 11000;
	expect(&tx, VERDICT_ADDRESS_SLOT, "address"); /* fresh */
	next_slot();
	tx = small_tx(&s, TX_CPF);
	tx.address = sample_address(0);
	tx.cpf_hundredths = 50;
	tx.date_ms = s.now_ms - 10000;
	expect(&tx, VERDICT_OK, "");
	tx.date_ms--;
	expect(&tx, VERDICT_STALE, "date");
}

/* A sealed answer was taken in under the window of its slot, and comes out under another: it is
 * judged by the widest. */
static void what_comes_late_keeps_its_window(void **state)
{
	uint64_t auction;
	struct tx late;

	(void)state;
	set.date_window_s = 10;
	schedule(1);
	small_admit(&s, 2, 0, 1);
	s.l->params.book = BOOK_SEALED;
	auction = small_open_auction(&s, SIDE_BUY, 2, 100, 9000);
	late = small_bid(&s, 0, SIDE_SELL, 50, 8000, auction);
	late.date_ms = late.market_ms - 120000;
	s.seq++; /* its place is kept */
	next_slot();
	assert_int_equal(s.l->params.date_window_s, 10);
	expect(&late, VERDICT_OK, "");
	late.date_ms--;
	expect(&late, VERDICT_STALE, "date");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_open, scene_free)
	const struct CMUnitTest tests[] = {
		TEST(a_wider_window_waits),
		TEST(a_window_widens_no_faster_in_steps),
		TEST(what_is_replaced_widens_nothing),
		TEST(no_change_lets_a_message_in_twice),
		TEST(windows_by_slot),
		TEST(what_comes_late_keeps_its_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
