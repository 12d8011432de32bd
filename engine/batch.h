/* batch: what is committed together, and the receipts that follow. */
#ifndef LEM_ENGINE_BATCH_H
#define LEM_ENGINE_BATCH_H
#include "engine/engine.h"

/* Open a batch, if none is open: a transaction in each database. */
__attribute__((warn_unused_result)) enum err batch_begin(struct engine *e);

/* Append an accepted command to the intake log under the next sequence, which it gets. message is
 * NULL for the clock. */
__attribute__((warn_unused_result)) enum err batch_log(struct engine *e, struct command *command,
	const struct decision *decision, const struct inspected *message);

/* Send the receipt of an earlier batch's command again, made anew: the same bytes. message: the
 * one that repeats it. */
__attribute__((warn_unused_result)) enum err batch_receipt_again(
	struct engine *e, const struct inspected *message, uint64_t intake_seq);

#endif
