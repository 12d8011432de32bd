#include <assert.h>
#include <stddef.h>
#include "core/block.h"
#include "core/cpf.h"
#include "core/enrolment.h"
#include "core/market.h"
#include "core/order_intake.h"
#include "core/place_sort.h"

static int64_t begin_ms(const struct market *m)
{
	return params_slot_start_ms(&m->ledger.params, ledger_slot(&m->ledger));
}

int64_t market_next_due_ms(const struct market *m)
{
	int64_t gate_ms = auctions_next_gate_ms(&m->ledger.auctions);
	int64_t end_ms = ledger_slot_end_ms(&m->ledger);

	if (m->phase == PHASE_BEGIN)
		return begin_ms(m);
	return gate_ms < end_ms ? gate_ms : end_ms;
}

bool market_clock_due(const struct market *m, int64_t now_ms)
{
	return market_next_due_ms(m) <= now_ms;
}

/* The accounts whose homes may be elected: metered, in a mode with rewards, the CPF true, the floor
 * met; ascending by number. */
static void find_standing(struct market *m)
{
	const struct ledger *l = &m->ledger;
	int64_t slot = ledger_slot(l) - 1;

	m->standing_count = 0;
	m->standing_next = 0;
	for (uint32_t i = 0; i < l->announced_count; i++) {
		uint64_t number = l->announced[i];
		const struct home *h = market_owner(m, number);
		const struct registers *d = &h->meter.delta;
		int64_t p = meter_production_wh(d);
		int64_t c = meter_consumption_wh(d);
		uint32_t at = m->standing_count;
		if (!mode_is_rewarded(home_mode_at(&h->modes, slot)) ||
			!meter_has(&h->meter, slot) || h->status != HOME_REGISTERED)
			continue;
		if (cpf_hundredths(p, c) != account_get(&l->accounts, number)->cpf_hundredths ||
			!poe_floor_met(p, c, l->params.poe_floor_w, l->params.slot_s))
			continue;
		for (; at > 0 && m->standing[at - 1] > number; at--)
			m->standing[at] = m->standing[at - 1];
		m->standing[at] = number;
		m->standing_count++;
	}
}

static bool gate_before(const void *context, uint32_t left, uint32_t right)
{
	const struct auctions *t = context;
	const struct order *a = &t->orders[left];
	const struct order *b = &t->orders[right];
	int64_t gate_a = t->auctions[a->auction].contract.gate_ms;
	int64_t gate_b = t->auctions[b->auction].contract.gate_ms;

	return gate_a != gate_b ? gate_a < gate_b : a->seq < b->seq;
}

/* Share each home's metered energy of the last slot among its awards, in order of (gate, seq). */
static void share_deliveries(struct market *m)
{
	const struct auctions *t = &m->ledger.auctions;
	int64_t slot = ledger_slot(&m->ledger) - 1;
	uint32_t n = m->ledger.due_count;

	for (uint32_t i = 0; i < m->homes.count; i++) {
		struct home *h = &m->homes.rows[i];
		int64_t baseline_wh, changed_wh;
		bool scheduled = home_baseline_get(&h->baseline, slot, &baseline_wh);
		bool halved = quarters_change_wh(
			quarters_find(&h->quarters, slot), &h->meter.base, &changed_wh);
		memset(&h->shares, 0, sizeof h->shares);
		if (meter_has(&h->meter, slot))
			shares_begin(&h->shares, &h->meter.delta, scheduled ? &baseline_wh : NULL,
				halved ? &changed_wh : NULL);
	}
	for (uint32_t i = 0; i < n; i++)
		m->places[i] = t->due[i];
	place_sort(m->places, n, gate_before, t);
	for (uint32_t i = 0; i < n; i++) {
		const struct order *o = &t->orders[m->places[i]];
		struct home *h = &m->homes.rows[m->owner[o->account % ACCOUNTS_MAX]];
		m->delivered_wh[m->places[i]] =
			shares_take(&h->shares, &t->auctions[o->auction].contract, o->awarded_wh);
	}
}

_Static_assert((int)ENROLLED_MAX >= (int)ORDERS_MAX, "places holds either");

/* What an address's home is told of its money. */
static struct home_money *money_of(struct market *m, uint64_t account)
{
	return &m->homes.rows[m->owner[account % ACCOUNTS_MAX]].money;
}

static bool next_standing(struct market *m, struct tx *tx)
{
	const struct account *a;

	if (m->standing_next >= m->standing_count)
		return false;
	a = account_get(&m->ledger.accounts, m->standing[m->standing_next++]);
	tx->kind = TX_STANDING;
	tx->address = a->address;
	tx->cpf_hundredths = a->cpf_hundredths;
	return true;
}

