/* The aggregator's schedule, deviation and orders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include "core/vpp/aggregator.h"
#include "tests/lib/sample_params.h"

enum { OWN = ACCOUNT_FIRST_ROLE, OTHER = ACCOUNT_FIRST_ROLE + 1 };
static const struct limit_prices limits = {25400, 5000};

static struct deviation of(int64_t metered_wh, int64_t scheduled_wh, int64_t traded_wh)
{
	struct deviation d = {.slot = 7, .traded_wh = traded_wh};

	deviation_add(&d, &(struct home_nets){1, true, true, metered_wh - 100, scheduled_wh + 40});
	deviation_add(&d, &(struct home_nets){2, true, true, 100, -40});
	d.expected_wh = deviation_before_wh(&d); /* all of it lasts */
	return d;
}

static void it_trades_what_is_expected_of_the_running_slot(void **state)
{
	static const struct {
		int64_t metered_wh, scheduled_wh, traded_wh, available_uc;
		bool trades;
		enum side side;
		int64_t wh, limit;
	} cases[] = {
		{3000, 1000, 0, INT64_MAX, true, SIDE_BUY, 2000, 25400},
		{-3000, 1000, 0, INT64_MAX, true, SIDE_SELL, 4000, 5000},
		/* What was bought hides a need that is still there; what was sold likewise. */
		{1000, 1000, 2000, INT64_MAX, true, SIDE_BUY, 2000, 25400},
		{1000, 1000, -2000, INT64_MAX, true, SIDE_SELL, 2000, 5000},
		{3000, 1000, -2000, INT64_MAX, false, SIDE_BUY, 0, 0},
		/* Noise: 50 Wh for each of two homes. */
		{1100, 1000, 0, INT64_MAX, true, SIDE_BUY, 100, 25400},
		{1099, 1000, 0, INT64_MAX, false, SIDE_BUY, 0, 0},
		{900, 1000, 0, INT64_MAX, true, SIDE_SELL, 100, 5000},
		{901, 1000, 0, INT64_MAX, false, SIDE_BUY, 0, 0},
		/* A purchase within its means, to the last micro-cent; a sale needs none. */
		{3000, 1000, 0, INT64_C(25400) * 2000, true, SIDE_BUY, 2000, 25400},
		{3000, 1000, 0, INT64_C(25400) * 2000 - 1, true, SIDE_BUY, 1999, 25400},
		{3000, 1000, 0, 25399, false, SIDE_BUY, 0, 0},
		{3000, 1000, 0, -1, false, SIDE_BUY, 0, 0},
		{-3000, 1000, 0, 0, true, SIDE_SELL, 4000, 5000},
		/* Never a larger order than there may be. */
		{INT64_C(1000000000000), 0, 0, INT64_MAX, true, SIDE_BUY, ENERGY_WH_MAX, 25400},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct deviation d =
			of(cases[i].metered_wh, cases[i].scheduled_wh, cases[i].traded_wh);
		struct aggregator_order o = {.slot = -9};
		assert_int_equal(aggregator_decide(&d, &limits, cases[i].available_uc, 2, &o),
			cases[i].trades);
		if (!cases[i].trades)
			continue;
		assert_int_equal(o.side, cases[i].side);
		assert_int_equal(o.quantity_wh, cases[i].wh);
		assert_int_equal(o.limit_mc_per_kwh, cases[i].limit);
		assert_int_equal(o.slot, 7);
	}
	assert_false(aggregator_decide(&(struct deviation){.slot = 7}, &limits, INT64_MAX, 1,
		&(struct aggregator_order){0}));
}

/* What a few homes' auction asked for would tell each of them what its neighbours draw. */
static void it_does_not_trade_for_a_few_homes(void **state)
{
	struct deviation d = of(3000, 1000, 0);
	struct aggregator_order o;

	(void)state;
	assert_false(aggregator_decide(&d, &limits, INT64_MAX, 3, &o));
	d.homes = 3;
	assert_true(aggregator_decide(&d, &limits, INT64_MAX, 3, &o));
}

