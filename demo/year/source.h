/* source: which homes there are: the file of measured homes, and what is certified of them. */
#ifndef LEM_DEMO_YEAR_SOURCE_H
#define LEM_DEMO_YEAR_SOURCE_H
#include "demo/year/house.h"
#include "hem-client/hdg/csv.h"

enum { SOURCE_DAY_LEN = 10 };

/* The first whole day, YYYY-MM-DD, of a file as hem-client/hdg/profile.h has it: that of its first
 * row if this is a midnight, else the next. ERR_NOT_FOUND, ERR_IO, ERR_FORMAT with a sentence. */
__attribute__((warn_unused_result)) enum err source_first_day(
	const char *profile, char ret[static SOURCE_DAY_LEN + 1], char why[static CSV_WHY_MAX]);

/* What the demo takes a home for: 8 kW of PV, a battery of 6.4 kWh and 5 kW, 0.9025 there and
 * back, a fuse of 25 kW. */
struct house_ratings source_usual_ratings(void);

/* Read ratings of homes 1..count, as far as it has them, from a file whose header line names the
 * columns home (home_01, home_02, ...), pv_kw, battery_kwh, battery_kw and battery_efficiency
 * (there and back), among others. ERR_NOT_FOUND: there is no such file, and *ret is untouched;
 * ERR_IO, ERR_FORMAT with a sentence. */
__attribute__((warn_unused_result)) enum err source_ratings(
	const char *path, struct house_ratings *ret, unsigned count, char why[static CSV_WHY_MAX]);

#endif
