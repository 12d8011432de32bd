/* quantity: the decimal strings of messages as integers of the market, exactly. */
#ifndef LEM_WIRE_QUANTITY_H
#define LEM_WIRE_QUANTITY_H
#include <stdbool.h>
#include <stdint.h>
#include "core/book.h"

enum { QUANTITY_TEXT_MAX = 24 };

/* Read a plain decimal, "10" or "0.125": no sign, exponent or superfluous zero in front, at most
 * `decimals` digits behind the point; scaled by 10^decimals. False, with *ret untouched, for
 * anything else or beyond 10^17. */
__attribute__((warn_unused_result)) bool decimal_read(
	const char *text, unsigned decimals, int64_t *ret);

/* Write value / 10^decimals as a plain decimal without superfluous zeros. value >= 0. */
void decimal_write(int64_t value, unsigned decimals, char out[static QUANTITY_TEXT_MAX]);

/* Energy of unit "Wh" or "kWh" in Wh. False if the unit is another or the value does not divide. */
__attribute__((warn_unused_result)) bool energy_read(
	const char *unit, const char *value, int64_t *ret_wh);

/* Price of unit "cents/kWh", or "cents" for quantity_wh (> 0) in all, in mc/kWh; a total that does
 * not divide is rounded up for who sells and down for who buys. */
__attribute__((warn_unused_result)) bool price_read(const char *unit, const char *value,
	enum side side, int64_t quantity_wh, int64_t *ret_mc_per_kwh);

#endif
