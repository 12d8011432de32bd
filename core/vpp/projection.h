/* projection: how much of a deviation that shows at the end of a slot's first quarter is there when
 * the slot is over, learnt from what became of those before: of being short and of being long by
 * itself. A cloud passes and a kettle boils; who trades all that a quarter shows makes the next
 * deviation. */
#ifndef LEM_VPP_PROJECTION_H
#define LEM_VPP_PROJECTION_H
#include "core/vpp/nowcast.h"

/* What has been seen. */
struct projection {
	struct nowcast lasting[2]; /* of deviations above 0 (short), and of those below */
	int64_t slot;              /* the last that was projected, and at what */
	int64_t wh;
};

/* Nothing seen: all of a deviation is taken to be there at the end. */
void projection_init(struct projection *projection);

/* What is expected at the end of that slot, whose first quarter says wh. */
int64_t projection_expect(struct projection *projection, int64_t slot, int64_t wh);

/* Learn what a slot's deviation was, without what was traded; it counts if it was the last to be
 * projected. */
void projection_learn(struct projection *projection, int64_t slot, int64_t wh);

#endif
