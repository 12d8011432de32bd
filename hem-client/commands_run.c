/* `hem run`: the daemon. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include "hem-client/commands.h"
#include "hem-client/commands_cli.h"
#include "hem-client/commands_errand.h"
#include "hem-client/ems/daemon.h"

/* Signal handlers can reach nothing else. */
static struct daemon_signals signals;

static void on_signal(int number)
{
	if (number == SIGHUP)
		signals.reload = 1;
	else
		signals.stop = 1;
}

static void catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGHUP, &action, NULL);
	action.sa_handler = SIG_IGN;
	(void)sigaction(SIGPIPE, &action, NULL);
}

/* Only one daemon per state directory. The lock, or -1 after a complaint; the kernel frees it. */
static int lock_state(const char *state_dir)
{
	char path[CONFIG_PATH_MAX + 16];
	int fd;

	snprintf(path, sizeof path, "%s/run.lock", state_dir);
	fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	(void)fprintf(stderr, "hem: %s: %s\n", path,
		fd >= 0 && errno == EWOULDBLOCK ? "another `hem run` works with this directory"
						: strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

static int run(const struct config *config, const char *path, enum log_level level, bool resume)
{
	struct ems *ems = calloc(1, sizeof *ems);
	int code = HEM_EXIT_OK;
	enum err err;

	if (!ems)
		return HEM_EXIT_REFUSED;
	err = ems_open(ems, config, level, resume);
	if (err == ERR_OK) {
		err = daemon_run(ems, path, &signals);
		ems_close(ems);
	}
	if (err != ERR_OK) {
		(void)fprintf(stderr, "hem: %s\n", ems->why);
		code = err == ERR_CONFIG ? HEM_EXIT_CONFIG : HEM_EXIT_REFUSED;
	}
	free(ems);
	return code;
}

int hem_run(int argc, char **argv)
{
	const char *path = NULL;
	bool verbose = false, test = false, resume = false;
	const struct cli_option options[] = {
		{"config", 'c', CLI_TEXT, &path, "FILE", "the configuration file", 0},
		{"test-config", 't', CLI_FLAG, &test, "",
			"read the configuration and what it names, and stop", 0},
		{"verbose", 'v', CLI_FLAG, &verbose, "", "log each order and request", 0},
		{"resume", 0, CLI_FLAG, &resume, "", "trade again after a refusal that is settled",
			0},
	};
	struct cli cli = {.usage = "hem run [OPTION...]",
		.about = "Take part in the market until SIGTERM or SIGINT. SIGHUP reads the "
			 "configuration anew.",
		.options = options,
		.count = sizeof options / sizeof *options};
	char found[CONFIG_PATH_MAX], why[DEVICE_WHY_MAX];
	struct config config;
	int code = cli_parse(&cli, argc, argv);
	int lock;

	if (code >= 0)
		return code;
	code = errand_config(path, &config, found);
	if (code == 0 && home_device_check(&config, why) != ERR_OK) {
		(void)fprintf(stderr, "hem: %s: %s\n", found, why);
		code = HEM_EXIT_CONFIG;
	}
	if (code != 0 || test)
		return code;
	lock = lock_state(config.home.state_dir);
	if (lock < 0)
		return HEM_EXIT_REFUSED;
	catch_signals();
	code = run(&config, found, verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO, resume);
	(void)close(lock);
	return code;
}
