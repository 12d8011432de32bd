/* market_thread: the one thread that decides: it takes what was verified and the clock, commits,
 * and posts what came of it. */
#ifndef LEM_PLUGIN_MARKET_THREAD_H
#define LEM_PLUGIN_MARKET_THREAD_H
#include <pthread.h>
#include "engine/aggregator_desk.h"
#include "engine/engine.h"
#include "plugin/backup_thread.h"
#include "plugin/bucket.h"
#include "plugin/post.h"
#include "plugin/queue.h"

enum {
	MARKET_TAKE_MAX = 1024, /* requests taken in one go */
	/* Publications not collected yet, before feeds pause: a part of a block may go to
	 * thousands, and receipts must not wait behind many of them. */
	MARKET_POST_BYTES_MAX = 64 << 10,
	/* And before further blocks wait, when slots of an outage are made up for. */
	MARKET_PACE_BYTES_MAX = 4 << 20,
	MARKET_PACE_MS = 2,
	/* Refusals in the log: of one client (clients share places by hash), and of all. */
	MARKET_TOLD_MAX = 1024,
	MARKET_TOLD_RATE = 1,
	MARKET_TOLD_BURST = 20,
	MARKET_TOLD_ALL_RATE = 20,
	MARKET_TOLD_ALL_BURST = 200,
	MARKET_DOUBT_EVERY_MS = 60000, /* lines about a clock that is not believed, or set back */
};

/* The thread and what it works with, all borrowed. While it runs the engine is its alone. */
struct market_thread {
	pthread_t thread;
	bool started;
	const char *state_dir;
	const struct genesis *genesis; /* a copy, constant */
	const struct private_key *operator_key;
	const struct private_key
		*aggregator_key;   /* NULL: the market has no aggregator of its own */
	uint32_t aggregator_homes; /* as struct aggregator_desk has them */
	struct engine *engine;
	struct queue *verified; /* struct verified *; when it is closed the thread ends */
	struct post *post;
	const char *metrics_path;                      /* "none" */
	int64_t metrics_ms;                            /* when they were taken last; 0 */
	int64_t catch_up_slots;                        /* as struct engine has it */
	int64_t keep_days;                             /* of csm.db */
	int64_t doubt_told_ms;                         /* 0 */
	struct aggregator_desk aggregator;             /* zeros */
	struct backup_thread backup;                   /* zeros */
	struct bucket told[MARKET_TOLD_MAX], told_all; /* zeros */
};

/* Open the two databases of state_dir; what engine_open() answers. */
__attribute__((warn_unused_result)) enum err market_thread_open_engine(
	struct engine *engine, const char *state_dir, const struct private_key *operator_key);

/* Start it; the members above are set and the engine is open. ERR_LIMIT; ERR_CONFIG: the
 * aggregator's key is not that of genesis; ERR_NOMEM, ERR_CRYPTO. market_thread_stop() in any case.
 */
__attribute__((warn_unused_result)) enum err market_thread_start(struct market_thread *thread);

/* With `verified` closed: wait for its end. What it had taken is committed. */
void market_thread_stop(struct market_thread *thread);

#endif
