#include "plugin/post.h"
#include <mosquitto.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "wire/clock.h"

void post_init(struct post *p, int wake_signal)
{
	memset(p, 0, sizeof *p);
	p->broker = pthread_self();
	p->wake_signal = wake_signal;
	(void)pthread_mutex_init(&p->lock, NULL);
}

void post_release(struct post *p)
{
	outbox_clear(&p->out);
	(void)pthread_mutex_destroy(&p->lock);
}

void post_wake(struct post *p)
{
	(void)pthread_kill(p->broker, p->wake_signal);
}

void post_send(struct post *p, struct outbox *from)
{
	if (from->count == 0)
		return;
	(void)pthread_mutex_lock(&p->lock);
	outbox_move(&p->out, from);
	(void)pthread_mutex_unlock(&p->lock);
	post_wake(p);
}

size_t post_waiting_bytes(struct post *p)
{
	size_t bytes;

	(void)pthread_mutex_lock(&p->lock);
	bytes = p->out.bytes;
	(void)pthread_mutex_unlock(&p->lock);
	return bytes;
}

struct publication *post_collect(struct post *p, size_t max, bool *more)
{
	struct publication *first = NULL, *last = NULL;

	(void)pthread_mutex_lock(&p->lock);
	for (size_t i = 0; i < max; i++) {
		struct publication *next = outbox_take(&p->out);
		if (!next)
			break;
		if (last)
			last->next = next;
		else
			first = next;
		last = next;
	}
	*more = p->out.count > 0;
	(void)pthread_mutex_unlock(&p->lock);
	return first;
}

void post_say(struct post *p, int level, const char *format, ...)
{
	va_list args;

	(void)pthread_mutex_lock(&p->lock);
	if (p->line_count < POST_LINES_MAX) {
		struct post_line *l = &p->lines[(p->line_first + p->line_count++) % POST_LINES_MAX];
		l->level = level;
		va_start(args, format);
		(void)vsnprintf(l->text, sizeof l->text, format, args);
		va_end(args);
	} else {
		p->lines_lost++;
	}
	(void)pthread_mutex_unlock(&p->lock);
}

void post_count_refused(struct post *p)
{
	(void)atomic_fetch_add(&p->refused_unread, 1);
}

uint64_t post_refused_unread(struct post *p)
{
	return atomic_load(&p->refused_unread);
}

void post_left_out(struct post *p)
{
	(void)pthread_mutex_lock(&p->lock);
	p->lines_lost++;
	(void)pthread_mutex_unlock(&p->lock);
}

bool post_take_line(struct post *p, struct post_line *ret)
{
	bool found;

	(void)pthread_mutex_lock(&p->lock);
	found = p->line_count > 0;
	if (found) {
		*ret = p->lines[p->line_first];
		p->line_first = (p->line_first + 1) % POST_LINES_MAX;
		p->line_count--;
	} else if (p->lines_lost > 0 &&
		   clock_monotonic_ms() - p->lost_told_ms >= POST_LOST_EVERY_MS) {
		p->lost_told_ms = clock_monotonic_ms();
		ret->level = MOSQ_LOG_WARNING;
		(void)snprintf(ret->text, sizeof ret->text, "lem: %zu log lines were left out",
			p->lines_lost);
		p->lines_lost = 0;
		found = true;
	}
	(void)pthread_mutex_unlock(&p->lock);
	return found;
}
