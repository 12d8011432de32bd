/* market_scene: a market of nine homes in slot 1, driven by hand, with a replica beside it. Home 0
 * only trades (TE), home 1 only announces (RE), the others do both. */
#ifndef LEM_TESTS_MARKET_SCENE_H
#define LEM_TESTS_MARKET_SCENE_H
#include "tests/unit/market_world.h"

enum { SCENE_SLOTS = 16, SLOT_MS = 900000 };

static struct world *w;
static struct address scene_address[HOMES][SCENE_SLOTS];

static inline int64_t slot_ms(int64_t slot)
{
	return w->params.start_ms + slot * SLOT_MS;
}

/* Let time pass; the replica follows. */
static inline void go_to(int64_t ms)
{
	w->now_ms = ms;
	run_clock(w);
}

static inline void scene_addresses(int home)
{
	struct slot_key keys[8];
	struct command c = {.kind = COMMAND_ADDRESSES, .home = home_of(w, home)->number};

	for (int first = 0; first < SCENE_SLOTS; first += 8) {
		for (int i = 0; i < 8; i++) {
			keys[i].slot = first + i;
			draw_key(w, &keys[i].key, &keys[i].address);
			scene_address[home][first + i] = keys[i].address;
		}
		c.u.addresses.keys = keys;
		c.u.addresses.count = 8;
		assert_int_equal(send(w, &c), VERDICT_OK);
	}
}

static inline int scene_open(void **state)
{
	struct enrolled_key key = {.alg = 2, .key = {.len = 32}};
	uint8_t zero[HASH_LEN] = {0};

	(void)state;
	w = calloc(1, sizeof *w);
	assert_non_null(w);
	w->random = 1;
	make_params(&w->params, w);
	w->market = calloc(1, sizeof *w->market);
	w->replica = calloc(1, sizeof *w->replica);
	assert_true(w->market && w->replica);
	market_init(w->market, &w->params, digest_sha256, &key, 1, zero, zero);
	ledger_init(w->replica, &w->params, digest_sha256, zero, zero);
	w->now_ms = w->params.start_ms - 100000;
	enrol(w);
	for (int i = 0; i < HOMES; i++)
		scene_addresses(i);
	go_to(slot_ms(1) + 1000);
	return 0;
}

static inline int scene_free(void **state)
{
	(void)state;
	free(w->market);
	free(w->replica);
	free(w);
	return 0;
}

static inline struct command scene_tx(int home, int64_t slot, enum tx_kind kind)
{
	struct command c = {.kind = COMMAND_TX, .home = home_of(w, home)->number};

	draw_id(w, c.u.tx.id);
	c.u.tx.kind = kind;
	c.u.tx.address = scene_address[home][slot];
	return c;
}

/* A home's bid or offer with its address of that slot. */
static inline struct command scene_bid(
	int home, int64_t slot, enum side side, int64_t wh, int64_t price_mc, uint64_t auction)
{
	struct command c = scene_tx(home, slot, TX_BID_OFFER);

	c.u.tx.u.bid = sample_bid(side, wh, price_mc, auction);
	return c;
}

/* The verdict on a command as it would be now; nothing changes. */
static inline enum verdict scene_decide(struct command *c, const char **field)
{
	struct decision d;

	c->market_ms = w->now_ms;
	if (c->kind == COMMAND_TX)
		c->u.tx.date_ms = w->now_ms;
	market_decide(w->market, c, &d);
	*field = d.field;
	return d.verdict;
}

static inline void expect(struct command *c, enum verdict verdict, const char *field)
{
	const char *told = NULL;
	enum verdict v = scene_decide(c, &told);

	if (v != verdict || strcmp(told, v == VERDICT_OK ? "" : field) != 0)
		fail_msg("%s %s, not %s %s", verdict_name(v), told, verdict_name(verdict), field);
}

/* Have it accepted; returns its ledger sequence. */
static inline uint64_t scene_send(struct command *c)
{
	uint64_t seq = w->market->next_seq;
	enum verdict v = send(w, c);

	if (v != VERDICT_OK)
		fail_msg("%s", verdict_name(v));
	return seq;
}

/* The aggregator opens an auction that delivers in `slot`. */
static inline uint64_t scene_auction(
	enum side side, enum book_kind book, int64_t slot, int64_t wh, int64_t price_mc)
{
	struct command c = scene_bid(0, 0, side, wh, price_mc, 0);

	c.home = home_find(&w->market->homes, "aggregator")->number;
	c.u.tx.address = w->params.roles[0].address;
	c.u.tx.u.bid.request.slot = slot;
	c.u.tx.u.bid.request.book = book;
	return scene_send(&c);
}

static inline uint64_t scene_cancel(int home, int64_t slot, uint64_t order)
{
	struct command c = scene_tx(home, slot, TX_CANCEL);

	c.u.tx.u.cancel.order = order;
	return scene_send(&c);
}

/* A reading of a home's at a slot's end; its registers are still to be set. */
static inline struct command scene_reading(int home, int64_t slot)
{
	struct command c = {.kind = COMMAND_READING, .home = home_of(w, home)->number};
	struct reading *r = &c.u.reading.reading;

	(void)snprintf(c.u.reading.meter_serial, sizeof c.u.reading.meter_serial, "%s",
		home_of(w, home)->terms.meter_serial);
	r->slot = slot;
	r->taken_ms = slot_ms(slot + 1);
	return c;
}

/* Let the clock strike at market_ms, and take all that follows of itself, up to the close of the
 * block. What the meters saw of all homes goes to *net, unless that is NULL. */
static inline void scene_strike(int64_t market_ms, struct net_metered *net)
{
	struct command c = {.kind = COMMAND_CLOCK, .market_ms = market_ms};
	struct decision d;
	uint64_t intake_seq;
	struct tx tx;

	w->now_ms = market_ms;
	market_decide(w->market, &c, &d);
	market_apply(w->market, &c, &d, NULL, NULL);
	while (market_next(w->market, &tx, &intake_seq) != MARKET_CLOSE) {
		draw_id(w, tx.id);
		block_record_add(&w->block, &tx);
		market_apply_step(w->market, &tx, NULL);
		if (tx.kind == TX_IMBALANCE && net)
			*net = tx.u.imbalance;
	}
}

/* Run the clock to the end of the open slot, and stop at the edge behind its block. */
static inline void scene_to_the_edge(void)
{
	scene_strike(ledger_slot_end_ms(&w->market->ledger), NULL);
	close_block(w);
}

static inline struct wallet scene_wallet(int home)
{
	return market_wallet(w->market, home_of(w, home));
}

#endif
