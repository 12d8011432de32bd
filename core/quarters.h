/* quarters: what a home's meter says within a slot: its registers at the end of the first and of
 * the second quarter, beside those at the slot's end (core/meter.h). From them follows by how much
 * the home has changed its net - import less export - in the slot's second half, held against the
 * first quarter: what `before-after` contracts deliver (NAESB's "meter before / meter after"). The
 * first quarter is over when such an auction opens, and its reading comes before the gate, so
 * nobody can raise it to sell the difference. Private, as all readings. */
#ifndef LEM_CORE_QUARTERS_H
#define LEM_CORE_QUARTERS_H
#include "core/meter.h"

enum { QUARTERS_READ = 2 }; /* of four: the end of the fourth is the slot's */

/* Of one slot. */
struct quarters {
	int64_t slot;
	uint32_t count;                          /* read so far, in their order */
	struct reading begin, at[QUARTERS_READ]; /* at the slot's begin, and at their ends */
};

/* Of a home: of the slot before the open one, until it is settled, and of the open one; by the
 * slot's lowest bit. */
struct home_quarters {
	struct quarters of[2];
};

/* Market time at which that quarter (1..4) of a slot ends. */
int64_t quarter_end_ms(const struct params *params, int64_t slot, int quarter);

/* Whether a reading of a quarter is accepted: its `quarter` is not 0. As meter_check(), and
 * READING_EARLY: the slot's begin has not been read, or the quarter before; READING_LATE: the
 * first, and contracts for the second half are closed; READING_EXISTS: it has, or the slot's end
 * has. It is taken within boundary_s and a sixteenth of the slot of the quarter's end, the first an
 * eighth of the slot after the slot's begin was read at least (BOUNDARY). */
enum verdict quarters_check(const struct home_quarters *quarters, const struct meter *meter,
	const struct ratings *ratings, const struct params *params, int64_t open_slot,
	int64_t now_ms, const struct reading *reading, const char **field);

/* Whether the reading of a slot's end, which meter_check() accepts, goes on from its quarters:
 * REGISTER_ROLLBACK. */
enum verdict quarters_check_end(
	const struct home_quarters *quarters, const struct reading *reading, const char **field);

/* Take in a reading that quarters_check() accepts. */
void quarters_accept(
	struct home_quarters *quarters, const struct meter *meter, const struct reading *reading);

/* The quarters of a slot; NULL: none has been read. */
const struct quarters *quarters_find(const struct home_quarters *quarters, int64_t slot);

/* What the home drew in the first quarter, import less export. */
int64_t quarters_first_net_wh(const struct quarters *quarters);

/* Wh by which the second half's net lies above what it would be at the first quarter's mean power,
 * rounded down, by the reading of the slot's end; both of the time that lay between their readings,
 * so a reading taken early or late changes nothing. False: not both quarters have been read. */
bool quarters_change_wh(
	const struct quarters *quarters, const struct reading *end, int64_t *ret_wh);

#endif
