#include "core/ledger_check.h"
#include <stddef.h>
#include "core/cpf.h"
#include "core/ledger_operator.h"
#include "core/ledger_role.h"

static enum verdict refuse(const char **field, const char *name, enum verdict verdict)
{
	*field = name;
	return verdict;
}

bool ledger_cpf_counts(const struct ledger *l, const struct tx *tx)
{
	int64_t slot = params_slot_at(&l->params, tx->market_ms);

	return tx->cpf_hundredths != 0 && slot == ledger_slot(l);
}

static enum verdict check_cpf(
	const struct ledger *l, const struct account *a, const struct tx *tx, const char **field)
{
	if (tx->cpf_hundredths == 0)
		return VERDICT_OK;
	if (tx->cpf_hundredths < CPF_MIN || tx->cpf_hundredths > CPF_MAX)
		return refuse(field, "cpf", VERDICT_OUT_OF_RANGE);
	if (!account_is_address(a))
		return refuse(field, "cpf", VERDICT_NOT_ALLOWED);
	if (ledger_cpf_counts(l, tx) && a->cpf_hundredths != 0)
		return refuse(field, "cpf", VERDICT_CPF_ANNOUNCED);
	return VERDICT_OK;
}

/* Roles are covered by their account and credit, in the open. Accounts that only a lying operator's
 * market could have are refused further business (invariant L3). */
static enum verdict check_cover(const struct account *a, int64_t hold_uc, const char **field)
{
	if (!account_has_room(a))
		return refuse(field, "bid", VERDICT_OUT_OF_RANGE);
	if (account_is_role(a) && account_available_uc(a) < hold_uc)
		return refuse(field, "bid", VERDICT_FUNDS_TOO_LOW);
	return VERDICT_OK;
}

/* Whether who is paid the fees can take them. */
static bool has_fee_room(const struct ledger *l, const struct fees *fees)
{
	return (fees->buyer_mc_per_kwh == 0 && fees->seller_mc_per_kwh == 0) ||
	       account_has_room(account_get(&l->accounts, params_aggregator(&l->params)));
}

static enum verdict check_open(
	const struct ledger *l, const struct account *a, const struct tx *tx, const char **field)
{
	const struct tx_bid *bid = &tx->u.bid;
	struct contract offer = {.side = bid->side,
		.quantity_wh = bid->quantity_wh,
		.limit_mc_per_kwh = bid->price_mc_per_kwh};
	struct contract c;
	enum verdict v;

	if (bid->all_or_nothing)
		return refuse(field, "all_or_nothing", VERDICT_BAD_TERMS);
	v = contract_resolve(&l->params, &bid->request, &offer,
		account_is_role(a) ? CONTRACT_UNSET : a->slot, tx->market_ms, &c, field);
	if (v != VERDICT_OK)
		return v;
	v = c.activation ? activation_answer_check(l, a->number, &c) : VERDICT_OK;
	if (v != VERDICT_OK)
		return refuse(field, "contract.activation", v);
	if (!auctions_has_room(&l->auctions, c.quantity_wh) ||
		(account_is_address(a) && a->auction_count >= ACCOUNT_AUCTIONS_MAX))
		return refuse(field, "bid", VERDICT_TOO_MANY);
	if (!has_fee_room(l, &c.fees))
		return refuse(field, "bid", VERDICT_OUT_OF_RANGE);
	return check_cover(
		a, contract_hold_uc(&c, false, c.limit_mc_per_kwh, c.quantity_wh), field);
}

static enum verdict check_against(const struct auction *auction, const struct account *a,
	const struct tx *tx, const char **field)
{
	const struct contract *c = &auction->contract;
	const struct tx_bid *bid = &tx->u.bid;
	int64_t better = c->side == SIDE_BUY ? c->limit_mc_per_kwh - bid->price_mc_per_kwh
					     : bid->price_mc_per_kwh - c->limit_mc_per_kwh;

	if (auction->status != AUCTION_OPEN || tx->market_ms >= c->gate_ms)
		return refuse(field, "auction", VERDICT_GATE_CLOSED);
	if (account_is_role(a))
		return refuse(field, "address", VERDICT_NOT_ALLOWED);
	if (a->slot != c->slot)
		return refuse(field, "address", VERDICT_ADDRESS_SLOT);
	if (bid->side == c->side)
		return refuse(field, "bid.type", VERDICT_SAME_SIDE);
	if (a->number == auction->opener)
		return refuse(field, "auction", VERDICT_SELF_TRADE);
	if (better < 0 || (better == 0 && !c->limit_inclusive))
		return refuse(field, "bid.price", VERDICT_BEYOND_LIMIT);
	if (bid->all_or_nothing && c->rule == RULE_VICKREY)
		return refuse(field, "all_or_nothing", VERDICT_BAD_TERMS);
	return VERDICT_OK;
}

