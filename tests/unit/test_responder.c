/* The trader within a slot: its quarters are read, and auctions for the second half are answered by
 * what the first quarter says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include "tests/unit/trader_shell.h"

enum { QUARTER_MS = SLOT_MS / 4, SLOT = 192 }; /* it begins with hour 48 */

static int64_t at(int64_t ms)
{
	return (int64_t)SLOT * SLOT_MS + ms;
}

/* An auction of the aggregator's for the second half of SLOT. */
static void open_half(uint64_t auction, enum side side)
{
	struct contract c = contract(at(SLOT_MS / 2 - SLOT_MS / 32), SLOT);

	c.measure = MEASURE_BEFORE_AFTER;
	c.side = side;
	trader_auction_opened(&trader, auction, &c, false, at(QUARTER_MS + SLOT_MS / 16));
}

static void first_quarter(int64_t net_wh, int64_t charge_wh, int64_t discharge_wh)
{
	(void)step(at(0));
	shell.first = (struct trader_quarter){net_wh, charge_wh, discharge_wh};
	(void)step(at(QUARTER_MS));
}

static void the_second_quarter_is_read_where_an_order_stands(void **state)
{
	struct my_order o = {.slot = SLOT,
		.auction = 5,
		.side = SIDE_SELL,
		.measure = MEASURE_BEFORE_AFTER,
		.quantity_wh = 100,
		.status = MY_ORDER_SENT};

	(void)state;
	plan_init(&plan, SLOT - 1);
	first_quarter(100, 0, 0);
	assert_int_equal(shell.quarter, 1);
	(void)step(at(2 * QUARTER_MS));
	assert_int_equal(shell.quarter, 1);
	begin(MODE_BOTH);
	plan_init(&plan, SLOT - 1);
	plan_add(&plan, &o);
	first_quarter(100, 0, 0);
	(void)step(at(2 * QUARTER_MS));
	assert_int_equal(shell.quarter, 2);
	(void)step(at(3 * QUARTER_MS));
	assert_int_equal(shell.quarter, 2);
}

/* Asleep beyond a quarter, or with no reading of the slot's begin: nothing to measure from. */
static void a_quarter_slept_through_is_left_out(void **state)
{
	(void)state;
	(void)step(at(0));
	(void)step(at(2 * QUARTER_MS));
	assert_int_equal(shell.quarter, 0);
	begin(MODE_BOTH);
	shell.read_fails = true;
	(void)step(at(0));
	(void)step(at(QUARTER_MS));
	assert_int_equal(shell.quarter, 0);
}

static void the_view_is_of_the_second_half(void **state)
{
	(void)state;
	plan_init(&plan, SLOT - 1);
	first_quarter(-30, 250, 0);
	open_half(7, SIDE_BUY);
	(void)step(at(QUARTER_MS + SLOT_MS / 8));
	assert_int_equal(shell.answer.auction, 7);
	assert_int_equal(seen.side, SIDE_SELL);
	assert_int_equal(seen.slot_s, 450);
	assert_true(seen.on_top);
	assert_int_equal(seen.own_wh, 500);
	assert_int_equal(seen.house_wh, -60 - 500);
	assert_true(fabs(seen.soc - 0.55) < 1e-9); /* 500 of 10000 Wh by the half */
	assert_null(seen.ahead);
}

/* In a quarter with a cloud the battery may do both. */
static void a_battery_may_have_done_both(void **state)
{
	(void)state;
	plan_init(&plan, SLOT - 1);
	first_quarter(0, 250, 100);
	open_half(7, SIDE_BUY);
	(void)step(at(QUARTER_MS + SLOT_MS / 8));
	assert_int_equal(shell.answer.auction, 7);
	assert_int_equal(seen.own_wh, 300);
	assert_true(fabs(seen.soc - 0.53) < 1e-9);
}

static void the_past_says_what_is_ahead(void **state)
{
	(void)state;
	for (int64_t hour = 0; hour <= 48; hour++)
		past_add_step(&past, hour, &(struct slot_energy){hour % 24 * 100, 7});
	plan_init(&plan, SLOT - 1);
	first_quarter(0, 0, 0);
	open_half(7, SIDE_SELL);
	(void)step(at(QUARTER_MS + SLOT_MS / 8));
	assert_non_null(seen.ahead);
	assert_int_equal(seen.side, SIDE_BUY);
	/* Of a whole slot it says the load, too: slot 197 lies in hour 49. */
	open_auction(8, at(SLOT_MS), SLOT + 5, at(SLOT_MS / 2));
	(void)step(at(SLOT_MS * 3 / 4));
	assert_int_equal(shell.answer.auction, 8);
	assert_false(seen.on_top);
	assert_int_equal(seen.slot_s, 900);
	assert_int_equal(seen.house_wh, (100 - 7) / 4);
}

