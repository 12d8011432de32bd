#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/vpp/class_profile.h"

static int64_t day_wh(int64_t pv_w, uint32_t day_slots)
{
	int64_t sum = 0;

	for (uint32_t i = 0; i < day_slots; i++)
		sum += class_profile_net_wh(pv_w, i, day_slots);
	return sum;
}

static void a_day_adds_up(void **state)
{
	static const uint32_t lengths[] = {1, 2, 4, 24, 48, 96, 1440};

	(void)state;
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		int64_t rounded = lengths[i]; /* each slot down to a whole Wh */

		assert_true(llabs(day_wh(0, lengths[i]) - 10000) <= rounded);
		assert_true(llabs(day_wh(5000, lengths[i]) - (10000 - 20000)) <= rounded);
	}
}

static void the_sun_shines_by_day(void **state)
{
	(void)state;
	assert_int_equal(class_profile_net_wh(5000, 0, 96), class_profile_net_wh(0, 0, 96));
	assert_true(class_profile_net_wh(5000, 48, 96) < 0);
	assert_true(class_profile_net_wh(0, 48, 96) > 0);
	assert_int_equal(class_profile_net_wh(5000, 12, 24), 430 - 2740);
	assert_int_equal(class_profile_net_wh(0, 19, 24), 720);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_adds_up),
		cmocka_unit_test(the_sun_shines_by_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
