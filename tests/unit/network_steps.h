/* network_steps: what the network's operators and the scheduling aggregator do in the random market
 * of market_world.h; and that awards keep to the limits, by another account of them. */
#ifndef LEM_TESTS_NETWORK_STEPS_H
#define LEM_TESTS_NETWORK_STEPS_H
#include "tests/unit/market_world.h"

static inline enum verdict network_send(struct world *w, const char *role, struct command *c)
{
	const struct home *h = home_find(&w->market->homes, role);

	c->kind = COMMAND_TX;
	c->home = h->number;
	c->u.tx.address = account_get(&w->market->ledger.accounts, h->role_account)->address;
	draw_id(w, c->u.tx.id);
	return send(w, c);
}

/* Now and then in a slot that has begun or been cleared. */
static inline void post_limits(struct world *w)
{
	int32_t imports[8], exports[8];
	struct command c = {.u.tx.kind = TX_LIMITS};

	for (int i = 0; i < 8; i++) {
		imports[i] = (int32_t)below(w, 4000);
		exports[i] = (int32_t)below(w, 4000);
	}
	c.u.tx.u.limits =
		(struct limits_window){.first_slot = ledger_slot(&w->market->ledger) + below(w, 9),
			.count = 1 + (uint32_t)below(w, 8),
			.export_wh = exports,
			.import_wh = imports};
	w->limited += network_send(w, below(w, 2) ? "dso" : "tso", &c) == VERDICT_OK;
}

static inline void schedule_net_of_some(struct world *w)
{
	int32_t net[12];
	struct command c = {.u.tx.kind = TX_SCHEDULE};

	for (int i = 0; i < 12; i++)
		net[i] = (int32_t)below(w, 4000) - 2000;
	c.u.tx.u.schedule =
		(struct net_window){.first_slot = ledger_slot(&w->market->ledger) + 1 + below(w, 6),
			.count = 1 + (uint32_t)below(w, 12),
			.net_wh = net};
	(void)network_send(w, "aggregator", &c);
}

static inline void answer_schedule(struct world *w)
{
	const struct schedules *t = &w->market->ledger.schedules;
	struct command c = {.u.tx.kind = TX_APPROVE};

	if (t->count == 0)
		return;
	memcpy(c.u.tx.u.approve.schedule, t->rows[t->count - 1 - below(w, (t->count + 3) / 4)].id,
		HASH_LEN);
	c.u.tx.u.approve.verdict = below(w, 5) ? APPROVAL_APPROVE : APPROVAL_CHANGE;
	w->answered += network_send(w, below(w, 2) ? "dso" : "tso", &c) == VERDICT_OK;
}

static inline void network_step(struct world *w)
{
	int64_t which = below(w, 8);

	if (which == 0)
		post_limits(w);
	else if (which < 3)
		schedule_net_of_some(w);
	else
		answer_schedule(w);
}

/* N1: at the moment of its clearing, no award takes the net of its slot beyond a limit. */
static inline void check_within_limits(struct world *w, const struct auction *a)
{
	const struct ledger *l = &w->market->ledger;
	int64_t slot = a->contract.slot, net = 0, moved = 0;
	bool buys = a->contract.side == SIDE_BUY;

	w->cut += a->cut_wh > 0;
	if (a->cleared_wh == 0)
		return;
	for (uint32_t i = 0; i < l->auctions.auction_top; i++) {
		const struct auction *b = &l->auctions.auctions[i];

		if (b->status == AUCTION_CLEARED && b->contract.slot == slot &&
			(b->contract.side == SIDE_BUY) == buys)
			moved += b->cleared_wh;
	}
	for (int r = NETWORK_DSO; r <= NETWORK_TSO; r++) {
		const struct net_limit *limit =
			network_limit(&l->network, (enum network_role)r, slot);

		if (!limit)
			continue;
		assert_true(schedule_net(l, slot, l->market_ms, &net));
		w->within++;
		if (buys)
			assert_true(net - moved >= -limit->export_wh);
		else
			assert_true(net + moved <= limit->import_wh);
	}
}

#endif
