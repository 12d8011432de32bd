/* The planner beside the market: at the eighth of each slot it hands in what it has planned, and it
 * ends when it is told to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <time.h>
#include "plugin/planner_thread.h"
#include "tests/unit/little_market.h"
#include "wire/clock.h"

enum { RATE = 3600 /* a slot a second */, PATIENCE_MS = 20000, QUEUE_MAX = 64 };

static struct little_market m;
static struct genesis genesis; /* the market's, in a hurry */
static struct queue verified;
static struct post post;
static struct planner_thread planner;

static int setup(void **state)
{
	(void)state;
	little_open(&m);
	assert_true(queue_init(&verified, QUEUE_MAX));
	post_init(&post, SIGRTMIN + 3);
	genesis = m.genesis;
	genesis.params.rate = RATE;
	genesis.params.real_start_ms = clock_real_ms();
	planner = (struct planner_thread){.state_dir = m.folder,
		.genesis = &genesis,
		.key = m.aggregator_key,
		.lead_s = 3600,
		.verified = &verified,
		.post = &post};
	return 0;
}

static int teardown(void **state)
{
	void *item;

	(void)state;
	queue_close(&verified);
	planner_thread_stop(&planner);
	while (queue_take(&verified, &item, 1, 0) == 1)
		verified_free(item);
	queue_release(&verified);
	post_release(&post);
	little_close(&m);
	return 0;
}

/* The next that it hands in; the caller's to verified_free(). */
static struct verified *next(void)
{
	void *item = NULL;

	if (queue_take(&verified, &item, 1, clock_monotonic_ms() + PATIENCE_MS) != 1)
		fail_msg("nothing was handed in");
	return item;
}

static void it_hands_in_its_plans(void **state)
{
	struct verified *v;
	void *item;

	(void)state;
	assert_int_equal(planner_thread_start(&planner, m.engine.keyring), ERR_OK);
	v = next();
	assert_int_equal(v->operation, OPERATION_SCHEDULE);
	assert_non_null(v->inspected); /* signed as it must be */
	assert_string_equal(v->inspected->client_id, AGGREGATOR_ROLE);
	assert_int_equal(v->inspected->command.u.tx.u.schedule.first_slot, 1);
	assert_int_equal(v->inspected->command.u.tx.u.schedule.count, 23);
	verified_free(v);
	for (int n = 0; n < LITTLE_HOMES; n++) {
		v = next();
		assert_int_equal(v->operation, OPERATION_BASELINE);
		assert_non_null(v->inspected);
		assert_string_equal(v->inspected->command.u.baseline.client_id, m.homes[n].id);
		assert_int_equal(v->inspected->command.u.baseline.window.first_slot,
			1 + genesis.params.horizon_slots);
		verified_free(v);
	}
	/* The market has not taken it: it comes again, when the market's slot is over. */
	assert_int_equal(queue_take(&verified, &item, 1, clock_monotonic_ms() + 1500), 0);
	little_advance(&m, little_slot_ms(1) + 1000);
	v = next();
	assert_int_equal(v->operation, OPERATION_SCHEDULE);
	assert_int_equal(v->inspected->command.u.tx.u.schedule.first_slot, 2);
	verified_free(v);
}

/* Full: it waits for room, and gives up when the queue is closed. */
static void a_full_queue_does_not_keep_it(void **state)
{
	(void)state;
	for (int i = 0; i < QUEUE_MAX; i++)
		assert_true(queue_try_put(&verified, calloc(1, sizeof(struct verified))));
	assert_int_equal(planner_thread_start(&planner, m.engine.keyring), ERR_OK);
	while (clock_real_ms() < genesis.params.real_start_ms + 400) {
		const struct timespec pause = {.tv_nsec = 20000000};

		(void)nanosleep(&pause, NULL);
	}
}

static void without_a_market_it_says_so_and_goes_on(void **state)
{
	struct post_line line;
	int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;

	(void)state;
	planner.state_dir = "/nonexistent";
	assert_int_equal(planner_thread_start(&planner, m.engine.keyring), ERR_OK);
	while (!post_take_line(&post, &line)) {
		const struct timespec pause = {.tv_nsec = 20000000};

		assert_true(clock_monotonic_ms() < until_ms);
		(void)nanosleep(&pause, NULL);
	}
	assert_non_null(strstr(line.text, "lem: planner | /nonexistent"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_hands_in_its_plans, setup, teardown),
		cmocka_unit_test_setup_teardown(a_full_queue_does_not_keep_it, setup, teardown),
		cmocka_unit_test_setup_teardown(
			without_a_market_it_says_so_and_goes_on, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
