/* What is committed together: its receipts, checked by hand against docs/protocol.md, and the same
 * bytes again for whoever asks again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/little_market.h"
#include "tests/unit/signed_mail.h"

enum { MESSAGES = 13, NODES = 4096 };

static struct little_market market;

static int setup(void **state)
{
	(void)state;
	little_open(&market);
	little_advance(&market, little_slot_ms(0) + 1000);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	little_close(&market);
	return 0;
}

/* The n-th message: an order of home n modulo 3; the caller's to release. */
static void make(struct message *m, int n)
{
	static char text[2048];
	int home = n % LITTLE_HOMES;
	struct address address = little_address(&market, home, 2);
	struct message_bid bid = {.address = address.text,
		.side = SIDE_SELL,
		.energy_wh = 10 + n,
		.price_mc_per_kwh = 5000};
	struct out out;

	out_init(&out, text, sizeof text);
	message_write_bid(&out, &bid);
	assert_int_equal(message_make(OPERATION_BID_OFFER, market.homes[home].id,
				 market.genesis.market, market.now_ms, &out,
				 &(struct signer){.secret = &market.homes[home].secrets[2]}, m),
		ERR_OK);
}

static void take(const struct message *m, const char *client_id)
{
	struct inspect_refusal refusal;
	struct inspected *i = NULL;

	assert_int_equal(
		inspect(market.inspector, client_id, m->operation, m->text, m->len, &i, &refusal),
		VERDICT_OK);
	assert_int_equal(engine_take(&market.engine, i, market.now_ms), ERR_OK);
	inspected_free(i);
}

static struct json_node nodes[NODES];
static struct json_doc doc;

static uint32_t read_array(const char *text, size_t len)
{
	const struct json_limits limits = {JSON_PROFILE_MESSAGE, 65536, 4};

	doc = (struct json_doc){.nodes = nodes, .node_max = NODES};
	assert_int_equal(json_read(&doc, text, len, &limits, NULL), JSON_OK);
	assert_int_equal(json_type(&doc, 0), JSON_ARRAY);
	return json_first(&doc, 0);
}

static int64_t number(uint32_t node, const char *name)
{
	int64_t value = -1;

	assert_true(json_int64(&doc, json_get(&doc, node, name), &value));
	return value;
}

static const char *string(uint32_t node, const char *name)
{
	static char text[2048];

	assert_true(json_string(&doc, json_get(&doc, node, name), text, sizeof text, NULL));
	return text;
}

static void hex(uint32_t node, const char *name, uint8_t out[HASH_LEN])
{
	size_t len = 0;

	assert_true(text_hex_read(string(node, name), 64, out, HASH_LEN, &len));
	assert_int_equal(len, HASH_LEN);
}

static void be64(uint8_t *out, int64_t value)
{
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t)((uint64_t)value >> (56 - 8 * i));
}

/* Leaf, path, root and signature of one receipt, by hand. */
static void assert_proven(uint32_t r)
{
	uint8_t preimage[1 + 1 + HASH_LEN + 4 * 8] = {0}, leaf[HASH_LEN], root[HASH_LEN];
	uint8_t path[MERKLE_LEVELS_MAX][HASH_LEN], sig[SIGNATURE_LEN];
	struct verify_key *key;
	char signed_text[128];
	size_t len = 0;

	preimage[1] = strcmp(string(r, "class"), "ledger") == 0 ? 1 : 2;
	hex(r, "tx_id", preimage + 2);
	be64(preimage + 34, number(r, "intake_seq"));
	be64(preimage + 42, number(r, "seq"));
	be64(preimage + 50, number(r, "market_ms"));
	be64(preimage + 58, number(r, "height"));
	digest_sha256(preimage, sizeof preimage, leaf);
	hex(r, "root", root);
	assert_true(text_base64url_read(
		string(r, "path"), strlen(string(r, "path")), path[0], sizeof path, &len));
	assert_true(merkle_inclusion_check(digest_sha256, leaf, (uint64_t)number(r, "index"),
		(uint64_t)number(r, "size"), path, len / HASH_LEN, root));
	assert_true(text_base64url_read(
		string(r, "signature"), strlen(string(r, "signature")), sig, sizeof sig, &len));
	(void)snprintf(signed_text, sizeof signed_text, "{\"root\":\"%s\",\"size\":%d}",
		string(r, "root"), (int)number(r, "size"));
	assert_int_equal(verify_key_new(&market.genesis.operator_key, &key), ERR_OK);
	assert_int_equal(signing_check(key, "receipt", market.genesis.market, signed_text,
				 strlen(signed_text), sig),
		VERIFY_OK);
	verify_key_free(key);
}

/* Keep the text of a receipt if it is this message's. */
static void keep(
	const struct message *message, char kept[2048], const struct publication *pub, uint32_t r)
{
	if (strcmp(string(r, "reqId"), message->req_id) != 0)
		return;
	assert_int_equal(kept[0], '\0'); /* once */
	(void)snprintf(kept, 2048, "%.*s", (int)(nodes[r].end - nodes[r].start),
		pub->payload + nodes[r].start);
	assert_proven(r);
}

