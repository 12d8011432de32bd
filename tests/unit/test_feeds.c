/* Blocks on their way: every part, put together again, is the block; many clients at once; and
 * statements of any length. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/little_days.h"
#include "tests/unit/little_blocks.h"
#include "wire/header_form.h"

enum { TEXT_MAX = 1 << 22, NODES = 65536, ORDERS = ACCOUNT_ORDERS_MAX };

static struct little_market market;
static struct json_node nodes[NODES];
static struct json_doc doc;

static int setup(void **state)
{
	(void)state;
	little_open(&market);
	little_days_work(&market);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	little_close(&market);
	return 0;
}

static void read_part(const struct publication *p)
{
	const struct json_limits limits = {JSON_PROFILE_MESSAGE, 1 << 17, 8};

	doc = (struct json_doc){.nodes = nodes, .node_max = NODES};
	assert_int_equal(json_read(&doc, p->payload, p->len, &limits, NULL), JSON_OK);
}

static int64_t number(const char *name)
{
	int64_t value = -1;

	assert_true(json_int64(&doc, json_get(&doc, 0, name), &value));
	return value;
}

/* One block as it comes on a topic: its parts in order, their transactions joined. */
static void gather(
	const char *ending, uint64_t height, size_t from, char text[TEXT_MAX], unsigned *parts)
{
	bool last = false;
	size_t len = 0;

	*parts = 0;
	for (size_t i = from; i < market.count && !last; i++) {
		const struct publication *p = market.published[i];
		const char *t = p->topic;
		uint32_t txs;
		if (strlen(t) < strlen(ending) ||
			strcmp(t + strlen(t) - strlen(ending), ending) != 0)
			continue;
		read_part(p);
		if ((uint64_t)number("height") != height)
			continue;
		assert_int_equal(number("part"), *parts);
		assert_true(p->len <= 36 * 1024 ||
			    doc.nodes[json_get(&doc, 0, "transactions")].count == 1);
		assert_int_equal(json_get(&doc, 0, "header") != JSON_NONE, *parts == 0);
		assert_int_equal(json_get(&doc, 0, "operator_signature") != JSON_NONE, *parts == 0);
		txs = json_get(&doc, 0, "transactions");
		len += (size_t)snprintf(text + len, TEXT_MAX - len, "%s%.*s", *parts ? "," : "",
			(int)(doc.nodes[txs].end - doc.nodes[txs].start) - 2,
			p->payload + doc.nodes[txs].start + 1);
		last = json_type(&doc, json_get(&doc, 0, "last")) == JSON_TRUE;
		(*parts)++;
	}
	assert_true(last);
}

/* The same out of the ledger. */
static bool add(void *context, const struct stored_tx *tx)
{
	struct out *out = context;

	if (out->len > 0)
		out_bytes(out, ",", 1);
	ledger_tx_write(out, tx);
	return true;
}

static char whole[TEXT_MAX], expected[TEXT_MAX];

static unsigned assert_block(const char *ending, uint64_t height, size_t from)
{
	struct out out;
	unsigned parts;

	out_init(&out, expected, sizeof expected);
	assert_int_equal(ledger_db_txs(&market.engine.ledger, height, 0, add, &out), ERR_OK);
	gather(ending, height, from, whole, &parts);
	assert_string_equal(whole, expected);
	return parts;
}

static void new_blocks_go_to_everyone(void **state)
{
	(void)state;
	for (uint64_t height = 1; height <= BLOCKS; height++)
		assert_int_equal(assert_block("/blocks", height, 0), 1);
}

static void ask(int home, uint64_t from, uint64_t to)
{
	char text[128];
	struct out out;

	out_init(&out, text, sizeof text);
	message_write_sync(&out, from, to);
	little_send(&market, market.homes[home].id, OPERATION_SYNC, &out,
		&(struct signer){.key = market.homes[home].ems});
}

static void who_asks_gets_what_there_is(void **state)
{
	size_t from = market.count;

	(void)state;
	ask(0, 2, 3);
	assert_block("/to/home0000/block", 2, from);
	assert_block("/to/home0000/block", 3, from);
	assert_int_equal(market.count, from + 2);
	ask(1, 1, 1000); /* as far as there are blocks */
	for (uint64_t height = 1; height <= BLOCKS; height++)
		assert_block("/to/home0001/block", height, from);
	from = market.count;
	ask(2, BLOCKS + 1, BLOCKS + 1);
	assert_non_null(strstr(market.published[from]->payload, "\"WRONG_HEIGHT\""));
	assert_non_null(strstr(market.published[from]->payload, "\"parameters.from\""));
	assert_non_null(strstr(market.published[from]->payload,
		"\"rule\":\"the newest block is below that height\""));
	assert_int_equal(market.count, from + 1);
}

