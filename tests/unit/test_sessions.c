/* Sessions: one client's share, that of all, and that every end gives its place back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include "plugin/sessions.h"

static char places[SESSIONS_MAX + 1]; /* their addresses are the broker's sessions */

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
		assert_true(sessions_begin(s, &places[i], 7));
	assert_false(sessions_begin(s, &places[SESSIONS_OF_ONE], 7));
	assert_true(sessions_begin(s, &places[SESSIONS_OF_ONE], 8));
	sessions_end(s, &places[3]);
	sessions_end(s, &places[3]); /* twice is once */
	assert_true(sessions_begin(s, &places[100], 7));
	assert_false(sessions_begin(s, &places[101], 7));
	sessions_end(s, &places[102]); /* nobody's */
	assert_int_equal(s->of_one[7], SESSIONS_OF_ONE);
	assert_int_equal(s->of_one[8], 1);
}

/* A session whose end was not told leaves its place to the next that has its address. */
static void a_lost_end_is_made_good(void **state)
{
	struct sessions *s = *state;

	assert_true(sessions_begin(s, &places[0], 1));
	assert_true(sessions_begin(s, &places[0], 2));
	assert_int_equal(s->of_one[1], 0);
	assert_int_equal(s->of_one[2], 1);
	assert_int_equal(s->by_session.count, 1);
}

static void all_have_a_bound(void **state)
{
	struct sessions *s = *state;

	for (uint32_t i = 0; i < SESSIONS_MAX; i++)
		assert_true(sessions_begin(s, &places[i], i / 4));
	assert_false(sessions_begin(s, &places[SESSIONS_MAX], HOMES_MAX - 1));
	for (uint32_t i = 0; i < SESSIONS_MAX; i++)
		sessions_end(s, &places[i]);
	assert_int_equal(s->by_session.count, 0);
	for (uint32_t i = 0; i < HOMES_MAX; i++)
		assert_int_equal(s->of_one[i], 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_client_has_its_share),
		TEST(a_lost_end_is_made_good),
		TEST(all_have_a_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
