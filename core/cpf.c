#include "core/cpf.h"
#include <assert.h>
#include <stddef.h>
#include "core/checked.h"
#include "core/units.h"

/*
 * For each k = 100, 99, ..., 2 the largest whole d with 100 exp(-d/1000) >= k - 1/2, that is
 * floor(1000 ln(100 / (k - 1/2))). The bound is never a whole number (e to a rational power other
 * than 0 is irrational), so no d lies on a half and the table leaves nothing to rounding.
 */
static const int32_t threshold_wh[] = {5, 15, 25, 35, 46, 56, 67, 77, 88, 99, 110, 122, 133, 145,
	156, 168, 180, 192, 204, 216, 229, 242, 254, 267, 281, 294, 307, 321, 335, 349, 363, 378,
	393, 407, 423, 438, 454, 470, 486, 502, 519, 536, 553, 570, 588, 606, 625, 644, 663, 683,
	703, 723, 744, 765, 787, 809, 832, 855, 879, 903, 928, 954, 980, 1007, 1035, 1064, 1093,
	1123, 1155, 1187, 1220, 1255, 1290, 1328, 1366, 1406, 1448, 1491, 1537, 1584, 1634, 1687,
	1742, 1801, 1864, 1931, 2002, 2079, 2162, 2253, 2353, 2465, 2590, 2733, 2900, 3101, 3352,
	3688, 4199};

enum { THRESHOLDS = sizeof threshold_wh / sizeof *threshold_wh };
_Static_assert(THRESHOLDS == CPF_MAX - CPF_MIN, "every step but the lowest has a threshold");

int cpf_hundredths(int64_t production_wh, int64_t consumption_wh)
{
	uint64_t p = (uint64_t)production_wh;
	uint64_t c = (uint64_t)consumption_wh;
	uint64_t d = production_wh > consumption_wh ? p - c : c - p;
	size_t low = 0;
	size_t high = THRESHOLDS;

	while (low < high) { /* the thresholds rise: find the first that is not below d */
		size_t mid = (low + high) / 2;

		if ((uint64_t)threshold_wh[mid] < d)
			low = mid + 1;
		else
			high = mid;
	}
	return CPF_MAX - (int)low;
}

int32_t cpf_threshold_wh(int hundredths)
{
	assert(CPF_MIN <= hundredths && hundredths <= CPF_MAX);
	return hundredths == CPF_MIN ? INT32_MAX : threshold_wh[CPF_MAX - hundredths];
}

bool poe_floor_met(int64_t production_wh, int64_t consumption_wh, int64_t floor_w, int64_t slot_s)
{
	int64_t lesser_wh = production_wh < consumption_wh ? production_wh : consumption_wh;
	int64_t lesser_ws;

	assert(0 <= floor_w && floor_w <= ENERGY_WH_MAX);
	assert(0 < slot_s && slot_s <= S_PER_DAY);
	if (!checked_mul(lesser_wh, S_PER_HOUR, &lesser_ws))
		return lesser_wh > 0; /* beyond 63 bits, and so beyond any floor */
	return lesser_ws >= floor_w * slot_s;
}
