/* aggregator_desk: the market's own aggregator at work: once in each slot it judges the one before,
 * sees where this one is going and, if that is off the schedule, opens an auction for as much as
 * the network has room for; and it answers what the TSO asks for with another. Its orders are
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
	uint32_t homes_min;              /* 1 at least: of fewer it trades no deviation */
	int64_t judged;                  /* the last slot judged */
	struct projection projection;    /* since it was opened */
	uint64_t tried[ACTIVATIONS_MAX]; /* activations, the last ones */
	uint32_t tried_count;
};

/* What came of one judgement. */
struct aggregator_news {
	struct deviation deviation; /* of the slot before */
	struct deviation projected; /* of the running one */
	int64_t wanted_wh;          /* what it would trade without limits; 0: nothing */
	struct network_room room;   /* for that */
	bool trades;                /* it wants to, and there is room */
	bool few;                   /* too few homes' first quarters are known to want anything */
	struct aggregator_order order; /* side and price if it wants to; all of it if it trades */
	bool taken;                    /* the market took it; if not, the log says why */
};

/* What came of one activation. */
struct aggregator_answer {
	struct activation activation;
	bool trades; /* there was time, and cover */
	struct aggregator_order order;
	bool taken;
};

/* Begin. The key must be that of the role "aggregator" in genesis: ERR_CONFIG. ERR_NOMEM,
 * ERR_CRYPTO; aggregator_desk_close() in any case. The engine is open. */
__attribute__((warn_unused_result)) enum err aggregator_desk_open(
	struct aggregator_desk *aggregator, const struct engine *engine,
	const struct private_key *key, uint32_t homes_min);
void aggregator_desk_close(struct aggregator_desk *aggregator);

/* The engine has been opened again, and what was not committed is gone: activations that stand
 * unanswered are tried once more. */
void aggregator_desk_reopened(struct aggregator_desk *aggregator);

/* The market time at which it has something to judge; INT64_MAX without a key. */
int64_t aggregator_desk_next_ms(
	const struct aggregator_desk *aggregator, const struct engine *engine);

/* Judge what is due at market time now_ms: at most one slot, the one before now's. *ret_news is
 * meaningful if *ret_judged. Errors as engine_take(). */
__attribute__((warn_unused_result)) enum err aggregator_desk_run(struct aggregator_desk *aggregator,
	struct engine *engine, int64_t now_ms, struct aggregator_news *ret_news, bool *ret_judged);

/* Answer one activation that is due, with an auction; each is tried once. *ret_answer is meaningful
 * if *ret_answered: call again, there may be more. Errors as engine_take(). */
__attribute__((warn_unused_result)) enum err aggregator_desk_answer(
	struct aggregator_desk *aggregator, struct engine *engine, int64_t now_ms,
	struct aggregator_answer *ret_answer, bool *ret_answered);

#endif
