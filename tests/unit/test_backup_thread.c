/* One backup at a time; it answers when it is done, and lets itself be broken off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include "plugin/backup_thread.h"
#include "tests/unit/little_market.h"

static struct little_market market;
static struct post post;
static struct backup_thread backup;
static char genesis[128];

static int setup(void **state)
{
	(void)state;
	memset(&backup, 0, sizeof backup);
	little_open(&market);
	post_init(&post, SIGWINCH); /* which does nothing by itself */
	(void)snprintf(genesis, sizeof genesis, "%s/genesis.json", market.folder);
	/* Whoever opens it to read waits for a writer. */
	return mkfifo(genesis, 0600);
}

static int teardown(void **state)
{
	(void)state;
	backup_thread_stop(&backup);
	post_release(&post);
	little_close(&market);
	return 0;
}

static void let_go(void)
{
	FILE *file = fopen(genesis, "w");

	assert_non_null(file);
	assert_true(fputs("{}", file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* The answer, waited for; the caller's to free(). */
static struct publication *answer(void)
{
	const struct timespec pause = {.tv_nsec = 10000000};
	bool more;

	for (int i = 0; i < 1000; i++) {
		struct publication *p = post_collect(&post, 1, &more);
		if (p)
			return p;
		(void)nanosleep(&pause, NULL);
	}
	fail_msg("no answer");
	return NULL;
}

static void one_at_a_time(void **state)
{
	const struct control_tag first = {.wanted = true, .command = "backup", .correlation = "1"};
	const struct control_tag second = {.wanted = true, .command = "backup", .correlation = "2"};
	struct publication *p;

	(void)state;
	assert_int_equal(backup_thread_begin(&backup, market.folder, &post, &first), ERR_OK);
	assert_int_equal(backup_thread_begin(&backup, market.folder, &post, &second), ERR_LOCKED);
	let_go();
	p = answer();
	assert_string_equal(p->topic, CONTROL_RESPONSE_TOPIC);
	assert_non_null(strstr(p->payload, "\"correlationData\":\"1\",\"data\":{\"bytes\":"));
	assert_null(strstr(p->payload, "\"error\""));
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_at_a_time, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
