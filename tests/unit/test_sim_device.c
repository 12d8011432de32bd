#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "core/units.h"
#include "hem-client/hdg/generator.h"
#include "hem-client/hdg/sim_device.h"
#include "tests/unit/batteries.h"

enum { SLOT_S = 900, SLOT_MS = SLOT_S * MS_PER_S };
#define START_MS INT64_C(1500000000000)

/* A source whose slot s has a load of s and PV of 2 s Wh. */
static void counting(const void *self, int64_t start_s, int64_t slot_s, struct slot_energy *ret)
{
	(void)self;
	*ret = (struct slot_energy){start_s / slot_s, 2 * (start_s / slot_s)};
}

static struct sim_device new_device(int64_t slot)
{
	const struct sim_home home = {
		.battery = plain_battery(), .idle_rule = IDLE_NONE, .slot_s = SLOT_S};
	const struct energy_source source = {NULL, counting};
	struct sim_device d;

	sim_device_init(&d, &home, &source, 0, START_MS, slot, 0.5);
	return d;
}

static struct device_reading must_read(struct sim_device *d, int64_t now_ms)
{
	struct device_reading r;
	char why[DEVICE_WHY_MAX];

	assert_int_equal(sim_device_ops.read(d, now_ms, &r, why), ERR_OK);
	return r;
}

static enum err write_setpoint(
	struct sim_device *d, int64_t slot, int64_t in, int64_t out, char why[DEVICE_WHY_MAX])
{
	const struct device_setpoint s = {slot, in, out, START_MS + (slot + 1) * SLOT_MS, false, 0};

	return sim_device_ops.write(d, &s, why);
}

/* Compared member by member: what lies between them is nobody's. */
static void check_same(const struct device_reading *a, const struct device_reading *b)
{
	assert_true(a->has_registers && b->has_registers && a->has_powers && b->has_powers);
	assert_int_equal(a->registers_slot, b->registers_slot);
	assert_int_equal(a->registers_age_ms, b->registers_age_ms);
	assert_memory_equal(&a->registers, &b->registers, sizeof a->registers);
	assert_true(a->soc == b->soc && a->pv_w == b->pv_w && a->load_w == b->load_w);
	assert_true(a->battery_w == b->battery_w && a->grid_w == b->grid_w);
}

static void before_the_market_nothing_is_known(void **state)
{
	struct sim_device d = new_device(-1);
	struct device_reading r = must_read(&d, START_MS - 1);

	(void)state;
	assert_false(r.has_registers || r.has_soc || r.has_powers);
	r = must_read(&d, START_MS);
	assert_true(r.has_registers && r.has_soc);
	assert_false(r.has_powers);
	assert_int_equal(r.registers_slot, -1);
	assert_int_equal(r.registers_age_ms, 0);
	assert_int_equal(r.registers.wh[REGISTER_PV], 0);
}

static void a_slot_passes_when_it_is_over(void **state)
{
	struct sim_device d = new_device(2);
	struct device_reading r = must_read(&d, START_MS + 4 * SLOT_MS - 1);

	(void)state;
	assert_int_equal(r.registers_slot, 2);
	assert_int_equal(r.registers_age_ms, SLOT_MS - 1);
	assert_false(r.has_powers);
	r = must_read(&d, START_MS + 4 * SLOT_MS);
	assert_int_equal(r.registers_slot, 3);
	assert_int_equal(r.registers_age_ms, 0);
	assert_int_equal(r.soc_age_ms, 0);
	assert_int_equal(r.registers.wh[REGISTER_PV], 6);
	assert_int_equal(r.registers.wh[REGISTER_EXPORT], 3);
	/* Wh in a quarter of an hour are a quarter of the mean power. */
	assert_true(r.has_powers && r.pv_w == 24 && r.load_w == 12 && r.grid_w == -12);
	assert_true(r.battery_w == 0);
	r = must_read(&d, START_MS + 4 * SLOT_MS + 7);
	assert_int_equal(r.registers_age_ms, 7);
	assert_int_equal(r.powers_age_ms, 7);
}

