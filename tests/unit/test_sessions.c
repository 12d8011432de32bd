/* Sessions: one client's share, that of all, that every end gives its place back, and which is
 * known again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include "plugin/sessions.h"

static char places[SESSIONS_MAX + 1]; /* their addresses are the broker's sessions */

/* Begin one under an MQTT client id of its own. */
static bool begin(struct sessions *s, int place, uint32_t client)
{
	char id[32];

	(void)snprintf(id, sizeof id, "home/%d", place);
	return sessions_begin(s, &places[place], client, id, "token");
}

static int set_up(void **state)
{
	*state = calloc(1, sizeof(struct sessions));
	if (!*state)
		return -1;
	sessions_init(*state);
	return 0;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

static void a_client_has_its_share(void **state)
{
	struct sessions *s = *state;

	for (int i = 0; i < SESSIONS_OF_ONE; i++)
		assert_true(begin(s, i, 7));
	assert_false(begin(s, SESSIONS_OF_ONE, 7));
	assert_true(begin(s, SESSIONS_OF_ONE, 8));
	sessions_end(s, &places[3]);
	sessions_end(s, &places[3]); /* twice is once */
	assert_true(begin(s, 100, 7));
	assert_false(begin(s, 101, 7));
	sessions_end(s, &places[102]); /* nobody's */
	assert_int_equal(s->of_one[7], SESSIONS_OF_ONE);
	assert_int_equal(s->of_one[8], 1);
}

/* A session whose end was not told leaves its place to the next that has its address. */
static void a_lost_end_is_made_good(void **state)
{
	struct sessions *s = *state;

	assert_true(begin(s, 0, 1));
	assert_true(begin(s, 0, 2));
	assert_int_equal(s->of_one[1], 0);
	assert_int_equal(s->of_one[2], 1);
	assert_int_equal(s->by_session.count, 1);
}

static void all_have_a_bound(void **state)
{
	struct sessions *s = *state;

	for (uint32_t i = 0; i < SESSIONS_MAX; i++)
		assert_true(begin(s, (int)i, i / 4));
	assert_false(begin(s, SESSIONS_MAX, HOMES_MAX - 1));
	for (uint32_t i = 0; i < SESSIONS_MAX; i++)
		sessions_end(s, &places[i]);
	assert_int_equal(s->by_session.count, 0);
	for (uint32_t i = 0; i < HOMES_MAX; i++)
		assert_int_equal(s->of_one[i], 0);
}

/* A connection that is half open: the client comes back under the same MQTT id. */
static void a_full_client_takes_its_own_place(void **state)
{
	struct sessions *s = *state;

	for (int i = 0; i < SESSIONS_OF_ONE; i++)
		assert_true(begin(s, i, 7));
	assert_false(sessions_begin(s, &places[50], 7, "home/50", "token"));
	assert_true(sessions_begin(s, &places[50], 7, "home/3", "token"));
	assert_int_equal(s->of_one[7], SESSIONS_OF_ONE + 1); /* until the old one's end is told */
	assert_false(sessions_begin(s, &places[51], 7, "home/51", "token"));
	sessions_end(s, &places[3]);
	assert_int_equal(s->of_one[7], SESSIONS_OF_ONE);
	assert_true(sessions_begin(s, &places[52], 7, "home/3", "token"));
	/* It comes to nothing: the place is still the one that was there. */
	sessions_end(s, &places[52]);
	assert_int_equal(s->of_one[7], SESSIONS_OF_ONE);
	assert_false(sessions_begin(s, &places[53], 7, "home/53", "token"));
	sessions_end(s, &places[50]);
	assert_true(sessions_begin(s, &places[53], 7, "home/53", "token"));
	assert_false(sessions_begin(s, &places[54], 7, "home/3", "token")); /* not held any more */
	for (int i = 0; i <= 60; i++)
		sessions_end(s, &places[i]);
	assert_int_equal(s->of_one[7], 0);
	assert_int_equal(s->first[7], 0);
}

static void the_very_session_is_known_again(void **state)
{
	struct sessions *s = *state;

	assert_false(sessions_holds(s, &places[0], 7, "home/0", "token"));
	assert_true(begin(s, 0, 7));
	assert_true(begin(s, 1, 7));
	assert_true(sessions_holds(s, &places[0], 7, "home/0", "token"));
	assert_false(sessions_holds(s, &places[0], 8, "home/0", "token"));
	assert_false(sessions_holds(s, &places[1], 7, "home/0", "token"));
	assert_false(sessions_holds(s, &places[2], 7, "home/0", "token")); /* another connection */
	assert_false(sessions_holds(s, &places[0], 7, "home/1", "token"));
	assert_false(sessions_holds(s, &places[0], 7, "home/0", "tokem"));
	assert_false(sessions_holds(s, &places[0], 7, "home/0", NULL));
	assert_false(sessions_holds(s, &places[0], 7, NULL, "token"));
	sessions_end(s, &places[0]);
	assert_false(sessions_holds(s, &places[0], 7, "home/0", "token"));
	assert_true(sessions_holds(s, &places[1], 7, "home/1", "token"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_client_has_its_share),
		TEST(a_lost_end_is_made_good),
		TEST(all_have_a_bound),
		TEST(a_full_client_takes_its_own_place),
		TEST(the_very_session_is_known_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
