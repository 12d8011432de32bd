/* The home's own invoice is what its statements say, and tells where one is missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "hem-client/ems/account_book.h"
#include "tests/unit/hem_scratch.h"

#define JUNE_30 INT64_C(1498780800000) /* 2017-06-30 00:00:00 */
enum { SLOT_MS = 900000, DAY_SLOTS = 96 };

static struct statement with(int64_t balance_uc, enum money_line line, int64_t uc)
{
	struct statement s = {.height = 0};

	s.wallet.balance_uc = balance_uc;
	s.money.uc[line] = uc;
	return s;
}

/* Slot 0 is the first of June 30. */
static void put(uint64_t height, struct statement s)
{
	s.height = height;
	assert_int_equal(
		account_book_put(&db, &s, JUNE_30 + ((int64_t)height - 1) * SLOT_MS), ERR_OK);
}

static struct invoice month(const char *name)
{
	struct invoice v = {.unexplained_uc = -1};

	assert_int_equal(account_book_month(&db, name, &v), ERR_OK);
	assert_int_equal(
		v.opening_uc + home_money_change_uc(&v.money) + v.unexplained_uc, v.closing_uc);
	return v;
}

static void months_follow_each_other(void **state)
{
	struct statement s = with(150, MONEY_SOLD, 70);
	struct invoice v;

	(void)state;
	assert_int_equal(account_book_month(&db, "2017-06", &v), ERR_NOT_FOUND);
	put(1, with(100, MONEY_DEPOSITED, 100));
	s.money.sold_wh = 9;
	s.money.uc[MONEY_PENALTIES_PAID] = 20;
	put(DAY_SLOTS, s); /* the last slot of June */
	put(DAY_SLOTS, s); /* told twice */
	put(DAY_SLOTS + 1, with(180, MONEY_REWARDS, 30));
	put(DAY_SLOTS + 2, with(180, MONEY_FEES, 0)); /* nothing moved */
	assert_int_equal(account_book_month(&db, "2017-05", &v), ERR_NOT_FOUND);
	v = month("2017-06");
	assert_true(v.opening_uc == 0 && v.closing_uc == 150 && v.unexplained_uc == 0);
	assert_true(v.money.uc[MONEY_DEPOSITED] == 100 && v.money.uc[MONEY_SOLD] == 70);
	assert_true(v.money.uc[MONEY_PENALTIES_PAID] == 20 && v.money.sold_wh == 9);
	v = month("2017-07");
	assert_true(v.opening_uc == 150 && v.closing_uc == 180 && v.unexplained_uc == 0);
	assert_int_equal(v.money.uc[MONEY_REWARDS], 30);
	v = month("2017-09"); /* nothing since */
	assert_true(v.opening_uc == 180 && v.closing_uc == 180 && v.unexplained_uc == 0);
}

static void a_missing_statement_is_told(void **state)
{
	struct invoice v;

	(void)state;
	put(1, with(100, MONEY_DEPOSITED, 100));
	put(3, with(95, MONEY_FEES, 0)); /* what took 5 was never heard of */
	put(4, with(85, MONEY_WITHDRAWN, 10));
	v = month("2017-06");
	assert_true(v.closing_uc == 85 && v.unexplained_uc == -5);
}

/* The book begins when the program does; what the home had before is where it opens. */
static void a_home_that_was_here_before(void **state)
{
	struct invoice v;

	(void)state;
	put(500, with(1030, MONEY_SOLD, 30));
	v = month("2017-07");
	assert_true(v.opening_uc == 1000 && v.closing_uc == 1030 && v.unexplained_uc == 0);
}

static void what_is_old_goes(void **state)
{
	struct invoice v;

	(void)state;
	put(1, with(100, MONEY_DEPOSITED, 100));
	put(1 + DAY_SLOTS * ACCOUNT_BOOK_DAYS, with(101, MONEY_SOLD, 1));
	assert_int_equal(month("2017-06").money.uc[MONEY_DEPOSITED], 100);
	put(2 + DAY_SLOTS * ACCOUNT_BOOK_DAYS, with(102, MONEY_SOLD, 1));
	assert_int_equal(account_book_month(&db, "2017-06", &v), ERR_NOT_FOUND);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, hem_scratch_open, hem_scratch_close)
	const struct CMUnitTest tests[] = {
		TEST(months_follow_each_other),
		TEST(a_missing_statement_is_told),
		TEST(a_home_that_was_here_before),
		TEST(what_is_old_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
