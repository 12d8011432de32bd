#include "core/ledger_snapshot.h"
#include <assert.h>

static void xfer_account(struct xfer *x, struct account *a)
{
	xfer_bytes(x, a->address.text, ADDRESS_LEN);
	xfer_bytes(x, a->key.bytes, sizeof a->key.bytes);
	XFER_INT(x, a->key.len);
	xfer_i64(x, &a->slot);
	xfer_i64(x, &a->balance_uc);
	xfer_i64(x, &a->held_uc);
}

static void xfer_accounts(struct xfer *x, struct accounts *t)
{
	uint64_t first = t->first;
	uint64_t next = t->next;

	for (uint64_t n = ACCOUNT_ISSUER; n < ACCOUNT_FIRST_ROLE + t->role_count; n++) {
		xfer_i64(x, &t->fixed[n].balance_uc);
		xfer_i64(x, &t->fixed[n].held_uc);
	}
	xfer_i64(x, &t->fixed[ACCOUNT_GRID].balance_uc);
	xfer_u64(x, &first);
	xfer_u64(x, &next);
	if (x->reading && (first > next || next - first > ACCOUNTS_MAX))
		x->bad = true;
	for (uint64_t n = first; n < next && !x->bad; n++) {
		struct account *a = &t->ring[n % ACCOUNTS_MAX];
		xfer_account(x, a);
		if (x->reading && account_find_like(t, &a->address))
			x->bad = true;
		if (!x->reading || x->bad)
			continue;
		a->number = n;
		index_add(&t->by_address, address_index_key(&a->address),
			ACCOUNT_FIXED_MAX + (uint32_t)(n % ACCOUNTS_MAX));
	}
	t->first = first;
	t->next = next;
	xfer_i64(x, &t->admitted_slot);
}

static void xfer_auction(struct xfer *x, struct auction *a)
{
	struct contract *c = &a->contract;

	xfer_u64(x, &a->seq);
	xfer_u64(x, &a->opener);
	XFER_INT(x, c->side);
	XFER_INT(x, c->rule);
	XFER_INT(x, c->measure);
	XFER_INT(x, c->book);
	xfer_i64(x, &c->quantity_wh);
	xfer_i64(x, &c->limit_mc_per_kwh);
	xfer_i64(x, &c->min_quantity_wh);
	xfer_i64(x, &c->penalty_mc_per_kwh);
	xfer_i64(x, &c->gate_ms);
	xfer_i64(x, &c->slot);
	xfer_i64(x, &c->fees.buyer_mc_per_kwh);
	xfer_i64(x, &c->fees.seller_mc_per_kwh);
	XFER_INT(x, c->limit_inclusive);
	xfer_u64(x, &c->activation);
	XFER_INT(x, a->status);
	XFER_INT(x, a->order_count);
	XFER_INT(x, a->first_order);
	xfer_i64(x, &a->held_uc);
	xfer_i64(x, &a->cleared_wh);
	xfer_i64(x, &a->cleared_uc);
	xfer_i64(x, &a->marginal_mc_per_kwh);
	xfer_i64(x, &a->cut_wh);
	XFER_INT(x, a->cut_by);
	XFER_INT(x, a->cut_unscheduled);
}

static void xfer_order(struct xfer *x, struct order *o)
{
	xfer_u64(x, &o->seq);
	xfer_u64(x, &o->account);
	XFER_INT(x, o->auction);
	XFER_INT(x, o->next);
	xfer_i64(x, &o->quantity_wh);
	xfer_i64(x, &o->price_mc_per_kwh);
	xfer_i64(x, &o->held_uc);
	xfer_i64(x, &o->awarded_wh);
	xfer_i64(x, &o->award_mc_per_kwh);
	xfer_i64(x, &o->award_uc);
	XFER_INT(x, o->status);
	XFER_INT(x, o->all_or_nothing);
}

/* A place in a table of `top` used places, or the end of a list. */
static bool place_valid(uint32_t place, uint32_t top)
{
	return place == INDEX_NONE || place < top;
}

/* Add a key; false if it is there already. */
static bool add_new(struct index *index, uint64_t key, uint32_t value)
{
	if (index_get(index, key) != INDEX_NONE)
		return false;
	index_add(index, key, value);
	return true;
}

