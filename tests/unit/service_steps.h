/* service_steps: in the random market of market_world.h the aggregator announces prices, the TSO
 * asks for regulation, and the aggregator's auctions answer it. */
#ifndef LEM_TESTS_SERVICE_STEPS_H
#define LEM_TESTS_SERVICE_STEPS_H
#include "tests/unit/network_steps.h"

/* Now and then with an export price above the import price, or of a slot that has begun. */
static inline void announce_prices(struct world *w)
{
	int32_t exports[8], imports[8], wholesale[8];
	struct command c = {.u.tx.kind = TX_TARIFF};

	for (int i = 0; i < 8; i++) {
		exports[i] = (int32_t)below(w, 9000);
		imports[i] = (int32_t)(8000 + below(w, 30000));
		wholesale[i] = (int32_t)below(w, 20000);
	}
	c.u.tx.u.tariff =
		(struct tariff_window){.first_slot = ledger_slot(&w->market->ledger) + below(w, 9),
			.count = 1 + (uint32_t)below(w, 8),
			.export_mc = exports,
			.import_mc = imports,
			.wholesale_mc = below(w, 3) ? wholesale : NULL};
	w->tariffs += network_send(w, "aggregator", &c) == VERDICT_OK;
}

static inline void ask_for_regulation(struct world *w)
{
	bool up = below(w, 2);
	struct command c = {.u.tx.kind = TX_ACTIVATE};

	c.u.tx.u.activate =
		(struct activation_terms){.slot = ledger_slot(&w->market->ledger) + below(w, 4),
			.regulation = up ? REGULATION_UP : REGULATION_DOWN,
			.measure = below(w, 2) ? (enum measure)0 : MEASURE_BEFORE_AFTER,
			.energy_wh = 1 + below(w, 4000),
			.price_mc_per_kwh = up ? 10000 + below(w, 20000) : below(w, 4000)};
	(void)network_send(w, "tso", &c);
}

/* Mostly as it was asked. */
static inline void answer_activation(struct world *w)
{
	const struct activations *t = &w->market->ledger.activations;
	struct command c = {.u.tx.kind = TX_BID_OFFER};
	const struct activation *a;

	if (t->count == 0)
		return;
	a = &t->rows[t->count - 1 - below(w, (t->count + 3) / 4)];
	c.u.tx.u.bid = sample_bid(activation_side(&a->terms),
		below(w, 4) ? a->terms.energy_wh : 1 + below(w, 4000),
		below(w, 8) ? a->terms.price_mc_per_kwh : below(w, 20000), 0);
	c.u.tx.u.bid.request.slot = a->terms.slot;
	c.u.tx.u.bid.request.measure = a->terms.measure;
	c.u.tx.u.bid.request.activation = a->seq;
	c.u.tx.u.bid.request.rule = (enum rule)below(w, 4);
	w->regulated += network_send(w, "aggregator", &c) == VERDICT_OK;
}

static inline void cancel_answer(struct world *w)
{
	const struct activations *t = &w->market->ledger.activations;
	struct command c = {.u.tx.kind = TX_CANCEL};

	if (t->count == 0)
		return;
	c.u.tx.u.cancel.order = t->rows[below(w, t->count)].auction;
	(void)network_send(w, "aggregator", &c);
}

static inline void service_step(struct world *w)
{
	int64_t which = below(w, 16);

	if (which == 0)
		announce_prices(w);
	else if (which < 8)
		ask_for_regulation(w);
	else if (which < 15)
		answer_activation(w);
	else
		cancel_answer(w);
}

/* What the TSO's account holds is what it has asked for, up: it opens no auctions here. */
static inline void check_tso_hold(const struct world *w)
{
	const struct ledger *l = &w->market->ledger;
	int64_t held_uc = 0;

	for (uint32_t i = 0; i < l->activations.count; i++) {
		const struct activation_terms *t = &l->activations.rows[i].terms;

		if (t->regulation == REGULATION_UP)
			held_uc += t->energy_wh * t->price_mc_per_kwh;
	}
	assert_int_equal(account_get(&l->accounts, ACCOUNT_FIRST_ROLE + 2)->held_uc, held_uc);
}

#endif
