/* The operator corrects a home's enrolment: what may be changed, from when it counts, and that a
 * refusal changes nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/market_scene.h"

enum { HOME = 4 };

/* A change of that client by the operator, in which everything stays. */
static struct command change_of(const char *client_id)
{
	struct command c = {.kind = COMMAND_HOME_CHANGE};

	c.home = home_find(&w->market->homes, "operator")->number;
	(void)snprintf(
		c.u.home_change.client_id, sizeof c.u.home_change.client_id, "%s", client_id);
	c.u.home_change.ratings = (struct ratings){RATING_STAYS, RATING_STAYS, RATING_STAYS};
	return c;
}

/* Refused so, and no home has changed, nor anything that only grows. */
static void refused(struct command *c, enum verdict verdict, const char *field)
{
	const struct market *m = w->market;
	uint64_t seq = m->next_seq;
	uint32_t enrolled = m->enrolled_count, count = m->homes.count;
	struct home *before = malloc(count * sizeof *before);

	assert_non_null(before);
	memcpy(before, m->homes.rows, count * sizeof *before);
	expect(c, verdict, field);
	assert_int_equal(send(w, c), verdict);
	assert_memory_equal(before, m->homes.rows, count * sizeof *before);
	assert_true(m->next_seq == seq && m->enrolled_count == enrolled);
	assert_int_equal(m->homes.count, count);
	free(before);
}

static void who_may_be_changed(void **state)
{
	struct command c = change_of("home9999");

	(void)state;
	refused(&c, VERDICT_UNKNOWN_HOME, "clientId");
	c = change_of("operator");
	refused(&c, VERDICT_UNKNOWN_HOME, "clientId");
	c = change_of("aggregator");
	refused(&c, VERDICT_UNKNOWN_HOME, "clientId");
	c = change_of("home0004");
	c.u.home_change.ratings.pv_w = 1;
	home_edit(&w->market->homes, home_of(w, HOME)->number)->status = HOME_REVOKED;
	refused(&c, VERDICT_REVOKED, "clientId");
	home_edit(&w->market->homes, home_of(w, HOME)->number)->status = HOME_INVITED;
	expect(&c, VERDICT_OK, "");
	home_edit(&w->market->homes, home_of(w, HOME)->number)->status = HOME_REGISTERED;
	expect(&c, VERDICT_OK, "");
	c.home = home_of(w, HOME)->number;
	refused(&c, VERDICT_NOT_ALLOWED, "");
}

/* Each rating by itself, at both of its bounds; the others stay. */
static void each_rating_has_its_bounds(void **state)
{
	static const char *const names[] = {"pv_w", "battery_w", "fuse_w"};
	static const int64_t good[] = {0, RATING_W_MAX}, bad[] = {-2, RATING_W_MAX + 1};
	const struct home_terms before = home_of(w, HOME)->terms;

	(void)state;
	for (size_t r = 0; r < 3; r++) {
		struct command c = change_of("home0004");
		struct home_change *change = &c.u.home_change;
		int64_t *in[] = {
			&change->ratings.pv_w, &change->ratings.battery_w, &change->ratings.fuse_w};
		struct home_terms want = before;
		int64_t *out[] = {
			&want.ratings.pv_w, &want.ratings.battery_w, &want.ratings.fuse_w};
		for (size_t i = 0; i < 2; i++) {
			*in[r] = bad[i];
			refused(&c, VERDICT_OUT_OF_RANGE, names[r]);
			*in[r] = *out[r] = good[i];
			assert_int_equal(send(w, &c), VERDICT_OK);
			assert_memory_equal(&home_of(w, HOME)->terms, &want, sizeof want);
		}
		c.u.home_change.ratings = before.ratings;
		assert_int_equal(send(w, &c), VERDICT_OK);
		assert_memory_equal(&home_of(w, HOME)->terms, &before, sizeof before);
	}
}

