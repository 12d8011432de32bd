#include "engine/aggregator_desk.h"
#include <stdio.h>
#include <string.h>
#include "wire/message.h"

enum { PARAMETERS_MAX = 1024 };

static const char role_name[] = "aggregator";

/* Its account in the ledger; 0 if this market has no such role. */
static uint64_t role_account(const struct params *p)
{
	for (uint32_t i = 0; i < p->role_count; i++) {
		if (strcmp(p->roles[i].name, role_name) == 0)
			return ACCOUNT_FIRST_ROLE + i;
	}
	return 0;
}

enum err aggregator_desk_open(
	struct aggregator_desk *a, const struct engine *e, const struct private_key *key)
{
	const struct params *p = &e->genesis.params;
	const struct public_key *public = private_key_public(key);
	uint64_t account = role_account(p);
	const struct address_key *role;

	*a = (struct aggregator_desk){.judged = INT64_MIN};
	if (account == 0)
		return ERR_CONFIG;
	role = &p->roles[account - ACCOUNT_FIRST_ROLE].key;
	if (role->len != public->len || memcmp(role->bytes, public->bytes, role->len) != 0)
		return ERR_CONFIG;
	a->key = key;
	persistence_init(&a->persistence, AGGREGATOR_LEAD_SLOTS);
	return inspector_new(e->keyring, e->genesis.market, e->genesis.address_alg, &a->inspector);
}

void aggregator_desk_close(struct aggregator_desk *a)
{
	inspector_free(a->inspector);
	*a = (struct aggregator_desk){.key = NULL};
}

int64_t aggregator_desk_next_ms(const struct aggregator_desk *a, const struct engine *e)
{
	const struct params *p = &e->genesis.params;
	int64_t measured;

	if (!a->key)
		return INT64_MAX;
	/* Before its first clock the engine has no time at all. */
	measured = e->now_ms < p->start_ms ? -1 : params_slot_at(p, e->now_ms) - 1;
	if (measured <= a->judged)
		measured = a->judged + 1;
	return aggregator_due_ms(p, measured > 0 ? measured : 0);
}

static void add(void *context, const struct home_nets *nets)
{
	deviation_add(context, nets);
}

/* The order as a message, through the same checks as everyone's. */
static enum err send(struct aggregator_desk *a, struct engine *e, const struct aggregator_order *o,
	int64_t now_ms, bool *ret_taken)
{
	const struct role_params *role =
		&e->genesis.params.roles[role_account(&e->genesis.params) - ACCOUNT_FIRST_ROLE];
	const struct message_bid bid = {.address = role->address.text,
		.side = o->side,
		.energy_wh = o->quantity_wh,
		.price_mc_per_kwh = o->limit_mc_per_kwh,
		.names_slot = true,
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
		OPERATION_BID_OFFER, role_name, e->genesis.market, now_ms, &out, &signer, &m);
	if (err != ERR_OK)
		return err;
	if (inspect(a->inspector, role_name, OPERATION_BID_OFFER, m.text, m.len, &inspected,
		    &refusal) == VERDICT_OK)
		err = engine_take(e, inspected, now_ms);
	else
		engine_reject(e, OPERATION_BID_OFFER, &refusal, now_ms);
	*ret_taken = e->market->next_seq > before;
	inspected_free(inspected);
	message_release(&m);
	return err;
}

/* What will be left of it, and what became of the one before. */
static void expect(struct aggregator_desk *a, struct deviation *d)
{
	int64_t before_wh = deviation_before_wh(d);

	if (d->homes > 0)
		persistence_learn(&a->persistence, d->slot, before_wh);
	d->expected_wh = persistence_expect(&a->persistence, before_wh);
}

enum err aggregator_desk_run(struct aggregator_desk *a, struct engine *e, int64_t now_ms,
	struct aggregator_news *news, bool *ret_judged)
{
	const struct params *p = &e->genesis.params;
	int64_t measured = params_slot_at(p, now_ms) - 1;
	uint64_t account = role_account(p);
	const struct ledger *l = &e->market->ledger;
	struct aggregator_tariff tariff = {
		l->params.import_mc_per_kwh, l->params.export_mc_per_kwh};
	enum err err;

	*ret_judged = false;
	if (!a->key || measured < 0 || measured <= a->judged ||
		now_ms < aggregator_due_ms(p, measured))
		return ERR_OK;
	a->judged = measured;
	*news = (struct aggregator_news){.deviation = {.slot = measured}};
	news->deviation.is_scheduled =
		schedule_net(l, measured, now_ms, &news->deviation.scheduled_wh);
	err = csm_db_nets(
		&e->csm, measured, measured - aggregator_day_slots(p), add, &news->deviation);
	if (err != ERR_OK) {
		snprintf(e->why, sizeof e->why, "%.500s", e->csm.db.why);
		return err;
	}
	*ret_judged = true;
	deviation_of_trades(&news->deviation, &l->auctions, account);
	expect(a, &news->deviation);
	news->trades =
		!aggregator_has_traded(&l->auctions, account, measured + AGGREGATOR_LEAD_SLOTS) &&
		aggregator_decide(&news->deviation, &tariff,
			account_available_uc(account_get(&l->accounts, account)), &news->order);
	return news->trades ? send(a, e, &news->order, now_ms, &news->taken) : ERR_OK;
}
