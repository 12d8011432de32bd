/* persistence: how much of a deviation is still there when it can be traded, learnt from what
 * became of those before: of being short and of being long by itself. Deviations do not last as
 * they are; who trades all of one makes the next. */
#ifndef LEM_VPP_PERSISTENCE_H
#define LEM_VPP_PERSISTENCE_H
#include "core/vpp/nowcast.h"

enum { PERSISTENCE_LEAD_MAX = 4 };

/* What has been seen. */
struct persistence {
	struct nowcast lasting[2]; /* of deviations above 0 (short), and of those below */
	uint32_t lead_slots;
	int64_t slot[PERSISTENCE_LEAD_MAX]; /* the last deviations, by slot modulo the lead */
	int64_t wh[PERSISTENCE_LEAD_MAX];
};

/* Nothing seen: half of a deviation is taken to last. lead_slots: 1..PERSISTENCE_LEAD_MAX, from
 * what is measured to what is traded. */
void persistence_init(struct persistence *persistence, uint32_t lead_slots);

/* Learn what a slot's deviation was, without what was traded; slots in their order, some may be
 * missing. */
void persistence_learn(struct persistence *persistence, int64_t slot, int64_t wh);

/* What is expected of a deviation lead_slots later. */
int64_t persistence_expect(const struct persistence *persistence, int64_t wh);

#endif
