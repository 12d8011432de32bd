/* What is advised when a login is refused: by what it was made, and with the machine's time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "wire/login_advice.h"

static const int64_t now_ms = INT64_C(1767268800) * 1000 + 999; /* 2026-01-01 12:00:00 */

static void each_means_has_its_own(void **state)
{
	static const char *const wanted[] = {
		[LOGIN_BY_HOME_KEY] =
			"check this machine's clock (it says 2026-01-01 12:00:00 UTC), or this "
			"home has been revoked, or it logs in too often: ask the operator",
		[LOGIN_BY_ROLE_KEY] =
			"check this machine's clock (it says 2026-01-01 12:00:00 UTC), or the key "
			"is not the one that the market knows, or too many log in at once: try "
			"again",
		[LOGIN_BY_PASSWORD] = "look at the password and the user",
	};
	char out[LOGIN_ADVICE_MAX];

	(void)state;
	for (int means = LOGIN_BY_HOME_KEY; means <= LOGIN_BY_PASSWORD; means++) {
		login_advice(5, (enum login_means)means, now_ms, out);
		assert_string_equal(out, wanted[means]);
	}
}

static void only_refused_logins_have_any(void **state)
{
	char out[LOGIN_ADVICE_MAX];

	(void)state;
	for (int connack = 0; connack < 256; connack++) {
		login_advice(connack, LOGIN_BY_HOME_KEY, now_ms, out);
		assert_int_equal(out[0] != '\0',
			connack == 4 || connack == 5 || connack == 0x86 || connack == 0x87);
	}
}

static void a_clock_before_1970_is_1970(void **state)
{
	char out[LOGIN_ADVICE_MAX];

	(void)state;
	login_advice(5, LOGIN_BY_HOME_KEY, -1, out);
	assert_memory_equal(out, "check this machine's clock (it says 1970-01-01 00:00:00", 55);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_means_has_its_own),
		cmocka_unit_test(only_refused_logins_have_any),
		cmocka_unit_test(a_clock_before_1970_is_1970),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
