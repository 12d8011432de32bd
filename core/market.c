#include "core/market.h"
#include <assert.h>
#include <stddef.h>
#include "core/enrolment.h"
#include "core/ledger_check.h"
#include "core/order_intake.h"
#include "core/preference.h"

static void add_client(struct market *m, enum client_kind kind, const char *client_id, int alg,
	const struct address_key *key, uint64_t account)
{
	struct home_terms terms = {.client_id = ""};
	struct home *h;

	memcpy(terms.client_id, client_id, strlen(client_id));
	h = &m->homes.rows[home_add(&m->homes, kind, &terms)];
	h->status = HOME_REGISTERED;
	h->ems = (struct enrolled_key){.alg = alg, .key = *key};
	h->role_account = account;
}

void market_init(struct market *m, const struct params *params, sha256_fn *sha256,
	const struct enrolled_key *operator_key, int role_alg, const uint8_t genesis_hash[HASH_LEN],
	const uint8_t rules_hash[HASH_LEN])
{
	ledger_init(&m->ledger, params, sha256, genesis_hash, rules_hash);
	homes_init(&m->homes);
	m->next_seq = 1;
	m->clock_ms = INT64_MIN;
	m->enrolled_free = INDEX_NONE;
	recent_init(&m->taken);
	index_init(&m->enrolled_by_address, m->enrolled_cells, ENROLLED_INDEX_BITS);
	add_client(m, CLIENT_OPERATOR, "operator", operator_key->alg, &operator_key->key, 0);
	for (uint32_t i = 0; i < params->role_count; i++)
		add_client(m, CLIENT_ROLE, params->roles[i].name, role_alg, &params->roles[i].key,
			ACCOUNT_FIRST_ROLE + i);
}

const struct home *market_owner(const struct market *m, uint64_t account)
{
	if (account < m->ledger.accounts.first || account >= m->ledger.accounts.next)
		return NULL;
	return &m->homes.rows[m->owner[account % ACCOUNTS_MAX]];
}

struct wallet market_wallet(const struct market *m, const struct home *h)
{
	struct wallet w = {.balance_uc = h->wallet_uc,
		.held_uc = h->shut_held_uc,
		.sealed_uc = h->wallet_sealed_uc};

	if (h->kind == CLIENT_ROLE) {
		const struct account *a = account_get(&m->ledger.accounts, h->role_account);
		w.balance_uc = a->balance_uc;
		w.held_uc = a->held_uc;
	}
	for (uint32_t i = 0; i < h->account_count; i++) {
		const struct account *a = account_get(&m->ledger.accounts, h->accounts[i]);
		w.pending_uc += a->balance_uc;
		w.held_uc += a->held_uc;
	}
	w.balance_uc += w.pending_uc;
	return w;
}

int64_t market_withdrawable_uc(const struct market *m, const struct home *h)
{
	struct wallet w = market_wallet(m, h);
	int64_t free_uc = w.balance_uc - (w.pending_uc > 0 ? w.pending_uc : 0) - w.held_uc;

	return free_uc < w.sealed_uc ? free_uc : w.sealed_uc;
}

/* Room in the open block for one more request, beside what is still shut. */
static bool has_tx_room(const struct market *m)
{
	return m->ledger.tx_count + m->shut_count < LEDGER_TXS_OPEN_MAX;
}

static void decide_money(const struct market *m, const struct command *c, struct decision *d)
{
	const struct home *h = home_find(&m->homes, c->u.money.client_id);
	struct tx tx;

	d->field = "clientId";
	if (!h || h->kind == CLIENT_OPERATOR) {
		d->verdict = VERDICT_UNKNOWN_HOME;
		return;
	}
	d->promise = PROMISE_LEDGER;
	d->seq = m->next_seq;
	d->height = m->ledger.height;
	market_tx(m, c, d, &tx);
	d->verdict = ledger_check(&m->ledger, &tx, &d->field);
	d->field = "amount_uc";
	if (!has_tx_room(m))
		d->verdict = VERDICT_TOO_MANY;
	if (d->verdict == VERDICT_OK && c->kind == COMMAND_WITHDRAW &&
		market_withdrawable_uc(m, h) < c->u.money.amount_uc)
		d->verdict = VERDICT_FUNDS_TOO_LOW;
}

static void decide_params(const struct market *m, const struct command *c, struct decision *d)
{
	struct tx tx;

	d->verdict = params_changed(params_schedule_at(&m->ledger, c->u.params.from_slot - 1),
		&c->u.params, &d->params, &d->field);
	if (d->verdict != VERDICT_OK)
		return;
	d->promise = PROMISE_LEDGER;
	d->seq = m->next_seq;
	d->height = m->ledger.height;
	market_tx(m, c, d, &tx);
	d->verdict = ledger_check(&m->ledger, &tx, &d->field);
	if (d->verdict == VERDICT_OK && !has_tx_room(m))
		d->verdict = VERDICT_TOO_MANY;
}

