/* The planner over a real market's files: what it makes of the meters, and when it announces what.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/vpp/class_profile.h"
#include "tests/unit/planner_scene.h"

static void without_a_past_it_is_the_class(void **state)
{
	struct planner_window w;
	int64_t wh;

	(void)state;
	open_planner();
	follow(-1);
	for (int64_t slot = 0; slot < DAY; slot += 5) {
		/* 02:40 UTC is in the third hour of its day. */
		assert_int_equal(planned_home(0, slot), class_wh(slot));
		assert_int_equal(planned(slot), LITTLE_HOMES * class_wh(slot));
	}
	assert_false(planner_planned(planner, DAY, &wh));
	assert_false(planner_band_wh(planner, 0, 1, &wh));
	assert_false(planner_planned_home(planner, 0, 3, &wh)); /* the operator */
	assert_true(planner_next_window(planner, 1, &w));
	assert_int_equal(w.first_slot, 1);
	assert_int_equal(w.count, DAY - 1);
	assert_int_equal(w.net_wh[4], planned(5));
	assert_false(planner_next_window(planner, 1, &w));
}

static void a_known_past_is_planned_on(void **state)
{
	int64_t wh;

	(void)state;
	for (int n = 0; n < LITTLE_HOMES; n++)
		live(n, -DAYS_BEFORE * DAY);
	open_planner();
	follow(-1);
	for (int64_t slot = 0; slot < DAY; slot++) {
		for (int n = 0; n < LITTLE_HOMES; n++)
			near(draws(n, slot), planned_home(n, slot), 15);
		near(600 + 3 * (slot >= 8 ? 50 : 0), planned(slot), 30);
	}
	assert_true(planner_band_wh(planner, 0, DAY, &wh));
	assert_int_equal(wh, 0); /* each day was as planned */
	assert_false(planner_planned(planner, DAY, &wh));
}

/* It is not there for a day and more, then metered for one: the sum gains what it draws, at once.
 */
static void a_home_that_joins_belongs_to_the_past(void **state)
{
	(void)state;
	live(0, -DAYS_BEFORE * DAY);
	live(1, -DAYS_BEFORE * DAY);
	live(2, -DAY);
	open_planner();
	follow(-DAY - LEAD - 1); /* day -1 is planned */
	for (int64_t slot = -DAY; slot < 0; slot += 7) {
		assert_int_equal(planned_home(2, slot), class_wh(slot));
		near(draws(0, slot) + draws(1, slot) + class_wh(slot), planned(slot), 15);
	}
	follow(-1);
	for (int64_t slot = 0; slot < DAY; slot++) {
		near(draws(2, slot), planned_home(2, slot), 2); /* a mean as yet */
		near(draws(0, slot) + draws(1, slot) + draws(2, slot), planned(slot), 20);
	}
}

static void one_silent_meter_holds_up_nobody(void **state)
{
	(void)state;
	for (int n = 0; n < LITTLE_HOMES; n++)
		live(n, -DAYS_BEFORE * DAY);
	live_on(0, DAY - LEAD - 1, 1, 3);
	open_planner();
	follow(DAY - LEAD - 2);
	assert_int_equal(planned(DAY - 1), planned(DAY - 1));
	follow(DAY - LEAD - 1); /* day 1 is planned */
	for (int64_t slot = DAY; slot < 2 * DAY; slot++)
		near(600 + 3 * (slot % DAY >= 8 ? 50 : 0), planned(slot), 30);
}

static void a_late_reading_counts(void **state)
{
	int64_t before;

	(void)state;
	live(0, -DAY);
	open_planner();
	little_advance(&m, little_slot_ms(1) + 1000);
	follow(0); /* nothing of slot 0 is in yet */
	little_reading(&m, 0, 0, 0, 5000, 0);
	for (int64_t slot = 1; slot < DAY - LEAD; slot++) {
		little_advance(&m, little_slot_ms(slot + 1) + 1000);
		little_reading(&m, 0, slot, 0, draws(0, slot), 0);
		follow(slot);
	}
	before = draws(0, 0);
	/* Two days: the day before, and 5,000 Wh counting a little more. */
	assert_true(planned_home(0, DAY) > before + 2000);
}

