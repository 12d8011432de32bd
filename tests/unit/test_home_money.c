#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "core/home_money.h"

static struct home_money m;

static int clear(void **state)
{
	(void)state;
	memset(&m, 0, sizeof m);
	return 0;
}

static void each_reason_has_its_line(void **state)
{
	static const struct {
		enum transfer_why why;
		bool pays;
		enum money_line line;
		int sign;
	} cases[] = {
		{TRANSFER_DEPOSIT, false, MONEY_DEPOSITED, 1},
		{TRANSFER_WITHDRAWAL, false, MONEY_WITHDRAWN, -1},
		{TRANSFER_PAYMENT, true, MONEY_BOUGHT, -1},
		{TRANSFER_PAYMENT, false, MONEY_SOLD, 1},
		{TRANSFER_PENALTY, true, MONEY_PENALTIES_PAID, -1},
		{TRANSFER_PENALTY, false, MONEY_PENALTIES_RECEIVED, 1},
		{TRANSFER_REWARD, false, MONEY_REWARDS, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		memset(&m, 0, sizeof m);
		assert_true(home_money_is_still(&m));
		home_money_note(&m, cases[i].why, cases[i].pays, 7);
		home_money_note(&m, cases[i].why, cases[i].pays, 5);
		assert_int_equal(m.uc[cases[i].line], 12);
		assert_int_equal(home_money_change_uc(&m), cases[i].sign * 12);
		assert_int_equal(money_line_adds(cases[i].line), cases[i].sign > 0);
		assert_false(home_money_is_still(&m));
	}
}

static void between_its_own_accounts_nothing_moves(void **state)
{
	(void)state;
	home_money_note(&m, TRANSFER_CLOSE, true, 9);
	home_money_note(&m, TRANSFER_CLOSE, false, 9);
	assert_true(home_money_is_still(&m));
}

static void energy_counts_at_no_price_too(void **state)
{
	(void)state;
	home_money_energy(&m, SIDE_BUY, 3);
	assert_false(home_money_is_still(&m));
	home_money_energy(&m, SIDE_SELL, 4);
	assert_true(m.bought_wh == 3 && m.sold_wh == 4);
	assert_int_equal(home_money_change_uc(&m), 0);
}

/* They are written one after the other as a canonical object's members. */
static void names_stand_in_their_order(void **state)
{
	(void)state;
	for (int i = 1; i < MONEY_LINES; i++)
		assert_true(strcmp(money_line_name((enum money_line)(i - 1)),
				    money_line_name((enum money_line)i)) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_reason_has_its_line, clear),
		cmocka_unit_test_setup(between_its_own_accounts_nothing_moves, clear),
		cmocka_unit_test_setup(energy_counts_at_no_price_too, clear),
		cmocka_unit_test_setup(names_stand_in_their_order, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
