#include "core/ledger.h"
#include <assert.h>
#include <stddef.h>
#include "core/ledger_check.h"
#include "core/ledger_role.h"

void ledger_init(struct ledger *l, const struct params *params, sha256_fn *sha256,
	const uint8_t genesis_hash[HASH_LEN], const uint8_t rules_hash[HASH_LEN])
{
	uint8_t leaf[HASH_LEN];

	l->sha256 = sha256;
	l->params = *params;
	l->schedule.widest_window_s = params->date_window_s;
	l->schedule.widest_in_force_s = params->date_window_s;
	l->height = 1;
	l->market_ms = INT64_MIN;
	memcpy(l->rules_hash, rules_hash, HASH_LEN);
	memcpy(l->last_hash, genesis_hash, HASH_LEN);
	memcpy(l->older_hash, genesis_hash, HASH_LEN);
	merkle_log_init(&l->log);
	merkle_leaf_hash(sha256, genesis_hash, HASH_LEN, leaf);
	merkle_log_append(sha256, &l->log, leaf);
	accounts_init(&l->accounts, params);
	auctions_init(&l->auctions);
	recent_init(&l->recent);
}

int64_t ledger_slot(const struct ledger *l)
{
	return (int64_t)l->height - 1;
}

int64_t ledger_slot_end_ms(const struct ledger *l)
{
	return params_slot_start_ms(&l->params, ledger_slot(l) + 1);
}

void ledger_emit(struct ledger *l, const struct result_sink *sink, const struct result *result)
{
	if (result->kind <= RESULT_TRANSFER) {
		assert(l->result_count < LEDGER_RESULTS_MAX);
		result_leaf(l->sha256, result, l->results[l->result_count++]);
	}
	if (sink && sink->emit)
		sink->emit(sink->context, result);
}

void ledger_transfer(struct ledger *l, const struct result_sink *sink, uint64_t from, uint64_t to,
	int64_t amount_uc, uint64_t order, enum transfer_why why)
{
	struct result r = {.kind = RESULT_TRANSFER, .height = l->height};

	if (amount_uc == 0)
		return;
	account_transfer(&l->accounts, from, to, amount_uc);
	r.u.transfer.from = from;
	r.u.transfer.to = to;
	r.u.transfer.amount_uc = amount_uc;
	r.u.transfer.order = order;
	r.u.transfer.why = why;
	r.u.transfer.from_address = &account_get(&l->accounts, from)->address;
	r.u.transfer.to_address = &account_get(&l->accounts, to)->address;
	ledger_emit(l, sink, &r);
}

const struct order *ledger_delivery_due(const struct ledger *l)
{
	if (!l->closing || l->due_next >= l->due_count)
		return NULL;
	return &l->auctions.orders[l->auctions.due[l->due_next]];
}