static void slots_that_passed_while_off_are_stepped(void **state)
{
	struct sim_device often = new_device(-1), once = new_device(-1);
	struct device_reading a = {0}, b;

	(void)state;
	for (int64_t now_ms = START_MS; now_ms <= START_MS + 100 * SLOT_MS; now_ms += SLOT_MS / 3)
		a = must_read(&often, now_ms);
	b = must_read(&once, START_MS + 100 * SLOT_MS);
	check_same(&a, &b);
	assert_int_equal(b.registers_slot, 99);
	assert_int_equal(b.registers.wh[REGISTER_PV], 99 * 100);
}

static void setpoints_are_obeyed_in_their_slot(void **state)
{
	struct sim_device d = new_device(-1);
	char why[DEVICE_WHY_MAX];
	struct device_reading r;

	(void)state;
	assert_int_equal(write_setpoint(&d, 1, 0, 300, why), ERR_OK);
	assert_int_equal(write_setpoint(&d, 0, 200, 0, why), ERR_OK);
	assert_int_equal(write_setpoint(&d, 1, 0, 250, why), ERR_OK);
	r = must_read(&d, START_MS + SLOT_MS);
	assert_int_equal(r.registers.wh[REGISTER_CHARGE], 200);
	assert_int_equal(r.registers.wh[REGISTER_DISCHARGE], 0);
	assert_true(r.battery_w == 800);
	r = must_read(&d, START_MS + 2 * SLOT_MS);
	assert_int_equal(r.registers.wh[REGISTER_CHARGE], 200);
	assert_int_equal(r.registers.wh[REGISTER_DISCHARGE], 250);
	assert_true(r.battery_w == -1000);
	r = must_read(&d, START_MS + 3 * SLOT_MS);
	assert_int_equal(r.registers.wh[REGISTER_DISCHARGE], 250);
	assert_int_equal(d.setpoint_count, 0);
}

/* Within a slot all flows evenly, until the second half has a net to keep. */
static void quarters_are_read_and_halves_are_kept(void **state)
{
	struct sim_device d = new_device(-1);
	struct device_setpoint s = {0, 0, 0, START_MS + SLOT_MS, true, 0};
	struct registers whole, first, second;
	char why[DEVICE_WHY_MAX];
	int64_t net_wh;

	(void)state;
	whole = must_read(&d, START_MS + SLOT_MS).registers;
	d = new_device(-1);
	assert_int_equal(sim_device_ops.quarter(&d, 0, 1, START_MS + SLOT_MS / 4 - 1, &first, why),
		ERR_LIMIT);
	assert_int_equal(
		sim_device_ops.quarter(&d, 1, 1, START_MS + SLOT_MS / 4, &first, why), ERR_LIMIT);
	assert_int_equal(
		sim_device_ops.quarter(&d, 0, 1, START_MS + SLOT_MS / 4, &first, why), ERR_OK);
	for (int i = 0; i < REGISTER_COUNT; i++)
		assert_int_equal(first.wh[i], whole.wh[i] / 4);
	net_wh = first.wh[REGISTER_IMPORT] - first.wh[REGISTER_EXPORT];
	s.half_net_wh = 2 * net_wh + 150;
	assert_int_equal(sim_device_ops.write(&d, &s, why), ERR_OK);
	assert_int_equal(
		sim_device_ops.quarter(&d, 0, 2, START_MS + SLOT_MS / 2, &second, why), ERR_OK);
	for (int i = 0; i < REGISTER_COUNT; i++)
		assert_int_equal(second.wh[i], whole.wh[i] / 2);
	whole = must_read(&d, START_MS + SLOT_MS).registers;
	assert_int_equal(whole.wh[REGISTER_IMPORT] - second.wh[REGISTER_IMPORT] -
				 (whole.wh[REGISTER_EXPORT] - second.wh[REGISTER_EXPORT]),
		2 * net_wh + 150);
	assert_int_equal(
		sim_device_ops.quarter(&d, 0, 1, START_MS + SLOT_MS, &first, why), ERR_LIMIT);
}

