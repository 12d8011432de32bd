/* The queue between threads: first in, first out, bounded, and closed for good. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include "plugin/queue.h"
#include "wire/clock.h"

enum { PUTTERS = 4, EACH = 20000, SMALL = 3, SOON_MS = 40 };

static char things[16]; /* something to point to */

static void snooze(long ms)
{
	const struct timespec pause = {.tv_nsec = ms * 1000000};

	(void)nanosleep(&pause, NULL);
}

static void the_first_comes_first_and_no_more_than_fit(void **state)
{
	struct queue q;
	void *out[16];

	(void)state;
	assert_true(queue_init(&q, SMALL));
	/* Several times round the ring. */
	for (int turn = 0; turn < 10; turn++) {
		for (int i = 0; i < SMALL; i++)
			assert_true(queue_try_put(&q, &things[i]));
		assert_false(queue_try_put(&q, &things[9]));
		assert_int_equal(queue_take(&q, out, 2, INT64_MAX), 2);
		assert_ptr_equal(out[0], &things[0]);
		assert_ptr_equal(out[1], &things[1]);
		assert_true(queue_put(&q, &things[7]));
		assert_int_equal(queue_take(&q, out, 16, INT64_MAX), 2);
		assert_ptr_equal(out[0], &things[2]);
		assert_ptr_equal(out[1], &things[7]);
	}
	queue_release(&q);
	queue_release(&q); /* once more does no harm */
}

static void waiting_ends_in_time(void **state)
{
	struct queue q;
	void *out;
	int64_t begin_ms = clock_monotonic_ms();

	(void)state;
	assert_true(queue_init(&q, SMALL));
	assert_int_equal(queue_take(&q, &out, 1, 0), 0); /* long past */
	assert_int_equal(queue_take(&q, &out, 1, begin_ms + SOON_MS), 0);
	assert_true(clock_monotonic_ms() >= begin_ms + SOON_MS);
	assert_true(queue_try_put(&q, &things[0]));
	assert_int_equal(queue_take(&q, &out, 1, 0), 1); /* what is there needs no waiting */
	queue_release(&q);
}

static void what_is_closed_stays_closed(void **state)
{
	struct queue q;
	void *out[4];

	(void)state;
	assert_true(queue_init(&q, SMALL));
	assert_false(queue_is_closed(&q));
	assert_true(queue_put(&q, &things[0]));
	queue_close(&q);
	assert_true(queue_is_closed(&q));
	assert_false(queue_try_put(&q, &things[1]));
	assert_false(queue_put(&q, &things[1]));
	assert_int_equal(queue_take(&q, out, 4, INT64_MAX), 1);
	assert_ptr_equal(out[0], &things[0]);
	assert_int_equal(queue_take(&q, out, 4, INT64_MAX), 0); /* does not wait */
	queue_release(&q);
}

/* One thread's part in a test; no assertions there. */
struct part {
	struct queue *queue;
	pthread_t thread;
	uintptr_t number;
	atomic_bool done;
	bool accepted;
	size_t taken;
};

static void *puts_one(void *context)
{
	struct part *p = context;

	p->accepted = queue_put(p->queue, &things[5]);
	atomic_store(&p->done, true);
	return NULL;
}

static void *takes_one(void *context)
{
	struct part *p = context;
	void *out;

	p->taken = queue_take(p->queue, &out, 1, INT64_MAX);
	atomic_store(&p->done, true);
	return NULL;
}

static void start(struct part *p, struct queue *q, void *(*body)(void *))
{
	memset(p, 0, sizeof *p);
	p->queue = q;
	assert_int_equal(pthread_create(&p->thread, NULL, body, p), 0);
}

static void who_finds_it_full_waits_for_room(void **state)
{
	struct queue q;
	struct part p;
	void *out[4];

	(void)state;
	assert_true(queue_init(&q, 1));
	assert_true(queue_put(&q, &things[0]));
	start(&p, &q, puts_one);
	snooze(SOON_MS);
	assert_false(atomic_load(&p.done));
	assert_int_equal(queue_take(&q, out, 4, INT64_MAX), 1);
	assert_ptr_equal(out[0], &things[0]);
	assert_int_equal(queue_take(&q, out, 4, INT64_MAX), 1);
	assert_ptr_equal(out[0], &things[5]);
	assert_int_equal(pthread_join(p.thread, NULL), 0);
	assert_true(p.accepted);
	queue_release(&q);
}

static void closing_wakes_who_waits(void **state)
{
	struct queue full, empty;
	struct part putter, taker;

	(void)state;
	assert_true(queue_init(&full, 1) && queue_init(&empty, 1));
	assert_true(queue_put(&full, &things[0]));
	start(&putter, &full, puts_one);
	start(&taker, &empty, takes_one);
	snooze(SOON_MS);
	assert_false(atomic_load(&putter.done) || atomic_load(&taker.done));
	queue_close(&full);
	queue_close(&empty);
	assert_int_equal(pthread_join(putter.thread, NULL), 0);
	assert_int_equal(pthread_join(taker.thread, NULL), 0);
	assert_false(putter.accepted);
	assert_int_equal(taker.taken, 0);
	queue_release(&full);
	queue_release(&empty);
}

static void *puts_many(void *context)
{
	struct part *p = context;

	p->accepted = true;
	for (uintptr_t i = 0; i < EACH; i++) {
		void *item = (void *)(p->number * EACH + i + 1);
		if (i % 2 == 0 || !queue_try_put(p->queue, item))
			p->accepted = queue_put(p->queue, item) && p->accepted;
	}
	return NULL;
}

/* As verifiers hand on to the market: nothing is lost, and what one put stays in order. */
static void many_put_and_one_takes(void **state)
{
	struct part parts[PUTTERS];
	uintptr_t next[PUTTERS] = {0};
	struct queue q;
	void *out[8];
	size_t all = 0;

	(void)state;
	assert_true(queue_init(&q, 16));
	for (uintptr_t i = 0; i < PUTTERS; i++) {
		parts[i] = (struct part){.queue = &q, .number = i};
		assert_int_equal(pthread_create(&parts[i].thread, NULL, puts_many, &parts[i]), 0);
	}
	while (all < (size_t)PUTTERS * EACH) {
		size_t n = queue_take(&q, out, 8, INT64_MAX);
		assert_in_range(n, 1, 8);
		for (size_t i = 0; i < n; i++) {
			uintptr_t item = (uintptr_t)out[i] - 1;
			assert_int_equal(item % EACH, next[item / EACH]++);
		}
		all += n;
	}
	for (int i = 0; i < PUTTERS; i++) {
		assert_int_equal(pthread_join(parts[i].thread, NULL), 0);
		assert_true(parts[i].accepted);
	}
	assert_int_equal(queue_take(&q, out, 8, 0), 0);
	queue_release(&q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_comes_first_and_no_more_than_fit),
		cmocka_unit_test(waiting_ends_in_time),
		cmocka_unit_test(what_is_closed_stays_closed),
		cmocka_unit_test(who_finds_it_full_waits_for_room),
		cmocka_unit_test(closing_wakes_who_waits),
		cmocka_unit_test(many_put_and_one_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
