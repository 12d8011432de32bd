#include "core/contract.h"
#include <assert.h>
#include <stddef.h>
#include <string.h>
#include "core/units.h"

/* Of a slot, from the gate of a contract for its second half to that half. */
enum { HALF_GATE_SHARE = 32 };

int64_t contract_begins_ms(const struct params *p, const struct contract *c)
{
	int64_t begins_ms = params_slot_start_ms(p, c->slot);

	return c->measure == MEASURE_BEFORE_AFTER ? begins_ms + p->slot_s * MS_PER_S / 2
						  : begins_ms;
}

int64_t contract_half_gate_ms(const struct params *p, int64_t slot)
{
	return params_slot_start_ms(p, slot) + p->slot_s * MS_PER_S / 2 -
	       p->slot_s * MS_PER_S / HALF_GATE_SHARE;
}

/* The gate where the request names none, and the latest that it may name. */
static int64_t gate_default_ms(const struct params *p, const struct contract *c)
{
	if (c->measure == MEASURE_BEFORE_AFTER)
		return contract_half_gate_ms(p, c->slot);
	return contract_begins_ms(p, c) - p->gate_lead_s * MS_PER_S;
}

static int64_t gate_latest_ms(const struct params *p, const struct contract *c)
{
	if (c->measure == MEASURE_BEFORE_AFTER)
		return gate_default_ms(p, c);
	return contract_begins_ms(p, c) - p->gate_lead_min_s * MS_PER_S;
}

/* The terms with every default filled in; nothing checked yet. */
static struct contract fill(const struct params *p, const struct contract_request *r,
	const struct contract *offer, int64_t slot, bool by_role)
{
	struct contract c = *offer;

	c.slot = slot;
	c.rule = r->rule ? r->rule : (enum rule)p->rule;
	c.measure = r->measure ? r->measure : (enum measure)p->measure;
	c.book = r->book ? r->book : (enum book_kind)p->book;
	c.gate_ms = r->gate_ms != CONTRACT_UNSET ? r->gate_ms : gate_default_ms(p, &c);
	c.penalty_mc_per_kwh = p->penalty_mc_per_kwh;
	if (r->penalty_mc_per_kwh != CONTRACT_UNSET)
		c.penalty_mc_per_kwh = r->penalty_mc_per_kwh;
	c.fees = (struct fees){
		.buyer_mc_per_kwh = by_role && c.side == SIDE_BUY ? 0 : p->fee_buyer_mc_per_kwh,
		.seller_mc_per_kwh = by_role && c.side == SIDE_SELL ? 0 : p->fee_seller_mc_per_kwh};
	c.min_quantity_wh = r->min_quantity_wh != CONTRACT_UNSET ? r->min_quantity_wh : 0;
	c.limit_inclusive =
		r->limit_inclusive != CONTRACT_UNSET ? r->limit_inclusive != 0 : p->limit_inclusive;
	c.activation = r->activation;
	return c;
}

static enum verdict check_numbers(const struct contract *c, const char **field)
{
	*field = "bid.energy";
	if (c->quantity_wh < 1 || c->quantity_wh > ENERGY_WH_MAX)
		return VERDICT_OUT_OF_RANGE;
	*field = "bid.price";
	if (c->limit_mc_per_kwh < 0 || c->limit_mc_per_kwh > PRICE_MC_MAX)
		return VERDICT_OUT_OF_RANGE;
	*field = "contract.penalty";
	if (c->penalty_mc_per_kwh < 0 || c->penalty_mc_per_kwh > PRICE_MC_MAX)
		return VERDICT_OUT_OF_RANGE;
	*field = "contract.min_quantity";
	if (c->min_quantity_wh < 0 || c->min_quantity_wh > c->quantity_wh)
		return VERDICT_BAD_TERMS;
	*field = "contract.measure";
	if (c->measure == MEASURE_EXPORT && c->side != SIDE_BUY)
		return VERDICT_BAD_TERMS;
	if (c->measure == MEASURE_IMPORT && c->side != SIDE_SELL)
		return VERDICT_BAD_TERMS;
	return VERDICT_OK;
}

