/* params_change: what may change in the parameters of a market that runs, and what may not. */
#ifndef LEM_CORE_PARAMS_CHANGE_H
#define LEM_CORE_PARAMS_CHANGE_H
#include <stdint.h>
#include "core/params.h"

/* The parameters that may change, beside the roles' credit limits. All others are fixed for ever.
 */
enum param {
	PARAM_APPROVAL_LEAD_S,
	PARAM_APPROVAL_SILENCE,
	PARAM_BOOK,
	PARAM_BOUNDARY_S,
	PARAM_DATE_WINDOW_S,
	PARAM_EXPORT_MC_PER_KWH,
	PARAM_FEE_BUYER_MC_PER_KWH,
	PARAM_FEE_SELLER_MC_PER_KWH,
	PARAM_GATE_LEAD_MIN_S,
	PARAM_GATE_LEAD_S,
	PARAM_IMBALANCE_LONG_MC_PER_KWH,
	PARAM_IMBALANCE_SHORT_MC_PER_KWH,
	PARAM_IMPORT_MC_PER_KWH,
	PARAM_LIMIT_INCLUSIVE,
	PARAM_MEASURE,
	PARAM_PENALTY_MC_PER_KWH,
	PARAM_POE_FLOOR_W,
	PARAM_REWARD_UC,
	PARAM_RULE,
	PARAM_SEAL_WAIT_S,
	PARAM_COUNT,
};

/* Its name, as in genesis; static. */
const char *param_name(enum param param);

/* Its value, in its own unit; of a rule, measure or book the number, of a flag 0 or 1. */
int64_t param_get(const struct params *params, enum param param);

/* Set it, unchecked: params_check() judges the whole. */
void param_set(struct params *params, enum param param, int64_t value);

/* A wish to change some of them from a slot on. */
struct params_change {
	int64_t from_slot;
	uint32_t given; /* bit 1 << enum param: value[] counts */
	int64_t value[PARAM_COUNT];
	uint32_t credit_count;
	struct {
		char role[ROLE_NAME_MAX + 1];
		int64_t limit_uc;
	} credit[PARAMS_ROLES_MAX];
};

/* *base with the change made. BAD_FIELD, with *field, if it names a role that is none; *ret is
 * untouched then. Bounds are params_check()'s. */
enum verdict params_changed(const struct params *base, const struct params_change *change,
	struct params *ret, const char **field);

/* Whether all of them are the same, fixed ones and credit limits included. */
bool params_equal(const struct params *a, const struct params *b);

/* The name of the first parameter that is fixed and differs; NULL if none does. */
const char *params_fixed_difference(const struct params *a, const struct params *b);

#endif
