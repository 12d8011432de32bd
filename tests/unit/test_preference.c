/* A home takes part in another mode from a slot on: who may say so, from when, what stands in the
 * way, and what counts on both sides of the slot's edge. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/cpf.h"
#include "tests/unit/market_scene.h"

enum { HOME = 4, OTHER = 5 };

static struct command preference(int home, int64_t from_slot, enum mode mode)
{
	struct command c = {.kind = COMMAND_PREFERENCE, .home = home_of(w, home)->number};

	c.u.preference = (struct mode_span){.from_slot = from_slot, .mode = mode};
	return c;
}

/* The same by the operator. */
static struct command change(const char *client_id, int64_t from_slot, enum mode mode)
{
	struct command c = {.kind = COMMAND_HOME_CHANGE, .home = 0};

	(void)snprintf(
		c.u.home_change.client_id, sizeof c.u.home_change.client_id, "%s", client_id);
	c.u.home_change.ratings = (struct ratings){RATING_STAYS, RATING_STAYS, RATING_STAYS};
	c.u.home_change.mode = (struct mode_span){.from_slot = from_slot, .mode = mode};
	return c;
}

/* Refused so, and the home goes on as before. */
static void refused(struct command *c, enum verdict verdict, const char *field)
{
	const struct home before = *home_of(w, HOME);

	expect(c, verdict, field);
	assert_int_equal(send(w, c), verdict);
	assert_memory_equal(home_of(w, HOME), &before, sizeof before);
}

static void who_and_from_when(void **state)
{
	struct command c = preference(HOME, 1, MODE_RE);
	struct home *h = home_edit(&w->market->homes, home_of(w, HOME)->number);

	(void)state;
	refused(&c, VERDICT_OUT_OF_RANGE, "from_slot"); /* it has begun */
	c = preference(HOME, 2, MODE_RE);
	expect(&c, VERDICT_OK, "");
	c = preference(HOME, 1 + MODE_AHEAD_SLOTS_MAX, MODE_RE);
	expect(&c, VERDICT_OK, "");
	c = preference(HOME, 2 + MODE_AHEAD_SLOTS_MAX, MODE_RE);
	refused(&c, VERDICT_OUT_OF_RANGE, "from_slot");
	c = change("home0004", 1, MODE_RE);
	refused(&c, VERDICT_OUT_OF_RANGE, "from_slot");
	c = change("home0004", 2, MODE_RE);
	expect(&c, VERDICT_OK, "");
	c = change("aggregator", 2, MODE_RE);
	refused(&c, VERDICT_UNKNOWN_HOME, "clientId");
	c = preference(HOME, 2, MODE_RE);
	c.home = home_find(&w->market->homes, "aggregator")->number;
	refused(&c, VERDICT_NOT_ALLOWED, "");
	c.home = 0; /* the operator has home-change */
	refused(&c, VERDICT_NOT_ALLOWED, "");
	h->status = HOME_INVITED;
	c = change("home0004", 2, MODE_RE);
	refused(&c, VERDICT_NOT_REGISTERED, "mode");
	h->status = HOME_REGISTERED;
}

/* A home that corrects itself may do so a few times in a slot, and again in the next; the operator
 * as often as he likes. */
static void a_few_in_each_slot(void **state)
{
	struct command c;

	(void)state;
	for (int64_t slot = 1; slot <= 3; slot++) {
		go_to(slot_ms(slot) + 1000);
		for (int64_t i = 0; i < PREFERENCES_MAX; i++) {
			c = preference(HOME, slot + 1 + i, MODE_RE);
			(void)scene_send(&c);
		}
		c = preference(HOME, slot + 1, MODE_BOTH);
		refused(&c, VERDICT_TOO_MANY, "from_slot");
		c = preference(HOME, slot, MODE_BOTH);
		refused(&c, VERDICT_OUT_OF_RANGE, "from_slot");
		c = preference(OTHER, slot + 1, MODE_BOTH);
		(void)scene_send(&c);
		c = change("home0004", slot + 20, MODE_BOTH);
		(void)scene_send(&c);
		(void)scene_send(&c);
	}
	scene_to_the_edge();
	c = preference(HOME, 10, MODE_BOTH);
	expect(&c, VERDICT_OK, "");
}

