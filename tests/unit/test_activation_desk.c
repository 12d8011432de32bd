/* The market's own aggregator when the TSO asks for regulation: an auction for each activation, at
 * once or within the slot, once, and not by a clock that the market does not believe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "engine/aggregator_desk.h"
#include "tests/unit/network_market.h"
#include "wire/service_form.h"

enum { SLOT = 3, PROJECTS_MS = LITTLE_SLOT_MS / 16 * 5, PRICE = 30000 };

static struct network_market n;
static struct aggregator_desk desk;

static int setup(void **state)
{
	(void)state;
	network_market_open(&n, SILENCE_REFUSES);
	assert_int_equal(
		aggregator_desk_open(&desk, &n.m.engine, n.m.aggregator_key, LITTLE_HOMES), ERR_OK);
	little_advance(&n.m, little_slot_ms(0) + 1000);
	little_money(&n.m, OPERATION_DEPOSIT, "tso", 2000000000);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	aggregator_desk_close(&desk);
	network_market_close(&n);
	return 0;
}

static const struct ledger *ledger(void)
{
	return &n.m.engine.market->ledger;
}

static void ask(int64_t slot, enum regulation regulation, enum measure measure, int64_t wh)
{
	const struct activation_terms t = {.slot = slot,
		.regulation = regulation,
		.measure = measure,
		.energy_wh = wh,
		.price_mc_per_kwh = PRICE};
	uint32_t before = ledger()->activations.count;
	char text[512];
	struct out out;

	out_init(&out, text, sizeof text);
	service_form_write_activate(&out, network_address(&n, (int)NETWORK_TSO), &t);
	network_say(&n, NETWORK_TSO, OPERATION_ACTIVATE, &out);
	assert_int_equal(ledger()->activations.count, before + 1);
}

/* The desk's turn at that time: what it answers, at most one. */
static struct aggregator_answer turn(int64_t now_ms, bool want_answered)
{
	struct aggregator_answer answer = {.taken = false};
	bool answered = !want_answered;

	assert_int_equal(
		aggregator_desk_answer(&desk, &n.m.engine, now_ms, &answer, &answered), ERR_OK);
	assert_int_equal(answered, want_answered);
	little_collect(&n.m);
	return answer;
}

static void it_answers_at_once_and_once(void **state)
{
	struct aggregator_answer answer;
	const struct auction *a;

	(void)state;
	assert_int_equal(
		aggregator_desk_next_ms(&desk, &n.m.engine), little_slot_ms(0) + PROJECTS_MS);
	ask(SLOT, REGULATION_UP, MEASURE_STORAGE, 2000);
	assert_int_equal(aggregator_desk_next_ms(&desk, &n.m.engine), n.m.now_ms);
	answer = turn(n.m.now_ms, true);
	assert_true(answer.trades && answer.taken);
	a = auction_find(&ledger()->auctions, ledger()->activations.rows[0].auction);
	assert_non_null(a);
	assert_int_equal(a->contract.activation, ledger()->activations.rows[0].seq);
	assert_int_equal(a->contract.side, SIDE_BUY);
	assert_int_equal(a->contract.slot, SLOT);
	assert_int_equal(a->contract.quantity_wh, 2000);
	assert_int_equal(a->contract.limit_mc_per_kwh, PRICE);
	(void)turn(n.m.now_ms, false);
	assert_int_equal(
		aggregator_desk_next_ms(&desk, &n.m.engine), little_slot_ms(0) + PROJECTS_MS);
	ask(SLOT, REGULATION_DOWN, MEASURE_STORAGE, 100);
	assert_int_equal(turn(n.m.now_ms, true).order.side, SIDE_SELL);
	assert_int_equal(ledger()->auctions.auction_count, 2);
}

static void within_a_slot_it_answers_at_once(void **state)
{
	(void)state;
	little_advance(&n.m, little_slot_ms(0) + LITTLE_SLOT_MS / 4);
	ask(0, REGULATION_UP, MEASURE_BEFORE_AFTER, 2000);
	assert_int_equal(turn(n.m.now_ms, true).order.measure, MEASURE_BEFORE_AFTER);
	assert_int_not_equal(ledger()->activations.rows[0].auction, 0);
}

/* What is answered is what its account and credit cover. */
static void it_offers_what_it_covers(void **state)
{
	struct aggregator_answer answer;

	(void)state;
	ask(SLOT, REGULATION_UP, MEASURE_STORAGE, 40000);
	answer = turn(n.m.now_ms, true);
	assert_true(answer.taken);
	assert_int_equal(answer.order.quantity_wh, 1000000000 / PRICE);
	ask(SLOT, REGULATION_UP, MEASURE_STORAGE, 1000);
	assert_false(turn(n.m.now_ms, true).trades);
	(void)turn(n.m.now_ms, false);
}

/* A commit has failed, and the answer with it: the activation comes again by the same number. */
static void what_a_failed_commit_has_taken_is_tried_again(void **state)
{
	struct aggregator_answer answer;
	bool answered = false;

	(void)state;
	ask(SLOT, REGULATION_UP, MEASURE_STORAGE, 1000);
	assert_int_equal(
		aggregator_desk_answer(&desk, &n.m.engine, n.m.now_ms, &answer, &answered), ERR_OK);
	assert_true(answered && answer.taken);
	inspector_free(n.m.inspector);
	engine_close(&n.m.engine); /* not committed */
	assert_int_equal(engine_open(&n.m.engine, n.m.csm, n.m.ledger, n.m.operator_key), ERR_OK);
	assert_int_equal(
		inspector_new(n.m.engine.keyring, n.m.genesis.market, KEY_P256, &n.m.inspector),
		ERR_OK);
	inspector_free(desk.inspector);
	assert_int_equal(
		inspector_new(n.m.engine.keyring, n.m.genesis.market, KEY_P256, &desk.inspector),
		ERR_OK);
	little_advance(&n.m, n.m.now_ms + 1000);
	assert_int_equal(ledger()->activations.count, 1);
	assert_int_equal(ledger()->activations.rows[0].auction, 0);
	(void)turn(n.m.now_ms, false);
	aggregator_desk_reopened(&desk);
	assert_true(turn(n.m.now_ms, true).taken);
}

