#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "core/home_baseline.h"

enum { OPEN = 100, HORIZON = 4, COUNT = 96, MOST_WH = 2500 };

static int32_t net[COUNT];
static struct home_baseline b;

static int begin(void **state)
{
	(void)state;
	memset(&b, 0, sizeof b);
	for (int i = 0; i < COUNT; i++)
		net[i] = i - 10;
	return 0;
}

static struct net_window window(int64_t first_slot, uint32_t count)
{
	return (struct net_window){first_slot, count, net};
}

static void expect(struct net_window w, enum verdict verdict, const char *field)
{
	const char *told = NULL;
	enum verdict v = home_baseline_check(&w, MOST_WH, OPEN, HORIZON, &told);

	if (v != verdict || strcmp(told, field) != 0)
		fail_msg("%s %s, not %s %s", verdict_name(v), told, verdict_name(verdict), field);
}

static void is_net(int64_t slot, int64_t wh)
{
	int64_t got = INT64_MIN;

	assert_true(home_baseline_get(&b, slot, &got));
	assert_int_equal(got, wh);
}

static void is_unknown(int64_t slot)
{
	int64_t got = 77;

	assert_false(home_baseline_get(&b, slot, &got));
	assert_int_equal(got, 77);
}

static void set(int64_t first_slot, uint32_t count, int64_t open_slot)
{
	struct net_window w = window(first_slot, count);

	home_baseline_set(&b, &w, open_slot);
}

static void windows_have_bounds(void **state)
{
	(void)state;
	expect(window(OPEN + HORIZON, 1), VERDICT_SLOT_TOO_NEAR, "first_slot");
	expect(window(OPEN + HORIZON + 1, COUNT), VERDICT_OK, "");
	expect(window(OPEN - 1 + HOME_BASELINE_SLOTS - COUNT, COUNT), VERDICT_OK, "");
	expect(window(OPEN + HOME_BASELINE_SLOTS - COUNT, COUNT), VERDICT_HORIZON, "net_wh");
	net[1] = MOST_WH + 1;
	expect(window(OPEN + HORIZON + 1, 2), VERDICT_BEYOND_RATING, "net_wh");
	net[1] = -MOST_WH - 1;
	expect(window(OPEN + HORIZON + 1, 2), VERDICT_BEYOND_RATING, "net_wh");
	net[1] = -MOST_WH;
	expect(window(OPEN + HORIZON + 1, 2), VERDICT_OK, "");
}

static void what_was_said_last_counts(void **state)
{
	(void)state;
	is_unknown(0);
	set(110, 10, OPEN);
	is_net(110, -10);
	is_net(119, -1);
	is_unknown(109);
	is_unknown(120);
	net[0] = 500;
	set(115, 2, OPEN);
	is_net(114, -6);
	is_net(115, 500);
	is_net(116, -9);
	is_net(117, -3);
}

static void gaps_are_unknown(void **state)
{
	(void)state;
	set(110, 5, OPEN);
	set(120, 5, OPEN);
	is_net(114, -6);
	is_unknown(115);
	is_unknown(119);
	is_net(120, -10);
	set(106, 2, OPEN);
	is_net(107, -9);
	is_unknown(108);
	is_unknown(109);
	is_net(110, -10);
	/* What was in the ring long ago is no answer. */
	set(120 + HOME_BASELINE_SLOTS, 1, 120 + HOME_BASELINE_SLOTS - 20);
	is_unknown(110);
	is_unknown(119 + HOME_BASELINE_SLOTS);
	is_net(120 + HOME_BASELINE_SLOTS, -10);
}

static void a_snapshot_has_what_still_counts(void **state)
{
	static uint8_t bytes[4096];
	struct xfer out = {.bytes = bytes, .size = sizeof bytes};
	struct xfer in = {.bytes = bytes, .size = sizeof bytes, .reading = true};
	struct home_baseline back = {.first = 0};
	int64_t wh;

	(void)state;
	set(110, 20, OPEN);
	home_baseline_xfer(&out, &b, 116);
	home_baseline_xfer(&in, &back, 116);
	assert_false(in.bad);
	assert_int_equal(in.len, out.len);
	assert_int_equal(back.first, 115);
	assert_int_equal(back.end, 130);
	assert_true(home_baseline_get(&back, 129, &wh));
	assert_int_equal(wh, 9);
	/* Nothing that counts. */
	out.len = in.len = 0;
	home_baseline_xfer(&out, &b, 1000);
	home_baseline_xfer(&in, &back, 1000);
	assert_false(in.bad);
	assert_int_equal(out.len, 16);
	assert_int_equal(back.end, back.first);
	/* Broken ones. */
	memset(bytes, 0xff, 16);
	in.len = 0;
	home_baseline_xfer(&in, &back, 1000);
	assert_true(in.bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(windows_have_bounds, begin),
		cmocka_unit_test_setup(what_was_said_last_counts, begin),
		cmocka_unit_test_setup(gaps_are_unknown, begin),
		cmocka_unit_test_setup(a_snapshot_has_what_still_counts, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
