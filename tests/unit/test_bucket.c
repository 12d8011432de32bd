/* Token buckets: so many at once, so many a second, and nothing is lost to rounding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "plugin/bucket.h"

static void a_burst_and_then_the_rate(void **state)
{
	struct bucket b = {0};

	(void)state;
	for (int i = 0; i < 10; i++)
		assert_true(bucket_take(&b, 2, 10, 1000000));
	assert_false(bucket_take(&b, 2, 10, 1000000));
	assert_false(bucket_take(&b, 2, 10, 1000499));
	assert_true(bucket_take(&b, 2, 10, 1000500));
	assert_false(bucket_take(&b, 2, 10, 1000999));
	assert_true(bucket_take(&b, 2, 10, 1001000));
	assert_false(bucket_take(&b, 2, 10, 1001000));
}

/* Asking in vain costs nothing, and parts of a token add up. */
static void asking_often_does_no_harm(void **state)
{
	struct bucket b = {0};
	int taken = 0;

	(void)state;
	for (int64_t ms = 1000000; ms < 1060000; ms++)
		taken += bucket_take(&b, 3, 5, ms);
	assert_int_equal(taken, 5 + 3 * 60 - 1); /* the last token's second is not quite over */
}

static void it_never_holds_more_than_a_burst(void **state)
{
	struct bucket b = {0};
	int taken = 0;

	(void)state;
	assert_true(bucket_take(&b, 1000000, 3, 5));
	while (bucket_take(&b, 1000000, 3, INT64_C(1000000000000)))
		taken++;
	assert_int_equal(taken, 3);
	/* The largest that options allow, after a year. */
	b = (struct bucket){0};
	assert_true(bucket_take(&b, 1000000, 1000000, 0));
	assert_true(bucket_take(&b, 1000000, 1000000, INT64_C(31536000000)));
	assert_int_equal(b.spent_mt, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_burst_and_then_the_rate),
		cmocka_unit_test(asking_often_does_no_harm),
		cmocka_unit_test(it_never_holds_more_than_a_burst),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
