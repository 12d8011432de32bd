#include "plugin/office.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include "core/index.h"
#include "plugin/market_thread.h"
#include "plugin/planner_thread.h"
#include "plugin/verifier.h"
#include "wire/private_key.h"

struct office {
	struct options options;
	struct engine engine;
	struct private_key *operator_key, *aggregator_key;
	struct genesis genesis; /* a copy, constant */
	struct keyring *keyring;
	int lock_fd; /* 0: none */
	struct post post;
	struct verifier verifiers[OPTIONS_VERIFIERS_MAX];
	struct queue verified;
	struct market_thread market;
	struct planner_thread planner;
};

static enum err lock_state(struct office *o, char why[static ENGINE_WHY_MAX])
{
	char path[OPTIONS_PATH_MAX + 16];

	(void)snprintf(path, sizeof path, "%s/lock", o->options.state_dir);
	o->lock_fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	if (o->lock_fd < 0) {
		(void)snprintf(why, ENGINE_WHY_MAX, "%.300s cannot be written", path);
		return ERR_PERMISSION;
	}
	if (flock(o->lock_fd, LOCK_EX | LOCK_NB) != 0) {
		(void)snprintf(why, ENGINE_WHY_MAX,
			"the market in %.300s is in use by another broker, plugin or lemctl",
			o->options.state_dir);
		return ERR_LOCKED;
	}
	return ERR_OK;
}

static enum err open_market(struct office *o, char why[static ENGINE_WHY_MAX])
{
	char path[OPTIONS_PATH_MAX + 16];
	enum err err = lock_state(o, why);

	(void)snprintf(path, sizeof path, "%s/operator.pem", o->options.state_dir);
	if (err == ERR_OK)
		err = private_key_load(path, &o->operator_key, why);
	(void)snprintf(path, sizeof path, "%s/aggregator.pem", o->options.state_dir);
	if (err == ERR_OK && o->options.aggregator)
		err = private_key_load(path, &o->aggregator_key, why);
	if (err != ERR_OK)
		return err;
	err = market_thread_open_engine(&o->engine, o->options.state_dir, o->operator_key);
	if (err != ERR_OK) {
		(void)snprintf(why, ENGINE_WHY_MAX, "%.500s", o->engine.why);
		return err;
	}
	o->genesis = o->engine.genesis;
	o->keyring = o->engine.keyring;
	engine_publish_retained(&o->engine);
	return ERR_OK;
}

static enum err start_threads(struct office *o)
{
	enum err err = queue_init(&o->verified, OFFICE_VERIFIED_MAX) ? ERR_OK : ERR_NOMEM;

	for (int64_t i = 0; err == ERR_OK && i < o->options.verifiers; i++)
		err = verifier_start(&o->verifiers[i], o->keyring, &o->genesis, &o->verified);
	if (err != ERR_OK)
		return err;
	o->market = (struct market_thread){.state_dir = o->options.state_dir,
		.genesis = &o->genesis,
		.operator_key = o->operator_key,
		.aggregator_key = o->aggregator_key,
		.aggregator_homes = (uint32_t)o->options.aggregator_homes,
		.catch_up_slots = o->options.catch_up_slots,
		.keep_days = o->options.intake_keep_days,
		.metrics_path = o->options.metrics,
		.engine = &o->engine,
		.verified = &o->verified,
		.post = &o->post};
	err = market_thread_start(&o->market);
	if (err != ERR_OK || !o->aggregator_key)
		return err;
	o->planner = (struct planner_thread){.state_dir = o->options.state_dir,
		.genesis = &o->genesis,
		.key = o->aggregator_key,
		.updates = o->options.schedule_updates,
		.lead_s = o->options.schedule_lead_s,
		.verified = &o->verified,
		.post = &o->post};
	return planner_thread_start(&o->planner, o->keyring);
}

enum err office_open(const struct options *options, int wake_signal, struct office **ret,
	char why[static ENGINE_WHY_MAX])
{
	struct office *o = calloc(1, sizeof *o);
	sigset_t all, before;
	enum err err;

	if (!o) {
		(void)snprintf(why, ENGINE_WHY_MAX, "%s", err_text(ERR_NOMEM));
		return ERR_NOMEM;
	}
	o->options = *options;
	post_init(&o->post, wake_signal);
	err = open_market(o, why);
	/* Signals are the broker's: threads of ours must not catch them. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	if (err == ERR_OK && (err = start_threads(o)) != ERR_OK)
		(void)snprintf(why, ENGINE_WHY_MAX, "%s",
			err == ERR_CONFIG ? "aggregator.pem is not the key of genesis' aggregator"
					  : err_text(err));
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (err != ERR_OK) {
		office_close(o);
		return err;
	}
	*ret = o;
	return ERR_OK;
}

static void stop_threads(struct office *o)
{
	void *item;

	for (int i = 0; i < OPTIONS_VERIFIERS_MAX; i++)
		verifier_close(&o->verifiers[i]);
	if (o->verified.slots)
		queue_close(&o->verified);
	for (int i = 0; i < OPTIONS_VERIFIERS_MAX; i++)
		verifier_stop(&o->verifiers[i]);
	planner_thread_stop(&o->planner);
	market_thread_stop(&o->market);
	while (o->verified.slots && queue_take(&o->verified, &item, 1, 0) == 1)
		verified_free(item);
	queue_release(&o->verified);
}

void office_close(struct office *o)
{
	if (!o)
		return;
	stop_threads(o);
	engine_close(&o->engine);
	post_release(&o->post);
	private_key_free(o->operator_key);
	private_key_free(o->aggregator_key);
	if (o->lock_fd > 0)
		(void)close(o->lock_fd);
	free(o);
}

struct keyring *office_keyring(struct office *o)
{
	return o->keyring;
}

const struct genesis *office_genesis(const struct office *o)
{
	return &o->genesis;
}

bool office_submit(struct office *o, const char *user, enum operation operation,
	const void *payload, size_t len)
{
	/* One verifier for one client, so that its messages stay in order. */
	uint64_t which = index_key_of_text(user) % (uint64_t)o->options.verifiers;

	return verifier_submit(&o->verifiers[which], user, operation, payload, len);
}

void office_count_refused(struct office *o)
{
	post_count_refused(&o->post);
}

void office_leave_out(struct office *o)
{
	post_left_out(&o->post);
}

struct publication *office_collect(struct office *o, size_t max, bool *more)
{
	return post_collect(&o->post, max, more);
}

bool office_log_line(struct office *o, struct post_line *ret)
{
	return post_take_line(&o->post, ret);
}
