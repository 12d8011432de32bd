#include "engine/aggregator_desk.h"
#include <stdio.h>
#include <string.h>
#include "wire/message.h"

enum { PARAMETERS_MAX = 1024 };

enum err aggregator_desk_open(struct aggregator_desk *a, const struct engine *e,
	const struct private_key *key, uint32_t homes_min)
{
	const struct params *p = &e->genesis.params;
	const struct public_key *public = private_key_public(key);
	uint64_t account = params_aggregator(p);
	const struct address_key *role;

	*a = (struct aggregator_desk){.homes_min = homes_min, .judged = INT64_MIN};
	if (account == ACCOUNT_NONE)
		return ERR_CONFIG;
	role = &p->roles[account - ACCOUNT_FIRST_ROLE].key;
	if (role->len != public->len || memcmp(role->bytes, public->bytes, role->len) != 0)
		return ERR_CONFIG;
	a->key = key;
	projection_init(&a->projection);
	return inspector_new(e->keyring, e->genesis.market, e->genesis.address_alg, &a->inspector);
}

void aggregator_desk_close(struct aggregator_desk *a)
{
	inspector_free(a->inspector);
	*a = (struct aggregator_desk){.key = NULL};
}

void aggregator_desk_reopened(struct aggregator_desk *a)
{
	memset(a->tried, 0, sizeof a->tried);
}

static bool was_tried(const struct aggregator_desk *a, uint64_t activation)
{
	for (uint32_t i = 0; i < ACTIVATIONS_MAX; i++) {
		if (a->tried[i] == activation)
			return true;
	}
	return false;
}

/* The first one that waits for an answer; NULL: none. */
static const struct activation *next_activation(
	const struct aggregator_desk *a, const struct engine *e)
{
	const struct activations *t = &e->market->ledger.activations;

	for (uint32_t i = 0; i < t->count; i++) {
		if (!t->rows[i].auction && !was_tried(a, t->rows[i].seq))
			return &t->rows[i];
	}
	return NULL;
}

int64_t aggregator_desk_next_ms(const struct aggregator_desk *a, const struct engine *e)
{
	const struct params *p = &e->genesis.params;
	int64_t measured;

	if (!a->key)
		return INT64_MAX;
	if (next_activation(a, e))
		return e->now_ms;
	/* Before its first clock the engine has no time at all. */
	measured = e->now_ms < p->start_ms ? -1 : params_slot_at(p, e->now_ms) - 1;
	if (measured <= a->judged)
		measured = a->judged + 1;
	return aggregator_projects_ms(p, measured + 1);
}

/* Nothing is decided by a time that the market does not have. */
static bool may_act(const struct aggregator_desk *a, const struct engine *e)
{
	return a->key && !e->clock_unbelieved && !engine_is_behind(e);
}

static void add(void *context, const struct home_nets *nets)
{
	deviation_add(context, nets);
}

/* A slot that is being projected from what the market has of its first quarter. */
struct projecting {
	const struct homes *homes;
	struct deviation *deviation;
};

static void project(void *context, const struct home_nets *nets)
{
	const struct projecting *p = context;
	const struct quarters *q =
		quarters_find(&p->homes->rows[nets->home].quarters, p->deviation->slot);
	int64_t first_wh = q ? quarters_first_net_wh(q) : 0;

	deviation_project(p->deviation, nets, q ? &first_wh : NULL);
}

/* The order as a message, through the same checks as everyone's. */
static enum err send(struct aggregator_desk *a, struct engine *e, const struct aggregator_order *o,
	int64_t now_ms, bool *ret_taken)
{
	const struct role_params *role =
		&e->genesis.params
			 .roles[params_aggregator(&e->genesis.params) - ACCOUNT_FIRST_ROLE];
	const struct message_bid bid = {.address = role->address.text,
		.side = o->side,
		.energy_wh = o->quantity_wh,
		.price_mc_per_kwh = o->limit_mc_per_kwh,
		.names_slot = true,
		.measure = o->measure,
		.activation = o->activation,
		.slot = o->slot};
	struct signer signer = {.key = a->key};
	struct message m = {.text = NULL};
	struct inspected *inspected = NULL;
	struct inspect_refusal refusal;
	uint64_t before = e->market->next_seq;
	char text[PARAMETERS_MAX];
	struct out out;
	enum err err;

	out_init(&out, text, sizeof text);
	message_write_bid(&out, &bid);
	err = message_make(
		OPERATION_BID_OFFER, AGGREGATOR_ROLE, e->genesis.market, now_ms, &out, &signer, &m);
	if (err != ERR_OK)
		return err;
	if (inspect(a->inspector, AGGREGATOR_ROLE, OPERATION_BID_OFFER, m.text, m.len, &inspected,
		    &refusal) == VERDICT_OK)
		err = engine_take(e, inspected, now_ms);
	else
		engine_reject(e, OPERATION_BID_OFFER, &refusal, now_ms);
	*ret_taken = e->market->next_seq > before;
	inspected_free(inspected);
	message_release(&m);
	return err;
}

