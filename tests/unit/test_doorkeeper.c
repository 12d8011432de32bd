/* Logins: one address is held to its share, all together to theirs, and so is the log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include "plugin/doorkeeper.h"

static const struct options options = {.login_rate = 5, .login_burst = 50, .login_rate_all = 200};

static int set_up(void **state)
{
	*state = calloc(1, sizeof(struct doorkeeper));
	return *state ? 0 : -1;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

static int admitted(struct doorkeeper *d, const char *address, int tries, int64_t now_ms)
{
	int n = 0;

	for (int i = 0; i < tries; i++)
		n += doorkeeper_admits(d, address, &options, now_ms);
	return n;
}

static int told(struct doorkeeper *d, const char *address, int tries, int64_t now_ms)
{
	int n = 0;

	for (int i = 0; i < tries; i++)
		n += doorkeeper_tells(d, address, now_ms);
	return n;
}

static void an_address_has_its_share(void **state)
{
	assert_int_equal(admitted(*state, "192.0.2.1", 1000, 1000000), 50);
	assert_int_equal(admitted(*state, "192.0.2.2", 10, 1000000), 10); /* another's is its own */
	assert_int_equal(admitted(*state, "192.0.2.1", 1000, 1001000), 5);
	assert_int_equal(admitted(*state, NULL, 1000, 1000000), 50);
}

static void all_have_theirs(void **state)
{
	char address[32];
	int n = 0;

	for (int i = 0; i < 1000; i++) {
		(void)snprintf(address, sizeof address, "192.0.%d.%d", i / 250, i % 250);
		n += admitted(*state, address, 1, 1000000);
	}
	assert_int_equal(n, 400); /* twice the rate at once */
}

static void the_log_is_bounded(void **state)
{
	char address[32];
	int n = 0;

	assert_int_equal(told(*state, "192.0.2.1", 1000, 1000000), DOORKEEPER_TOLD_BURST);
	assert_int_equal(told(*state, "192.0.2.1", 1000, 1001000), DOORKEEPER_TOLD_RATE);
	for (int i = 0; i < 1000; i++) {
		(void)snprintf(address, sizeof address, "198.51.%d.%d", i / 250, i % 250);
		n += told(*state, address, 1, 1001000);
	}
	assert_in_range(
		n, DOORKEEPER_TOLD_ALL_BURST - DOORKEEPER_TOLD_BURST, DOORKEEPER_TOLD_ALL_BURST);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(an_address_has_its_share),
		TEST(all_have_theirs),
		TEST(the_log_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
