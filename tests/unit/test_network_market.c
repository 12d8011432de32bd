/* The network's operators in a whole market: what they are told, what bidders are told, the tables
 * and views, a market opened again, and its audit. LEM_KEEP_LEDGER=FOLDER keeps a copy of the
 * ledger, and the genesis hash, for other verifiers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "engine/ledger_audit.h"
#include "store/market_db.h"
#include "tests/unit/network_market.h"
#include "wire/date.h"

static struct network_market n;

static int setup(void **state)
{
	(void)state;
	network_market_open(&n, SILENCE_REFUSES);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	network_market_close(&n);
	return 0;
}

/* One value out of the ledger. */
static void ledger_says(const char *sql, const char *wanted)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *s = NULL;
	const char *got;

	assert_true(market_db_open(n.m.folder, &db));
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	got = sqlite3_step(s) == SQLITE_ROW ? (const char *)sqlite3_column_text(s, 0) : "";
	if (strcmp(got ? got : "null", wanted) != 0)
		fail_msg("%s: %s, not %s", sql, got ? got : "null", wanted);
	(void)sqlite3_finalize(s);
	(void)sqlite3_close(db);
}

static void approve_last(void)
{
	network_say_of_last(&n, NETWORK_DSO, APPROVAL_APPROVE);
	network_say_of_last(&n, NETWORK_TSO, APPROVAL_APPROVE);
}

/* The aggregator opens an auction for slot 3 with that rule and gate; its sequence. */
static uint64_t open_auction(const char *rule, const char *type, int gate_lead_s)
{
	const struct publication *p;
	char text[1024], date[32];
	struct out out;

	date_write(little_slot_ms(3) - gate_lead_s * 1000, date);
	out_init(&out, text, sizeof text);
	out_printf(&out,
		"{\"address\":\"%s\",\"bid\":{\"energy\":{\"unit\":\"Wh\",\"value\":\"1000\"},"
		"\"price\":{\"unit\":\"cents/kWh\",\"value\":\"%s\"},\"type\":\"%s\"},"
		"\"contract\":{\"gate_close\":\"%s\",\"rule\":\"%s\",\"slot\":3}}",
		network_address(&n, 0), type[0] == 'b' ? "18" : "2", type, date, rule);
	little_send(&n.m, "aggregator", OPERATION_BID_OFFER, &out,
		&(struct signer){.key = n.m.aggregator_key});
	p = little_find(&n.m, "/receipt", 0);
	assert_non_null(p);
	return strtoull(strstr(p->payload, "\"seq\":") + 6, NULL, 10);
}

static void buy(int home, uint64_t auction, int64_t wh, int64_t price)
{
	struct address address = little_address(&n.m, home, 3);
	struct message_bid bid = {.address = address.text,
		.side = SIDE_BUY,
		.energy_wh = wh,
		.price_mc_per_kwh = price,
		.auction = auction};
	char text[1024];
	struct out out;

	out_init(&out, text, sizeof text);
	message_write_bid(&out, &bid);
	little_by_address(&n.m, home, 3, OPERATION_BID_OFFER, &out);
}

