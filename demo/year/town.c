#include "demo/year/town.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "demo/year/house.h"
#include "demo/year/prices.h"
#include "wire/clock.h"

enum { PARAMETERS_MAX = 2048, NAME_MAX_LEN = 64, SCHEDULE_LEAD_S = 5400 };

_Noreturn void town_die(const char *what, const char *why)
{
	(void)fflush(stdout);
	(void)fprintf(stderr, "demo-year: %s: %s\n", what, why);
	exit(1);
}

static void need(const struct town *t, const char *what, enum err err)
{
	if (err != ERR_OK)
		town_die(what, t->engine.why[0] ? t->engine.why : err_text(err));
}

static struct private_key *load_key(const struct town *t, const char *name)
{
	char path[TOWN_PATH_MAX + 32], why[PRIVATE_KEY_WHY_MAX];
	struct private_key *key = NULL;

	(void)snprintf(path, sizeof path, "%s/%s", t->dir, name);
	if (private_key_load(path, &key, why) != ERR_OK)
		town_die(path, why);
	return key;
}

/* Nothing here has to outlive a power cut: what is committed need not reach the disk. */
static void make_volatile(struct db *db)
{
	if (db_exec(db, "PRAGMA synchronous = OFF") != ERR_OK)
		town_die("sqlite", db->why);
}

void town_open(struct town *t, const char *dir)
{
	char csm[TOWN_PATH_MAX + 16], ledger[TOWN_PATH_MAX + 16], why[PLANNER_WHY_MAX];
	struct engine *e = &t->engine;

	memset(t, 0, sizeof *t);
	(void)snprintf(t->dir, sizeof t->dir, "%s", dir);
	(void)snprintf(csm, sizeof csm, "%s/csm.db", dir);
	(void)snprintf(ledger, sizeof ledger, "%s/ledger.db", dir);
	t->operator_key = load_key(t, "operator.pem");
	t->aggregator_key = load_key(t, "aggregator.pem");
	need(t, "the market", engine_open(e, csm, ledger, t->operator_key));
	make_volatile(&e->csm.db);
	make_volatile(&e->ledger.db);
	need(t, "the inspector",
		inspector_new(
			e->keyring, e->genesis.market, e->genesis.address_alg, &t->inspector));
	need(t, "the operator's key",
		verify_key_new(&e->genesis.operator_key, &t->operator_public));
	need(t, "the aggregator", aggregator_desk_open(&t->desk, e, t->aggregator_key, 1));
	if (planner_open(dir, &e->genesis, planner_lead_slots(&e->genesis.params, SCHEDULE_LEAD_S),
		    &t->planner, why) != ERR_OK)
		town_die("the planner", why);
	t->planned = -2;
	t->priced = -1;
}

void town_close(struct town *t)
{
	for (unsigned i = 0; i < t->house_count; i++)
		house_close(&t->houses[i]);
	free(t->houses);
	planner_close(t->planner);
	aggregator_desk_close(&t->desk);
	inspector_free(t->inspector);
	verify_key_free(t->operator_public);
	engine_close(&t->engine);
	private_key_free(t->operator_key);
	private_key_free(t->aggregator_key);
}

void town_send(struct town *t, const char *client_id, enum operation operation,
	const struct out *parameters, const struct signer *signer,
	char req_id[static REQ_ID_MAX + 1])
{
	struct message m = {.text = NULL};
	struct inspected *inspected = NULL;
	struct inspect_refusal refusal;

	need(t, "signing",
		message_make(operation, client_id, t->engine.genesis.market, t->now_ms, parameters,
			signer, &m));
	if (inspect(t->inspector, client_id, operation, m.text, m.len, &inspected, &refusal) ==
		VERDICT_OK)
		need(t, "the market", engine_take(&t->engine, inspected, t->now_ms));
	else
		engine_reject(&t->engine, operation, &refusal, t->now_ms);
	memcpy(req_id, m.req_id, REQ_ID_MAX + 1);
	t->messages++;
	inspected_free(inspected);
	message_release(&m);
}

/* ---- what the market tells ---- */

static void tell_auction(struct town *t, const struct publication *p)
{
	char why[ANSWER_WHY_MAX];
	struct auction_event event;

	if (auction_event_read(p->payload, p->len, &event, why) != ERR_OK)
		town_die("an auction", why);
	for (unsigned i = 0; i < t->house_count; i++)
		house_auction(&t->houses[i], &event);
}

/* Who is refused in the operator's or the aggregator's name has been set up wrongly. */
static void tell_office(const char *client_id, const char *kind, const struct publication *p)
{
	if (strcmp(kind, "reject") == 0)
		town_die(client_id, p->payload);
}

