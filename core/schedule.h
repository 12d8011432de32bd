/* schedule: the net of the community - import less export - that the aggregator has announced for
 * slots to come (paper, V-C). It is what reality is held against: a transaction of the
 * aggregator's, so that everyone knows it and nobody can change it afterwards. Of several for one
 * slot the last counts that the operators of the grid let count (core/approval.h); none can be made
 * for a slot that has begun. */
#ifndef LEM_CORE_SCHEDULE_H
#define LEM_CORE_SCHEDULE_H
#include <stdbool.h>
#include <stdint.h>
#include "core/approval.h"
#include "core/hash.h"
#include "core/verdict.h"
#include "core/xfer.h"

enum {
	SCHEDULE_SLOTS_MAX = 96,          /* of one transaction: a day of quarter hours */
	SCHEDULES_MAX = 64,               /* kept: those whose slots are not all settled */
	SCHEDULE_AHEAD_S = 2 * 86400,     /* how far ahead the last slot may end */
	SCHEDULE_NET_WH_MAX = 1000000000, /* of a slot, either way */
};

/* The net of some slots in a row, as a message says it. */
struct net_window {
	int64_t first_slot;
	uint32_t count;        /* 1..SCHEDULE_SLOTS_MAX */
	const int32_t *net_wh; /* borrowed */
};

/* A schedule as it is kept. */
struct schedule {
	uint64_t seq; /* of its transaction */
	uint8_t id[HASH_LEN];
	struct approvals approvals;
	int64_t first_slot;
	uint32_t count;
	int32_t net_wh[SCHEDULE_SLOTS_MAX];
};

/* Those that may still count, ascending by sequence. */
struct schedules {
	uint32_t count;
	struct schedule rows[SCHEDULES_MAX];
};

struct ledger;
struct tx;

/* Whether slots in a row lie after the open one and end no more than two days after it, or are the
 * next one: HORIZON if not, and *field `first_slot`, or `last` if it is the end. */
enum verdict schedule_slots_check(const struct ledger *ledger, int64_t first_slot, uint32_t count,
	const char *last, const char **field);

/* Judge a TX_SCHEDULE whose place is right. NOT_ADMITTED, NOT_ALLOWED: the address is not the
 * aggregator's; HORIZON: a slot has begun, or ends too far ahead; OUT_OF_RANGE: a net;
 * SCHEDULE_LATE: it leaves no time to approve it; TOO_MANY: no room for one more. *field is the
 * member's name. */
enum verdict schedule_check(const struct ledger *ledger, const struct tx *tx, const char **field);

/* Add one that schedule_check() lets in; returns it. */
const struct schedule *schedule_add(struct ledger *ledger, const struct tx *tx);

/* What a slot is scheduled at, as things stand at market time now_ms: by the last schedule that
 * counts; false: none does. */
bool schedule_net(const struct ledger *ledger, int64_t slot, int64_t now_ms, int64_t *ret_wh);

/* A block has been opened: forget those whose slots are all settled. */
void schedules_advance(struct ledger *ledger);

/* Through a snapshot. */
void schedules_xfer(struct xfer *x, struct schedules *schedules);

#endif