/* No more than the network has room for; where it has none, nothing of the order is changed. */
static void an_order_fits_the_network(void **state)
{
	static const struct {
		int64_t wh, room_wh, asked_wh;
	} cases[] = {{2000, INT64_MAX, 2000}, {2000, 2000, 2000}, {2000, 1999, 1999}, {2000, 1, 1},
		{1, 1, 1}, {2000, 0, 0}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct network_room room = {.wh = cases[i].room_wh, .scheduled = true};
		struct aggregator_order o = {.side = SIDE_SELL,
			.quantity_wh = cases[i].wh,
			.limit_mc_per_kwh = 5000,
			.slot = 7,
			.measure = MEASURE_BEFORE_AFTER};
		const struct aggregator_order before = o;

		assert_int_equal(aggregator_fit(&o, &room), cases[i].asked_wh > 0);
		assert_int_equal(o.quantity_wh, cases[i].asked_wh > 0 ? cases[i].asked_wh : 2000);
		o.quantity_wh = before.quantity_wh;
		assert_memory_equal(&o, &before, sizeof o);
	}
}

static struct activation asked(enum regulation regulation, enum measure measure)
{
	return (struct activation){.seq = 41,
		.terms = {.slot = 7,
			.regulation = regulation,
			.measure = measure,
			.energy_wh = 1000,
			.price_mc_per_kwh = 30000}};
}

/* All of what is asked for, at its price, as long as there is time and cover. */
static void it_answers_an_activation(void **state)
{
	const struct params p = sample_params();
	const int64_t begins_ms = params_slot_start_ms(&p, 7), slot_ms = p.slot_s * 1000;
	const int64_t gate_ms = begins_ms - p.gate_lead_s * 1000;
	struct activation up = asked(REGULATION_UP, MEASURE_STORAGE);
	struct activation down = asked(REGULATION_DOWN, MEASURE_STORAGE);
	struct activation half = asked(REGULATION_UP, MEASURE_BEFORE_AFTER);
	struct aggregator_order o;

	(void)state;
	assert_true(aggregator_answer(&p, &up, gate_ms - 1, INT64_MAX, &o));
	assert_int_equal(o.side, SIDE_BUY);
	assert_int_equal(o.quantity_wh, 1000);
	assert_int_equal(o.limit_mc_per_kwh, 30000);
	assert_int_equal(o.slot, 7);
	assert_int_equal(o.measure, MEASURE_STORAGE);
	assert_int_equal(o.activation, 41);
	assert_false(aggregator_answer(&p, &up, gate_ms, INT64_MAX, &o));
	assert_true(aggregator_answer(&p, &up, gate_ms - 1, 30000 * 999 + 29999, &o));
	assert_int_equal(o.quantity_wh, 999);
	assert_false(aggregator_answer(&p, &up, gate_ms - 1, 29999, &o));
	assert_true(aggregator_answer(&p, &down, gate_ms - 1, 0, &o));
	assert_int_equal(o.side, SIDE_SELL);
	assert_int_equal(o.quantity_wh, 1000);
	assert_false(aggregator_answer(&p, &half, begins_ms, INT64_MAX, &o));
	assert_true(aggregator_answer(&p, &half, begins_ms + slot_ms * 5 / 16, INT64_MAX, &o));
	assert_int_equal(o.measure, MEASURE_BEFORE_AFTER);
	assert_false(aggregator_answer(&p, &half, begins_ms + slot_ms / 2, INT64_MAX, &o));
}

static void what_was_traded_counts(void **state)
{
	struct auctions *t = calloc(1, sizeof *t);
	struct deviation d = of(3000, 1000, 0);
	const struct {
		enum auction_status status;
		uint64_t opener;
		int64_t slot, wh;
		enum side side;
		uint64_t activation; /* another need */
	} auctions[] = {{AUCTION_CLEARED, OWN, 7, 500, SIDE_BUY, 0},
		{AUCTION_SETTLED, OWN, 7, 30, SIDE_SELL, 0},
		{AUCTION_CLEARED, OWN, 8, 1, SIDE_BUY, 0},
		{AUCTION_CLEARED, OTHER, 7, 2, SIDE_BUY, 0}, {AUCTION_VOID, OWN, 9, 0, SIDE_BUY, 0},
		{AUCTION_FREE, OWN, 10, 0, SIDE_BUY, 0},
		{AUCTION_CLEARED, OWN, 7, 7000, SIDE_BUY, 5},
		{AUCTION_CLEARED, OWN, 11, 7000, SIDE_BUY, 5}};

	(void)state;
	assert_non_null(t);
	for (size_t i = 0; i < sizeof auctions / sizeof *auctions; i++) {
		t->auctions[i] = (struct auction){.status = auctions[i].status,
			.opener = auctions[i].opener,
			.cleared_wh = auctions[i].wh,
			.contract = {.slot = auctions[i].slot,
				.side = auctions[i].side,
				.activation = auctions[i].activation}};
		t->auction_top++;
	}
	deviation_of_trades(&d, t, OWN);
	assert_int_equal(d.traded_wh, 470);
	assert_int_equal(deviation_after_wh(&d), 2000);
	assert_int_equal(deviation_before_wh(&d), 2470);
	assert_true(aggregator_has_traded(t, OWN, 7));
	assert_true(aggregator_has_traded(t, OWN, 8));
	assert_true(aggregator_has_traded(t, OWN, 9)); /* a void one is not tried again */
	assert_false(aggregator_has_traded(t, OWN, 10));
	assert_false(aggregator_has_traded(t, OTHER, 8));
	assert_false(aggregator_has_traded(t, OWN, 11));
	free(t);
}

