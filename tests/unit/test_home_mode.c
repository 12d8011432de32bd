#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "core/home_mode.h"

static void a_change_has_its_window(void **state)
{
	(void)state;
	assert_int_equal(home_mode_check(7, 7), VERDICT_OUT_OF_RANGE);
	assert_int_equal(home_mode_check(7, 8), VERDICT_OK);
	assert_int_equal(home_mode_check(7, 7 + MODE_AHEAD_SLOTS_MAX), VERDICT_OK);
	assert_int_equal(home_mode_check(7, 8 + MODE_AHEAD_SLOTS_MAX), VERDICT_OUT_OF_RANGE);
	assert_int_equal(home_mode_check(-1, 0), VERDICT_OK);
}

static void a_mode_counts_from_its_slot(void **state)
{
	struct home_modes t = {.count = 0};

	(void)state;
	assert_int_equal(home_mode_at(&t, 0), 0);
	home_modes_init(&t, MODE_TE);
	assert_int_equal(home_mode_at(&t, -1), MODE_TE);
	assert_int_equal(home_mode_at(&t, INT32_MAX), MODE_TE);
	home_mode_change(&t, 4, 9, MODE_RE);
	assert_int_equal(home_mode_at(&t, 8), MODE_TE);
	assert_int_equal(home_mode_at(&t, 9), MODE_RE);
	home_mode_change(&t, 4, 6, MODE_BOTH); /* in place of what waited */
	assert_int_equal(home_mode_at(&t, 5), MODE_TE);
	assert_int_equal(home_mode_at(&t, 6), MODE_BOTH);
	assert_int_equal(home_mode_at(&t, 9), MODE_BOTH);
	assert_int_equal(t.count, 2);
}

static enum mode said[64];
static uint32_t seed = 1;

static int below(int n)
{
	seed = seed * 1664525 + 1013904223;
	return (int)(seed >> 16) % n;
}

/* Changes that come in an open slot, some of them in place of the one before. */
static void change_some(struct home_modes *t, int open)
{
	for (int n = below(3); n > 0; n--) {
		int from = open + 1 + below(5);
		enum mode mode = (enum mode)(1 + below(3));
		for (int i = open + 1; i < 64; i++)
			said[i] = i < from ? said[open] : mode;
		home_mode_change(t, open, from, mode);
	}
}

/* However they come, what was true of the slot before the open one, of that and of those to come is
 * what a list of all changes says. */
static void a_short_memory_is_enough(void **state)
{
	struct home_modes t;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		home_modes_init(&t, MODE_BOTH);
		for (int i = 0; i < 64; i++)
			said[i] = MODE_BOTH;
		for (int open = 1; open < 40; open++) {
			change_some(&t, open);
			for (int i = open - 1; i < 64; i++)
				assert_int_equal(home_mode_at(&t, i), said[i]);
		}
	}
}

static void names_and_meanings(void **state)
{
	(void)state;
	assert_string_equal(mode_name(MODE_TE), "TE");
	assert_string_equal(mode_name(MODE_RE), "RE");
	assert_string_equal(mode_name(MODE_BOTH), "RE+TE");
	assert_null(mode_name((enum mode)0));
	assert_int_equal(mode_from_name("RE+TE"), MODE_BOTH);
	assert_int_equal(mode_from_name("TE"), MODE_TE);
	assert_int_equal(mode_from_name("te"), 0);
	assert_int_equal(mode_from_name("RE+"), 0);
	assert_true(mode_trades(MODE_TE) && mode_trades(MODE_BOTH) && !mode_trades(MODE_RE));
	assert_true(mode_is_rewarded(MODE_RE) && mode_is_rewarded(MODE_BOTH));
	assert_false(mode_is_rewarded(MODE_TE));
}

static void a_snapshot_holds_them(void **state)
{
	uint8_t bytes[256];
	struct xfer out = {.bytes = bytes, .size = sizeof bytes};
	struct xfer in = {.bytes = bytes, .reading = true};
	struct home_modes t, again = {.count = 0};

	(void)state;
	home_modes_init(&t, MODE_RE);
	home_mode_change(&t, 3, 4, MODE_TE);
	home_mode_change(&t, 4, 9, MODE_BOTH);
	assert_int_equal(t.count, 3);
	home_modes_xfer(&out, &t);
	in.size = out.len;
	home_modes_xfer(&in, &again);
	assert_false(in.bad);
	assert_memory_equal(&t, &again, sizeof t);
	bytes[0] = MODES_KEPT + 1;
	in = (struct xfer){.bytes = bytes, .size = out.len, .reading = true};
	home_modes_xfer(&in, &again);
	assert_true(in.bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_change_has_its_window),
		cmocka_unit_test(a_mode_counts_from_its_slot),
		cmocka_unit_test(a_short_memory_is_enough),
		cmocka_unit_test(names_and_meanings),
		cmocka_unit_test(a_snapshot_holds_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