/* Let the homes live up to the readings of the slot's first quarter, in which each imports 500 Wh.
 */
static void live_quarter(void)
{
	little_advance(&n.m, little_slot_ms(SLOT) + 1000);
	for (int home = 0; home < LITTLE_HOMES; home++)
		little_state(&n.m, home, SLOT - 1, 0);
	little_advance(&n.m, little_slot_ms(SLOT) + LITTLE_SLOT_MS / 4 + 1000);
	for (int home = 0; home < LITTLE_HOMES; home++) {
		n.m.homes[home].registers.wh[REGISTER_IMPORT] += 500;
		little_state(&n.m, home, SLOT, 1);
	}
}

static void schedule_slot(int32_t net_wh)
{
	network_schedule_slots(&n, SLOT, 1, net_wh);
	network_say_of_last(&n, NETWORK_DSO, APPROVAL_APPROVE);
	network_say_of_last(&n, NETWORK_TSO, APPROVAL_APPROVE);
}

static struct aggregator_news trade(void)
{
	struct aggregator_news news = {.taken = false};
	bool judged = false;

	n.m.now_ms = little_slot_ms(SLOT) + PROJECTS_MS;
	assert_int_equal(
		aggregator_desk_run(&desk, &n.m.engine, n.m.now_ms, &news, &judged), ERR_OK);
	assert_true(judged && news.trades && news.taken);
	return news;
}

/* A need of the community's own is met beside it. */
static void a_deviation_is_another_need(void **state)
{
	struct aggregator_news news;

	(void)state;
	schedule_slot(1000);
	live_quarter();
	ask(SLOT, REGULATION_DOWN, MEASURE_BEFORE_AFTER, 100);
	n.m.now_ms = little_slot_ms(SLOT) + PROJECTS_MS;
	assert_true(turn(n.m.now_ms, true).taken);
	news = trade();
	assert_int_equal(news.projected.scheduled_wh, 1000);
	assert_int_equal(news.order.quantity_wh, 4 * 500 * LITTLE_HOMES - 1000);
}

/* What is to be delivered is no deviation: it would be traded away again. */
static void regulation_is_scheduled(void **state)
{
	struct auctions *t = &n.m.engine.market->ledger.auctions;
	struct aggregator_news news;
	struct auction *a;

	(void)state;
	schedule_slot(1000);
	ask(SLOT, REGULATION_UP, MEASURE_STORAGE, 1500);
	assert_true(turn(n.m.now_ms, true).taken);
	a = auction_edit(t, ledger()->activations.rows[0].auction);
	a->status = AUCTION_CLEARED; /* as if homes had answered */
	a->cleared_wh = 400;
	live_quarter();
	news = trade();
	assert_int_equal(news.projected.scheduled_wh, 1000 - 400);
	assert_int_equal(news.order.quantity_wh, 4 * 500 * LITTLE_HOMES - 1000 + 400);
}

/* The tariff of the slot, not that of the parameters or of another slot. */
static void it_trades_by_the_slots_tariff(void **state)
{
	const int32_t exports[] = {1000, 10000, 2000}, imports[] = {3000, 60000, 4000};
	const struct tariff_window w = {SLOT - 1, 3, exports, imports, NULL};
	char text[512];
	struct out out;

	(void)state;
	schedule_slot(1000);
	out_init(&out, text, sizeof text);
	service_form_write_tariff(&out, network_address(&n, 0), &w);
	little_send(&n.m, "aggregator", OPERATION_TARIFF, &out,
		&(struct signer){.key = n.m.aggregator_key});
	live_quarter();
	assert_int_equal(trade().order.limit_mc_per_kwh, 60000 + (60000 - 10000) / 5);
}

/* A clock that jumps ahead and comes back costs neither an activation nor the slots to come. */
static void a_wild_clock_decides_nothing(void **state)
{
	const int64_t now_ms = n.m.now_ms,
		      far_ms = little_slot_ms(ENGINE_CATCH_UP_SLOTS + 2) + PROJECTS_MS;
	struct aggregator_news news = {.taken = false};
	bool judged = true;

	(void)state;
	ask(SLOT, REGULATION_UP, MEASURE_STORAGE, 2000);
	assert_int_equal(engine_clock(&n.m.engine, far_ms), ERR_OK);
	assert_true(n.m.engine.clock_unbelieved);
	(void)turn(far_ms, false);
	assert_int_equal(aggregator_desk_run(&desk, &n.m.engine, far_ms, &news, &judged), ERR_OK);
	assert_false(judged);
	little_advance(&n.m, now_ms);
	assert_true(turn(now_ms, true).taken);
	assert_int_equal(
		aggregator_desk_next_ms(&desk, &n.m.engine), little_slot_ms(0) + PROJECTS_MS);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(it_answers_at_once_and_once),
		TEST(within_a_slot_it_answers_at_once),
		TEST(it_offers_what_it_covers),
		TEST(what_a_failed_commit_has_taken_is_tried_again),
		TEST(a_deviation_is_another_need),
		TEST(regulation_is_scheduled),
		TEST(it_trades_by_the_slots_tariff),
		TEST(a_wild_clock_decides_nothing),
	};

	return cmocka_run_group_tests_name("activation_desk", tests, NULL, NULL);
}