/* 5000 W are 1250 Wh of a slot, 8000 W 2000 Wh. */
static void the_next_order_is_judged_by_it(void **state)
{
	uint64_t auction = scene_auction(SIDE_BUY, BOOK_SEALED, 3, 4000, 9000);
	struct command old = scene_bid(HOME, 3, SIDE_SELL, 1250, 5000, auction);
	struct command next = scene_bid(HOME, 3, SIDE_SELL, 1251, 5000, auction);
	struct command c = change_of("home0004");
	struct home *h = home_edit(&w->market->homes, home_of(w, HOME)->number);
	int64_t held_uc;

	(void)state;
	expect(&next, VERDICT_BEYOND_RATING, "bid.energy");
	(void)scene_send(&old);
	held_uc = h->shut_held_uc;
	c.u.home_change.ratings.battery_w = 8000;
	assert_int_equal(send(w, &c), VERDICT_OK);
	next.u.tx.u.bid.quantity_wh = 2001;
	expect(&next, VERDICT_BEYOND_RATING, "bid.energy");
	next.u.tx.u.bid.quantity_wh = 2000;
	(void)scene_send(&next);
	/* Lowered: no more of new ones, and what was accepted stays. */
	c.u.home_change.ratings.battery_w = 0;
	assert_int_equal(send(w, &c), VERDICT_OK);
	next = scene_bid(HOME, 3, SIDE_SELL, 1, 5000, auction);
	expect(&next, VERDICT_BEYOND_RATING, "bid.energy");
	assert_int_equal(w->market->shut_count, 2);
	assert_true(held_uc > 0 && h->shut_held_uc > held_uc);
	go_to(slot_ms(3)); /* the gate has closed, and replicas agree */
	assert_int_equal(w->market->shut_count, 0);
	assert_int_equal(
		account_find(&w->market->ledger.accounts, &scene_address[HOME][3])->order_count, 2);
}

/* The home's reading of the slot before the open one, with that much in its charge register. */
static struct command reading(int64_t charge_wh)
{
	struct command c = {.kind = COMMAND_READING, .home = home_of(w, HOME)->number};
	struct reading *r = &c.u.reading.reading;

	(void)snprintf(c.u.reading.meter_serial, sizeof c.u.reading.meter_serial, "%s",
		home_of(w, HOME)->terms.meter_serial);
	r->slot = ledger_slot(&w->market->ledger) - 1;
	r->taken_ms = slot_ms(r->slot + 1);
	r->registers.wh[REGISTER_IMPORT] = charge_wh;
	r->registers.wh[REGISTER_CHARGE] = charge_wh;
	return c;
}

/* What was charged before the battery went would otherwise stand in the way of every reading to
 * come. A tenth above the rating is allowed: 5000 W are 1375 Wh. */
static void a_reading_is_judged_by_all_that_counted(void **state)
{
	struct command c = change_of("home0004"), r = reading(0);

	(void)state;
	assert_int_equal(send(w, &r), VERDICT_OK);
	c.u.home_change.ratings.battery_w = 0;
	assert_int_equal(send(w, &c), VERDICT_OK);
	go_to(slot_ms(2) + 1000);
	r = reading(1376);
	expect(&r, VERDICT_BEYOND_RATING, "charge_wh");
	r = reading(1375);
	assert_int_equal(send(w, &r), VERDICT_OK);
	go_to(slot_ms(3) + 1000);
	r = reading(1376); /* there is no battery any more */
	refused(&r, VERDICT_BEYOND_RATING, "charge_wh");
	r = reading(1375);
	assert_int_equal(send(w, &r), VERDICT_OK);
	c.u.home_change.ratings.battery_w = 8000;
	assert_int_equal(send(w, &c), VERDICT_OK);
	go_to(slot_ms(4) + 1000);
	r = reading(1375 + 2201);
	expect(&r, VERDICT_BEYOND_RATING, "charge_wh");
	r = reading(1375 + 2200);
	assert_int_equal(send(w, &r), VERDICT_OK);
}

static void a_snapshot_holds_it(void **state)
{
	struct command c = change_of("home0004"), r = reading(0);
	struct market *again = calloc(1, sizeof *again), *live = w->market;
	struct enrolled_key key = {.alg = 2, .key = {.len = 32}};
	static uint8_t bytes[1 << 20];
	uint8_t zero[HASH_LEN] = {0};
	size_t len;

	(void)state;
	assert_non_null(again);
	assert_int_equal(send(w, &r), VERDICT_OK);
	c.u.home_change.ratings = (struct ratings){.pv_w = 1, .battery_w = 2, .fuse_w = 30000};
	assert_int_equal(send(w, &c), VERDICT_OK);
	scene_to_the_edge();
	len = market_snapshot_write(w->market, bytes, sizeof bytes);
	assert_true(len <= sizeof bytes);
	market_init(again, &w->params, digest_sha256, &key, 1, zero, zero);
	assert_true(market_snapshot_read(again, bytes, len));
	w->market = again;
	w->now_ms += 1000;
	assert_memory_equal(&home_of(w, HOME)->terms.ratings, &c.u.home_change.ratings,
		sizeof c.u.home_change.ratings);
	r = reading(1375); /* charged before the change */
	expect(&r, VERDICT_OK, "");
	r = reading(1376);
	expect(&r, VERDICT_BEYOND_RATING, "charge_wh");
	w->market = live;
	free(again);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_open, scene_free)
	const struct CMUnitTest tests[] = {
		TEST(who_may_be_changed),
		TEST(each_rating_has_its_bounds),
		TEST(the_next_order_is_judged_by_it),
		TEST(a_reading_is_judged_by_all_that_counted),
		TEST(a_snapshot_holds_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
