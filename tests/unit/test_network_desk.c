/* The market's own aggregator under operators of the network: it holds the schedule that counts,
 * and what it trades within a slot keeps to the limits like all else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "engine/aggregator_desk.h"
#include "tests/unit/network_market.h"
#include "wire/date.h"

enum { SLOT = 3, NET_WH = 1000, PROJECTS_MS = LITTLE_SLOT_MS / 16 * 5 };

static struct network_market n;
static struct aggregator_desk desk;

static int setup(void **state)
{
	(void)state;
	network_market_open(&n, SILENCE_REFUSES);
	assert_int_equal(
		aggregator_desk_open(&desk, &n.m.engine, n.m.aggregator_key, LITTLE_HOMES), ERR_OK);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	aggregator_desk_close(&desk);
	network_market_close(&n);
	return 0;
}

/* A slot that is scheduled, limited, and up to its first quarter's readings: each home imported
 * that much; then the desk has its turn. */
static struct aggregator_news trade(bool approved, int32_t limit_wh, int64_t import_wh)
{
	struct aggregator_news news = {.taken = false};
	int64_t begin_ms = little_slot_ms(SLOT);
	bool judged = false;

	little_advance(&n.m, little_slot_ms(0) + 1000);
	network_schedule_slots(&n, SLOT, 1, NET_WH);
	network_say_of_last(&n, NETWORK_DSO, APPROVAL_APPROVE);
	if (approved)
		network_say_of_last(&n, NETWORK_TSO, APPROVAL_APPROVE);
	network_limit_slot(&n, NETWORK_TSO, SLOT, limit_wh, limit_wh);
	little_advance(&n.m, begin_ms + 1000);
	for (int home = 0; home < LITTLE_HOMES; home++)
		little_state(&n.m, home, SLOT - 1, 0);
	little_advance(&n.m, begin_ms + LITTLE_SLOT_MS / 4 + 1000);
	for (int home = 0; home < LITTLE_HOMES; home++) {
		n.m.homes[home].registers.wh[REGISTER_IMPORT] += import_wh;
		little_state(&n.m, home, SLOT, 1);
	}
	n.m.now_ms = begin_ms + PROJECTS_MS;
	assert_int_equal(
		aggregator_desk_run(&desk, &n.m.engine, n.m.now_ms, &news, &judged), ERR_OK);
	assert_true(judged);
	little_collect(&n.m);
	return news;
}

/* Homes answer what it has opened, as much each; then its gate is over. */
static const struct auction *answered(enum side side, int64_t wh)
{
	const struct auction *a = &n.m.engine.market->ledger.auctions.auctions[0];

	for (int home = 0; home < LITTLE_HOMES; home++) {
		struct address own = little_address(&n.m, home, SLOT);
		struct message_bid bid = {.address = own.text,
			.side = side,
			.energy_wh = wh,
			.price_mc_per_kwh = side == SIDE_SELL ? 9000 + home : 19000 - home,
			.auction = a->seq};
		char text[1024];
		struct out out;

		out_init(&out, text, sizeof text);
		message_write_bid(&out, &bid);
		little_by_address(&n.m, home, SLOT, OPERATION_BID_OFFER, &out);
	}
	little_advance(&n.m, little_slot_ms(SLOT) + LITTLE_SLOT_MS / 2 - 1000);
	assert_int_equal(a->contract.measure, MEASURE_BEFORE_AFTER);
	assert_int_equal(a->status, AUCTION_CLEARED);
	return a;
}

static void it_holds_the_schedule_that_counts(void **state)
{
	struct aggregator_news news = trade(true, 9000, 500);

	(void)state;
	assert_true(news.projected.is_scheduled);
	assert_int_equal(news.projected.scheduled_wh, NET_WH);
	assert_true(news.trades && news.taken);
	assert_int_equal(news.order.quantity_wh, 4 * 500 * LITTLE_HOMES - NET_WH);
}

/* One has not approved it, so nobody is held to it. */
static void not_one_that_has_lapsed(void **state)
{
	struct aggregator_news news = trade(false, 9000, 500);

	(void)state;
	assert_false(news.projected.is_scheduled);
	assert_int_equal(news.projected.scheduled_wh, 0);
	assert_false(news.trades); /* and there is no room under a limit */
}

