#include "tests/lib/broker.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { START_TRIES = 200, PAUSE_US = 50000 };

static bool answers(int port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool there;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	there = fd >= 0 && connect(fd, (const struct sockaddr *)&a, sizeof a) == 0;
	if (fd >= 0)
		(void)close(fd);
	return there;
}

bool broker_runs(const struct broker *b)
{
	return b->pid > 0 && waitpid(b->pid, NULL, WNOHANG) == 0;
}

bool broker_start(struct broker *b, const char *conf, int port)
{
	*b = (struct broker){.pid = fork()};
	if (b->pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGTERM); /* it does not outlive a test that dies */
		execlp("mosquitto", "mosquitto", "-c", conf, (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < START_TRIES; i++) {
		if (!broker_runs(b)) {
			b->pid = 0;
			return false;
		}
		if (answers(port))
			return true;
		(void)usleep(PAUSE_US);
	}
	broker_stop(b);
	return false;
}

void broker_stop(struct broker *b)
{
	struct rusage usage = {.ru_maxrss = 0};
	int status;

	if (b->pid <= 0)
		return;
	(void)kill(b->pid, SIGTERM);
	(void)wait4(b->pid, &status, 0, &usage);
	b->stopped_cpu_s = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
			   (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
	b->pid = 0;
}

double broker_cpu_s(const struct broker *b)
{
	unsigned long user = 0, system = 0;
	char path[64], text[512];
	const char *rest;
	FILE *f;

	if (b->pid <= 0)
		return b->stopped_cpu_s;
	(void)snprintf(path, sizeof path, "/proc/%d/stat", (int)b->pid);
	f = fopen(path, "r");
	if (!f)
		return 0;
	rest = fgets(text, sizeof text, f) ? strrchr(text, ')') : NULL;
	(void)fclose(f);
	if (!rest || sscanf(rest, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
			     &system) != 2)
		return 0;
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static long status_kib(const struct broker *b, const char *name)
{
	char path[64], line[256];
	size_t n = strlen(name);
	long kib = 0;
	FILE *f;

	(void)snprintf(path, sizeof path, "/proc/%d/status", (int)b->pid);
	f = b->pid > 0 ? fopen(path, "r") : NULL;
	while (f && fgets(line, sizeof line, f)) {
		if (strncmp(line, name, n) == 0)
			kib = strtol(line + n, NULL, 10);
	}
	if (f)
		(void)fclose(f);
	return kib;
}

long broker_rss_kib(const struct broker *b)
{
	return status_kib(b, "VmRSS:");
}

long broker_peak_kib(const struct broker *b)
{
	return status_kib(b, "VmHWM:");
}
