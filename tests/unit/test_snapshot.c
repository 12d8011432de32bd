/* Snapshots: they restore the very state, and no damage gets in or crashes the reader. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/market_scene.h"

static uint8_t *bytes, *again;
static size_t len;

/* A home that was read within a slot. */
enum { QUARTERED = 2 };
static const struct quarters quarters = {.slot = 3,
	.count = 2,
	.begin = {.taken_ms = 11, .registers = {{1, 2, 3, 4, 5}}},
	.at = {{.taken_ms = 22}, {.taken_ms = 33, .registers = {{6, 7, 8, 9, 10}}}}};

/* A market with something in every table: homes, addresses, auctions, shut answers, awards. */
static int setup(void **state)
{
	struct command c;
	uint64_t auction;

	(void)scene_open(state);
	auction = scene_auction(SIDE_BUY, BOOK_SEALED, 3, 1000, 9000);
	for (int home = 2; home < 5; home++) {
		c = scene_bid(home, 3, SIDE_SELL, 100, 5000, auction);
		(void)scene_send(&c);
	}
	(void)scene_cancel(4, 3, w->market->next_seq - 1);
	auction = scene_auction(SIDE_SELL, BOOK_OPEN, 2, 1000, 3000);
	c = scene_bid(5, 2, SIDE_BUY, 100, 5000, auction);
	(void)scene_send(&c);
	c = scene_tx(6, 1, TX_CPF);
	c.u.tx.cpf_hundredths = 50;
	(void)scene_send(&c);
	scene_to_the_edge();
	w->market->ledger.imbalance.set = (struct imbalance_prices){30000, 2000};
	w->market->homes.rows[QUARTERED].meter.base.taken_ms = 77;
	w->market->homes.rows[QUARTERED].quarters.of[1] = quarters;
	len = market_snapshot_write(w->market, NULL, 0);
	bytes = malloc(len);
	again = malloc(len);
	assert_true(bytes && again);
	assert_int_equal(market_snapshot_write(w->market, bytes, len), len);
	return 0;
}

static int teardown(void **state)
{
	free(bytes);
	free(again);
	return scene_free(state);
}

static struct market *fresh(void)
{
	struct enrolled_key key = {.alg = 2, .key = {.len = 32}};
	uint8_t zero[HASH_LEN] = {0};
	struct market *m = calloc(1, sizeof *m);

	assert_non_null(m);
	market_init(m, &w->params, digest_sha256, &key, 1, zero, zero);
	return m;
}

static void it_restores_the_very_state(void **state)
{
	struct market *m = fresh(), *live = w->market;
	uint32_t orders = 0;

	(void)state;
	assert_true(w->market->shut_count == 4 && w->market->ledger.ranked_count == 1);
	assert_true(market_snapshot_read(m, bytes, len));
	assert_int_equal(market_snapshot_write(m, again, len), len);
	assert_memory_equal(again, bytes, len);
	/* What an address has in the tables is counted anew. */
	assert_memory_equal(m->shut_orders, w->market->shut_orders, sizeof m->shut_orders);
	for (uint64_t n = m->ledger.accounts.first; n < m->ledger.accounts.next; n++) {
		const struct account *a = account_get(&m->ledger.accounts, n);
		const struct account *b = account_get(&w->market->ledger.accounts, n);
		assert_int_equal(a->order_count, b->order_count);
		assert_int_equal(a->auction_count, b->auction_count);
		orders += a->order_count;
	}
	assert_int_equal(orders, 1);
	assert_int_equal(m->homes.rows[QUARTERED].meter.base.taken_ms, 77);
	assert_memory_equal(&m->homes.rows[QUARTERED].quarters.of[1], &quarters, sizeof quarters);
	assert_memory_equal(
		&m->ledger.imbalance, &w->market->ledger.imbalance, sizeof m->ledger.imbalance);
	/* And it goes on as the other would: the replica agrees with every block. */
	w->market = m;
	go_to(slot_ms(8));
	assert_int_equal(m->shut_count, 0);
	w->market = live;
	free(m);
}

static void it_fits_or_says_how_much(void **state)
{
	(void)state;
	for (size_t size = 0; size < len; size += len / 7) {
		uint8_t *small = malloc(size ? size : 1);
		assert_non_null(small);
		assert_int_equal(market_snapshot_write(w->market, small, size), len);
		free(small);
	}
}

static void no_damage_gets_in(void **state)
{
	struct market *m = fresh();

	(void)state;
	memcpy(again, bytes, len);
	for (size_t i = 0; i < len; i += i < 512 ? 1 : 37) {
		again[i] ^= (uint8_t)(1 << i % 8);
		assert_false(market_snapshot_read(m, again, len));
		again[i] = bytes[i];
	}
	for (size_t i = 0; i < len; i += i < 64 ? 1 : 997)
		assert_false(market_snapshot_read(m, bytes, i));
	assert_false(ledger_snapshot_read(&m->ledger, bytes, len)); /* of another kind */
	assert_true(market_snapshot_read(m, bytes, len));
	free(m);
}

/* Damage by whoever can make the digest fit must not crash the reader either. */
static void false_content_is_survived(void **state)
{
	size_t read = 0;

	(void)state;
	memcpy(again, bytes, len);
	for (size_t i = 8; i < len - HASH_LEN; i += len / 400) {
		struct market *m = fresh();
		again[i] ^= (uint8_t)(1 << i % 8);
		digest_sha256(again, len - HASH_LEN, again + len - HASH_LEN);
		read += market_snapshot_read(m, again, len);
		again[i] = bytes[i];
		free(m);
	}
	assert_true(read > 0); /* numbers that only other rules could judge */
}

/* The first account's record repeated: two rows of one name. */
static void doubles_are_refused(void **state)
{
	const struct account *first =
		account_get(&w->market->ledger.accounts, w->market->ledger.accounts.first);
	size_t places = 0;

	(void)state;
	memcpy(again, bytes, len);
	for (size_t i = 0; i + ADDRESS_LEN < len; i++) {
		struct market *m;
		if (memcmp(bytes + i, first[1].address.text, ADDRESS_LEN) != 0)
			continue;
		m = fresh();
		memcpy(again + i, first->address.text, ADDRESS_LEN);
		digest_sha256(again, len - HASH_LEN, again + len - HASH_LEN);
		assert_false(market_snapshot_read(m, again, len));
		memcpy(again, bytes, len);
		free(m);
		places++;
	}
	assert_true(places > 0);
}

static void the_public_part_alone(void **state)
{
	struct ledger *copy = calloc(1, sizeof *copy);
	uint8_t zero[HASH_LEN] = {0};
	size_t n = ledger_snapshot_write(w->replica, NULL, 0);

	(void)state;
	assert_true(copy && n < len);
	ledger_init(copy, &w->params, digest_sha256, zero, zero);
	assert_int_equal(ledger_snapshot_write(w->replica, again, len), n);
	assert_true(ledger_snapshot_read(copy, again, n));
	again[n / 2] ^= 1;
	assert_false(ledger_snapshot_read(copy, again, n));
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_damage_gets_in),
		cmocka_unit_test(it_fits_or_says_how_much),
		cmocka_unit_test(false_content_is_survived),
		cmocka_unit_test(doubles_are_refused),
		cmocka_unit_test(the_public_part_alone),
		cmocka_unit_test(it_restores_the_very_state),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
