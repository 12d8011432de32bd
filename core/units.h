/* units: the integers the market is made of, and their bounds. */
#ifndef LEM_CORE_UNITS_H
#define LEM_CORE_UNITS_H
#include <stdint.h>

#ifdef NDEBUG
#error "the rules' asserts stay on: build without NDEBUG"
#endif

/*
 * Energy is in Wh, price in milli-cents per kWh (mc/kWh), money in micro-cents (uc). A price times
 * an energy is then exact: 1 mc/kWh x 1 Wh = 0.001 mc = 1 uc. No factor, no rounding.
 */
enum { ENERGY_WH_MAX = 100000000 }; /* 10^8 Wh = 100 MWh: the most of one order or contract */
enum { PRICE_MC_MAX = 10000000 };   /* 10^7 mc/kWh = 10,000 cents/kWh */
enum { MS_PER_S = 1000 };
enum { S_PER_HOUR = 3600 };
enum { S_PER_DAY = 86400 };

#define AMOUNT_UC_MAX ((int64_t)ENERGY_WH_MAX * PRICE_MC_MAX) /* 10^15 uc: one order at most */

/*
 * All money there may be: what the issuer has given out, deposits and rewards, 10^9 cents. With the
 * credit of every role an account has at most 9 x 10^15 uc, and so every balance is an integer that
 * JSON carries exactly (invariant L3).
 */
#define MONEY_UC_MAX AMOUNT_UC_MAX
#define JSON_INT_MAX ((INT64_C(1) << 53) - 1)

_Static_assert(INT64_MAX / PRICE_MC_MAX / ENERGY_WH_MAX >= 4096,
	"thousands of the largest amounts can be added before 63 bits are full");

#endif
