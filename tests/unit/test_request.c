/* Requests: every member of every operation missing, unknown or of another type; lengths; the
 * paper's own messages; and the way into the log and back. Values stand in test_request_values.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/unit/request_reader.h"
#include "wire/digest.h"

enum { TEXT_MAX = 20000, NODES = 256 };

/* The text with what stands at start..end replaced. */
static void splice(char *out, const char *text, size_t start, size_t end, const char *with)
{
	int n = snprintf(out, TEXT_MAX, "%.*s%s%s", (int)start, text, with, text + end);

	assert_true(n > 0 && n < TEXT_MAX);
}

/* Edits made at each object and member of a message; path ends with a dot or is "". */
struct walk {
	const char *text;
	enum operation operation;
	struct json_doc doc;
	struct json_node nodes[NODES];
	size_t edits;
};

static void expect_field(struct walk *w, const char *text, const char *field, const char *or_field)
{
	enum verdict v = read_text(w->operation, text);

	w->edits++;
	if (v != VERDICT_BAD_FIELD ||
		(strcmp(error.field, field) != 0 && strcmp(error.field, or_field) != 0))
		fail_msg("%s: %s %s, not %s", text, verdict_name(v), error.field, field);
}

/* Values that a member of a type may not have. */
static const char *const others[][3] = {
	[JSON_NULL] = {"", "", ""},
	[JSON_FALSE] = {"null", "0", "\"false\""},
	[JSON_TRUE] = {"null", "1", "\"true\""},
	[JSON_NUMBER] = {"null", "true", "\"1\""},
	[JSON_STRING] = {"null", "7", "\"\""},
	[JSON_ARRAY] = {"null", "true", "{}"},
	[JSON_OBJECT] = {"null", "\"x\"", "[]"},
};

static void edit_member(struct walk *w, uint32_t name, const char *path)
{
	const struct json_node *n = &w->doc.nodes[name];
	const struct json_node *v = &w->doc.nodes[json_next(&w->doc, name)];
	char text[TEXT_MAX], field[128], renamed[128];
	int len = (int)(n->end - n->start) - 2;

	(void)snprintf(field, sizeof field, "%s%.*s", path, len, w->text + n->start + 1);
	(void)snprintf(renamed, sizeof renamed, "%s%.*s_", path, len, w->text + n->start + 1);
	/* Under another name: the member is missing, or, where it may, there is an unknown one. */
	splice(text, w->text, n->end - 1, n->end - 1, "_");
	expect_field(w, text, field, renamed);
	for (int i = 0; i < 3; i++) { /* of another type, or nothing */
		splice(text, w->text, v->start, v->end, others[v->type][i]);
		expect_field(w, text, field, field);
	}
}

static void edit_all(struct walk *w, uint32_t node, const char *path)
{
	const struct json_doc *doc = &w->doc;
	char text[TEXT_MAX], field[128], below[128];
	uint32_t name, value;

	if (json_type(doc, node) == JSON_ARRAY) {
		for (value = json_first(doc, node); value != JSON_NONE;
			value = json_next(doc, value))
			edit_all(w, value, path);
		return;
	}
	if (json_type(doc, node) != JSON_OBJECT)
		return;
	splice(text, w->text, doc->nodes[node].start + 1, doc->nodes[node].start + 1,
		doc->nodes[node].count ? "\"zz\":1," : "\"zz\":1");
	(void)snprintf(field, sizeof field, "%szz", path);
	expect_field(w, text, field, field);
	for (name = json_first(doc, node); name != JSON_NONE; name = json_next(doc, value)) {
		value = json_next(doc, name);
		edit_member(w, name, path);
		(void)snprintf(below, sizeof below, "%s%.*s.", path,
			(int)(doc->nodes[name].end - doc->nodes[name].start) - 2,
			w->text + doc->nodes[name].start + 1);
		edit_all(w, value, below);
	}
}

