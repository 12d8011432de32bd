/* What an operator of the network makes of the ledger that it hears: in any order, and twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "lemctl/schedule_desk.h"
#include "tests/lib/sample_params.h"

enum { SELF = 1, OTHER = 2 };

static struct schedule_desk *desk;
static char why[SCHEDULE_DESK_WHY_MAX];

static int setup(void **state)
{
	(void)state;
	desk = calloc(1, sizeof *desk);
	assert_non_null(desk);
	desk->params = sample_params();
	desk->params.approval_lead_s = 900;
	desk->self = sample_address(SELF);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(desk);
	return 0;
}

static struct tx transaction(enum tx_kind kind, uint64_t seq, uint32_t from)
{
	struct tx tx = {.kind = kind, .seq = seq, .address = sample_address(from)};

	memcpy(tx.id, &seq, sizeof seq);
	return tx;
}

static void post(uint64_t seq, uint32_t from, int64_t first, uint32_t count, int32_t import_wh,
	int32_t export_wh)
{
	int32_t imports[SCHEDULE_SLOTS_MAX], exports[SCHEDULE_SLOTS_MAX];
	struct tx tx = transaction(TX_LIMITS, seq, from);

	for (uint32_t i = 0; i < count; i++) {
		imports[i] = import_wh;
		exports[i] = export_wh;
	}
	tx.u.limits = (struct limits_window){first, count, exports, imports};
	schedule_desk_take(desk, &tx);
}

static struct desk_schedule *announce(uint64_t seq, int64_t first, uint32_t count, int32_t net_wh)
{
	int32_t net[SCHEDULE_SLOTS_MAX];
	struct tx tx = transaction(TX_SCHEDULE, seq, OTHER);

	for (uint32_t i = 0; i < count; i++)
		net[i] = net_wh;
	tx.u.schedule = (struct net_window){first, count, net};
	schedule_desk_take(desk, &tx);
	for (int i = 0; i < SCHEDULES_MAX; i++) {
		if (desk->rows[i].count > 0 && desk->rows[i].seq == seq)
			return &desk->rows[i];
	}
	return NULL;
}

static void answered(uint64_t seq, uint32_t from, uint64_t schedule, enum approval_verdict verdict)
{
	struct tx tx = transaction(TX_APPROVE, seq, from);

	memcpy(tx.u.approve.schedule, &schedule, sizeof schedule);
	tx.u.approve.verdict = verdict;
	schedule_desk_take(desk, &tx);
}

static void judged(const struct desk_schedule *s, enum desk_opinion opinion, const char *sentence)
{
	assert_int_equal(schedule_desk_judge(desk, s, false, why), opinion);
	assert_string_equal(why, sentence);
}

static void it_is_judged_by_the_own_limits(void **state)
{
	struct desk_schedule *s = announce(5, 10, 3, 700);

	(void)state;
	judged(s, DESK_UNKNOWN, "slot 10 has no limit");
	assert_int_equal(schedule_desk_judge(desk, s, true, why), DESK_WITHIN);
	post(6, OTHER, 10, 3, 1, 1); /* another's */
	post(7, SELF, 10, 2, 700, 0);
	judged(s, DESK_UNKNOWN, "slot 12 has no limit");
	post(8, SELF, 12, 1, 699, 0);
	judged(s, DESK_BEYOND, "slot 12: import of 700 Wh, 699 are allowed");
	assert_int_equal(schedule_desk_judge(desk, s, true, why), DESK_BEYOND);
	post(9, SELF, 12, 1, 700, 0);
	judged(s, DESK_WITHIN, "");
	s = announce(10, 11, 1, -1);
	judged(s, DESK_BEYOND, "slot 11: export of 1 Wh, 0 are allowed");
	post(11, SELF, 11, 1, 0, 1);
	judged(s, DESK_WITHIN, "");
}

/* Blocks that are asked for come after what was heard since. */
static void the_latest_counts_in_whatever_order(void **state)
{
	struct desk_schedule *s = announce(5, 10, 1, 700);

	(void)state;
	post(9, SELF, 10, 1, 500, 0);
	post(7, SELF, 10, 1, 900, 0);
	judged(s, DESK_BEYOND, "slot 10: import of 700 Wh, 500 are allowed");
	answered(12, SELF, 5, APPROVAL_CHANGE);
	answered(11, SELF, 5, APPROVAL_APPROVE);
	assert_int_equal(s->verdict, APPROVAL_CHANGE);
	assert_int_equal(s->answer_seq, 12);
	s->told = true;
	assert_ptr_equal(announce(5, 10, 1, 700), s); /* again: it is not new */
	assert_true(s->told);
}

static void others_answers_are_not_its_own(void **state)
{
	struct desk_schedule *s = announce(5, 10, 1, 700);

	(void)state;
	answered(6, OTHER, 5, APPROVAL_APPROVE);
	answered(7, SELF, 99, APPROVAL_APPROVE);
	assert_int_equal(s->answer_seq, 0);
}

/* Its deadline is that of the time when it was announced, whatever the parameters say later. */
static void it_waits_until_it_begins(void **state)
{
	struct desk_schedule *s = announce(5, 10, 1, 700);
	int64_t begin = SAMPLE_START_MS + 10 * 900000;

	(void)state;
	desk->params.approval_lead_s *= 4;
	assert_int_equal(s->deadline_ms, begin - 900000);
	assert_int_equal(announce(6, 10, 1, 700)->deadline_ms, begin - 4 * 900000);
	assert_true(schedule_desk_waits(desk, s, begin - 1));
	assert_false(schedule_desk_waits(desk, s, begin));
	assert_false(schedule_desk_waits(desk, &desk->rows[2], 0)); /* no schedule */
}

/* The one whose slots lie furthest back makes room. */
static void the_oldest_makes_room(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < SCHEDULES_MAX; i++)
		assert_non_null(announce(1 + i, 100 - (int64_t)i, 1, 0));
	assert_non_null(announce(1000, 200, 1, 0));
	for (int i = 0; i < SCHEDULES_MAX; i++)
		assert_int_not_equal(desk->rows[i].seq, SCHEDULES_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_is_judged_by_the_own_limits, setup, teardown),
		cmocka_unit_test_setup_teardown(
			the_latest_counts_in_whatever_order, setup, teardown),
		cmocka_unit_test_setup_teardown(others_answers_are_not_its_own, setup, teardown),
		cmocka_unit_test_setup_teardown(it_waits_until_it_begins, setup, teardown),
		cmocka_unit_test_setup_teardown(the_oldest_makes_room, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
