/* The market's clock after an outage: blocks in small commits, nothing taken in meanwhile, the same
 * chain after a crash in between; and a clock that is not believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/little_market.h"

static struct little_market m;

static int setup(void **state)
{
	(void)state;
	little_open(&m);
	little_advance(&m, little_slot_ms(0) + 1000);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	little_close(&m);
	return 0;
}

static uint64_t height(void)
{
	return m.engine.market->ledger.height;
}

static void restart(void)
{
	inspector_free(m.inspector);
	engine_close(&m.engine);
	assert_int_equal(engine_open(&m.engine, m.csm, m.ledger, m.operator_key), ERR_OK);
	assert_int_equal(
		inspector_new(m.engine.keyring, m.genesis.market, KEY_P256, &m.inspector), ERR_OK);
}

static void ask_for_the_wallet(void)
{
	char text[8];
	struct out out;

	out_init(&out, text, sizeof text);
	out_printf(&out, "{}");
	little_send(
		&m, m.homes[0].id, OPERATION_WALLET, &out, &(struct signer){.key = m.homes[0].ems});
}

/* What one clock tells all homes has to wait somewhere. */
static void parts_are_smaller_with_many_homes(void **state)
{
	static const struct {
		uint32_t clients, blocks;
	} cases[] = {
		{4, 64}, {127, 64}, {128, 63}, {1000, 8}, {4095, 2}, {4096, 1}, {HOMES_MAX, 1}};
	struct market *market = m.engine.market;
	uint32_t count = market->homes.count;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		market->homes.count = cases[i].clients;
		assert_int_equal(market_clock_blocks(market), cases[i].blocks);
	}
	market->homes.count = count;
}

static void an_outage_is_closed_in_parts(void **state)
{
	int rounds = 1;

	(void)state;
	little_advance(&m, little_slot_ms(200) + 1000);
	assert_int_equal(height(), 1 + MARKET_CLOCK_BLOCKS_MAX);
	assert_true(engine_is_behind(&m.engine));
	restart(); /* a crash between two parts */
	assert_int_equal(height(), 1 + MARKET_CLOCK_BLOCKS_MAX);
	do {
		little_advance(&m, little_slot_ms(200) + 2000);
		rounds++;
	} while (engine_is_behind(&m.engine) && rounds < 10);
	assert_int_equal(rounds, 4);
	assert_int_equal(height(), 201);
	restart();
	assert_int_equal(height(), 201);
	assert_false(engine_is_behind(&m.engine));
}

/* What is asked meanwhile is answered as of now; what would change something has to wait. */
static void nothing_is_taken_in_meanwhile(void **state)
{
	struct out out;
	char text[256];
	size_t before;

	(void)state;
	little_advance(&m, little_slot_ms(150) + 1000);
	before = m.count;
	ask_for_the_wallet();
	assert_non_null(little_find(&m, "/wallet", before));
	little_advance(&m, little_slot_ms(150) + 1000);
	little_advance(&m, little_slot_ms(150) + 1000);
	assert_false(engine_is_behind(&m.engine));
	little_advance(&m, little_slot_ms(350) + 1000);
	assert_true(engine_is_behind(&m.engine));
	before = m.count;
	out_init(&out, text, sizeof text);
	out_printf(&out, "{\"amount_uc\":1,\"clientId\":\"%s\"}", m.homes[0].id);
	little_send(
		&m, "operator", OPERATION_DEPOSIT, &out, &(struct signer){.key = m.operator_key});
	assert_non_null(strstr(little_find(&m, "/reject", before)->payload, "\"BUSY\""));
}

static void a_wild_clock_is_not_believed(void **state)
{
	const int64_t far =
		little_slot_ms(0) + (ENGINE_CATCH_UP_SLOTS + 1) * (int64_t)LITTLE_SLOT_MS;

	(void)state;
	assert_int_equal(engine_clock(&m.engine, far), ERR_OK);
	assert_true(m.engine.clock_unbelieved);
	assert_int_equal(height(), 1);
	assert_false(engine_is_behind(&m.engine));
	assert_int_equal(m.engine.now_ms, little_slot_ms(0) + 1000);
	assert_int_equal(engine_clock(&m.engine, far - 1), ERR_OK); /* the last that is */
	assert_false(m.engine.clock_unbelieved);
	assert_int_equal(height(), 1 + MARKET_CLOCK_BLOCKS_MAX);
}

/* A market that has not begun waits for its start, and for nothing else. */
static void before_its_start_no_clock_is_behind(void **state)
{
	struct little_market early;

	(void)state;
	little_open(&early);
	assert_int_equal(engine_clock(&early.engine, little_slot_ms(0) - 86400000), ERR_OK);
	assert_false(early.engine.clock_set_back);
	little_close(&early);
}

/* Time does not go back: it stands still, and that is told once it is more than messages may be
 * off.
 */
static void a_clock_set_back_is_noticed(void **state)
{
	int64_t now_ms = m.engine.now_ms;
	int64_t window_ms = m.genesis.params.date_window_s * 1000;

	(void)state;
	assert_int_equal(engine_clock(&m.engine, now_ms - window_ms), ERR_OK);
	assert_false(m.engine.clock_set_back);
	assert_int_equal(engine_clock(&m.engine, now_ms - window_ms - 1), ERR_OK);
	assert_true(m.engine.clock_set_back);
	assert_int_equal(m.engine.now_ms, now_ms);
	assert_int_equal(engine_clock(&m.engine, now_ms + 1), ERR_OK);
	assert_false(m.engine.clock_set_back);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(parts_are_smaller_with_many_homes),
		TEST(an_outage_is_closed_in_parts),
		TEST(nothing_is_taken_in_meanwhile),
		TEST(a_wild_clock_is_not_believed),
		TEST(a_clock_set_back_is_noticed),
		cmocka_unit_test(before_its_start_no_clock_is_behind),
	};

	return cmocka_run_group_tests_name("engine_clock", tests, NULL, NULL);
}