static void every_member_is_needed_known_and_of_its_type(void **state)
{
	static struct walk w;
	size_t edits = 0;

	(void)state;
	for (int i = 0; i < SAMPLE_REQUESTS; i++) {
		w = (struct walk){
			.text = sample_requests[i].text, .operation = sample_requests[i].operation};
		w.doc = (struct json_doc){.nodes = w.nodes, .node_max = NODES};
		assert_int_equal(
			json_read(&w.doc, w.text, strlen(w.text), &json_limits_message, NULL),
			JSON_OK);
		if (read_text(w.operation, w.text) != VERDICT_OK)
			fail_msg("%s: %s", w.text, error.field);
		edit_all(&w, 0, "");
		edits += w.edits;
	}
	assert_true(edits > 600);
}

static void the_topic_names_the_operation(void **state)
{
	(void)state;
	for (int i = 0; i < SAMPLE_REQUESTS; i++) {
		const char *text = sample_requests[i].text;
		assert_int_equal(
			request_operation(text, strlen(text)), sample_requests[i].operation);
		for (int o = 1; o < OPERATION_COUNT; o++) {
			if (o == (int)sample_requests[i].operation)
				continue;
			assert_int_equal(
				read_text((enum operation)o, text), VERDICT_UNKNOWN_OPERATION);
			assert_string_equal(error.field, "operation");
			assert_string_equal(request.client_id, "home0001");
			assert_string_equal(request.req_id, "abcd_EF-");
		}
	}
	assert_int_equal(request_operation("{}", 2), OPERATION_NONE);
	assert_int_equal(request_operation("{", 1), OPERATION_NONE);
	assert_int_equal(request_operation("{\"operation\":\"Cpf\"}", 19), OPERATION_NONE);
	assert_int_equal(request_operation("", 0), OPERATION_NONE);
}

/* As many values, and about as long, as 64 address keys. */
static void the_longest_request_names_its_operation(void **state)
{
	static char text[REQUEST_TEXT_MAX];
	size_t len = (size_t)snprintf(text, sizeof text, "{\"operation\":\"addresses\",\"x\":[0");

	(void)state;
	for (int i = 0; i < 600; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, ",\"%020d\"", i);
	len += (size_t)snprintf(text + len, sizeof text - len, "]}");
	assert_true(len < sizeof text);
	assert_int_equal(request_operation(text, len), OPERATION_ADDRESSES);
}

static void operations_have_names(void **state)
{
	(void)state;
	for (int o = 1; o < OPERATION_COUNT; o++) {
		const char *name = operation_name((enum operation)o);
		assert_int_equal(operation_from_name(name), o);
		assert_int_equal(
			operation_text_max((enum operation)o), o == OPERATION_ADDRESSES ? 16384
							       : o == OPERATION_LIMITS  ? 4096
							       : o == OPERATION_TARIFF  ? 4096
											: 2048);
	}
	assert_int_equal(operation_from_name(""), OPERATION_NONE);
	assert_int_equal(operation_from_name("bid_offer"), OPERATION_NONE);
	assert_int_equal(operation_class_of(OPERATION_SEAL), OPERATION_BY_ADDRESS);
	assert_int_equal(operation_class_of(OPERATION_STATE), OPERATION_BY_IDENTITY);
	assert_int_equal(operation_class_of(OPERATION_SYNC), OPERATION_BY_IDENTITY);
	assert_int_equal(operation_class_of(OPERATION_DEPOSIT), OPERATION_BY_OPERATOR);
	assert_int_equal(operation_class_of(OPERATION_WITHDRAW), OPERATION_BY_OPERATOR);
}

/* Blanks count: a message of the longest length passes, one byte more does not. */
static void each_operation_has_its_length(void **state)
{
	char text[TEXT_MAX];

	(void)state;
	for (int i = 0; i < SAMPLE_REQUESTS; i++) {
		enum operation o = sample_requests[i].operation;
		size_t max = operation_text_max(o), n = strlen(sample_requests[i].text);
		memset(text, ' ', sizeof text);
		memcpy(text, sample_requests[i].text, n);
		assert_int_equal(
			request_read(workspace, SAMPLE_MARKET, o, text, max, &request, &error),
			VERDICT_OK);
		assert_int_equal(
			request_read(workspace, SAMPLE_MARKET, o, text, max + 1, &request, &error),
			VERDICT_TOO_LARGE);
		assert_string_equal(request.req_id, "");
	}
}

