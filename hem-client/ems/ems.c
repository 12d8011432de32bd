#include "hem-client/ems/ems.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/params_change.h"
#include "hem-client/ems/address_keys.h"
#include "hem-client/ems/baselines.h"
#include "hem-client/ems/desk.h"
#include "hem-client/ems/inbox.h"
#include "hem-client/ems/own_modes.h"
#include "hem-client/ems/readings.h"
#include "wire/clock.h"
#include "wire/market_doc.h"
#include "wire/text.h"

static enum err fail(struct ems *e, enum err err, const char *what, const char *why)
{
	snprintf(e->why, sizeof e->why, "%s: %.1200s", what, why[0] ? why : err_text(err));
	return err;
}

void ems_trouble(struct ems *e, const char *what, enum err err, const char *why)
{
	snprintf(e->news.trouble, sizeof e->news.trouble, "%s: %.1200s", what,
		why[0] ? why : err_text(err));
	log_line(&e->log, LOG_LEVEL_WARNING, "%.900s", e->news.trouble);
	e->news.dirty = true;
}

void ems_halt(struct ems *e, const struct block_fault *fault)
{
	char note[HEM_DB_NOTE_MAX];

	if (e->fault.verdict != VERDICT_OK)
		return;
	e->fault = *fault;
	e->trader.halted = true;
	e->news.dirty = true;
	snprintf(note, sizeof note, "%d %llu %llu %s", (int)fault->verdict,
		(unsigned long long)fault->height, (unsigned long long)fault->seq, fault->text);
	if (hem_db_put_note(&e->db, "fault", note) != ERR_OK)
		ems_trouble(e, "keeping the refusal", ERR_DB, e->db.db.why);
	log_line(&e->log, LOG_LEVEL_ERROR,
		"%s; this home trades no more until somebody has "
		"looked into it (hem run --resume)",
		fault->text);
}

/* What ems_halt() wrote. */
static void load_fault(struct ems *e)
{
	char note[HEM_DB_NOTE_MAX];
	char *at = note;

	if (hem_db_get_note(&e->db, "fault", note) != ERR_OK || note[0] == '\0')
		return;
	e->fault.verdict = (enum verdict)strtol(at, &at, 10);
	e->fault.height = strtoull(at, &at, 10);
	e->fault.seq = strtoull(at, &at, 10);
	snprintf(e->fault.text, sizeof e->fault.text, "%s", at + (*at == ' '));
	log_line(&e->log, LOG_LEVEL_WARNING, "does not trade since: %s", e->fault.text);
}

static void on_up(void *context)
{
	struct ems *e = context;

	log_line(&e->log, LOG_LEVEL_INFO, "connected to %s:%d as %s", e->config.market.host,
		(int)e->config.market.port, e->config.market.client_id);
	e->news.connection[0] = '\0';
	e->news.dirty = true;
	if (!e->begun)
		return;
	courier_wake(&e->courier, true);
	if (e->has_replica)
		catch_up_again(&e->catch_up, clock_monotonic_ms(), (uint32_t)clock_real_ms());
}

static void on_lost(void *context, const char *why, bool again)
{
	struct ems *e = context;

	snprintf(e->news.connection, sizeof e->news.connection, "%s", why);
	e->news.dirty = true;
	if (!again)
		log_line(&e->log, LOG_LEVEL_WARNING, "no connection to %s:%d: %s",
			e->config.market.host, (int)e->config.market.port, why);
}

static enum err open_session(struct ems *e)
{
	const struct config_market *m = &e->config.market;
	char hex[17], why[SESSION_WHY_MAX];
	struct session_config c = {.host = m->host,
		.port = (int)m->port,
		.cafile = m->cafile,
		.name = m->name,
		.market = e->market,
		.client_id = m->client_id,
		.suffix = "",
		.ems = e->identity.ems,
		.wants_auctions = true,
		.wants_blocks = true,
		.context = e,
		.message = inbox_message,
		.up = on_up,
		.lost = on_lost};
	enum err err;

	if (!text_hex_write(m->genesis, 8, hex, sizeof hex))
		return ERR_INTERNAL;
	snprintf(e->market, sizeof e->market, "%s:%s", m->name, hex);
	err = session_new(&c, &e->session, why);
	return err == ERR_OK ? ERR_OK : fail(e, err, "preparing the connection", why);
}

/* The meter's serial number, as `hem register` noted it. */
static enum err load_notes(struct ems *e, bool resume)
{
	char note[HEM_DB_NOTE_MAX];
	enum err err = hem_db_get_note(&e->db, "registered", note);

	if (err == ERR_OK && note[0] == '\0')
		return fail(e, ERR_CONFIG, "this home is not registered", "run `hem register`");
	if (err == ERR_OK)
		err = hem_db_get_note(&e->db, "meter_serial", note);
	snprintf(e->meter_serial, sizeof e->meter_serial, "%.*s", METER_TEXT_MAX, note);
	if (err == ERR_OK && resume)
		err = hem_db_put_note(&e->db, "fault", "");
	return err == ERR_OK ? ERR_OK : fail(e, err, "reading hem.db", e->db.db.why);
}