static enum verdict check_times(
	const struct params *p, const struct contract *c, int64_t now_ms, const char **field)
{
	int64_t current = params_slot_at(p, now_ms);
	bool half = c->measure == MEASURE_BEFORE_AFTER;

	*field = "contract.slot";
	if (half ? c->slot != current : c->slot <= current || c->slot > current + p->horizon_slots)
		return VERDICT_HORIZON;
	*field = "contract.measure";
	if (half && now_ms < params_slot_start_ms(p, current) + p->slot_s * MS_PER_S / 4)
		return VERDICT_BAD_TERMS;
	*field = "contract.gate_close";
	if (c->gate_ms <= now_ms)
		return VERDICT_GATE_CLOSED;
	if (c->gate_ms > gate_latest_ms(p, c))
		return VERDICT_BAD_TERMS;
	return VERDICT_OK;
}

enum verdict contract_resolve(const struct params *p, const struct contract_request *request,
	const struct contract *offer, int64_t opener_slot, int64_t now_ms, struct contract *out,
	const char **field)
{
	bool by_role = opener_slot == CONTRACT_UNSET;
	struct contract c;
	enum verdict v;

	*field = "contract.slot";
	if (by_role == (request->slot == CONTRACT_UNSET))
		return VERDICT_BAD_TERMS;
	c = fill(p, request, offer, by_role ? request->slot : opener_slot, by_role);
	v = check_numbers(&c, field);
	if (v != VERDICT_OK)
		return v;
	v = check_times(p, &c, now_ms, field);
	if (v != VERDICT_OK)
		return v;
	*out = c;
	*field = NULL;
	return VERDICT_OK;
}

static int64_t dearer(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

int64_t contract_hold_uc(
	const struct contract *c, bool answers, int64_t price_mc_per_kwh, int64_t quantity_wh)
{
	bool buys = (c->side == SIDE_BUY) != answers;
	int64_t cost = buys ? price_mc_per_kwh + c->fees.buyer_mc_per_kwh
			    : dearer(c->fees.seller_mc_per_kwh - price_mc_per_kwh, 0);

	assert(price_mc_per_kwh >= 0 && price_mc_per_kwh <= PRICE_MC_MAX);
	assert(quantity_wh >= 0 && quantity_wh <= ENERGY_WH_MAX);
	return (answers ? dearer(cost, c->penalty_mc_per_kwh) : cost) * quantity_wh;
}

/* Payment falls with what is delivered at least as the penalty grows, but for a rounding that no
 * whole micro-cent shows: the dearest is all of it, or nothing. */
int64_t contract_award_hold_uc(const struct contract *c, int64_t amount_uc, int64_t quantity_wh)
{
	int64_t cost_uc = c->side == SIDE_SELL
				  ? amount_uc + c->fees.buyer_mc_per_kwh * quantity_wh
				  : c->fees.seller_mc_per_kwh * quantity_wh - amount_uc;

	return dearer(cost_uc, c->penalty_mc_per_kwh * quantity_wh);
}

/* Each Wh brings its limit at least, whichever of them are delivered. */
int64_t contract_cleared_hold_uc(const struct contract *c, int64_t amount_uc, int64_t quantity_wh)
{
	if (c->side == SIDE_BUY)
		return amount_uc + c->fees.buyer_mc_per_kwh * quantity_wh;
	return dearer(c->fees.seller_mc_per_kwh - c->limit_mc_per_kwh, 0) * quantity_wh;
}

const char *measure_name(enum measure measure)
{
	switch (measure) {
	case MEASURE_STORAGE:
		return "storage";
	case MEASURE_EXPORT:
		return "export";
	case MEASURE_IMPORT:
		return "import";
	case MEASURE_BASELINE:
		return "baseline";
	case MEASURE_BEFORE_AFTER:
		return "before-after";
	}
	return NULL;
}

enum measure measure_from_name(const char *name)
{
	for (int m = MEASURE_STORAGE; m <= MEASURE_BEFORE_AFTER; m++) {
		if (strcmp(name, measure_name((enum measure)m)) == 0)
			return (enum measure)m;
	}
	return (enum measure)0;
}

const char *book_kind_name(enum book_kind kind)
{
	switch (kind) {
	case BOOK_SEALED:
		return "sealed";
	case BOOK_OPEN:
		return "open";
	}
	return NULL;
}

enum book_kind book_kind_from_name(const char *name)
{
	for (int k = BOOK_SEALED; k <= BOOK_OPEN; k++) {
		if (strcmp(name, book_kind_name((enum book_kind)k)) == 0)
			return (enum book_kind)k;
	}
	return (enum book_kind)0;
}