static enum verdict check_answer(
	const struct ledger *l, const struct account *a, const struct tx *tx, const char **field)
{
	const struct tx_bid *bid = &tx->u.bid;
	const struct auction *auction = auction_find(&l->auctions, bid->auction);
	enum verdict v;

	if (!auction)
		return refuse(field, "auction", VERDICT_UNKNOWN_AUCTION);
	v = check_against(auction, a, tx, field);
	if (v != VERDICT_OK)
		return v;
	if (!orders_has_room(&l->auctions) || a->order_count >= ACCOUNT_ORDERS_MAX)
		return refuse(field, "bid", VERDICT_TOO_MANY);
	return check_cover(a,
		contract_hold_uc(&auction->contract, true, bid->price_mc_per_kwh, bid->quantity_wh),
		field);
}

static enum verdict check_bid(const struct ledger *l, const struct tx *tx, const char **field)
{
	const struct tx_bid *bid = &tx->u.bid;
	const struct account *a = account_find(&l->accounts, &tx->address);
	enum verdict v;

	if (!a)
		return refuse(field, "address", VERDICT_NOT_ADMITTED);
	if (account_is_address(a) && a->slot < ledger_slot(l))
		return refuse(field, "address", VERDICT_ADDRESS_CLOSED);
	if (bid->side != SIDE_BUY && bid->side != SIDE_SELL)
		return refuse(field, "bid.type", VERDICT_BAD_FIELD);
	if (bid->quantity_wh < 1 || bid->quantity_wh > ENERGY_WH_MAX)
		return refuse(field, "bid.energy", VERDICT_OUT_OF_RANGE);
	if (bid->price_mc_per_kwh < 0 || bid->price_mc_per_kwh > PRICE_MC_MAX)
		return refuse(field, "bid.price", VERDICT_OUT_OF_RANGE);
	v = bid->auction ? check_answer(l, a, tx, field) : check_open(l, a, tx, field);
	return v == VERDICT_OK ? check_cpf(l, a, tx, field) : v;
}

static enum verdict check_cancel(
	const struct ledger *l, const struct tx *tx, uint32_t shut_answers, const char **field)
{
	const struct account *a = account_find(&l->accounts, &tx->address);
	const struct auction *auction = auction_find(&l->auctions, tx->u.cancel.order);
	const struct order *order = order_find(&l->auctions, tx->u.cancel.order);

	if (!a)
		return refuse(field, "address", VERDICT_NOT_ADMITTED);
	if (order)
		auction = &l->auctions.auctions[order->auction];
	if (!auction || auction->status != AUCTION_OPEN || (order && order->status != ORDER_OPEN))
		return refuse(field, "order", VERDICT_UNKNOWN_ORDER);
	if (a->number != (order ? order->account : auction->opener))
		return refuse(field, "order", VERDICT_NOT_OWNER);
	if (tx->market_ms >= auction->contract.gate_ms)
		return refuse(field, "order", VERDICT_GATE_CLOSED);
	if (!order && auction->order_count + shut_answers > 0)
		return refuse(field, "order", VERDICT_ANSWERED);
	return VERDICT_OK;
}

enum verdict ledger_check_order(
	const struct ledger *l, const struct tx *tx, uint32_t shut_answers, const char **field)
{
	*field = "";
	if (tx->kind == TX_BID_OFFER)
		return check_bid(l, tx, field);
	return check_cancel(l, tx, shut_answers, field);
}

static enum verdict check_announcement(
	const struct ledger *l, const struct tx *tx, const char **field)
{
	const struct account *a = account_find(&l->accounts, &tx->address);

	if (!a)
		return refuse(field, "address", VERDICT_NOT_ADMITTED);
	if (tx->cpf_hundredths == 0)
		return refuse(field, "cpf", VERDICT_BAD_FIELD);
	if (account_is_address(a) && a->slot < ledger_slot(l))
		return refuse(field, "address", VERDICT_ADDRESS_CLOSED);
	if (account_is_address(a) && a->slot != ledger_slot(l))
		return refuse(field, "address", VERDICT_ADDRESS_SLOT);
	return check_cpf(l, a, tx, field);
}

static enum verdict check_seal(const struct ledger *l, const struct tx *tx, const char **field)
{
	int64_t wait_ms = l->params.seal_wait_s * MS_PER_S;
	int64_t begin_ms = params_slot_start_ms(&l->params, ledger_slot(l));
	uint32_t rank = 0;

	if (tx->u.seal.height + 1 != l->height || tx->u.seal.height == 0)
		return refuse(field, "height", VERDICT_WRONG_HEIGHT);
	if (memcmp(tx->u.seal.header_hash, l->last_hash, HASH_LEN) != 0)
		return refuse(field, "header_hash", VERDICT_WRONG_HASH);
	while (rank < l->ranked_count && !address_equal(&l->ranked[rank].address, &tx->address))
		rank++;
	if (rank == l->ranked_count)
		return refuse(field, "address", VERDICT_NOT_RANKED);
	if (tx->market_ms < begin_ms + (int64_t)rank * wait_ms)
		return refuse(field, "height", VERDICT_SEAL_EARLY);
	if (l->sealed_by != 0)
		return refuse(field, "height", VERDICT_SEALED);
	return VERDICT_OK;
}

