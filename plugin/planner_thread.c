#include "plugin/planner_thread.h"
#include <mosquitto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "core/home_baseline.h"
#include "core/units.h"
#include "core/vpp/aggregator.h"
#include "engine/planner.h"
#include "wire/clock.h"
#include "wire/message.h"

enum { PARAMETERS_MAX = 2048, IDLE_MS = 1000, LATE_MS = 20, NS_PER_MS = 1000000 };

static int64_t market_now(const struct planner_thread *t)
{
	return params_market_ms(&t->genesis->params, clock_real_ms());
}

/* Wait for so long, or to be stopped; whether to go on. */
static bool wait_ms(struct planner_thread *t, int64_t ms)
{
	int64_t until_ms = clock_monotonic_ms() + ms;
	struct timespec until = {.tv_sec = (time_t)(until_ms / MS_PER_S),
		.tv_nsec = (long)(until_ms % MS_PER_S) * NS_PER_MS};
	bool go_on;

	(void)pthread_mutex_lock(&t->lock);
	if (!atomic_load(&t->stopping) && ms > 0)
		(void)pthread_cond_timedwait(&t->wake, &t->lock, &until);
	go_on = !atomic_load(&t->stopping);
	(void)pthread_mutex_unlock(&t->lock);
	return go_on;
}

static const struct address *own_address(const struct planner_thread *t)
{
	const struct params *p = &t->genesis->params;
	uint64_t account = params_aggregator(p);

	return account == ACCOUNT_NONE ? NULL : &p->roles[account - ACCOUNT_FIRST_ROLE].address;
}

/* Through the same checks as everyone's message, into the market's queue. */
static enum err hand_in(struct planner_thread *t, const struct message *m)
{
	struct verified *v = calloc(1, sizeof *v);

	if (!v)
		return ERR_NOMEM;
	v->operation = m->operation;
	(void)inspect(t->inspector, AGGREGATOR_ROLE, m->operation, m->text, m->len, &v->inspected,
		&v->refusal);
	if (!queue_put(t->verified, v))
		verified_free(v);
	return ERR_OK;
}

/* Of a home, or of the community. */
static enum err send(
	struct planner_thread *t, const char *client_id, const struct planner_window *w)
{
	enum operation operation = client_id ? OPERATION_BASELINE : OPERATION_SCHEDULE;
	const struct net_window window = {w->first_slot, w->count, w->net_wh};
	struct signer signer = {.key = t->key};
	struct message m = {.text = NULL};
	char text[PARAMETERS_MAX];
	struct out out;
	enum err err;

	out_init(&out, text, sizeof text);
	if (client_id)
		message_write_baseline(&out, client_id, &window);
	else
		message_write_schedule(&out, own_address(t)->text, &window);
	err = message_make(
		operation, AGGREGATOR_ROLE, t->genesis->market, market_now(t), &out, &signer, &m);
	if (err == ERR_OK)
		err = hand_in(t, &m);
	message_release(&m);
	return err;
}

static enum err announce(
	struct planner_thread *t, const struct planner *p, const struct planner_window *w)
{
	enum err err = send(t, NULL, w);
	int64_t sum_wh = 0, band_wh;
	char band[80] = "";

	for (uint32_t i = 0; i < w->count; i++)
		sum_wh += w->net_wh[i];
	if (planner_band_wh(p, w->first_slot, w->count, &band_wh))
		(void)snprintf(band, sizeof band, "; four slots of five within %lld Wh of it",
			(long long)band_wh);
	if (err == ERR_OK)
		post_say(t->post, MOSQ_LOG_INFO,
			"lem: planner | slots %lld to %lld | schedules a net of %lld Wh%s",
			(long long)w->first_slot, (long long)(w->first_slot + w->count - 1),
			(long long)sum_wh, band);
	return err;
}

/* What is new of the community's plan, and what of it has to be said anew. */
static enum err announce_all(struct planner_thread *t, struct planner *p, int64_t open_slot)
{
	int64_t from = planner_first_slot(p, open_slot + 1, market_now(t));
	struct planner_window w;
	enum err err = ERR_OK;

	while (err == ERR_OK && planner_next_window(p, from, &w))
		err = announce(t, p, &w);
	while (err == ERR_OK && planner_next_replan(p, from, &w)) {
		post_say(t->post, MOSQ_LOG_INFO,
			"lem: planner | slots %lld to %lld | scheduled anew, within the limits of "
			"the network",
			(long long)w.first_slot, (long long)(w.first_slot + w.count - 1));
		err = announce(t, p, &w);
	}
	while (err == ERR_OK && planner_next_stuck(p, from, &w))
		post_say(t->post, MOSQ_LOG_WARNING,
			"lem: planner | slots %lld to %lld | no schedule counts: operators of the "
			"network refuse what their limits leave of the plan, or do not answer",
			(long long)w.first_slot, (long long)(w.first_slot + w.count - 1));
	if (err == ERR_OK && t->updates && planner_next_update(p, from, &w))
		err = announce(t, p, &w);
	return err;
}

