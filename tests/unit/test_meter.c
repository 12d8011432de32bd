/* Readings: each refusal from both sides, in the order of the checks, and what a slot's energy is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "core/meter.h"
#include "tests/lib/sample_params.h"

enum { SLOT_MS = 900000, OPEN_SLOT = 10 };

/* pv 4 kW, battery 2 kW, fuse 8 kW: with the tenth above, at most 1100, 550 and 2200 Wh a slot. */
static const struct ratings ratings = {.pv_w = 4000, .battery_w = 2000, .fuse_w = 8000};

static int64_t end_of(int64_t slot)
{
	return SAMPLE_START_MS + (slot + 1) * SLOT_MS;
}

static struct meter based(int64_t slot)
{
	return (struct meter){.has_base = true,
		.base = {.slot = slot,
			.taken_ms = end_of(slot),
			.registers = {{1000, 1000, 1000, 1000, 1000}}}};
}

/* What differs from a good reading of the slot before the open one. */
struct change {
	int64_t slot, taken_ms, now_ms, wh[REGISTER_COUNT];
};

static const struct {
	struct change c;
	const char *field; /* NULL: accepted */
	enum verdict verdict;
} cases[] = {
	{{0}, NULL, VERDICT_OK},
	{{.wh = {1100}}, NULL, VERDICT_OK},
	{{.wh = {1101}}, "pv_wh", VERDICT_BEYOND_RATING},
	{{.wh = {-1}}, "pv_wh", VERDICT_REGISTER_ROLLBACK},
	{{.wh = {[REGISTER_IMPORT] = 2200}}, NULL, VERDICT_OK},
	{{.wh = {[REGISTER_IMPORT] = 2201}}, "import_wh", VERDICT_BEYOND_RATING},
	{{.wh = {[REGISTER_CHARGE] = 550}}, NULL, VERDICT_OK},
	{{.wh = {[REGISTER_CHARGE] = 551}}, "charge_wh", VERDICT_BEYOND_RATING},
	{{.wh = {[REGISTER_DISCHARGE] = 550}}, NULL, VERDICT_OK},
	{{.wh = {[REGISTER_DISCHARGE] = 551}}, "discharge_wh", VERDICT_BEYOND_RATING},
	{{.wh = {[REGISTER_DISCHARGE] = -1}}, "discharge_wh", VERDICT_REGISTER_ROLLBACK},
	/* More out than in: pv + import + discharge - export is below zero. */
	{{.wh = {100, 50, 200, 0, 50}}, NULL, VERDICT_OK},
	{{.wh = {100, 50, 201, 0, 50}}, "export_wh", VERDICT_REGISTERS_INCONSISTENT},
	{{.wh = {-1001}}, "pv_wh", VERDICT_OUT_OF_RANGE}, /* below zero in all */
	{{.slot = -1}, "slot", VERDICT_READING_LATE},
	{{.slot = 1}, "slot", VERDICT_READING_EARLY},
	{{.now_ms = -1}, "slot", VERDICT_READING_EARLY}, /* the slot is not over */
	{{.taken_ms = -30000}, NULL, VERDICT_OK},
	{{.taken_ms = -30001}, "taken", VERDICT_BOUNDARY},
	{{.taken_ms = 30000}, NULL, VERDICT_OK},
	{{.taken_ms = 30001}, "taken", VERDICT_BOUNDARY},
	/* The first rule that is broken is told. */
	{{.slot = -1, .taken_ms = 99999, .wh = {-1}}, "slot", VERDICT_READING_LATE},
	{{.taken_ms = 99999, .wh = {-1}}, "taken", VERDICT_BOUNDARY},
	{{.wh = {[REGISTER_PV] = 1101, [REGISTER_DISCHARGE] = -1}}, "discharge_wh",
		VERDICT_REGISTER_ROLLBACK},
};

static void each_refusal_has_its_bound(void **state)
{
	const struct params p = sample_params();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct change *c = &cases[i].c;
		struct meter m = based(OPEN_SLOT - 2);
		struct reading r = {.slot = OPEN_SLOT - 1 + c->slot,
			.taken_ms = end_of(OPEN_SLOT - 1) + c->taken_ms,
			.registers = m.base.registers};
		const char *field = NULL;
		enum verdict v;
		for (int k = 0; k < REGISTER_COUNT; k++)
			r.registers.wh[k] += c->wh[k];
		v = meter_check(
			&m, &ratings, &p, OPEN_SLOT, end_of(OPEN_SLOT - 1) + c->now_ms, &r, &field);
		if (v != cases[i].verdict ||
			strcmp(field, cases[i].field ? cases[i].field : "") != 0)
			fail_msg("case %zu: %s %s", i, verdict_name(v), field);
	}
}

static void registers_have_their_range(void **state)
{
	const struct params p = sample_params();
	struct meter none = {.has_base = false};
	struct reading r = {.slot = OPEN_SLOT - 1, .taken_ms = end_of(OPEN_SLOT - 1)};
	const char *field;

	(void)state;
	for (int k = 0; k < REGISTER_COUNT; k++) {
		r.registers.wh[k] = REGISTER_WH_MAX;
		assert_int_equal(
			meter_check(&none, &ratings, &p, OPEN_SLOT, r.taken_ms, &r, &field),
			VERDICT_OK);
		r.registers.wh[k]++;
		assert_int_equal(
			meter_check(&none, &ratings, &p, OPEN_SLOT, r.taken_ms, &r, &field),
			VERDICT_OUT_OF_RANGE);
		assert_string_equal(field, register_name((enum register_name)k));
		r.registers.wh[k] = 0;
	}
	assert_null(register_name(REGISTER_COUNT));
}

