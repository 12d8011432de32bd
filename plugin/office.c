#include "plugin/office.h"
#include <fcntl.h>
#include <mosquitto.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>
#include "plugin/queue.h"
#include "wire/digest.h"

enum { VERIFIERS_MAX = 16, WAKE_AGAIN_MS = 2, REOPEN_MS = 2000, IDLE_MS = 60000 };

/* A message as it came, with its bytes behind it. */
struct raw {
	enum operation operation;
	size_t len;
	char user[CLIENT_ID_MAX + 1];
	char payload[];
};

/* What a verifier hands on: one of the two. */
struct verified {
	struct inspected *inspected;
	enum operation operation;
	struct inspect_refusal refusal;
};

struct verifier {
	pthread_t thread;
	struct office *office;
	struct queue queue;
	struct inspector *inspector;
	bool started;
};

struct office {
	struct options options;
	struct engine engine;
	struct private_key *operator_key;
	struct genesis genesis; /* a copy, constant */
	struct keyring *keyring;
	int lock_fd;
	pthread_t broker;
	int wake_signal;
	struct verifier verifiers[VERIFIERS_MAX];
	struct queue verified;
	pthread_t market;
	bool market_started;
	atomic_bool stopping;
	pthread_mutex_t out_lock;
	struct outbox out;
	pthread_mutex_t log_lock;
	struct office_line lines[OFFICE_LOG_MAX];
	size_t line_first, line_count, lines_lost;
};

__attribute__((format(printf, 3, 4))) static void say(
	struct office *o, int level, const char *format, ...)
{
	va_list args;

	(void)pthread_mutex_lock(&o->log_lock);
	if (o->line_count < OFFICE_LOG_MAX) {
		struct office_line *l =
			&o->lines[(o->line_first + o->line_count++) % OFFICE_LOG_MAX];
		l->level = level;
		va_start(args, format);
		(void)vsnprintf(l->text, sizeof l->text, format, args);
		va_end(args);
	} else {
		o->lines_lost++;
	}
	(void)pthread_mutex_unlock(&o->log_lock);
}

bool office_log_line(struct office *o, struct office_line *ret)
{
	bool found;

	(void)pthread_mutex_lock(&o->log_lock);
	found = o->line_count > 0;
	if (found) {
		*ret = o->lines[o->line_first];
		o->line_first = (o->line_first + 1) % OFFICE_LOG_MAX;
		o->line_count--;
	} else if (o->lines_lost > 0) {
		ret->level = MOSQ_LOG_WARNING;
		(void)snprintf(ret->text, sizeof ret->text, "lem: %zu log lines were left out",
			o->lines_lost);
		o->lines_lost = 0;
		found = true;
	}
	(void)pthread_mutex_unlock(&o->log_lock);
	return found;
}

