/* profile: measured homes, hour by hour, from a CSV file.
 *
 * The header line names the columns: `time` first, then in any order `load_NN_wh` and `pv_NN_wh`
 * of home NN (two digits), perhaps `tariff_mc_per_kwh`, perhaps others. One row an hour, without a
 * gap: the time at which the hour begins (YYYY-MM-DDTHH:00:00+HH:MM, the same offset throughout)
 * and whole numbers; in the rows before and among the chosen days every column that is read must be
 * right. No quotes, no blanks; lines as in hem-client/hdg/csv.h.
 *
 * A profile begins at local midnight, by the file's own offset, of a chosen day and is endless:
 * after its last day comes its first again. An hour is divided evenly among the seconds in it: the
 * shape inside the hour is not measured. */
#ifndef LEM_HEM_PROFILE_H
#define LEM_HEM_PROFILE_H
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "hem-client/hdg/slot_energy.h"
#include "wire/err.h"

enum {
	PROFILE_DAYS_MAX = 400,
	PROFILE_HOME_MAX = 99,
	PROFILE_WHY_MAX = 512,
};
#define PROFILE_HOUR_WH_MAX INT64_C(100000000) /* 10^8 Wh */

/* One hour of a measured home. */
struct profile_hour {
	int64_t load_wh, pv_wh;
	int64_t load_before_wh, pv_before_wh; /* sums of all hours before */
	int64_t tariff_mc_per_kwh;            /* -1: the file has no such column */
};

/* Which part of a file. */
struct profile_choice {
	int home;        /* 1..PROFILE_HOME_MAX */
	const char *day; /* YYYY-MM-DD */
	int days; /* 1..PROFILE_DAYS_MAX, or 0: all whole days that follow, up to that many */
};

/* The chosen days of one home. profile_release() frees the hours. */
struct profile {
	struct profile_hour *hours; /* owned */
	size_t hour_count;          /* a multiple of 24 */
	int64_t start_ms;           /* the local midnight it begins at, Unix ms */
};

/* Read from a file. ERR_NOT_FOUND: no such file; ERR_IO; ERR_NOMEM; ERR_USAGE: the choice is out of
 * range or the file lacks that home or day; ERR_FORMAT. On failure *ret is untouched and why has
 * one sentence, with file, line and column (number and name) where there are such. On success
 * profile_release() it. */
__attribute__((warn_unused_result)) enum err profile_load(const char *path,
	const struct profile_choice *choice, struct profile *ret, char why[static PROFILE_WHY_MAX]);

/* The same from an open stream, which stays open; name stands for it in `why`. */
__attribute__((warn_unused_result)) enum err profile_read(FILE *in, const char *name,
	const struct profile_choice *choice, struct profile *ret, char why[static PROFILE_WHY_MAX]);

/* Energy of a slot, as struct energy_source defines it. */
void profile_energy(
	const struct profile *profile, int64_t start_s, int64_t slot_s, struct slot_energy *ret);

/* The retail tariff at that second, mc/kWh; -1 if the file has none. */
int64_t profile_tariff_mc_per_kwh(const struct profile *profile, int64_t start_s);

/* The profile as a source; borrowed. */
struct energy_source profile_source(const struct profile *profile);

/* Free the hours. A zeroed profile is allowed. */
void profile_release(struct profile *profile);

#endif
