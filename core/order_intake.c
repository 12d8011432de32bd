#include "core/order_intake.h"
#include <assert.h>
#include <stddef.h>
#include "core/cpf.h"
#include "core/ledger_check.h"
#include "core/meter.h"

static void refuse(struct decision *d, const char *field, enum verdict verdict)
{
	d->field = field;
	d->verdict = verdict;
}

/* The place of a shut transaction, or SHUT_MAX. They stand ascending by sequence. */
static uint32_t shut_place(const struct market *m, uint64_t seq)
{
	uint32_t low = 0;
	uint32_t high = m->shut_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (m->shut[middle].tx.seq < seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low < m->shut_count && m->shut[low].tx.seq == seq ? low : SHUT_MAX;
}

/* Cancelled ones count: they too come out at the gate, so the auction must stay until then. */
static uint32_t shut_answers(const struct market *m, uint64_t auction)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < m->shut_count; i++)
		n += m->shut[i].auction == auction;
	return n;
}

/* The sealed auction that a bid-offer answers, or NULL. */
static const struct auction *sealed_answered(const struct market *m, const struct tx *tx)
{
	const struct auction *a;

	if (tx->kind != TX_BID_OFFER || tx->u.bid.auction == 0)
		return NULL;
	a = auction_find(&m->ledger.auctions, tx->u.bid.auction);
	return a && a->contract.book == BOOK_SEALED ? a : NULL;
}

/* The block in which an auction's gate will fire, if time runs on. */
static uint64_t gate_height(const struct market *m, const struct auction *a)
{
	return (uint64_t)params_slot_at(&m->ledger.params, a->contract.gate_ms - 1) + 1;
}

/* What the order may come to cost, as contract_hold_uc(). */
static int64_t hold_uc(const struct market *m, const struct account *a, const struct tx *tx)
{
	const struct tx_bid *bid = &tx->u.bid;
	const struct auction *auction = auction_find(&m->ledger.auctions, bid->auction);
	struct contract offer = {.side = bid->side,
		.quantity_wh = bid->quantity_wh,
		.limit_mc_per_kwh = bid->price_mc_per_kwh};
	const char *field;

	if (bid->auction)
		return contract_hold_uc(
			&auction->contract, true, bid->price_mc_per_kwh, bid->quantity_wh);
	if (contract_resolve(&m->ledger.params, &bid->request, &offer, a->slot, tx->market_ms,
		    &offer, &field) != VERDICT_OK)
		return 0;
	return contract_hold_uc(&offer, false, bid->price_mc_per_kwh, bid->quantity_wh);
}

/* An answer that would be measured from a schedule that the home does not have. */
static bool lacks_baseline(
	const struct market *m, const struct home *h, const struct account *a, const struct tx *tx)
{
	const struct auction *auction = auction_find(&m->ledger.auctions, tx->u.bid.auction);
	int64_t wh;

	return auction && auction->contract.measure == MEASURE_BASELINE &&
	       !home_baseline_get(&h->baseline, a->slot, &wh);
}

/* A home trades within its mode, not with itself, and not beyond its wallet. */
static void check_trade(const struct market *m, const struct home *h, const struct account *a,
	const struct tx *tx, struct decision *d)
{
	struct wallet w;

	if (h->kind != CLIENT_HOME)
		return;
	if (!mode_trades(home_mode_at(&h->modes, a->slot))) {
		refuse(d, "bid", VERDICT_MODE);
		return;
	}
	if (tx->u.bid.auction) {
		uint64_t opener = auction_find(&m->ledger.auctions, tx->u.bid.auction)->opener;
		if (market_owner(m, opener) == h) {
			refuse(d, "auction", VERDICT_SELF_TRADE);
			return;
		}
	}
	if (lacks_baseline(m, h, a, tx)) {
		refuse(d, "auction", VERDICT_NO_BASELINE);
		return;
	}
	w = market_wallet(m, h);
	if (w.balance_uc - w.held_uc < hold_uc(m, a, tx))
		refuse(d, "bid", VERDICT_FUNDS_TOO_LOW);
}

/* No single order is of more than the home's certified equipment can bring in its slot. */
static void check_rating(
	const struct market *m, const struct home *h, const struct tx *tx, struct decision *d)
{
	const struct ratings *ratings = &h->terms.ratings;
	const struct params *params = &m->ledger.params;
	const struct tx_bid *bid = &tx->u.bid;
	const struct auction *a = auction_find(&m->ledger.auctions, bid->auction);
	int64_t most_wh = a ? ratings_answer_wh(ratings, params, &a->contract)
			    : ratings_opening_wh(ratings, params, bid->side);

	if (h->kind == CLIENT_HOME && bid->quantity_wh > most_wh)
		refuse(d, "bid.energy", VERDICT_BEYOND_RATING);
}

