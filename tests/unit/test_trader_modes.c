/* The trader goes by the mode of each slot, and by what fees leave of a price. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/trader_shell.h"

enum { GATE_LEAD_MS = 300000 };

static void priced(uint64_t id, enum side side, int64_t slot, int64_t limit_mc, int64_t now_ms)
{
	struct contract c = contract(slot * SLOT_MS - GATE_LEAD_MS, slot);

	c.side = side;
	c.limit_mc_per_kwh = limit_mc;
	c.limit_inclusive = true;
	c.fees = (struct fees){.buyer_mc_per_kwh = 300, .seller_mc_per_kwh = 200};
	trader_auction_opened(&trader, id, &c, false, now_ms);
}

static void orders_go_by_the_delivery_slot(void **state)
{
	(void)state;
	home_mode_change(&modes, 0, 3, MODE_RE);
	shell.cpf = 0;
	(void)step(SLOT_MS);
	open_auction(7, 2 * SLOT_MS - GATE_LEAD_MS, 2, SLOT_MS);
	open_auction(8, 3 * SLOT_MS - GATE_LEAD_MS, 3, SLOT_MS);
	for (int i = 0; i < 8; i++)
		(void)step(2 * SLOT_MS - GATE_LEAD_MS - 1);
	assert_string_equal(shell.marks, "RA");
	assert_int_equal(shell.answer.auction, 7);
}

/* Told before the mode changed, and answered after. */
static void a_change_on_the_way_counts(void **state)
{
	(void)state;
	shell.cpf = 0;
	shell.random = UINT32_MAX;
	(void)step(SLOT_MS);
	open_auction(7, 3 * SLOT_MS - GATE_LEAD_MS, 3, SLOT_MS);
	home_mode_change(&modes, 1, 3, MODE_RE);
	for (int i = 0; i < 8; i++)
		(void)step(2 * SLOT_MS - 1);
	assert_string_equal(shell.marks, "R");
}

/* In RE the CPF goes out by itself, each slot; in TE of its first slot on no more. */
static void the_cpf_goes_by_the_slot_before(void **state)
{
	(void)state;
	begin(MODE_RE);
	shell.cpf = 90;
	home_mode_change(&modes, 1, 3, MODE_TE);
	for (int slot = 1; slot <= 5; slot++) {
		(void)step(slot * SLOT_MS);
		(void)step((slot + 1) * SLOT_MS - 1);
		(void)step((slot + 1) * SLOT_MS - 1);
	}
	assert_string_equal(shell.marks, "RCRCRCRR"); /* of slots 0, 1 and 2 */
}

static void a_surplus_is_sold_in_a_trading_slot_alone(void **state)
{
	(void)state;
	shell.cpf = 0;
	shell.export_wh = 500;
	shell.soc = battery.soc_max;
	params.fee_seller_mc_per_kwh = 200;
	home_mode_change(&modes, 0, 3, MODE_RE);
	(void)step(SLOT_MS);
	(void)step(SLOT_MS + SLOT_MS / 2);
	assert_string_equal(shell.marks, "RA");
	assert_int_equal(shell.answer.quote.price_mc_per_kwh, 5000 + 1000 + 200);
	(void)step(2 * SLOT_MS);
	(void)step(2 * SLOT_MS + SLOT_MS / 2);
	assert_string_equal(shell.marks, "RAR");
}

/* The strategy is told, and says, what the home gets or pays in all. */
static void fees_stay_outside_the_strategy(void **state)
{
	(void)state;
	shell.cpf = 0;
	(void)step(SLOT_MS);
	priced(7, SIDE_BUY, 3, 9000, SLOT_MS);
	(void)step(2 * SLOT_MS - 1);
	assert_int_equal(seen.limit_mc_per_kwh, 9000 - 200);
	assert_int_equal(shell.answer.quote.price_mc_per_kwh, 5000 + 200);
	priced(8, SIDE_SELL, 4, 4000, 2 * SLOT_MS);
	(void)step(3 * SLOT_MS - 1);
	(void)step(3 * SLOT_MS - 1);
	assert_int_equal(seen.limit_mc_per_kwh, 4000 + 300);
	assert_int_equal(shell.answer.quote.price_mc_per_kwh, 5000 - 300);
}

static void what_leaves_nothing_is_not_answered(void **state)
{
	(void)state;
	shell.cpf = 0;
	(void)step(SLOT_MS);
	priced(7, SIDE_BUY, 3, 199, SLOT_MS);
	priced(8, SIDE_SELL, 3, PRICE_MC_MAX - 299, SLOT_MS);
	for (int i = 0; i < 4; i++)
		(void)step(2 * SLOT_MS - 1);
	assert_string_equal(shell.marks, "R");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
		TEST(orders_go_by_the_delivery_slot),
		TEST(a_change_on_the_way_counts),
		TEST(the_cpf_goes_by_the_slot_before),
		TEST(a_surplus_is_sold_in_a_trading_slot_alone),
		TEST(fees_stay_outside_the_strategy),
		TEST(what_leaves_nothing_is_not_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
