#include "core/home_mode.h"
#include <assert.h>
#include <stddef.h>
#include <string.h>

void home_modes_init(struct home_modes *t, enum mode mode)
{
	*t = (struct home_modes){.count = 1, .spans = {{.from_slot = -1, .mode = mode}}};
}

enum mode home_mode_at(const struct home_modes *t, int64_t slot)
{
	enum mode mode = t->spans[0].mode;

	for (uint32_t i = 1; i < t->count; i++) {
		if (t->spans[i].from_slot <= slot)
			mode = t->spans[i].mode;
	}
	return mode;
}

enum verdict home_mode_check(int64_t open_slot, int64_t from_slot)
{
	if (from_slot <= open_slot || from_slot > open_slot + MODE_AHEAD_SLOTS_MAX)
		return VERDICT_OUT_OF_RANGE;
	return VERDICT_OK;
}

void home_mode_change(struct home_modes *t, int64_t open_slot, int64_t from_slot, enum mode mode)
{
	/* Rewards of the slot before the open one are still to come. */
	while (t->count > 1 && t->spans[1].from_slot < open_slot)
		memmove(t->spans, t->spans + 1, --t->count * sizeof *t->spans);
	while (t->count > 1 && t->spans[t->count - 1].from_slot > open_slot)
		t->count--;
	assert(t->count > 0 && t->count < MODES_KEPT);
	t->spans[t->count++] = (struct mode_span){.from_slot = from_slot, .mode = mode};
	for (uint32_t i = t->count; i < MODES_KEPT; i++)
		t->spans[i] = (struct mode_span){.from_slot = 0};
}

bool mode_trades(enum mode mode)
{
	return mode != MODE_RE;
}

bool mode_is_rewarded(enum mode mode)
{
	return mode != MODE_TE;
}

const char *mode_name(enum mode mode)
{
	switch (mode) {
	case MODE_TE:
		return "TE";
	case MODE_RE:
		return "RE";
	case MODE_BOTH:
		return "RE+TE";
	}
	return NULL;
}

enum mode mode_from_name(const char *name)
{
	for (int m = MODE_TE; m <= MODE_BOTH; m++) {
		const char *known = mode_name((enum mode)m);
		if (strlen(name) == strlen(known) && memcmp(name, known, strlen(known)) == 0)
			return (enum mode)m;
	}
	return (enum mode)0;
}

void home_modes_xfer(struct xfer *x, struct home_modes *t)
{
	xfer_count(x, &t->count, MODES_KEPT);
	for (uint32_t i = 0; i < t->count; i++) {
		xfer_i64(x, &t->spans[i].from_slot);
		XFER_INT(x, t->spans[i].mode);
	}
}
