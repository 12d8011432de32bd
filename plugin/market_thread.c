#include "plugin/market_thread.h"
#include <mosquitto.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "core/index.h"
#include "engine/queries.h"
#include "plugin/metrics.h"
#include "plugin/options.h"
#include "plugin/verifier.h"
#include "wire/clock.h"

enum {
	WAKE_AGAIN_MS = 2,
	REOPEN_MS = 2000,
	IDLE_MS = METRICS_EVERY_MS,
	DOUBT_MS = 1000,
	MS_PER_DAY = 86400000
};

static int64_t market_now(const struct market_thread *t)
{
	return params_market_ms(&t->genesis->params, clock_real_ms());
}

/* The log's line of a refusal, while its client and all together are within their share. */
static void log_refusal(void *context, const char *client_id, enum operation operation,
	const char *req_id, enum verdict verdict, const char *field)
{
	struct market_thread *t = context;
	int64_t now_ms = clock_monotonic_ms();
	struct bucket *told = &t->told[index_key_of_text(client_id) % MARKET_TOLD_MAX];

	if (!bucket_take(told, MARKET_TOLD_RATE, MARKET_TOLD_BURST, now_ms) ||
		!bucket_take(&t->told_all, MARKET_TOLD_ALL_RATE, MARKET_TOLD_ALL_BURST, now_ms)) {
		post_left_out(t->post);
		return;
	}
	post_say(t->post, MOSQ_LOG_NOTICE, "lem: %s | %s | %s | rejected: %s%s%s", client_id,
		operation == OPERATION_NONE ? "?" : operation_name(operation),
		req_id[0] ? req_id : "-", verdict_name(verdict), field[0] ? ": " : "", field);
}

static void listen_to(struct market_thread *t)
{
	t->engine->catch_up_slots = t->catch_up_slots;
	t->engine->keep_ms = t->keep_days * MS_PER_DAY;
	t->engine->refused = log_refusal;
	t->engine->refused_context = t;
}

/* What a verifier handed over. */
static enum err take(struct market_thread *t, const struct verified *v)
{
	enum err err;

	if (v->query.kind != CONTROL_BACKUP)
		return engine_hand(t->engine, v, market_now(t));
	err = backup_thread_begin(&t->backup, t->state_dir, t->post, &v->tag);
	if (err != ERR_OK)
		query_reject(t->engine, &v->tag, VERDICT_BUSY, "");
	return ERR_OK;
}

/* When the market thread must be awake again, monotonic ms. */
static int64_t next_wake(struct market_thread *t)
{
	int64_t due_ms = market_next_due_ms(t->engine->market);
	int64_t judge_ms = aggregator_desk_next_ms(&t->aggregator, t->engine);
	int64_t in_ms;

	if (post_waiting_bytes(t->post) > 0)
		return clock_monotonic_ms() + WAKE_AGAIN_MS;
	if (judge_ms < due_ms)
		due_ms = judge_ms;
	in_ms = params_real_ms(&t->genesis->params, due_ms) - clock_real_ms();
	if (t->engine->clock_unbelieved)
		in_ms = DOUBT_MS;
	if (in_ms > IDLE_MS)
		in_ms = IDLE_MS;
	return clock_monotonic_ms() + (in_ms > 0 ? in_ms : 0);
}

/* What became of an activation, in a line. */
static void say_answer(struct market_thread *t, const struct aggregator_answer *a)
{
	const struct activation_terms *terms = &a->activation.terms;

	post_say(t->post, a->taken ? MOSQ_LOG_NOTICE : MOSQ_LOG_WARNING,
		"lem: aggregator | slot %lld | activation %llu: %lld Wh %s at %lld mc/kWh: %s",
		(long long)terms->slot, (unsigned long long)a->activation.seq,
		(long long)terms->energy_wh, regulation_name(terms->regulation),
		(long long)terms->price_mc_per_kwh,
		a->taken    ? "an auction is open"
		: a->trades ? "refused"
			    : "no time or no cover for an auction");
}