static void only_strict_json_is_read(void **state)
{
	static const struct {
		const char *text;
		enum json_rule rule;
	} cases[] = {
		{"", JSON_CUT_OFF},
		{"{", JSON_CUT_OFF},
		{"{} x", JSON_TRAILING},
		{"{\"a\":1,\"a\":1}", JSON_DUPLICATE_NAME},
		{"{\"a\":{\"b\":{\"c\":{\"d\":{}}}}}", JSON_TOO_DEEP},
		{"{\"a\":1e3}", JSON_NUMBER_EXPONENT},
		{"{\"a\":\"\x01\"}", JSON_CONTROL_RAW},
		{"{\"a\":\"\xff\"}", JSON_BAD_UTF8},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(read_text(OPERATION_WALLET, cases[i].text), VERDICT_BAD_JSON);
		assert_int_equal(error.json.rule, cases[i].rule);
	}
	assert_int_equal(read_text(OPERATION_WALLET, "[]"), VERDICT_BAD_FIELD);
	assert_string_equal(error.field, "");
}

/* What the paper prints, with true address, signature, date and cpf put in. */
static void the_papers_messages_are_read(void **state)
{
	static const char bid[] =
		"{\"clientId\":\"01394u09\",\"reqId\":\"slkfjoiru20svkm038\","
		"\"date\":\"2018-01-01 00:00:00\",\"operation\":\"bid-offer\",\n \"signature\":"
		"\"" SAMPLE_SIG "\",\"parameters\":{\"address\":\"" SAMPLE_ADDRESS "\","
		"\"cpf\":0.72,\n  \"bid\":{\"type\":\"sell\",\"energy\":{\"unit\":\"kWh\","
		"\"value\":\"10\"},\"price\":{\"unit\":\"cents\",\"value\":\"82\"}}}}";
	static const char observation[] =
		"{\"clientId\":\"01394u09\",\"reqId\":\"slkfjoiru20svkm038\","
		"\"date\":\"2018-01-01 00:00:00\",\"operation\":\"state\",\n \"parameters\":"
		"{\"item\":\"device\",\"name\":\"Smart Temperature Sensor\",\"value\":\"28\"}}";
	const struct tx *tx = &request.command.u.tx;

	(void)state;
	assert_int_equal(read_text(OPERATION_BID_OFFER, bid), VERDICT_OK);
	assert_string_equal(request.client_id, "01394u09");
	assert_string_equal(request.req_id, "slkfjoiru20svkm038");
	assert_true(request.date_ms == 1514764800000);
	assert_true(request.is_signed && request.is_command && !request.is_observation);
	assert_int_equal(request.command.kind, COMMAND_TX);
	assert_int_equal(tx->kind, TX_BID_OFFER);
	assert_string_equal(tx->address.text, SAMPLE_ADDRESS);
	assert_int_equal(tx->cpf_hundredths, 72);
	assert_int_equal(tx->u.bid.side, SIDE_SELL);
	assert_int_equal(tx->u.bid.quantity_wh, 10000);
	assert_int_equal(tx->u.bid.price_mc_per_kwh, 8200);
	assert_int_equal(tx->u.bid.auction, 0);
	assert_int_equal(tx->u.bid.request.slot, CONTRACT_UNSET);
	assert_int_equal(tx->u.bid.request.limit_inclusive, CONTRACT_UNSET);
	assert_int_equal(read_text(OPERATION_STATE, observation), VERDICT_OK);
	assert_true(request.is_observation && !request.is_signed && !request.is_command);
	assert_string_equal(request.observation[0], "device");
	assert_string_equal(request.observation[1], "Smart Temperature Sensor");
	assert_string_equal(request.observation[2], "28");
}

