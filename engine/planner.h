/* planner: the aggregator's forecasts at work. It follows the meters through a connection of its
 * own, keeps a baseline of each home and of their sum (core/vpp/baseline.h), and says what the
 * community is to be scheduled at. A thread of its own uses it (plugin/planner_thread.h): the
 * market's thread never waits for it.
 *
 * The sum is of the homes that are registered. One that has been metered for a day belongs to its
 * past too, as its mean, so that the sum does not jump when a home joins; one that has not yet is
 * taken for its class. */
#ifndef LEM_ENGINE_PLANNER_H
#define LEM_ENGINE_PLANNER_H
#include <stdatomic.h>
#include "core/schedule.h"
#include "core/vpp/baseline.h"
#include "wire/genesis.h"

/* Days of metered history that it learns from when it is opened. */
enum { PLANNER_HISTORY_DAYS = 90, PLANNER_WHY_MAX = 512 };

struct planner;

/* A part of a schedule, to be announced. */
struct planner_window {
	int64_t first_slot;
	uint32_t count;
	int32_t net_wh[SCHEDULE_SLOTS_MAX];
};

/* How far from the forecast four slots of five come to lie at most, in the mean of those slots; of
 * the homes that have been metered for a day. False: one of them is not planned by its past, or no
 * plan has been held against what came yet. */
bool planner_band_wh(
	const struct planner *planner, int64_t first_slot, uint32_t count, int64_t *ret_wh);

/* Slots before a day begins at which it is planned: lead_s before, or earlier where the homes' own
 * schedules of its first slots have to stand before contracts for these, or where operators of the
 * network need time to refuse it and to answer another one. */
int64_t planner_lead_slots(const struct params *params, int64_t lead_s);

/* Open the databases of the directory for reading. lead_slots: a day is planned so many
 * slots before it begins, 1 .. the slots of a day. ERR_NOMEM, and errors as meter_feed_open(), with
 * a sentence in why. */
__attribute__((warn_unused_result)) enum err planner_open(const char *state_dir,
	const struct genesis *genesis, int64_t lead_slots, struct planner **ret,
	char why[static PLANNER_WHY_MAX]);

/* NULL-safe. */
void planner_close(struct planner *planner);

/* The height of the market's last block: so many slots are over, and may be followed. ERR_DB. */
__attribute__((warn_unused_result)) enum err planner_height(
	struct planner *planner, int64_t *ret_height);

/* Take in what has been metered up to and including that slot, and plan the days whose time has
 * come. Late readings of the slot before are taken in too. ERR_INTERRUPTED: *stopping, which
 * may be NULL, has become true. ERR_DB, ERR_NOMEM: planner_why() has a
 * sentence, and the planner is of no more use. */
__attribute__((warn_unused_result)) enum err planner_follow(
	struct planner *planner, int64_t slot, const atomic_bool *stopping);
const char *planner_why(const struct planner *planner);

/* What is to be announced next of the community's plan that has not been yet, within the network's
 * limits, from slot `from` on;
 * false: nothing. It counts as announced until planner_follow() sees that the ledger does not have
 * it. */
bool planner_next_window(struct planner *planner, int64_t from, struct planner_window *ret);

/* At the end of an hour: the hour after the next, or the first that begins with slot `from` or
 * later, as it is expected now; false: it is no such time, or what is expected is near the plan:
 * within 50 Wh of it for each home, summed over the hour. */
bool planner_next_update(const struct planner *planner, int64_t from, struct planner_window *ret);

/* The first slot from `first` on of which a schedule announced at market time now_ms can still be
 * approved; without operators of the network `first`. */
int64_t planner_first_slot(const struct planner *planner, int64_t first, int64_t now_ms);

/* What has been announced and has to be announced anew, from slot `from` on, within the limits of
 * the network: an operator has refused it and limits say otherwise of a slot now, or one has not
 * answered in time, or a limit has become tighter than what was announced. Of one slot at most
 * PLAN_LIMITS_TRIES times. False: nothing. */
bool planner_next_replan(struct planner *planner, int64_t from, struct planner_window *ret);

/* Slots that no schedule counts for and that planner_next_replan() will not announce any more: what
 * was refused is what the limits leave of the plan, or it has been tried often enough. Each slot is
 * told once; net_wh is not set. False: none. */
bool planner_next_stuck(struct planner *planner, int64_t from, struct planner_window *ret);

/* The same of the homes' plans: the next home of which slots from `from` to `to` have not been
 * announced to it. *ret_client_id is its id, borrowed until the planner's next call. */
bool planner_next_baseline(struct planner *planner, int64_t from, int64_t to,
	struct planner_window *ret, const char **ret_client_id);

/* What a slot is planned at; false: it is in no planned day. */
bool planner_planned(const struct planner *planner, int64_t slot, int64_t *ret_net_wh);

/* What a home is planned at, its class's way if it has not been metered for a day; false: it is not
 * registered, or the slot is in no planned day. */
bool planner_planned_home(
	const struct planner *planner, uint32_t home, int64_t slot, int64_t *ret_net_wh);

#endif