static void decide_reading(const struct market *m, const struct command *c, struct decision *d)
{
	const struct home *h = &m->homes.rows[c->home];

	d->field = "meter";
	if (strcmp(h->terms.meter_serial, c->u.reading.meter_serial) != 0 ||
		h->terms.meter_serial[0] == '\0' || h->meter_due) {
		d->verdict = VERDICT_UNKNOWN_METER;
		return;
	}
	d->verdict = home_check_reading(h, &m->ledger.params, ledger_slot(&m->ledger), c->market_ms,
		&c->u.reading.reading, &d->field);
}

static void decide_revoke(const struct market *m, const struct command *c, struct decision *d)
{
	const struct home *h = home_find(&m->homes, c->u.home_revoke.client_id);

	d->field = "clientId";
	if (!h || h->kind != CLIENT_HOME)
		d->verdict = VERDICT_UNKNOWN_HOME;
	else
		d->verdict = h->status == HOME_REVOKED ? VERDICT_REVOKED : VERDICT_OK;
}

static void decide_home_change(const struct market *m, const struct command *c, struct decision *d)
{
	const struct home_change *change = &c->u.home_change;
	const struct home *h = home_find(&m->homes, change->client_id);

	d->verdict = home_change_check(&m->homes, change, &d->field);
	if (d->verdict != VERDICT_OK || !change->mode.mode)
		return;
	d->field = "mode";
	d->verdict = VERDICT_NOT_REGISTERED; /* it says its mode as it registers */
	if (h->status == HOME_REGISTERED)
		d->verdict = preference_check_change(m, h, &change->mode, &d->field);
}

static void decide_baseline(const struct market *m, const struct command *c, struct decision *d)
{
	const struct home *h = home_find(&m->homes, c->u.baseline.client_id);

	d->field = "clientId";
	if (!h || h->kind != CLIENT_HOME)
		d->verdict = VERDICT_UNKNOWN_HOME;
	else if (h->status != HOME_REGISTERED)
		d->verdict = h->status == HOME_REVOKED ? VERDICT_REVOKED : VERDICT_NOT_REGISTERED;
	else
		d->verdict = home_baseline_check(&c->u.baseline.window,
			ratings_net_wh(&h->reading_ratings, &m->ledger.params),
			ledger_slot(&m->ledger), m->ledger.params.horizon_slots, &d->field);
}

/* The role whose schedules count. */
static bool is_scheduler(const struct home *h)
{
	return h->kind == CLIENT_ROLE && strcmp(h->terms.client_id, AGGREGATOR_ROLE) == 0;
}

/* Who may send a command of that kind at all. */
static enum verdict check_sender(const struct market *m, const struct command *c)
{
	const struct home *h = &m->homes.rows[c->home];
	bool operators = c->kind == COMMAND_HOME_ADD || c->kind == COMMAND_HOME_CHANGE ||
			 c->kind == COMMAND_HOME_REVOKE || c->kind == COMMAND_DEPOSIT ||
			 c->kind == COMMAND_WITHDRAW || c->kind == COMMAND_PARAMS;

	if (c->kind == COMMAND_CLOCK)
		return VERDICT_OK;
	if (h->status == HOME_REVOKED)
		return VERDICT_REVOKED;
	if (operators != (h->kind == CLIENT_OPERATOR))
		return VERDICT_NOT_ALLOWED;
	if (h->status != HOME_REGISTERED && c->kind != COMMAND_REGISTER)
		return VERDICT_NOT_REGISTERED;
	if (c->kind == COMMAND_BASELINE)
		return is_scheduler(h) ? VERDICT_OK : VERDICT_NOT_ALLOWED;
	if (h->kind == CLIENT_ROLE && c->kind != COMMAND_TX)
		return VERDICT_NOT_ALLOWED;
	return VERDICT_OK;
}

void market_decide(const struct market *m, const struct command *c, struct decision *d)
{
	*d = (struct decision){.field = "", .promise = PROMISE_PRIVATE};
	d->verdict = check_sender(m, c);
	if (d->verdict != VERDICT_OK)
		return;
	switch (c->kind) {
	case COMMAND_TX:
		order_intake_decide(m, c, d);
		break;
	case COMMAND_REGISTER:
		d->verdict = enrolment_check_register(m, c, &d->field);
		break;
	case COMMAND_ADDRESSES:
		d->verdict = enrolment_check_addresses(m, c, &d->field);
		break;
	case COMMAND_READING:
		decide_reading(m, c, d);
		break;
	case COMMAND_CLOCK:
		break;
	case COMMAND_HOME_ADD:
		d->verdict = home_add_check(&m->homes, &c->u.home_add, &d->field);
		break;
	case COMMAND_HOME_CHANGE:
		decide_home_change(m, c, d);
		break;
	case COMMAND_HOME_REVOKE:
		decide_revoke(m, c, d);
		break;
	case COMMAND_DEPOSIT:
	case COMMAND_WITHDRAW:
		decide_money(m, c, d);
		break;
	case COMMAND_PARAMS:
		decide_params(m, c, d);
		break;
	case COMMAND_BASELINE:
		decide_baseline(m, c, d);
		break;
	case COMMAND_PREFERENCE:
		d->verdict =
			preference_check(m, &m->homes.rows[c->home], &c->u.preference, &d->field);
		break;
	}
	if (d->verdict == VERDICT_OK)
		d->field = "";
}

