#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "core/units.h"
#include "tests/unit/batteries.h"

/* (6) and the quotients of (2) and (3) are reckoned in floating point. */
#define TINY 1e-9

static void each_member_has_its_range(void **state)
{
	static const struct {
		size_t offset;
		double refused, least, most, refused_above;
		const char *name;
	} cases[] = {
#define CASE(member, ...) {offsetof(struct battery, member), __VA_ARGS__, #member}
		CASE(capacity_wh, -1e-9, 0, BATTERY_CAPACITY_WH_MAX, 1e8 + 1),
		CASE(soc_min, -1e-9, 0, 0.89, 1.001),
		CASE(soc_max, -1e-9, 0.101, 1, 1 + 1e-9),
		CASE(eta_charge, 0.0999, 0.1, 1, 1 + 1e-9),
		CASE(eta_discharge, 0, 0.1, 1, 1 + 1e-9),
		CASE(power_charge_max_w, 0.999, 1, 1e8, 1e8 + 1),
		CASE(power_discharge_max_w, 0, 1, 1e8, 1e8 + 1),
		CASE(cost_cents, -1, 0, 1e11, 1e11 + 1),
		CASE(lifetime_wh, 0.999, 1, 1e11, 1e11 + 1),
#undef CASE
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const double values[] = {cases[i].refused, cases[i].least, cases[i].most,
			cases[i].refused_above, (double)NAN, (double)INFINITY};

		for (size_t j = 0; j < sizeof values / sizeof *values; j++) {
			struct battery b = plain_battery();
			const char *rule;

			memcpy((char *)&b + cases[i].offset, &values[j], sizeof values[j]);
			rule = battery_check(&b);
			if (j == 1 || j == 2)
				assert_null(rule);
			else
				assert_non_null(strstr(rule, cases[i].name));
		}
	}
}

static void the_soc_limits_must_leave_a_range(void **state)
{
	struct battery b = plain_battery();

	(void)state;
	b.soc_min = b.soc_max;
	assert_string_equal(battery_check(&b), "soc_min must be below soc_max");
	b.soc_min = nextafter(b.soc_max, 0);
	assert_null(battery_check(&b));
}

static void without_capacity_nothing_else_counts(void **state)
{
	const struct battery none = {0};

	(void)state;
	assert_null(battery_check(&none));
	assert_false(battery_exists(&none));
	assert_int_equal(battery_charge_max_wh(&none, 0.5, 900), 0);
	assert_int_equal(battery_discharge_max_wh(&none, 0.5, 900), 0);
	assert_true(battery_degradation_mc_per_kwh(&none) == 0);
	assert_true(battery_degradation_cents(&none, 1000) == 0);
	assert_true(battery_step(&none, 0, 0, 0) == 0);
}

static void equation_6_by_hand(void **state)
{
	const struct battery b = plain_battery();

	(void)state;
	/* 1000 Wh in: 800 Wh of 6400 are stored. 1000 Wh out: 2000 Wh of 6400 are taken. */
	assert_true(fabs(battery_step(&b, 0.5, 1000, 0) - 0.625) < TINY);
	assert_true(fabs(battery_step(&b, 0.5, 0, 1000) - 0.1875) < TINY);
	assert_true(battery_step(&b, 0.5, 0, 0) == 0.5);
}

static void the_most_of_a_slot_by_hand(void **state)
{
	static const struct {
		double soc;
		int64_t slot_s, charge_wh, discharge_wh;
	} cases[] = {
		/* 5 kW and 4 kW over 900 s: 1250 and 1000 Wh. */
		{0.5, 900, 1250, 1000},
		{0.5, 60, 83, 66},
		{0.5, 1, 1, 1},
		/* At 0.8: 640 Wh are free, 800 Wh at the terminals; at 0.9 none. */
		{0.8, 900, 800, 1000},
		{0.899, 900, 8, 1000},
		{0.9, 900, 0, 1000},
		{1, 900, 0, 1000},
		/* At 0.2: 640 Wh are stored above the minimum, 320 at the terminals. */
		{0.2, 900, 1250, 320},
		{0.101, 900, 1250, 3},
		{0.1, 900, 1250, 0},
		{0, 900, 1250, 0},
		/* A day: the room binds both. 1280 Wh would be 0.5 - 0.4, in floating point below
		   0.1. */
		{0.5, 86400, 3200, 1279},
	};
	const struct battery b = plain_battery();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(battery_charge_max_wh(&b, cases[i].soc, cases[i].slot_s),
			cases[i].charge_wh);
		assert_int_equal(battery_discharge_max_wh(&b, cases[i].soc, cases[i].slot_s),
			cases[i].discharge_wh);
	}
	assert_int_equal(battery_charge_max_wh(&b, (double)NAN, 900), 0);
	assert_int_equal(battery_discharge_max_wh(&b, (double)NAN, 900), 0);
}