static void what_write_refuses(void **state)
{
	static const struct {
		struct device_setpoint setpoint;
		enum err err;
		const char *why;
	} cases[] = {
		{{5, 1, 0, START_MS + 6 * SLOT_MS, false, 0}, ERR_OK, ""},
		{{5, 0, 0, START_MS + 7 * SLOT_MS, false, 0}, ERR_OK, ""},
		{{5, 1, 1, START_MS + 6 * SLOT_MS, false, 0}, ERR_USAGE,
			"sim: a battery cannot charge and discharge in one slot"},
		{{5, -1, 0, START_MS + 6 * SLOT_MS, false, 0}, ERR_USAGE,
			"sim: an energy is negative"},
		{{5, 0, -1, START_MS + 6 * SLOT_MS, false, 0}, ERR_USAGE,
			"sim: an energy is negative"},
		{{5, 1, 0, START_MS + 6 * SLOT_MS - 1, false, 0}, ERR_USAGE,
			"sim: the deadline is before the slot's end"},
		{{4, 1, 0, START_MS + 5 * SLOT_MS, false, 0}, ERR_LIMIT, "sim: the slot is over"},
		{{3, 1, 0, START_MS + 5 * SLOT_MS, false, 0}, ERR_LIMIT, "sim: the slot is over"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct sim_device d = new_device(4), before = d;
		char why[DEVICE_WHY_MAX] = "";

		assert_int_equal(sim_device_ops.write(&d, &cases[i].setpoint, why), cases[i].err);
		assert_string_equal(why, cases[i].why);
		if (cases[i].err)
			assert_memory_equal(&d, &before, sizeof d);
	}
}

static void setpoints_have_their_number(void **state)
{
	struct sim_device d = new_device(-1);
	char why[DEVICE_WHY_MAX];

	(void)state;
	for (int64_t slot = 0; slot < SIM_SETPOINTS_MAX; slot++)
		assert_int_equal(write_setpoint(&d, slot, 1, 0, why), ERR_OK);
	assert_int_equal(write_setpoint(&d, SIM_SETPOINTS_MAX, 1, 0, why), ERR_LIMIT);
	assert_string_equal(why, "sim: too many set-points are waiting");
	assert_int_equal(write_setpoint(&d, SIM_SETPOINTS_MAX - 1, 2, 0, why), ERR_OK);
	(void)must_read(&d, START_MS + SLOT_MS);
	assert_int_equal(write_setpoint(&d, SIM_SETPOINTS_MAX, 1, 0, why), ERR_OK);
	(void)must_read(&d, START_MS + (SIM_SETPOINTS_MAX + 1) * (int64_t)SLOT_MS);
	assert_int_equal(d.state.registers.wh[REGISTER_CHARGE], SIM_SETPOINTS_MAX + 2);
}

static void a_restart_goes_on_from_the_text(void **state)
{
	struct generator g;
	const struct sim_home home = {
		.battery = plain_battery(), .idle_rule = IDLE_SELF_CONSUMPTION, .slot_s = SLOT_S};
	struct energy_source source;
	struct sim_device on, off;
	char text[SIM_TEXT_MAX];

	(void)state;
	assert_true(generator_init(&g, 7, 1, "2018-06-21", 41, 4000));
	source = generator_source(&g);
	sim_device_init(&on, &home, &source, 0, START_MS, -1, 0.4);
	(void)must_read(&on, START_MS + 50 * SLOT_MS);
	sim_encode(&on.state, text);
	sim_device_init(&off, &home, &source, 0, START_MS, -1, 0.9);
	assert_true(sim_decode(text, &off.state));
	for (int64_t slot = 51; slot <= 200; slot++) {
		struct device_reading a = must_read(&on, START_MS + slot * SLOT_MS);
		struct device_reading b = must_read(&off, START_MS + slot * SLOT_MS);

		check_same(&a, &b);
	}
	assert_true(on.state.registers.wh[REGISTER_PV] > 0);
}

static void open_and_close_do_no_harm(void **state)
{
	struct sim_device d = new_device(-1), before = d;
	char why[DEVICE_WHY_MAX];

	(void)state;
	assert_int_equal(sim_device_ops.open(&d, why), ERR_OK);
	sim_device_ops.close(&d);
	sim_device_ops.close(&d);
	assert_memory_equal(&d, &before, sizeof d);
	assert_string_equal(sim_device_ops.name, "sim");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_the_market_nothing_is_known),
		cmocka_unit_test(a_slot_passes_when_it_is_over),
		cmocka_unit_test(slots_that_passed_while_off_are_stepped),
		cmocka_unit_test(setpoints_are_obeyed_in_their_slot),
		cmocka_unit_test(quarters_are_read_and_halves_are_kept),
		cmocka_unit_test(what_write_refuses),
		cmocka_unit_test(setpoints_have_their_number),
		cmocka_unit_test(a_restart_goes_on_from_the_text),
		cmocka_unit_test(open_and_close_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
