/* The aggregator's plans within the network's limits: clipped, made anew when they are refused or a
 * limit becomes tighter, and not for ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "engine/plan_limits.h"
#include "engine/planner.h"
#include "tests/unit/network_market.h"

enum { DAY = 24, LEAD = 6 }; /* slots 17 to 19 are of the evening: import */

static struct network_market n;
static struct planner *planner;

static void begin(enum silence silence)
{
	char why[PLANNER_WHY_MAX];

	network_market_open(&n, silence);
	little_advance(&n.m, little_slot_ms(0) + 1000);
	if (planner_open(n.m.folder, &n.m.genesis, LEAD, &planner, why) != ERR_OK)
		fail_msg("%s", why);
}

static int setup(void **state)
{
	(void)state;
	begin(SILENCE_REFUSES);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	planner_close(planner);
	planner = NULL;
	network_market_close(&n);
	return 0;
}

static int64_t first_slot(void)
{
	int64_t open = params_slot_at(&n.m.genesis.params, n.m.now_ms);

	return planner_first_slot(planner, open + 1, n.m.now_ms);
}

static void follow(void)
{
	int64_t open = params_slot_at(&n.m.genesis.params, n.m.now_ms);

	if (planner_follow(planner, open - 1, NULL) != ERR_OK)
		fail_msg("%s", planner_why(planner));
}

static int64_t planned(int64_t slot)
{
	int64_t wh = INT64_MIN;

	assert_true(planner_planned(planner, slot, &wh));
	return wh;
}

static void send(const struct planner_window *w)
{
	struct net_window window = {w->first_slot, w->count, w->net_wh};
	char text[2048];
	struct out out;

	out_init(&out, text, sizeof text);
	message_write_schedule(&out, network_address(&n, 0), &window);
	little_send(&n.m, "aggregator", OPERATION_SCHEDULE, &out,
		&(struct signer){.key = n.m.aggregator_key});
	network_heard(&n, "aggregator/receipt", n.m.last.req_id);
}

/* Announce the day's plan as it is. */
static struct planner_window announce(void)
{
	struct planner_window w;

	follow();
	assert_true(planner_next_window(planner, first_slot(), &w));
	send(&w);
	return w;
}

static bool replan(struct planner_window *w)
{
	follow();
	return planner_next_replan(planner, first_slot(), w);
}

static int64_t net(const struct planner_window *w, int64_t slot)
{
	assert_in_range(slot, w->first_slot, w->first_slot + w->count - 1);
	return w->net_wh[slot - w->first_slot];
}

static void limit(enum network_role role, int64_t slot, int64_t import_wh)
{
	network_limit_slot(&n, role, slot, (int32_t)import_wh, NETWORK_LIMIT_WH_MAX);
}

/* Not what could not be approved any more: an hour to answer, and an hour before the slot. */
static void it_plans_what_can_still_be_approved(void **state)
{
	struct planner_window w;

	(void)state;
	assert_int_equal(first_slot(), 3);
	n.m.now_ms = little_slot_ms(0);
	assert_int_equal(first_slot(), 2);
	n.m.now_ms = little_slot_ms(0) + 1000;
	w = announce();
	assert_int_equal(w.first_slot, 3);
	assert_int_equal(w.count, DAY - 3);
	assert_int_equal(net(&w, 17), planned(17));
}

static void a_plan_is_clipped_to_the_tighter_limit(void **state)
{
	struct planner_window w;

	(void)state;
	follow();
	assert_true(planned(17) > 20);
	limit(NETWORK_DSO, 17, planned(17) - 10);
	limit(NETWORK_TSO, 17, planned(17) - 20);
	limit(NETWORK_TSO, 18, planned(18));
	w = announce();
	assert_int_equal(net(&w, 17), planned(17) - 20);
	assert_int_equal(net(&w, 18), planned(18));
	assert_int_equal(net(&w, 19), planned(19));
}

