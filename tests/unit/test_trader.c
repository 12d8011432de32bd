/* The trader's day, with a shell that only writes down what it is asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include "tests/unit/trader_shell.h"

static void a_slot_is_read_and_announced_once(void **state)
{
	(void)state;
	assert_true(step(2 * SLOT_MS + 10) == 2 * SLOT_MS + SLOT_MS / 4);
	assert_string_equal(shell.marks, "R");
	assert_int_equal(shell.read_slot, 1);
	(void)step(2 * SLOT_MS + SLOT_MS / 4 - 1);
	assert_string_equal(shell.marks, "R");
	assert_true(step(2 * SLOT_MS + SLOT_MS / 4) == 2 * SLOT_MS + SLOT_MS / 2);
	assert_string_equal(shell.marks, "RQC");
	assert_int_equal(shell.announced, 90);
	assert_int_equal(shell.announced_slot, 2);
	assert_true(step(2 * SLOT_MS + SLOT_MS / 2) == 3 * SLOT_MS);
	assert_string_equal(shell.marks, "RQC");
	(void)step(3 * SLOT_MS);
	assert_string_equal(shell.marks, "RQCR");
}

static void an_earlier_lifes_announcement_counts(void **state)
{
	(void)state;
	trader.announced_slot = 2;
	(void)step(2 * SLOT_MS + SLOT_MS / 2);
	assert_string_equal(shell.marks, "R");
	(void)step(3 * SLOT_MS + SLOT_MS / 2);
	assert_string_equal(shell.marks, "RRC");
}

static void a_failing_device_is_asked_again(void **state)
{
	(void)state;
	shell.read_fails = true;
	(void)step(SLOT_MS);
	assert_string_equal(shell.marks, "");
	shell.read_fails = false;
	(void)step(SLOT_MS + 1000);
	assert_string_equal(shell.marks, "R");
}

static void nothing_happens_before_the_start(void **state)
{
	(void)state;
	assert_true(step(-5000) == 0);
	assert_string_equal(shell.marks, "");
	(void)step(0);
	assert_string_equal(shell.marks, "R");
	assert_int_equal(shell.read_slot, -1);
}

static void a_mode_without_rewards_is_silent(void **state)
{
	(void)state;
	begin(MODE_TE);
	(void)step(SLOT_MS);
	(void)step(2 * SLOT_MS - 1);
	assert_string_equal(shell.marks, "R");
	begin(MODE_BOTH);
	shell.cpf = 0; /* not known */
	(void)step(SLOT_MS);
	(void)step(2 * SLOT_MS - 1);
	assert_string_equal(shell.marks, "R");
}

static void an_answer_goes_within_half_the_time(void **state)
{
	int64_t now_ms = SLOT_MS + 1000, gate_ms = SLOT_MS + 601000;

	(void)state;
	shell.random = UINT32_MAX;
	shell.cpf = 0;
	(void)step(SLOT_MS);
	open_auction(7, gate_ms, 2, now_ms);
	open_auction(7, gate_ms, 2, now_ms); /* told twice */
	assert_true(trader.auctions[0].answer_ms >= now_ms);
	assert_true(trader.auctions[0].answer_ms <= now_ms + 300000);
	assert_true(step(now_ms) == trader.auctions[0].answer_ms);
	(void)step(trader.auctions[0].answer_ms);
	assert_string_equal(shell.marks, "RA");
	assert_true(shell.answer.auction == 7 && shell.answer.quote.side == SIDE_SELL);
	assert_int_equal(shell.answer.cpf_hundredths, 0);
	(void)step(gate_ms - 1);
	assert_string_equal(shell.marks, "RA");
}

static void the_cpf_goes_with_an_answer_whose_gate_is_in_this_slot(void **state)
{
	(void)state;
	(void)step(SLOT_MS);
	open_auction(7, 2 * SLOT_MS + 1, 3, SLOT_MS); /* a later slot's gate */
	open_auction(8, 2 * SLOT_MS, 2, SLOT_MS);
	(void)step(SLOT_MS + 1);
	assert_int_equal(shell.answer.cpf_hundredths, 0);
	(void)step(SLOT_MS + 1);
	assert_true(shell.answer.auction == 8);
	assert_int_equal(shell.answer.cpf_hundredths, 90);
	(void)step(2 * SLOT_MS - 1);
	assert_string_equal(shell.marks, "RAA");
}

