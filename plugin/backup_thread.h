/* backup_thread: the operator's backup while the market goes on: one at a time, on a thread of its
 * own, into state_dir/backup/<UTC time>. */
#ifndef LEM_PLUGIN_BACKUP_THREAD_H
#define LEM_PLUGIN_BACKUP_THREAD_H
#include <pthread.h>
#include <stdatomic.h>
#include "plugin/post.h"
#include "wire/control.h"

/* Its state, used by the market's thread; all zeros: no backup has been asked for. */
struct backup_thread {
	pthread_t thread;
	bool started;        /* to be joined */
	atomic_bool running; /* between begin and answer */
	atomic_bool stopping;
	const char *state_dir; /* borrowed */
	struct post *post;     /* borrowed: where the answer goes */
	struct control_tag tag;
};

/* Begin; the answer is posted when it is done, and a line for the log. ERR_LOCKED: one is running;
 * ERR_LIMIT: there is no thread to be had. */
__attribute__((warn_unused_result)) enum err backup_thread_begin(struct backup_thread *backup,
	const char *state_dir, struct post *post, const struct control_tag *tag);

/* Break off what is running and wait for its end. */
void backup_thread_stop(struct backup_thread *backup);

#endif