static void one_reading_a_slot(void **state)
{
	const struct params p = sample_params();
	struct meter m = based(OPEN_SLOT - 1);
	struct reading r = m.base;
	const char *field;

	(void)state;
	assert_int_equal(meter_check(&m, &ratings, &p, OPEN_SLOT, r.taken_ms, &r, &field),
		VERDICT_READING_EXISTS);
	assert_string_equal(field, "slot");
}

/* Slot -1 is the market's start: the first base. */
static void the_start_can_be_read(void **state)
{
	const struct params p = sample_params();
	struct meter none = {.has_base = false};
	struct reading r = {.slot = -1, .taken_ms = SAMPLE_START_MS};
	const char *field;

	(void)state;
	assert_int_equal(
		meter_check(&none, &ratings, &p, 0, SAMPLE_START_MS, &r, &field), VERDICT_OK);
	assert_int_equal(meter_check(&none, &ratings, &p, 0, SAMPLE_START_MS - 1, &r, &field),
		VERDICT_READING_EARLY);
	r.slot = -2;
	r.taken_ms -= SLOT_MS;
	assert_int_equal(meter_check(&none, &ratings, &p, -1, SAMPLE_START_MS, &r, &field),
		VERDICT_READING_EARLY);
}

/* After a gap the ratings are for the whole time; an endless gap is judged like a long one. */
static void a_gap_is_judged_as_a_whole(void **state)
{
	const struct params p = sample_params();
	const int64_t gaps[] = {2, 3, 99999, 100000, 100001, 3000000};
	const char *field;

	(void)state;
	for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++) {
		int64_t counted = gaps[i] < 100000 ? gaps[i] : 100000;
		struct meter m = based(OPEN_SLOT - 1 - gaps[i]);
		struct reading r = {.slot = OPEN_SLOT - 1,
			.taken_ms = end_of(OPEN_SLOT - 1),
			.registers = m.base.registers};
		r.registers.wh[REGISTER_PV] += 1100 * counted;
		assert_int_equal(meter_check(&m, &ratings, &p, OPEN_SLOT, r.taken_ms, &r, &field),
			VERDICT_OK);
		r.registers.wh[REGISTER_PV]++;
		assert_int_equal(meter_check(&m, &ratings, &p, OPEN_SLOT, r.taken_ms, &r, &field),
			VERDICT_BEYOND_RATING);
	}
}

static void what_a_slot_was(void **state)
{
	struct meter m = {.has_base = false};
	struct reading r = {.slot = 4, .registers = {{100, 200, 300, 400, 500}}};

	(void)state;
	meter_accept(&m, &r);
	assert_false(meter_has(&m, 4)); /* a base, but nothing to subtract it from */
	r.slot = 5;
	r.registers = (struct registers){{110, 220, 330, 440, 550}};
	meter_accept(&m, &r);
	assert_true(meter_has(&m, 5));
	assert_false(meter_has(&m, 4));
	for (int k = 0; k < REGISTER_COUNT; k++)
		assert_int_equal(m.delta.wh[k], 10 * (k + 1));
	assert_int_equal(meter_production_wh(&m.delta), 10);
	assert_int_equal(meter_consumption_wh(&m.delta), 10 + 20 + 50 - 30);
	r.slot = 7; /* a gap: nothing is known of 6 and 7 */
	meter_accept(&m, &r);
	assert_false(meter_has(&m, 7));
	assert_false(meter_has(&m, 5));
	r.slot = 8;
	meter_accept(&m, &r);
	assert_true(meter_has(&m, 8));
}

/* Slots of 900 s: a quarter of the W in Wh, rounded down; an order has no tenth above that. */
static void a_rating_bounds_one_order(void **state)
{
	static const struct {
		struct ratings ratings;
		enum side side; /* the opener's */
		enum measure measure;
		int64_t answer_wh, opening_wh;
	} bounds[] = {
		{{4000, 2000, 8000}, SIDE_BUY, MEASURE_STORAGE, 500, 2000},
		{{4000, 2000, 8000}, SIDE_SELL, MEASURE_STORAGE, 500, 1500},
		{{4000, 2000, 8000}, SIDE_BUY, MEASURE_EXPORT, 1500, 2000},
		{{4000, 2000, 5000}, SIDE_BUY, MEASURE_EXPORT, 1250, 1250},
		{{4000, 2000, 5000}, SIDE_SELL, MEASURE_IMPORT, 1250, 1250},
		{{4000, 2000, 5000}, SIDE_BUY, MEASURE_BASELINE, 1250, 1250},
		{{0, 0, 5000}, SIDE_BUY, MEASURE_EXPORT, 0, 1250},
		{{0, 0, 5000}, SIDE_SELL, MEASURE_STORAGE, 0, 0},
		{{0, 2003, 9000}, SIDE_BUY, MEASURE_STORAGE, 500, 2250},
		{{10000000, 10000000, 10000000}, SIDE_BUY, MEASURE_EXPORT, 2500000, 2500000},
	};
	const struct params p = sample_params();

	(void)state;
	for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
		struct contract c = {.side = bounds[i].side, .measure = bounds[i].measure};
		assert_int_equal(
			ratings_answer_wh(&bounds[i].ratings, &p, &c), bounds[i].answer_wh);
		assert_int_equal(ratings_opening_wh(&bounds[i].ratings, &p, bounds[i].side),
			bounds[i].opening_wh);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_refusal_has_its_bound),
		cmocka_unit_test(registers_have_their_range),
		cmocka_unit_test(one_reading_a_slot),
		cmocka_unit_test(the_start_can_be_read),
		cmocka_unit_test(a_gap_is_judged_as_a_whole),
		cmocka_unit_test(what_a_slot_was),
		cmocka_unit_test(a_rating_bounds_one_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
