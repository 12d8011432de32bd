/* plan_limits: what of the ledger bounds the aggregator's plans: the limits of the network's
 * operators, and how the schedules that were announced stand (core/approval.h). Without such
 * operators nothing bounds them. */
#ifndef LEM_ENGINE_PLAN_LIMITS_H
#define LEM_ENGINE_PLAN_LIMITS_H
#include <sqlite3.h>
#include "core/approval.h"
#include "wire/err.h"

/* How often a slot that does not count is scheduled anew. */
enum { PLAN_LIMITS_TRIES = 4 };

/* A slot of the plan. */
struct plan_limit {
	int64_t slot;
	int64_t import_wh, export_wh; /* the tighter of both roles'; INT64_MAX: none */
	bool announced;               /* a schedule has it */
	bool live;                    /* one counts, or waits for answers */
	bool lapsed;                  /* the last was not answered in time */
	bool told;                    /* that it is stuck */
	int64_t net_wh;               /* of the last that is live, or of the last */
	uint32_t failures;            /* schedules of it that do not count */
};

/* Zeros before plan_limits_open(). */
struct plan_limits {
	struct params params;     /* of the market; the deadline's in force */
	bool asked;               /* the market has operators of its network */
	bool differs;             /* what was refused is not what would be said now */
	struct plan_limit *slots; /* by slot modulo room */
	size_t room;
	sqlite3_stmt *rows, *lead; /* of the feed's connection */
};

/* Over an open connection (store/market_db.h), for plans of so many slots. ERR_DB, ERR_NOMEM;
 * plan_limits_close() in any case, before the connection is. */
__attribute__((warn_unused_result)) enum err plan_limits_open(
	struct plan_limits *limits, sqlite3 *db, const struct params *params, size_t room);
void plan_limits_close(struct plan_limits *limits);

/* Read what the ledger says of the slots from `from` to before `end`. ERR_DB. */
__attribute__((warn_unused_result)) enum err plan_limits_load(
	struct plan_limits *limits, int64_t from, int64_t end);

/* The nearest to net_wh within the limits of the slot. */
int64_t plan_limits_clip(const struct plan_limits *limits, int64_t slot, int64_t net_wh);

/* Whether a schedule of that first slot leaves time to answer it. */
bool plan_limits_in_time(const struct plan_limits *limits, int64_t first_slot, int64_t now_ms);

/* Begin to ask the following: whether a slot that no schedule counts for, planned at net_wh, would
 * be announced otherwise than it was. One that is makes all those slots worth another schedule:
 * what was refused is the schedule as a whole. */
void plan_limits_forget(struct plan_limits *limits);
void plan_limits_compare(struct plan_limits *limits, int64_t slot, int64_t net_wh);

/* Whether the slot has to be announced anew; or is announced, does not count
 * and will not be, and that has not been told. */
bool plan_limits_replan(const struct plan_limits *limits, int64_t slot);
bool plan_limits_stuck(const struct plan_limits *limits, int64_t slot);

/* They have been announced so; that they are stuck has been told. */
void plan_limits_announced(
	struct plan_limits *limits, int64_t first_slot, uint32_t count, const int32_t *net_wh);
void plan_limits_told(struct plan_limits *limits, int64_t first_slot, uint32_t count);

#endif