/* A deviation of that slot, with its schedule and nobody in it. */
static struct deviation begin(const struct ledger *l, int64_t slot, int64_t now_ms)
{
	struct deviation d = {.slot = slot};

	d.is_scheduled = schedule_net(l, slot, now_ms, &d.scheduled_wh);
	d.scheduled_wh += activation_shift_wh(l, slot);
	return d;
}

/* Read what is known of the slot before, and of the running one. */
static enum err see(struct engine *e, int64_t running, int64_t now_ms, struct aggregator_news *news)
{
	int64_t day = aggregator_day_slots(&e->genesis.params);
	struct projecting projecting = {&e->market->homes, &news->projected};
	enum err err;

	news->deviation = begin(&e->market->ledger, running - 1, now_ms);
	news->projected = begin(&e->market->ledger, running, now_ms);
	err = csm_db_nets(&e->csm, running - 1, running - 1 - day, add, &news->deviation);
	if (err == ERR_OK)
		err = csm_db_nets(&e->csm, running, running - day, project, &projecting);
	if (err != ERR_OK)
		snprintf(e->why, sizeof e->why, "%.500s", e->csm.db.why);
	return err;
}

/* Between which prices it trades in a slot. */
static struct limit_prices limits_of(const struct ledger *l, int64_t slot)
{
	const struct imbalance_prices set = imbalance_prices_set(&l->params);
	struct tariff_prices tariff = tariff_of_slot(l, slot);

	return limit_prices(&set, &tariff);
}

/* What it wants of the projected slot, and asks for as the network's room is. */
static void decide(const struct aggregator_desk *a, const struct ledger *l, uint64_t account,
	int64_t now_ms, struct aggregator_news *news)
{
	int64_t slot = news->projected.slot;
	struct limit_prices limits = limits_of(l, slot);
	int64_t available_uc = account_available_uc(account_get(&l->accounts, account));

	news->few = news->projected.homes < a->homes_min;
	if (aggregator_has_traded(&l->auctions, account, slot) ||
		!aggregator_decide(
			&news->projected, &limits, available_uc, a->homes_min, &news->order))
		return;
	news->wanted_wh = news->order.quantity_wh;
	news->room = network_room(l, slot, news->order.side, true, now_ms);
	news->trades = aggregator_fit(&news->order, &news->room);
}

enum err aggregator_desk_run(struct aggregator_desk *a, struct engine *e, int64_t now_ms,
	struct aggregator_news *news, bool *ret_judged)
{
	const struct params *p = &e->genesis.params;
	int64_t running = params_slot_at(p, now_ms);
	uint64_t account = params_aggregator(p);
	const struct ledger *l = &e->market->ledger;
	enum err err;

	*ret_judged = false;
	if (!may_act(a, e) || running < 0 || running - 1 <= a->judged ||
		now_ms < aggregator_projects_ms(p, running))
		return ERR_OK;
	a->judged = running - 1;
	*news = (struct aggregator_news){.trades = false};
	err = see(e, running, now_ms, news);
	if (err != ERR_OK)
		return err;
	*ret_judged = true;
	deviation_of_trades(&news->deviation, &l->auctions, account);
	if (news->deviation.homes > 0)
		projection_learn(
			&a->projection, running - 1, deviation_before_wh(&news->deviation));
	news->projected.expected_wh =
		projection_expect(&a->projection, running, deviation_before_wh(&news->projected));
	decide(a, l, account, now_ms, news);
	return news->trades ? send(a, e, &news->order, now_ms, &news->taken) : ERR_OK;
}

enum err aggregator_desk_answer(struct aggregator_desk *a, struct engine *e, int64_t now_ms,
	struct aggregator_answer *answer, bool *ret_answered)
{
	const struct ledger *l = &e->market->ledger;
	const struct activation *asked = may_act(a, e) ? next_activation(a, e) : NULL;
	int64_t available_uc;

	*ret_answered = asked != NULL;
	if (!asked)
		return ERR_OK;
	*answer = (struct aggregator_answer){.activation = *asked};
	a->tried[a->tried_count++ % ACTIVATIONS_MAX] = asked->seq;
	available_uc =
		account_available_uc(account_get(&l->accounts, params_aggregator(&l->params)));
	answer->trades = aggregator_answer(&l->params, asked, now_ms, available_uc, &answer->order);
	return answer->trades ? send(a, e, &answer->order, now_ms, &answer->taken) : ERR_OK;
}
