#include "core/home_baseline.h"
#include <assert.h>

#define UNSAID INT32_MIN

/* Nothing stands any more, or yet. */
static bool is_empty(const struct home_baseline *b, int64_t open_slot)
{
	return b->end <= b->first || b->end < open_slot;
}

enum verdict home_baseline_check(const struct net_window *w, int64_t most_wh, int64_t open_slot,
	int64_t horizon_slots, const char **field)
{
	*field = "first_slot";
	if (w->first_slot <= open_slot + horizon_slots)
		return VERDICT_SLOT_TOO_NEAR;
	*field = "net_wh";
	/* The slot before the open one stands, too, until it is settled. */
	if (w->first_slot + w->count > open_slot - 1 + HOME_BASELINE_SLOTS)
		return VERDICT_HORIZON;
	for (uint32_t i = 0; i < w->count; i++) {
		if (w->net_wh[i] < -most_wh || w->net_wh[i] > most_wh)
			return VERDICT_BEYOND_RATING;
	}
	*field = "";
	return VERDICT_OK;
}

static int32_t *place(struct home_baseline *b, int64_t slot)
{
	return &b->net_wh[slot % HOME_BASELINE_SLOTS];
}

/* Slots of which nothing was said. */
static void leave_out(struct home_baseline *b, int64_t first, int64_t end)
{
	for (int64_t slot = first; slot < end; slot++)
		*place(b, slot) = UNSAID;
}

void home_baseline_set(struct home_baseline *b, const struct net_window *w, int64_t open_slot)
{
	int64_t end = w->first_slot + w->count;

	assert(w->first_slot >= 0);
	if (is_empty(b, open_slot))
		b->first = b->end = w->first_slot;
	else if (b->first < open_slot - 1)
		b->first = open_slot - 1;
	leave_out(b, b->end, w->first_slot);
	leave_out(b, end, b->first);
	for (uint32_t i = 0; i < w->count; i++)
		*place(b, w->first_slot + i) = w->net_wh[i];
	if (w->first_slot < b->first)
		b->first = w->first_slot;
	if (end > b->end)
		b->end = end;
}

bool home_baseline_get(const struct home_baseline *b, int64_t slot, int64_t *ret_wh)
{
	int32_t wh;

	if (slot < b->first || slot >= b->end)
		return false;
	wh = b->net_wh[slot % HOME_BASELINE_SLOTS];
	if (wh != UNSAID)
		*ret_wh = wh;
	return wh != UNSAID;
}

void home_baseline_xfer(struct xfer *x, struct home_baseline *b, int64_t open_slot)
{
	bool empty = !x->reading && is_empty(b, open_slot);
	int64_t first = b->first < open_slot - 1 ? open_slot - 1 : b->first;
	uint32_t count = empty || x->reading ? 0 : (uint32_t)(b->end - first);

	if (empty || first < 0)
		first = 0;
	xfer_i64(x, &first);
	xfer_count(x, &count, HOME_BASELINE_SLOTS);
	if (x->reading && (first < 0 || first > INT32_MAX))
		x->bad = true;
	for (uint32_t i = 0; i < count && !x->bad; i++)
		xfer_i32(x, place(b, first + i));
	if (!x->reading)
		return;
	b->first = first;
	b->end = first + count;
}