static void tell(struct town *t, const struct publication *p)
{
	const char *at = p->topic + strlen("lem/") + strlen(t->engine.genesis.name) + 1;
	char client_id[NAME_MAX_LEN];
	const char *kind;

	if (strncmp(at, "auctions/", 9) == 0)
		tell_auction(t, p);
	if (strncmp(at, "to/", 3) != 0)
		return;
	kind = strrchr(at, '/') + 1;
	(void)snprintf(client_id, sizeof client_id, "%.*s", (int)(kind - at - 4), at + 3);
	for (unsigned i = 0; i < t->house_count; i++) {
		if (strcmp(t->houses[i].id, client_id) == 0) {
			house_hear(&t->houses[i], kind, p->payload, p->len);
			return;
		}
	}
	tell_office(client_id, kind, p);
}

/* Each block that was closed: who may seal it. Homes would have executed it and known. */
static void tell_ranking(struct town *t)
{
	const struct ledger *l = &t->engine.market->ledger;

	if (t->height == l->height - 1)
		return;
	t->height = l->height - 1;
	for (unsigned rank = 1; rank <= l->ranked_count; rank++) {
		for (unsigned i = 0; i < t->house_count; i++)
			house_elected(&t->houses[i], t->height, l->last_hash, rank,
				&l->ranked[rank - 1].address);
	}
}

void town_commit(struct town *t)
{
	struct publication *p;

	need(t, "the market", engine_commit(&t->engine));
	do {
		while ((p = outbox_take(&t->engine.outbox)) != NULL) {
			tell(t, p);
			free(p);
		}
	} while (engine_feed(&t->engine) || t->engine.outbox.count > 0);
	tell_ranking(t);
}

/* ---- the aggregator ---- */

static void announce(struct town *t, const struct planner_window *w)
{
	const struct role_params *role = &t->engine.genesis.params.roles[0];
	const struct net_window window = {w->first_slot, w->count, w->net_wh};
	char text[PARAMETERS_MAX], req_id[REQ_ID_MAX + 1];
	struct out out;

	out_init(&out, text, sizeof text);
	message_write_schedule(&out, role->address.text, &window);
	town_send(t, role->name, OPERATION_SCHEDULE, &out,
		&(struct signer){.key = t->aggregator_key}, req_id);
}

/* When the planner has to look at the slot after the last it saw. */
static int64_t planner_due_ms(const struct town *t)
{
	return aggregator_due_ms(&t->engine.genesis.params, t->planned + 1);
}

static void run_planner(struct town *t)
{
	const struct params *params = &t->engine.genesis.params;
	int64_t began_us = clock_monotonic_us();
	struct planner_window w;

	prices_announce(t, params_slot_at(params, t->now_ms));
	t->planned++;
	if (planner_follow(t->planner, t->planned, NULL) != ERR_OK)
		town_die("the planner", planner_why(t->planner));
	while (planner_next_window(t->planner, params_slot_at(params, t->now_ms) + 1, &w))
		announce(t, &w);
	t->planner_us += (uint64_t)(clock_monotonic_us() - began_us);
}

static void run_desk(struct town *t)
{
	struct aggregator_news news;
	bool judged = false;

	need(t, "the aggregator",
		aggregator_desk_run(&t->desk, &t->engine, t->now_ms, &news, &judged));
}

/* ---- time ---- */

/* Do the first thing that is due before `to_ms`; false: nothing is. */
static bool live_next(struct town *t, int64_t to_ms)
{
	int64_t planner_ms = planner_due_ms(t);
	int64_t desk_ms = aggregator_desk_next_ms(&t->desk, &t->engine);
	int64_t first_ms = planner_ms < desk_ms ? planner_ms : desk_ms;
	struct house *first = NULL;

	for (unsigned i = 0; i < t->house_count; i++) {
		if (t->houses[i].due_ms < first_ms) {
			first = &t->houses[i];
			first_ms = first->due_ms;
		}
	}
	if (first_ms >= to_ms)
		return false;
	t->now_ms = first_ms > t->now_ms ? first_ms : t->now_ms;
	if (first)
		house_step(first);
	else if (planner_ms == first_ms)
		run_planner(t);
	else
		run_desk(t);
	return true;
}

/* When the round that is now ends: on the hour's fives, or sooner when a gate closes. */
static int64_t round_end_ms(const struct town *t)
{
	int64_t round_ms = (t->now_ms / TOWN_ROUND_MS + 1) * TOWN_ROUND_MS;
	int64_t due_ms = market_next_due_ms(t->engine.market);

	return due_ms > t->now_ms && due_ms < round_ms ? due_ms : round_ms;
}

void town_live(struct town *t, int64_t to_ms)
{
	while (t->now_ms < to_ms) {
		int64_t round_ms = round_end_ms(t);

		while (live_next(t, round_ms))
			;
		t->now_ms = round_ms;
		need(t, "the market", engine_clock(&t->engine, t->now_ms));
		town_commit(t);
	}
}