/* Why an award of the last slot got what it got. */
static enum delivery_why why(const struct market *m, const struct order *o)
{
	const struct home *h = market_owner(m, o->account);
	int64_t slot = ledger_slot(&m->ledger) - 1;
	const struct quarters *q = quarters_find(&h->quarters, slot);
	bool half =
		m->ledger.auctions.auctions[o->auction].contract.measure == MEASURE_BEFORE_AFTER;

	if (meter_has(&h->meter, slot))
		return half && (!q || q->count < QUARTERS_READ) ? DELIVERY_NO_BASE
								: DELIVERY_METERED;
	return h->meter.has_base && h->meter.base.slot == slot ? DELIVERY_NO_BASE
							       : DELIVERY_NO_READING;
}

static bool next_delivery(struct market *m, struct tx *tx)
{
	const struct order *o = ledger_delivery_due(&m->ledger);

	if (!o)
		return false;
	tx->kind = TX_DELIVERY;
	tx->u.delivery.order = o->seq;
	tx->u.delivery.why = why(m, o);
	tx->u.delivery.delivered_wh = m->delivered_wh[o - m->ledger.auctions.orders];
	return true;
}

/* What the homes drew together: of one that was not metered what it was scheduled to draw, and of
 * one without a schedule nothing. */
static struct net_metered community(const struct market *m, int64_t slot)
{
	struct net_metered n = {.slot = slot};

	for (uint32_t i = 0; i < m->homes.count; i++) {
		const struct home *h = &m->homes.rows[i];
		const int64_t *wh = h->meter.delta.wh;
		int64_t scheduled_wh = 0;
		if (h->kind != CLIENT_HOME || h->status != HOME_REGISTERED)
			continue;
		if (meter_has(&h->meter, slot)) {
			n.net_wh += wh[REGISTER_IMPORT] - wh[REGISTER_EXPORT];
			n.homes++;
			continue;
		}
		n.missing++;
		if (home_baseline_get(&h->baseline, slot, &scheduled_wh))
			n.net_wh += scheduled_wh;
	}
	return n;
}

static bool next_imbalance(struct market *m, struct tx *tx)
{
	const char *field;

	if (!imbalance_due(&m->ledger))
		return false;
	tx->kind = TX_IMBALANCE;
	tx->u.imbalance = community(m, ledger_slot(&m->ledger) - 1);
	/* Of few homes nothing is said, nor of a net that no ledger takes. */
	return imbalance_check(&m->ledger, tx, &field) == VERDICT_OK;
}

/* Trading: fire what is due up to the clock or the slot's end, shut answers first. */
static enum market_step next_trading(struct market *m, struct tx *tx, uint64_t *intake_seq)
{
	int64_t end_ms = ledger_slot_end_ms(&m->ledger);
	int64_t due_ms = m->clock_ms < end_ms ? m->clock_ms : end_ms;
	bool gate_due = auctions_next_gate_ms(&m->ledger.auctions) <= due_ms;

	if (!gate_due && due_ms < end_ms)
		return MARKET_IDLE;
	if (gate_due && order_intake_next_due(m, due_ms, tx, intake_seq))
		return MARKET_RELEASE;
	tx->kind = TX_CLOCK;
	tx->u.clock.due_ms = due_ms;
	return MARKET_TX;
}

uint32_t market_clock_blocks(const struct market *m)
{
	uint32_t most = MARKET_CLOCK_STATEMENTS_MAX / (m->homes.count + 1);

	if (most > MARKET_CLOCK_BLOCKS_MAX)
		return MARKET_CLOCK_BLOCKS_MAX;
	return most > 0 ? most : 1;
}

enum market_step market_next(struct market *m, struct tx *tx, uint64_t *intake_seq)
{
	enum market_step step = MARKET_TX;

	memset(tx, 0, sizeof *tx);
	if (m->phase == PHASE_BEGIN) {
		if (m->clock_ms < begin_ms(m))
			return MARKET_IDLE;
		if (m->clock_closed >= market_clock_blocks(m) &&
			m->clock_ms >= ledger_slot_end_ms(&m->ledger))
			return MARKET_IDLE;
		if (!enrolment_next_admit(m, tx))
			m->phase = PHASE_TRADING;
	}
	if (m->phase == PHASE_TRADING)
		step = next_trading(m, tx, intake_seq);
	if (m->phase == PHASE_CLOSING && !next_standing(m, tx) && !next_delivery(m, tx) &&
		!next_imbalance(m, tx))
		return MARKET_CLOSE;
	if (step == MARKET_TX) {
		tx->seq = m->next_seq;
		tx->market_ms = m->clock_ms;
	}
	return step;
}