/* What it trades within the slot, and how the network's room is where it wants more, in a line. */
static void say_order(struct market_thread *t, const struct aggregator_news *n)
{
	int64_t asked_wh = n->trades ? n->order.quantity_wh : 0;
	char room[96] = "";

	if (n->few && n->projected.homes > 0)
		post_say(t->post, MOSQ_LOG_INFO,
			"lem: aggregator | slot %lld | trades nothing: it knows the first quarter "
			"of %u homes, plugin_opt_aggregator_homes is %u",
			(long long)n->projected.slot, n->projected.homes, t->aggregator_homes);
	if (n->wanted_wh == 0)
		return;
	if (asked_wh < n->wanted_wh)
		(void)snprintf(room, sizeof room, " of %lld, for the limit of the %s leaves %s",
			(long long)n->wanted_wh, network_role_name(n->room.by),
			n->room.scheduled ? "no more room" : "none without a schedule");
	post_say(t->post, !n->trades || n->taken ? MOSQ_LOG_NOTICE : MOSQ_LOG_WARNING,
		"lem: aggregator | slot %lld | %s %lld Wh at %lld mc/kWh%s%s",
		(long long)n->order.slot, n->order.side == SIDE_BUY ? "buys" : "sells",
		(long long)asked_wh, (long long)n->order.limit_mc_per_kwh, room,
		!n->trades || n->taken ? "" : ": refused");
}

/* The aggregator's turn, and a line of what it saw. */
static enum err aggregate(struct market_thread *t)
{
	struct aggregator_news n;
	struct aggregator_answer answer;
	bool judged = false, answered = true;
	enum err err = ERR_OK;

	while (err == ERR_OK && answered) {
		err = aggregator_desk_answer(
			&t->aggregator, t->engine, market_now(t), &answer, &answered);
		if (err == ERR_OK && answered)
			say_answer(t, &answer);
	}
	if (err == ERR_OK)
		err = aggregator_desk_run(&t->aggregator, t->engine, market_now(t), &n, &judged);
	if (err != ERR_OK || !judged)
		return err;
	if (n.deviation.homes > 0)
		post_say(t->post, MOSQ_LOG_INFO,
			"lem: aggregator | slot %lld | %u homes: metered %lld Wh, %s %lld, "
			"traded %lld",
			(long long)n.deviation.slot, n.deviation.homes,
			(long long)n.deviation.metered_wh,
			n.deviation.is_scheduled ? "scheduled" : "a day before",
			(long long)n.deviation.scheduled_wh, (long long)n.deviation.traded_wh);
	say_order(t, &n);
	return ERR_OK;
}

/* Say it when the clock is not believed any more, or is behind itself, and now and then. */
static void doubt(struct market_thread *t)
{
	const struct engine *e = t->engine;
	int64_t now_ms = clock_monotonic_ms();
	bool doubts = engine_doubts_clock(e);
	bool tell = doubts &&
		    (t->doubt_told_ms == 0 || now_ms - t->doubt_told_ms >= MARKET_DOUBT_EVERY_MS);

	if (tell && e->clock_unbelieved)
		post_say(t->post, MOSQ_LOG_ERR,
			"lem: the market stands still: the clock is more than %lld slots ahead of "
			"the last block: set it right, or plugin_opt_catch_up_slots higher",
			(long long)t->catch_up_slots);
	else if (tell)
		post_say(t->post, MOSQ_LOG_ERR,
			"lem: the market stands still: the clock is %lld s of market time behind "
			"what it was: the market goes on when it is there again",
			(long long)((e->now_ms - market_now(t)) / 1000));
	if (tell || !doubts)
		t->doubt_told_ms = tell ? now_ms : 0;
}

/* Counters to the file and under $SYS, every ten seconds. */
static void measure(struct market_thread *t)
{
	int64_t now_ms = clock_monotonic_ms();
	struct metrics m;

	if (t->metrics_ms != 0 && now_ms - t->metrics_ms < METRICS_EVERY_MS)
		return;
	t->metrics_ms = now_ms;
	metrics_take(&m, t->engine, post_refused_unread(t->post), post_waiting_bytes(t->post));
	metrics_publish(&m, &t->engine->outbox);
	if (strcmp(t->metrics_path, "none") != 0 && metrics_save(&m, t->metrics_path) != ERR_OK)
		post_say(t->post, MOSQ_LOG_WARNING, "lem: %.200s cannot be written",
			t->metrics_path);
}

static enum err round_of_work(struct market_thread *t, void **items, size_t n)
{
	enum err err = engine_clock(t->engine, market_now(t));

