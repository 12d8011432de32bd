#include "tests/soak/observer.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "hem-client/replica/replica.h"
#include "lemctl/link.h"
#include "tests/lib/street.h"

enum { WAIT_MS = 20 };

struct observer {
	struct observer_options options;
	struct link_options to;
	struct link *link;
	pthread_t thread;
	pthread_mutex_t lock; /* of news and fresh */
	atomic_bool stop;
	struct hem_db db;
	struct replica replica;
	struct observed open, news;
	bool fresh;
};

static void begin(void *context, uint64_t height, const struct ledger *ledger)
{
	struct observer *o = context;

	(void)ledger;
	o->open = (struct observed){.height = height};
}

static void on_result(void *context, const struct result *r)
{
	struct observer *o = context;
	unsigned rank = r->u.validator.rank;

	if (r->kind != RESULT_RANKED || rank < 1 || rank > OBSERVER_RANKS)
		return;
	o->open.ranked[rank - 1] = r->u.validator.account->address;
	o->open.count = rank;
}

static enum err accepted(
	void *context, const struct stored_block *block, const struct ledger *ledger)
{
	struct observer *o = context;

	(void)ledger;
	memcpy(o->open.hash, block->hash, HASH_LEN);
	(void)pthread_mutex_lock(&o->lock);
	o->news = o->open;
	o->fresh = true;
	(void)pthread_mutex_unlock(&o->lock);
	return ERR_OK;
}

static void on_message(void *context, const char *topic, const char *payload, size_t len)
{
	struct observer *o = context;
	const char *kind = strrchr(topic, '/');
	uint64_t height = 0;
	bool done = false;

	if (!kind || strcmp(kind, "/blocks") != 0)
		return;
	if (replica_take(&o->replica, payload, len, &height, &done) != ERR_OK)
		street_die(o->replica.why);
}

static void *observe(void *context)
{
	struct observer *o = context;

	while (!atomic_load(&o->stop)) {
		if (link_wait(o->link, WAIT_MS) != ERR_OK)
			street_die("the observer lost its connection");
	}
	return NULL;
}

static void connect_link(struct observer *o)
{
	static const char *const topics[] = {"blocks", NULL};
	char why[LINK_WHY_MAX];

	o->to = (struct link_options){.host = "127.0.0.1",
		.port = o->options.port,
		.name = o->options.genesis->name,
		.market = o->options.genesis->market,
		.client_id = o->options.client_id,
		.suffix = "observer",
		.key = o->options.key};
	if (link_open(&o->to, topics, on_message, o, &o->link, why) != ERR_OK)
		street_die(why);
}

struct observer *observer_start(const struct observer_options *options)
{
	struct observer *o = calloc(1, sizeof *o);
	char path[STREET_PATH_MAX];
	struct replica_follower follower = {.begin = begin, .accepted = accepted};

	if (!o)
		street_die("memory");
	o->options = *options;
	(void)mkdir(options->dir, 0700);
	(void)pthread_mutex_init(&o->lock, NULL);
	(void)snprintf(path, sizeof path, "%s/ledger.db", options->dir);
	follower.context = o;
	follower.watch =
		(struct execute_watch){.context = o, .results = {.emit = on_result, .context = o}};
	if (hem_db_open(&o->db, options->dir) != ERR_OK)
		street_die(o->db.db.why);
	if (replica_open(&o->replica, options->genesis, path, &o->db, &follower) != ERR_OK)
		street_die(o->replica.why);
	connect_link(o);
	if (pthread_create(&o->thread, NULL, observe, o) != 0)
		street_die("the observer's thread");
	return o;
}

bool observer_next(struct observer *o, struct observed *ret)
{
	bool fresh;

	(void)pthread_mutex_lock(&o->lock);
	fresh = o->fresh;
	o->fresh = false;
	*ret = o->news;
	(void)pthread_mutex_unlock(&o->lock);
	return fresh;
}

uint64_t observer_stop(struct observer *o, bool *ret_refused)
{
	uint64_t height;

	atomic_store(&o->stop, true);
	(void)pthread_join(o->thread, NULL);
	link_close(o->link);
	height = o->replica.height;
	*ret_refused = o->replica.fault.verdict != VERDICT_OK;
	if (*ret_refused)
		(void)printf("  FAILED: the replica refuses: %s\n", o->replica.fault.text);
	replica_close(&o->replica);
	hem_db_close(&o->db);
	(void)pthread_mutex_destroy(&o->lock);
	free(o);
	return height;
}
