#include "core/vpp/series.h"
#include <assert.h>

size_t series_room(uint32_t day_slots)
{
	return (size_t)SERIES_DAYS * day_slots;
}

void series_init(struct series *s, int32_t *wh, uint32_t day_slots)
{
	assert(day_slots > 0 && day_slots <= DAY_SLOTS_MAX);
	*s = (struct series){.wh = wh, .day_slots = day_slots, .next = INT64_MIN};
	for (size_t i = 0; i < series_room(day_slots); i++)
		wh[i] = SERIES_UNKNOWN;
}

static int32_t *place(const struct series *s, int64_t slot)
{
	int64_t room = (int64_t)series_room(s->day_slots);
	int64_t at = slot % room;

	return &s->wh[at < 0 ? at + room : at];
}

void series_put(struct series *s, int64_t slot, int64_t wh)
{
	int64_t room = (int64_t)series_room(s->day_slots);

	if (s->next != INT64_MIN && slot < s->next - room)
		return;
	for (int64_t i = s->next; s->next != INT64_MIN && i < slot && i < s->next + room; i++)
		*place(s, i) = SERIES_UNKNOWN;
	if (s->next == INT64_MIN || slot >= s->next)
		s->next = slot + 1;
	*place(s, slot) = wh < 0 ? 0 : wh > INT32_MAX ? INT32_MAX : (int32_t)wh;
}

int64_t series_get(const struct series *s, int64_t slot)
{
	int64_t room = (int64_t)series_room(s->day_slots);

	if (s->next == INT64_MIN || slot >= s->next || slot < s->next - room)
		return SERIES_UNKNOWN;
	return *place(s, slot);
}

uint32_t series_days(const struct series *s, int64_t slot, uint32_t days, int32_t *ret_wh)
{
	uint32_t n = 0;

	for (uint32_t day = 0; day < days; day++) {
		int64_t wh = series_get(s, slot - (int64_t)day * s->day_slots);

		if (wh != SERIES_UNKNOWN)
			ret_wh[n++] = (int32_t)wh;
	}
	return n;
}

int32_t series_fading_mean(const int32_t *values, uint32_t n)
{
	int64_t weight = 1 << 16, weights = 0, sum = 0;

	for (uint32_t i = 0; i < n; i++) {
		sum += weight * values[i];
		weights += weight;
		weight = weight * 9 / 10;
	}
	return n > 0 ? (int32_t)(sum / weights) : 0;
}
