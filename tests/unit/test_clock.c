/* The machine's clocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <time.h>
#include <unistd.h>
#include "wire/clock.h"

static void real_time_is_the_seconds_of_the_system_in_ms(void **state)
{
	int64_t before_s = (int64_t)time(NULL), now_ms = clock_real_ms();
	int64_t after_s = (int64_t)time(NULL);

	(void)state;
	/* time() may lag behind by a tick of the kernel's. */
	assert_true(before_s * 1000 <= now_ms && now_ms <= after_s * 1000 + 1100);
}

static void monotonic_time_goes_by_in_ms(void **state)
{
	int64_t begin_ms = clock_monotonic_ms(), passed_ms;

	(void)state;
	(void)usleep(20000);
	passed_ms = clock_monotonic_ms() - begin_ms;
	assert_true(19 <= passed_ms && passed_ms < 19000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_time_is_the_seconds_of_the_system_in_ms),
		cmocka_unit_test(monotonic_time_goes_by_in_ms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
