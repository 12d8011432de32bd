/* The counters' text, their topics, and the file that is replaced in one step. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "plugin/metrics.h"
#include "tests/lib/scratch.h"

static struct metrics sample(void)
{
	struct metrics m = {.market = "street",
		.counts = {.accepted = 12, .commits = 5, .commit_us = 2000777, .blocks = 3},
		.refused_unread = 4,
		.height = 9,
		.sealed_height = 8,
		.homes = 17,
		.addresses = 85,
		.auctions = 2,
		.orders = 34,
		.post_bytes = 100};

	m.counts.refused[VERDICT_STALE] = 2;
	m.counts.refused[VERDICT_GATE_CLOSED] = 1;
	return m;
}

static void each_number_has_its_line(void **state)
{
	static const char *const lines[] = {"lem_height{market=\"street\"} 9\n",
		"lem_sealed_height{market=\"street\"} 8\n",
		"lem_requests_accepted_total{market=\"street\"} 12\n",
		"lem_requests_refused_unread_total{market=\"street\"} 4\n",
		"lem_commits_total{market=\"street\"} 5\n",
		"lem_commit_seconds_total{market=\"street\"} 2.000777\n",
		"lem_blocks_total{market=\"street\"} 3\n", "lem_homes{market=\"street\"} 17\n",
		"lem_addresses{market=\"street\"} 85\n", "lem_auctions{market=\"street\"} 2\n",
		"lem_orders{market=\"street\"} 34\n", "lem_post_bytes{market=\"street\"} 100\n",
		"lem_clock_unbelieved{market=\"street\"} 0\n",
		"lem_requests_refused_total{market=\"street\",code=\"STALE\"} 2\n",
		"lem_requests_refused_total{market=\"street\",code=\"GATE_CLOSED\"} 1\n"};
	struct metrics m = sample();
	char text[METRICS_TEXT_MAX];
	struct out out;
	size_t values = 0;

	(void)state;
	out_init(&out, text, sizeof text);
	metrics_write(&m, &out);
	assert_true(out_end(&out) > 0);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		assert_non_null(strstr(text, lines[i]));
	for (const char *at = strstr(text, "{market="); at; at = strstr(at + 1, "{market="))
		values++;
	assert_int_equal(values, sizeof lines / sizeof *lines);
}

/* With every code refused it still fits. */
static void all_codes_fit(void **state)
{
	struct metrics m = sample();
	char text[METRICS_TEXT_MAX];
	struct out out;

	(void)state;
	m.market = "twenty-four-characters-x";
	for (int i = 0; i < ENGINE_VERDICTS_MAX; i++)
		m.counts.refused[i] = UINT64_MAX;
	out_init(&out, text, sizeof text);
	metrics_write(&m, &out);
	assert_true(out_end(&out) > 0);
}

static void the_file_is_replaced(void **state)
{
	char folder[SCRATCH_MAX], path[SCRATCH_MAX + 32], line[128];
	struct metrics m = sample();
	FILE *f;

	(void)state;
	assert_int_equal(scratch_make(folder), 0);
	(void)snprintf(path, sizeof path, "%s/lem.prom", folder);
	assert_int_equal(metrics_save(&m, path), ERR_OK);
	m.height = 10;
	assert_int_equal(metrics_save(&m, path), ERR_OK);
	f = fopen(path, "r");
	assert_non_null(f);
	for (int i = 0; i < 3; i++)
		assert_non_null(fgets(line, sizeof line, f));
	assert_string_equal(line, "lem_height{market=\"street\"} 10\n");
	(void)fclose(f);
	(void)snprintf(path, sizeof path, "%s/nowhere/lem.prom", folder);
	assert_int_equal(metrics_save(&m, path), ERR_IO);
	assert_int_equal(scratch_remove(folder), 0);
}

static void topics_are_retained_numbers(void **state)
{
	struct metrics m = sample();
	struct outbox outbox = {.count = 0};
	struct publication *p;
	int seen = 0;

	(void)state;
	metrics_publish(&m, &outbox);
	while ((p = outbox_take(&outbox)) != NULL) {
		assert_true(p->retain);
		assert_int_equal(strncmp(p->topic, "$SYS/broker/lem/", 16), 0);
		assert_int_equal(strspn(p->payload, "0123456789"), p->len);
		if (strcmp(p->topic, "$SYS/broker/lem/requests/refused") == 0)
			seen += strcmp(p->payload, "3") == 0;
		if (strcmp(p->topic, "$SYS/broker/lem/height") == 0)
			seen += strcmp(p->payload, "9") == 0;
		free(p);
	}
	assert_int_equal(seen, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_number_has_its_line),
		cmocka_unit_test(all_codes_fit),
		cmocka_unit_test(the_file_is_replaced),
		cmocka_unit_test(topics_are_retained_numbers),
	};

	return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
