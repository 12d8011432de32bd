/* planner_thread: the aggregator's planner beside the market: once in each slot it takes in what
 * was metered, and announces what has been planned as `schedule` messages of the aggregator's,
 * which go into the market's queue like everyone's. */
#ifndef LEM_PLUGIN_PLANNER_THREAD_H
#define LEM_PLUGIN_PLANNER_THREAD_H
#include <pthread.h>
#include <stdatomic.h>
#include "engine/inspect.h"
#include "plugin/post.h"
#include "plugin/queue.h"
#include "wire/private_key.h"

/* The thread and what it works with, all borrowed. Zeros before planner_thread_start(). */
struct planner_thread {
	pthread_t thread;
	bool started;
	pthread_mutex_t lock;
	pthread_cond_t wake; /* on the monotonic clock */
	atomic_bool stopping;
	const char *state_dir;
	const struct genesis *genesis;
	const struct private_key *key; /* of the role "aggregator" */
	bool updates;                  /* a plan is corrected an hour ahead */
	int64_t lead_s;                /* a day is planned so long before it begins */
	struct queue *verified;
	struct post *post;
	struct inspector *inspector; /* its own */
};

/* Start it; the borrowed members are set. ERR_LIMIT: no thread is to be had; ERR_NOMEM, ERR_CRYPTO.
 * planner_thread_stop() in any case. */
__attribute__((warn_unused_result)) enum err planner_thread_start(
	struct planner_thread *planner, struct keyring *keyring);

/* With `verified` closed: wait for its end. One that was never started is allowed. */
void planner_thread_stop(struct planner_thread *planner);

#endif
