/* aggregator_desk: the market's own aggregator at work: once in each slot it judges the one before,
 * sees where this one is going and, if that is off the schedule, opens an auction. Its order is
 * signed with its own key and taken in like everyone's; core/vpp/aggregator.h decides. */
#ifndef LEM_ENGINE_AGGREGATOR_DESK_H
#define LEM_ENGINE_AGGREGATOR_DESK_H
#include "core/vpp/aggregator.h"
#include "core/vpp/projection.h"
#include "engine/engine.h"
#include "wire/private_key.h"

/* What it does, and what came of it, for the log. */
struct aggregator_desk {
	const struct private_key *key; /* of the role "aggregator"; borrowed. NULL: there is none */
	struct inspector *inspector;
	/* Retail prices in a slot; NULL: the market's. */
	struct aggregator_tariff (*tariff)(const void *context, int64_t slot);
	const void *tariff_context;
	int64_t judged;               /* the last slot judged */
	struct projection projection; /* since it was opened */
};

/* What came of one judgement. */
struct aggregator_news {
	struct deviation deviation; /* of the slot before */
	struct deviation projected; /* of the running one */
	bool trades;
	struct aggregator_order order; /* if it trades */
	bool taken;                    /* the market took it; if not, the log says why */
};

/* Begin. The key must be that of the role "aggregator" in genesis: ERR_CONFIG. ERR_NOMEM,
 * ERR_CRYPTO; aggregator_desk_close() in any case. The engine is open. */
__attribute__((warn_unused_result)) enum err aggregator_desk_open(
	struct aggregator_desk *aggregator, const struct engine *engine,
	const struct private_key *key);
void aggregator_desk_close(struct aggregator_desk *aggregator);

/* The market time at which it has something to judge; INT64_MAX without a key. */
int64_t aggregator_desk_next_ms(
	const struct aggregator_desk *aggregator, const struct engine *engine);

/* Judge what is due at market time now_ms: at most one slot, the one before now's. *ret_news is
 * meaningful if *ret_judged. Errors as engine_take(). */
__attribute__((warn_unused_result)) enum err aggregator_desk_run(struct aggregator_desk *aggregator,
	struct engine *engine, int64_t now_ms, struct aggregator_news *ret_news, bool *ret_judged);

#endif
