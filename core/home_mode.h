/* home_mode: whether a home trades, is paid for its CPF, or both (paper, V-E), slot by slot. A
 * change counts from a slot on that has not begun, so what was said of a slot stands once it has.
 */
#ifndef LEM_CORE_HOME_MODE_H
#define LEM_CORE_HOME_MODE_H
#include <stdbool.h>
#include <stdint.h>
#include "core/verdict.h"
#include "core/xfer.h"

/* Participation: trade, rewards, or both. The numbers are stored in csm.db. */
enum mode { MODE_TE = 1, MODE_RE = 2, MODE_BOTH = 3 };

enum {
	MODES_KEPT = 3,               /* of the slot before the open one, of that, and what waits */
	MODE_AHEAD_SLOTS_MAX = 40000, /* a year of quarter hours, and some */
};

/* A mode and the first slot in which it counts. */
struct mode_span {
	int64_t from_slot;
	enum mode mode;
};

/* The modes of a home that may still matter, ascending by slot; the first counts in all slots
 * before the second. All zeros: none yet. */
struct home_modes {
	uint32_t count;
	struct mode_span spans[MODES_KEPT];
};

/* One mode in all slots, until it is changed. */
void home_modes_init(struct home_modes *modes, enum mode mode);

/* The mode in a slot from the one before the open one on; 0: none yet. */
enum mode home_mode_at(const struct home_modes *modes, int64_t slot);

/* Whether a change may begin there: OK, or OUT_OF_RANGE - the slot has begun, or is more than
 * MODE_AHEAD_SLOTS_MAX ahead. */
enum verdict home_mode_check(int64_t open_slot, int64_t from_slot);

/* A mode from a slot on that home_mode_check() lets in, in place of what waits. */
void home_mode_change(
	struct home_modes *modes, int64_t open_slot, int64_t from_slot, enum mode mode);

/* Whether a home of that mode may have orders; whether its CPF may earn a reward. */
bool mode_trades(enum mode mode);
bool mode_is_rewarded(enum mode mode);

/* "TE", "RE", "RE+TE"; NULL / 0 if unknown. */
const char *mode_name(enum mode mode);
enum mode mode_from_name(const char *name);

/* Through a snapshot. */
void home_modes_xfer(struct xfer *x, struct home_modes *modes);

#endif
