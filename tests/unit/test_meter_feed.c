/* What a forecast is made of, out of a real market's files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "store/meter_feed.h"
#include "tests/unit/little_market.h"

enum { HORIZON = 4, ROWS_MAX = 8 };

static struct little_market m;
static struct meter_feed feed;
static struct meter_feed_row rows[ROWS_MAX];
static size_t count;

static int setup(void **state)
{
	(void)state;
	little_open(&m);
	assert_int_equal(meter_feed_open(&feed, m.folder), ERR_OK);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	meter_feed_close(&feed);
	little_close(&m);
	return 0;
}

static void note_row(void *context, const struct meter_feed_row *row)
{
	(void)context;
	assert_true(count < ROWS_MAX);
	rows[count++] = *row;
}

static struct meter_feed_home homes[ROWS_MAX];

static void note_home(void *context, const struct meter_feed_home *home)
{
	(void)context;
	assert_true(count < ROWS_MAX);
	assert_string_equal(home->client_id, m.homes[count].id);
	homes[count++] = *home;
}

static void take_slot(int64_t slot)
{
	count = 0;
	assert_int_equal(meter_feed_slot(&feed, slot, HORIZON, note_row, NULL), ERR_OK);
}

static uint32_t number_of(int n)
{
	return home_find(&m.engine.market->homes, m.homes[n].id)->number;
}

static void the_registered_homes_are_told(void **state)
{
	int64_t slot = 7;

	(void)state;
	count = 0;
	assert_int_equal(meter_feed_homes(&feed, 0, note_home, NULL), ERR_OK);
	assert_int_equal(count, LITTLE_HOMES);
	assert_int_equal(homes[1].number, number_of(1));
	assert_int_equal(homes[1].pv_w, 8000);
	assert_int_equal(homes[1].baseline_end, 0);
	/* Nothing is metered or scheduled yet. */
	assert_int_equal(meter_feed_first(&feed, &slot), ERR_NOT_FOUND);
	assert_int_equal(slot, 7);
	assert_int_equal(meter_feed_scheduled(&feed, &slot), ERR_OK);
	assert_int_equal(slot, 0);
	take_slot(0);
	assert_int_equal(count, 0);
}

/* Home 0 sells 300 Wh of its battery in slot 1, home 1 offers and wins nothing, home 2 is silent.
 */
static void registers_and_awards_come_together(void **state)
{
	int64_t slot = 7;
	uint64_t auction;

	(void)state;
	little_advance(&m, little_slot_ms(0) + 1000);
	for (int n = 0; n < LITTLE_HOMES; n++)
		little_reading(&m, n, -1, 10, 20, 30);
	auction = little_auction(&m, 1, 300);
	little_offer(&m, 0, 1, auction, 500, 5000, 0);
	little_offer(&m, 1, 1, auction, 500, 9000, 0);
	little_advance(&m, little_slot_ms(1) - 1000); /* the gate */
	for (slot = 0; slot < 2; slot++) {
		little_advance(&m, little_slot_ms(slot + 1) + 1000);
		for (int n = 0; n < 2; n++)
			little_reading(&m, n, slot, 100 + n, 200, 350);
	}
	assert_int_equal(meter_feed_first(&feed, &slot), ERR_OK);
	assert_int_equal(slot, 0);
	take_slot(0);
	assert_int_equal(count, 2);
	assert_int_equal(rows[0].sold_wh, 0);
	take_slot(1);
	assert_int_equal(count, 2);
	assert_int_equal(rows[0].home, number_of(0));
	assert_int_equal(rows[1].home, number_of(1));
	assert_int_equal(rows[1].delta.wh[REGISTER_PV], 101);
	assert_int_equal(rows[0].delta.wh[REGISTER_IMPORT], 200);
	assert_int_equal(rows[0].delta.wh[REGISTER_DISCHARGE], 350);
	assert_int_equal(rows[0].sold_wh, 300);
	assert_int_equal(rows[0].bought_wh, 0);
	assert_int_equal(rows[1].sold_wh, 0);
}

static void a_folder_without_a_market_is_refused(void **state)
{
	struct meter_feed none;

	(void)state;
	assert_int_equal(meter_feed_open(&none, "/nonexistent"), ERR_NOT_FOUND);
	assert_non_null(strstr(none.why, "/nonexistent"));
	meter_feed_close(&none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_registered_homes_are_told, setup, teardown),
		cmocka_unit_test_setup_teardown(
			registers_and_awards_come_together, setup, teardown),
		cmocka_unit_test(a_folder_without_a_market_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
