/* post: what the other threads hand to the broker's: publications and log lines, and the signal
 * that wakes the broker for them. */
#ifndef LEM_PLUGIN_POST_H
#define LEM_PLUGIN_POST_H
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include "engine/outbox.h"

enum { POST_LINES_MAX = 64, POST_LINE_MAX = 256, POST_LOST_EVERY_MS = 10000 };

/* A line for the broker's log. */
struct post_line {
	int level; /* MOSQ_LOG_* */
	char text[POST_LINE_MAX];
};

/* Both directions lock; the members are post.c's. */
struct post {
	pthread_t broker;
	int wake_signal;
	pthread_mutex_t lock;
	struct outbox out;
	struct post_line lines[POST_LINES_MAX]; /* a ring */
	size_t line_first, line_count, lines_lost;
	int64_t lost_told_ms;
	atomic_uint_least64_t refused_unread; /* requests refused by the broker's thread */
};

/* An empty one; the calling thread is the broker's, woken by wake_signal. */
void post_init(struct post *post, int wake_signal);
void post_release(struct post *post);

/* Move all of `from` into the post, and wake the broker; nothing if it is empty. */
void post_send(struct post *post, struct outbox *from);

/* Wake the broker again: its signal may have come just before it began to wait. */
void post_wake(struct post *post);

/* Bytes that wait to be collected. */
size_t post_waiting_bytes(struct post *post);

/* Take up to max publications, in order, each the caller's to free(); *more tells whether others
 * wait. */
struct publication *post_collect(struct post *post, size_t max, bool *more);

/* Leave a line for the broker's log; when there are too many, only their number is kept. */
__attribute__((format(printf, 3, 4))) void post_say(
	struct post *post, int level, const char *format, ...);

/* Count a line that is not to be written. */
void post_left_out(struct post *post);

/* Count a request that the broker's thread refuses; how many there were. */
void post_count_refused(struct post *post);
uint64_t post_refused_unread(struct post *post);

/* Take the next line (their number, now and then, if some were left out); false if there is none.
 */
bool post_take_line(struct post *post, struct post_line *ret);

#endif