/* What holds of every signed transaction: near its date, and not there already. */
static enum verdict check_once(const struct ledger *l, const struct tx *tx, const char **field)
{
	bool late = tx->seq <= l->seq_high; /* taken in under other parameters, perhaps */
	int64_t window_s = late ? l->schedule.widest_window_s : l->params.date_window_s;
	int64_t window_ms = window_s * MS_PER_S;
	int64_t age_ms = tx->market_ms - tx->date_ms;

	if (age_ms > window_ms || age_ms < -window_ms)
		return refuse(field, "date", VERDICT_STALE);
	if (recent_has(&l->recent, tx->id))
		return refuse(field, "", VERDICT_REPEATED);
	return l->recent.count < RECENT_MAX ? VERDICT_OK : VERDICT_TOO_MANY;
}

/* What the clock brings: room is kept for it. */
static bool is_clocks(enum tx_kind kind)
{
	return kind == TX_CLOCK || kind == TX_ADMIT || kind == TX_STANDING || kind == TX_DELIVERY ||
	       kind == TX_IMBALANCE;
}

/* Sequence, time and phase: what holds of every transaction. */
static enum verdict check_place(const struct ledger *l, const struct tx *tx)
{
	bool attests =
		tx->kind == TX_STANDING || tx->kind == TX_DELIVERY || tx->kind == TX_IMBALANCE;

	if (tx->seq == 0 || (tx->seq <= l->seq_high && !ledger_seq_is_missing(l, tx->seq)))
		return VERDICT_BAD_SEQ;
	if (tx->seq > l->seq_high) {
		if (tx->seq - l->seq_high - 1 > LEDGER_GAPS_MAX - l->gap_count)
			return VERDICT_BAD_SEQ;
		if (tx->market_ms < l->market_ms)
			return VERDICT_BAD_TIME;
	} else if (tx->kind != TX_BID_OFFER && tx->kind != TX_CANCEL) {
		return VERDICT_BAD_SEQ;
	}
	if (tx_is_signed(tx->kind) && tx->market_ms >= ledger_slot_end_ms(l))
		return VERDICT_BAD_TIME;
	if (attests != l->closing)
		return VERDICT_OUT_OF_PHASE;
	if (!is_clocks(tx->kind) && l->tx_count >= LEDGER_TXS_OPEN_MAX)
		return VERDICT_TOO_MANY;
	return l->tx_count < LEDGER_TXS_MAX ? VERDICT_OK : VERDICT_TOO_MANY;
}

/* The sealed book that an answer, or the cancel of one, belongs to; NULL if it is none. */
static const struct auction *sealed_book(const struct ledger *l, const struct tx *tx)
{
	const struct auction *a = NULL;
	const struct order *o;

	if (tx->kind == TX_BID_OFFER) {
		a = auction_find(&l->auctions, tx->u.bid.auction);
	} else {
		o = order_find(&l->auctions, tx->u.cancel.order);
		a = o ? &l->auctions.auctions[o->auction] : NULL;
	}
	return a && a->contract.book == BOOK_SEALED ? a : NULL;
}

/* What belongs to a sealed book stands in the block of its gate, and nothing else may come late:
 * elsewhere the operator could execute a message a second time when its id is forgotten. */
static enum verdict check_release(const struct ledger *l, const struct tx *tx, const char **field)
{
	const struct auction *a = sealed_book(l, tx);

	if (!a)
		return tx->seq > l->seq_high ? VERDICT_OK : refuse(field, "", VERDICT_BAD_SEQ);
	if (params_slot_at(&l->params, a->contract.gate_ms - 1) != ledger_slot(l))
		return refuse(field, "", VERDICT_OUT_OF_PHASE);
	return VERDICT_OK;
}

enum verdict ledger_check(const struct ledger *l, const struct tx *tx, const char **field)
{
	enum verdict v = check_place(l, tx);

	*field = "";
	if (v == VERDICT_OK && tx_is_signed(tx->kind))
		v = check_once(l, tx, field);
	if (v != VERDICT_OK)
		return v;
	switch (tx->kind) {
	case TX_BID_OFFER:
	case TX_CANCEL:
		v = ledger_check_order(l, tx, 0, field);
		return v == VERDICT_OK ? check_release(l, tx, field) : v;
	case TX_CPF:
		return check_announcement(l, tx, field);
	case TX_SEAL:
		return check_seal(l, tx, field);
	case TX_SCHEDULE:
	case TX_LIMITS:
	case TX_APPROVE:
	case TX_TARIFF:
	case TX_ACTIVATE:
		return ledger_role_check(l, tx, field);
	case TX_CLOCK:
	case TX_ADMIT:
	case TX_STANDING:
	case TX_DELIVERY:
	case TX_DEPOSIT:
	case TX_WITHDRAWAL:
	case TX_PARAMS:
	case TX_IMBALANCE:
		return ledger_operator_check(l, tx, field);
	}
	return VERDICT_UNKNOWN_OPERATION;
}
