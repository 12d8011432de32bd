#include "core/auction.h"
#include <assert.h>
#include <stddef.h>
#include "core/place_sort.h"

void auctions_init(struct auctions *t)
{
	t->auction_free = INDEX_NONE;
	t->order_free = INDEX_NONE;
	index_init(&t->auction_by_seq, t->auction_cells, AUCTIONS_INDEX_BITS);
	index_init(&t->order_by_seq, t->order_cells, ORDERS_INDEX_BITS);
}

struct auction *auction_edit(struct auctions *t, uint64_t seq)
{
	uint32_t place = index_get(&t->auction_by_seq, seq);

	return place == INDEX_NONE ? NULL : &t->auctions[place];
}

struct order *order_edit(struct auctions *t, uint64_t seq)
{
	uint32_t place = index_get(&t->order_by_seq, seq);

	return place == INDEX_NONE ? NULL : &t->orders[place];
}

const struct auction *auction_find(const struct auctions *t, uint64_t seq)
{
	uint32_t place = index_get(&t->auction_by_seq, seq);

	return place == INDEX_NONE ? NULL : &t->auctions[place];
}

const struct order *order_find(const struct auctions *t, uint64_t seq)
{
	uint32_t place = index_get(&t->order_by_seq, seq);

	return place == INDEX_NONE ? NULL : &t->orders[place];
}

bool auctions_has_room(const struct auctions *t, int64_t quantity_wh)
{
	return t->auction_count < AUCTIONS_MAX && t->open_wh <= AUCTIONS_WH_MAX - quantity_wh;
}

bool orders_has_room(const struct auctions *t)
{
	return t->order_count < ORDERS_MAX;
}

/* Change what an account has promised. */
static void hold(struct accounts *accounts, uint64_t account, int64_t by_uc)
{
	struct account *a = account_edit(accounts, account);

	assert(a);
	a->held_uc += by_uc;
	assert(a->held_uc >= 0); /* L2 */
}

void auction_open(struct auctions *t, struct accounts *accounts, uint64_t seq, uint64_t opener,
	const struct contract *contract)
{
	uint32_t place = t->auction_free;
	struct auction *a;

	assert(auctions_has_room(t, contract->quantity_wh));
	if (place != INDEX_NONE)
		t->auction_free = t->auctions[place].first_order;
	else
		place = t->auction_top++;
	a = &t->auctions[place];
	*a = (struct auction){.seq = seq,
		.opener = opener,
		.contract = *contract,
		.status = AUCTION_OPEN,
		.first_order = INDEX_NONE,
		.marginal_mc_per_kwh = -1};
	a->held_uc = contract_hold_uc(
		contract, false, contract->limit_mc_per_kwh, contract->quantity_wh);
	hold(accounts, opener, a->held_uc);
	account_edit(accounts, opener)->auction_count++;
	t->auction_count++;
	t->open_wh += contract->quantity_wh;
	index_add(&t->auction_by_seq, seq, place);
}

void order_add(
	struct auctions *t, struct accounts *accounts, uint64_t auction, const struct order *order)
{
	uint32_t place = t->order_free;
	uint32_t auction_place = index_get(&t->auction_by_seq, auction);
	struct auction *a;
	struct order *o;

	assert(auction_place != INDEX_NONE && orders_has_room(t));
	if (place != INDEX_NONE)
		t->order_free = t->orders[place].next;
	else
		place = t->order_top++;
	a = &t->auctions[auction_place];
	o = &t->orders[place];
	*o = *order;
	o->auction = auction_place;
	o->status = ORDER_OPEN;
	o->next = a->first_order;
	a->first_order = place;
	o->held_uc =
		contract_hold_uc(&a->contract, true, order->price_mc_per_kwh, order->quantity_wh);
	hold(accounts, o->account, o->held_uc);
	account_edit(accounts, o->account)->order_count++;
	a->order_count++;
	t->order_count++;
	index_add(&t->order_by_seq, order->seq, place);
}

/* Set what an order or its opener still promises. */
static void order_hold(struct accounts *accounts, struct order *o, int64_t held_uc)
{
	hold(accounts, o->account, held_uc - o->held_uc);
	o->held_uc = held_uc;
}