/* A tighter limit after the announcement: those slots alone are announced anew, once. */
static void a_tighter_limit_brings_a_new_window(void **state)
{
	struct planner_window w;

	(void)state;
	(void)announce();
	assert_false(replan(&w));
	limit(NETWORK_DSO, 17, planned(17));
	assert_false(replan(&w));
	limit(NETWORK_DSO, 17, planned(17) - 1);
	limit(NETWORK_DSO, 18, 1);
	assert_true(replan(&w));
	assert_int_equal(w.first_slot, 17);
	assert_int_equal(w.count, 2);
	assert_int_equal(net(&w, 17), planned(17) - 1);
	assert_int_equal(net(&w, 18), 1);
	assert_false(planner_next_replan(planner, first_slot(), &w)); /* it is on its way */
	assert_true(replan(&w));                                      /* it was not taken */
	send(&w);
	assert_false(replan(&w));
}

/* Refused: what the limits say otherwise is announced anew, what they do not is told. */
static void a_refused_plan_is_made_anew_where_limits_changed(void **state)
{
	struct planner_window w;

	(void)state;
	(void)announce();
	network_say_of_last(&n, NETWORK_DSO, APPROVAL_CHANGE);
	assert_false(replan(&w));
	assert_true(planner_next_stuck(planner, first_slot(), &w));
	assert_int_equal(w.first_slot, 3);
	assert_int_equal(w.count, DAY - 3);
	assert_false(planner_next_stuck(planner, first_slot(), &w)); /* once */
	follow();
	assert_false(planner_next_stuck(planner, first_slot(), &w));
	limit(NETWORK_DSO, 17, planned(17) - 5);
	assert_true(replan(&w)); /* all of it: what was refused is the whole */
	assert_int_equal(w.first_slot, 3);
	assert_int_equal(w.count, DAY - 3);
	assert_int_equal(net(&w, 17), planned(17) - 5);
	assert_int_equal(net(&w, 18), planned(18));
}

/* An operator who refuses whatever comes is asked so often, and no more. */
static void it_does_not_ask_for_ever(void **state)
{
	struct planner_window w;
	int announced = 1;

	(void)state;
	(void)announce();
	network_say_of_last(&n, NETWORK_DSO, APPROVAL_CHANGE);
	for (int less = 1; less < 20; less++) {
		limit(NETWORK_DSO, 17, planned(17) - less);
		if (!replan(&w))
			continue;
		assert_int_equal(w.first_slot, 3);
		announced++;
		send(&w);
		network_say_of_last(&n, NETWORK_DSO, APPROVAL_CHANGE);
	}
	assert_int_equal(announced, PLAN_LIMITS_TRIES);
}

/* Nobody answered: the slots that can still be approved are announced again, as they are. */
static void what_lapsed_is_announced_again(void **state)
{
	struct planner_window w;

	(void)state;
	(void)announce();
	network_say_of_last(&n, NETWORK_DSO, APPROVAL_APPROVE);
	little_advance(&n.m, little_slot_ms(1) + 1000);
	assert_false(replan(&w));
	little_advance(&n.m, little_slot_ms(2) + 1000); /* the deadline of slot 3 */
	assert_true(replan(&w));
	assert_int_equal(w.first_slot, 5);
	assert_int_equal(net(&w, 17), planned(17));
	send(&w);
	network_say_of_last(&n, NETWORK_DSO, APPROVAL_APPROVE);
	network_say_of_last(&n, NETWORK_TSO, APPROVAL_APPROVE);
	little_advance(&n.m, little_slot_ms(4) + 1000);
	assert_false(replan(&w));
}

/* What counts stands, whatever became of later ones. */
static void a_slot_that_has_a_schedule_is_left_alone(void **state)
{
	struct planner_window w;

	(void)state;
	(void)announce();
	network_say_of_last(&n, NETWORK_DSO, APPROVAL_APPROVE);
	network_say_of_last(&n, NETWORK_TSO, APPROVAL_APPROVE);
	network_schedule_slots(&n, 17, 1, 123456);
	network_say_of_last(&n, NETWORK_TSO, APPROVAL_CHANGE);
	assert_false(replan(&w));
	assert_false(planner_next_stuck(planner, first_slot(), &w));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			it_plans_what_can_still_be_approved, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_plan_is_clipped_to_the_tighter_limit, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_tighter_limit_brings_a_new_window, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_refused_plan_is_made_anew_where_limits_changed, setup, teardown),
		cmocka_unit_test_setup_teardown(it_does_not_ask_for_ever, setup, teardown),
		cmocka_unit_test_setup_teardown(what_lapsed_is_announced_again, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_slot_that_has_a_schedule_is_left_alone, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
