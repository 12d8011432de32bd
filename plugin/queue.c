#include "plugin/queue.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "wire/clock.h"

bool queue_init(struct queue *q, size_t max)
{
	pthread_condattr_t attr;

	memset(q, 0, sizeof *q);
	q->max = max;
	q->slots = calloc(max, sizeof *q->slots);
	if (!q->slots)
		return false;
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_mutex_init(&q->lock, NULL);
	(void)pthread_cond_init(&q->filled, &attr);
	(void)pthread_cond_init(&q->emptied, &attr);
	(void)pthread_condattr_destroy(&attr);
	return true;
}

void queue_release(struct queue *q)
{
	if (!q->slots)
		return;
	(void)pthread_mutex_destroy(&q->lock);
	(void)pthread_cond_destroy(&q->filled);
	(void)pthread_cond_destroy(&q->emptied);
	free(q->slots);
	q->slots = NULL;
}

/* The lock is held and there is room. */
static void append(struct queue *q, void *item)
{
	q->slots[(q->first + q->count++) % q->max] = item;
	if (q->count == 1)
		(void)pthread_cond_signal(&q->filled);
}

bool queue_try_put(struct queue *q, void *item)
{
	bool room;

	(void)pthread_mutex_lock(&q->lock);
	room = q->count < q->max && !q->closed;
	if (room)
		append(q, item);
	(void)pthread_mutex_unlock(&q->lock);
	return room;
}

bool queue_put(struct queue *q, void *item)
{
	bool open;

	(void)pthread_mutex_lock(&q->lock);
	while (q->count == q->max && !q->closed)
		(void)pthread_cond_wait(&q->emptied, &q->lock);
	open = !q->closed;
	if (open)
		append(q, item);
	(void)pthread_mutex_unlock(&q->lock);
	return open;
}

/* One wait; the lock is held. */
static void wait_until(struct queue *q, int64_t until_ms)
{
	struct timespec ts = {
		.tv_sec = (time_t)(until_ms / 1000), .tv_nsec = (long)(until_ms % 1000) * 1000000};

	if (until_ms == INT64_MAX)
		(void)pthread_cond_wait(&q->filled, &q->lock);
	else
		(void)pthread_cond_timedwait(&q->filled, &q->lock, &ts);
}

size_t queue_take(struct queue *q, void **items, size_t max, int64_t until_ms)
{
	size_t n = 0;

	(void)pthread_mutex_lock(&q->lock);
	if (q->count == 0 && !q->closed && clock_monotonic_ms() < until_ms)
		wait_until(q, until_ms);
	for (; n < max && q->count > 0; q->count--) {
		items[n++] = q->slots[q->first];
		q->first = (q->first + 1) % q->max;
	}
	if (n > 0)
		(void)pthread_cond_broadcast(&q->emptied);
	(void)pthread_mutex_unlock(&q->lock);
	return n;
}

void queue_close(struct queue *q)
{
	(void)pthread_mutex_lock(&q->lock);
	q->closed = true;
	(void)pthread_cond_broadcast(&q->filled);
	(void)pthread_cond_broadcast(&q->emptied);
	(void)pthread_mutex_unlock(&q->lock);
}

bool queue_is_closed(struct queue *q)
{
	bool closed;

	(void)pthread_mutex_lock(&q->lock);
	closed = q->closed;
	(void)pthread_mutex_unlock(&q->lock);
	return closed;
}
