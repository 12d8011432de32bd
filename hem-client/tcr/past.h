/* past: what the home has used and produced, hour by hour over eight days, and what that says of
 * the hours to come: the same hour yesterday counts half, the day before and a week before a
 * quarter each. Whole slots are counted into the hour in which they begin; where slots are longer
 * than an hour, a slot is a step. */
#ifndef LEM_HEM_PAST_H
#define LEM_HEM_PAST_H
#include <stdbool.h>
#include <stdint.h>
#include "hem-client/hdg/slot_energy.h"
#include "hem-client/tcr/tariff.h"

enum { PAST_STEPS = 8 * 24, PAST_AHEAD = 36 };

/* All zeros but slot_s: nothing is known. */
struct past {
	int64_t slot_s;
	bool begun;
	int64_t step; /* the newest, perhaps not over */
	bool known[PAST_STEPS];
	struct slot_energy energy[PAST_STEPS]; /* by step modulo PAST_STEPS */
};

/* The hours to come. */
struct past_ahead {
	int64_t step_s;
	int64_t first_s;                       /* what is left of the first step */
	struct slot_energy energy[PAST_AHEAD]; /* of whole steps */
	struct tariff_prices prices[PAST_AHEAD];
};

/* Begin with slots of that length, 1..86400. */
void past_init(struct past *past, int64_t slot_s);

/* Length of a step, and the step of a slot. */
int64_t past_step_s(const struct past *past);
int64_t past_step(const struct past *past, int64_t slot);

/* A slot has passed, or what a whole step came to, from what was kept; in their order, gaps
 * allowed.
 */
void past_add(struct past *past, int64_t slot, const struct slot_energy *energy);
void past_add_step(struct past *past, int64_t step, const struct slot_energy *energy);

/* What a step came to, so far as it has passed; false: nothing is known of it. */
bool past_get(const struct past *past, int64_t step, struct slot_energy *ret);

/* What to expect from from_s on, in seconds since slot 0 began; at most a step beyond the newest.
 * False: of one of the steps' yesterdays nothing is known. */
bool past_look_ahead(const struct past *past, const struct tariff *tariff, int64_t from_s,
	struct past_ahead *ret);

#endif