static void it_answers_where_it_can_be_measured(void **state)
{
	struct my_order whole = {.slot = SLOT,
		.auction = 5,
		.side = SIDE_SELL,
		.measure = MEASURE_STORAGE,
		.quantity_wh = 100,
		.status = MY_ORDER_AWARDED,
		.awarded_wh = 100};
	struct my_order sale = {.slot = SLOT + 1,
		.side = SIDE_SELL,
		.measure = MEASURE_STORAGE,
		.quantity_wh = 100,
		.status = MY_ORDER_RECEIPTED};

	(void)state;
	/* No quarter. */
	shell.quarter_fails = true;
	plan_init(&plan, SLOT - 1);
	first_quarter(0, 0, 0);
	open_half(7, SIDE_BUY);
	(void)step(at(QUARTER_MS + SLOT_MS / 8));
	assert_int_equal(shell.answer.auction, 0);
	/* Something is sold for the whole slot, or of the next one's surplus. */
	begin(MODE_BOTH);
	plan_init(&plan, SLOT - 1);
	plan_add(&plan, &whole);
	first_quarter(0, 0, 0);
	open_half(7, SIDE_BUY);
	(void)step(at(QUARTER_MS + SLOT_MS / 8));
	assert_int_equal(shell.answer.auction, 0);
	begin(MODE_BOTH);
	plan_init(&plan, SLOT - 1);
	plan_add(&plan, &sale);
	first_quarter(0, 0, 0);
	open_half(7, SIDE_BUY);
	(void)step(at(QUARTER_MS + SLOT_MS / 8));
	assert_int_equal(shell.answer.auction, 0);
}

static void promise(int64_t slot, enum side side, enum measure measure, int64_t wh)
{
	const struct my_order o = {.slot = slot,
		.auction = 5,
		.side = side,
		.measure = measure,
		.quantity_wh = wh,
		.status = MY_ORDER_SENT};

	plan_add(&plan, &o);
}

/* An auction of a slot two ahead; the SOC that the strategy has seen. */
static double seen_ahead(enum side side)
{
	struct contract c = contract(at(SLOT_MS), SLOT + 2);

	c.side = side;
	trader_auction_opened(&trader, 8, &c, false, at(0));
	(void)step(at(SLOT_MS / 2));
	assert_int_equal(shell.answer.auction, 8);
	return seen.soc;
}

static void begin_slot(void)
{
	begin(MODE_BOTH);
	plan_init(&plan, SLOT - 1);
	(void)step(at(0));
}

/* The battery has its energy once, whichever slot it was promised for first. */
static void what_a_later_slot_was_promised_is_kept(void **state)
{
	(void)state;
	begin_slot();
	promise(SLOT + 4, SIDE_SELL, MEASURE_STORAGE, 3000);
	assert_true(fabs(seen_ahead(SIDE_BUY) - 0.2) < 1e-9);
	/* Energy that is bought before it makes up for it; and room is kept as well. */
	begin_slot();
	promise(SLOT + 3, SIDE_BUY, MEASURE_STORAGE, 1000);
	promise(SLOT + 4, SIDE_SELL, MEASURE_STORAGE, 3000);
	assert_true(fabs(seen_ahead(SIDE_BUY) - 0.3) < 1e-9);
	begin_slot();
	promise(SLOT + 3, SIDE_BUY, MEASURE_STORAGE, 1000);
	promise(SLOT + 4, SIDE_SELL, MEASURE_STORAGE, 3000);
	assert_true(fabs(seen_ahead(SIDE_SELL) - 0.6) < 1e-9);
	/* A promise for the other side takes nothing away. */
	begin_slot();
	promise(SLOT + 3, SIDE_BUY, MEASURE_STORAGE, 1000);
	assert_true(fabs(seen_ahead(SIDE_BUY) - 0.5) < 1e-9);
}

/* An auction within the slot does not sell what the next slots are to be given. */
static void within_the_slot_the_next_ones_are_kept(void **state)
{
	(void)state;
	plan_init(&plan, SLOT - 1);
	promise(SLOT + 1, SIDE_SELL, MEASURE_STORAGE, 2000);
	promise(SLOT + 2, SIDE_SELL, MEASURE_STORAGE, 1500);
	first_quarter(0, 0, 0);
	open_half(7, SIDE_BUY);
	(void)step(at(QUARTER_MS + SLOT_MS / 8));
	assert_int_equal(shell.answer.auction, 7);
	assert_true(fabs(seen.soc - 0.15) < 1e-9);
}

/* What the running slot's second half is to be given is gone for those after it. */
static void what_the_half_was_promised_is_kept(void **state)
{
	(void)state;
	begin_slot();
	promise(SLOT, SIDE_SELL, MEASURE_BEFORE_AFTER, 2500);
	assert_true(fabs(seen_ahead(SIDE_BUY) - 0.25) < 1e-9);
	begin_slot();
	promise(SLOT, SIDE_BUY, MEASURE_BEFORE_AFTER, 2500);
	assert_true(fabs(seen_ahead(SIDE_BUY) - 0.5) < 1e-9);
	begin_slot();
	promise(SLOT, SIDE_BUY, MEASURE_BEFORE_AFTER, 2500);
	assert_true(fabs(seen_ahead(SIDE_SELL) - 0.75) < 1e-9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_second_quarter_is_read_where_an_order_stands, setup),
		cmocka_unit_test_setup(a_quarter_slept_through_is_left_out, setup),
		cmocka_unit_test_setup(the_view_is_of_the_second_half, setup),
		cmocka_unit_test_setup(a_battery_may_have_done_both, setup),
		cmocka_unit_test_setup(the_past_says_what_is_ahead, setup),
		cmocka_unit_test_setup(it_answers_where_it_can_be_measured, setup),
		cmocka_unit_test_setup(what_a_later_slot_was_promised_is_kept, setup),
		cmocka_unit_test_setup(within_the_slot_the_next_ones_are_kept, setup),
		cmocka_unit_test_setup(what_the_half_was_promised_is_kept, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
