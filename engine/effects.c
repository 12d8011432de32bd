#include "engine/effects.h"
#include "engine/answers.h"

static void tell_owner(struct engine *e, const struct result *r)
{
	const struct order *o = r->u.order.order;
	const struct home *owner = market_owner(e->market, o->account);

	if (owner && o->status != ORDER_CANCELLED)
		answer_award(e, owner, o, r->u.order.auction);
}

/* Keep a delivery for its home's statement. */
static void note_delivery(struct engine *e, const struct order *o)
{
	const struct home *owner = market_owner(e->market, o->account);
	struct delivery_note *n = &e->notes[e->note_count];

	if (!owner)
		return;
	*n = (struct delivery_note){.order = o->seq,
		.wh = o->delivered_wh,
		.why = (enum delivery_why)o->why,
		.next = e->note_first[owner->number]};
	e->note_first[owner->number] = e->note_count++;
}

static void emit(void *context, const struct result *r)
{
	struct engine *e = context;
	struct result_sink rows = ledger_db_sink(&e->ledger);

	rows.emit(rows.context, r);
	switch (r->kind) {
	case RESULT_AWARD:
	case RESULT_ORDER_ENDED:
		tell_owner(e, r);
		break;
	case RESULT_DELIVERY:
		note_delivery(e, r->u.order.order);
		break;
	case RESULT_AUCTION_OPENED:
		answer_auction_opened(e, r->u.auction.auction);
		break;
	case RESULT_AUCTION_ENDED:
		answer_auction_ended(e, r->u.auction.auction, r->u.auction.best_losing_mc_per_kwh);
		break;
	case RESULT_VALIDATED:
		e->sealed_height = r->u.validator.height;
		break;
	case RESULT_ACCOUNT_CLOSED:
		keyring_drop_address(e->keyring, &r->u.account->address);
		break;
	case RESULT_TRANSFER:
	case RESULT_ACCOUNT_OPENED:
	case RESULT_ORDER_ADDED:
	case RESULT_RANKED:
	case RESULT_SCHEDULED:
	case RESULT_LIMITED:
	case RESULT_ANSWERED:
	case RESULT_PRICED:
	case RESULT_ACTIVATED:
		break;
	}
}

struct result_sink effects_sink(struct engine *e)
{
	return (struct result_sink){.emit = emit, .context = e};
}

static enum err put_home(struct engine *e, const struct home *home, uint64_t intake_seq)
{
	keyring_put_home(e->keyring, home);
	return csm_db_put_home(&e->csm, home, intake_seq);
}

static enum err put_change(struct engine *e, const struct home_change *change, uint64_t intake_seq)
{
	const struct home *h = home_find(&e->market->homes, change->client_id);
	enum err err = ERR_OK;

	if (change->new_meter)
		err = csm_db_end_meter(&e->csm, h->number, intake_seq);
	if (err == ERR_OK && change->mode.mode)
		err = csm_db_add_mode(&e->csm, h, ledger_slot(&e->market->ledger), intake_seq);
	return err == ERR_OK ? put_home(e, h, intake_seq) : err;
}

static enum err put_preference(struct engine *e, const struct home *home, uint64_t intake_seq)
{
	enum err err = csm_db_add_mode(&e->csm, home, ledger_slot(&e->market->ledger), intake_seq);

	return err == ERR_OK ? put_home(e, home, intake_seq) : err;
}

static enum err put_addresses(struct engine *e, const struct command *c)
{
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < c->u.addresses.count; i++) {
		const struct slot_key *key = &c->u.addresses.keys[i];
		keyring_add_address(e->keyring, &key->address, &key->key, c->home);
		err = csm_db_add_address(&e->csm, key, c->home);
	}
	return err;
}

static enum err put_baseline(struct engine *e, const struct home *home, const struct command *c)
{
	enum err err = csm_db_put_baseline(&e->csm, home->number, &c->u.baseline.window);

	return err == ERR_OK ? answer_baseline(e, home, &c->u.baseline.window, c->intake_seq) : err;
}

enum err effects_of_command(struct engine *e, const struct command *c)
{
	const struct homes *homes = &e->market->homes;

	switch (c->kind) {
	case COMMAND_REGISTER:
	case COMMAND_PREFERENCE:
		return put_preference(e, &homes->rows[c->home], c->intake_seq);
	case COMMAND_HOME_ADD:
		return put_home(e, home_find(homes, c->u.home_add.client_id), c->intake_seq);
	case COMMAND_HOME_CHANGE:
		return put_change(e, &c->u.home_change, c->intake_seq);
	case COMMAND_HOME_REVOKE:
		return put_home(e, home_find(homes, c->u.home_revoke.client_id), c->intake_seq);
	case COMMAND_ADDRESSES:
		return put_addresses(e, c);
	case COMMAND_READING:
		if (c->u.reading.reading.quarter != 0)
			return csm_db_add_quarter(&e->csm, c->home, &c->u.reading.reading,
				c->intake_seq, c->market_ms);
		return csm_db_add_reading(&e->csm, c->home, &c->u.reading.reading, c->intake_seq,
			c->market_ms, VERDICT_OK);
	case COMMAND_BASELINE:
		return put_baseline(e, home_find(homes, c->u.baseline.client_id), c);
	case COMMAND_TX:
	case COMMAND_CLOCK:
	case COMMAND_DEPOSIT:
	case COMMAND_WITHDRAW:
	case COMMAND_PARAMS:
		break;
	}
	return ERR_OK;
}
