/* cpf: how near a home's production came to its consumption in a slot (paper, equation 9). */
#ifndef LEM_CORE_CPF_H
#define LEM_CORE_CPF_H
#include <stdbool.h>
#include <stdint.h>

enum { CPF_MIN = 1, CPF_MAX = 100 }; /* hundredths */

/*
 * The consumption-production factor in hundredths, CPF_MIN..CPF_MAX: exp(-d/1000) with
 * d = |production - consumption| in Wh, rounded half up to two decimals and never below 0.01.
 * Every pair of values is allowed. An integer table decides, so every machine gives one result.
 */
int cpf_hundredths(int64_t production_wh, int64_t consumption_wh);

/*
 * The largest d in Wh whose CPF is still at least `hundredths` (CPF_MIN..CPF_MAX; anything else is
 * a bug and asserts). For CPF_MIN, which every d reaches, INT32_MAX. It is part of the rules hash.
 */
int32_t cpf_threshold_wh(int hundredths);

/*
 * True if production and consumption are each at least floor_w watts on average over a slot of
 * slot_s seconds: E[Wh] x 3600 >= W x s, without a division. floor_w is 0..ENERGY_WH_MAX and
 * slot_s 1..86400 (parameters of genesis; anything else asserts); the energies may be any value.
 * A floor of 0 W is the paper's literal rule: an idle home meets it too.
 */
bool poe_floor_met(int64_t production_wh, int64_t consumption_wh, int64_t floor_w, int64_t slot_s);

#endif