/* Slots 0 to 3: one schedule refused, one approved, one lapsed; auctions of each rule cut. */
static void days_work(void)
{
	uint64_t first, second, third, fourth;

	little_advance(&n.m, little_slot_ms(0) + 1000);
	network_schedule_slots(&n, 3, 4, 200);
	network_heard(&n, "aggregator/receipt", "\"operation\":\"schedule\"");
	network_say_of_last(&n, NETWORK_DSO, APPROVAL_APPROVE);
	network_heard(&n, "dso/receipt", "\"operation\":\"approve\"");
	network_say_of_last(&n, NETWORK_TSO, APPROVAL_CHANGE);
	network_schedule_slots(&n, 3, 4, 100);
	approve_last();
	network_schedule_slots(&n, 5, 1, 77);
	network_limit_slot(&n, NETWORK_DSO, 3, 5000, 400);
	network_heard(&n, "dso/receipt", "\"operation\":\"limits\"");
	network_limit_slot(&n, NETWORK_TSO, 3, 200, 5000);
	first = open_auction("pay-as-bid", "buy", 3000);
	second = open_auction("vickrey", "buy", 2400);
	third = open_auction("uniform", "sell", 1800);
	fourth = open_auction("uniform", "buy", 1200);
	little_advance(&n.m, little_slot_ms(2) + 500);
	for (int home = 0; home < 2; home++) {
		little_offer(&n.m, home, 3, first, 150, 9000 + home, 0);
		little_offer(&n.m, home, 3, second, 180, 9000 + 1000 * home, 0);
		buy(home, third, 90, 9000 + home);
		little_offer(&n.m, home, 3, fourth, 10, 9000, 0);
	}
	little_advance(&n.m, little_slot_ms(3) - 1100 * 1000);
}

/* Slot 4: an auction of the whole slot, and one of its second half. */
static void within_slot_four(void)
{
	const struct message_bid bid = {.address = network_address(&n, 0),
		.side = SIDE_BUY,
		.energy_wh = 1000,
		.price_mc_per_kwh = 20000,
		.names_slot = true,
		.measure = MEASURE_BEFORE_AFTER,
		.slot = 4};
	const struct publication *p;
	uint64_t auction;
	char text[1024];
	struct out out;

	network_limit_slot(&n, NETWORK_DSO, 4, 5000, 150);
	little_advance(&n.m, little_slot_ms(3) + 1000);
	auction = little_auction(&n.m, 4, 1000);
	little_offer(&n.m, 0, 4, auction, 180, 9000, 0);
	little_advance(&n.m, little_slot_ms(4) - 60000);
	little_advance(&n.m, little_slot_ms(4) + LITTLE_SLOT_MS / 4 + 1000);
	out_init(&out, text, sizeof text);
	message_write_bid(&out, &bid);
	little_send(&n.m, "aggregator", OPERATION_BID_OFFER, &out,
		&(struct signer){.key = n.m.aggregator_key});
	p = little_find(&n.m, "aggregator/receipt", 0);
	auction = strtoull(strstr(p->payload, "\"seq\":") + 6, NULL, 10);
	for (int home = 0; home < 2; home++)
		little_offer(&n.m, home, 4, auction, 60, 9000 + home, 0);
	little_advance(&n.m, little_slot_ms(4) + LITTLE_SLOT_MS / 2 - 1000);
}

static void what_is_cut_is_said(void **state)
{
	static const char home[] = "to/home0000/award", other[] = "to/home0001/award";

	(void)state;
	days_work();
	/* 500 Wh may be sold from a net of 100 down to -400: 300, then 200 of 360, then none. */
	ledger_says("SELECT group_concat(cleared_wh, ' ') FROM (SELECT cleared_wh"
		    " FROM auction_ends ORDER BY auction)",
		"300 200 100 0");
	ledger_says("SELECT group_concat(cut_kwh || ' ' || role || ' ' || why, ', ') FROM v_cuts",
		"0.16 dso network_limit, 0.08 tso network_limit, 0.02 dso network_limit");
	network_heard(
		&n, home, "\"network_limit\":{\"cut_wh\":20,\"role\":\"dso\",\"scheduled\":true}");
	network_heard(&n, home, "\"outcome\":\"lost\"");
	network_heard(&n, other, "\"network_limit\":{\"cut_wh\":20,");
	for (size_t i = 0; i < n.m.count; i++) {
		const struct publication *p = n.m.published[i];

		if (strstr(p->topic, "/auctions/") && strstr(p->payload, "\"event\":\"ended\"") &&
			strstr(p->payload, "\"cleared_wh\":300"))
			assert_null(strstr(p->payload, "network_limit"));
	}
	ledger_says("SELECT sum(amount_uc) FROM awards w JOIN orders o ON o.seq = \"order\""
		    " JOIN auctions a ON a.seq = o.auction WHERE rule = 3",
		/* Room for 200: 180 displace 160 of home 1 and 20 at the limit, 20 displace none.
		 */
		"2320000");
}