	doubt(t);
	for (size_t i = 0; i < n; i++) {
		if (err == ERR_OK)
			err = take(t, items[i]);
		verified_free(items[i]);
	}
	if (err == ERR_OK)
		err = aggregate(t);
	if (err == ERR_OK && engine_has_batch(t->engine))
		err = engine_commit(t->engine);
	return err;
}

enum err market_thread_open_engine(
	struct engine *engine, const char *state_dir, const struct private_key *operator_key)
{
	char csm[OPTIONS_PATH_MAX + 16], ledger[OPTIONS_PATH_MAX + 16];

	(void)snprintf(csm, sizeof csm, "%s/csm.db", state_dir);
	(void)snprintf(ledger, sizeof ledger, "%s/ledger.db", state_dir);
	return engine_open(engine, csm, ledger, operator_key);
}

/* Disk full or the like: what was committed is safe; try again until it can go on. The verifiers
 * read the keyring all the while, so it outlives the engine. */
static bool reopen(struct market_thread *t)
{
	struct keyring *keyring = t->engine->keyring;
	enum err err = ERR_IO;

	post_say(t->post, MOSQ_LOG_ERR, "lem: the market stands still: %.200s", t->engine->why);
	t->engine->keyring = NULL;
	engine_close(t->engine);
	while (err != ERR_OK) {
		struct timespec pause = {.tv_sec = REOPEN_MS / 1000};
		(void)nanosleep(&pause, NULL);
		if (queue_is_closed(t->verified))
			break;
		err = market_thread_open_engine(t->engine, t->state_dir, t->operator_key);
	}
	keyring_free(t->engine->keyring);
	t->engine->keyring = keyring;
	if (err != ERR_OK)
		return false;
	keyring_rebuild(keyring, t->engine->market);
	listen_to(t);
	aggregator_desk_reopened(&t->aggregator);
	post_say(t->post, MOSQ_LOG_NOTICE, "lem: the market goes on");
	return true;
}

/* Slots of an outage are made up for no faster than the broker takes what their blocks say. */
static void keep_pace(struct market_thread *t)
{
	const struct timespec pause = {.tv_nsec = MARKET_PACE_MS * 1000000L};

	while (engine_is_behind(t->engine) && !queue_is_closed(t->verified) &&
		post_waiting_bytes(t->post) > MARKET_PACE_BYTES_MAX) {
		post_wake(t->post);
		(void)nanosleep(&pause, NULL);
	}
}

static void *market_main(void *context)
{
	struct market_thread *t = context;
	void *items[MARKET_TAKE_MAX];
	bool feeding = false;

	post_send(t->post, &t->engine->outbox);
	while (!queue_is_closed(t->verified)) {
		int64_t until = feeding ? 0 : next_wake(t);
		size_t n = queue_take(t->verified, items, MARKET_TAKE_MAX, until);
		enum err err;

		keep_pace(t);
		err = round_of_work(t, items, n);
		if (err != ERR_OK && !reopen(t))
			break;
		feeding = post_waiting_bytes(t->post) < MARKET_POST_BYTES_MAX &&
			  engine_feed(t->engine);
		measure(t);
		post_send(t->post, &t->engine->outbox);
		if (post_waiting_bytes(t->post) > 0)
			post_wake(t->post);
	}
	if (t->engine->market && engine_has_batch(t->engine) && engine_commit(t->engine) != ERR_OK)
		post_say(t->post, MOSQ_LOG_ERR, "lem: the last batch is lost: %.200s",
			t->engine->why);
	return NULL;
}

enum err market_thread_start(struct market_thread *t)
{
	enum err err = ERR_OK;

	if (t->aggregator_key)
		err = aggregator_desk_open(
			&t->aggregator, t->engine, t->aggregator_key, t->aggregator_homes);
	if (err != ERR_OK)
		return err;
	listen_to(t);
	if (pthread_create(&t->thread, NULL, market_main, t) != 0)
		return ERR_LIMIT;
	t->started = true;
	return ERR_OK;
}

void market_thread_stop(struct market_thread *t)
{
	if (t->started)
		(void)pthread_join(t->thread, NULL);
	t->started = false;
	backup_thread_stop(&t->backup);
	aggregator_desk_close(&t->aggregator);
}
