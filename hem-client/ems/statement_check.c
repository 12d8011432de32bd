#include "hem-client/ems/statement_check.h"
#include <string.h>
#include "core/cpf.h"
#include "core/shares.h"
#include "hem-client/ems/audit.h"
#include "hem-client/ems/baselines.h"
#include "hem-client/ems/orders.h"
#include "hem-client/ems/readings.h"

static const struct statement_delivery *find(
	const struct statement_delivery *deliveries, size_t count, uint64_t order)
{
	for (size_t i = 0; i < count; i++) {
		if (deliveries[i].order == order)
			return &deliveries[i];
	}
	return NULL;
}

static bool same_delivery(const struct statement_delivery *a, const struct statement_delivery *b)
{
	return a && b && a->wh == b->wh && a->why == b->why;
}

/* The ledger's deliveries of this home's orders, and the statement's. */
static const char *check_deliveries(
	const struct statement *s, const struct block_facts *f, struct hem_db *db, enum err *err)
{
	for (size_t i = 0; i < f->delivery_count; i++) {
		if (!same_delivery(&f->deliveries[i],
			    find(s->deliveries, s->delivery_count, f->deliveries[i].order)))
			return "a delivery in the ledger is not as stated";
	}
	for (size_t i = 0; i < s->delivery_count; i++) {
		struct my_order order;
		if (find(f->deliveries, f->delivery_count, s->deliveries[i].order))
			continue;
		*err = orders_find(db, s->deliveries[i].order, &order);
		if (*err == ERR_OK)
			return "a stated delivery is not in the ledger";
		if (*err != ERR_NOT_FOUND)
			return NULL;
		*err = ERR_OK;
	}
	return NULL;
}

/* Whether a line is not that of the ledger; deposits and withdrawals name nobody there. What the
 * home has lost the keys of may have moved more. */
static bool contradicts(const struct home_money *stated, const struct block_facts *f)
{
	for (int i = 0; i < MONEY_LINES; i++) {
		int64_t more_uc = stated->uc[i] - f->money.uc[i];
		if (i == MONEY_DEPOSITED || i == MONEY_WITHDRAWN)
			continue;
		if (more_uc < 0 || (more_uc > 0 && f->knows_addresses))
			return true;
	}
	return false;
}

static const char *check_ledger(const struct statement_check *c, struct hem_db *db, enum err *err)
{
	const struct statement *s = c->statement;
	const struct block_facts *f = c->facts;

	if (memcmp(s->header_hash, f->hash, HASH_LEN) != 0)
		return "it is of another block than the verified one";
	if (!address_equal(&s->address, &f->announced))
		return "the address that announced the CPF is not that of the ledger";
	if (s->eligible != f->stands)
		return "the eligibility stated is not what the ledger attests";
	if (contradicts(&s->money, f))
		return "what moved the home's money is not what the ledger says";
	return check_deliveries(s, f, db, err);
}

/* The home's awards of the slot, in order of gate and sequence, as the market shares out what the
 * meter saw. */
struct own_shares {
	const struct statement *statement;
	struct shares left;
	bool has_baseline, has_change;
	const char *contradiction;
};

static bool share(void *context, const struct my_order *o)
{
	struct own_shares *s = context;
	const struct contract c = {
		.measure = o->measure, .side = o->side == SIDE_BUY ? SIDE_SELL : SIDE_BUY};
	const struct statement_delivery *d;
	int64_t wh;

	if (o->status != MY_ORDER_AWARDED || o->auction == 0 || !o->verified)
		return true;
	/* A baseline that the home was never told: nothing can be said of what comes after. */
	if (o->measure == MEASURE_BASELINE && !s->has_baseline)
		return false;
	/* A quarter that the market has not got: it attests `no_base`. */
	if (o->measure == MEASURE_BEFORE_AFTER && !s->has_change)
		return true;
	wh = shares_take(&s->left, &c, o->awarded_wh);
	d = find(s->statement->deliveries, s->statement->delivery_count, o->seq);
	if (d && (d->why != DELIVERY_METERED || d->wh != wh))
		s->contradiction = "a delivery is not what the home's meter saw";
	return s->contradiction == NULL;
}

/* Whether the home's meter and announcement earn the standing that the operator withheld. */
static bool withheld(const struct statement_check *c, const struct slot_metered *m)
{
	int64_t production_wh = meter_production_wh(&m->delta);
	int64_t consumption_wh = meter_consumption_wh(&m->delta);

	return c->facts && !c->facts->stands && !address_is_empty(&c->facts->announced) &&
	       mode_is_rewarded(home_mode_at(&c->statement->modes, c->statement->slot)) &&
	       c->facts->announced_cpf == cpf_hundredths(production_wh, consumption_wh) &&
	       poe_floor_met(
		       production_wh, consumption_wh, c->facts->poe_floor_w, c->params->slot_s);
}

static const char *check_meter(const struct statement_check *c, const struct slot_metered *m,
	struct hem_db *db, enum err *err)
{
	const struct statement *s = c->statement;
	struct own_shares shares = {.statement = s};
	int64_t baseline_wh = 0, changed_wh = 0;
	struct quarters quarters;
	int64_t settled_ms = params_slot_start_ms(c->params, s->slot + 2);

	if (!s->metered && m->receipted && m->receipt_ms < settled_ms)
		return "a slot whose readings have receipts is stated as not metered";
	if (!s->metered)
		return NULL;
	if (s->production_wh != meter_production_wh(&m->delta) ||
		s->consumption_wh != meter_consumption_wh(&m->delta))
		return "production or consumption is not what the home's meter saw";
	if (s->cpf_hundredths != cpf_hundredths(s->production_wh, s->consumption_wh))
		return "the CPF is not that of production and consumption";
	if (withheld(c, m))
		return "the standing that the home has earned is withheld";
	*err = baselines_get(db, s->slot, &baseline_wh);
	shares.has_baseline = *err == ERR_OK;
	if (*err != ERR_OK && *err != ERR_NOT_FOUND)
		return NULL;
	*err = readings_quarters(db, s->slot, false, &quarters);
	if (*err != ERR_OK)
		return NULL;
	shares.has_change = quarters_change_wh(&quarters, &m->end, &changed_wh);
	shares_begin(&shares.left, &m->delta, shares.has_baseline ? &baseline_wh : NULL,
		shares.has_change ? &changed_wh : NULL);
	*err = orders_each(db, s->slot, s->slot, share, &shares);
	return shares.contradiction;
}

enum err statement_check(
	const struct statement_check *c, struct hem_db *db, const char **ret_contradiction)
{
	struct slot_metered metered;
	enum err err = readings_slot(db, c->statement->slot, &metered);

	*ret_contradiction = NULL;
	if (err == ERR_OK && c->facts)
		*ret_contradiction = check_ledger(c, db, &err);
	if (err == ERR_OK && !*ret_contradiction && metered.known)
		*ret_contradiction = check_meter(c, &metered, db, &err);
	return err;
}