static void a_refused_answer_leaves_the_cpf_to_be_announced(void **state)
{
	(void)state;
	(void)step(SLOT_MS);
	open_auction(8, 2 * SLOT_MS, 2, SLOT_MS);
	(void)step(SLOT_MS + 1);
	trader_refused(&trader, shell.req_id, VERDICT_FUNDS_TOO_LOW, SLOT_MS + 5);
	(void)step(SLOT_MS + 5);
	assert_string_equal(shell.marks, "RAC"); /* and the order is not tried again */
	trader_receipted(&trader, shell.req_id);
	trader_refused(&trader, shell.req_id, VERDICT_STALE, SLOT_MS + 6);
	(void)step(SLOT_MS + 7);
	assert_string_equal(shell.marks, "RAC");
}

static void what_was_stale_is_made_anew(void **state)
{
	(void)state;
	shell.cpf = 0;
	(void)step(SLOT_MS);
	open_auction(8, 2 * SLOT_MS, 2, SLOT_MS);
	for (int i = 0; i < TRADER_TRIES_MAX + 2; i++) {
		(void)step(SLOT_MS + i + 1);
		trader_refused(&trader, shell.req_id, VERDICT_STALE, SLOT_MS + i + 1);
	}
	assert_string_equal(shell.marks, "RAAA");
}

static void a_wrong_cpf_costs_no_order(void **state)
{
	(void)state;
	(void)step(SLOT_MS);
	open_auction(8, 2 * SLOT_MS, 2, SLOT_MS);
	(void)step(SLOT_MS + 1);
	trader_refused(&trader, shell.req_id, VERDICT_CPF_ANNOUNCED, SLOT_MS + 5);
	(void)step(SLOT_MS + 6);
	assert_string_equal(shell.marks, "RAA");
	assert_int_equal(shell.answer.cpf_hundredths, 0);
	(void)step(2 * SLOT_MS - 1);
	assert_string_equal(shell.marks, "RAA");
}

static void some_auctions_are_left_alone(void **state)
{
	struct contract c = contract(2 * SLOT_MS, 2);

	(void)state;
	shell.cpf = 0;
	(void)step(SLOT_MS);
	trader_auction_opened(&trader, 1, &c, true, SLOT_MS); /* its own, or answered */
	c.measure = MEASURE_EXPORT;
	trader_auction_opened(&trader, 2, &c, false, SLOT_MS);
	c = contract(SLOT_MS, 2);
	trader_auction_opened(&trader, 3, &c, false, SLOT_MS); /* its gate has closed */
	open_auction(4, 2 * SLOT_MS, 2, SLOT_MS);
	trader_auction_ended(&trader, 4);
	shell.no_address = 3;
	open_auction(5, 2 * SLOT_MS, 3, SLOT_MS);
	(void)step(SLOT_MS + 1);
	(void)step(SLOT_MS + 2);
	assert_string_equal(shell.marks, "R");
	begin(MODE_RE);
	shell.cpf = 0;
	(void)step(SLOT_MS);
	open_auction(6, 2 * SLOT_MS, 2, SLOT_MS);
	(void)step(SLOT_MS + 1);
	assert_string_equal(shell.marks, "R");
}

