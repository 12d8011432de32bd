/* Tariffs: whose they are, for when, which counts, and what the aggregator's limits make of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/vpp/limit_prices.h"
#include "tests/lib/network_scene.h"

enum { AHEAD = 192 /* two days of quarter hours */ };

static struct small_ledger s;
static int32_t imports[SCHEDULE_SLOTS_MAX], exports[SCHEDULE_SLOTS_MAX];
static int32_t wholesale[SCHEDULE_SLOTS_MAX];

static int scene_open(void **state)
{
	(void)state;
	network_open(&s, "dso", "tso");
	for (int i = 0; i < SCHEDULE_SLOTS_MAX; i++) {
		imports[i] = 30000 + i;
		exports[i] = 8000 + i;
		wholesale[i] = 9000 + i;
	}
	return 0;
}

static int scene_free(void **state)
{
	(void)state;
	small_free(&s);
	return 0;
}

static struct tx tariff(uint32_t role, int64_t first_slot, uint32_t count)
{
	struct tx tx = small_tx(&s, TX_TARIFF);

	tx.address = sample_address(role);
	tx.u.tariff = (struct tariff_window){.first_slot = first_slot,
		.count = count,
		.export_mc = exports,
		.import_mc = imports,
		.wholesale_mc = wholesale};
	return tx;
}

static void next_slot(void)
{
	small_end_slot(&s);
	small_close(&s);
}

static void prices_are(int64_t slot, int32_t export_mc, int32_t import_mc, int32_t wholesale_mc)
{
	struct tariff_prices p = tariff_of_slot(s.l, slot);

	assert_int_equal(p.export_mc, export_mc);
	assert_int_equal(p.import_mc, import_mc);
	assert_int_equal(p.wholesale_mc, wholesale_mc);
}

static void they_are_the_aggregators_alone(void **state)
{
	struct tx tx = tariff(SMALL_ROLE, 1, 1);

	(void)state;
	network_expect(&s, &tx, VERDICT_OK, "");
	tx = tariff(SCENE_TSO, 1, 1);
	network_expect(&s, &tx, VERDICT_NOT_ALLOWED, "address");
	tx = tariff(1, 1, 1);
	network_expect(&s, &tx, VERDICT_NOT_ADMITTED, "address");
	small_admit(&s, 0, 1, 1);
	tx = tariff(1, 1, 1);
	network_expect(&s, &tx, VERDICT_NOT_ALLOWED, "address");
}

static void slots_and_prices_have_bounds(void **state)
{
	struct tx tx = tariff(SMALL_ROLE, 0, 1);

	(void)state;
	network_expect(&s, &tx, VERDICT_HORIZON, "first_slot");
	tx = tariff(SMALL_ROLE, AHEAD, 1);
	network_expect(&s, &tx, VERDICT_OK, "");
	tx = tariff(SMALL_ROLE, AHEAD + 1, 1);
	network_expect(&s, &tx, VERDICT_HORIZON, "import_mc_per_kwh");
	tx = tariff(SMALL_ROLE, 1, 96);
	imports[95] = PRICE_MC_MAX;
	exports[95] = PRICE_MC_MAX;
	wholesale[95] = PRICE_MC_MAX;
	network_expect(&s, &tx, VERDICT_OK, "");
	wholesale[95]++;
	network_expect(&s, &tx, VERDICT_OUT_OF_RANGE, "wholesale_mc_per_kwh");
	tx.u.tariff.wholesale_mc = NULL;
	network_expect(&s, &tx, VERDICT_OK, "");
	imports[95]++;
	network_expect(&s, &tx, VERDICT_OUT_OF_RANGE, "import_mc_per_kwh");
	imports[95] = PRICE_MC_MAX - 1;
	network_expect(&s, &tx, VERDICT_BAD_TERMS, "import_mc_per_kwh");
	exports[95] = -1;
	network_expect(&s, &tx, VERDICT_OUT_OF_RANGE, "export_mc_per_kwh");
}

static void the_last_one_counts_for_a_slot(void **state)
{
	struct tx tx = tariff(SMALL_ROLE, 1, 3);
	int32_t import_mc = (int32_t)s.params.import_mc_per_kwh;
	int32_t export_mc = (int32_t)s.params.export_mc_per_kwh;

	(void)state;
	small_do(&s, &tx);
	prices_are(0, export_mc, import_mc, TARIFF_NONE);
	prices_are(1, 8000, 30000, 9000);
	prices_are(3, 8002, 30002, 9002);
	prices_are(4, export_mc, import_mc, TARIFF_NONE);
	tx = tariff(SMALL_ROLE, 2, 1);
	tx.u.tariff.wholesale_mc = NULL;
	small_do(&s, &tx);
	prices_are(1, 8000, 30000, 9000);
	prices_are(2, 8000, 30000, TARIFF_NONE);
	prices_are(3, 8002, 30002, 9002);
}

/* A tariff is kept until the block after that of its last slot is closed. */
static void they_are_forgotten_when_all_is_settled(void **state)
{
	struct tx tx = tariff(SMALL_ROLE, 1, 2);

	(void)state;
	small_do(&s, &tx);
	for (int slot = 0; slot < 3; slot++) {
		next_slot();
		assert_int_equal(s.l->tariffs.count, 1);
	}
	next_slot();
	assert_int_equal(s.l->tariffs.count, 0);
}

/* An aggregator that says the next day's prices anew in every slot has no more than it needs. */
static void what_later_ones_replace_is_forgotten(void **state)
{
	struct tx tx = tariff(SMALL_ROLE, 1, 4);

	(void)state;
	small_do(&s, &tx);
	tx = tariff(SMALL_ROLE, 2, 1);
	small_do(&s, &tx);
	tx = tariff(SMALL_ROLE, 3, 2);
	small_do(&s, &tx);
	for (int slot = 1; slot < 4; slot++) {
		next_slot();
		assert_int_equal(s.l->tariffs.count, slot < 3 ? 3 : 2); /* slot 1 is settled in 2 */
		assert_int_equal(s.l->tariffs.rows[0].first_slot, slot < 3 ? 1 : 2);
	}
	prices_are(3, 8000, 30000, 9000);
}

static void only_so_many_are_kept(void **state)
{
	struct tx tx;

	(void)state;
	for (int i = 0; i < TARIFFS_MAX; i++) {
		tx = tariff(SMALL_ROLE, 5, 1);
		small_do(&s, &tx);
	}
	tx = tariff(SMALL_ROLE, 5, 1);
	network_expect(&s, &tx, VERDICT_TOO_MANY, "");
}

static void the_state_has_them(void **state)
{
	struct tx tx = tariff(SMALL_ROLE, 9, 96);
	struct ledger *other;

	(void)state;
	small_do(&s, &tx);
	next_slot();
	small_root_has(&s, &s.l->tariffs.count);
	other = small_restored(&s);
	assert_memory_equal(&s.l->tariffs, &other->tariffs, sizeof other->tariffs);
	free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, scene_open, scene_free)
		T(they_are_the_aggregators_alone),
		T(slots_and_prices_have_bounds),
		T(the_last_one_counts_for_a_slot),
		T(they_are_forgotten_when_all_is_settled),
		T(what_later_ones_replace_is_forgotten),
		T(only_so_many_are_kept),
		T(the_state_has_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