/* What an award delivered, for the statements of both homes concerned. */
static void note_energy(struct market *m, uint64_t seq)
{
	const struct order *o = order_find(&m->ledger.auctions, seq);
	const struct auction *a = &m->ledger.auctions.auctions[o->auction];
	enum side side = a->contract.side;
	int64_t wh = o->delivered_wh < o->awarded_wh ? o->delivered_wh : o->awarded_wh;

	home_money_energy(money_of(m, o->account), side == SIDE_BUY ? SIDE_SELL : SIDE_BUY, wh);
	if (account_is_address(account_get(&m->ledger.accounts, a->opener)))
		home_money_energy(money_of(m, a->opener), side, wh);
}

void market_apply_step(struct market *m, const struct tx *tx, const struct result_sink *sink)
{
	if (tx->seq == m->next_seq)
		m->next_seq++;
	ledger_apply(&m->ledger, tx, sink);
	if (tx->kind == TX_ADMIT) {
		enrolment_admitted(m, tx);
	} else if (tx->kind == TX_CLOCK) {
		order_intake_compact(m);
		if (!m->ledger.closing)
			return;
		m->phase = PHASE_CLOSING;
		find_standing(m);
		share_deliveries(m);
	} else if (tx->kind == TX_DELIVERY) {
		note_energy(m, tx->u.delivery.order);
	} else if (tx_is_signed(tx->kind)) {
		order_intake_released(m, tx);
	}
}

/* What market_close() has to see of the results: balances that come home, and why they are what
 * they are. */
struct close_watch {
	struct market *market;
	const struct result_sink *sink;
};

static void note_transfer(struct market *m, const struct result *r)
{
	const struct accounts *t = &m->ledger.accounts;
	uint64_t from = r->u.transfer.from, to = r->u.transfer.to;

	if (account_is_address(account_get(t, from)))
		home_money_note(
			money_of(m, from), r->u.transfer.why, true, r->u.transfer.amount_uc);
	if (account_is_address(account_get(t, to)))
		home_money_note(money_of(m, to), r->u.transfer.why, false, r->u.transfer.amount_uc);
}

static void watch_close(void *context, const struct result *r)
{
	const struct close_watch *watch = context;
	struct market *m = watch->market;

	if (watch->sink && watch->sink->emit)
		watch->sink->emit(watch->sink->context, r);
	if (r->kind == RESULT_TRANSFER)
		note_transfer(m, r);
	if (r->kind == RESULT_TRANSFER && r->u.transfer.why == TRANSFER_CLOSE) {
		bool home = r->u.transfer.to == ACCOUNT_WALLETS;
		uint64_t account = home ? r->u.transfer.from : r->u.transfer.to;
		struct home *h = &m->homes.rows[m->owner[account % ACCOUNTS_MAX]];
		h->wallet_uc += home ? r->u.transfer.amount_uc : -r->u.transfer.amount_uc;
	} else if (r->kind == RESULT_ACCOUNT_CLOSED) {
		struct home *h = &m->homes.rows[m->owner[r->u.account->number % ACCOUNTS_MAX]];
		assert(h->account_count > 0 && h->accounts[0] == r->u.account->number); /* H1 */
		h->account_count--;
		memmove(h->accounts, h->accounts + 1, h->account_count * sizeof *h->accounts);
	}
}

void market_close(struct market *m, const struct result_sink *sink, struct header *header)
{
	struct close_watch watch = {.market = m, .sink = sink};
	struct result_sink through = {.emit = watch_close, .context = &watch};

	block_close(&m->ledger, &through, header);
	for (uint32_t i = 0; i < m->homes.count; i++) {
		struct home *h = &m->homes.rows[i];
		h->wallet_closed_uc = h->wallet_uc;
		if (h->kind == CLIENT_ROLE)
			h->wallet_closed_uc =
				account_get(&m->ledger.accounts, h->role_account)->balance_uc;
	}
}

void market_chain(struct market *m, const uint8_t header_hash[HASH_LEN])
{
	const struct params *p = &m->ledger.params;

	/* What is still shut must stay known: no gate is further away than the horizon. */
	recent_forget(&m->taken,
		ledger_slot_end_ms(&m->ledger) - (p->horizon_slots + 2) * p->slot_s * MS_PER_S);
	block_chain(&m->ledger, header_hash);
	for (uint32_t i = 0; i < m->homes.count; i++)
		memset(&m->homes.rows[i].money, 0, sizeof m->homes.rows[i].money);
	m->phase = PHASE_BEGIN;
	m->clock_closed++;
}
