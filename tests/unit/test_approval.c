/* What the network's operators say of schedules, and which schedules count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/lib/network_scene.h"

static struct small_ledger s;

static int both_open(void **state)
{
	(void)state;
	network_open(&s, "dso", "tso");
	return 0;
}

static int dso_open(void **state)
{
	(void)state;
	network_open(&s, "dso", NULL);
	return 0;
}

static int none_open(void **state)
{
	(void)state;
	network_open(&s, NULL, NULL);
	return 0;
}

static int scene_free(void **state)
{
	(void)state;
	small_free(&s);
	return 0;
}

static const struct schedule *schedule_of(uint64_t seq)
{
	for (uint32_t i = 0; i < s.l->schedules.count; i++) {
		if (s.l->schedules.rows[i].seq == seq)
			return &s.l->schedules.rows[i];
	}
	fail_msg("schedule %llu is not kept", (unsigned long long)seq);
	return NULL;
}

/* How it stands, and whether the slot's net is that of it. */
static void stands(uint64_t seq, enum approval_state wanted)
{
	enum approval_state got =
		approvals_state(&schedule_of(seq)->approvals, &s.l->params, s.now_ms);

	assert_int_equal(got, wanted);
}

static void slot_has(int64_t slot, int64_t wanted_wh)
{
	int64_t wh = INT64_MIN;

	assert_true(schedule_net(s.l, slot, s.now_ms, &wh));
	assert_int_equal(wh, wanted_wh);
}

static void slot_has_none(int64_t slot)
{
	int64_t wh;

	assert_false(schedule_net(s.l, slot, s.now_ms, &wh));
}

static int64_t deadline_of(int64_t first_slot)
{
	return params_slot_start_ms(&s.params, first_slot) - SCENE_LEAD_S * 1000;
}

static void without_operators_all_count(void **state)
{
	uint64_t seq = network_schedule(&s, 1, 1, 40);

	(void)state;
	stands(seq, APPROVAL_APPROVED);
	slot_has(1, 40);
}

static void it_counts_when_all_have_approved(void **state)
{
	uint64_t seq = network_schedule(&s, 4, 2, 40);

	(void)state;
	stands(seq, APPROVAL_PENDING);
	slot_has_none(4);
	network_answer(&s, SCENE_TSO, seq, APPROVAL_APPROVE);
	stands(seq, APPROVAL_PENDING);
	network_answer(&s, SCENE_DSO, seq, APPROVAL_APPROVE);
	stands(seq, APPROVAL_APPROVED);
	slot_has(5, 40);
	s.now_ms = deadline_of(4) + 1;
	stands(seq, APPROVAL_APPROVED);
}

static void one_is_enough_where_there_is_one(void **state)
{
	uint64_t seq = network_schedule(&s, 4, 1, 40);

	(void)state;
	network_answer(&s, SCENE_DSO, seq, APPROVAL_APPROVE);
	stands(seq, APPROVAL_APPROVED);
}

/* The earlier one goes on counting; the last word before the deadline holds. */
static void one_that_asks_for_changes_refuses(void **state)
{
	uint64_t first = network_schedule(&s, 4, 1, 40), second;

	(void)state;
	network_answer(&s, SCENE_DSO, first, APPROVAL_APPROVE);
	network_answer(&s, SCENE_TSO, first, APPROVAL_APPROVE);
	second = network_schedule(&s, 4, 1, 77);
	slot_has(4, 40);
	network_answer(&s, SCENE_DSO, second, APPROVAL_APPROVE);
	network_answer(&s, SCENE_TSO, second, APPROVAL_CHANGE);
	stands(second, APPROVAL_REFUSED);
	slot_has(4, 40);
	network_answer(&s, SCENE_TSO, second, APPROVAL_APPROVE);
	slot_has(4, 77);
	network_answer(&s, SCENE_DSO, second, APPROVAL_CHANGE);
	slot_has(4, 40);
}

static void silence_refuses(void **state)
{
	uint64_t seq = network_schedule(&s, 4, 1, 40);

	(void)state;
	network_answer(&s, SCENE_DSO, seq, APPROVAL_APPROVE);
	s.now_ms = deadline_of(4) - 1;
	stands(seq, APPROVAL_PENDING);
	s.now_ms = deadline_of(4);
	stands(seq, APPROVAL_LAPSED);
	slot_has_none(4);
}

static void silence_approves_what_nobody_refused(void **state)
{
	uint64_t seq, refused;

	(void)state;
	s.l->params.approval_silence = SILENCE_APPROVES;
	seq = network_schedule(&s, 4, 1, 40);
	refused = network_schedule(&s, 4, 1, 50);
	s.l->params.approval_silence = SILENCE_REFUSES; /* of schedules to come */
	network_answer(&s, SCENE_DSO, refused, APPROVAL_CHANGE);
	s.now_ms = deadline_of(4) - 1;
	stands(seq, APPROVAL_PENDING);
	slot_has_none(4);
	s.now_ms = deadline_of(4);
	stands(seq, APPROVAL_SILENT);
	stands(refused, APPROVAL_REFUSED);
	slot_has(4, 40);
}

