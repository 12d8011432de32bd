/* Deliveries measured from a home's schedule, through a whole market: the aggregator sets it, the
 * home is told, answers an auction that is measured so, and is paid for what its meter saw. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/snapshot.h"
#include "hem-client/ems/answer.h"
#include "tests/unit/little_market.h"

enum { SLOT = 6, COUNT = 3 };

static struct little_market m;
static int32_t net_wh[COUNT] = {1000, 900, -100};

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

static void send_baseline(const char *sender, const struct private_key *key, const char *client_id,
	int64_t first_slot)
{
	const struct net_window window = {first_slot, COUNT, net_wh};
	char text[512];
	struct out out;

	out_init(&out, text, sizeof text);
	message_write_baseline(&out, client_id, &window);
	little_send(&m, sender, OPERATION_BASELINE, &out, &(struct signer){.key = key});
}

static void refused(size_t from, const char *code)
{
	const struct publication *p = little_find(&m, "/reject", from);

	assert_non_null(p);
	if (!strstr(p->payload, code))
		fail_msg("%s, not %s", p->payload, code);
}

static void only_the_aggregator_sets_it(void **state)
{
	size_t from = m.count;

	(void)state;
	send_baseline(m.homes[0].id, m.homes[0].ems, m.homes[0].id, SLOT);
	refused(from, "\"NOT_ALLOWED\"");
	from = m.count;
	send_baseline("operator", m.operator_key, m.homes[0].id, SLOT);
	refused(from, "\"NOT_ALLOWED\"");
	from = m.count;
	send_baseline("aggregator", m.aggregator_key, "nobody", SLOT);
	refused(from, "\"UNKNOWN_HOME\"");
	from = m.count;
	send_baseline("aggregator", m.aggregator_key, "aggregator", SLOT);
	refused(from, "\"UNKNOWN_HOME\"");
	from = m.count;
	send_baseline("aggregator", m.aggregator_key, m.homes[0].id,
		m.genesis.params.horizon_slots); /* an auction could be open for it */
	refused(from, "\"SLOT_TOO_NEAR\"");
}

/* Or the aggregator could have a silent home draw what suits it. */
static void it_is_within_the_homes_fuse(void **state)
{
	const int32_t kept = net_wh[COUNT - 1];
	size_t from;

	(void)state;
	for (int32_t wh = 25000; wh >= -25000; wh -= 50000) {
		from = m.count;
		net_wh[COUNT - 1] = wh + (wh > 0 ? 1 : -1);
		send_baseline("aggregator", m.aggregator_key, m.homes[0].id, SLOT);
		refused(from, "\"BEYOND_RATING\"");
		from = m.count;
		net_wh[COUNT - 1] = wh;
		send_baseline("aggregator", m.aggregator_key, m.homes[0].id, SLOT);
		assert_non_null(little_find(&m, "/to/home0000/baseline", from));
	}
	net_wh[COUNT - 1] = kept;
}

static void the_home_is_told(void **state)
{
	struct verify_key *operator_key = NULL;
	struct baseline_answer b;
	char why[ANSWER_WHY_MAX];
	const struct publication *p;

	(void)state;
	send_baseline("aggregator", m.aggregator_key, m.homes[1].id, SLOT);
	p = little_find(&m, "/to/home0001/baseline", 0);
	assert_non_null(p);
	assert_null(little_find(&m, "/to/home0000/baseline", 0));
	assert_int_equal(verify_key_new(&m.genesis.operator_key, &operator_key), ERR_OK);
	assert_int_equal(baseline_answer_read(p->payload, p->len, operator_key, m.genesis.market,
				 "home0001", &b, why),
		ERR_OK);
	assert_int_equal(b.window.first_slot, SLOT);
	assert_int_equal(b.window.count, COUNT);
	assert_memory_equal(b.window.net_wh, net_wh, sizeof net_wh);
	/* Another's, or another market's, is not believed. */
	assert_int_not_equal(baseline_answer_read(p->payload, p->len, operator_key,
				     m.genesis.market, "home0000", &b, why),
		ERR_OK);
	assert_int_not_equal(baseline_answer_read(p->payload, p->len, operator_key,
				     "tiny:0123456789abcdef", "home0001", &b, why),
		ERR_OK);
	verify_key_free(operator_key);
}