void market_tx(
	const struct market *m, const struct command *c, const struct decision *d, struct tx *tx)
{
	if (c->kind == COMMAND_TX) {
		*tx = c->u.tx;
	} else if (c->kind == COMMAND_PARAMS) {
		*tx = (struct tx){.kind = TX_PARAMS};
		tx->u.params.from_slot = c->u.params.from_slot;
		tx->u.params.set = &d->params;
	} else {
		const struct home *h = home_find(&m->homes, c->u.money.client_id);
		*tx = (struct tx){.kind = c->kind == COMMAND_DEPOSIT ? TX_DEPOSIT : TX_WITHDRAWAL};
		tx->u.money.amount_uc = c->u.money.amount_uc;
		if (h->kind == CLIENT_ROLE)
			tx->u.money.account =
				account_get(&m->ledger.accounts, h->role_account)->address;
	}
	tx->seq = d->seq;
	tx->market_ms = c->market_ms;
}

static void apply_private(struct market *m, const struct command *c)
{
	struct home *h = &m->homes.rows[c->home];

	switch (c->kind) {
	case COMMAND_REGISTER:
		enrolment_register(m, c);
		break;
	case COMMAND_ADDRESSES:
		enrolment_add_addresses(m, c);
		break;
	case COMMAND_READING:
		home_accept_reading(h, &c->u.reading.reading);
		break;
	case COMMAND_CLOCK:
		m->clock_ms = c->market_ms;
		m->clock_closed = 0;
		break;
	case COMMAND_HOME_ADD:
		(void)home_add(&m->homes, CLIENT_HOME, &c->u.home_add);
		break;
	case COMMAND_HOME_CHANGE:
		h = &m->homes.rows[home_find(&m->homes, c->u.home_change.client_id)->number];
		home_change_apply(h, &c->u.home_change);
		if (c->u.home_change.mode.mode)
			home_mode_change(&h->modes, ledger_slot(&m->ledger),
				c->u.home_change.mode.from_slot, c->u.home_change.mode.mode);
		break;
	case COMMAND_HOME_REVOKE:
		enrolment_revoke(m, home_find(&m->homes, c->u.home_revoke.client_id)->number);
		break;
	case COMMAND_BASELINE:
		home_baseline_set(
			&home_edit(&m->homes, home_find(&m->homes, c->u.baseline.client_id)->number)
				 ->baseline,
			&c->u.baseline.window, ledger_slot(&m->ledger));
		break;
	case COMMAND_PREFERENCE:
		preference_apply(m, h, &c->u.preference);
		break;
	case COMMAND_TX:
	case COMMAND_DEPOSIT:
	case COMMAND_WITHDRAW:
	case COMMAND_PARAMS:
		assert(0); /* ledger commands never come here */
	}
}

/* What is withdrawn leaves the sealed money, too, and the money of the block that a seal to come
 * will count: it was there and is gone. */
static void book_money(struct market *m, const struct command *c)
{
	struct home *h = home_edit(&m->homes, home_find(&m->homes, c->u.money.client_id)->number);
	int64_t uc = c->u.money.amount_uc;

	home_money_note(&h->money,
		c->kind == COMMAND_DEPOSIT ? TRANSFER_DEPOSIT : TRANSFER_WITHDRAWAL, false, uc);
	if (h->kind == CLIENT_HOME) /* a role's money is in its account */
		h->wallet_uc += c->kind == COMMAND_DEPOSIT ? uc : -uc;
	if (c->kind == COMMAND_DEPOSIT)
		return;
	h->wallet_closed_uc -= uc;
	h->wallet_sealed_uc -= uc;
}

void market_apply(struct market *m, const struct command *c, const struct decision *d,
	const struct tx *tx, const struct result_sink *sink)
{
	assert(d->verdict == VERDICT_OK);
	if (d->promise == PROMISE_PRIVATE) {
		apply_private(m, c);
		return;
	}
	m->next_seq++;
	if (c->kind == COMMAND_TX) {
		order_intake_apply(m, c, d, tx, sink);
		return;
	}
	ledger_apply(&m->ledger, tx, sink);
	if (c->kind != COMMAND_PARAMS)
		book_money(m, c);
}