static void it_waits_for_the_readings(void **state)
{
	struct params p = sample_params();

	(void)state;
	p.slot_s = 900;
	assert_int_equal(aggregator_day_slots(&p), 96);
	assert_int_equal(
		aggregator_due_ms(&p, 3), params_slot_start_ms(&p, 4) + 900 * MS_PER_S / 8);
	assert_int_equal(aggregator_projects_ms(&p, 3),
		params_slot_start_ms(&p, 3) + 900 * MS_PER_S * 5 / 16);
	p.slot_s = S_PER_DAY;
	assert_int_equal(aggregator_day_slots(&p), 1);
}

/* A schedule is of all homes: one that was silent counts as the day before, one of which nothing is
 * known with nothing. */
static void a_schedule_is_of_all_homes(void **state)
{
	static const struct home_nets homes[] = {{1, true, true, 500, 400},
		{2, true, false, 300, 0}, {3, false, true, 0, 250}, {4, false, false, 0, 0}};
	struct deviation scheduled = {.is_scheduled = true, .scheduled_wh = 1000},
			 not = {.slot = 0};

	(void)state;
	for (size_t i = 0; i < sizeof homes / sizeof *homes; i++) {
		deviation_add(&scheduled, &homes[i]);
		deviation_add(&not, &homes[i]);
	}
	assert_int_equal(scheduled.homes, 2);
	assert_int_equal(deviation_after_wh(&scheduled), 500 + 300 + 250 - 1000);
	assert_int_equal(not .homes, 1);
	assert_int_equal(deviation_after_wh(&not ), 100);
}

/* The first quarter counts for all four; a home that was silent is as the day before. */
static void a_slot_is_projected_from_its_first_quarter(void **state)
{
	struct deviation d = {.is_scheduled = true, .scheduled_wh = 1000};
	const int64_t first_wh[] = {150, -20};

	(void)state;
	deviation_project(&d, &(struct home_nets){1, false, true, 0, 900}, &first_wh[0]);
	deviation_project(&d, &(struct home_nets){2, false, false, 0, 0}, &first_wh[1]);
	deviation_project(&d, &(struct home_nets){3, false, true, 0, 300}, NULL);
	assert_int_equal(d.homes, 2);
	assert_int_equal(d.metered_wh, 600 - 80 + 300);
	d = (struct deviation){.slot = 3};
	deviation_project(&d, &(struct home_nets){1, false, true, 0, 900}, &first_wh[0]);
	deviation_project(&d, &(struct home_nets){2, false, false, 0, 0}, &first_wh[1]);
	assert_int_equal(d.homes, 1); /* without a schedule only those with a day before */
	assert_int_equal(deviation_after_wh(&d), 600 - 900);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_schedule_is_of_all_homes),
		cmocka_unit_test(a_slot_is_projected_from_its_first_quarter),
		cmocka_unit_test(it_trades_what_is_expected_of_the_running_slot),
		cmocka_unit_test(it_does_not_trade_for_a_few_homes),
		cmocka_unit_test(an_order_fits_the_network),
		cmocka_unit_test(it_answers_an_activation),
		cmocka_unit_test(what_was_traded_counts),
		cmocka_unit_test(it_waits_for_the_readings),
	};

	return cmocka_run_group_tests_name("aggregator", tests, NULL, NULL);
}