static void auction_hold(struct accounts *accounts, struct auction *a, int64_t held_uc)
{
	hold(accounts, a->opener, held_uc - a->held_uc);
	a->held_uc = held_uc;
}

void order_cancel(struct auctions *t, struct accounts *accounts, uint64_t seq)
{
	struct order *o = order_edit(t, seq);

	assert(o && o->status == ORDER_OPEN);
	order_hold(accounts, o, 0);
	o->status = ORDER_CANCELLED;
	t->auctions[o->auction].order_count--;
}

void auction_cancel(struct auctions *t, struct accounts *accounts, uint64_t seq)
{
	struct auction *a = auction_edit(t, seq);

	assert(a && a->status == AUCTION_OPEN && a->order_count == 0);
	auction_hold(accounts, a, 0);
	a->status = AUCTION_CANCELLED;
}

/* Merit of places for core/place_sort.h. */
static bool gate_before(const void *context, uint32_t left, uint32_t right)
{
	const struct auction *a = &((const struct auctions *)context)->auctions[left];
	const struct auction *b = &((const struct auctions *)context)->auctions[right];

	if (a->contract.gate_ms != b->contract.gate_ms)
		return a->contract.gate_ms < b->contract.gate_ms;
	return a->seq < b->seq;
}

static bool seq_before(const void *context, uint32_t left, uint32_t right)
{
	const struct auctions *t = context;

	return t->orders[left].seq < t->orders[right].seq;
}

uint32_t auctions_due(struct auctions *t, int64_t due_ms)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < t->auction_top; i++) {
		const struct auction *a = &t->auctions[i];
		if (a->status == AUCTION_OPEN && a->contract.gate_ms <= due_ms)
			t->due[n++] = i;
	}
	place_sort(t->due, n, gate_before, t);
	return n;
}

static bool opened_before(const void *context, uint32_t left, uint32_t right)
{
	const struct auctions *t = context;

	return t->auctions[left].seq < t->auctions[right].seq;
}

uint32_t auctions_sorted(struct auctions *t)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < t->auction_top; i++) {
		if (t->auctions[i].status != AUCTION_FREE)
			t->due[n++] = i;
	}
	place_sort(t->due, n, opened_before, t);
	return n;
}

int64_t auctions_next_gate_ms(const struct auctions *t)
{
	int64_t next = INT64_MAX;

	for (uint32_t i = 0; i < t->auction_top; i++) {
		const struct auction *a = &t->auctions[i];
		if (a->status == AUCTION_OPEN && a->contract.gate_ms < next)
			next = a->contract.gate_ms;
	}
	return next;
}

/* The open answers of an auction as a book for clear_book(). */
static uint32_t gather(struct auctions *t, const struct auction *a)
{
	uint32_t n = 0;

	for (uint32_t i = a->first_order; i != INDEX_NONE; i = t->orders[i].next) {
		const struct order *o = &t->orders[i];
		if (o->status != ORDER_OPEN)
			continue;
		t->book[n++] = (struct book_order){.price_mc_per_kwh = o->price_mc_per_kwh,
			.quantity_wh = o->quantity_wh,
			.seq = o->seq,
			.ref = i,
			.bidder = (uint32_t)o->account,
			.all_or_nothing = o->all_or_nothing};
	}
	return n;
}

/* Reduce the holds of winners to their awards, and release those of losers. */
static void award(struct auctions *t, struct accounts *accounts, struct auction *a,
	const struct clearing_result *result)
{
	for (size_t i = 0; i < result->fill_count; i++) {
		const struct fill *f = &t->fills[i];
		struct order *o = &t->orders[f->ref];
		o->status = ORDER_AWARDED;
		o->awarded_wh = f->quantity_wh;
		o->award_mc_per_kwh = f->price_mc_per_kwh;
		o->award_uc = f->amount_uc;
		order_hold(accounts, o,
			contract_award_hold_uc(&a->contract, f->amount_uc, f->quantity_wh));
	}
	for (uint32_t i = a->first_order; i != INDEX_NONE; i = t->orders[i].next) {
		if (t->orders[i].status != ORDER_OPEN)
			continue;
		t->orders[i].status = ORDER_LOST;
		order_hold(accounts, &t->orders[i], 0);
	}
	auction_hold(accounts, a,
		contract_cleared_hold_uc(&a->contract, result->amount_uc, result->quantity_wh));
}