/* What waits for its gate stands in the way of a mode that does not trade, and of no other. */
static void orders_stand_in_the_way(void **state)
{
	static const enum book_kind books[] = {BOOK_OPEN, BOOK_SEALED};
	struct command c;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		uint64_t auction = scene_auction(SIDE_BUY, books[i], 3, 1000, 9000);
		struct command answer = scene_bid(HOME, 3, SIDE_SELL, 100, 5000, auction);
		uint64_t order = scene_send(&answer);
		c = preference(HOME, 3, MODE_RE);
		refused(&c, VERDICT_ORDERS_STAND, "from_slot");
		c = preference(HOME, 2, MODE_RE);
		refused(&c, VERDICT_ORDERS_STAND, "from_slot");
		c = change("home0004", 3, MODE_RE);
		refused(&c, VERDICT_ORDERS_STAND, "from_slot");
		c = preference(HOME, 4, MODE_RE);
		expect(&c, VERDICT_OK, "");
		c = preference(HOME, 3, MODE_TE);
		expect(&c, VERDICT_OK, "");
		c = preference(OTHER, 3, MODE_RE);
		expect(&c, VERDICT_OK, "");
		(void)scene_cancel(HOME, 3, order);
		c = preference(HOME, 3, MODE_RE);
		expect(&c, VERDICT_OK, "");
	}
}

static void an_opened_auction_stands_in_the_way(void **state)
{
	struct command open = scene_bid(HOME, 3, SIDE_SELL, 100, 5000, 0);
	struct command c = preference(HOME, 3, MODE_RE);
	uint64_t auction = scene_send(&open);

	(void)state;
	refused(&c, VERDICT_ORDERS_STAND, "from_slot");
	(void)scene_cancel(HOME, 3, auction);
	expect(&c, VERDICT_OK, "");
}

static struct command reading(int home, int64_t slot, int64_t pv_wh, int64_t discharge_wh)
{
	struct command c = scene_reading(home, slot);
	struct reading *r = &c.u.reading.reading;

	r->registers.wh[REGISTER_PV] = pv_wh;
	r->registers.wh[REGISTER_DISCHARGE] = discharge_wh;
	return c;
}

/* An award that was won under the old mode is delivered and paid under the new one. */
static void what_was_won_is_honoured(void **state)
{
	uint64_t auction = scene_auction(SIDE_BUY, BOOK_OPEN, 3, 100, 9000);
	struct command answer = scene_bid(HOME, 3, SIDE_SELL, 100, 5000, auction);
	struct command c = preference(HOME, 3, MODE_RE), r;
	int64_t before_uc = scene_wallet(HOME).balance_uc;

	(void)state;
	(void)scene_send(&answer);
	refused(&c, VERDICT_ORDERS_STAND, "from_slot");
	go_to(auction_find(&w->market->ledger.auctions, auction)->contract.gate_ms + 1);
	assert_int_equal(ledger_slot(&w->market->ledger), 2);
	(void)scene_send(&c);
	go_to(slot_ms(3) + 1000);
	r = reading(HOME, 2, 0, 0);
	(void)scene_send(&r);
	go_to(slot_ms(4) + 1000);
	r = reading(HOME, 3, 0, 60);
	(void)scene_send(&r);
	go_to(slot_ms(5) + 1000);
	assert_int_equal(scene_wallet(HOME).balance_uc - before_uc,
		60 * 5000 - 40 * w->params.penalty_mc_per_kwh);
}

/* In slot s the home announces the CPF of s - 1, and may order for s + 1 and s + 2. */
static bool may_order(int64_t slot)
{
	uint64_t auction = scene_auction(SIDE_BUY, BOOK_OPEN, slot, 1000, 9000);
	struct command c = scene_bid(HOME, slot, SIDE_SELL, 100, 5000, auction);
	const char *field;
	enum verdict v = scene_decide(&c, &field);

	assert_true(v == VERDICT_OK || (v == VERDICT_MODE && strcmp(field, "bid") == 0));
	return v == VERDICT_OK;
}

static bool may_announce(int64_t slot)
{
	struct command c = scene_tx(HOME, slot, TX_CPF);
	const char *field;
	enum verdict v;

	c.u.tx.cpf_hundredths = 50;
	v = scene_decide(&c, &field);
	assert_true(v == VERDICT_OK || (v == VERDICT_MODE && strcmp(field, "cpf") == 0));
	return v == VERDICT_OK;
}

