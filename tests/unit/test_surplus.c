/* The trader's own auctions: what a home exported it offers its neighbours, on one side of a slot.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include "tests/unit/trader_shell.h"

/* What was exported is offered to the neighbours for the next slot: once, in time, if it may. */
static void surplus_is_offered(void **state)
{
	const int64_t open_ms = 3 * SLOT_MS + SLOT_MS / 8;

	(void)state;
	shell.cpf = 0;
	shell.soc = 0.9; /* full: it has no room for it */
	shell.export_wh = 199;
	(void)step(2 * SLOT_MS);
	(void)step(2 * SLOT_MS + SLOT_MS / 2);
	assert_null(strchr(shell.marks, 'A'));
	shell.export_wh = 200;
	assert_int_equal(step(3 * SLOT_MS), open_ms);
	(void)step(open_ms - 1);
	assert_null(strchr(shell.marks, 'A'));
	(void)step(open_ms);
	assert_non_null(strchr(shell.marks, 'A'));
	assert_int_equal(shell.answer.auction, 0);
	assert_int_equal(shell.answer.quote.side, SIDE_SELL);
	assert_int_equal(shell.answer.quote.quantity_wh, 200);
	assert_int_equal(shell.answer.quote.price_mc_per_kwh, 6000);
	assert_int_equal(shell.answer.contract.slot, 4);
	assert_int_equal(shell.answer.contract.gate_ms, 4 * SLOT_MS - 300000);
	assert_int_equal(shell.answer.cpf_hundredths, 0);
	shell.marks[shell.count = 0] = '\0';
	(void)step(open_ms + 1000);
	assert_string_equal(shell.marks, ""); /* once */
	shell.no_address = 5;
	(void)step(4 * SLOT_MS);
	(void)step(4 * SLOT_MS + SLOT_MS / 8);
	assert_null(strchr(shell.marks, 'A'));
	(void)step(5 * SLOT_MS);
	(void)step(6 * SLOT_MS - 300000); /* awake again at the gate: too late */
	assert_null(strchr(shell.marks, 'A'));
	(void)step(6 * SLOT_MS);
	trader.holding = true;
	(void)step(6 * SLOT_MS + SLOT_MS / 4);
	assert_null(strchr(shell.marks, 'A'));
	/* Two slots lie between the reading and the delivery: a fall goes on. */
	begin(MODE_BOTH);
	shell.soc = 0.9;
	shell.export_wh = 2000;
	(void)step(SLOT_MS);
	shell.export_wh = 1700;
	(void)step(2 * SLOT_MS);
	(void)step(2 * SLOT_MS + SLOT_MS / 8);
	assert_int_equal(shell.answer.quote.quantity_wh, 1100);
	shell.export_wh = 900;
	shell.marks[shell.count = 0] = '\0';
	(void)step(3 * SLOT_MS);
	(void)step(3 * SLOT_MS + SLOT_MS / 4);
	assert_null(strchr(shell.marks, 'A'));
	begin(MODE_RE);
	shell.soc = 0.9;
	shell.export_wh = 1000;
	(void)step(SLOT_MS);
	(void)step(SLOT_MS + SLOT_MS / 4);
	assert_null(strchr(shell.marks, 'A'));
}

/* A home that opened a sale answers as a seller only, and one that bids to buy opens none. */
static void it_stands_on_one_side_of_a_slot(void **state)
{
	struct my_order opening = {.slot = 3,
		.side = SIDE_SELL,
		.measure = MEASURE_STORAGE,
		.quantity_wh = 700,
		.status = MY_ORDER_RECEIPTED};
	struct my_order bid = {.slot = 4,
		.auction = 9,
		.side = SIDE_BUY,
		.measure = MEASURE_STORAGE,
		.quantity_wh = 100,
		.status = MY_ORDER_SENT};

	(void)state;
	plan_add(&plan, &opening);
	plan_add(&plan, &bid);
	assert_int_equal(plan_slot(&plan, 3)->opened_sell_wh, 700);
	assert_int_equal(plan_slot(&plan, 3)->promised_discharge_wh, 0);
	(void)step(2 * SLOT_MS);
	open_auction(5, 2 * SLOT_MS + SLOT_MS / 2, 3, 2 * SLOT_MS);
	(void)step(2 * SLOT_MS + SLOT_MS / 4);
	assert_int_equal(seen.promised_discharge_wh, 700);
	shell.export_wh = 1000;
	shell.soc = 0.9;
	(void)step(3 * SLOT_MS);
	shell.marks[shell.count = 0] = '\0';
	(void)step(3 * SLOT_MS + SLOT_MS / 4);
	assert_null(strchr(shell.marks, 'A'));
}

/* What the battery has room for will not be exported, nor more than at that time of day before. */
static void what_will_stay_at_home_is_not_sold(void **state)
{
	static const struct {
		double soc;
		int64_t pv_wh; /* of an hour in the days before, with 1000 Wh of load */
		int64_t sold_wh;
	} cases[] = {
		{0.9, 0, 1500},  /* nothing is known of the days before */
		{0.85, 0, 1000}, /* room for 500 Wh */
		{0.75, 0, 0},
		{(double)NAN, 0, 0},
		{0.9, 7000, 1500}, /* 6000 in an hour, 1500 in a slot */
		{0.9, 5000, 1000},
		{0.88, 5000, 800},
		{0.9, 1000, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		begin(MODE_BOTH);
		for (int64_t hour = 0; cases[i].pv_wh && hour <= 48; hour++)
			past_add_step(&past, hour, &(struct slot_energy){1000, cases[i].pv_wh});
		shell.cpf = 0;
		shell.soc = cases[i].soc;
		shell.export_wh = 1500;
		(void)step(192 * SLOT_MS);
		(void)step(192 * SLOT_MS + SLOT_MS / 8);
		assert_int_equal(shell.answer.quote.quantity_wh, cases[i].sold_wh);
	}
}

static void surplus_goes_by_the_parameters_in_force(void **state)
{
	(void)state;
	shell.cpf = 0;
	shell.soc = 0.9;
	/* The price is above the feed-in price that counts, the gate by the lead that does. */
	shell.export_wh = 500;
	params.export_mc_per_kwh = 5500;
	params.gate_lead_s = 360;
	(void)step(SLOT_MS);
	(void)step(SLOT_MS + SLOT_MS / 8);
	assert_int_equal(shell.answer.quote.price_mc_per_kwh, 6500);
	assert_int_equal(shell.answer.contract.gate_ms, 2 * SLOT_MS - 360000);
}

/* Nor is it sold for less than the tariff of its slot would bring: slot 20 begins the sixth hour.
 */
static void surplus_goes_by_the_tariff_of_its_slot(void **state)
{
	(void)state;
	shell.cpf = 0;
	shell.soc = 0.9;
	shell.export_wh = 500;
	(void)step(19 * SLOT_MS);
	(void)step(19 * SLOT_MS + SLOT_MS / 8);
	assert_int_equal(shell.answer.contract.slot, 20);
	assert_int_equal(shell.answer.quote.price_mc_per_kwh, 13000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(surplus_is_offered, setup),
		cmocka_unit_test_setup(what_will_stay_at_home_is_not_sold, setup),
		cmocka_unit_test_setup(surplus_goes_by_the_parameters_in_force, setup),
		cmocka_unit_test_setup(surplus_goes_by_the_tariff_of_its_slot, setup),
		cmocka_unit_test_setup(it_stands_on_one_side_of_a_slot, setup),
	};

	return cmocka_run_group_tests_name("surplus", tests, NULL, NULL);
}
