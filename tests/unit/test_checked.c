#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/checked.h"

typedef bool operation(int64_t a, int64_t b, int64_t *ret);

static void results_fit_or_are_refused(void **state)
{
	static const struct {
		operation *op;
		int64_t a, b;
		bool fits;
		int64_t want;
	} cases[] = {
		{checked_add, 2, 3, true, 5},
		{checked_add, INT64_MAX - 1, 1, true, INT64_MAX},
		{checked_add, INT64_MAX, 1, false, 0},
		{checked_add, INT64_MIN + 1, -1, true, INT64_MIN},
		{checked_add, INT64_MIN, -1, false, 0},
		{checked_sub, 2, 3, true, -1},
		{checked_sub, INT64_MIN + 1, 1, true, INT64_MIN},
		{checked_sub, INT64_MIN, 1, false, 0},
		{checked_sub, -1, INT64_MIN, true, INT64_MAX},
		{checked_sub, 0, INT64_MIN, false, 0},
		{checked_mul, -2, 3, true, -6},
		{checked_mul, INT64_MAX / 2, 2, true, INT64_MAX - 1},
		{checked_mul, INT64_MAX / 2 + 1, 2, false, 0},
		{checked_mul, INT64_MIN / 2, 2, true, INT64_MIN},
		{checked_mul, INT64_MIN, -1, false, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t got = 77;
		int64_t a = cases[i].a;

		assert_int_equal(cases[i].op(cases[i].a, cases[i].b, &got), cases[i].fits);
		assert_int_equal(got, cases[i].fits ? cases[i].want : 77);
		assert_int_equal(cases[i].op(a, cases[i].b, &a), cases[i].fits);
		assert_int_equal(a, cases[i].fits ? cases[i].want : cases[i].a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(results_fit_or_are_refused)};

	return cmocka_run_group_tests_name("checked", tests, NULL, NULL);
}