enum err ems_open(struct ems *e, const struct config *config, enum log_level level, bool resume)
{
	char why[IDENTITY_WHY_MAX];
	enum err err;

	memset(e, 0, sizeof *e);
	e->config = *config;
	e->db.lock_fd = -1;
	log_init(&e->log, level);
	err = identity_load(config->home.state_dir, config->sim.meter_key, &e->identity, why);
	if (err != ERR_OK)
		return fail(e, err, "loading the keys", why);
	err = hem_db_open(&e->db, config->home.state_dir);
	if (err != ERR_OK)
		(void)fail(e, err, "opening hem.db", e->db.db.why);
	else
		err = load_notes(e, resume);
	if (err == ERR_OK) {
		load_fault(e);
		err = open_session(e);
	}
	if (err != ERR_OK)
		ems_close(e);
	return err;
}

void ems_close(struct ems *e)
{
	session_free(e->session);
	e->session = NULL;
	if (e->has_replica)
		replica_close(&e->replica);
	e->has_replica = false;
	home_device_close(&e->device);
	verify_key_free(e->operator_key);
	e->operator_key = NULL;
	hem_db_close(&e->db);
	identity_release(&e->identity);
	e->begun = false;
}

static enum err open_replica(struct ems *e)
{
	const struct params *p = &e->genesis.params;
	struct replica_follower follower = audit_follower(&e->audit);
	enum err err;

	if (e->config.replica.ledger[0] == '\0')
		return ERR_OK;
	e->ledger = NULL;
	err = replica_open(&e->replica, &e->genesis, e->config.replica.ledger, &e->db, &follower);
	if (err != ERR_OK)
		return fail(e, err, "opening the replica", e->replica.why);
	e->has_replica = true;
	e->ledger = e->replica.executor.ledger;
	ems_follow_params(e);
	catch_up_init(&e->catch_up, e->replica.height, p->slot_s * 1000 / p->rate);
	log_line(&e->log, LOG_LEVEL_INFO, "the replica stands at block %llu",
		(unsigned long long)e->replica.height);
	return ERR_OK;
}

static enum err open_device(struct ems *e)
{
	char saved[HEM_DB_NOTE_MAX], why[DEVICE_WHY_MAX];
	enum err err = hem_db_get_note(&e->db, "device", saved);

	if (err != ERR_OK)
		return fail(e, err, "reading hem.db", e->db.db.why);
	err = home_device_open(
		&e->device, &e->config, &e->genesis.params, ems_now_ms(e), saved, why);
	return err == ERR_OK ? ERR_OK : fail(e, err, "opening the device", why);
}

/* The retail prices: by the tariffs in the home's copy of the ledger, else the market's. */
static struct retail_prices market_prices(const void *self, int64_t start_s)
{
	const struct ems *e = self;
	struct tariff_prices p;

	if (!e->has_replica)
		return (struct retail_prices){
			e->params.import_mc_per_kwh, e->params.export_mc_per_kwh};
	p = tariff_of_slot(e->ledger, start_s / e->genesis.params.slot_s);
	return (struct retail_prices){p.import_mc, p.export_mc};
}

static enum err open_trader(struct ems *e)
{
	struct trader_config c = {.params = &e->params,
		.battery = &e->config.battery,
		.tariff = &e->tariff,
		.past = &e->past,
		.modes = &e->modes,
		.surplus_min_wh = e->config.tcr.surplus_min_wh,
		.surplus_margin_mc_per_kwh = e->config.tcr.curve.margin_mc_per_kwh};
	struct trader_ops ops = desk_ops(e);
	char note[HEM_DB_NOTE_MAX];
	int64_t last = -1;
	enum err err = address_keys_last(&e->db, &last);

	e->tariff = (struct retail_tariff){e, market_prices};
	past_init(&e->past, e->genesis.params.slot_s);
	e->past_slot = INT64_MIN;
	if (err == ERR_OK || err == ERR_NOT_FOUND)
		err = own_modes_load(&e->db, e->config.home.mode, &e->modes);
	if (err == ERR_OK)
		err = past_hours_load(&e->db, &e->past);
	if (err != ERR_OK)
		return fail(e, err, "reading hem.db", e->db.db.why);
	c.strategy = config_tcr_strategy(&e->config, &c.strategy_self);
	trader_init(&e->trader, &c, &ops, last);
	e->trader.halted = e->fault.verdict != VERDICT_OK;
	if (hem_db_get_note(&e->db, "announced_slot", note) == ERR_OK && note[0])
		e->trader.announced_slot = strtoll(note, NULL, 10);
	return ERR_OK;
}

/* open_slot: the market's, which this home's clock may not have reached. */
static void take_params(struct ems *e, const struct params *p, int64_t open_slot)
{
	int64_t slot = params_slot_at(p, ems_now_ms(e));

	if (params_equal(p, &e->params))
		return;
	e->params = *p;
	log_line(&e->log, LOG_LEVEL_INFO, "other parameters count now, in slot %lld",
		(long long)(slot > open_slot ? slot : open_slot));
}

