/* past_hours: the home's own past (hem-client/tcr/past.h) in hem.db, so that it outlives a restart.
 */
#ifndef LEM_HEM_PAST_HOURS_H
#define LEM_HEM_PAST_HOURS_H
#include "hem-client/ems/hem_db.h"
#include "hem-client/tcr/past.h"

/* Read what is kept into a past that has been begun with past_init(). */
__attribute__((warn_unused_result)) enum err past_hours_load(struct hem_db *db, struct past *past);

/* A slot has passed: add it, and keep what its hour came to. */
__attribute__((warn_unused_result)) enum err past_hours_add(
	struct hem_db *db, struct past *past, int64_t slot, const struct slot_energy *energy);

#endif
