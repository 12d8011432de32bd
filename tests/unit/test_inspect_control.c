/* The operator's documents, inspected with real signatures and answered by a real market. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "engine/inspect_control.h"
#include "tests/unit/little_market.h"

enum { SEEN_MAX = 32 };

static struct little_market market;
static struct control_reader reader;
static struct verified *seen[SEEN_MAX];
static size_t seen_count;

static int setup(void **state)
{
	(void)state;
	little_open(&market);
	return 0;
}

static void forget(void)
{
	for (size_t i = 0; i < seen_count; i++)
		verified_free(seen[i]);
	seen_count = 0;
}

static int teardown(void **state)
{
	(void)state;
	forget();
	little_close(&market);
	return 0;
}

static void see(void *context, struct verified *v)
{
	(void)context;
	assert_true(seen_count < SEEN_MAX);
	seen[seen_count++] = v;
}

static void inspect_as(const char *user, const char *text)
{
	forget();
	assert_int_equal(
		inspect_control(market.inspector, &reader, user, text, strlen(text), see, NULL),
		ERR_OK);
}

/* Hand all that was seen to the market. */
static void hand(void)
{
	for (size_t i = 0; i < seen_count; i++)
		assert_int_equal(engine_hand(&market.engine, seen[i], market.now_ms), ERR_OK);
	little_collect(&market);
}

/* A deposit to home 0, signed by a key, as a command. */
static void write_deposit(
	char *text, size_t size, const struct private_key *key, const char *mark, int64_t uc)
{
	char parameters[128];
	struct out p;

	message_release(&market.last);
	out_init(&p, parameters, sizeof parameters);
	out_printf(
		&p, "{\"amount_uc\":%lld,\"clientId\":\"%s\"}", (long long)uc, market.homes[0].id);
	assert_int_equal(message_make(OPERATION_DEPOSIT, "operator", market.genesis.market,
				 market.now_ms, &p, &(struct signer){.key = key}, &market.last),
		ERR_OK);
	(void)snprintf(text, size,
		"{\"command\":\"deposit\",\"correlationData\":\"%s\",\"message\":%s}", mark,
		market.last.text);
}

static const char *response(size_t from)
{
	const struct publication *p = little_find(&market, CONTROL_RESPONSE_TOPIC, from);

	return p ? p->payload : "";
}

static void an_unreadable_document_is_one_refusal(void **state)
{
	(void)state;
	inspect_as("operator", "{\"commands\":");
	assert_int_equal(seen_count, 1);
	assert_int_equal(seen[0]->refusal.verdict, VERDICT_BAD_JSON);
	assert_string_equal(seen[0]->refusal.client_id, "operator");
	assert_non_null(strstr(seen[0]->refusal.rule, "line 1, column 13"));
	hand();
	assert_non_null(
		strstr(response(0), "{\"responses\":[{\"command\":\"Unknown command\",\"data\":"
				    "{\"code\":\"BAD_JSON\""));
	assert_non_null(strstr(response(0), "\"error\":\"line 1, column 13"));
}

static void nobody_but_the_operator_is_answered(void **state)
{
	(void)state;
	inspect_as(
		"aggregator", "{\"commands\":[{\"command\":\"status\"},{\"command\":\"backup\"}]}");
	assert_int_equal(seen_count, 2);
	for (size_t i = 0; i < seen_count; i++) {
		assert_int_equal(seen[i]->query.kind, CONTROL_NO_QUERY);
		assert_int_equal(seen[i]->refusal.verdict, VERDICT_NOT_ALLOWED);
	}
}

static void signed_requests_are_receipted_each_with_its_mark(void **state)
{
	static char text[CONTROL_TEXT_MAX], one[2048], two[2048];
	char again[CONTROL_TEXT_MAX];
	size_t before = market.count;
	int64_t had = market_wallet(
		market.engine.market, home_find(&market.engine.market->homes, market.homes[0].id))
			      .balance_uc;

	(void)state;
	write_deposit(one, sizeof one, market.operator_key, "first", 5);
	write_deposit(two, sizeof two, market.operator_key, "second", 7);
	(void)snprintf(text, sizeof text, "{\"commands\":[%s,%s]}", one, two);
	inspect_as("operator", text);
	hand();
	assert_int_equal(market.count - before >= 2, 1);
	assert_null(little_find(&market, "/to/operator/receipt", before));
	assert_non_null(strstr(market.published[before]->payload, "\"correlationData\":\"first\""));
	assert_non_null(strstr(response(before), "\"correlationData\":\"second\""));
	assert_non_null(strstr(response(before), "\"data\":{\"class\":\"ledger\""));
	assert_null(strstr(response(before), "\"error\""));
	assert_int_equal(market_wallet(market.engine.market,
				 home_find(&market.engine.market->homes, market.homes[0].id))
				 .balance_uc,
		had + 12);

	/* Once more: the same receipt, under the mark of the repeat, and nothing happens. */
	(void)snprintf(again, sizeof again, "%s", strstr(response(before), "\"data\":"));
	before = market.count;
	(void)snprintf(text, sizeof text, "{\"commands\":[%s]}", two);
	memcpy(strstr(text, "second"), "repeat", 6);
	inspect_as("operator", text);
	hand();
	assert_string_equal(strstr(response(before), "\"data\":"), again);
	assert_non_null(strstr(response(before), "\"correlationData\":\"repeat\""));
	assert_int_equal(market_wallet(market.engine.market,
				 home_find(&market.engine.market->homes, market.homes[0].id))
				 .balance_uc,
		had + 12);
}

static void a_refused_request_says_field_and_rule(void **state)
{
	static char text[CONTROL_TEXT_MAX], one[2048];
	size_t before = market.count;

	(void)state;
	write_deposit(one, sizeof one, market.aggregator_key, "forged", 5);
	(void)snprintf(text, sizeof text, "{\"commands\":[%s]}", one);
	inspect_as("operator", text);
	assert_int_equal(seen[0]->refusal.verdict, VERDICT_BAD_SIGNATURE);
	hand();
	assert_non_null(
		strstr(response(before), "\"code\":\"BAD_SIGNATURE\",\"field\":\"signature\""));
	assert_non_null(strstr(response(before), "\"correlationData\":\"forged\""));
	assert_non_null(strstr(response(before), "\"error\":\"the signature does not verify"));
	write_deposit(one, sizeof one, market.operator_key, "nothing", 0);
	(void)snprintf(text, sizeof text, "{\"commands\":[%s]}", one);
	inspect_as("operator", text);
	hand();
	assert_non_null(strstr(
		response(before), "\"code\":\"OUT_OF_RANGE\",\"field\":\"parameters.amount_uc\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_unreadable_document_is_one_refusal, setup, teardown),
		cmocka_unit_test_setup_teardown(
			nobody_but_the_operator_is_answered, setup, teardown),
		cmocka_unit_test_setup_teardown(
			signed_requests_are_receipted_each_with_its_mark, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_refused_request_says_field_and_rule, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