void ems_follow_params(struct ems *e)
{
	if (e->ledger)
		take_params(e,
			params_schedule_at(e->ledger, params_slot_at(&e->params, ems_now_ms(e))),
			ledger_slot(e->ledger));
}

void ems_follow_market(struct ems *e, const char *text, size_t len)
{
	char why[FORM_FIELD_MAX + 64];
	struct params p;
	uint64_t height = 0;

	if (e->config.replica.ledger[0] != '\0')
		return;
	if (market_doc_read(text, len, &e->genesis, e->operator_key, &height, &p, why) != ERR_OK) {
		ems_trouble(e, "the parameters in force are not believed", ERR_FORMAT, why);
	} else if (height >= e->params_height) {
		e->params_height = height;
		take_params(e, &p, (int64_t)height - 1);
	}
}

enum err ems_begin(struct ems *e, const struct genesis *genesis)
{
	const struct params *p = &e->genesis.params;
	enum err err;

	e->genesis = *genesis;
	e->params = genesis->params;
	market_clock_init(&e->clock, p);
	audit_init(&e->audit, &e->genesis, &e->db, e->config.replica.ledger[0] ? &e->ledger : NULL);
	verify_key_free(e->operator_key);
	e->operator_key = NULL;
	err = verify_key_new(&genesis->operator_key, &e->operator_key);
	if (err != ERR_OK)
		return fail(e, err, "the operator's key", "");
	err = open_device(e);
	if (err == ERR_OK)
		err = open_trader(e);
	if (err == ERR_OK)
		err = open_replica(e);
	if (err != ERR_OK)
		return err;
	session_hurry(e->session, p->rate);
	courier_init(&e->courier, &e->db, e->session, p->rate, inbox_dropped, e);
	ems_replan(e);
	e->begun = true;
	return ERR_OK;
}

void ems_auction(struct ems *e, uint64_t auction, const struct contract *contract,
	const struct address *opener)
{
	bool skip = false;
	int64_t slot;
	enum err err = orders_answer(&e->db, contract->slot, auction, &skip);

	if (err == ERR_OK && !skip)
		skip = address_keys_find(&e->db, opener, &slot) == ERR_OK;
	if (err != ERR_OK)
		ems_trouble(e, "looking an auction up", err, e->db.db.why);
	trader_auction_opened(&e->trader, auction, contract, skip || err != ERR_OK, ems_now_ms(e));
}

void ems_prune(struct ems *e, int64_t slot)
{
	enum err err = hem_db_begin(&e->db);

	if (err == ERR_OK) {
		err = address_keys_prune(&e->db, slot);
		if (err == ERR_OK)
			err = orders_prune(&e->db, slot);
		if (err == ERR_OK)
			err = readings_prune(&e->db, slot);
		if (err == ERR_OK)
			err = baselines_prune(&e->db, slot);
		err = hem_db_end(&e->db, err);
	}
	if (err != ERR_OK)
		ems_trouble(e, "tidying up", err, e->db.db.why);
}

static bool add_to_plan(void *context, const struct my_order *order)
{
	plan_add(context, order);
	return true;
}

/* Give the device the awards that it does not have yet. */
static void write_setpoints(struct ems *e)
{
	const struct device *d = &e->device.device;
	char why[DEVICE_WHY_MAX];

	for (int64_t slot = e->plan.first; slot < e->plan.first + PLAN_SLOTS_MAX; slot++) {
		const struct plan_slot *now = plan_slot(&e->plan, slot);
		const struct plan_slot *old = plan_slot(&e->written, slot);
		struct device_setpoint s = {.slot = slot,
			.charge_wh = now->awarded_charge_wh,
			.discharge_wh = now->awarded_discharge_wh,
			.deadline_ms = params_slot_start_ms(&e->genesis.params, slot + 1)};
		enum err err;
		s.has_half_net = e->trader.quarter_slot == slot &&
				 plan_half_net(now, e->trader.quarter.net_wh, &s.half_net_wh);
		if (s.charge_wh == old->awarded_charge_wh &&
			s.discharge_wh == old->awarded_discharge_wh &&
			now->awarded_rise_wh == old->awarded_rise_wh &&
			now->awarded_fall_wh == old->awarded_fall_wh)
			continue;
		err = d->ops->write(d->self, &s, why);
		if (err != ERR_OK && err != ERR_LIMIT)
			ems_trouble(e, "setting the battery", err, why);
	}
	e->written = e->plan;
}

void ems_replan(struct ems *e)
{
	int64_t slot = params_slot_at(&e->genesis.params, ems_now_ms(e));
	enum err err;

	plan_init(&e->plan, slot - 1); /* the slot before may not have been read yet */
	err = orders_each(&e->db, slot - 1, slot - 2 + PLAN_SLOTS_MAX, add_to_plan, &e->plan);
	if (err != ERR_OK)
		ems_trouble(e, "planning", err, e->db.db.why);
	else
		write_setpoints(e);
}
