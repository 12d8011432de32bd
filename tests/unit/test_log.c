/* Lines for a person, and words for the service manager. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "hem-client/ems/log.h"
#include "hem-client/ems/notify.h"

static char text[65536];

static void lines_are_limited(void **state)
{
	FILE *out = fmemopen(text, sizeof text, "w");
	struct log log;
	size_t lines = 0;

	(void)state;
	log_init(&log, LOG_LEVEL_INFO);
	log.out = out;
	log.prefixes = 0;
	log_line(&log, LOG_LEVEL_DEBUG, "not shown");
	for (int i = 0; i < 500; i++)
		log_line(&log, LOG_LEVEL_INFO, "line %d", i);
	log_line(&log, LOG_LEVEL_ERROR, "always");
	(void)fclose(out);
	for (const char *c = text; *c; c++)
		lines += *c == '\n';
	assert_true(lines >= LOG_BURST_MAX && lines <= LOG_BURST_MAX + 8);
	assert_non_null(strstr(text, "hem: line 0\n"));
	assert_null(strstr(text, "not shown"));
	assert_non_null(strstr(text, "lines were left out\n"));
	assert_non_null(strstr(text, "hem: error: always\n"));
}

static void the_journal_gets_levels(void **state)
{
	FILE *out = fmemopen(text, sizeof text, "w");
	struct log log;

	(void)state;
	assert_int_equal(setenv("JOURNAL_STREAM", "8:1", 1), 0);
	log_init(&log, LOG_LEVEL_INFO);
	assert_int_equal(unsetenv("JOURNAL_STREAM"), 0);
	log.out = out;
	log_line(&log, LOG_LEVEL_WARNING, "cold");
	(void)fclose(out);
	assert_string_equal(text, "<4>hem: warning: cold\n");
}

static void the_service_manager_is_told(void **state)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	char got[64] = "", path[64];

	(void)state;
	snprintf(path, sizeof path, "@lem-test-%d", (int)getpid());
	memcpy(name.sun_path, path, strlen(path));
	name.sun_path[0] = '\0';
	assert_int_equal(
		bind(fd, (struct sockaddr *)&name,
			(socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path))),
		0);
	notify("READY=0"); /* nobody to tell */
	assert_int_equal(setenv("NOTIFY_SOCKET", path, 1), 0);
	notify("READY=1");
	assert_int_equal(recv(fd, got, sizeof got - 1, MSG_DONTWAIT), 7);
	assert_string_equal(got, "READY=1");
	assert_int_equal(unsetenv("NOTIFY_SOCKET"), 0);
	(void)close(fd);
}

static void the_watchdog_is_fed_in_time(void **state)
{
	char pid[16];

	(void)state;
	assert_int_equal(notify_watchdog_ms(), 0);
	assert_int_equal(setenv("WATCHDOG_USEC", "30000000", 1), 0);
	assert_int_equal(notify_watchdog_ms(), 15000);
	assert_int_equal(setenv("WATCHDOG_PID", "1", 1), 0);
	assert_int_equal(notify_watchdog_ms(), 0);
	snprintf(pid, sizeof pid, "%d", (int)getpid());
	assert_int_equal(setenv("WATCHDOG_PID", pid, 1), 0);
	assert_int_equal(notify_watchdog_ms(), 15000);
	assert_int_equal(unsetenv("WATCHDOG_USEC"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_limited),
		cmocka_unit_test(the_journal_gets_levels),
		cmocka_unit_test(the_service_manager_is_told),
		cmocka_unit_test(the_watchdog_is_fed_in_time),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
