/* Readings within a slot: when they are taken in, and what change they tell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "core/home.h"
#include "core/units.h"
#include "tests/lib/sample_params.h"

enum { SLOT = 10 };

static const struct ratings ratings = {.pv_w = 4000, .battery_w = 5000, .fuse_w = 10000};

static struct params params;
static struct home home;

static int setup(void **state)
{
	struct reading base = {.slot = SLOT - 1, .registers = {{1000, 2000, 3000, 4000, 5000}}};

	(void)state;
	params = sample_params();
	base.taken_ms = quarter_end_ms(&params, SLOT, 0);
	memset(&home, 0, sizeof home);
	home.terms.ratings = home.reading_ratings = ratings;
	home_accept_reading(&home, &base);
	return 0;
}

/* A reading of SLOT, taken when it was due, of those registers beyond the base's. */
static struct reading reading_of(int quarter, int64_t import_wh, int64_t export_wh)
{
	struct reading r = {.slot = SLOT,
		.quarter = quarter,
		.registers = {{1000 + export_wh, 2000 + import_wh, 3000 + export_wh, 4000, 5000}}};

	r.taken_ms = quarter_end_ms(&params, SLOT, quarter ? quarter : 4);
	return r;
}

static enum verdict check(const struct reading *r, int64_t open_slot, const char **field)
{
	return home_check_reading(&home, &params, open_slot, r->taken_ms + 5000, r, field);
}

static void take(int quarter, int64_t import_wh, int64_t export_wh)
{
	struct reading r = reading_of(quarter, import_wh, export_wh);
	const char *field;

	assert_int_equal(check(&r, quarter ? SLOT : SLOT + 1, &field), VERDICT_OK);
	home_accept_reading(&home, &r);
}

