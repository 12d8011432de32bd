/* date: the protocol's civil time, "YYYY-MM-DD HH:MM:SS" in UTC, whole seconds of market time. */
#ifndef LEM_WIRE_DATE_H
#define LEM_WIRE_DATE_H
#include <stdbool.h>
#include <stdint.h>
#include "core/params.h"

enum { DATE_LEN = 19 };

/* Read a date of the years 1970..9999 into ms since 1970. False, with *ret_ms untouched, unless it
 * is exactly of that form and a day of the (proleptic Gregorian) calendar; no leap seconds. */
__attribute__((warn_unused_result)) bool date_read(const char *text, int64_t *ret_ms);

/* The first slot that begins at a date or after it; a day alone is its begin. False, with *ret_slot
 * untouched, if it is neither. */
__attribute__((warn_unused_result)) bool date_first_slot(
	const char *text, const struct params *params, int64_t *ret_slot);

/* Write ms since 1970 (0 .. the year 9999) as a date, the rest of the second cut off. */
void date_write(int64_t ms, char out[static DATE_LEN + 1]);

#endif