/* 250 Wh may be sold: 180 of the whole slot, then 70 of 120 of its second half. */
static void within_the_slot_too(void **state)
{
	int32_t wh = 10000;
	struct limits_window late = {4, 1, &wh, &wh};
	char text[512];
	struct out out;

	(void)state;
	days_work();
	within_slot_four();
	ledger_says("SELECT group_concat(measure || ' ' || cleared_wh, ', ') FROM auctions a"
		    " JOIN auction_ends e ON e.auction = a.seq WHERE slot = 4",
		"1 180, 5 70");
	ledger_says("SELECT cut_kwh FROM v_cuts WHERE auction = (SELECT max(seq) FROM auctions)",
		"0.05");
	out_init(&out, text, sizeof text);
	net_form_write_limits(&out, network_address(&n, NETWORK_DSO), &late);
	network_say(&n, NETWORK_DSO, OPERATION_LIMITS, &out); /* the slot has begun */
	network_heard(&n, "dso/reject", "\"HORIZON\",\"field\":\"parameters.first_slot\"");
}

static void it_is_seen_how_schedules_stand(void **state)
{
	(void)state;
	days_work();
	ledger_says("SELECT group_concat(state, ' ') FROM (SELECT state FROM v_approvals"
		    " ORDER BY schedule)",
		"refused approved pending");
	ledger_says("SELECT answers FROM v_approvals WHERE state = 'refused'",
		"dso approves 2017-07-14 02:40:01; "
		"tso asks for changes 2017-07-14 02:40:01: too much at noon");
	ledger_says("SELECT group_concat(slot || ' ' || net_kwh || ' ' || state, ', ')"
		    " FROM (SELECT * FROM v_schedule ORDER BY slot)",
		"3 0.1 approved, 4 0.1 approved, 5 0.1 approved, 6 0.1 approved");
	ledger_says("SELECT group_concat(role || ' ' || import_kwh || ' ' || export_kwh, ', ')"
		    " FROM v_limits WHERE slot = 3",
		"dso 5.0 0.4, tso 0.2 5.0");
	little_advance(&n.m, little_slot_ms(4) + 1000);
	ledger_says("SELECT state FROM v_approvals WHERE schedule ="
		    " (SELECT max(schedule) FROM v_approvals)",
		"lapsed");
	ledger_says("SELECT net_kwh FROM v_schedule WHERE slot = 5", "0.1");
}

/* Nothing of it is lost when the market is opened again, at a block's edge or in its midst. */
static void a_market_opened_again_goes_on(void **state)
{
	struct little_market *m = &n.m;
	struct network_room before, after;

	(void)state;
	days_work();
	network_limit_slot(&n, NETWORK_TSO, 6, 700, 800);
	before = network_room(&m->engine.market->ledger, 6, SIDE_SELL, true, m->now_ms);
	assert_int_equal(before.wh, 600);
	assert_int_equal(before.by, NETWORK_TSO);
	inspector_free(m->inspector);
	engine_close(&m->engine);
	assert_int_equal(engine_open(&m->engine, m->csm, m->ledger, m->operator_key), ERR_OK);
	assert_int_equal(
		inspector_new(m->engine.keyring, m->genesis.market, KEY_P256, &m->inspector),
		ERR_OK);
	after = network_room(&m->engine.market->ledger, 6, SIDE_SELL, true, m->now_ms);
	assert_memory_equal(&before, &after, sizeof after);
	network_say_of_last(&n, NETWORK_DSO, APPROVAL_APPROVE);
	little_advance(m, little_slot_ms(5) + 1000);
	ledger_says("SELECT count(*) FROM approvals", "5");
}

