/* The market's own aggregator over a real market: yesterday's net from history, today's from the
 * homes' signed readings of the first quarter, an auction for the second half, once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "engine/aggregator_desk.h"
#include "tests/unit/little_market.h"

enum { PROJECTS_MS = LITTLE_SLOT_MS / 16 * 5 };

static struct little_market m;
static struct aggregator_desk desk;

/* Registers of the day before: each home imported that much in slot -24 (slot 0's yesterday). */
static void live_yesterday(int64_t import_wh)
{
	const uint8_t no_signature[SIGNATURE_LEN] = {0};

	for (int n = 0; n < LITTLE_HOMES; n++) {
		uint32_t home = home_find(&m.engine.market->homes, m.homes[n].id)->number;
		struct reading r = {.slot = -25};
		assert_int_equal(csm_db_add_history(&m.engine.csm, home, &r, no_signature), ERR_OK);
		r.slot = -24;
		r.registers.wh[REGISTER_IMPORT] = import_wh;
		assert_int_equal(csm_db_add_history(&m.engine.csm, home, &r, no_signature), ERR_OK);
		m.homes[n].registers = r.registers;
	}
}

static int setup(void **state)
{
	(void)state;
	little_open(&m);
	assert_int_equal(
		aggregator_desk_open(&desk, &m.engine, m.aggregator_key, LITTLE_HOMES), ERR_OK);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	aggregator_desk_close(&desk);
	little_close(&m);
	return 0;
}

/* Let the homes live a slot up to the readings of its first quarter, in which each imports that
 * much; of the slots before they have told everything. */
static void live_quarter(int64_t slot, int64_t import_wh)
{
	little_advance(&m, little_slot_ms(slot) + 1000);
	for (int n = 0; n < LITTLE_HOMES; n++)
		little_state(&m, n, slot - 1, 0);
	little_advance(&m, little_slot_ms(slot) + LITTLE_SLOT_MS / 4 + 1000);
	for (int n = 0; n < LITTLE_HOMES; n++) {
		m.homes[n].registers.wh[REGISTER_IMPORT] += import_wh;
		little_state(&m, n, slot, 1);
	}
}

static struct aggregator_news run(int64_t now_ms, bool want_judged)
{
	struct aggregator_news news = {.taken = false};
	bool judged = !want_judged;

	m.now_ms = now_ms;
	assert_int_equal(aggregator_desk_run(&desk, &m.engine, now_ms, &news, &judged), ERR_OK);
	assert_int_equal(judged, want_judged);
	little_collect(&m);
	return news;
}

static void it_buys_when_the_community_is_short(void **state)
{
	struct aggregator_news news;
	const struct auction *a;
	int64_t due_ms = little_slot_ms(0) + PROJECTS_MS;
	char topic[40];

	(void)state;
	assert_int_equal(aggregator_desk_next_ms(&desk, &m.engine), due_ms);
	live_yesterday(400);
	live_quarter(0, 250);
	(void)run(due_ms - 1, false);
	assert_int_equal(aggregator_desk_next_ms(&desk, &m.engine), due_ms);
	news = run(due_ms, true);
	assert_int_equal(news.projected.homes, LITTLE_HOMES);
	assert_int_equal(news.projected.metered_wh, 3000);
	assert_int_equal(news.projected.scheduled_wh, 1200);
	assert_true(news.trades && news.taken);
	assert_int_equal(m.engine.market->ledger.auctions.auction_count, 1);
	a = &m.engine.market->ledger.auctions.auctions[0];
	assert_int_equal(a->contract.side, SIDE_BUY);
	assert_int_equal(a->contract.measure, MEASURE_BEFORE_AFTER);
	assert_int_equal(a->contract.quantity_wh, 1800);
	assert_int_equal(a->contract.limit_mc_per_kwh, 25400);
	assert_int_equal(a->contract.slot, 0);
	assert_int_equal(a->opener, ACCOUNT_FIRST_ROLE);
	/* Like everyone's: logged, receipted, announced. */
	assert_non_null(little_find(&m, "/to/aggregator/receipt", 0));
	(void)snprintf(topic, sizeof topic, "/auctions/%llu", (unsigned long long)a->seq);
	assert_non_null(little_find(&m, topic, 0));
	(void)run(due_ms + 1000, false); /* once */
	assert_int_equal(
		aggregator_desk_next_ms(&desk, &m.engine), little_slot_ms(1) + PROJECTS_MS);
}

static void it_sells_when_the_community_is_long(void **state)
{
	struct aggregator_news news;

	(void)state;
	live_yesterday(1000);
	live_quarter(0, 100);
	news = run(little_slot_ms(0) + PROJECTS_MS, true);
	assert_true(news.trades && news.taken && !news.few);
	assert_int_equal(news.order.side, SIDE_SELL);
	assert_int_equal(news.order.quantity_wh, 1800);
}

/* What it asks for would tell a home of few neighbours what they draw; the log is told why. */
static void it_trades_for_no_fewer_than_it_may(void **state)
{
	struct aggregator_news news;

	(void)state;
	desk.homes_min = LITTLE_HOMES + 1;
	live_yesterday(1000);
	live_quarter(0, 100);
	news = run(little_slot_ms(0) + PROJECTS_MS, true);
	assert_true(news.few && !news.trades && news.wanted_wh == 0);
	assert_int_equal(news.projected.homes, LITTLE_HOMES);
}

