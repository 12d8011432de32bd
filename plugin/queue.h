/* queue: a bounded queue of pointers between threads. */
#ifndef LEM_PLUGIN_QUEUE_H
#define LEM_PLUGIN_QUEUE_H
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A ring of `max` pointers, first in, first out. Any number of threads put, one takes. */
struct queue {
	pthread_mutex_t lock;
	pthread_cond_t filled, emptied;
	void **slots;
	size_t max, first, count;
	bool closed;
};

/* A queue of at most max pointers; false without memory. */
bool queue_init(struct queue *q, size_t max);
void queue_release(struct queue *q);

/* Add without waiting; false if it is full or closed. */
bool queue_try_put(struct queue *q, void *item);

/* Add, waiting for room; false if it is closed. */
bool queue_put(struct queue *q, void *item);

/* Take up to max items. Waits until something is there, the queue is closed, or
 * clock_monotonic_ms() is until_ms (INT64_MAX: for ever). Returns how many. */
size_t queue_take(struct queue *q, void **items, size_t max, int64_t until_ms);

/* Close the queue for good: nothing comes in, who waits is woken, what is in can be taken. */
void queue_close(struct queue *q);
bool queue_is_closed(struct queue *q);

#endif
