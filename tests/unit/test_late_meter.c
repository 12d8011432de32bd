/* A meter that is late: until when its reading counts, what it costs to miss that, and that nobody
 * else pays for it or waits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/market_scene.h"

enum { HOME = 4, OTHER = 5, SLOT = 3, WH = 100, PRICE = 5000 };

static uint64_t orders[2];

static struct command reading(int home, int64_t slot, int64_t discharge_wh)
{
	struct command c = scene_reading(home, slot);

	c.u.reading.reading.registers.wh[REGISTER_DISCHARGE] = discharge_wh;
	return c;
}

static void send_reading(int home, int64_t slot, int64_t discharge_wh)
{
	struct command c = reading(home, slot, discharge_wh);

	(void)scene_send(&c);
}

/* Both homes have won 100 Wh of slot 3; the slot before is metered of both. Slot 4 has begun. */
static int won(void **state)
{
	static const int homes[] = {HOME, OTHER};
	uint64_t auction;

	if (scene_open(state) != 0)
		return -1;
	auction = scene_auction(SIDE_BUY, BOOK_OPEN, SLOT, 2 * WH, 9000);
	for (size_t i = 0; i < 2; i++) {
		struct command c = scene_bid(homes[i], SLOT, SIDE_SELL, WH, PRICE, auction);
		orders[i] = scene_send(&c);
	}
	go_to(auction_find(&w->market->ledger.auctions, auction)->contract.gate_ms + 1);
	go_to(slot_ms(SLOT) + 1000);
	send_reading(HOME, SLOT - 1, 0);
	send_reading(OTHER, SLOT - 1, 0);
	go_to(slot_ms(SLOT + 1) + 1000);
	return 0;
}

/* What the block that settles slot 3 makes of an order, and the change of its home's balance. */
static struct order settled[2];
static int64_t change_uc[2];

static void settle_both(void)
{
	int64_t before_uc[] = {scene_wallet(HOME).balance_uc, scene_wallet(OTHER).balance_uc};
	scene_strike(slot_ms(SLOT + 2), NULL);
	for (size_t i = 0; i < 2; i++)
		settled[i] = *order_find(&w->market->ledger.auctions, orders[i]);
	close_block(w);
	change_uc[0] = scene_wallet(HOME).balance_uc - before_uc[0];
	change_uc[1] = scene_wallet(OTHER).balance_uc - before_uc[1];
}

static void the_last_moment_counts(void **state)
{
	(void)state;
	send_reading(OTHER, SLOT, WH);
	w->now_ms = slot_ms(SLOT + 2) - 1;
	send_reading(HOME, SLOT, 70);
	settle_both();
	assert_true(settled[0].why == DELIVERY_METERED && settled[0].delivered_wh == 70);
	assert_int_equal(change_uc[0], 70 * PRICE - 30 * w->params.penalty_mc_per_kwh);
	assert_int_equal(change_uc[1], WH * PRICE);
}

/* One moment later it is told so, and what it had won counts as not delivered, penalty and all. */
static void after_the_close_it_is_late(void **state)
{
	struct command c = reading(HOME, SLOT, WH);

	(void)state;
	send_reading(OTHER, SLOT, WH);
	settle_both();
	assert_true(settled[0].why == DELIVERY_NO_READING && settled[0].delivered_wh == 0);
	assert_int_equal(change_uc[0], -WH * w->params.penalty_mc_per_kwh);
	assert_true(settled[1].why == DELIVERY_METERED && settled[1].delivered_wh == WH);
	assert_int_equal(change_uc[1], WH * PRICE);
	run_clock(w); /* slot 5 is open */
	expect(&c, VERDICT_READING_LATE, "slot");
	/* It goes on with the next: a base, and the slot after that is metered again. */
	c = reading(HOME, SLOT + 1, WH + 10);
	expect(&c, VERDICT_OK, "");
	(void)scene_send(&c);
	assert_false(meter_has(&home_of(w, HOME)->meter, SLOT + 1));
	go_to(slot_ms(SLOT + 3) + 1000);
	send_reading(HOME, SLOT + 2, WH + 30);
	assert_true(meter_has(&home_of(w, HOME)->meter, SLOT + 2));
}

/* A reading behind a gap says nothing of the slot by itself. */
static void a_gap_is_no_delivery(void **state)
{
	struct home *h = home_edit(&w->market->homes, home_of(w, HOME)->number);

	(void)state;
	h->meter.has_base = h->meter.has_delta = false; /* as if that of slot 2 had not come */
	send_reading(HOME, SLOT, WH);
	send_reading(OTHER, SLOT, WH);
	settle_both();
	assert_true(settled[0].why == DELIVERY_NO_BASE && settled[0].delivered_wh == 0);
	assert_int_equal(change_uc[0], -WH * w->params.penalty_mc_per_kwh);
	assert_int_equal(change_uc[1], WH * PRICE);
}

/* Where no meter was heard at all, the block closes all the same. */
static void nobody_waits(void **state)
{
	(void)state;
	settle_both();
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(settled[i].why, DELIVERY_NO_READING);
		assert_int_equal(change_uc[i], -WH * w->params.penalty_mc_per_kwh);
	}
}

/* HOME wins WH of that slot at once; OTHER is asked, too, and the market is at its slot. */
static void win(int64_t slot)
{
	struct command c = scene_bid(0, 0, SIDE_BUY, WH, 9000, 0);
	uint64_t auction;

	c.home = home_find(&w->market->homes, "aggregator")->number;
	c.u.tx.address = w->params.roles[0].address;
	c.u.tx.u.bid.request.slot = slot;
	c.u.tx.u.bid.request.book = BOOK_OPEN;
	c.u.tx.u.bid.request.gate_ms = w->now_ms + 2000;
	auction = scene_send(&c);
	c = scene_bid(HOME, slot, SIDE_SELL, WH, PRICE, auction);
	(void)scene_send(&c);
	go_to(w->now_ms + 3000);
	assert_int_equal(auction_find(&w->market->ledger.auctions, auction)->cleared_wh, WH);
}

static int three_won(void **state)
{
	if (scene_open(state) != 0)
		return -1;
	go_to(slot_ms(SLOT - 1) + 1000);
	for (int64_t slot = SLOT; slot <= SLOT + 2; slot++)
		win(slot);
	go_to(slot_ms(SLOT) + 1000);
	send_reading(HOME, SLOT - 1, 0);
	return 0;
}

/* The market is away while the readings of a slot would have to come, and back before it has
 * missed two whole slots: that slot could not be metered, nor the next one without its base. */
static void who_could_not_tell_is_not_fined(void **state)
{
	int64_t before_uc = scene_wallet(HOME).balance_uc;

	(void)state;
	go_to(slot_ms(SLOT + 2) + 1000);
	assert_int_equal(scene_wallet(HOME).balance_uc, before_uc);
	send_reading(HOME, SLOT + 1, WH);
	go_to(slot_ms(SLOT + 3) + 1000);
	assert_int_equal(scene_wallet(HOME).balance_uc, before_uc);
	/* From here on it could. */
	go_to(slot_ms(SLOT + 4) + 1000);
	assert_int_equal(
		scene_wallet(HOME).balance_uc, before_uc - WH * w->params.penalty_mc_per_kwh);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, won, scene_free)
	const struct CMUnitTest tests[] = {
		TEST(the_last_moment_counts),
		TEST(after_the_close_it_is_late),
		TEST(a_gap_is_no_delivery),
		TEST(nobody_waits),
		cmocka_unit_test_setup_teardown(
			who_could_not_tell_is_not_fined, three_won, scene_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
