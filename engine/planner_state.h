/* planner_state: what the two halves of the planner share: engine/planner.c follows the meters and
 * plans, engine/planner_windows.c says what of the plans is to be announced. */
#ifndef LEM_ENGINE_PLANNER_STATE_H
#define LEM_ENGINE_PLANNER_STATE_H
#include "core/home.h"
#include "core/vpp/community.h"
#include "engine/plan_limits.h"
#include "engine/planner.h"
#include "store/meter_feed.h"

enum { PLANNER_DAYS = 2 /* planned at one time */ };

/* One home as it is followed. */
struct followed {
	struct baseline baseline;
	int32_t *room;
	char client_id[CLIENT_ID_MAX + 1];
	struct ratings ratings; /* its battery's is not known */
	int64_t baseline_end;   /* slots before this one have been announced */
	bool registered;
	bool planned; /* by its own past, on the last planned day */
};

/* All that it keeps between two slots. */
struct planner {
	struct meter_feed feed;
	struct genesis genesis;
	struct baseline_calendar calendar;
	struct followed *homes[HOMES_MAX];
	struct community community;
	int32_t *room;
	struct baseline_metered *past;
	struct outlook outlook;
	int64_t *plan;                /* by slot modulo PLANNER_DAYS days */
	int64_t plan_first, plan_end; /* slots */
	int64_t next;                 /* the first slot that has not been followed */
	bool begun;
	int64_t announced_end;
	uint32_t next_home; /* whose baseline is to be announced */
	struct plan_limits limits;
	int64_t slot; /* being followed */
	bool late;    /* it was followed before */
	bool out_of_memory;
	char why[PLANNER_WHY_MAX];
};

/* What a home is planned at in a slot: by its past, or its class's way. False: not at all. */
bool planner_home_plan(const struct planner *planner, const struct followed *home, int64_t slot,
	int64_t *ret_net_wh);

#endif