/* The canonical body is what is kept; read back it gives the same transaction and id. */
static void a_body_is_read_back(void **state)
{
	char body[TEXT_MAX - 64], input[TEXT_MAX];

	(void)state;
	for (int i = 0; i < SAMPLE_REQUESTS; i++) {
		enum operation o = sample_requests[i].operation;
		uint8_t id[HASH_LEN], want[HASH_LEN];
		size_t len;
		assert_int_equal(read_text(o, sample_requests[i].text), VERDICT_OK);
		len = request.body_len;
		memcpy(body, request.body, len);
		memcpy(id, request.id, HASH_LEN);
		body[len] = '\0';
		assert_null(strstr(body, "\"signature\""));
		assert_int_equal(memcmp(body, "{\"date\":", 8), 0);
		(void)snprintf(input, sizeof input, "LEM1|request|" SAMPLE_MARKET "|%s", body);
		assert_int_equal(request.input_len, strlen(input));
		assert_memory_equal(request.input, input, request.input_len);
		digest_sha256(input, strlen(input), want);
		assert_memory_equal(id, want, HASH_LEN);
		assert_int_equal(
			request_read_body(workspace, SAMPLE_MARKET, o, body, len, &request, &error),
			VERDICT_OK);
		assert_memory_equal(request.id, id, HASH_LEN);
		assert_string_equal(request.req_id, "abcd_EF-");
		assert_true(request.date_ms == 1514764800000);
		/* The same with a blank, a member more or another order is no body. */
		splice(input, body, len - 1, len - 1, " ");
		assert_int_equal(request_read_body(workspace, SAMPLE_MARKET, o, input, len + 1,
					 &request, &error),
			VERDICT_BAD_JSON);
		splice(input, body, 1, 1, "\"clientId\":\"home0001\",");
		assert_int_equal(request_read_body(workspace, SAMPLE_MARKET, o, input,
					 strlen(input), &request, &error),
			VERDICT_BAD_FIELD);
		assert_string_equal(error.field, "clientId");
	}
}

static void one_signature_one_hash(void **state)
{
	uint8_t want[HASH_LEN], zero[SIGNATURE_LEN] = {0};

	(void)state;
	digest_sha256(zero, sizeof zero, want);
	assert_int_equal(
		read_text(sample_requests[0].operation, sample_requests[0].text), VERDICT_OK);
	assert_memory_equal(request.signature_hash, want, HASH_LEN);
}

/* Of a text that is refused unread only a whole, well-formed reqId is told back. */
static void the_req_id_is_found_unread(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"{\"reqId\":\"abcdefgh\"}", "abcdefgh"},
		{"{\"x\": [[[, \"reqId\" :\n\"abcd_EF-\"", "abcd_EF-"},
		{"{\"reqId\":\"abcdefg\"}", NULL}, /* too short */
		{"{\"reqId\":\"abcdefgh", NULL},   /* no end */
		{"{\"reqId\":\"abcdefgh\"", "abcdefgh"},
		{"{\"reqId\":\"abcd efgh\"}", NULL},
		{"{\"reqId\":\"abcdefg\\u0068\"}", NULL},
		{"{\"reqId\":12345678}", NULL},
		{"{\"reqId\":", NULL},
		{"\"reqId\"", NULL},
		{"{\"ReqId\":\"abcdefgh\"}", NULL},
		{"", NULL},
	};
	char long_id[REQ_ID_MAX + 16] = "\"reqId\":\"", out[REQ_ID_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bool found = request_peek_req_id(cases[i].text, strlen(cases[i].text), out);
		assert_int_equal(found, cases[i].want != NULL);
		if (found)
			assert_string_equal(out, cases[i].want);
	}
	memset(long_id + 9, 'a', REQ_ID_MAX);
	long_id[9 + REQ_ID_MAX] = '"';
	assert_true(request_peek_req_id(long_id, 10 + REQ_ID_MAX, out));
	assert_int_equal(strlen(out), REQ_ID_MAX);
	long_id[9 + REQ_ID_MAX] = 'a';
	long_id[10 + REQ_ID_MAX] = '"';
	assert_false(request_peek_req_id(long_id, 11 + REQ_ID_MAX, out));
	assert_false(request_peek_req_id(NULL, 0, out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_member_is_needed_known_and_of_its_type),
		cmocka_unit_test(the_topic_names_the_operation),
		cmocka_unit_test(the_longest_request_names_its_operation),
		cmocka_unit_test(operations_have_names),
		cmocka_unit_test(each_operation_has_its_length),
		cmocka_unit_test(only_strict_json_is_read),
		cmocka_unit_test(the_papers_messages_are_read),
		cmocka_unit_test(a_body_is_read_back),
		cmocka_unit_test(one_signature_one_hash),
		cmocka_unit_test(the_req_id_is_found_unread),
	};

	return cmocka_run_group_tests(tests, reader_setup, reader_teardown);
}
