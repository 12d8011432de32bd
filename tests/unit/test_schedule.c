/* Schedules of the community's net: whose they are, for when, and which counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/lib/small_ledger.h"

enum { AHEAD = 192 /* two days of quarter hours */ };

static struct small_ledger s;
static int32_t net[SCHEDULE_SLOTS_MAX];

static int scene_open(void **state)
{
	(void)state;
	small_open(&s);
	memcpy(s.l->params.roles[0].name, AGGREGATOR_ROLE, sizeof AGGREGATOR_ROLE);
	for (int i = 0; i < SCHEDULE_SLOTS_MAX; i++)
		net[i] = 100 * i - 500;
	return 0;
}

static int scene_free(void **state)
{
	(void)state;
	small_free(&s);
	return 0;
}

static struct tx schedule(int64_t first_slot, uint32_t count)
{
	struct tx tx = small_tx(&s, TX_SCHEDULE);

	tx.address = sample_address(SMALL_ROLE);
	tx.u.schedule =
		(struct net_window){.first_slot = first_slot, .count = count, .net_wh = net};
	return tx;
}

static void expect(const struct tx *tx, enum verdict verdict, const char *field)
{
	const char *told = NULL;
	enum verdict v = ledger_check(s.l, tx, &told);

	if (v != verdict || strcmp(told, field) != 0)
		fail_msg("%s %s, not %s %s", verdict_name(v), told, verdict_name(verdict), field);
}

static void post(int64_t first_slot, uint32_t count)
{
	struct tx tx = schedule(first_slot, count);

	small_do(&s, &tx);
}

static void next_slot(void)
{
	small_end_slot(&s);
	small_close(&s);
}

static void is_net(int64_t slot, int64_t wh)
{
	int64_t got = INT64_MIN;

	assert_true(schedule_net(s.l, slot, s.now_ms, &got));
	assert_int_equal(got, wh);
}

static void it_is_the_aggregators_alone(void **state)
{
	struct tx tx = schedule(1, 1);

	(void)state;
	expect(&tx, VERDICT_OK, "");
	tx.address = sample_address(SMALL_ROLE + 1);
	expect(&tx, VERDICT_NOT_ADMITTED, "address");
	small_admit(&s, 0, 1, 1);
	tx = schedule(1, 1);
	tx.address = sample_address(1);
	expect(&tx, VERDICT_NOT_ALLOWED, "address");
	memcpy(s.l->params.roles[0].name, "dso", sizeof "dso");
	tx = schedule(1, 1);
	expect(&tx, VERDICT_NOT_ALLOWED, "address");
}

static void slots_and_values_have_bounds(void **state)
{
	struct tx tx = schedule(0, 1);

	(void)state;
	expect(&tx, VERDICT_HORIZON, "first_slot");
	tx = schedule(AHEAD, 1);
	expect(&tx, VERDICT_OK, "");
	tx = schedule(AHEAD + 1, 1);
	expect(&tx, VERDICT_HORIZON, "net_wh");
	tx = schedule(AHEAD - 95, 96);
	expect(&tx, VERDICT_OK, "");
	tx = schedule(AHEAD - 94, 96);
	expect(&tx, VERDICT_HORIZON, "net_wh");
	net[3] = SCHEDULE_NET_WH_MAX + 1;
	tx = schedule(1, 4);
	expect(&tx, VERDICT_OUT_OF_RANGE, "net_wh");
	net[3] = -SCHEDULE_NET_WH_MAX - 1;
	expect(&tx, VERDICT_OUT_OF_RANGE, "net_wh");
	net[3] = -SCHEDULE_NET_WH_MAX;
	expect(&tx, VERDICT_OK, "");
	next_slot();
	tx = schedule(1, 1); /* it has begun */
	expect(&tx, VERDICT_HORIZON, "first_slot");
}

/* A slot of a week lies beyond two days: the next one may be scheduled all the same. */
static void the_next_slot_may_always_be_scheduled(void **state)
{
	struct tx tx = schedule(1, 1);

	(void)state;
	s.l->params.slot_s = 7 * 86400;
	expect(&tx, VERDICT_OK, "");
	tx = schedule(2, 1);
	expect(&tx, VERDICT_HORIZON, "net_wh");
}

static void the_last_counts(void **state)
{
	int64_t wh;

	(void)state;
	assert_false(schedule_net(s.l, 1, s.now_ms, &wh));
	post(1, 10);
	is_net(1, -500);
	is_net(10, 400);
	assert_false(schedule_net(s.l, 0, s.now_ms, &wh));
	assert_false(schedule_net(s.l, 11, s.now_ms, &wh));
	net[0] = 77;
	post(4, 1);
	is_net(3, -300);
	is_net(4, 77);
	is_net(5, -100);
}

static void it_is_kept_until_its_slots_are_settled(void **state)
{
	(void)state;
	post(1, 2);
	post(2, 3);
	assert_int_equal(s.l->schedules.count, 2);
	next_slot();
	next_slot();
	next_slot(); /* slot 3 is open: 2 is settled at its end */
	is_net(2, -500);
	assert_int_equal(s.l->schedules.count, 2);
	next_slot();
	assert_int_equal(s.l->schedules.count, 1);
	is_net(2, -500);
	is_net(4, -300);
	next_slot();
	assert_int_equal(s.l->schedules.count, 1);
	next_slot();
	assert_int_equal(s.l->schedules.count, 0);
}

static void there_is_room_for_so_many(void **state)
{
	struct tx tx;

	(void)state;
	for (int i = 0; i < SCHEDULES_MAX; i++)
		post(1, 1);
	tx = schedule(1, 1);
	expect(&tx, VERDICT_TOO_MANY, "");
	next_slot();
	next_slot();
	next_slot();
	tx = schedule(4, 1);
	expect(&tx, VERDICT_OK, "");
}

/* A schedule is part of the state's root, and comes through a snapshot. */
static void the_state_has_it(void **state)
{
	struct ledger *other;

	(void)state;
	post(9, 96);
	next_slot();
	small_root_has(&s, &s.l->schedules.count);
	other = small_restored(&s);
	assert_memory_equal(&s.l->schedules, &other->schedules, sizeof other->schedules);
	free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			it_is_the_aggregators_alone, scene_open, scene_free),
		cmocka_unit_test_setup_teardown(
			slots_and_values_have_bounds, scene_open, scene_free),
		cmocka_unit_test_setup_teardown(
			the_next_slot_may_always_be_scheduled, scene_open, scene_free),
		cmocka_unit_test_setup_teardown(the_last_counts, scene_open, scene_free),
		cmocka_unit_test_setup_teardown(
			it_is_kept_until_its_slots_are_settled, scene_open, scene_free),
		cmocka_unit_test_setup_teardown(there_is_room_for_so_many, scene_open, scene_free),
		cmocka_unit_test_setup_teardown(the_state_has_it, scene_open, scene_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
