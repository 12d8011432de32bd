/* broker: a real mosquitto as a child, and what it costs. */
#ifndef LEM_TESTS_BROKER_H
#define LEM_TESTS_BROKER_H
#include <stdbool.h>
#include <sys/types.h>

/* The process; pid 0: none. */
struct broker {
	pid_t pid;
	double stopped_cpu_s; /* what it had used when it was stopped */
};

/* Start it with that configuration and wait until 127.0.0.1:port is open; false if it ends or stays
 * silent for ten seconds. */
bool broker_start(struct broker *broker, const char *conf, int port);

/* Whether it still runs. */
bool broker_runs(const struct broker *broker);

/* End it and wait for it; nothing if it does not run. */
void broker_stop(struct broker *broker);

/* CPU seconds that it has used; resident memory now, and at its most, in KiB. */
double broker_cpu_s(const struct broker *broker);
long broker_rss_kib(const struct broker *broker);
long broker_peak_kib(const struct broker *broker);

#endif
