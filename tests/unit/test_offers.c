/* The topic `offers`: batches of a bounded size, a bounded share of one block, of each sender a
 * bounded share of that, and the number of what was left out, of which none is forgotten and none
 * told twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "engine/offers.h"

enum { BODY = 400 };

static struct offers o;
static struct outbox outbox;
static const struct offers_to to = {.name = "m", .market_ms = 7, .outbox = &outbox};

static int set_up(void **state)
{
	(void)state;
	outbox = (struct outbox){.first = NULL};
	return offers_init(&o) == ERR_OK ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	outbox_clear(&outbox);
	offers_release(&o);
	return 0;
}

static void add_of(uint64_t account, uint64_t seq, uint64_t height)
{
	static char body[BODY];
	struct stored_tx tx = {.seq = seq, .market_ms = 5, .body = body, .body_len = BODY};

	memset(body, ' ', sizeof body);
	memcpy(body, "{}", 2);
	offers_add(&o, &tx, account, height, &to);
}

/* Of many senders, each far from its share. */
static void add(uint64_t seq, uint64_t height)
{
	add_of(seq % 500, seq, height);
}

/* What one message tells, and its length. */
struct told {
	size_t items, len;
	unsigned long left_out;
};

static struct told next(void)
{
	struct publication *p = outbox_take(&outbox);
	struct told t = {.items = 0};
	const char *left_out;

	assert_non_null(p);
	assert_string_equal(p->topic, "lem/m/offers");
	assert_false(p->retain);
	assert_true(strncmp(p->payload, "{\"items\":[", 10) == 0);
	for (const char *c = p->payload; (c = strstr(c, "\"body\"")); c++)
		t.items++;
	left_out = strstr(p->payload, "],\"left_out\":");
	assert_non_null(left_out);
	t.left_out = strtoul(left_out + 13, NULL, 10);
	assert_non_null(strstr(left_out, ",\"market_ms\":7}"));
	t.len = p->len;
	free(p);
	return t;
}

static void nothing_is_no_message(void **state)
{
	(void)state;
	assert_false(offers_wait(&o, 1));
	offers_flush(&o, 1, &to);
	assert_int_equal(outbox.count, 0);
}

static void a_batch_is_one_message(void **state)
{
	struct told t;

	(void)state;
	add(1, 1);
	add(2, 1);
	assert_true(offers_wait(&o, 1));
	offers_flush(&o, 1, &to);
	t = next();
	assert_int_equal(t.items, 2);
	assert_int_equal(t.left_out, 0);
	assert_false(offers_wait(&o, 1));
	assert_int_equal(outbox.count, 0);
}

static void a_message_is_bounded(void **state)
{
	size_t items = 0;

	(void)state;
	for (uint64_t i = 0; i < 200; i++)
		add(i, 1);
	offers_flush(&o, 1, &to);
	assert_true(outbox.count > 1);
	while (outbox.count > 0) {
		struct told t = next();
		assert_true(t.items > 0 && t.len <= OFFERS_TEXT_MAX);
		items += t.items;
	}
	assert_int_equal(items, 200);
}

/* All that was accepted in one block is told, or counted. */
static void a_block_is_bounded(void **state)
{
	enum { MANY = 3000 };
	size_t items = 0, bytes = 0, counted = 0, messages = 0;
	unsigned long left_out = 0;

	(void)state;
	for (uint64_t i = 0; i < MANY; i++) {
		add(i, 1);
		if (i % 10 == 9)
			offers_flush(&o, 1, &to);
	}
	assert_false(offers_wait(&o, 1)); /* the rest comes with the block */
	assert_true(offers_wait(&o, 2));
	offers_flush(&o, 2, &to);
	while (outbox.count > 0) {
		struct told t = next();
		items += t.items;
		bytes += t.items > 0 ? t.len : 0;
		left_out += t.left_out;
		counted += t.left_out > 0;
		messages++;
	}
	assert_int_equal(items + left_out, MANY);
	assert_int_equal(counted, 2);
	assert_in_range(bytes, OFFERS_BLOCK_MAX - 2 * BODY, OFFERS_BLOCK_MAX + messages * 64);
	add(MANY, 2); /* the next block has its own share */
	offers_flush(&o, 2, &to);
	assert_int_equal(next().items, 1);
}

/* What was left out of a block is told even if the next begins with a transaction of its own. */
static void blocks_are_told_apart(void **state)
{
	unsigned long left_out = 0;
	size_t items = 0;

	(void)state;
	for (uint64_t i = 0; i < 1000; i++)
		add(i, 1);
	offers_flush(&o, 1, &to);
	add(1000, 1);
	assert_true(o.full && o.left_out == 1);
	add(1001, 2);
	assert_true(!o.full && o.left_out == 0);
	offers_flush(&o, 2, &to);
	while (outbox.count > 0) {
		struct told t = next();
		items += t.items;
		left_out += t.left_out;
	}
	assert_int_equal(items + left_out, 1002);
}

struct sum {
	size_t items;
	unsigned long left_out;
};

static struct sum all_told(void)
{
	struct sum sum = {.items = 0};

	while (outbox.count > 0) {
		struct told t = next();
		sum.items += t.items;
		sum.left_out += t.left_out;
	}
	return sum;
}

/* One that floods the topic is told to its share; the others, behind it, as ever. */
static void nobody_uses_it_up_alone(void **state)
{
	enum { FLOOD = 5000, OTHERS = 300, FITS = OFFERS_SHARE_MAX / (BODY + 256) };
	struct sum sum;

	(void)state;
	for (uint64_t i = 0; i < FLOOD; i++)
		add_of(7, i, 1);
	assert_false(o.full);
	offers_flush(&o, 1, &to);
	sum = all_told();
	assert_in_range(sum.items, FITS, OFFERS_SHARE_MAX / BODY);
	assert_int_equal(sum.items + sum.left_out, FLOOD);
	for (uint64_t i = 0; i < OTHERS; i++)
		add_of(100 + i, FLOOD + i, 1);
	add_of(7, FLOOD + OTHERS, 1); /* what ended stays ended: never a selection */
	offers_flush(&o, 2, &to);
	sum = all_told();
	assert_int_equal(sum.items, OTHERS);
	assert_int_equal(sum.left_out, 1);
	add_of(7, FLOOD + OTHERS + 1, 2); /* the next block has its own share */
	offers_flush(&o, 2, &to);
	assert_int_equal(all_told().items, 1);
}

/* A small item behind one that did not fit is left out as well. */
static void of_one_sender_a_beginning(void **state)
{
	struct stored_tx large = {.body = "{}", .body_len = OFFERS_SHARE_MAX};
	struct sum sum;

	(void)state;
	add_of(7, 1, 1);
	offers_add(&o, &large, 7, 1, &to);
	add_of(7, 2, 1);
	add_of(8, 3, 1);
	offers_flush(&o, 1, &to);
	sum = all_told();
	assert_int_equal(sum.items, 2);
	assert_int_equal(sum.left_out, 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_no_message),
		TEST(a_batch_is_one_message),
		TEST(a_message_is_bounded),
		TEST(a_block_is_bounded),
		TEST(blocks_are_told_apart),
		TEST(nobody_uses_it_up_alone),
		TEST(of_one_sender_a_beginning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
