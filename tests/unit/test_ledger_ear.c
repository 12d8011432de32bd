/* Transactions out of what the market tells everyone: only what a role has signed is believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "lemctl/ledger_ear.h"
#include "tests/unit/network_market.h"

static struct network_market n;
static struct ledger_ear ear;
static struct tx heard[16];
static int count;

static void take(void *context, const struct tx *tx)
{
	(void)context;
	assert_true(count < 16);
	heard[count++] = *tx;
}

static int setup(void **state)
{
	(void)state;
	network_market_open(&n, SILENCE_REFUSES);
	assert_int_equal(ledger_ear_open(&ear, &n.m.genesis, take, NULL), ERR_OK);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ledger_ear_close(&ear);
	network_market_close(&n);
	return 0;
}

/* All that was told on topics that end so. */
static uint64_t hear(const char *ending)
{
	uint64_t highest = 0;

	for (size_t i = 0; i < n.m.count; i++) {
		const struct publication *p = n.m.published[i];
		size_t len = strlen(p->topic), e = strlen(ending);
		uint64_t height;

		if (len < e || strcmp(p->topic + len - e, ending) != 0)
			continue;
		ledger_ear_hear(&ear, p->payload, p->len, &height);
		highest = height > highest ? height : highest;
	}
	return highest;
}

static void what_roles_say_is_heard(void **state)
{
	(void)state;
	little_advance(&n.m, little_slot_ms(0) + 1000);
	network_schedule_slots(&n, 3, 2, 200);
	network_limit_slot(&n, NETWORK_DSO, 3, 5000, 400);
	network_say_of_last(&n, NETWORK_TSO, APPROVAL_CHANGE);
	little_advance(&n.m, little_slot_ms(0) + 60000);
	assert_int_equal(hear("/offers"), 0);
	assert_int_equal(count, 3);
	assert_int_equal(heard[0].kind, TX_SCHEDULE);
	assert_int_equal(heard[1].kind, TX_LIMITS);
	assert_int_equal(heard[2].kind, TX_APPROVE);
	assert_memory_equal(heard[2].u.approve.schedule, heard[0].id, HASH_LEN);
	little_advance(&n.m, little_slot_ms(1) + 1000);
	assert_int_equal(hear("/blocks"), 1);
	assert_int_equal(count, 6);
	assert_memory_equal(heard[3].id, heard[0].id, HASH_LEN);
}

/* The same with one letter of a body, or of a signature, changed. */
static void what_is_not_signed_is_passed_over(void **state)
{
	static const char *const changes[][2] = {
		{"\"net_wh\":[200", "\"net_wh\":[300"}, {"\"signature\":\"", "\"signature\":\"A"}};
	const struct publication *p;
	uint64_t height;

	(void)state;
	little_advance(&n.m, little_slot_ms(0) + 1000);
	network_schedule_slots(&n, 3, 2, 200);
	little_advance(&n.m, little_slot_ms(0) + 60000);
	p = little_find(&n.m, "/offers", 0);
	assert_non_null(p);
	for (size_t i = 0; i < 2; i++) {
		char *text = malloc(p->len + 2), *at;

		assert_non_null(text);
		memcpy(text, p->payload, p->len);
		text[p->len] = '\0';
		at = strstr(text, changes[i][0]);
		assert_non_null(at);
		memcpy(at, changes[i][1], strlen(changes[i][1]));
		count = 0;
		ledger_ear_hear(&ear, text, p->len, &height);
		assert_int_equal(count, 0);
		free(text);
	}
	ledger_ear_hear(&ear, p->payload, p->len, &height);
	assert_int_equal(count, 1);
	ledger_ear_hear(&ear, "{\"items\":[{}]}", 14, &height);
	ledger_ear_hear(&ear, "{\"items\"", 8, &height);
	assert_int_equal(count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_roles_say_is_heard, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_not_signed_is_passed_over, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