/* The receipts of these messages as they came, one text for each. */
static void collect(const struct message *messages, size_t n, char (*kept)[2048], size_t from)
{
	for (size_t i = 0; i < n; i++)
		kept[i][0] = '\0';
	for (size_t p = from; p < market.count; p++) {
		const struct publication *pub = market.published[p];
		if (!strstr(pub->topic, "/receipt"))
			continue;
		for (uint32_t r = read_array(pub->payload, pub->len); r != JSON_NONE;
			r = json_next(&doc, r)) {
			for (size_t i = 0; i < n; i++)
				keep(&messages[i], kept[i], pub, r);
		}
	}
}

static void each_leaf_verifies_and_repeats_byte_for_byte(void **state)
{
	struct message messages[MESSAGES];
	static char kept[MESSAGES][2048], again[MESSAGES][2048];
	size_t from = market.count;

	(void)state;
	for (int i = 0; i < MESSAGES; i++) {
		make(&messages[i], i);
		take(&messages[i], market.homes[i % LITTLE_HOMES].id);
	}
	assert_int_equal(market.count, from); /* nothing before the commit */
	assert_int_equal(market.engine.outbox.count, 0);
	little_collect(&market);
	collect(messages, MESSAGES, kept, from);
	for (int round = 0; round < 3; round++) {
		from = market.count;
		if (round == 1) /* however old: the date is stale by now */
			little_advance(&market, market.now_ms + 600000);
		if (round == 2) { /* and after a restart */
			engine_close(&market.engine);
			inspector_free(market.inspector);
			assert_int_equal(engine_open(&market.engine, market.csm, market.ledger,
						 market.operator_key),
				ERR_OK);
			assert_int_equal(inspector_new(market.engine.keyring, market.genesis.market,
						 KEY_P256, &market.inspector),
				ERR_OK);
		}
		for (int i = MESSAGES; i-- > 0;)
			take(&messages[i], market.homes[i % LITTLE_HOMES].id);
		little_collect(&market);
		collect(messages, MESSAGES, again, from);
		for (int i = 0; i < MESSAGES; i++) {
			assert_true(kept[i][0] != '\0');
			assert_string_equal(again[i], kept[i]);
		}
	}
	for (int i = 0; i < MESSAGES; i++)
		message_release(&messages[i]);
}

/* Twice within one batch: one command, one receipt. */
static void a_repeat_in_the_same_batch_waits_for_it(void **state)
{
	uint64_t before = market.engine.intake_seq;
	static char kept[1][2048];
	size_t from = market.count;
	struct message m;

	(void)state;
	make(&m, 1);
	take(&m, market.homes[1].id);
	take(&m, market.homes[1].id);
	assert_int_equal(market.engine.intake_seq, before + 1);
	little_collect(&market);
	collect(&m, 1, kept, from);
	assert_true(kept[0][0] != '\0');
	message_release(&m);
}

/* An order of home 1 under that reqId, some seconds from now. */
static const struct publication *send_as(const char *req_id, int64_t in_s, int64_t wh)
{
	static char body[MAIL_MAX], text[MAIL_MAX], parameters[1024];
	struct address address = little_address(&market, 1, 2);
	struct signer signer = {.secret = &market.homes[1].secrets[2]};
	size_t len;

	(void)snprintf(parameters, sizeof parameters,
		"{\"address\":\"%s\",\"bid\":{\"energy\":{\"unit\":\"Wh\",\"value\":\"%d\"},"
		"\"price\":{\"unit\":\"cents/kWh\",\"value\":\"5\"},\"type\":\"sell\"}}",
		address.text, (int)wh);
	mail_body(body, "bid-offer", req_id, market.now_ms + in_s * 1000, parameters);
	len = mail_write(text, market.homes[1].id, market.genesis.market, "request", body, &signer);
	little_take(&market, market.homes[1].id, OPERATION_BID_OFFER, text, len);
	return market.published[market.count - 1];
}

static bool is_refused(const struct publication *p, const char *code)
{
	return strstr(p->topic, "/reject") && strstr(p->payload, code);
}

/* Another message under the same reqId is refused, and the first keeps its place. */
static void a_req_id_names_one_message(void **state)
{
	uint64_t seq;

	(void)state;
	assert_non_null(strstr(send_as("once-and-again", 0, 5)->topic, "/receipt"));
	seq = market.engine.intake_seq;
	assert_non_null(strstr(send_as("once-and-again", 0, 5)->topic, "/receipt"));
	assert_true(is_refused(send_as("once-and-again", 0, 6), "\"REQID_REUSED\""));
	assert_int_equal(market.engine.intake_seq, seq);
	assert_non_null(strstr(send_as("once-and-agaim", 0, 6)->topic, "/receipt"));
	assert_int_equal(market.engine.intake_seq, seq + 1);
}

static void dates_are_near(void **state)
{
	(void)state;
	assert_true(is_refused(send_as("too-old-by-1", -121, 5), "\"STALE\""));
	assert_true(is_refused(send_as("too-new-by-1", 121, 5), "\"STALE\""));
	assert_non_null(strstr(send_as("just-old-enough", -120, 7)->topic, "/receipt"));
	assert_non_null(strstr(send_as("just-new-enough", 120, 8)->topic, "/receipt"));
	/* A refusal is not remembered: the same reqId is good for a good message. */
	assert_non_null(strstr(send_as("too-old-by-1", 0, 5)->topic, "/receipt"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_leaf_verifies_and_repeats_byte_for_byte),
		cmocka_unit_test(a_repeat_in_the_same_batch_waits_for_it),
		cmocka_unit_test(a_req_id_names_one_message),
		cmocka_unit_test(dates_are_near),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
