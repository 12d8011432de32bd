/* meter: the registers of a home's certified meters, and what they say of a slot. Private: no
 * reading ever enters the ledger. */
#ifndef LEM_CORE_METER_H
#define LEM_CORE_METER_H
#include <stdbool.h>
#include <stdint.h>
#include "core/contract.h"
#include "core/params.h"
#include "core/verdict.h"

/* Cumulative registers in Wh, each counting up for ever. */
enum register_name {
	REGISTER_PV,
	REGISTER_IMPORT,
	REGISTER_EXPORT,
	REGISTER_CHARGE,
	REGISTER_DISCHARGE,
	REGISTER_COUNT,
};
#define REGISTER_WH_MAX INT64_C(1000000000000) /* 10^12 Wh */

/* The registers, or what each moved by; in Wh, by enum register_name. */
struct registers {
	int64_t wh[REGISTER_COUNT];
};

/* What a home's equipment can do, as the operator says; in W, 0 where there is none. */
struct ratings {
	int64_t pv_w;
	int64_t battery_w;
	int64_t fuse_w; /* import and export */
};

/* A reading: the registers as they stood at the end of `slot`, or of one of its quarters
 * (core/quarters.h). */
struct reading {
	int64_t slot;     /* -1: the start of the market */
	int quarter;      /* 1, 2; 0: the slot's end */
	int64_t taken_ms; /* market time */
	struct registers registers;
};

/* The meter of one home as the market knows it. */
struct meter {
	bool has_base;
	bool has_delta;      /* delta is that of base.slot */
	bool replaced;       /* by another, which has given no reading yet */
	struct reading base; /* the newest accepted reading */
	struct registers delta;
};

/* Name of a register as in messages ("pv_wh"); NULL beyond the last. */
const char *register_name(enum register_name name);

/* Whether each register is 0..REGISTER_WH_MAX: OUT_OF_RANGE, *field names it. */
enum verdict registers_check(const struct registers *registers, const char **field);

/* Whether a meter of a home of those ratings can have gone from one state to the other in that many
 * slots: REGISTER_ROLLBACK, BEYOND_RATING (they allow a tenth above themselves),
 * REGISTERS_INCONSISTENT. *field names the register. */
enum verdict registers_check_step(const struct registers *from, const struct registers *to,
	const struct ratings *ratings, const struct params *params, int64_t slots,
	const char **field);

/* Whether a reading of a slot's end is accepted while `open_slot` is the market's slot and now_ms
 * its time: OUT_OF_RANGE, READING_LATE (slot settled), READING_EARLY, BOUNDARY, READING_EXISTS, and
 * as registers_check_step(). *field names the member. */
enum verdict meter_check(const struct meter *meter, const struct ratings *ratings,
	const struct params *params, int64_t open_slot, int64_t now_ms,
	const struct reading *reading, const char **field);

/* Take in a reading that meter_check() accepts. After a gap, or as the first of a new meter, it is
 * a new base: it says nothing of the slots within. */
void meter_accept(struct meter *meter, const struct reading *reading);

/* Another meter takes its place, with registers of its own. What the old one said of slots that it
 * has metered stays. */
void meter_replace(struct meter *meter);

/* Whether the slot has been metered: its reading and that of the slot before were accepted. */
bool meter_has(const struct meter *meter, int64_t slot);

/* P of a delta: d(pv). C: d(pv) + d(import) + d(discharge) - d(export), the loads plus charging. */
int64_t meter_production_wh(const struct registers *delta);
int64_t meter_consumption_wh(const struct registers *delta);

/* The most that a home of those ratings may answer to the contract with one order, in whole Wh of
 * its delivery: the battery where `storage` is measured, the fuse for `import` and `baseline`, for
 * `before-after` twice the fuse (from full export to full import) over half a slot, for `export`
 * the lesser of the fuse and what PV and battery give together. */
int64_t ratings_answer_wh(const struct ratings *ratings, const struct params *params,
	const struct contract *contract);

/* The most of an auction that it opens, in whole Wh: a buyer's fuse; of a seller the lesser of the
 * fuse and what PV and battery give together. No register measures an opener. */
int64_t ratings_opening_wh(
	const struct ratings *ratings, const struct params *params, enum side side);

/* The most that the net of a slot can be of a home of those ratings, either way, in whole Wh: its
 * fuse. */
int64_t ratings_net_wh(const struct ratings *ratings, const struct params *params);

#endif
