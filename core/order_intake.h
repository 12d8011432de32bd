/* order_intake: the private rules of what addresses send, and the answers to sealed books that wait
 * for their gate. */
#ifndef LEM_CORE_ORDER_INTAKE_H
#define LEM_CORE_ORDER_INTAKE_H
#include "core/market.h"

/* Decide a COMMAND_TX. After the public rules: MODE, SELF_TRADE, FUNDS_TOO_LOW, CPF_ANNOUNCED,
 * CPF_MISMATCH, BEYOND_RATING. */
void order_intake_decide(
	const struct market *market, const struct command *command, struct decision *decision);

/* Carry it out: into the ledger, or to the shut answers. */
void order_intake_apply(struct market *market, const struct command *command,
	const struct decision *decision, const struct tx *tx, const struct result_sink *sink);

/* The next shut transaction, ascending by sequence, whose auction's gate is at or before due_ms, as
 * *tx; false if none is left. The caller executes it before it asks again. */
bool order_intake_next_due(
	struct market *market, int64_t due_ms, struct tx *tx, uint64_t *intake_seq);

/* A transaction that was shut has been executed. */
void order_intake_released(struct market *market, const struct tx *tx);

/* Forget what has been released. */
void order_intake_compact(struct market *market);

#endif
