/* What a meter saw, shared among a home's awards: each Wh once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/shares.h"

enum { AWARDS = 3 };

/* Registers pv, import, export, charge, discharge; the scheduled net; awards in their order. */
static const struct {
	struct registers delta;
	int64_t baseline_wh;
	bool has_baseline;
	struct {
		enum side side; /* what the opener does */
		enum measure measure;
		int64_t awarded_wh, delivered_wh;
	} awards[AWARDS];
	int64_t changed_wh; /* in the second half */
	bool has_change;
} cases[] = {
	/* The battery: to the award, and what is left to the next. */
	{{{0, 0, 0, 0, 1000}}, 0, false,
		{{SIDE_BUY, MEASURE_STORAGE, 600, 600}, {SIDE_BUY, MEASURE_STORAGE, 600, 400},
			{SIDE_BUY, MEASURE_STORAGE, 1, 0}}},
	/* The other direction has its own. */
	{{{0, 900, 0, 800, 0}}, 0, false,
		{{SIDE_SELL, MEASURE_STORAGE, 500, 500}, {SIDE_BUY, MEASURE_STORAGE, 500, 0},
			{SIDE_SELL, MEASURE_IMPORT, 500, 400}}},
	/* What was discharged and fed in is one energy. */
	{{{0, 0, 1000, 0, 1000}}, 0, false,
		{{SIDE_BUY, MEASURE_STORAGE, 600, 600}, {SIDE_BUY, MEASURE_EXPORT, 600, 400},
			{SIDE_BUY, MEASURE_STORAGE, 600, 0}}},
	/* PV and battery fed in: two. */
	{{{1000, 0, 2000, 0, 1000}}, 0, false,
		{{SIDE_BUY, MEASURE_STORAGE, 1000, 1000}, {SIDE_BUY, MEASURE_EXPORT, 1500, 1000},
			{SIDE_BUY, MEASURE_EXPORT, 1, 0}}},
	/* Below the schedule: 300 instead of 1,000 drawn, 500 of it by the battery. */
	{{{0, 300, 0, 0, 500}}, 1000, true,
		{{SIDE_BUY, MEASURE_STORAGE, 500, 500}, {SIDE_BUY, MEASURE_BASELINE, 400, 200},
			{SIDE_BUY, MEASURE_BASELINE, 1, 0}}},
	{{{0, 300, 0, 0, 500}}, 1000, true,
		{{SIDE_BUY, MEASURE_BASELINE, 600, 600}, {SIDE_BUY, MEASURE_STORAGE, 500, 0},
			{SIDE_SELL, MEASURE_BASELINE, 10, 0}}},
	/* Above it: it was to feed in 200 and draws 100. */
	{{{0, 100, 0, 0, 0}}, -200, true,
		{{SIDE_SELL, MEASURE_BASELINE, 250, 250}, {SIDE_SELL, MEASURE_BASELINE, 250, 50},
			{SIDE_BUY, MEASURE_BASELINE, 1, 0}}},
	/* Nothing to measure from. */
	{{{0, 100, 0, 0, 0}}, 0, false,
		{{SIDE_SELL, MEASURE_BASELINE, 250, 0}, {SIDE_SELL, MEASURE_IMPORT, 250, 100},
			{SIDE_BUY, MEASURE_BASELINE, 1, 0}}},
	/* Less drawn in the second half, by whatever means; drawn more does not sell. */
	{{{0, 100, 0, 0, 0}}, 0, false,
		{{SIDE_BUY, MEASURE_BEFORE_AFTER, 300, 300},
			{SIDE_BUY, MEASURE_BEFORE_AFTER, 300, 100},
			{SIDE_SELL, MEASURE_BEFORE_AFTER, 1, 0}},
		-400, true},
	{{{0, 900, 0, 0, 0}}, 0, false,
		{{SIDE_SELL, MEASURE_BEFORE_AFTER, 300, 300},
			{SIDE_BUY, MEASURE_BEFORE_AFTER, 1, 0},
			{SIDE_SELL, MEASURE_BEFORE_AFTER, 300, 100}},
		400, true},
	/* No quarters: nothing. */
	{{{0, 100, 0, 0, 900}}, 0, false, {{SIDE_BUY, MEASURE_BEFORE_AFTER, 300, 0}}, 0, false},
	/* Sold for the whole slot, and all of it given in the second half: not twice. */
	{{{0, 0, 0, 0, 1000}}, 0, false,
		{{SIDE_BUY, MEASURE_STORAGE, 1000, 1000},
			{SIDE_BUY, MEASURE_BEFORE_AFTER, 1000, 0}},
		-1000, true},
	/* What the battery gave beyond that was the change's. */
	{{{0, 0, 0, 0, 1500}}, 0, false,
		{{SIDE_BUY, MEASURE_STORAGE, 1000, 1000},
			{SIDE_BUY, MEASURE_BEFORE_AFTER, 700, 500}},
		-900, true},
	/* Charged early what was bought for the slot, and then less: that sells nothing. */
	{{{0, 900, 0, 900, 0}}, 0, false,
		{{SIDE_SELL, MEASURE_STORAGE, 900, 900}, {SIDE_BUY, MEASURE_BEFORE_AFTER, 400, 0}},
		-900, true},
	/* An award of the whole slot that got nothing stands in nobody's way. */
	{{{0, 900, 0, 0, 0}}, 0, false,
		{{SIDE_SELL, MEASURE_STORAGE, 900, 0}, {SIDE_BUY, MEASURE_BEFORE_AFTER, 400, 400}},
		-900, true},
};

static void each_wh_is_given_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct shares s;

		shares_begin(&s, &cases[i].delta,
			cases[i].has_baseline ? &cases[i].baseline_wh : NULL,
			cases[i].has_change ? &cases[i].changed_wh : NULL);
		for (int k = 0; k < AWARDS && cases[i].awards[k].measure; k++) {
			const struct contract c = {.side = cases[i].awards[k].side,
				.measure = cases[i].awards[k].measure};
			int64_t wh = shares_take(&s, &c, cases[i].awards[k].awarded_wh);

			if (wh != cases[i].awards[k].delivered_wh)
				fail_msg("case %zu, award %d: %lld", i, k, (long long)wh);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(each_wh_is_given_once)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