static void quarters_come_in_their_order_and_time(void **state)
{
	int64_t slack_ms = params.slot_s * MS_PER_S / 16 < params.boundary_s * MS_PER_S
				   ? params.slot_s * MS_PER_S / 16
				   : params.boundary_s * MS_PER_S;
	static const struct {
		int quarter, slot, taken_beyond; /* the boundary, in ms */
		int64_t import_wh;
		enum verdict verdict;
		const char *field;
	} cases[] = {
		{1, 0, 0, 10, VERDICT_OK, ""},
		{2, 0, 0, 10, VERDICT_READING_EARLY, "quarter"}, /* the first is not there */
		{3, 0, 0, 10, VERDICT_OUT_OF_RANGE, "quarter"},
		{-1, 0, 0, 10, VERDICT_OUT_OF_RANGE, "quarter"},
		{1, 1, 0, 10, VERDICT_READING_EARLY, "slot"},   /* the open slot is not that far */
		{1, -1, 0, 10, VERDICT_READING_EXISTS, "slot"}, /* its end has been read */
		{1, -2, 0, 10, VERDICT_READING_LATE, "slot"},
		{1, 0, 1000, 10, VERDICT_BOUNDARY, "taken"},
		{1, 0, 0, -1, VERDICT_REGISTER_ROLLBACK, "import_wh"},
		{1, 0, 0, 2750, VERDICT_OK, ""},
		{1, 0, 0, 2751, VERDICT_BEYOND_RATING, "import_wh"},
		{1, 0, 0, REGISTER_WH_MAX, VERDICT_OUT_OF_RANGE, "import_wh"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct reading r = reading_of(cases[i].quarter, cases[i].import_wh, 0);
		const char *field = "";
		enum verdict v;

		r.slot += cases[i].slot;
		r.taken_ms += cases[i].slot * params.slot_s * MS_PER_S;
		if (cases[i].taken_beyond)
			r.taken_ms += slack_ms + cases[i].taken_beyond;
		v = home_check_reading(&home, &params, SLOT, r.taken_ms + 5000, &r, &field);
		if (v != cases[i].verdict ||
			(v != VERDICT_OK && strcmp(field, cases[i].field) != 0))
			fail_msg("case %zu: %s %s", i, verdict_name(v), field);
	}
}

static void a_quarter_is_not_over_before_its_end(void **state)
{
	struct reading r = reading_of(1, 10, 0);
	const char *field;

	(void)state;
	r.taken_ms -= 1000;
	assert_int_equal(home_check_reading(&home, &params, SLOT,
				 quarter_end_ms(&params, SLOT, 1) - 1, &r, &field),
		VERDICT_READING_EARLY);
	assert_int_equal(home_check_reading(&home, &params, SLOT, quarter_end_ms(&params, SLOT, 1),
				 &r, &field),
		VERDICT_OK);
}

/* Late quarters count until the slot's end has been read; registers never fall. */
static void the_end_of_the_slot_goes_on_from_its_quarters(void **state)
{
	struct reading second = reading_of(2, 150, 0), end = reading_of(0, 149, 0);
	const char *field;

	(void)state;
	take(1, 100, 0);
	assert_int_equal(check(&second, SLOT + 1, &field), VERDICT_OK);
	home_accept_reading(&home, &second);
	assert_int_equal(check(&second, SLOT + 1, &field), VERDICT_READING_EXISTS);
	assert_int_equal(check(&end, SLOT + 1, &field), VERDICT_REGISTER_ROLLBACK);
	assert_string_equal(field, "import_wh");
	take(0, 150, 0);
	assert_int_equal(check(&second, SLOT + 1, &field), VERDICT_READING_EXISTS);
}

/* Without the slot's begin there is nothing to measure from. */
static void a_gap_has_no_quarters(void **state)
{
	struct reading r = reading_of(1, 100, 0);
	const char *field;

	(void)state;
	home.meter.base.slot = SLOT - 2;
	assert_int_equal(check(&r, SLOT, &field), VERDICT_READING_EARLY);
	home.meter.base.slot = SLOT - 1;
	meter_replace(&home.meter);
	assert_int_equal(check(&r, SLOT, &field), VERDICT_READING_EARLY);
}

static void the_second_half_is_held_against_the_first_quarter(void **state)
{
	const struct quarters *q;
	int64_t wh = 7;

	(void)state;
	assert_null(quarters_find(&home.quarters, SLOT));
	take(1, 100, 0);
	q = quarters_find(&home.quarters, SLOT);
	assert_non_null(q);
	assert_int_equal(quarters_first_net_wh(q), 100);
	assert_false(quarters_change_wh(q, &home.meter.base, &wh));
	assert_int_equal(wh, 7);
	take(2, 250, 0); /* what the second quarter drew does not matter */
	take(0, 250, 80);
	assert_true(quarters_change_wh(q, &home.meter.base, &wh));
	assert_int_equal(wh, -80 - 200);
}

/* Who reads its meter late in the first quarter and early at the end moves nothing by it. */
static void readings_taken_early_or_late_change_nothing(void **state)
{
	static const struct {
		int begin_s, first_s, second_s, end_s; /* off their time */
		int64_t power_w, change_wh;            /* for ever */
	} cases[] = {
		{0, 0, 0, 0, 3600, 0},
		{0, 30, 0, 0, 3600, 0},
		{0, 30, 30, -30, 3600, 0},
		{-30, -30, 30, 30, 3600, 0},
		{30, -30, -30, 30, -3600, 0},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t at_s[] = {params.slot_s / 4 + cases[i].first_s,
			params.slot_s / 2 + cases[i].second_s, params.slot_s + cases[i].end_s};
		int64_t wh = 7;

		(void)setup(state);
		home.meter.base.taken_ms += cases[i].begin_s * MS_PER_S;
		for (int k = 0; k < 3; k++) {
			int64_t net_wh =
				cases[i].power_w * (at_s[k] - cases[i].begin_s) / S_PER_HOUR;
			struct reading r = reading_of(k < 2 ? k + 1 : 0, net_wh > 0 ? net_wh : 0,
				net_wh < 0 ? -net_wh : 0);
			const char *field = "";

			r.taken_ms = params_slot_start_ms(&params, SLOT) + at_s[k] * MS_PER_S;
			if (k < 2)
				assert_int_equal(home_check_reading(&home, &params, SLOT,
							 r.taken_ms + 31000, &r, &field),
					VERDICT_OK);
			home_accept_reading(&home, &r);
		}
		assert_true(quarters_change_wh(
			quarters_find(&home.quarters, SLOT), &home.meter.base, &wh));
		assert_int_equal(wh, cases[i].change_wh);
	}
}

static void what_is_scaled_is_rounded_down(void **state)
{
	int64_t wh;

	(void)state;
	home.meter.base.taken_ms -= 1000; /* 226 s to the first quarter's end */
	take(1, 100, 0);
	take(2, 200, 0);
	take(0, 400, 0);
	assert_true(quarters_change_wh(quarters_find(&home.quarters, SLOT), &home.meter.base, &wh));
	assert_int_equal(wh, 200 - 100 * 450 / 226);
	(void)setup(NULL);
	home.meter.base.taken_ms -= 1000;
	take(1, 0, 100);
	take(2, 0, 200);
	take(0, 0, 400);
	assert_true(quarters_change_wh(quarters_find(&home.quarters, SLOT), &home.meter.base, &wh));
	assert_int_equal(wh, -200 + 100 * 450 / 226 + 1);
}

/* One that is chosen when the auction is over would say what suits. */
static void the_first_comes_before_the_gate(void **state)
{
	struct reading r = reading_of(1, 100, 0);
	int64_t gate_ms = contract_half_gate_ms(&params, SLOT);
	const char *field = "";

	(void)state;
	assert_int_equal(
		home_check_reading(&home, &params, SLOT, gate_ms - 1, &r, &field), VERDICT_OK);
	assert_int_equal(home_check_reading(&home, &params, SLOT, gate_ms, &r, &field),
		VERDICT_READING_LATE);
	assert_string_equal(field, "quarter");
}

/* A mean power over a moment would be blown up to half a slot. */
static void a_quarter_has_a_length(void **state)
{
	struct reading r = reading_of(1, 10, 0);
	const char *field = "";

	(void)state;
	home.meter.base.taken_ms = r.taken_ms - params.slot_s * MS_PER_S / 8;
	assert_int_equal(check(&r, SLOT, &field), VERDICT_OK);
	home.meter.base.taken_ms++;
	assert_int_equal(check(&r, SLOT, &field), VERDICT_BOUNDARY);
	assert_string_equal(field, "taken");
}

/* Those of the slot before stand until it is settled, while the open one's come in. */
static void two_slots_are_known(void **state)
{
	struct reading next = reading_of(1, 400, 0);

	(void)state;
	take(1, 100, 0);
	take(2, 200, 0);
	take(0, 300, 0);
	next.slot++;
	home_accept_reading(&home, &next);
	assert_int_equal(quarters_find(&home.quarters, SLOT)->count, 2);
	assert_int_equal(quarters_find(&home.quarters, SLOT + 1)->count, 1);
	assert_int_equal(quarters_first_net_wh(quarters_find(&home.quarters, SLOT + 1)), 100);
	assert_null(quarters_find(&home.quarters, SLOT + 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(quarters_come_in_their_order_and_time, setup),
		cmocka_unit_test_setup(a_quarter_is_not_over_before_its_end, setup),
		cmocka_unit_test_setup(the_end_of_the_slot_goes_on_from_its_quarters, setup),
		cmocka_unit_test_setup(a_gap_has_no_quarters, setup),
		cmocka_unit_test_setup(the_second_half_is_held_against_the_first_quarter, setup),
		cmocka_unit_test(readings_taken_early_or_late_change_nothing),
		cmocka_unit_test_setup(what_is_scaled_is_rounded_down, setup),
		cmocka_unit_test_setup(the_first_comes_before_the_gate, setup),
		cmocka_unit_test_setup(a_quarter_has_a_length, setup),
		cmocka_unit_test_setup(two_slots_are_known, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
