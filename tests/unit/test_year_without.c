/* The same home without the market: what its battery does by itself, in figures made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "demo/year/without.h"

enum { SLOTS = 4 };

/* 2 kWh of sun over, 1 kWh short, nothing, 9 kWh short. */
static void energy(const void *self, int64_t start_s, int64_t slot_s, struct slot_energy *ret)
{
	static const struct slot_energy hours[SLOTS] = {
		{.load_wh = 1000, .pv_wh = 3000}, {.load_wh = 1000}, {0}, {.load_wh = 9000}};

	(void)self;
	assert_int_equal(slot_s, 3600);
	*ret = hours[start_s / slot_s - 24];
}

static struct sim_slot lived[SLOTS];
static int64_t seen;

static void visit(
	void *context, int64_t slot, const struct slot_energy *e, const struct sim_slot *s)
{
	assert_ptr_equal(context, lived);
	assert_int_equal(slot, seen++);
	assert_int_equal(e->load_wh, slot == 3 ? 9000 : slot == 2 ? 0 : 1000);
	lived[slot] = *s;
}

static struct sim_device device(void)
{
	struct sim_home home = {.battery = {.capacity_wh = 10000,
					.soc_min = 0.1,
					.soc_max = 0.9,
					.eta_charge = 1,
					.eta_discharge = 1,
					.power_charge_max_w = 1500,
					.power_discharge_max_w = 5000,
					.cost_cents = 1,
					.lifetime_wh = 1},
		.idle_rule = IDLE_NONE,
		.slot_s = 3600};
	struct energy_source source = {.energy = energy};
	struct sim_device d;

	sim_device_init(&d, &home, &source, 24 * 3600, 0, -1, 0.5);
	return d;
}

static void it_lives_on_the_self_consumption_rule(void **state)
{
	struct sim_device d = device();
	double soc;

	(void)state;
	seen = 0;
	soc = without_market(&d, 0.5, SLOTS, visit, lived);
	assert_int_equal(seen, SLOTS);
	/* The rate limits the first: 1500 of 2000 go in. */
	assert_int_equal(lived[0].charge_wh, 1500);
	assert_int_equal(lived[0].export_wh, 500);
	assert_int_equal(lived[1].discharge_wh, 1000);
	assert_int_equal(lived[1].import_wh, 0);
	assert_int_equal(lived[2].charge_wh + lived[2].discharge_wh, 0);
	/* 5500 Wh are in it, 1000 must stay. */
	assert_int_equal(lived[3].discharge_wh, 4500);
	assert_int_equal(lived[3].import_wh, 4500);
	assert_true(soc > 0.0999 && soc < 0.1001);
}

static void the_device_is_not_touched(void **state)
{
	struct sim_device d = device();

	(void)state;
	seen = 0;
	(void)without_market(&d, 0.5, SLOTS, visit, lived);
	assert_int_equal(d.state.slot, -1);
	assert_int_equal(d.state.registers.wh[REGISTER_IMPORT], 0);
	assert_int_equal(d.home.idle_rule, IDLE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_lives_on_the_self_consumption_rule),
		cmocka_unit_test(the_device_is_not_touched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