static void the_strategy_sees_the_battery_at_delivery(void **state)
{
	struct my_order o = {.auction = 1,
		.slot = 2,
		.side = SIDE_SELL,
		.measure = MEASURE_STORAGE,
		.quantity_wh = 1000,
		.status = MY_ORDER_RECEIPTED};

	(void)state;
	shell.cpf = 0;
	shell.soc = 0.8;
	shell.idle = (struct plan_idle){.charge_wh = 5000, .discharge_wh = 500};
	plan_add(&plan, &o);
	(void)step(SLOT_MS);
	open_auction(8, 2 * SLOT_MS, 2, SLOT_MS);
	(void)step(SLOT_MS);
	assert_true(fabs(seen.soc - 0.75) < 1e-9); /* slot 1 idles away 500 Wh */
	assert_true(seen.promised_discharge_wh == 1000 && seen.promised_charge_wh == 0);
	assert_true(seen.side == SIDE_SELL && seen.in_auction && seen.limit_mc_per_kwh == 18000);
	open_auction(9, 2 * SLOT_MS, 3, SLOT_MS);
	(void)step(SLOT_MS);
	assert_true(fabs(seen.soc - 0.60) < 1e-9); /* and slot 2 another 500 and 1000 */
}

/* What the market changes is taken up from one step to the next. */
static void it_goes_by_the_parameters_in_force(void **state)
{
	uint8_t hash[HASH_LEN] = {0};
	struct address a = {"asda6247ty2c3o7h77dadadqwq"};

	(void)state;
	shell.cpf = 0;
	(void)step(SLOT_MS);
	open_auction(8, 2 * SLOT_MS, 3, SLOT_MS);
	(void)step(SLOT_MS);
	assert_int_equal(seen.tariff_import_mc_per_kwh, 22000);
	assert_int_equal(seen.tariff_export_mc_per_kwh, 5000);
	open_auction(9, 2 * SLOT_MS, 12, SLOT_MS);
	(void)step(SLOT_MS);
	assert_int_equal(seen.tariff_import_mc_per_kwh, 40000); /* the delivery's */
	params.seal_wait_s = 20;
	(void)step(3 * SLOT_MS);
	trader_elected(&trader, 3, hash, 2, &a, 3 * SLOT_MS + 100);
	assert_true(step(3 * SLOT_MS + 19999) == 3 * SLOT_MS + 20000);
}

static void keys_are_topped_up(void **state)
{
	(void)state;
	trader.enrolled_to = -1;
	(void)step(-5000);
	assert_string_equal(shell.marks, "E");
	assert_true(shell.enrol_first == 0 && shell.enrol_count == TRADER_ENROL_BATCH);
	trader_receipted(&trader, shell.req_id);
	for (int64_t slot = 0; slot < 40; slot++)
		(void)step(slot * SLOT_MS);
	assert_true(shell.enrol_first == TRADER_ENROL_BATCH);
	assert_true(strchr(shell.marks + 1, 'E') != NULL);
	trader.enrolled_to = 3; /* none for long */
	trader.enrol_req_id[0] = '\0';
	(void)step(50 * SLOT_MS);
	assert_true(shell.enrol_first == 50 + 4 + 1);
}

static void refused_keys_are_drawn_again(void **state)
{
	(void)state;
	trader.enrolled_to = -1;
	(void)step(-5000);
	trader_refused(&trader, shell.req_id, VERDICT_SLOT_TOO_NEAR, -4000);
	(void)step(-4000);
	assert_string_equal(shell.marks, "E"); /* not at once */
	(void)step(-4000 + SLOT_MS / 8);
	assert_true(strcmp(shell.marks, "RE") == 0 || strcmp(shell.marks, "ERE") == 0);
	trader_refused(&trader, shell.req_id, VERDICT_ADDRESS_EXISTS, 110000);
	(void)step(110000);
	assert_int_equal(shell.enrol_count, 1); /* now one by one */
	trader_refused(&trader, shell.req_id, VERDICT_ADDRESS_EXISTS, 110000);
	(void)step(110000);
	assert_int_equal(shell.enrol_count, 1);
	trader_receipted(&trader, shell.req_id);
	(void)step(110001);
	assert_int_equal(shell.enrol_count, TRADER_ENROL_BATCH);
}

