/* schedule_desk: what an operator of the network has heard of the ledger that it needs to answer
 * schedules: those that wait, its own limits, and its own answers. */
#ifndef LEM_LEMCTL_SCHEDULE_DESK_H
#define LEM_LEMCTL_SCHEDULE_DESK_H
#include "core/tx.h"

enum { SCHEDULE_DESK_WHY_MAX = APPROVAL_REASON_MAX + 1 };

/* A schedule that was heard of. */
struct desk_schedule {
	uint8_t id[HASH_LEN];
	uint64_t seq;
	int64_t first_slot;
	int64_t deadline_ms; /* by the parameters as it was heard of: those that it was announced
			      * under, unless they have changed in between */
	uint32_t count;      /* 0: no schedule */
	int32_t net_wh[SCHEDULE_SLOTS_MAX];
	uint64_t answer_seq;           /* of the own answer; 0: none yet */
	enum approval_verdict verdict; /* of it */
	bool told;                     /* the caller's: it has been shown */
	bool tried;                    /* the caller's: it has been answered */
};

/* All of it. Zeros but for params: the market's, of which slots and what asks are taken. */
struct schedule_desk {
	struct params params;
	struct address self; /* the role's */
	struct desk_schedule rows[SCHEDULES_MAX];
	struct net_limit limits[NETWORK_SLOTS]; /* own; by slot modulo NETWORK_SLOTS */
};

/* How a schedule lies to the own limits. */
enum desk_opinion { DESK_WITHIN, DESK_BEYOND, DESK_UNKNOWN };

/* Take in a transaction of the ledger whose signature has been verified; others than schedules, own
 * limits and own answers are ignored, and so is what was heard before. */
void schedule_desk_take(struct schedule_desk *desk, const struct tx *tx);

/* Judge it by the own limits. UNKNOWN: a slot has none, unless `unlimited` says that this is
 * within. why gets a sentence that names the first slot; "" if it is within. */
enum desk_opinion schedule_desk_judge(const struct schedule_desk *desk,
	const struct desk_schedule *schedule, bool unlimited,
	char why[static SCHEDULE_DESK_WHY_MAX]);

/* Whether it may still be answered: its first slot has not begun. Of one that was heard of late the
 * deadline is not known for sure, and the market says so if it is over. */
bool schedule_desk_waits(
	const struct schedule_desk *desk, const struct desk_schedule *schedule, int64_t now_ms);

#endif
