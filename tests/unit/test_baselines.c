/* What a home was told it is scheduled to draw, and how it holds a statement against it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "core/cpf.h"
#include "hem-client/ems/baselines.h"
#include "hem-client/ems/orders.h"
#include "hem-client/ems/readings.h"
#include "hem-client/ems/statement_check.h"
#include "tests/lib/sample_params.h"
#include "tests/unit/hem_scratch.h"

enum { SLOT = 20, AWARD = 7 };

static void told(uint64_t seq, int64_t first_slot, int32_t wh, int32_t next_wh)
{
	const int32_t net_wh[] = {wh, next_wh};
	const struct net_window window = {first_slot, 2, net_wh};

	assert_int_equal(baselines_put(&db, &window, seq), ERR_OK);
}

static void what_was_told_last_is_kept(void **state)
{
	int64_t wh = 5;

	(void)state;
	assert_int_equal(baselines_get(&db, SLOT, &wh), ERR_NOT_FOUND);
	assert_int_equal(wh, 5);
	told(5, SLOT, 1000, -20);
	told(9, SLOT + 1, 30, 40);
	told(7, SLOT, 999, 31); /* late: said between */
	assert_int_equal(baselines_get(&db, SLOT, &wh), ERR_OK);
	assert_int_equal(wh, 999);
	assert_int_equal(baselines_get(&db, SLOT + 1, &wh), ERR_OK);
	assert_int_equal(wh, 30);
	assert_int_equal(baselines_prune(&db, SLOT + 1 + READINGS_KEEP_SLOTS), ERR_OK);
	assert_int_equal(baselines_get(&db, SLOT, &wh), ERR_NOT_FOUND);
	assert_int_equal(baselines_get(&db, SLOT + 1, &wh), ERR_OK);
}

/* The home imported 700 Wh in SLOT and was awarded 400 below its schedule. */
static void live(void)
{
	struct reading r = {.slot = SLOT - 1};
	struct my_order o = {.req_id = "abcdefgh",
		.auction = 3,
		.slot = SLOT,
		.side = SIDE_SELL,
		.measure = MEASURE_BASELINE,
		.quantity_wh = 400};
	const struct order_outcome outcome = {AWARD, MY_ORDER_AWARDED, true, 400, 1000};

	assert_int_equal(readings_add(&db, &r, "request-1"), ERR_OK);
	r.slot = SLOT;
	r.registers.wh[REGISTER_IMPORT] = 700;
	assert_int_equal(readings_add(&db, &r, "request-2"), ERR_OK);
	assert_int_equal(orders_add(&db, &o), ERR_OK);
	assert_int_equal(orders_receipted(&db, o.req_id, AWARD), ERR_OK);
	assert_int_equal(orders_outcome(&db, &outcome), ERR_OK);
}

/* What the home says of a statement that it delivered so much. */
static const char *said(int64_t wh)
{
	static struct statement s;
	const struct params params = sample_params();
	const struct statement_check check = {.statement = &s, .params = &params};
	const char *contradiction = "none yet";

	memset(&s, 0, sizeof s);
	s.slot = SLOT;
	home_modes_init(&s.modes, MODE_TE);
	s.metered = true;
	s.consumption_wh = 700;
	s.cpf_hundredths = cpf_hundredths(0, 700);
	s.delivery_count = 1;
	s.deliveries[0] = (struct statement_delivery){AWARD, wh, DELIVERY_METERED};
	assert_int_equal(statement_check(&check, &db, &contradiction), ERR_OK);
	return contradiction;
}

static void a_delivery_is_held_against_the_baseline(void **state)
{
	(void)state;
	live();
	/* Never told: nothing can be said. */
	assert_null(said(0));
	assert_null(said(400));
	told(1, SLOT, 1000, 0);
	assert_null(said(300));
	assert_non_null(said(299));
	assert_non_null(said(301));
	/* Told anew. */
	told(2, SLOT, 2000, 0);
	assert_null(said(400));
	assert_non_null(said(300));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_was_told_last_is_kept, hem_scratch_open, hem_scratch_close),
		cmocka_unit_test_setup_teardown(a_delivery_is_held_against_the_baseline,
			hem_scratch_open, hem_scratch_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
