/* The recent transactions: known while they must be, forgotten after, restored as they were. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "core/recent.h"

static struct recent *r;

static int setup(void **state)
{
	(void)state;
	r = calloc(1, sizeof *r);
	assert_non_null(r);
	recent_init(r);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(r);
	return 0;
}

static const uint8_t *id(uint32_t n)
{
	static uint8_t bytes[HASH_LEN];

	memset(bytes, 0, sizeof bytes);
	for (int i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(n >> (24 - 8 * i));
	return bytes;
}

static void known_until_forgotten(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < 1000; n++) {
		assert_false(recent_has(r, id(n)));
		recent_add(r, id(n), n / 2);
		assert_true(recent_has(r, id(n)));
	}
	recent_forget(r, 0);
	assert_int_equal(r->count, 1000);
	recent_forget(r, 100); /* those of 99 and before */
	assert_int_equal(r->count, 800);
	for (uint32_t n = 0; n < 1000; n++)
		assert_int_equal(recent_has(r, id(n)), n >= 200);
	for (uint32_t i = 1; i < r->count; i++)
		assert_true(r->entries[i].key > r->entries[i - 1].key); /* in their order */
	recent_add(r, id(0), 600);
	assert_true(recent_has(r, id(0)));
	recent_forget(r, INT64_MAX);
	assert_int_equal(r->count, 0);
	assert_false(recent_has(r, id(0)));
}

/* Eight bytes are what is remembered. */
static void the_first_eight_bytes_count(void **state)
{
	uint8_t other[HASH_LEN];

	(void)state;
	recent_add(r, id(7), 1);
	memcpy(other, id(7), HASH_LEN);
	other[8] ^= 1;
	assert_true(recent_has(r, other));
	other[7] ^= 1;
	assert_false(recent_has(r, other));
}

static void restored_once(void **state)
{
	struct recent_entry e = {.key = 5, .market_ms = 9};

	(void)state;
	assert_true(recent_restore(r, &e));
	assert_false(recent_restore(r, &e));
	assert_int_equal(r->count, 1);
	assert_int_equal(r->entries[0].market_ms, 9);
}

static void full_is_full(void **state)
{
	struct recent_entry e = {.key = 1};

	(void)state;
	for (uint32_t n = 0; n < RECENT_MAX; n++)
		recent_add(r, id(n), 1);
	assert_false(recent_restore(r, &e));
	assert_true(recent_has(r, id(0)) && recent_has(r, id(RECENT_MAX - 1)));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(known_until_forgotten),
		TEST(the_first_eight_bytes_count),
		TEST(restored_once),
		TEST(full_is_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