static void a_seal_waits_for_its_turn(void **state)
{
	uint8_t hash[HASH_LEN] = {0};
	struct address a = {"asda6247ty2c3o7h77dadadqwq"};

	(void)state;
	shell.cpf = 0;
	(void)step(3 * SLOT_MS);
	trader_elected(&trader, 3, hash, 2, &a, 3 * SLOT_MS + 100);
	assert_true(step(3 * SLOT_MS + 59999) == 3 * SLOT_MS + 60000);
	assert_string_equal(shell.marks, "R");
	(void)step(3 * SLOT_MS + 60000);
	assert_string_equal(shell.marks, "RS");
	assert_true(shell.sealed == 3);
	(void)step(3 * SLOT_MS + 70000);
	assert_string_equal(shell.marks, "RS");
}

static void a_halted_home_only_reads(void **state)
{
	uint8_t hash[HASH_LEN] = {0};
	struct address a = {"asda6247ty2c3o7h77dadadqwq"};

	(void)state;
	trader.halted = true;
	trader.enrolled_to = 0;
	(void)step(SLOT_MS);
	open_auction(8, 2 * SLOT_MS, 2, SLOT_MS);
	trader_elected(&trader, 1, hash, 1, &a, SLOT_MS);
	(void)step(SLOT_MS + SLOT_MS / 2);
	assert_string_equal(shell.marks, "R");
	begin(MODE_BOTH);
	trader.holding = true; /* out of touch: later */
	(void)step(SLOT_MS);
	open_auction(8, 2 * SLOT_MS, 2, SLOT_MS);
	(void)step(SLOT_MS + SLOT_MS / 2);
	assert_string_equal(shell.marks, "R");
	trader.holding = false;
	(void)step(SLOT_MS + SLOT_MS / 2);
	assert_string_equal(shell.marks, "RA");
}

/* A home that waits for its replica, or is halted, sleeps until the slot's end, whatever is due. */
static void a_waiting_home_sleeps(void **state)
{
	(void)state;
	shell.export_wh = 1000;
	(void)step(SLOT_MS);
	open_auction(5, 2 * SLOT_MS - 1000, 3, SLOT_MS);
	trader.holding = true;
	assert_int_equal(step(SLOT_MS + SLOT_MS / 4), SLOT_MS + SLOT_MS / 2);
	assert_int_equal(step(SLOT_MS + SLOT_MS / 2), 2 * SLOT_MS);
	trader.holding = false;
	trader.halted = true;
	trader.seal_ms = SLOT_MS;
	assert_int_equal(step(SLOT_MS + SLOT_MS / 2), 2 * SLOT_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_slot_is_read_and_announced_once, setup),
		cmocka_unit_test_setup(an_earlier_lifes_announcement_counts, setup),
		cmocka_unit_test_setup(a_failing_device_is_asked_again, setup),
		cmocka_unit_test_setup(nothing_happens_before_the_start, setup),
		cmocka_unit_test_setup(a_mode_without_rewards_is_silent, setup),
		cmocka_unit_test_setup(an_answer_goes_within_half_the_time, setup),
		cmocka_unit_test_setup(
			the_cpf_goes_with_an_answer_whose_gate_is_in_this_slot, setup),
		cmocka_unit_test_setup(a_refused_answer_leaves_the_cpf_to_be_announced, setup),
		cmocka_unit_test_setup(what_was_stale_is_made_anew, setup),
		cmocka_unit_test_setup(a_wrong_cpf_costs_no_order, setup),
		cmocka_unit_test_setup(some_auctions_are_left_alone, setup),
		cmocka_unit_test_setup(the_strategy_sees_the_battery_at_delivery, setup),
		cmocka_unit_test_setup(it_goes_by_the_parameters_in_force, setup),
		cmocka_unit_test_setup(keys_are_topped_up, setup),
		cmocka_unit_test_setup(refused_keys_are_drawn_again, setup),
		cmocka_unit_test_setup(a_waiting_home_sleeps, setup),
		cmocka_unit_test_setup(a_seal_waits_for_its_turn, setup),
		cmocka_unit_test_setup(a_halted_home_only_reads, setup),
	};

	return cmocka_run_group_tests_name("trader", tests, NULL, NULL);
}
