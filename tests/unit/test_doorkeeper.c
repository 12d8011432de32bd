/* Logins: one address is held to its share, all together to theirs, and so is the log; who was here
 * before has a share that strangers cannot use up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include "plugin/doorkeeper.h"

enum { STRANGER, HOME, OTHER }; /* numbers of clients */

static const struct options options = {.login_rate = 5, .login_burst = 50, .login_rate_all = 200};

static int set_up(void **state)
{
	/* Of a secret that all runs share, so that the same addresses share a place. */
	*state = calloc(1, sizeof(struct doorkeeper));
	return *state ? 0 : -1;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

static int admitted_as(
	struct doorkeeper *d, const char *address, uint32_t client, int tries, int64_t now_ms)
{
	int n = 0;

	for (int i = 0; i < tries; i++)
		n += doorkeeper_admits(d, address, client, &options, now_ms);
	return n;
}

static int admitted(struct doorkeeper *d, const char *address, int tries, int64_t now_ms)
{
	return admitted_as(d, address, STRANGER, tries, now_ms);
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

/* A flood from everywhere, and a home where it has been before. */
static void the_known_have_a_share_of_their_own(void **state)
{
	struct doorkeeper *d = *state;
	char address[32];

	doorkeeper_knows(d, "192.0.2.1", HOME, 1000000);
	for (int i = 0; i < 1000; i++) {
		(void)snprintf(address, sizeof address, "198.51.%d.%d", i / 250, i % 250);
		(void)admitted_as(d, address, HOME, 50, 1000000); /* in its name even */
	}
	assert_int_equal(admitted_as(d, "192.0.2.2", OTHER, 1, 1000000), 0);
	assert_int_equal(admitted_as(d, "192.0.2.1", OTHER, 1, 1000000), 0);
	assert_int_equal(admitted_as(d, "192.0.2.1", HOME, 1000, 1000000), 50);
	assert_int_equal(admitted_as(d, "192.0.2.1", HOME, 1000, 1001000), 5);
	/* Who moves has the share that is left, at the one place that counts. */
	doorkeeper_knows(d, "192.0.2.9", HOME, 1001000);
	assert_int_equal(admitted_as(d, "192.0.2.9", HOME, 1000, 1002000), 5);
}

static void a_good_login_counts_for_a_day(void **state)
{
	struct doorkeeper *d = *state;
	int64_t end_ms = 1000000 + DOORKEEPER_KNOWN_MS;

	doorkeeper_knows(d, "192.0.2.1", HOME, 1000000);
	assert_int_equal(admitted(d, "192.0.2.1", 1000, end_ms - 1), 50);
	assert_int_equal(admitted_as(d, "192.0.2.1", HOME, 1000, end_ms - 1), 50);
	assert_int_equal(admitted_as(d, "192.0.2.1", HOME, 1000, end_ms), 0);
}

/* Nor are the known without bound: no more than all others together. */
static void the_known_have_a_bound(void **state)
{
	struct doorkeeper *d = *state;
	int n = 0;

	for (uint32_t client = 0; client < 1000; client++) {
		doorkeeper_knows(d, "192.0.2.1", client, 1000000);
		n += admitted_as(d, "192.0.2.1", client, 2, 1000000);
	}
	assert_int_equal(n, 400);
	assert_int_equal(admitted_as(d, "192.0.2.2", STRANGER, 1, 1000000), 1);
}

/* Which addresses share a place with a home's is another matter in each broker: of 20,000 some
 * twenty, and never the same. */
static void places_are_secret(void **state)
{
	const struct options slow = {.login_rate = 1, .login_burst = 1, .login_rate_all = 1000};
	struct doorkeeper *d = *state, *other = calloc(1, sizeof *other);
	char address[32];
	int differ = 0;

	assert_non_null(other);
	assert_int_equal(doorkeeper_init(d), ERR_OK);
	assert_int_equal(doorkeeper_init(other), ERR_OK);
	assert_memory_not_equal(d->secret, other->secret, sizeof d->secret);
	for (int i = 0; i < 20000; i++) {
		int64_t now_ms = 1000000 + i * 2000;
		(void)snprintf(address, sizeof address, "198.%d.%d.1", i / 250, i % 250);
		(void)doorkeeper_admits(d, "192.0.2.1", STRANGER, &slow, now_ms);
		(void)doorkeeper_admits(other, "192.0.2.1", STRANGER, &slow, now_ms);
		differ += doorkeeper_admits(d, address, STRANGER, &slow, now_ms) !=
			  doorkeeper_admits(other, address, STRANGER, &slow, now_ms);
	}
	assert_in_range(differ, 5, 200);
	free(other);
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
		TEST(the_known_have_a_share_of_their_own),
		TEST(a_good_login_counts_for_a_day),
		TEST(the_known_have_a_bound),
		TEST(places_are_secret),
		TEST(the_log_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