/* One CPF a slot, and the metered one where the meter has spoken. */
static void check_cpf(
	const struct market *m, const struct home *h, const struct tx *tx, struct decision *d)
{
	int64_t slot = ledger_slot(&m->ledger) - 1;

	if (tx->kind == TX_CPF && h->kind == CLIENT_HOME &&
		!mode_is_rewarded(home_mode_at(&h->modes, slot))) {
		refuse(d, "cpf", VERDICT_MODE);
		return;
	}
	if (!ledger_cpf_counts(&m->ledger, tx))
		return;
	if (h->announced_height == m->ledger.height)
		refuse(d, "cpf", VERDICT_CPF_ANNOUNCED);
	else if (meter_has(&h->meter, slot) &&
		 cpf_hundredths(meter_production_wh(&h->meter.delta),
			 meter_consumption_wh(&h->meter.delta)) != tx->cpf_hundredths)
		refuse(d, "cpf", VERDICT_CPF_MISMATCH);
}

/* The cancel of an answer that is still shut. */
static void decide_shut_cancel(const struct market *m, const struct tx *tx,
	const struct shut_tx *target, struct decision *d)
{
	const struct auction *a = auction_find(&m->ledger.auctions, target->auction);

	if (target->tx.kind != TX_BID_OFFER || target->cancelled)
		refuse(d, "order", VERDICT_UNKNOWN_ORDER);
	else if (!address_equal(&target->tx.address, &tx->address))
		refuse(d, "order", VERDICT_NOT_OWNER);
	else if (!a || a->status != AUCTION_OPEN || tx->market_ms >= a->contract.gate_ms)
		refuse(d, "order", VERDICT_GATE_CLOSED);
	if (d->verdict != VERDICT_OK)
		return;
	d->shut = true;
	d->auction = target->auction;
	d->height = gate_height(m, a);
}

/* Answers of this address that are still shut. */
static uint32_t *shut_orders(struct market *m, const struct address *address)
{
	return &m->shut_orders[account_find(&m->ledger.accounts, address)->number % ACCOUNTS_MAX];
}

/* Room for one more answer beside those that are still shut: in the market, and of its address. */
static bool has_order_room(const struct market *m, const struct tx *tx)
{
	const struct account *a = account_find(&m->ledger.accounts, &tx->address);

	return m->shut_count < SHUT_MAX - m->ledger.auctions.order_count &&
	       a->order_count + m->shut_orders[a->number % ACCOUNTS_MAX] < ACCOUNT_ORDERS_MAX;
}

/* Public rules for what stays shut; its place in the ledger is found when it is released. */
static void decide_shut(const struct market *m, const struct tx *tx, const struct auction *sealed,
	struct decision *d)
{
	d->verdict = ledger_check_order(&m->ledger, tx, 0, &d->field);
	if (d->verdict != VERDICT_OK)
		return;
	if (!has_order_room(m, tx) || m->ledger.gap_count + m->shut_count >= LEDGER_GAPS_MAX) {
		refuse(d, "bid", VERDICT_TOO_MANY);
		return;
	}
	d->shut = true;
	d->auction = sealed->seq;
	d->height = gate_height(m, sealed);
}

/* A cpf in a shut answer counts only if the gate closes within the slot of its announcement. */
static bool announces(const struct market *m, const struct tx *tx, const struct decision *d)
{
	return tx->cpf_hundredths != 0 && (!d->shut || d->height == m->ledger.height) &&
	       ledger_cpf_counts(&m->ledger, tx);
}

static void decide_public(const struct market *m, const struct tx *tx, struct decision *d)
{
	const struct auction *sealed = sealed_answered(m, tx);
	uint32_t target = SHUT_MAX;

	if (tx->kind == TX_CANCEL)
		target = shut_place(m, tx->u.cancel.order);
	if (target != SHUT_MAX) {
		decide_shut_cancel(m, tx, &m->shut[target], d);
	} else if (sealed) {
		decide_shut(m, tx, sealed, d);
	} else {
		d->verdict = ledger_check(&m->ledger, tx, &d->field);
		if (m->ledger.tx_count + m->shut_count >= LEDGER_TXS_OPEN_MAX)
			refuse(d, "", VERDICT_TOO_MANY);
		if (d->verdict == VERDICT_OK && tx->kind == TX_BID_OFFER &&
			tx->u.bid.auction != 0 && !has_order_room(m, tx))
			refuse(d, "bid", VERDICT_TOO_MANY);
		if (d->verdict == VERDICT_OK && tx->kind == TX_CANCEL &&
			shut_answers(m, tx->u.cancel.order) > 0)
			refuse(d, "order", VERDICT_ANSWERED);
	}
}