/* From a net of 1000 down to -500: of 5000 that it wants. */
static void it_buys_no_more_than_there_is_room(void **state)
{
	struct aggregator_news news = trade(true, 500, 500);
	const struct auction *a;

	(void)state;
	assert_true(news.trades && news.taken);
	assert_int_equal(news.order.side, SIDE_BUY);
	assert_int_equal(news.wanted_wh, 5000);
	assert_int_equal(news.order.quantity_wh, 1500);
	assert_int_equal(news.room.by, NETWORK_TSO);
	a = answered(SIDE_SELL, 700);
	assert_int_equal(a->contract.quantity_wh, 1500);
	assert_int_equal(a->cleared_wh, 1500);
	assert_int_equal(a->cut_wh, 0); /* what was not asked for is no cut */
}

/* From a net of 1000 up to 1200. */
static void nor_sells_more(void **state)
{
	struct aggregator_news news = trade(true, 1200, 0);
	const struct auction *a;

	(void)state;
	assert_true(news.trades && news.taken);
	assert_int_equal(news.order.side, SIDE_SELL);
	assert_int_equal(news.wanted_wh, 1000);
	assert_int_equal(news.order.quantity_wh, 200);
	a = answered(SIDE_BUY, 150);
	assert_int_equal(a->cleared_wh, 200);
}

/* Up to 1000 the net may be, and it is scheduled there. */
static void without_room_it_opens_nothing(void **state)
{
	struct aggregator_news news = trade(true, 1000, 0);

	(void)state;
	assert_false(news.trades);
	assert_int_equal(news.wanted_wh, 1000);
	assert_int_equal(news.room.wh, 0);
	assert_true(news.room.scheduled);
	assert_int_equal(n.m.engine.market->ledger.auctions.auction_count, 0);
}

/* What others are awarded of the room between its opening and its gate is cut. */
static void what_others_take_is_cut(void **state)
{
	const struct auctions *t = &n.m.engine.market->ledger.auctions;
	struct address own;
	const struct auction *a;
	struct message_bid bid = {.side = SIDE_SELL, .energy_wh = 400, .price_mc_per_kwh = 9000};
	char text[1024], date[32];
	struct out out;

	(void)state;
	assert_int_equal(trade(true, 500, 500).order.quantity_wh, 1500);
	date_write(little_slot_ms(SLOT) + LITTLE_SLOT_MS / 16 * 7, date);
	out_init(&out, text, sizeof text);
	out_printf(&out,
		"{\"address\":\"%s\",\"bid\":{\"energy\":{\"unit\":\"Wh\",\"value\":\"400\"},"
		"\"price\":{\"unit\":\"cents/kWh\",\"value\":\"18\"},\"type\":\"buy\"},"
		"\"contract\":{\"gate_close\":\"%s\",\"measure\":\"before-after\",\"slot\":%d}}",
		network_address(&n, 0), date, SLOT);
	little_send(&n.m, "aggregator", OPERATION_BID_OFFER, &out,
		&(struct signer){.key = n.m.aggregator_key});
	assert_int_equal(t->auction_count, 2);
	bid.auction = t->auctions[1].seq;
	own = little_address(&n.m, 0, SLOT);
	bid.address = own.text;
	out_init(&out, text, sizeof text);
	message_write_bid(&out, &bid);
	little_by_address(&n.m, 0, SLOT, OPERATION_BID_OFFER, &out);
	a = answered(SIDE_SELL, 700);
	assert_int_equal(t->auctions[1].cleared_wh, 400);
	assert_int_equal(a->cleared_wh, 1100);
	assert_int_equal(a->cut_wh, 400);
	assert_int_equal(a->cut_by, NETWORK_TSO);
	assert_false(a->cut_unscheduled);
	network_heard(&n, "to/home0002/award", "\"network_limit\":{\"cut_wh\":400,");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(it_holds_the_schedule_that_counts),
		TEST(not_one_that_has_lapsed),
		TEST(it_buys_no_more_than_there_is_room),
		TEST(nor_sells_more),
		TEST(without_room_it_opens_nothing),
		TEST(what_others_take_is_cut),
	};

	return cmocka_run_group_tests_name("network_desk", tests, NULL, NULL);
}
