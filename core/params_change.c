#include "core/params_change.h"
#include <assert.h>
#include <stddef.h>
#include <string.h>

enum form { WIDE, NUMBER, FLAG };

static const struct {
	const char *name;
	size_t offset;
	enum form form;
} places[PARAM_COUNT] = {
	[PARAM_APPROVAL_LEAD_S] = {"approval_lead_s", offsetof(struct params, approval_lead_s),
		WIDE},
	[PARAM_APPROVAL_SILENCE] = {"approval_silence", offsetof(struct params, approval_silence),
		NUMBER},
	[PARAM_BOOK] = {"book", offsetof(struct params, book), NUMBER},
	[PARAM_BOUNDARY_S] = {"boundary_s", offsetof(struct params, boundary_s), WIDE},
	[PARAM_DATE_WINDOW_S] = {"date_window_s", offsetof(struct params, date_window_s), WIDE},
	[PARAM_EXPORT_MC_PER_KWH] = {"export_mc_per_kwh",
		offsetof(struct params, export_mc_per_kwh), WIDE},
	[PARAM_GATE_LEAD_MIN_S] = {"gate_lead_min_s", offsetof(struct params, gate_lead_min_s),
		WIDE},
	[PARAM_GATE_LEAD_S] = {"gate_lead_s", offsetof(struct params, gate_lead_s), WIDE},
	[PARAM_FEE_BUYER_MC_PER_KWH] = {"fee_buyer_mc_per_kwh",
		offsetof(struct params, fee_buyer_mc_per_kwh), WIDE},
	[PARAM_FEE_SELLER_MC_PER_KWH] = {"fee_seller_mc_per_kwh",
		offsetof(struct params, fee_seller_mc_per_kwh), WIDE},
	[PARAM_IMBALANCE_LONG_MC_PER_KWH] = {"imbalance_long_mc_per_kwh",
		offsetof(struct params, imbalance_long_mc_per_kwh), WIDE},
	[PARAM_IMBALANCE_SHORT_MC_PER_KWH] = {"imbalance_short_mc_per_kwh",
		offsetof(struct params, imbalance_short_mc_per_kwh), WIDE},
	[PARAM_IMPORT_MC_PER_KWH] = {"import_mc_per_kwh",
		offsetof(struct params, import_mc_per_kwh), WIDE},
	[PARAM_LIMIT_INCLUSIVE] = {"limit_inclusive", offsetof(struct params, limit_inclusive),
		FLAG},
	[PARAM_MEASURE] = {"measure", offsetof(struct params, measure), NUMBER},
	[PARAM_PENALTY_MC_PER_KWH] = {"penalty_mc_per_kwh",
		offsetof(struct params, penalty_mc_per_kwh), WIDE},
	[PARAM_POE_FLOOR_W] = {"poe_floor_w", offsetof(struct params, poe_floor_w), WIDE},
	[PARAM_REWARD_UC] = {"reward_uc", offsetof(struct params, reward_uc), WIDE},
	[PARAM_RULE] = {"rule", offsetof(struct params, rule), NUMBER},
	[PARAM_SEAL_WAIT_S] = {"seal_wait_s", offsetof(struct params, seal_wait_s), WIDE},
};

const char *param_name(enum param param)
{
	return places[param].name;
}

int64_t param_get(const struct params *p, enum param param)
{
	const unsigned char *at = (const unsigned char *)p + places[param].offset;
	int64_t wide = 0;
	int number = 0;

	if (places[param].form == WIDE) {
		memcpy(&wide, at, sizeof wide);
		return wide;
	}
	if (places[param].form == FLAG)
		return p->limit_inclusive;
	memcpy(&number, at, sizeof number);
	return number;
}

void param_set(struct params *p, enum param param, int64_t value)
{
	unsigned char *at = (unsigned char *)p + places[param].offset;
	int number = value >= 0 && value <= INT32_MAX ? (int)value : 0; /* 0: no name has it */

	if (places[param].form == WIDE)
		memcpy(at, &value, sizeof value);
	else if (places[param].form == FLAG)
		p->limit_inclusive = value != 0;
	else
		memcpy(at, &number, sizeof number);
}

static struct role_params *role_of(struct params *p, const char *name)
{
	for (uint32_t i = 0; i < p->role_count; i++) {
		const char *other = p->roles[i].name;
		size_t n = strlen(other);
		if (strlen(name) == n && memcmp(name, other, n) == 0)
			return &p->roles[i];
	}
	return NULL;
}

enum verdict params_changed(const struct params *base, const struct params_change *change,
	struct params *ret, const char **field)
{
	struct params p = *base;

	for (unsigned i = 0; i < PARAM_COUNT; i++) {
		if (change->given >> i & 1)
			param_set(&p, (enum param)i, change->value[i]);
	}
	for (uint32_t i = 0; i < change->credit_count; i++) {
		struct role_params *role = role_of(&p, change->credit[i].role);
		if (!role) {
			*field = "credit_limits_uc";
			return VERDICT_BAD_FIELD;
		}
		role->credit_limit_uc = change->credit[i].limit_uc;
	}
	*ret = p;
	return VERDICT_OK;
}

static bool roles_equal(const struct params *a, const struct params *b)
{
	if (a->role_count != b->role_count)
		return false;
	for (uint32_t i = 0; i < a->role_count; i++) {
		const struct role_params *x = &a->roles[i], *y = &b->roles[i];
		if (memcmp(x->name, y->name, sizeof x->name) != 0 || x->key.len != y->key.len ||
			memcmp(x->key.bytes, y->key.bytes, x->key.len) != 0 ||
			!address_equal(&x->address, &y->address))
			return false;
	}
	return true;
}

const char *params_fixed_difference(const struct params *a, const struct params *b)
{
	if (a->slot_s != b->slot_s)
		return "slot_s";
	if (a->start_ms != b->start_ms)
		return "start_ms";
	if (a->rate != b->rate)
		return "rate";
	if (a->real_start_ms != b->real_start_ms)
		return "real_start_ms";
	if (a->horizon_slots != b->horizon_slots)
		return "horizon_slots";
	return roles_equal(a, b) ? NULL : "roles";
}

bool params_equal(const struct params *a, const struct params *b)
{
	if (params_fixed_difference(a, b))
		return false;
	for (int i = 0; i < PARAM_COUNT; i++) {
		if (param_get(a, (enum param)i) != param_get(b, (enum param)i))
			return false;
	}
	for (uint32_t i = 0; i < a->role_count; i++) {
		if (a->roles[i].credit_limit_uc != b->roles[i].credit_limit_uc)
			return false;
	}
	return true;
}
