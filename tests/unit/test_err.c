#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "wire/err.h"

static void every_error_has_a_name_and_a_sentence(void **state)
{
	(void)state;
	assert_int_equal(ERR_OK, 0);
	assert_string_equal(err_name(ERR_OK), "OK");
	assert_string_equal(err_name(ERR_DB_FOREIGN), "DB_FOREIGN");
	assert_string_equal(err_name(ERR_INTERNAL), "INTERNAL");
	assert_string_equal(err_text(ERR_NOMEM), "out of memory");
	for (unsigned i = 0; i < ERR_COUNT; i++)
		for (unsigned j = 0; j < i; j++) {
			assert_string_not_equal(err_name((enum err)i), err_name((enum err)j));
			assert_string_not_equal(err_text((enum err)i), err_text((enum err)j));
		}
}

static void numbers_outside_the_table_are_unknown(void **state)
{
	(void)state;
	assert_string_equal(err_name(ERR_COUNT), "UNKNOWN");
	assert_string_equal(err_text((enum err)999), "unknown error");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_error_has_a_name_and_a_sentence),
		cmocka_unit_test(numbers_outside_the_table_are_unknown),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