/* Each mode into each other from slot 4 on, said in slot 2. */
static void both_sides_of_the_edge(void **state)
{
	static const enum mode modes[] = {MODE_TE, MODE_RE, MODE_BOTH};
	int64_t slot = 2;

	(void)state;
	for (size_t i = 0; i < 9; i++) {
		enum mode old = modes[i / 3], next = modes[i % 3];
		struct home *h = home_edit(&w->market->homes, home_of(w, HOME)->number);
		struct command c;
		if (i == 3 || i == 6) { /* another scene, for addresses end */
			(void)scene_free(NULL);
			(void)scene_open(NULL);
			h = home_edit(&w->market->homes, home_of(w, HOME)->number);
			slot = 2;
		}
		home_modes_init(&h->modes, old);
		go_to(slot_ms(slot) + 1000);
		c = preference(HOME, slot + 2, next);
		(void)scene_send(&c);
		assert_int_equal(may_order(slot + 1), mode_trades(old));
		assert_int_equal(may_order(slot + 2), mode_trades(next));
		go_to(slot_ms(slot + 2) + 1000); /* of the last slot of the old one */
		assert_int_equal(may_announce(slot + 2), mode_is_rewarded(old));
		assert_int_equal(may_order(slot + 3), mode_trades(next));
		go_to(slot_ms(slot + 3) + 1000);
		assert_int_equal(may_announce(slot + 3), mode_is_rewarded(next));
		slot += 3;
	}
}

/* The home is metered in each slot and says its CPF; whether the market attests it. */
static bool stands(int64_t slot)
{
	struct command r = reading(HOME, slot, 500 * (slot + 1), 0),
		       c = scene_tx(HOME, slot + 1, TX_CPF);
	uint64_t number =
		account_find(&w->market->ledger.accounts, &scene_address[HOME][slot + 1])->number;

	(void)scene_send(&r);
	c.u.tx.cpf_hundredths = 100; /* what it makes it uses */
	(void)scene_send(&c);
	scene_to_the_edge();
	for (uint32_t i = 0; i < w->market->standing_count; i++) {
		if (w->market->standing[i] == number)
			return true;
	}
	return false;
}

/* A CPF in a bid-offer is nobody's to refuse; it is the standing that a TE home does not get. */
static void rewards_end_with_the_slot(void **state)
{
	struct command r = reading(HOME, 0, 500, 0), c;

	(void)state;
	(void)scene_send(&r);
	c = preference(HOME, 4, MODE_TE);
	(void)scene_send(&c);
	go_to(slot_ms(2) + 1000);
	assert_true(stands(1));
	go_to(slot_ms(3) + 1000);
	assert_true(stands(2));
	go_to(slot_ms(4) + 1000);
	assert_true(stands(3)); /* announced in slot 4, of slot 3 */
	go_to(slot_ms(5) + 1000);
	r = reading(HOME, 4, 500 * 5, 0);
	(void)scene_send(&r);
	c = scene_bid(HOME, 7, SIDE_BUY, 100, 5000, 0);
	c.u.tx.cpf_hundredths = 100;
	(void)scene_send(&c);
	scene_to_the_edge();
	assert_int_equal(w->market->standing_count, 0);
}

static void a_snapshot_holds_what_waits(void **state)
{
	struct command c = preference(HOME, 4, MODE_RE);
	struct market *again = calloc(1, sizeof *again), *live = w->market;
	struct enrolled_key key = {.alg = 2, .key = {.len = 32}};
	static uint8_t bytes[1 << 20];
	uint8_t zero[HASH_LEN] = {0};
	size_t len;

	(void)state;
	assert_non_null(again);
	(void)scene_send(&c);
	scene_to_the_edge();
	len = market_snapshot_write(w->market, bytes, sizeof bytes);
	assert_true(len <= sizeof bytes);
	market_init(again, &w->params, digest_sha256, &key, 1, zero, zero);
	assert_true(market_snapshot_read(again, bytes, len));
	w->market = again;
	assert_int_equal(home_mode_at(&home_of(w, HOME)->modes, 3), MODE_BOTH);
	assert_int_equal(home_mode_at(&home_of(w, HOME)->modes, 4), MODE_RE);
	w->market = live;
	free(again);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_open, scene_free)
	const struct CMUnitTest tests[] = {
		TEST(who_and_from_when),
		TEST(a_few_in_each_slot),
		TEST(orders_stand_in_the_way),
		TEST(an_opened_auction_stands_in_the_way),
		TEST(what_was_won_is_honoured),
		TEST(both_sides_of_the_edge),
		TEST(rewards_end_with_the_slot),
		TEST(a_snapshot_holds_what_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
