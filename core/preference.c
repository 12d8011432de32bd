#include "core/preference.h"

/* Whether an order of the home waits in the books of an auction, its opening included. */
static bool stands_in(const struct market *m, const struct home *h, const struct auction *a)
{
	const struct order *orders = m->ledger.auctions.orders;

	if (market_owner(m, a->opener) == h)
		return true;
	for (uint32_t i = a->first_order; i != INDEX_NONE; i = orders[i].next) {
		if (orders[i].status == ORDER_OPEN && market_owner(m, orders[i].account) == h)
			return true;
	}
	return false;
}

static bool orders_stand(const struct market *m, const struct home *h, int64_t from_slot)
{
	const struct auctions *t = &m->ledger.auctions;

	for (uint32_t i = 0; i < t->auction_top; i++) {
		const struct auction *a = &t->auctions[i];
		if (a->status == AUCTION_OPEN && a->contract.slot >= from_slot &&
			stands_in(m, h, a))
			return true;
	}
	for (uint32_t i = 0; i < m->shut_count; i++) {
		const struct shut_tx *s = &m->shut[i];
		const struct auction *a = auction_find(t, s->auction);
		if (s->home == h->number && s->tx.kind == TX_BID_OFFER && !s->cancelled && a &&
			a->contract.slot >= from_slot)
			return true;
	}
	return false;
}

enum verdict preference_check_change(const struct market *m, const struct home *h,
	const struct mode_span *span, const char **field)
{
	enum verdict v = home_mode_check(ledger_slot(&m->ledger), span->from_slot);

	*field = "from_slot";
	if (v != VERDICT_OK)
		return v;
	if (!mode_trades(span->mode) && orders_stand(m, h, span->from_slot))
		return VERDICT_ORDERS_STAND;
	*field = "";
	return VERDICT_OK;
}

static uint32_t said_in(const struct home *h, int64_t open_slot)
{
	return h->preferences_slot == open_slot ? h->preferences : 0;
}

enum verdict preference_check(const struct market *m, const struct home *h,
	const struct mode_span *span, const char **field)
{
	enum verdict v = preference_check_change(m, h, span, field);

	if (v != VERDICT_OK || said_in(h, ledger_slot(&m->ledger)) < PREFERENCES_MAX)
		return v;
	*field = "from_slot";
	return VERDICT_TOO_MANY;
}

void preference_apply(const struct market *m, struct home *h, const struct mode_span *span)
{
	int64_t open_slot = ledger_slot(&m->ledger);

	h->preferences = said_in(h, open_slot) + 1;
	h->preferences_slot = open_slot;
	home_mode_change(&h->modes, open_slot, span->from_slot, span->mode);
}