/* What the market had the battery do is no habit of it. */
static void trades_are_left_out(void **state)
{
	uint64_t auction;

	(void)state;
	live(0, -DAY);
	auction = little_auction(&m, 2, 30);
	little_offer(&m, 0, 2, auction, 50, 5000, 0);
	for (int64_t slot = 0; slot < DAY - LEAD; slot++) {
		int64_t given = slot == 2 ? 90 : 0;

		little_advance(&m, little_slot_ms(slot + 1) - 1000); /* the gate */
		little_advance(&m, little_slot_ms(slot + 1) + 1000);
		little_reading(&m, 0, slot, 0, draws(0, slot) - given, given);
	}
	open_planner();
	follow(DAY - LEAD - 1);
	/* It gave 60 Wh more than the 30 it was awarded, on one of two days. */
	near(draws(0, 2) - 60 * 10 / 19, planned_home(0, DAY + 2), 1);
	near(draws(0, 3), planned_home(0, DAY + 3), 1);
}

static void announce(void)
{
	static char text[4096];
	const struct address *address = &m.genesis.params.roles[0].address;
	struct planner_window w;
	struct net_window window;
	struct out out;

	while (planner_next_window(planner, params_slot_at(&m.genesis.params, m.now_ms) + 1, &w)) {
		window = (struct net_window){w.first_slot, w.count, w.net_wh};
		out_init(&out, text, sizeof text);
		message_write_schedule(&out, address->text, &window);
		little_send(&m, "aggregator", OPERATION_SCHEDULE, &out,
			&(struct signer){.key = m.aggregator_key});
	}
}

/* What the ledger has is not announced again, after a restart either; what it lacks is. */
static void it_announces_what_the_ledger_lacks(void **state)
{
	struct planner_window w;
	int64_t wh;

	(void)state;
	live(0, -DAY);
	open_planner();
	follow(-1);
	assert_true(planner_next_window(planner, 1, &w));
	follow(-1); /* the market did not take it */
	announce();
	assert_true(schedule_net(&m.engine.market->ledger, 1, INT64_MAX, &wh));
	assert_int_equal(wh, planned(1));
	assert_true(schedule_net(&m.engine.market->ledger, DAY - 1, INT64_MAX, &wh));
	assert_false(schedule_net(&m.engine.market->ledger, DAY, INT64_MAX, &wh));
	follow(-1);
	assert_false(planner_next_window(planner, 1, &w));
	open_planner();
	follow(-1);
	assert_false(planner_next_window(planner, 1, &w));
	for (int64_t slot = 0; slot < DAY - LEAD; slot++)
		little_advance(&m, little_slot_ms(slot + 1) + 1000);
	follow(DAY - LEAD - 1);
	announce();
	assert_true(schedule_net(&m.engine.market->ledger, 2 * DAY - 1, INT64_MAX, &wh));
	assert_int_equal(wh, planned(2 * DAY - 1));
}