static void the_fill_is_cut_to_0_and_1(void **state)
{
	const struct battery b = plain_battery();

	(void)state;
	assert_true(battery_fill(&b, 0.1) == 0);
	assert_true(battery_fill(&b, 0.05) == 0);
	assert_true(battery_fill(&b, 0.9) == 1);
	assert_true(battery_fill(&b, 0.95) == 1);
	assert_true(fabs(battery_fill(&b, 0.5) - 0.5) < TINY);
	assert_true(battery_fill(&b, (double)NAN) == 0);
}

static void equations_7_and_8_by_hand(void **state)
{
	const struct battery b = plain_battery();

	(void)state;
	/* 150,000 cents over 30,000 kWh: 5 cents/kWh; 400 Wh wear off 2 cents. */
	assert_true(fabs(battery_degradation_mc_per_kwh(&b) - 5000) < TINY);
	assert_true(fabs(battery_degradation_cents(&b, 400) - 2) < TINY);
	assert_true(battery_degradation_cents(&b, 0) == 0);
}

/* (4) through (2), and what the slot lets through the terminals; likewise (5) through (3). */
static void check_rates(
	const struct battery *b, double soc, int64_t slot_s, int64_t in, int64_t out)
{
	double hours = (double)slot_s / S_PER_HOUR;
	double charge_max = b->power_charge_max_w * hours / b->capacity_wh;
	double discharge_max = b->power_discharge_max_w * hours / b->capacity_wh;
	double r_charge = (battery_step(b, soc, in, 0) - soc) / b->eta_charge;
	double r_discharge = (soc - battery_step(b, soc, 0, out)) * b->eta_discharge;

	assert_true(in >= 0 && (double)in * S_PER_HOUR <= b->power_charge_max_w * (double)slot_s);
	assert_true(
		out >= 0 && (double)out * S_PER_HOUR <= b->power_discharge_max_w * (double)slot_s);
	assert_true(r_charge >= 0 && r_charge <= charge_max + TINY);
	assert_true(r_discharge >= 0 && r_discharge <= discharge_max + TINY);
	/* (6) is the same statement. */
	assert_true(fabs(r_charge - (double)in / b->capacity_wh) < TINY);
	assert_true(fabs(r_discharge - (double)out / b->capacity_wh) < TINY);
}

/* One Wh more than the most would break (1), (4) or (5). */
static void check_that_it_is_the_most(
	const struct battery *b, double soc, int64_t slot_s, int64_t in, int64_t out)
{
	double in_slack = b->power_charge_max_w * (double)slot_s / S_PER_HOUR - (double)in;
	double out_slack = b->power_discharge_max_w * (double)slot_s / S_PER_HOUR - (double)out;

	assert_true(in_slack < 1 + 1e-6 || battery_step(b, soc, in + 1, 0) > b->soc_max);
	assert_true(out_slack < 1 + 1e-6 || battery_step(b, soc, 0, out + 1) < b->soc_min);
}

static void no_battery_leaves_its_limits(void **state)
{
	uint64_t seed = seed_of_run();

	(void)state;
	for (int i = 0; i < BATTERIES_TO_TRY; i++) {
		struct battery b = next_battery(&seed);
		double soc = next_soc(&seed, &b);
		int64_t slot_s = next_whole(&seed, 1, S_PER_DAY);
		int64_t in, out;

		assert_null(battery_check(&b));
		in = battery_charge_max_wh(&b, soc, slot_s);
		out = battery_discharge_max_wh(&b, soc, slot_s);
		assert_true(battery_step(&b, soc, in, 0) <= b.soc_max);  /* (1) */
		assert_true(battery_step(&b, soc, 0, out) >= b.soc_min); /* (1) */
		check_rates(&b, soc, slot_s, in, out);
		check_that_it_is_the_most(&b, soc, slot_s, in, out);
	}
}

static void more_soc_never_gives_less_to_discharge(void **state)
{
	uint64_t seed = seed_of_run();

	(void)state;
	for (int i = 0; i < BATTERIES_TO_TRY; i++) {
		struct battery b = next_battery(&seed);
		double low = next_soc(&seed, &b);
		double high = next_whole(&seed, 0, 1) ? nextafter(low, 1) : next_soc(&seed, &b);
		double swap = low;

		low = fmin(low, high);
		high = fmax(swap, high);
		assert_true(
			battery_room_discharge_wh(&b, low) <= battery_room_discharge_wh(&b, high));
		assert_true(battery_room_charge_wh(&b, low) >= battery_room_charge_wh(&b, high));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_member_has_its_range),
		cmocka_unit_test(the_soc_limits_must_leave_a_range),
		cmocka_unit_test(without_capacity_nothing_else_counts),
		cmocka_unit_test(equation_6_by_hand),
		cmocka_unit_test(the_most_of_a_slot_by_hand),
		cmocka_unit_test(the_fill_is_cut_to_0_and_1),
		cmocka_unit_test(equations_7_and_8_by_hand),
		cmocka_unit_test(no_battery_leaves_its_limits),
		cmocka_unit_test(more_soc_never_gives_less_to_discharge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
