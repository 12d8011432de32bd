#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "core/units.h"
#include "hem-client/hdg/sim.h"
#include "tests/unit/batteries.h"

enum { SLOTS_OF_A_HOME = 100, HOMES_TO_TRY = BATTERIES_TO_TRY / SLOTS_OF_A_HOME };

static struct sim_home plain_home(enum idle_rule idle_rule)
{
	return (struct sim_home){.battery = plain_battery(), .idle_rule = idle_rule, .slot_s = 900};
}

/* plain_battery() at 0.5, a slot of 900 s: at most 1250 Wh in or 1000 Wh out. */
static void one_slot_by_hand(void **state)
{
	static const struct {
		enum idle_rule idle_rule;
		struct slot_energy energy;
		struct sim_award award;
		struct sim_slot slot;
	} cases[] = {
		/* load, pv; award in, out; then in, out, import, export, awarded */
		{IDLE_NONE, {300, 100}, {0, 0}, {0, 0, 200, 0, 0}},
		{IDLE_NONE, {100, 300}, {0, 0}, {0, 0, 0, 200, 0}},
		{IDLE_NONE, {100, 100}, {0, 0}, {0, 0, 0, 0, 0}},
		{IDLE_NONE, {300, 100}, {500, 0}, {500, 0, 700, 0, 500}},
		{IDLE_NONE, {300, 100}, {0, 500}, {0, 500, 0, 300, 500}},
		{IDLE_NONE, {300, 100}, {1250, 0}, {1250, 0, 1450, 0, 1250}},
		{IDLE_NONE, {300, 100}, {1251, 0}, {1250, 0, 1450, 0, 1250}},
		{IDLE_NONE, {300, 100}, {0, 1000}, {0, 1000, 0, 800, 1000}},
		{IDLE_NONE, {300, 100}, {0, 1001}, {0, 1000, 0, 800, 1000}},
		/* Self-consumption: the surplus goes in, the load is covered, nothing is sold. */
		{IDLE_SELF_CONSUMPTION, {300, 100}, {0, 0}, {0, 200, 0, 0, 0}},
		{IDLE_SELF_CONSUMPTION, {100, 300}, {0, 0}, {200, 0, 0, 0, 0}},
		{IDLE_SELF_CONSUMPTION, {100, 100}, {0, 0}, {0, 0, 0, 0, 0}},
		{IDLE_SELF_CONSUMPTION, {2000, 500}, {0, 0}, {0, 1000, 500, 0, 0}},
		{IDLE_SELF_CONSUMPTION, {500, 2000}, {0, 0}, {1250, 0, 0, 250, 0}},
		/* Beside an award only in its direction, and only with the power it leaves. */
		{IDLE_SELF_CONSUMPTION, {300, 100}, {500, 0}, {500, 0, 700, 0, 500}},
		{IDLE_SELF_CONSUMPTION, {100, 300}, {500, 0}, {500, 0, 300, 0, 500}},
		{IDLE_SELF_CONSUMPTION, {100, 900}, {500, 0}, {800, 0, 0, 0, 500}},
		{IDLE_SELF_CONSUMPTION, {0, 2000}, {500, 0}, {1250, 0, 0, 750, 500}},
		{IDLE_SELF_CONSUMPTION, {300, 100}, {0, 500}, {0, 500, 0, 300, 500}},
		{IDLE_SELF_CONSUMPTION, {900, 100}, {0, 500}, {0, 800, 0, 0, 500}},
		{IDLE_SELF_CONSUMPTION, {2000, 0}, {0, 500}, {0, 1000, 1000, 0, 500}},
		{IDLE_SELF_CONSUMPTION, {100, 900}, {0, 500}, {0, 500, 0, 1300, 500}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct sim_home home = plain_home(cases[i].idle_rule);
		struct sim_state s;
		struct sim_slot slot;

		sim_init(&s, &home, 6, 0.5);
		sim_step(&home, &cases[i].energy, &cases[i].award, &s, &slot);
		assert_memory_equal(&slot, &cases[i].slot, sizeof slot);
		assert_int_equal(s.slot, 7);
		assert_int_equal(s.registers.wh[REGISTER_PV], cases[i].energy.pv_wh);
		assert_int_equal(s.registers.wh[REGISTER_IMPORT], slot.import_wh);
		assert_int_equal(s.registers.wh[REGISTER_EXPORT], slot.export_wh);
		assert_int_equal(s.registers.wh[REGISTER_CHARGE], slot.charge_wh);
		assert_int_equal(s.registers.wh[REGISTER_DISCHARGE], slot.discharge_wh);
		assert_true(s.soc ==
			    battery_step(&home.battery, 0.5, slot.charge_wh, slot.discharge_wh));
	}
}

static void full_and_empty(void **state)
{
	const struct sim_home home = plain_home(IDLE_SELF_CONSUMPTION);
	const struct slot_energy sunny = {0, 1000}, dark = {1000, 0};
	const struct sim_award in = {500, 0}, out = {0, 500};
	struct sim_state s;
	struct sim_slot slot;

	(void)state;
	sim_init(&s, &home, -1, 0.9);
	sim_step(&home, &sunny, &in, &s, &slot);
	assert_int_equal(slot.charge_wh, 0);
	assert_int_equal(slot.export_wh, 1000);
	/* Not even into the own load: the award asked for the other direction. */
	sim_step(&home, &dark, &in, &s, &slot);
	assert_int_equal(slot.discharge_wh, 0);
	assert_int_equal(slot.import_wh, 1000);
	sim_init(&s, &home, -1, 0.1);
	sim_step(&home, &dark, &out, &s, &slot);
	assert_int_equal(slot.discharge_wh, 0);
	assert_int_equal(slot.import_wh, 1000);
	assert_true(s.soc == 0.1);
}

static void a_home_without_battery(void **state)
{
	const struct sim_home home = {.idle_rule = IDLE_SELF_CONSUMPTION, .slot_s = 900};
	const struct slot_energy dark = {1000, 0};
	const struct sim_award none = {0};
	struct sim_state s;

	(void)state;
	sim_init(&s, &home, -1, 0.7);
	assert_true(s.soc == 0);
	sim_step(&home, &dark, &none, &s, NULL);
	assert_int_equal(s.registers.wh[REGISTER_IMPORT], 1000);
	assert_int_equal(s.registers.wh[REGISTER_DISCHARGE], 0);
	assert_true(s.soc == 0);
}

static void a_beginning_keeps_the_limits(void **state)
{
	const struct sim_home home = plain_home(IDLE_NONE);
	struct sim_state s;

	(void)state;
	sim_init(&s, &home, -1, 0);
	assert_true(s.soc == 0.1);
	sim_init(&s, &home, 5, 1);
	assert_true(s.soc == 0.9);
	assert_int_equal(s.slot, 5);
	sim_init(&s, &home, -1, 0.5);
	assert_true(s.soc == 0.5);
	for (int i = 0; i < REGISTER_COUNT; i++)
		assert_int_equal(s.registers.wh[i], 0);
}

static struct sim_award next_award(uint64_t *seed, const struct sim_home *home)
{
	int64_t most_wh = battery_rate_charge_wh(&home->battery, home->slot_s) + 10;
	int64_t wh = next_whole(seed, 0, most_wh);

	switch (next_whole(seed, 0, 3)) {
	case 0:
		return (struct sim_award){wh, 0};
	case 1:
		return (struct sim_award){0, wh};
	default:
		return (struct sim_award){0};
	}
}

static void check_registers(
	const struct sim_state *old, const struct sim_state *new, const struct slot_energy *energy)
{
	int64_t d[REGISTER_COUNT];

	for (int i = 0; i < REGISTER_COUNT; i++) {
		d[i] = new->registers.wh[i] - old->registers.wh[i];
		assert_true(d[i] >= 0);
	}
	assert_int_equal(d[REGISTER_PV] + d[REGISTER_IMPORT] + d[REGISTER_DISCHARGE],
		energy->load_wh + d[REGISTER_CHARGE] + d[REGISTER_EXPORT]);
	assert_int_equal(d[REGISTER_PV], energy->pv_wh);
	assert_true(d[REGISTER_CHARGE] == 0 || d[REGISTER_DISCHARGE] == 0);
	assert_true(d[REGISTER_IMPORT] == 0 || d[REGISTER_EXPORT] == 0);
}

/* An award that is possible is obeyed to the Wh; more is done only for the home itself. */
static void check_award(const struct sim_home *home, double soc, const struct slot_energy *energy,
	const struct sim_award *award, const struct sim_slot *slot)
{
	const struct battery *b = &home->battery;
	int64_t in = battery_charge_max_wh(b, soc, home->slot_s);
	int64_t out = battery_discharge_max_wh(b, soc, home->slot_s);
	int64_t asked = award->charge_wh + award->discharge_wh;
	int64_t most = award->charge_wh > 0 ? in : out;
	int64_t extra = slot->charge_wh + slot->discharge_wh - slot->awarded_wh;

	assert_true(slot->charge_wh <= in && slot->discharge_wh <= out);
	assert_int_equal(slot->awarded_wh, asked < most ? asked : most);
	assert_true(award->charge_wh == 0 || slot->discharge_wh == 0);
	assert_true(award->discharge_wh == 0 || slot->charge_wh == 0);
	assert_true(extra >= 0);
	if (home->idle_rule == IDLE_NONE)
		assert_int_equal(extra, 0);
	if (extra > 0 && slot->charge_wh > 0)
		assert_true(slot->import_wh == 0 && slot->charge_wh <= energy->pv_wh);
	if (extra > 0 && slot->discharge_wh > 0)
		assert_true(slot->export_wh == 0 && slot->discharge_wh <= energy->load_wh);
}

static void no_slot_breaks_a_law(void **state)
{
	uint64_t seed = seed_of_run();

	(void)state;
	for (int i = 0; i < HOMES_TO_TRY; i++) {
		struct sim_home home = {
			.battery = next_battery(&seed),
			.idle_rule = next_whole(&seed, 0, 1) ? IDLE_NONE : IDLE_SELF_CONSUMPTION,
			.slot_s = next_whole(&seed, 1, S_PER_DAY),
		};
		int64_t most_wh = battery_rate_charge_wh(&home.battery, home.slot_s) * 2 + 2;
		struct sim_state s;

		sim_init(&s, &home, -1, next_soc(&seed, &home.battery));
		for (int64_t slot = 0; slot < SLOTS_OF_A_HOME; slot++) {
			struct slot_energy energy = {
				next_whole(&seed, 0, most_wh), next_whole(&seed, 0, most_wh)};
			struct sim_award award = next_award(&seed, &home);
			struct sim_state before = s;
			struct sim_slot what;

			sim_step(&home, &energy, &award, &s, &what);
			assert_int_equal(s.slot, slot);
			assert_true(s.soc >= home.battery.soc_min && s.soc <= home.battery.soc_max);
			check_registers(&before, &s, &energy);
			check_award(&home, before.soc, &energy, &award, &what);
		}
	}
}

/* A run that is written down and read back after each slot is the run that was not. */
static void a_replay_from_text_is_the_same(void **state)
{
	const struct sim_home home = plain_home(IDLE_SELF_CONSUMPTION);
	uint64_t seed = seed_of_run();
	struct sim_state straight, stored;

	(void)state;
	sim_init(&straight, &home, -1, 0.3);
	stored = straight;
	for (int i = 0; i < 10000; i++) {
		struct slot_energy energy = {
			next_whole(&seed, 0, 1500), next_whole(&seed, 0, 1500)};
		struct sim_award award = next_award(&seed, &home);
		char text[SIM_TEXT_MAX];

		sim_step(&home, &energy, &award, &straight, NULL);
		sim_step(&home, &energy, &award, &stored, NULL);
		sim_encode(&stored, text);
		memset(&stored, 0x5A, sizeof stored);
		assert_true(sim_decode(text, &stored));
		assert_memory_equal(&stored, &straight, sizeof stored);
	}
}

static void the_text_is_this(void **state)
{
	const struct sim_state s = {
		.slot = -1, .registers = {{1, 2, 3, 4, INT64_C(1000000000000)}}, .soc = 0.1};
	char text[SIM_TEXT_MAX];

	(void)state;
	sim_encode(&s, text);
	assert_string_equal(text, "sim1 slot=-1 pv=1 import=2 export=3 charge=4 "
				  "discharge=1000000000000 soc=0.10000000000000001");
}

static void the_longest_text_fits(void **state)
{
	struct sim_state s = {.slot = INT64_MAX - 1, .soc = 0x1.fffffffffffffp-1022};
	char text[SIM_TEXT_MAX];
	struct sim_state back;

	(void)state;
	for (int i = 0; i < REGISTER_COUNT; i++)
		s.registers.wh[i] = REGISTER_WH_MAX;
	sim_encode(&s, text);
	assert_true(strlen(text) < SIM_TEXT_MAX - 1);
	assert_true(sim_decode(text, &back));
	assert_memory_equal(&back, &s, sizeof s);
}

#define TAIL " pv=1 import=2 export=3 charge=4 discharge=5 soc=0.5"

static void only_the_exact_text_is_read(void **state)
{
	static const char *const cases[] = {
		"",
		"sim1",
		"sim2 slot=1 pv=1 import=2 export=3 charge=4 discharge=5 soc=0.5",
		"sim1 slot=1 pv=1 import=2 export=3 charge=4 discharge=5 soc=0.5 ",
		"sim1 slot=1 pv=1 import=2 export=3 charge=4 discharge=5 soc=0.5\n",
		" sim1 slot=1 pv=1 import=2 export=3 charge=4 discharge=5 soc=0.5",
		"sim1 slot=1 pv=1 import=2 export=3 charge=4 soc=0.5",
		"sim1 slot=1 import=2 pv=1 export=3 charge=4 discharge=5 soc=0.5",
		"sim1 slot=-44642 pv=1 import=2 export=3 charge=4 discharge=5 soc=0.5",
		"sim1 slot=01 pv=1 import=2 export=3 charge=4 discharge=5 soc=0.5",
		"sim1 slot=+1 pv=1 import=2 export=3 charge=4 discharge=5 soc=0.5",
		"sim1 slot=9223372036854775807" TAIL,
		"sim1 slot=99999999999999999999" TAIL,
		"sim1 slot=1 pv=-1 import=2 export=3 charge=4 discharge=5 soc=0.5",
		"sim1 slot=1 pv= import=2 export=3 charge=4 discharge=5 soc=0.5",
		"sim1 slot=1 pv=1000000000001 import=2 export=3 charge=4 discharge=5 soc=0.5",
		"sim1 slot=1 pv=1 import=2 export=3 charge=4 discharge=5 soc=0.50",
		"sim1 slot=1 pv=1 import=2 export=3 charge=4 discharge=5 soc=-0.1",
		"sim1 slot=1 pv=1 import=2 export=3 charge=4 discharge=5 soc=1.0000000000000002",
		"sim1 slot=1 pv=1 import=2 export=3 charge=4 discharge=5 soc=nan",
		"sim1 slot=1 pv=1 import=2 export=3 charge=4 discharge=5 soc=inf",
		"sim1 slot=1 pv=1 import=2 export=3 charge=4 discharge=5 soc=",
	};
	struct sim_state s, before;

	(void)state;
	memset(&s, 0x5A, sizeof s);
	before = s;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_false(sim_decode(cases[i], &s));
		assert_memory_equal(&s, &before, sizeof s);
	}
	assert_true(
		sim_decode("sim1 slot=1 pv=1 import=2 export=3 charge=4 discharge=5 soc=0.5", &s));
	assert_true(
		sim_decode("sim1 slot=-1 pv=0 import=0 export=0 charge=0 discharge=0 soc=0", &s));
	assert_true(
		sim_decode("sim1 slot=0 pv=0 import=0 export=0 charge=0 discharge=0 soc=1", &s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_slot_by_hand),
		cmocka_unit_test(full_and_empty),
		cmocka_unit_test(a_home_without_battery),
		cmocka_unit_test(a_beginning_keeps_the_limits),
		cmocka_unit_test(no_slot_breaks_a_law),
		cmocka_unit_test(a_replay_from_text_is_the_same),
		cmocka_unit_test(the_text_is_this),
		cmocka_unit_test(the_longest_text_fits),
		cmocka_unit_test(only_the_exact_text_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