static void xfer_auctions(struct xfer *x, struct auctions *t)
{
	xfer_count(x, &t->auction_count, AUCTIONS_MAX);
	xfer_count(x, &t->order_count, ORDERS_MAX);
	xfer_count(x, &t->auction_top, AUCTIONS_MAX);
	xfer_count(x, &t->order_top, ORDERS_MAX);
	XFER_INT(x, t->auction_free);
	XFER_INT(x, t->order_free);
	xfer_i64(x, &t->open_wh);
	for (uint32_t i = 0; i < t->auction_top && !x->bad; i++) {
		struct auction *a = &t->auctions[i];
		xfer_auction(x, a);
		if (x->reading &&
			!place_valid(a->first_order, a->status ? t->order_top : t->auction_top))
			x->bad = true;
		else if (x->reading && a->status != AUCTION_FREE)
			x->bad = !add_new(&t->auction_by_seq, a->seq, i);
	}
	for (uint32_t i = 0; i < t->order_top && !x->bad; i++) {
		struct order *o = &t->orders[i];
		xfer_order(x, o);
		if (x->reading && !place_valid(o->next, t->order_top))
			x->bad = true;
		else if (x->reading && o->status != ORDER_FREE)
			x->bad = !add_new(&t->order_by_seq, o->seq, i);
	}
}

/* What the accounts have in the tables. */
static bool count_orders(const struct auctions *t, struct accounts *accounts)
{
	struct account *a;

	for (uint32_t i = 0; i < t->auction_top; i++) {
		if (t->auctions[i].status == AUCTION_FREE)
			continue;
		a = account_edit(accounts, t->auctions[i].opener);
		if (!a)
			return false;
		a->auction_count++;
	}
	for (uint32_t i = 0; i < t->order_top; i++) {
		if (t->orders[i].status == ORDER_FREE)
			continue;
		a = account_edit(accounts, t->orders[i].account);
		if (!a)
			return false;
		a->order_count++;
	}
	return true;
}

static void xfer_validators(struct xfer *x, struct ledger *l)
{
	xfer_bytes(x, l->older_validator.text, ADDRESS_LEN);
	xfer_count(x, &l->ranked_count, LEDGER_RANKS_MAX);
	XFER_INT(x, l->ranked_rewarded);
	for (uint32_t i = 0; i < l->ranked_count; i++) {
		xfer_bytes(x, l->ranked[i].address.text, ADDRESS_LEN);
		xfer_u64(x, &l->ranked[i].account);
		XFER_INT(x, l->ranked[i].cpf_hundredths);
	}
}

void recent_xfer(struct xfer *x, struct recent *r)
{
	uint32_t count = r->count;

	xfer_count(x, &count, RECENT_MAX);
	for (uint32_t i = 0; i < count && !x->bad; i++) {
		struct recent_entry entry = r->entries[i];
		xfer_u64(x, &entry.key);
		xfer_i64(x, &entry.market_ms);
		if (x->reading && !recent_restore(r, &entry))
			x->bad = true;
	}
}

void ledger_xfer(struct xfer *x, struct ledger *l)
{
	assert(x->reading || (l->tx_count == 0 && !l->closing));
	xfer_u64(x, &l->height);
	xfer_u64(x, &l->seq_high);
	xfer_i64(x, &l->market_ms);
	xfer_bytes(x, l->last_hash, HASH_LEN);
	xfer_bytes(x, l->older_hash, HASH_LEN);
	xfer_validators(x, l);
	xfer_u64(x, &l->log.count);
	for (int i = 0; i < MERKLE_LEVELS_MAX; i++) {
		if (l->log.count >> i & 1)
			xfer_bytes(x, l->log.nodes[i], HASH_LEN);
		else
			memset(l->log.nodes[i], 0, HASH_LEN);
	}
	for (int i = 0; i < 2; i++)
		XFER_INT(x, l->flags_before[i]);
	xfer_accounts(x, &l->accounts);
	params_schedule_xfer(x, l);
	imbalance_xfer(x, &l->imbalance);
	schedules_xfer(x, &l->schedules);
	network_xfer(x, &l->network, ledger_slot(l));
	tariffs_xfer(x, &l->tariffs);
	activations_xfer(x, &l->activations);
	xfer_auctions(x, &l->auctions);
	if (x->reading && !x->bad)
		x->bad = !count_orders(&l->auctions, &l->accounts);
	recent_xfer(x, &l->recent);
	xfer_count(x, &l->gap_count, LEDGER_GAPS_MAX);
	for (uint32_t i = 0; i < l->gap_count && !x->bad; i++) {
		xfer_u64(x, &l->gaps[i].seq);
		xfer_u64(x, &l->gaps[i].height);
	}
}