/* The place of seq among the gaps, or of the first beyond it. */
static uint32_t gap_place(const struct ledger *l, uint64_t seq)
{
	uint32_t low = 0;
	uint32_t high = l->gap_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (l->gaps[middle].seq < seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool ledger_seq_is_missing(const struct ledger *l, uint64_t seq)
{
	uint32_t place = gap_place(l, seq);

	return place < l->gap_count && l->gaps[place].seq == seq && l->gaps[place].height != 0;
}

/* Note the transaction's place: its sequence, and its leaf. */
static void take_place(struct ledger *l, const struct tx *tx)
{
	struct tx_entry *entry = &l->txs[l->tx_count++];

	memcpy(entry->id, tx->id, HASH_LEN);
	if (tx_is_signed(tx->kind))
		recent_add(&l->recent, tx->id, tx->market_ms);
	tx_leaf(l->sha256, tx, entry->leaf);
	if (tx->seq <= l->seq_high) {
		l->gaps[gap_place(l, tx->seq)].height = 0;
		return;
	}
	for (uint64_t seq = l->seq_high + 1; seq < tx->seq; seq++)
		l->gaps[l->gap_count++] = (struct seq_gap){.seq = seq, .height = l->height};
	l->seq_high = tx->seq;
	l->market_ms = tx->market_ms;
}

static void announce(struct ledger *l, const struct tx *tx, uint64_t account)
{
	account_edit(&l->accounts, account)->cpf_hundredths = tx->cpf_hundredths;
	l->announced[l->announced_count++] = account;
}

static void apply_bid(struct ledger *l, const struct tx *tx, const struct result_sink *sink)
{
	const struct tx_bid *bid = &tx->u.bid;
	const struct account *a = account_find(&l->accounts, &tx->address);
	struct result r = {.height = l->height};
	uint64_t number = a->number;

	if (bid->auction) {
		struct order order = {.seq = tx->seq,
			.account = number,
			.quantity_wh = bid->quantity_wh,
			.price_mc_per_kwh = bid->price_mc_per_kwh,
			.all_or_nothing = bid->all_or_nothing};
		order_add(&l->auctions, &l->accounts, bid->auction, &order);
		r.kind = RESULT_ORDER_ADDED;
		r.u.order.order = order_find(&l->auctions, tx->seq);
		r.u.order.auction = auction_find(&l->auctions, bid->auction);
	} else {
		struct contract c = {.side = bid->side,
			.quantity_wh = bid->quantity_wh,
			.limit_mc_per_kwh = bid->price_mc_per_kwh};
		const char *field;
		enum verdict v = contract_resolve(&l->params, &bid->request, &c,
			account_is_role(a) ? CONTRACT_UNSET : a->slot, tx->market_ms, &c, &field);
		assert(v == VERDICT_OK);
		(void)v;
		auction_open(&l->auctions, &l->accounts, tx->seq, number, &c);
		activation_opened(l, auction_find(&l->auctions, tx->seq));
		r.kind = RESULT_AUCTION_OPENED;
		r.u.auction.auction = auction_find(&l->auctions, tx->seq);
	}
	if (ledger_cpf_counts(l, tx))
		announce(l, tx, number);
	ledger_emit(l, sink, &r);
}

static void apply_cancel(struct ledger *l, const struct tx *tx, const struct result_sink *sink)
{
	const struct order *o = order_find(&l->auctions, tx->u.cancel.order);
	struct result r = {.height = l->height};

	if (o) {
		order_cancel(&l->auctions, &l->accounts, o->seq);
		r.kind = RESULT_ORDER_ENDED;
		r.u.order.order = o;
		r.u.order.auction = &l->auctions.auctions[o->auction];
	} else {
		auction_cancel(&l->auctions, &l->accounts, tx->u.cancel.order);
		activation_cancelled(l, auction_find(&l->auctions, tx->u.cancel.order));
		r.kind = RESULT_AUCTION_ENDED;
		r.u.auction.auction = auction_find(&l->auctions, tx->u.cancel.order);
		r.u.auction.best_losing_mc_per_kwh = -1;
	}
	ledger_emit(l, sink, &r);
}

static void apply_seal(struct ledger *l, const struct tx *tx, const struct result_sink *sink)
{
	struct result r = {.kind = RESULT_VALIDATED, .height = l->height};
	uint32_t rank = 0;

	while (!address_equal(&l->ranked[rank].address, &tx->address))
		rank++;
	l->sealed_by = rank + 1;
	r.u.validator.rank = l->sealed_by;
	r.u.validator.account = account_get(&l->accounts, l->ranked[rank].account);
	r.u.validator.cpf_hundredths = l->ranked[rank].cpf_hundredths;
	r.u.validator.rewarded = l->ranked_rewarded;
	r.u.validator.height = tx->u.seal.height;
	ledger_emit(l, sink, &r);
}

/* Tell awards in merit order, then the losers. */
static void emit_cleared(struct ledger *l, const struct result_sink *sink, uint32_t place,
	const struct clearing_result *cleared)
{
	const struct auction *a = &l->auctions.auctions[place];
	struct result r = {.height = l->height};

	for (size_t i = 0; i < cleared->fill_count; i++) {
		r.kind = RESULT_AWARD;
		r.u.order.order = &l->auctions.orders[l->auctions.fills[i].ref];
		r.u.order.auction = a;
		ledger_emit(l, sink, &r);
	}
	for (uint32_t i = a->first_order; i != INDEX_NONE; i = l->auctions.orders[i].next) {
		enum order_status s = l->auctions.orders[i].status;
		if (s != ORDER_LOST && s != ORDER_VOID)
			continue;
		r.kind = RESULT_ORDER_ENDED;
		r.u.order.order = &l->auctions.orders[i];
		r.u.order.auction = a;
		ledger_emit(l, sink, &r);
	}
	r.kind = RESULT_AUCTION_ENDED;
	r.u.auction.auction = a;
	r.u.auction.best_losing_mc_per_kwh = cleared->best_losing_price_mc_per_kwh;
	ledger_emit(l, sink, &r);
}

/* Clear an auction as far as the network allows at that market time. */
static struct clearing_result clear_within_limits(
	struct ledger *l, uint32_t place, int64_t market_ms)
{
	struct auction *a = &l->auctions.auctions[place];
	struct network_room room = network_room(
		l, a->contract.slot, a->contract.side, a->opener < ACCOUNT_FIXED_MAX, market_ms);
	struct clearing_result cleared = auction_clear(&l->auctions, &l->accounts, place, room.wh);

	if (a->cut_wh > 0) {
		a->cut_by = (int)room.by;
		a->cut_unscheduled = !room.scheduled;
	}
	return cleared;
}

static void apply_clock(struct ledger *l, const struct tx *tx, const struct result_sink *sink)
{
	struct auctions *t = &l->auctions;
	uint32_t due = auctions_due(t, tx->u.clock.due_ms);

	for (uint32_t i = 0; i < due; i++) {
		struct clearing_result cleared = {.best_losing_price_mc_per_kwh = -1};
		uint32_t place = t->due[i];
		if (tx->market_ms >= contract_begins_ms(&l->params, &t->auctions[place].contract))
			auction_void(t, &l->accounts, place);
		else
			cleared = clear_within_limits(l, place, tx->market_ms);
		emit_cleared(l, sink, place, &cleared);
	}
	if (tx->u.clock.due_ms < ledger_slot_end_ms(l))
		return;
	l->closing = true;
	if (tx->market_ms >= params_slot_start_ms(&l->params, ledger_slot(l) + 2))
		l->flags |= HEADER_OUTAGE;
	l->due_count = orders_awarded(t, ledger_slot(l) - 1);
	l->due_next = 0;
}

static void apply_admit(struct ledger *l, const struct tx *tx, const struct result_sink *sink)
{
	struct result r = {.kind = RESULT_ACCOUNT_OPENED, .height = l->height};

	for (size_t i = 0; i < tx->u.admit.count; i++) {
		uint64_t n = account_admit(&l->accounts, tx->u.admit.slot,
			&tx->u.admit.addresses[i], &tx->u.admit.keys[i]);
		r.u.account = account_get(&l->accounts, n);
		ledger_emit(l, sink, &r);
	}
}

static void apply_delivery(struct ledger *l, const struct tx *tx, const struct result_sink *sink)
{
	struct order *o = &l->auctions.orders[l->auctions.due[l->due_next++]];
	struct result r = {.kind = RESULT_DELIVERY, .height = l->height};

	o->delivered_wh = tx->u.delivery.delivered_wh;
	o->why = (int)tx->u.delivery.why;
	r.u.order.order = o;
	r.u.order.auction = &l->auctions.auctions[o->auction];
	ledger_emit(l, sink, &r);
}

static void apply_money(struct ledger *l, const struct tx *tx, const struct result_sink *sink)
{
	uint64_t account = ACCOUNT_WALLETS;
	int64_t uc = tx->u.money.amount_uc;

	if (!address_is_empty(&tx->u.money.account))
		account = account_find(&l->accounts, &tx->u.money.account)->number;
	if (tx->kind == TX_DEPOSIT)
		ledger_transfer(l, sink, ACCOUNT_ISSUER, account, uc, 0, TRANSFER_DEPOSIT);
	else
		ledger_transfer(l, sink, account, ACCOUNT_ISSUER, uc, 0, TRANSFER_WITHDRAWAL);
}

void ledger_apply(struct ledger *l, const struct tx *tx, const struct result_sink *sink)
{
	uint64_t number;

	take_place(l, tx);
	switch (tx->kind) {
	case TX_BID_OFFER:
		apply_bid(l, tx, sink);
		break;
	case TX_CANCEL:
		apply_cancel(l, tx, sink);
		break;
	case TX_CPF:
		announce(l, tx, account_find(&l->accounts, &tx->address)->number);
		break;
	case TX_SEAL:
		apply_seal(l, tx, sink);
		break;
	case TX_SCHEDULE:
	case TX_LIMITS:
	case TX_APPROVE:
	case TX_TARIFF:
	case TX_ACTIVATE:
		ledger_role_apply(l, tx, sink);
		break;
	case TX_CLOCK:
		apply_clock(l, tx, sink);
		break;
	case TX_ADMIT:
		apply_admit(l, tx, sink);
		break;
	case TX_STANDING:
		number = account_find(&l->accounts, &tx->address)->number;
		account_edit(&l->accounts, number)->stands = true;
		l->last_standing = number;
		break;
	case TX_DELIVERY:
		apply_delivery(l, tx, sink);
		break;
	case TX_DEPOSIT:
	case TX_WITHDRAWAL:
		apply_money(l, tx, sink);
		break;
	case TX_PARAMS:
		params_schedule_add(l, tx);
		break;
	case TX_IMBALANCE:
		imbalance_apply(l, tx);
		break;
	}
}