static void an_audit_agrees(void **state)
{
	const char *keep = getenv("LEM_KEEP_LEDGER");
	struct ledger_audit *a = calloc(1, sizeof *a);
	char path[512], sql[600], hex[TEXT_HEX_LEN(HASH_LEN) + 1];
	FILE *file;

	(void)state;
	assert_non_null(a);
	days_work();
	within_slot_four();
	little_advance(&n.m, little_slot_ms(5) + 1000);
	(void)snprintf(path, sizeof path, "%.400s/copy.db", keep ? keep : n.m.folder);
	(void)snprintf(sql, sizeof sql, "VACUUM INTO '%s'", path);
	assert_int_equal(
		sqlite3_exec(n.m.engine.ledger.db.handle, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(ledger_audit_open(a, path, n.m.genesis.hash), ERR_OK);
	assert_int_equal(ledger_audit_run(a), ERR_OK);
	if (a->fault.verdict != VERDICT_OK)
		fail_msg("%s", a->why);
	ledger_audit_close(a);
	free(a);
	if (!keep)
		return;
	(void)snprintf(path, sizeof path, "%.400s/genesis", keep);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(text_hex_write(n.m.genesis.hash, HASH_LEN, hex, sizeof hex));
	(void)fprintf(file, "%s\n", hex);
	(void)fclose(file);
}

/* Others' words are refused, whoever signs them. */
static void others_have_no_say(void **state)
{
	const int32_t wh = 100;
	struct limits_window w = {9, 1, &wh, &wh};
	struct address own;
	char text[512];
	struct out out;

	(void)state;
	little_advance(&n.m, little_slot_ms(0) + 1000);
	network_schedule_slots(&n, 3, 1, 200);
	own = little_address(&n.m, 0, 1);
	out_init(&out, text, sizeof text);
	net_form_write_limits(&out, own.text, &w);
	little_by_address(&n.m, 0, 1, OPERATION_LIMITS, &out);
	network_heard(&n, "home0000/reject", "\"NOT_ALLOWED\",\"field\":\"parameters.address\"");
	out_init(&out, text, sizeof text);
	net_form_write_limits(&out, network_address(&n, NETWORK_DSO), &w);
	little_by_address(&n.m, 0, 1, OPERATION_LIMITS, &out); /* in the DSO's name */
	network_heard(&n, "home0000/reject", "\"UNKNOWN_ADDRESS\"");
	little_send(&n.m, "dso", OPERATION_LIMITS, &out,
		&(struct signer){.key = n.keys[NETWORK_TSO - 1]}); /* forged */
	network_heard(&n, "dso/reject", "\"BAD_SIGNATURE\"");
	network_say(&n, NETWORK_DSO, OPERATION_LIMITS, &out);
	network_heard(&n, "dso/receipt", "\"operation\":\"limits\"");
	/* the same message once more: the same receipt */
	little_take(&n.m, "dso", OPERATION_LIMITS, n.m.last.text, n.m.last.len);
	ledger_says("SELECT count(DISTINCT seq) FROM limits", "1");
	n.m.now_ms += 200000;
	little_advance(&n.m, n.m.now_ms);
	out_init(&out, text, sizeof text);
	net_form_write_approve(&out, network_address(&n, 0),
		n.m.engine.market->ledger.schedules.rows[0].id, APPROVAL_APPROVE, "");
	little_send(&n.m, "aggregator", OPERATION_APPROVE, &out,
		&(struct signer){.key = n.m.aggregator_key});
	network_heard(&n, "aggregator/reject", "\"NOT_ALLOWED\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_cut_is_said, setup, teardown),
		cmocka_unit_test_setup_teardown(within_the_slot_too, setup, teardown),
		cmocka_unit_test_setup_teardown(it_is_seen_how_schedules_stand, setup, teardown),
		cmocka_unit_test_setup_teardown(a_market_opened_again_goes_on, setup, teardown),
		cmocka_unit_test_setup_teardown(others_have_no_say, setup, teardown),
		cmocka_unit_test_setup_teardown(an_audit_agrees, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