void order_intake_decide(const struct market *m, const struct command *c, struct decision *d)
{
	const struct home *h = &m->homes.rows[c->home];
	const struct account *a;
	struct tx tx;

	d->promise = PROMISE_LEDGER;
	d->seq = m->next_seq;
	d->height = m->ledger.height;
	market_tx(m, c, d, &tx);
	if (recent_has(&m->taken, tx.id) || m->taken.count == RECENT_MAX) {
		refuse(d, "", m->taken.count == RECENT_MAX ? VERDICT_TOO_MANY : VERDICT_REPEATED);
		return;
	}
	decide_public(m, &tx, d);
	if (d->verdict != VERDICT_OK)
		return;
	a = account_find(&m->ledger.accounts, &tx.address);
	if (h->kind == CLIENT_ROLE ? a->number != h->role_account
				   : market_owner(m, a->number) != h) {
		refuse(d, "address", VERDICT_UNKNOWN_ADDRESS);
		return;
	}
	if (tx.kind == TX_BID_OFFER)
		check_trade(m, h, a, &tx, d);
	if (d->verdict == VERDICT_OK && (tx.kind == TX_CPF || announces(m, &tx, d)))
		check_cpf(m, h, &tx, d);
	if (d->verdict == VERDICT_OK && tx.kind == TX_BID_OFFER)
		check_rating(m, h, &tx, d);
}

/* What a shut answer holds of its home's wallet; negative to release it. */
static void hold_shut(struct market *m, const struct shut_tx *s, int sign)
{
	const struct auction *a = auction_find(&m->ledger.auctions, s->auction);

	m->homes.rows[s->home].shut_held_uc +=
		sign * contract_hold_uc(&a->contract, true, s->tx.u.bid.price_mc_per_kwh,
			       s->tx.u.bid.quantity_wh);
}

static void shut_in(
	struct market *m, const struct command *c, const struct decision *d, const struct tx *tx)
{
	struct shut_tx *s = &m->shut[m->shut_count++];

	*s = (struct shut_tx){
		.tx = *tx, .intake_seq = c->intake_seq, .auction = d->auction, .home = c->home};
	if (tx->kind == TX_BID_OFFER) {
		(*shut_orders(m, &tx->address))++;
		hold_shut(m, s, 1);
		return;
	}
	s = &m->shut[shut_place(m, tx->u.cancel.order)];
	hold_shut(m, s, -1);
	s->cancelled = true;
}

void order_intake_apply(struct market *m, const struct command *c, const struct decision *d,
	const struct tx *tx, const struct result_sink *sink)
{
	struct home *h = &m->homes.rows[c->home];

	recent_add(&m->taken, tx->id, tx->market_ms);
	if (announces(m, tx, d)) {
		h->announced_height = m->ledger.height;
		h->announced_account = account_find(&m->ledger.accounts, &tx->address)->number;
	}
	if (d->shut) {
		shut_in(m, c, d, tx);
		return;
	}
	ledger_apply(&m->ledger, tx, sink);
	if (tx->kind == TX_SEAL) {
		for (uint32_t i = 0; i < m->homes.count; i++)
			m->homes.rows[i].wallet_sealed_uc = m->homes.rows[i].wallet_closed_uc;
	}
}

bool order_intake_next_due(struct market *m, int64_t due_ms, struct tx *tx, uint64_t *intake_seq)
{
	for (; m->shut_next < m->shut_count; m->shut_next++) {
		const struct shut_tx *s = &m->shut[m->shut_next];
		const struct auction *a = auction_find(&m->ledger.auctions, s->auction);
		if (s->tx.seq == 0 || !a || a->contract.gate_ms > due_ms)
			continue;
		*tx = s->tx;
		*intake_seq = s->intake_seq;
		return true;
	}
	return false;
}

void order_intake_released(struct market *m, const struct tx *tx)
{
	struct shut_tx *s = &m->shut[m->shut_next];

	assert(s->tx.seq == tx->seq);
	if (tx->kind == TX_BID_OFFER)
		(*shut_orders(m, &tx->address))--;
	if (tx->kind == TX_BID_OFFER && !s->cancelled)
		hold_shut(m, s, -1);
	s->auction = 0;
	m->shut_next++;
}

void order_intake_compact(struct market *m)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < m->shut_count; i++) {
		if (m->shut[i].auction != 0)
			m->shut[kept++] = m->shut[i];
	}
	m->shut_count = kept;
	m->shut_next = 0;
}
