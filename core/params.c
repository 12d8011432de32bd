#include "core/params.h"
#include <stddef.h>
#include <string.h>
#include "core/account.h"
#include "core/approval.h"
#include "core/contract.h"
#include "core/units.h"

enum { GATE_LEAD_S_MAX = 16 * S_PER_DAY };

struct bound {
	const char *name;
	int64_t value, min, max;
};

uint64_t params_aggregator(const struct params *p)
{
	for (uint32_t i = 0; i < p->role_count; i++) {
		if (strcmp(p->roles[i].name, AGGREGATOR_ROLE) == 0)
			return ACCOUNT_FIRST_ROLE + i;
	}
	return ACCOUNT_NONE;
}

bool params_settles(const struct params *p)
{
	return p->fee_buyer_mc_per_kwh || p->fee_seller_mc_per_kwh ||
	       p->imbalance_long_mc_per_kwh || p->imbalance_short_mc_per_kwh;
}

static enum verdict check_relations(const struct params *p, const char **field)
{
	if (3 * p->seal_wait_s >= p->slot_s) {
		*field = "seal_wait_s";
		return VERDICT_BAD_TERMS;
	}
	if (p->gate_lead_min_s > p->gate_lead_s || p->gate_lead_s > p->slot_s * p->horizon_slots) {
		*field = "gate_lead_s";
		return VERDICT_BAD_TERMS;
	}
	if (params_settles(p) && params_aggregator(p) == ACCOUNT_NONE) {
		*field = "settlement";
		return VERDICT_BAD_TERMS;
	}
	if (p->imbalance_long_mc_per_kwh > p->imbalance_short_mc_per_kwh) {
		*field = "imbalance_long_mc_per_kwh";
		return VERDICT_BAD_TERMS;
	}
	if (!rule_name((enum rule)p->rule)) {
		*field = "rule";
		return VERDICT_OUT_OF_RANGE;
	}
	return VERDICT_OK;
}

enum verdict params_check(const struct params *p, const char **field)
{
	const int64_t ms_max = INT64_C(4102444800000); /* 2100-01-01 */
	bool asks = p->role_count <= PARAMS_ROLES_MAX && network_role_any(p);
	const struct bound bounds[] = {
		{"slot_s", p->slot_s, 60, 86400},
		{"start_ms", p->start_ms, 0, ms_max},
		{"rate", p->rate, 1, 10000},
		{"real_start_ms", p->real_start_ms, 0, ms_max},
		{"date_window_s", p->date_window_s, 1, 86400},
		{"boundary_s", p->boundary_s, 1, p->slot_s - 1},
		{"seal_wait_s", p->seal_wait_s, 1, 86400},
		{"horizon_slots", p->horizon_slots, 1, 16},
		{"gate_lead_s", p->gate_lead_s, 1, GATE_LEAD_S_MAX},
		{"gate_lead_min_s", p->gate_lead_min_s, 1, GATE_LEAD_S_MAX},
		{"poe_floor_w", p->poe_floor_w, 0, 1000000},
		{"reward_uc", p->reward_uc, 0, AMOUNT_UC_MAX},
		{"penalty_mc_per_kwh", p->penalty_mc_per_kwh, 0, PRICE_MC_MAX},
		{"measure", p->measure, MEASURE_STORAGE, MEASURE_STORAGE},
		{"book", p->book, BOOK_SEALED, BOOK_OPEN},
		{"roles", p->role_count, 0, PARAMS_ROLES_MAX},
		{"import_mc_per_kwh", p->import_mc_per_kwh, 0, PRICE_MC_MAX},
		{"export_mc_per_kwh", p->export_mc_per_kwh, 0, PRICE_MC_MAX},
		{"fee_buyer_mc_per_kwh", p->fee_buyer_mc_per_kwh, 0, PRICE_MC_MAX},
		{"fee_seller_mc_per_kwh", p->fee_seller_mc_per_kwh, 0, PRICE_MC_MAX},
		{"imbalance_long_mc_per_kwh", p->imbalance_long_mc_per_kwh, 0, PRICE_MC_MAX},
		{"imbalance_short_mc_per_kwh", p->imbalance_short_mc_per_kwh, 0, PRICE_MC_MAX},
		{"approval_lead_s", p->approval_lead_s, asks, asks ? S_PER_DAY : 0},
		{"approval_silence", p->approval_silence, asks ? SILENCE_REFUSES : 0,
			asks ? SILENCE_APPROVES : 0},
	};

	for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
		if (bounds[i].value < bounds[i].min || bounds[i].value > bounds[i].max) {
			*field = bounds[i].name;
			return VERDICT_OUT_OF_RANGE;
		}
	}
	for (uint32_t i = 0; i < p->role_count; i++) {
		int64_t limit = p->roles[i].credit_limit_uc;
		if (limit < 0 || limit > AMOUNT_UC_MAX) {
			*field = "credit_limit_uc";
			return VERDICT_OUT_OF_RANGE;
		}
	}
	return check_relations(p, field);
}

int64_t params_market_ms(const struct params *p, int64_t real_ms)
{
	return p->start_ms + p->rate * (real_ms - p->real_start_ms);
}

int64_t params_real_ms(const struct params *p, int64_t market_ms)
{
	int64_t d = market_ms - p->start_ms;
	int64_t q = d / p->rate;

	if (d > 0 && d % p->rate)
		q++;
	return p->real_start_ms + q;
}

int64_t params_slot_at(const struct params *p, int64_t market_ms)
{
	int64_t d = market_ms - p->start_ms;
	int64_t len = p->slot_s * MS_PER_S;

	return d >= 0 ? d / len : -((-d + len - 1) / len);
}

int64_t params_slot_start_ms(const struct params *p, int64_t slot)
{
	return p->start_ms + slot * p->slot_s * MS_PER_S;
}