/* Take in what was metered up to that slot, and announce what is new. */
static enum err plan(struct planner_thread *t, struct planner *p, int64_t measured)
{
	int64_t open_slot = measured + 1;
	/* A slot's baselines stand before an auction for it can be opened. */
	int64_t from = open_slot + 1 + t->genesis->params.horizon_slots;
	int64_t to = open_slot - 2 + HOME_BASELINE_SLOTS;
	enum err err = planner_follow(p, measured, &t->stopping);
	struct planner_window w;
	const char *client_id;

	if (err != ERR_OK)
		return err;
	err = announce_all(t, p, open_slot);
	while (err == ERR_OK && !atomic_load(&t->stopping) &&
		planner_next_baseline(p, from, to, &w, &client_id))
		err = send(t, client_id, &w);
	if (err != ERR_OK)
		post_say(
			t->post, MOSQ_LOG_WARNING, "lem: planner | no schedule: %s", err_text(err));
	return ERR_OK;
}

static struct planner *open_planner(struct planner_thread *t)
{
	const struct params *params = &t->genesis->params;
	struct planner *p = NULL;
	char why[PLANNER_WHY_MAX];

	if (planner_open(t->state_dir, t->genesis, planner_lead_slots(params, t->lead_s), &p,
		    why) != ERR_OK)
		post_say(t->post, MOSQ_LOG_WARNING, "lem: planner | %.300s", why);
	return p;
}

/* Real ms until the slot after `done` has to be looked at; a market that is late is asked again. */
static int64_t rest_ms(const struct planner_thread *t, int64_t done)
{
	const struct params *p = &t->genesis->params;
	int64_t ms = params_real_ms(p, aggregator_due_ms(p, done + 1)) - clock_real_ms();

	if (ms > IDLE_MS)
		return IDLE_MS;
	return ms < LATE_MS ? LATE_MS : ms;
}

/* The slot that is over by the clock, and its readings in; and by the market's blocks: a clock that
 * the market does not believe is not followed. */
static enum err find_measured(
	const struct planner_thread *t, struct planner *p, int64_t *ret_measured)
{
	const struct params *params = &t->genesis->params;
	int64_t now_ms = market_now(t), height = 0;
	int64_t measured = params_slot_at(params, now_ms) - 1;
	enum err err = planner_height(p, &height);

	if (now_ms < params->start_ms || now_ms < aggregator_due_ms(params, measured))
		measured--;
	*ret_measured = measured < height - 1 ? measured : height - 1;
	return err;
}

static void *planner_main(void *context)
{
	struct planner_thread *t = context;
	struct planner *p = NULL;
	int64_t done = -2, measured;
	enum err err;

	while (wait_ms(t, rest_ms(t, done))) {
		if (!p)
			p = open_planner(t);
		if (!p)
			continue;
		err = find_measured(t, p, &measured);
		if (err == ERR_OK && measured > done && measured >= -1) {
			err = plan(t, p, measured);
			done = measured;
		}
		if (err == ERR_OK)
			continue;
		if (err != ERR_INTERRUPTED)
			post_say(
				t->post, MOSQ_LOG_WARNING, "lem: planner | %.300s", planner_why(p));
		planner_close(p);
		p = NULL;
	}
	planner_close(p);
	return NULL;
}

enum err planner_thread_start(struct planner_thread *t, struct keyring *keyring)
{
	pthread_condattr_t monotonic;
	enum err err =
		inspector_new(keyring, t->genesis->market, t->genesis->address_alg, &t->inspector);

	if (err != ERR_OK)
		return err;
	(void)pthread_mutex_init(&t->lock, NULL);
	(void)pthread_condattr_init(&monotonic);
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&t->wake, &monotonic);
	(void)pthread_condattr_destroy(&monotonic);
	t->started = pthread_create(&t->thread, NULL, planner_main, t) == 0;
	if (!t->started) {
		(void)pthread_cond_destroy(&t->wake);
		(void)pthread_mutex_destroy(&t->lock);
	}
	return t->started ? ERR_OK : ERR_LIMIT;
}

void planner_thread_stop(struct planner_thread *t)
{
	if (t->started) {
		(void)pthread_mutex_lock(&t->lock);
		atomic_store(&t->stopping, true);
		(void)pthread_cond_signal(&t->wake);
		(void)pthread_mutex_unlock(&t->lock);
		(void)pthread_join(t->thread, NULL);
		(void)pthread_cond_destroy(&t->wake);
		(void)pthread_mutex_destroy(&t->lock);
	}
	t->started = false;
	inspector_free(t->inspector);
	t->inspector = NULL;
}
