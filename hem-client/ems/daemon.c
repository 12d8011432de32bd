#include "hem-client/ems/daemon.h"
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include "hem-client/ems/desk.h"
#include "hem-client/ems/notify.h"
#include "hem-client/ems/status.h"
#include "wire/clock.h"

enum { WAIT_MAX_MS = 1000, STEPS_MAX = 64, CHECKPOINT_MS = 60000 };

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Trade only in touch with the market, and with a ledger that is up to date. */
static void set_holding(struct ems *e)
{
	bool behind = e->has_replica && e->catch_up.head > e->replica.height + EMS_BEHIND_MAX;
	bool holding = !session_is_up(e->session) || behind;

	if (holding != e->trader.holding)
		e->news.dirty = true;
	e->trader.holding = holding;
}

static void forget_old(struct ems *e)
{
	int64_t slot = params_slot_at(&e->genesis.params, ems_now_ms(e));
	bool follows = e->has_replica && e->fault.verdict == VERDICT_OK;

	if (slot == e->pruned_slot)
		return;
	e->pruned_slot = slot;
	if (!follows)
		ems_prune(e, slot); /* else after each block */
}

static void ask_for_blocks(struct ems *e, int64_t mono_ms)
{
	uint32_t random = 0;
	uint64_t from, to;

	if (!e->has_replica || e->replica.fault.verdict != VERDICT_OK || !session_is_up(e->session))
		return;
	(void)RAND_bytes((unsigned char *)&random, sizeof random);
	if (catch_up_ask(&e->catch_up, mono_ms, random, &from, &to))
		desk_sync(e, from, to);
}

/* Do what is due; returns how long nothing will be, in real ms. */
static int64_t work(struct ems *e)
{
	int64_t mono_ms = clock_monotonic_ms();
	int64_t wait_ms = WAIT_MAX_MS;
	int64_t now_ms = ems_now_ms(e);
	int64_t next_ms = now_ms;
	enum err err;

	set_holding(e);
	ems_follow_params(e);
	for (int i = 0; i < STEPS_MAX && next_ms <= now_ms; i++)
		next_ms = trader_step(&e->trader, &e->plan, now_ms);
	forget_old(e);
	ask_for_blocks(e, mono_ms);
	wait_ms = least(wait_ms, courier_run(&e->courier, ems_now_ms(e), mono_ms, &err) - mono_ms);
	if (err != ERR_OK)
		ems_trouble(e, "sending", err, e->db.db.why);
	wait_ms = least(wait_ms, market_clock_wait_ms(&e->clock, ems_real_ms(e), next_ms, wait_ms));
	/* Nothing is asked for while there is nobody to ask: what was due then stays due. */
	if (e->has_replica && session_is_up(e->session) && !catch_up_is_level(&e->catch_up))
		wait_ms = least(wait_ms, e->catch_up.ask_ms - mono_ms);
	return wait_ms < 0 ? 0 : wait_ms;
}

static void reload(struct ems *e, const char *config_path)
{
	char why[CONFIG_WHY_MAX];
	struct config fresh;

	if (config_load(config_path, &fresh, why) != ERR_OK) {
		log_line(&e->log, LOG_LEVEL_ERROR, "the configuration stays as it is: %s", why);
		return;
	}
	e->config.battery = fresh.battery;
	e->config.tcr = fresh.tcr;
	log_line(&e->log, LOG_LEVEL_INFO,
		"battery and controller as configured anew; other options need a restart");
}

/* Tell the service manager how it stands. */
static void tell(struct ems *e, int64_t *watchdog_ms, int64_t mono_ms)
{
	int64_t period_ms = notify_watchdog_ms();
	char text[256];

	if (period_ms == 0 || mono_ms - *watchdog_ms < period_ms)
		return;
	*watchdog_ms = mono_ms;
	snprintf(text, sizeof text, "WATCHDOG=1\nSTATUS=%s, block %llu%s",
		session_is_up(e->session) ? "connected" : "not connected",
		(unsigned long long)(e->has_replica ? e->replica.height : 0),
		e->fault.verdict == VERDICT_OK ? "" : ", not trading");
	notify(text);
}

enum err daemon_run(struct ems *e, const char *config_path, struct daemon_signals *signals)
{
	int64_t watchdog_ms = 0;
	int64_t checkpoint_ms = clock_monotonic_ms();

	notify("READY=1");
	while (!signals->stop) {
		int64_t mono_ms = clock_monotonic_ms();
		int64_t wait_ms = e->begun ? work(e) : WAIT_MAX_MS;
		if (e->failed)
			return ERR_CONFIG;
		session_run(e->session, (int)wait_ms);
		status_write(e, mono_ms);
		tell(e, &watchdog_ms, mono_ms);
		if (signals->reload) {
			signals->reload = 0;
			reload(e, config_path);
		}
		if (e->has_replica && mono_ms - checkpoint_ms > CHECKPOINT_MS) {
			(void)db_checkpoint(&e->replica.ledger_db.db);
			checkpoint_ms = mono_ms;
		}
	}
	notify("STOPPING=1");
	e->news.dirty = true;
	snprintf(e->news.connection, sizeof e->news.connection, "stopped");
	status_write(e, clock_monotonic_ms() + EMS_STATUS_MS);
	return ERR_OK;
}
