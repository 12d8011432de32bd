#include "core/vpp/class_profile.h"
#include "core/units.h"

enum { HOURS = 24, PERMILLE = 1000 };

/* Shares of a day by hour, in thousandths. */
static const int16_t load_permille[HOURS] = {28, 24, 22, 21, 21, 24, 34, 46, 48, 43, 40, 40, 43, 41,
	38, 38, 43, 56, 68, 72, 68, 58, 47, 37};
static const int16_t pv_permille[HOURS] = {
	0, 0, 0, 0, 0, 0, 12, 45, 78, 104, 124, 137, 137, 124, 104, 78, 45, 12, 0, 0, 0, 0, 0, 0};

int64_t class_profile_net_wh(int64_t pv_w, uint32_t slot_of_day, uint32_t day_slots)
{
	uint32_t first = slot_of_day * HOURS / day_slots;
	uint32_t end = (slot_of_day + 1) * HOURS / day_slots;
	int64_t sum = 0;

	if (end <= first)
		end = first + 1; /* a part of one hour */
	for (uint32_t h = first; h < end && h < HOURS; h++)
		sum += (int64_t)CLASS_LOAD_WH * load_permille[h] -
		       pv_w * CLASS_PV_HOURS * pv_permille[h];
	/* So many hours' shares, for so long a slot. */
	return sum * HOURS / ((int64_t)day_slots * (end - first)) / PERMILLE;
}

int64_t class_profile_slot_wh(const struct params *p, int64_t pv_w, int64_t slot)
{
	int64_t s = params_slot_start_ms(p, slot) / MS_PER_S % S_PER_DAY;
	int64_t day_slots = p->slot_s < S_PER_DAY ? S_PER_DAY / p->slot_s : 1;
	int64_t at = s / p->slot_s;

	return class_profile_net_wh(
		pv_w, (uint32_t)(at < day_slots ? at : day_slots - 1), (uint32_t)day_slots);
}