/* The result of its book if at most quantity_wh are wanted. */
static struct clearing_result clear(
	struct auctions *t, const struct auction *a, uint32_t orders, int64_t quantity_wh)
{
	const struct contract *c = &a->contract;
	struct book_terms terms = {.side = c->side,
		.rule = c->rule,
		.quantity_wh = quantity_wh,
		.limit_mc_per_kwh = c->limit_mc_per_kwh,
		.min_quantity_wh = c->min_quantity_wh,
		.limit_inclusive = c->limit_inclusive};
	struct clearing_result result;
	enum book_verdict verdict = BOOK_OK;

	if (quantity_wh == 0 || quantity_wh < c->min_quantity_wh)
		result = clear_nothing(&terms, t->book, orders);
	else
		verdict = clear_book(&terms, t->book, orders, t->fills, &result);
	assert(verdict == BOOK_OK); /* A1: nothing else was let into the book */
	(void)verdict;
	return result;
}

struct clearing_result auction_clear(
	struct auctions *t, struct accounts *accounts, uint32_t place, int64_t room_wh)
{
	struct auction *a = &t->auctions[place];
	struct clearing_result result;
	uint32_t orders;

	assert(a->status == AUCTION_OPEN && room_wh >= 0);
	orders = gather(t, a);
	result = clear(t, a, orders, a->contract.quantity_wh);
	if (result.quantity_wh > room_wh) {
		a->cut_wh = result.quantity_wh;
		result = clear(t, a, orders, room_wh);
		a->cut_wh -= result.quantity_wh;
	}
	award(t, accounts, a, &result);
	a->status = AUCTION_CLEARED;
	a->cleared_wh = result.quantity_wh;
	a->cleared_uc = result.amount_uc;
	a->marginal_mc_per_kwh = result.marginal_price_mc_per_kwh;
	return result;
}

void auction_void(struct auctions *t, struct accounts *accounts, uint32_t place)
{
	struct auction *a = &t->auctions[place];

	assert(a->status == AUCTION_OPEN);
	for (uint32_t i = a->first_order; i != INDEX_NONE; i = t->orders[i].next) {
		if (t->orders[i].status != ORDER_OPEN)
			continue;
		t->orders[i].status = ORDER_VOID;
		order_hold(accounts, &t->orders[i], 0);
	}
	auction_hold(accounts, a, 0);
	a->status = AUCTION_VOID;
}

static void remove_auction(struct auctions *t, struct accounts *accounts, uint32_t place)
{
	struct auction *a = &t->auctions[place];
	uint32_t next;

	for (uint32_t i = a->first_order; i != INDEX_NONE; i = next) {
		struct order *o = &t->orders[i];
		next = o->next;
		order_hold(accounts, o, 0);
		account_edit(accounts, o->account)->order_count--;
		index_remove(&t->order_by_seq, o->seq);
		*o = (struct order){.next = t->order_free};
		t->order_free = i;
		t->order_count--;
	}
	auction_hold(accounts, a, 0);
	account_edit(accounts, a->opener)->auction_count--;
	index_remove(&t->auction_by_seq, a->seq);
	t->auction_count--;
	t->open_wh -= a->contract.quantity_wh;
	*a = (struct auction){.first_order = t->auction_free};
	t->auction_free = place;
}

void auctions_remove_slot(struct auctions *t, struct accounts *accounts, int64_t slot)
{
	for (uint32_t i = 0; i < t->auction_top; i++) {
		const struct auction *a = &t->auctions[i];
		if (a->status != AUCTION_FREE && a->contract.slot <= slot)
			remove_auction(t, accounts, i);
	}
}

uint32_t orders_awarded(struct auctions *t, int64_t slot)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < t->order_top; i++) {
		const struct order *o = &t->orders[i];
		if (o->status == ORDER_AWARDED && t->auctions[o->auction].contract.slot == slot)
			t->due[n++] = i;
	}
	place_sort(t->due, n, seq_before, t);
	return n;
}
