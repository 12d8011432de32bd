/* What the operator is told of a market that has traded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "engine/queries.h"
#include "tests/unit/little_days.h"

static struct little_market market;

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

/* The answer to a question under the mark "m". */
static const char *ask(const struct control_query *q)
{
	struct control_tag tag = {.wanted = true, .correlation = "m"};
	size_t before = market.count;
	const struct publication *p;

	(void)snprintf(tag.command, sizeof tag.command, "%s", control_query_name(q->kind));
	assert_int_equal(query_answer(&market.engine, q, &tag), ERR_OK);
	little_collect(&market);
	assert_int_equal(market.count, before + 1);
	p = little_find(&market, CONTROL_RESPONSE_TOPIC, before);
	assert_non_null(p);
	assert_non_null(strstr(p->payload, "\"correlationData\":\"m\""));
	return p->payload;
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		n++;
	return n;
}

static void the_list_comes_in_pages(void **state)
{
	uint32_t all = market.engine.market->homes.count;
	struct control_query q = {.kind = CONTROL_HOME_LIST, .count = CONTROL_LIST_MAX};
	char total[32];
	size_t rows = 0;

	(void)state;
	(void)snprintf(total, sizeof total, "\"totalCount\":%u", all);
	assert_int_equal(all, LITTLE_HOMES + 2); /* the operator and the aggregator */
	assert_int_equal(count(ask(&q), "\"clientId\""), all);
	q.count = 2;
	for (q.offset = 0; q.offset < (int64_t)all; q.offset += q.count) {
		const char *page = ask(&q);
		assert_non_null(strstr(page, total));
		assert_true(count(page, "\"clientId\"") <= 2);
		rows += count(page, "\"clientId\"");
	}
	assert_int_equal(rows, all);
	assert_non_null(strstr(ask(&q), "\"homes\":[]"));
	q.offset = INT32_MAX;
	assert_non_null(strstr(ask(&q), "\"homes\":[]"));
}

static void a_home_is_shown_with_keys_and_wallet(void **state)
{
	struct control_query q = {.kind = CONTROL_HOME_SHOW};
	const struct home *h = home_find(&market.engine.market->homes, market.homes[1].id);
	struct wallet w = market_wallet(market.engine.market, h);
	char text[256];
	const char *answer;

	(void)state;
	memcpy(q.client_id, market.homes[1].id, sizeof q.client_id);
	answer = ask(&q);
	(void)snprintf(text, sizeof text,
		"\"wallet\":{\"balance_uc\":%lld,\"held_uc\":%lld,\"pending_uc\":%lld,"
		"\"sealed_uc\":%lld}",
		(long long)w.balance_uc, (long long)w.held_uc, (long long)w.pending_uc,
		(long long)w.sealed_uc);
	assert_true(w.balance_uc != 0);
	assert_non_null(strstr(answer, text));
	key_print(private_key_public(market.homes[1].ems), text);
	assert_non_null(strstr(answer, text));
	key_print(private_key_public(market.homes[1].meter), text);
	assert_non_null(strstr(answer, text));
	(void)snprintf(
		text, sizeof text, "\"last_reading_slot\":%lld,", (long long)h->meter.base.slot);
	assert_non_null(strstr(answer, text));
	assert_non_null(strstr(answer, "\"status\":\"registered\""));
}

static void an_unknown_home_is_a_refusal(void **state)
{
	struct control_query q = {.kind = CONTROL_HOME_SHOW, .client_id = "nobody"};
	const char *answer = ask(&q);

	(void)state;
	assert_non_null(
		strstr(answer, "\"code\":\"UNKNOWN_HOME\",\"field\":\"commands.clientId\""));
	assert_non_null(strstr(answer, "\"error\":\"no such home"));
}

static void the_status_is_the_markets(void **state)
{
	const struct engine *e = &market.engine;
	struct control_query q = {.kind = CONTROL_STATUS};
	const char *answer = ask(&q);
	char text[160];

	(void)state;
	(void)snprintf(text, sizeof text,
		"\"height\":%llu,\"homes\":{\"invited\":0,\"registered\":%d,"
		"\"revoked\":0}",
		(unsigned long long)e->market->ledger.height - 1, LITTLE_HOMES);
	assert_true(e->market->ledger.height > 2);
	assert_non_null(strstr(answer, text));
	(void)snprintf(text, sizeof text,
		"\"sealed_height\":%llu,\"slot\":%llu,\"version\":\"%s\"}",
		(unsigned long long)e->sealed_height,
		(unsigned long long)e->market->ledger.height - 1, LEM_VERSION);
	assert_non_null(strstr(answer, text));
	(void)snprintf(
		text, sizeof text, "\"accepted\":%llu,", (unsigned long long)e->counts.accepted);
	assert_non_null(strstr(answer, text));
	assert_non_null(strstr(answer, "\"behind\":false,\"clock_believed\":true"));
}

static void the_parameters_are_those_in_force(void **state)
{
	struct control_query q = {.kind = CONTROL_PARAMS_SHOW};
	const char *answer = ask(&q);
	char text[64];

	(void)state;
	(void)snprintf(text, sizeof text, "\"data\":{\"height\":%llu,\"parameters\":{",
		(unsigned long long)market.engine.market->ledger.height);
	assert_non_null(strstr(answer, text));
	(void)snprintf(text, sizeof text, "\"gate_lead_s\":%lld,",
		(long long)market.engine.market->ledger.params.gate_lead_s);
	assert_non_null(strstr(answer, text));
	assert_non_null(strstr(answer, "\"scheduled\":[]"));
	assert_null(strstr(answer, "\"signature\""));
}

static void a_backup_is_not_the_engines(void **state)
{
	struct control_query q = {.kind = CONTROL_BACKUP};

	(void)state;
	assert_non_null(strstr(ask(&q), "\"NOT_ALLOWED\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_list_comes_in_pages),
		cmocka_unit_test(a_home_is_shown_with_keys_and_wallet),
		cmocka_unit_test(an_unknown_home_is_a_refusal),
		cmocka_unit_test(the_status_is_the_markets),
		cmocka_unit_test(the_parameters_are_those_in_force),
		cmocka_unit_test(a_backup_is_not_the_engines),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