static int64_t market_now(const struct office *o)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return params_market_ms(
		&o->genesis.params, (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
}

/* ---- verifiers ---- */

static struct verified *verify(struct verifier *v, const struct raw *raw)
{
	struct verified *out = calloc(1, sizeof *out);
	enum operation operation = raw->operation;

	if (!out)
		return NULL;
	if (operation == OPERATION_NONE)
		operation = request_operation(raw->payload, raw->len);
	if (operation == OPERATION_NONE ||
		(raw->operation == OPERATION_NONE &&
			operation_class_of(operation) != OPERATION_BY_OPERATOR)) {
		out->refusal.verdict = VERDICT_UNKNOWN_OPERATION;
		memcpy(out->refusal.client_id, raw->user, sizeof raw->user);
		return out;
	}
	out->operation = operation;
	(void)inspect(v->inspector, raw->user, operation, raw->payload, raw->len, &out->inspected,
		&out->refusal);
	return out;
}

static void *verifier_main(void *context)
{
	struct verifier *v = context;
	void *items[64];

	while (!atomic_load(&v->office->stopping)) {
		size_t n = queue_take(&v->queue, items, 64, INT64_MAX);
		for (size_t i = 0; i < n; i++) {
			struct verified *out = verify(v, items[i]);
			free(items[i]);
			if (out && !queue_put(&v->office->verified, out)) {
				inspected_free(out->inspected);
				free(out);
			}
		}
	}
	return NULL;
}

/* ---- the market thread ---- */

/* Hand what is committed to the broker's thread, and wake it. */
static void deliver(struct office *o)
{
	if (o->engine.outbox.count == 0)
		return;
	(void)pthread_mutex_lock(&o->out_lock);
	outbox_move(&o->out, &o->engine.outbox);
	(void)pthread_mutex_unlock(&o->out_lock);
	(void)pthread_kill(o->broker, o->wake_signal);
}

static size_t waiting_bytes(struct office *o)
{
	size_t bytes;

	(void)pthread_mutex_lock(&o->out_lock);
	bytes = o->out.bytes;
	(void)pthread_mutex_unlock(&o->out_lock);
	return bytes;
}

static void drop(struct verified *v)
{
	inspected_free(v->inspected);
	free(v);
}

static enum err take(struct office *o, struct verified *v)
{
	enum err err = ERR_OK;

	if (v->inspected) {
		err = engine_take(&o->engine, v->inspected, market_now(o));
	} else {
		say(o, MOSQ_LOG_NOTICE, "lem: %s | %s | %s | rejected: %s%s%s",
			v->refusal.client_id, operation_name(v->operation),
			v->refusal.req_id[0] ? v->refusal.req_id : "-",
			verdict_name(v->refusal.verdict), v->refusal.field[0] ? ": " : "",
			v->refusal.field);
		engine_reject(&o->engine, v->operation, &v->refusal, market_now(o));
	}
	return err;
}

/* When the market thread must be awake again, monotonic ms. */
static int64_t next_wake(struct office *o)
{
	int64_t due_real = params_real_ms(&o->genesis.params, market_next_due_ms(o->engine.market));
	int64_t in_ms;
	struct timespec ts;

	if (waiting_bytes(o) > 0)
		return monotonic_ms() + WAKE_AGAIN_MS;
	(void)clock_gettime(CLOCK_REALTIME, &ts);
	in_ms = due_real - ((int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
	if (in_ms > IDLE_MS)
		in_ms = IDLE_MS;
	return monotonic_ms() + (in_ms > 0 ? in_ms : 0);
}

static enum err round_of_work(struct office *o, void **items, size_t n)
{
	enum err err = engine_clock(&o->engine, market_now(o));

	for (size_t i = 0; i < n; i++) {
		if (err == ERR_OK)
			err = take(o, items[i]);
		drop(items[i]);
	}
	if (err == ERR_OK && engine_has_batch(&o->engine))
		err = engine_commit(&o->engine);
	return err;
}

/* Disk full or the like: what was committed is safe; try again until it can go on. */
static bool reopen(struct office *o)
{
	char csm[OPTIONS_PATH_MAX + 16], ledger[OPTIONS_PATH_MAX + 16];
	struct keyring *keyring = o->engine.keyring;
	enum err err;

	say(o, MOSQ_LOG_ERR, "lem: the market stands still: %.200s", o->engine.why);
	o->engine.keyring = NULL;
	engine_close(&o->engine);
	(void)snprintf(csm, sizeof csm, "%s/csm.db", o->options.state_dir);
	(void)snprintf(ledger, sizeof ledger, "%s/ledger.db", o->options.state_dir);
	for (;;) {
		struct timespec pause = {.tv_sec = REOPEN_MS / 1000};
		(void)nanosleep(&pause, NULL);
		if (atomic_load(&o->stopping))
			break;
		err = engine_open(&o->engine, csm, ledger, o->operator_key);
		if (err != ERR_OK)
			continue;
		keyring_free(o->engine.keyring);
		o->engine.keyring = keyring;
		keyring_rebuild(keyring, o->engine.market);
		say(o, MOSQ_LOG_NOTICE, "lem: the market goes on");
		return true;
	}
	keyring_free(keyring);
	return false;
}

static void *market_main(void *context)
{
	struct office *o = context;
	void **items = calloc(OFFICE_TAKE_MAX, sizeof *items);
	bool feeding = false;

	deliver(o);
	while (items && !atomic_load(&o->stopping)) {
		int64_t until = feeding ? 0 : next_wake(o);
		size_t n = queue_take(&o->verified, items, OFFICE_TAKE_MAX, until);
		enum err err = round_of_work(o, items, n);
		if (err != ERR_OK && !reopen(o))
			break;
		feeding = waiting_bytes(o) < OFFICE_OUT_BYTES_MAX && engine_feed(&o->engine);
		deliver(o);
		if (waiting_bytes(o) > 0)
			(void)pthread_kill(o->broker, o->wake_signal);
	}
	if (items && o->engine.market && engine_has_batch(&o->engine) &&
		engine_commit(&o->engine) != ERR_OK)
		say(o, MOSQ_LOG_ERR, "lem: the last batch is lost: %.200s", o->engine.why);
	free(items);
	return NULL;
}

/* ---- opening and closing ---- */

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
	char path[OPTIONS_PATH_MAX + 16], csm[OPTIONS_PATH_MAX + 16];
	enum err err = lock_state(o, why);

	(void)snprintf(path, sizeof path, "%s/operator.pem", o->options.state_dir);
	if (err == ERR_OK)
		err = private_key_load(path, &o->operator_key, why);
	if (err != ERR_OK)
		return err;
	(void)snprintf(csm, sizeof csm, "%s/csm.db", o->options.state_dir);
	(void)snprintf(path, sizeof path, "%s/ledger.db", o->options.state_dir);
	err = engine_open(&o->engine, csm, path, o->operator_key);
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
	if (!queue_init(&o->verified, OFFICE_VERIFIED_MAX))
		return ERR_NOMEM;
	for (int64_t i = 0; i < o->options.verifiers; i++) {
		struct verifier *v = &o->verifiers[i];
		v->office = o;
		if (!queue_init(&v->queue, OFFICE_INTAKE_MAX) ||
			inspector_new(o->keyring, o->genesis.market, o->genesis.address_alg,
				&v->inspector) != ERR_OK)
			return ERR_NOMEM;
		if (pthread_create(&v->thread, NULL, verifier_main, v) != 0)
			return ERR_LIMIT;
		v->started = true;
	}
	if (pthread_create(&o->market, NULL, market_main, o) != 0)
		return ERR_LIMIT;
	o->market_started = true;
	return ERR_OK;
}

enum err office_open(const struct options *options, int wake_signal, struct office **ret,
	char why[static ENGINE_WHY_MAX])
{
	struct office *o = calloc(1, sizeof *o);
	sigset_t all, before;
	enum err err;

	if (!o)
		return ERR_NOMEM;
	o->options = *options;
	o->broker = pthread_self();
	o->wake_signal = wake_signal;
	(void)pthread_mutex_init(&o->out_lock, NULL);
	(void)pthread_mutex_init(&o->log_lock, NULL);
	err = open_market(o, why);
	/* Signals are the broker's: its threads of ours must not catch them. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	if (err == ERR_OK && (err = start_threads(o)) != ERR_OK)
		(void)snprintf(why, ENGINE_WHY_MAX, "threads: %s", err_text(err));
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

	atomic_store(&o->stopping, true);
	for (int i = 0; i < VERIFIERS_MAX; i++) {
		struct verifier *v = &o->verifiers[i];
		if (v->queue.slots)
			queue_close(&v->queue);
	}
	if (o->verified.slots)
		queue_close(&o->verified);
	for (int i = 0; i < VERIFIERS_MAX; i++) {
		struct verifier *v = &o->verifiers[i];
		if (v->started)
			(void)pthread_join(v->thread, NULL);
		while (v->queue.slots && queue_take(&v->queue, &item, 1, 0) == 1)
			free(item);
		queue_release(&v->queue);
		inspector_free(v->inspector);
	}
	if (o->market_started)
		(void)pthread_join(o->market, NULL);
	while (o->verified.slots && queue_take(&o->verified, &item, 1, 0) == 1)
		drop(item);
	queue_release(&o->verified);
}

void office_close(struct office *o)
{
	if (!o)
		return;
	stop_threads(o);
	engine_close(&o->engine);
	outbox_clear(&o->out);
	private_key_free(o->operator_key);
	if (o->lock_fd > 0)
		(void)close(o->lock_fd);
	(void)pthread_mutex_destroy(&o->out_lock);
	(void)pthread_mutex_destroy(&o->log_lock);
	free(o);
}

/* ---- the broker's side ---- */

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
	struct raw *raw = malloc(sizeof *raw + len);
	uint64_t h = 0;

	if (!raw)
		return false;
	raw->operation = operation;
	raw->len = len;
	(void)snprintf(raw->user, sizeof raw->user, "%s", user);
	memcpy(raw->payload, payload, len);
	/* One verifier for one client, so that its messages stay in order. */
	for (const char *c = user; *c; c++)
		h = h * 31 + (uint8_t)*c;
	if (queue_try_put(&o->verifiers[h % (uint64_t)o->options.verifiers].queue, raw))
		return true;
	free(raw);
	return false;
}

struct publication *office_collect(struct office *o, size_t max, bool *more)
{
	struct publication *first = NULL, *last = NULL;

	(void)pthread_mutex_lock(&o->out_lock);
	for (size_t i = 0; i < max; i++) {
		struct publication *p = outbox_take(&o->out);
		if (!p)
			break;
		if (last)
			last->next = p;
		else
			first = p;
		last = p;
	}
	*more = o->out.count > 0;
	(void)pthread_mutex_unlock(&o->out_lock);
	return first;
}