/* The operator is told which characters a name may have. */
static void names_out_of_form_are_explained(void **state)
{
	struct signer boss = {.key = market.operator_key};
	const struct publication *p;
	size_t from = market.count;
	char text[512];
	struct out out;

	(void)state;
	out_init(&out, text, sizeof text);
	out_printf(&out, "{\"battery_w\":0,\"clientId\":\"Ab!\",\"code_hash\":\"%064d\"", 0);
	out_printf(&out, ",\"fuse_w\":0,\"meter_serial\":\"X\",\"meter_type\":\"t\",\"pv_w\":0}");
	little_send(&market, "operator", OPERATION_HOME_ADD, &out, &boss);
	p = little_find(&market, "/reject", from);
	assert_non_null(p);
	assert_non_null(strstr(p->payload, "\"BAD_FIELD\""));
	assert_non_null(strstr(p->payload, "\"parameters.clientId\""));
	assert_non_null(strstr(p->payload, "a clientId is 3 to 32 of a-z and 0-9"));
}

/* The 64 places: one is always free for the common topic. */
static void clients_leave_room_for_the_new_block(void **state)
{
	struct engine *e = &market.engine;
	struct inspected m = {.operation = OPERATION_SYNC, .sync_from = 1, .sync_to = 4};
	size_t from = market.count, clients = 0;

	(void)state;
	for (int i = 0; i < 70; i++) {
		(void)snprintf(
			m.client_id, sizeof m.client_id, "home%04d", i / ENGINE_FEEDS_OF_ONE);
		assert_int_equal(engine_take(e, &m, market.now_ms), ERR_OK);
	}
	assert_int_equal(e->feed_count, ENGINE_FEEDS_MAX - 1);
	assert_int_equal(e->waiting.count, 70 - (ENGINE_FEEDS_MAX - 1));
	assert_non_null(strstr(e->waiting.first->payload, "\"BUSY\""));
	assert_int_equal(engine_clock(e, little_slot_ms(5) + 1000), ERR_OK);
	assert_int_equal(engine_commit(e), ERR_OK);
	assert_int_equal(e->feed_count, ENGINE_FEEDS_MAX);
	market.now_ms = little_slot_ms(5) + 1000;
	little_collect(&market);
	assert_block("/blocks", 5, from);
	for (size_t i = from; i < market.count; i++)
		clients += strstr(market.published[i]->topic, "/block") != NULL &&
			   strstr(market.published[i]->topic, "/to/home") != NULL;
	assert_int_equal(clients, (ENGINE_FEEDS_MAX - 1) * 4);
}

/* No client can take the places of all others, nor have each of its sessions sent blocks many times
 * over. */
static void a_client_has_its_share_of_feeds(void **state)
{
	struct engine *e = &market.engine;
	struct inspected m = {.operation = OPERATION_SYNC, .sync_from = 1, .sync_to = 1};

	(void)state;
	(void)snprintf(m.client_id, sizeof m.client_id, "home0000");
	assert_int_equal(engine_take(e, &m, market.now_ms), ERR_OK);
	assert_int_equal(e->waiting.count, 0);
	assert_int_equal(engine_take(e, &m, market.now_ms), ERR_OK);
	assert_int_equal(e->feed_count, 1);
	assert_int_equal(e->waiting.count, 1);
	assert_non_null(strstr(e->waiting.first->payload, "\"BUSY\""));
	(void)snprintf(m.client_id, sizeof m.client_id, "home0001");
	assert_int_equal(engine_take(e, &m, market.now_ms), ERR_OK);
	assert_int_equal(e->feed_count, 2);
	assert_int_equal(engine_commit(e), ERR_OK);
	little_collect(&market);
	assert_int_equal(e->feed_count, 0);
}

/* Homes with as many small awards as one address may have: the block has many parts, a statement a
 * place for each. */
static void nothing_is_too_long(void **state)
{
	uint64_t auction;
	const struct publication *p;
	size_t from, deliveries = 0;

	(void)state;
	little_advance(&market, little_slot_ms(5) + 1000);
	auction = little_auction(&market, 6, ORDERS * LITTLE_HOMES);
	for (int i = 0; i < ORDERS * LITTLE_HOMES; i++) {
		little_offer(&market, i % LITTLE_HOMES, 6, auction, 1, 9000, 0);
		free(market.published[--market.count]); /* its receipt */
	}
	from = market.count;
	little_advance(&market, little_slot_ms(6) - 1200 * 1000 + 1000); /* the gate */
	little_advance(&market, little_slot_ms(6) + 1000);
	assert_true(assert_block("/blocks", 6, from) > 5);
	little_advance(&market, little_slot_ms(7) + 1000);
	from = market.count;
	little_advance(&market, little_slot_ms(8) + 1000);
	p = little_find(&market, "/to/home0000/statement", from);
	assert_non_null(p);
	for (const char *at = p->payload; (at = strstr(at, "\"order\":")); at++)
		deliveries++;
	assert_int_equal(deliveries, ORDERS);
	assert_int_equal(p->payload[p->len - 1], '}');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_blocks_go_to_everyone),
		cmocka_unit_test(who_asks_gets_what_there_is),
		cmocka_unit_test(clients_leave_room_for_the_new_block),
		cmocka_unit_test(a_client_has_its_share_of_feeds),
		cmocka_unit_test(names_out_of_form_are_explained),
		cmocka_unit_test(nothing_is_too_long),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