/* What is scheduled in the ledger counts, whatever yesterday was. */
static void it_holds_the_schedule_of_the_ledger(void **state)
{
	const int32_t net_wh[] = {2500};
	const struct net_window window = {1, 1, net_wh};
	struct aggregator_news news;
	char text[512];
	struct out out;

	(void)state;
	live_yesterday(1000);
	little_advance(&m, little_slot_ms(0) + 1000);
	out_init(&out, text, sizeof text);
	message_write_schedule(&out, m.genesis.params.roles[0].address.text, &window);
	little_send(&m, "aggregator", OPERATION_SCHEDULE, &out,
		&(struct signer){.key = m.aggregator_key});
	live_quarter(0, 0);
	live_quarter(1, 250);
	news = run(little_slot_ms(1) + PROJECTS_MS, true);
	assert_true(news.projected.is_scheduled);
	assert_int_equal(news.projected.scheduled_wh, 2500);
	assert_int_equal(news.projected.metered_wh, 3000);
	assert_true(news.trades && news.taken);
	assert_int_equal(news.order.quantity_wh, 500);
}

static void it_is_silent_on_schedule_and_without_readings(void **state)
{
	struct aggregator_news news;

	(void)state;
	live_yesterday(1000);
	live_quarter(0, 252);
	news = run(little_slot_ms(0) + PROJECTS_MS, true);
	assert_int_equal(news.projected.homes, LITTLE_HOMES);
	assert_false(news.trades);
	little_advance(&m, little_slot_ms(1) + 1000);
	news = run(little_slot_ms(1) + PROJECTS_MS, true); /* nobody has told anything */
	assert_int_equal(news.deviation.homes, 0);
	assert_int_equal(news.projected.homes, 0);
	assert_false(news.trades);
}

/* What became of a slot is judged in the next, and teaches what a first quarter is worth. */
static void it_learns_what_lasts(void **state)
{
	struct aggregator_news news;

	(void)state;
	live_yesterday(400);
	live_quarter(0, 250); /* and nothing after it */
	assert_int_equal(run(little_slot_ms(0) + PROJECTS_MS, true).order.quantity_wh, 1800);
	live_quarter(1, 0);
	news = run(little_slot_ms(1) + PROJECTS_MS, true);
	assert_int_equal(news.deviation.slot, 0);
	assert_int_equal(news.deviation.homes, LITTLE_HOMES);
	assert_int_equal(news.deviation.metered_wh, 750);
	assert_true(projection_expect(&desk.projection, 9, 1800) < 1800);
}

/* After a crash it does not meet the same need twice. */
static void a_need_is_met_once(void **state)
{
	struct aggregator_news news;

	(void)state;
	live_yesterday(400);
	live_quarter(0, 250);
	assert_true(run(little_slot_ms(0) + PROJECTS_MS, true).taken);
	aggregator_desk_close(&desk);
	inspector_free(m.inspector);
	engine_close(&m.engine);
	assert_int_equal(engine_open(&m.engine, m.csm, m.ledger, m.operator_key), ERR_OK);
	assert_int_equal(
		inspector_new(m.engine.keyring, m.genesis.market, KEY_P256, &m.inspector), ERR_OK);
	assert_int_equal(
		aggregator_desk_open(&desk, &m.engine, m.aggregator_key, LITTLE_HOMES), ERR_OK);
	news = run(little_slot_ms(0) + PROJECTS_MS + 2000, true);
	assert_int_equal(news.projected.metered_wh, 3000);
	assert_false(news.trades);
	assert_int_equal(m.engine.market->ledger.auctions.auction_count, 1);
}

/* An engine that has no time yet: the first judgement is the first slot's. */
static void before_the_first_tick_the_first_slot_is_next(void **state)
{
	int64_t now_ms = m.engine.now_ms;

	(void)state;
	m.engine.now_ms = INT64_MIN;
	assert_int_equal(
		aggregator_desk_next_ms(&desk, &m.engine), little_slot_ms(0) + PROJECTS_MS);
	m.engine.now_ms = now_ms;
}

static void only_genesis_aggregator_may(void **state)
{
	struct aggregator_desk other;

	(void)state;
	assert_int_equal(
		aggregator_desk_open(&other, &m.engine, m.homes[0].ems, LITTLE_HOMES), ERR_CONFIG);
	assert_int_equal(aggregator_desk_next_ms(&other, &m.engine), INT64_MAX);
	aggregator_desk_close(&other);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(it_buys_when_the_community_is_short),
		TEST(it_sells_when_the_community_is_long),
		TEST(it_trades_for_no_fewer_than_it_may),
		TEST(it_holds_the_schedule_of_the_ledger),
		TEST(it_is_silent_on_schedule_and_without_readings),
		TEST(it_learns_what_lasts),
		TEST(a_need_is_met_once),
		TEST(before_the_first_tick_the_first_slot_is_next),
		TEST(only_genesis_aggregator_may),
	};

	return cmocka_run_group_tests_name("aggregator_desk", tests, NULL, NULL);
}
