/* load: many MQTT 3.1.1 clients in one thread, on plain TCP, that send prepared messages with QoS 1
 * and wait for one answer each. */
#ifndef LEM_BENCH_LOAD_H
#define LEM_BENCH_LOAD_H
#include <stddef.h>
#include <stdint.h>

/* A prepared message: its PUBLISH payload. */
struct load_message {
	char *text;
	size_t len;
};

/* One client: who it is, and what it sends. */
struct load_client {
	char id[40];
	char password[600];
	struct load_message *messages;
	size_t count;
};

struct load_result {
	double seconds; /* from the first message sent to the last answer */
	size_t sent, answered;
	double p50_ms, p99_ms;             /* message sent to answer received */
	double probe_p50_ms, probe_p99_ms; /* of unrelated messages, if probed */
};

/* Connect all, subscribe each to lem/<name>/to/<id>/#, then send everything: as fast as `window`
 * unanswered messages of each client allow, or rate_per_s in all if that is above 0. If probe is
 * set, one more pair of clients exchanges a message on `other/probe` every 10 ms. -1 on any
 * failure. */
int load_run(int port, const char *name, struct load_client *clients, size_t n, size_t window,
	double rate_per_s, int probe, struct load_result *ret);

#endif