/* Whoever is asked has a whole slot to answer in. */
static void a_schedule_leaves_time_to_answer(void **state)
{
	int32_t net = 1;
	struct tx tx;

	(void)state;
	s.now_ms = deadline_of(2) - SMALL_SLOT_MS;
	assert_int_equal(s.now_ms, SAMPLE_START_MS);
	tx = small_tx(&s, TX_SCHEDULE);
	tx.address = sample_address(SMALL_ROLE);
	tx.u.schedule = (struct net_window){.first_slot = 2, .count = 1, .net_wh = &net};
	network_expect(&s, &tx, VERDICT_OK, "");
	tx.market_ms++;
	network_expect(&s, &tx, VERDICT_SCHEDULE_LATE, "first_slot");
	tx.u.schedule.first_slot = 3;
	network_expect(&s, &tx, VERDICT_OK, "");
}

static void who_may_answer_and_until_when(void **state)
{
	uint64_t seq = network_schedule(&s, 2 + 1, 1, 40);
	struct tx tx = network_answer_tx(&s, SMALL_ROLE, seq, APPROVAL_APPROVE);

	(void)state;
	network_expect(&s, &tx, VERDICT_NOT_ALLOWED, "address");
	tx.address = sample_address(1);
	network_expect(&s, &tx, VERDICT_NOT_ADMITTED, "address");
	small_admit(&s, 0, 1, 1);
	tx = network_answer_tx(&s, 1, seq, APPROVAL_APPROVE);
	network_expect(&s, &tx, VERDICT_NOT_ALLOWED, "address");
	tx = network_answer_tx(&s, SCENE_DSO, seq + 1, APPROVAL_APPROVE);
	network_expect(&s, &tx, VERDICT_UNKNOWN_SCHEDULE, "schedule");
	tx = network_answer_tx(&s, SCENE_DSO, seq, (enum approval_verdict)3);
	network_expect(&s, &tx, VERDICT_BAD_FIELD, "verdict");
	small_end_slot(&s);
	small_close(&s);
	s.now_ms = deadline_of(3) - 1;
	tx = network_answer_tx(&s, SCENE_DSO, seq, APPROVAL_APPROVE);
	network_expect(&s, &tx, VERDICT_OK, "");
	small_do(&s, &tx);
	tx.seq = s.seq + 1; /* the same message again */
	network_expect(&s, &tx, VERDICT_REPEATED, "");
	small_end_slot(&s);
	small_close(&s);
	s.now_ms = deadline_of(3) + 1000;
	tx = network_answer_tx(&s, SCENE_TSO, seq, APPROVAL_APPROVE);
	network_expect(&s, &tx, VERDICT_APPROVAL_LATE, "schedule");
	tx.date_ms -= 121000;
	network_expect(&s, &tx, VERDICT_STALE, "date");
}

/* Answers are part of the state's root, and come through a snapshot. */
static void the_state_has_them(void **state)
{
	uint8_t without[HASH_LEN], with[HASH_LEN];
	uint64_t seq = network_schedule(&s, 40, 9, 40);
	struct ledger *other;

	(void)state;
	state_root(s.l, without);
	network_answer(&s, SCENE_TSO, seq, APPROVAL_CHANGE);
	state_root(s.l, with);
	assert_memory_not_equal(without, with, HASH_LEN);
	small_end_slot(&s);
	small_close(&s);
	other = small_restored(&s);
	assert_memory_equal(&other->schedules.rows[0].approvals, &schedule_of(seq)->approvals,
		sizeof(struct approvals));
	assert_memory_equal(other->schedules.rows[0].id, schedule_of(seq)->id, HASH_LEN);
	free(other);
}

static void names_are_those_of_messages(void **state)
{
	(void)state;
	for (int v = 1; v <= 2; v++) {
		enum approval_verdict verdict = (enum approval_verdict)v;
		enum silence silence = (enum silence)v;

		assert_int_equal(approval_verdict_from_name(approval_verdict_name(verdict)), v);
		assert_int_equal(silence_from_name(silence_name(silence)), v);
	}
	assert_string_equal(approval_verdict_name(APPROVAL_CHANGE), "change");
	assert_string_equal(silence_name(SILENCE_REFUSES), "refuse");
	assert_int_equal(approval_verdict_from_name("refuse"), 0);
	assert_int_equal(silence_from_name("change"), 0);
	assert_null(silence_name((enum silence)0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(without_operators_all_count, none_open, scene_free),
		cmocka_unit_test_setup_teardown(
			it_counts_when_all_have_approved, both_open, scene_free),
		cmocka_unit_test_setup_teardown(
			one_is_enough_where_there_is_one, dso_open, scene_free),
		cmocka_unit_test_setup_teardown(
			one_that_asks_for_changes_refuses, both_open, scene_free),
		cmocka_unit_test_setup_teardown(silence_refuses, both_open, scene_free),
		cmocka_unit_test_setup_teardown(
			silence_approves_what_nobody_refused, both_open, scene_free),
		cmocka_unit_test_setup_teardown(
			a_schedule_leaves_time_to_answer, both_open, scene_free),
		cmocka_unit_test_setup_teardown(
			who_may_answer_and_until_when, both_open, scene_free),
		cmocka_unit_test_setup_teardown(the_state_has_them, both_open, scene_free),
		cmocka_unit_test(names_are_those_of_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