/* Each home is told its own plan, once, and again if the market has not kept it. */
static void homes_are_told_their_own(void **state)
{
	struct planner_window w;
	const char *client_id;
	int64_t from = 1 + m.genesis.params.horizon_slots;

	(void)state;
	for (int n = 0; n < LITTLE_HOMES; n++)
		live(n, -DAY);
	open_planner();
	follow(-1);
	/* What is out of reach waits until it is worth a message. */
	assert_false(planner_next_baseline(planner, from, from + 5, &w, &client_id));
	for (int n = 0; n < LITTLE_HOMES; n++) {
		assert_true(planner_next_baseline(planner, from, INT64_MAX, &w, &client_id));
		assert_string_equal(client_id, m.homes[n].id);
		assert_int_equal(w.first_slot, from);
		assert_int_equal(w.count, DAY - from);
		assert_int_equal(w.net_wh[2], planned_home(n, from + 2));
	}
	assert_false(planner_next_baseline(planner, from, INT64_MAX, &w, &client_id));
	follow(-1); /* the market has none of them */
	for (int n = 0; n < LITTLE_HOMES; n++) {
		static char text[4096];
		struct net_window window;
		struct out out;

		assert_true(planner_next_baseline(planner, from, INT64_MAX, &w, &client_id));
		window = (struct net_window){w.first_slot, w.count, w.net_wh};
		out_init(&out, text, sizeof text);
		message_write_baseline(&out, client_id, &window);
		little_send(&m, "aggregator", OPERATION_BASELINE, &out,
			&(struct signer){.key = m.aggregator_key});
	}
	follow(-1);
	assert_false(planner_next_baseline(planner, from, INT64_MAX, &w, &client_id));
}

/* What lasts for some hours is expected to last: the hour after the next is planned anew. */
static void an_hour_is_planned_anew(void **state)
{
	struct planner_window w;
	int64_t updates = 0;

	(void)state;
	for (int n = 0; n < LITTLE_HOMES; n++)
		live(n, -2 * DAY);
	open_planner();
	follow(-1);
	assert_false(planner_next_update(planner, 0, &w)); /* as planned */
	for (int64_t slot = 0; slot < 12; slot++) {
		little_advance(&m, little_slot_ms(slot + 1) + 1000);
		for (int n = 0; n < LITTLE_HOMES; n++)
			little_reading(&m, n, slot, 0, draws(n, slot) + 300, 0);
		follow(slot);
		if (!planner_next_update(planner, 0, &w))
			continue;
		updates++;
		assert_int_equal(w.first_slot, slot + 2);
		assert_int_equal(w.count, 1);
	}
	assert_in_range(updates, 6, 12);
	near(planned(w.first_slot) + 900, w.net_wh[0], 100);
}

/* Told to stop it stops, however much is left to follow; and goes on where it was. */
static void it_can_be_stopped(void **state)
{
	atomic_bool stopping = true;
	int64_t wh;

	(void)state;
	live(0, -3 * DAY);
	open_planner();
	assert_int_equal(planner_follow(planner, -1, &stopping), ERR_INTERRUPTED);
	atomic_store(&stopping, false);
	assert_int_equal(planner_follow(planner, -1, &stopping), ERR_OK);
	assert_true(planner_planned(planner, 0, &wh));
}

static void a_missing_file_is_named(void **state)
{
	struct planner *none = NULL;

	(void)state;
	assert_int_equal(planner_open("/nonexistent", &m.genesis, LEAD, &none, why), ERR_NOT_FOUND);
	assert_null(none);
	assert_non_null(strstr(why, "/nonexistent"));
	planner_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(without_a_past_it_is_the_class, setup, teardown),
		cmocka_unit_test_setup_teardown(a_known_past_is_planned_on, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_home_that_joins_belongs_to_the_past, setup, teardown),
		cmocka_unit_test_setup_teardown(one_silent_meter_holds_up_nobody, setup, teardown),
		cmocka_unit_test_setup_teardown(a_late_reading_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(trades_are_left_out, setup, teardown),
		cmocka_unit_test_setup_teardown(
			it_announces_what_the_ledger_lacks, setup, teardown),
		cmocka_unit_test_setup_teardown(homes_are_told_their_own, setup, teardown),
		cmocka_unit_test_setup_teardown(an_hour_is_planned_anew, setup, teardown),
		cmocka_unit_test_setup_teardown(it_can_be_stopped, setup, teardown),
		cmocka_unit_test_setup_teardown(a_missing_file_is_named, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