/* The aggregator buys 500 Wh below the schedule in that slot; returns the auction. */
static uint64_t open_auction(int64_t slot)
{
	char text[1024];
	struct out out;

	out_init(&out, text, sizeof text);
	out_printf(&out,
		"{\"address\":\"%s\",\"bid\":{\"energy\":{\"unit\":\"Wh\",\"value\":\"500\"},"
		"\"price\":{\"unit\":\"cents/kWh\",\"value\":\"18\"},\"type\":\"buy\"},"
		"\"contract\":{\"measure\":\"baseline\",\"slot\":%lld}}",
		m.genesis.params.roles[0].address.text, (long long)slot);
	little_send(&m, "aggregator", OPERATION_BID_OFFER, &out,
		&(struct signer){.key = m.aggregator_key});
	return m.engine.market->ledger.auctions.auctions[0].seq;
}

/* Up to the end of that slot, each home metered: it imports 700. */
static void live_until(int64_t slot)
{
	for (int64_t s = params_slot_at(&m.genesis.params, m.now_ms); s <= slot; s++) {
		little_advance(&m, little_slot_ms(s + 1) - 1000);
		little_advance(&m, little_slot_ms(s + 1) + 1000);
		for (int n = 0; n < LITTLE_HOMES; n++)
			little_reading(&m, n, s, 0, 700, 0);
	}
}

static void what_is_below_the_schedule_is_delivered(void **state)
{
	const struct publication *p;
	uint64_t auction;
	size_t from;

	(void)state;
	for (int n = 0; n < LITTLE_HOMES; n++)
		little_reading(&m, n, -1, 0, 0, 0);
	send_baseline("aggregator", m.aggregator_key, m.homes[0].id, SLOT);
	live_until(SLOT - 3);
	auction = open_auction(SLOT);
	from = m.count;
	little_offer(&m, 1, SLOT, auction, 500, 5000, 0);
	refused(from, "\"NO_BASELINE\"");
	from = m.count;
	little_offer(&m, 0, SLOT, auction, 400, 5000, 0);
	assert_non_null(little_find(&m, "/to/home0000/receipt", from));
	live_until(SLOT);
	from = m.count;
	little_advance(&m, little_slot_ms(SLOT + 2) + 1000);
	/* Scheduled at 1,000, drawn 700: 300 of the 400. */
	p = little_find(&m, "/to/home0000/statement", from);
	assert_non_null(p);
	assert_non_null(strstr(p->payload, "\"wh\":300,\"why\":\"metered\""));
}

static void stands_in(const struct market *market)
{
	const struct home *h = home_find(&market->homes, m.homes[2].id);
	int64_t wh = 0;

	assert_non_null(h);
	assert_true(home_baseline_get(&h->baseline, SLOT + 1, &wh));
	assert_int_equal(wh, 900);
	assert_false(home_baseline_get(&h->baseline, SLOT + COUNT, &wh));
}

/* A restart has it: the log's replay and the snapshot do. */
static void a_restart_keeps_it(void **state)
{
	struct enrolled_key operator_key = genesis_operator(&m.genesis);
	struct market *fresh = calloc(1, sizeof *fresh);
	uint8_t *bytes = NULL, hash[HASH_LEN];
	uint64_t height, seq;
	size_t len = 0;

	(void)state;
	assert_non_null(fresh);
	send_baseline("aggregator", m.aggregator_key, m.homes[2].id, SLOT);
	inspector_free(m.inspector);
	m.inspector = NULL;
	engine_close(&m.engine);
	assert_int_equal(engine_open(&m.engine, m.csm, m.ledger, m.operator_key), ERR_OK);
	stands_in(m.engine.market);
	little_advance(&m, little_slot_ms(1) + 1000);
	assert_int_equal(
		csm_db_snapshot(&m.engine.csm, INT64_MAX, &height, &seq, hash, &bytes, &len),
		ERR_OK);
	market_init(fresh, &m.genesis.params, digest_sha256, &operator_key,
		(int)m.genesis.address_alg, m.genesis.hash, m.genesis.header.rules_hash);
	assert_true(market_snapshot_read(fresh, bytes, len));
	stands_in(fresh);
	free(bytes);
	free(fresh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(only_the_aggregator_sets_it, setup, teardown),
		cmocka_unit_test_setup_teardown(it_is_within_the_homes_fuse, setup, teardown),
		cmocka_unit_test_setup_teardown(the_home_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_is_below_the_schedule_is_delivered, setup, teardown),
		cmocka_unit_test_setup_teardown(a_restart_keeps_it, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
