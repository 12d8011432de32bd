#include "tests/bench/load.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "tests/lib/crowd.h"

enum { TIMEOUT_S = 120, PROBE_EVERY_MS = 10, PROBES_MAX = 20000, READY_S = 10 };

struct peer {
	struct member member;
	const struct load_client *client; /* NULL: a probe */
	size_t sent, answered;
	double *sent_at;
};

struct load {
	struct crowd crowd;
	struct peer *peers;
	size_t n, real;
	const char *name;
	double *latencies;
	size_t latency_count;
	double probes[PROBES_MAX];
	size_t probe_count;
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static bool ends_with(const char *topic, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len >= n && memcmp(topic + len - n, end, n) == 0;
}

static void on_message(void *context, struct member *m, const char *topic, size_t topic_len,
	const char *payload, size_t len)
{
	struct load *l = context;
	struct peer *p = m->context;
	size_t answers = 0;
	double t = now();

	if (!p->client) {
		double at;
		memcpy(&at, payload, sizeof at);
		if (l->probe_count < PROBES_MAX)
			l->probes[l->probe_count++] = t - at;
		return;
	}
	if (ends_with(topic, topic_len, "/reject"))
		fprintf(stderr, "load: rejected: %.*s\n", (int)(len < 300 ? len : 300), payload);
	if (!ends_with(topic, topic_len, "/receipt"))
		return;
	/* An array of receipts, or a baseline's answer to one message. */
	for (const char *c = payload; c;) {
		c = memmem(c, len - (size_t)(c - payload), "\"tx_id\"", 7);
		answers += c != NULL;
		c = c ? c + 1 : NULL;
	}
	for (answers += answers == 0; answers > 0 && p->answered < p->sent; answers--) {
		l->latencies[l->latency_count++] = t - p->sent_at[p->answered];
		p->answered++;
	}
}

static int open_peer(struct load *l, struct peer *p, const struct crowd_login *login)
{
	double until = now() + READY_S;

	p->member.context = p;
	if (crowd_join(&l->crowd, &p->member, login) != 0)
		return -1;
	while (!crowd_is_ready(&p->member) && !p->member.lost && now() < until)
		crowd_pump(&l->crowd, 10);
	return crowd_is_ready(&p->member) ? 0 : -1;
}

static bool any_lost(const struct load *l)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->peers[i].member.lost)
			return true;
	}
	return false;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double quantile(double *values, size_t n, double q)
{
	if (n == 0)
		return 0;
	qsort(values, n, sizeof *values, by_value);
	return values[(size_t)(q * (double)(n - 1))] * 1e3;
}

/* Send what window and rate allow at time t since the start. */
static void feed(struct load *l, double t, size_t window, double rate, size_t *sent)
{
	char topic[96];

	snprintf(topic, sizeof topic, "lem/%s/in/bid-offer", l->name);
	for (size_t i = 0; i < l->real; i++) {
		struct peer *p = &l->peers[i];
		while (p->sent < p->client->count && p->sent - p->answered < window &&
			(rate <= 0 || (double)*sent < rate * t)) {
			const struct load_message *m = &p->client->messages[p->sent];
			p->sent_at[p->sent++] = now();
			crowd_queue(&p->member, topic, m->text, m->len, 1);
			(*sent)++;
			if (rate > 0)
				break;
		}
		crowd_flush(&l->crowd, &p->member);
	}
}

static int drive(struct load *l, size_t total, size_t window, double rate, struct load_result *ret)
{
	double begin = now(), next_probe = begin;
	size_t sent = 0, answered = 0;

	while (answered < total) {
		double t = now();
		if (t - begin > TIMEOUT_S)
			break;
		feed(l, t - begin, window, rate, &sent);
		if (l->n > l->real && t >= next_probe) {
			crowd_publish(&l->crowd, &l->peers[l->real].member, "other/probe",
				(const char *)&t, sizeof t, 0);
			next_probe = t + PROBE_EVERY_MS / 1e3;
		}
		crowd_pump(&l->crowd, rate > 0 ? 1 : 5);
		if (any_lost(l))
			return -1;
		answered = 0;
		for (size_t i = 0; i < l->real; i++)
			answered += l->peers[i].answered;
	}
	ret->seconds = now() - begin;
	ret->sent = sent;
	ret->answered = answered;
	return 0;
}

static int connect_all(struct load *l, int port, struct load_client *clients, int probe)
{
	const char *probed[] = {"other/probe", NULL};
	char topic[96];
	const char *topics[] = {topic, NULL};

	for (size_t i = 0; i < l->real; i++) {
		struct peer *p = &l->peers[i];
		struct crowd_login login = {.port = port,
			.id = clients[i].id,
			.user = clients[i].id,
			.password = clients[i].password,
			.topics = topics};
		p->client = &clients[i];
		p->sent_at = calloc(clients[i].count, sizeof *p->sent_at);
		snprintf(topic, sizeof topic, "lem/%s/to/%s/#", l->name, clients[i].id);
		if (open_peer(l, p, &login) != 0) {
			fprintf(stderr, "load: %s cannot connect\n", clients[i].id);
			return -1;
		}
	}
	return probe ? open_peer(l, &l->peers[l->real],
			       &(struct crowd_login){.port = port, .id = "probe", .topics = probed})
		     : 0;
}

int load_run(int port, const char *name, struct load_client *clients, size_t n, size_t window,
	double rate_per_s, int probe, struct load_result *ret)
{
	struct load *l = calloc(1, sizeof *l);
	size_t total = 0;
	int rc = -1;

	memset(ret, 0, sizeof *ret);
	for (size_t i = 0; i < n; i++)
		total += clients[i].count;
	l->name = name;
	l->real = n;
	l->n = n + (probe ? 1 : 0);
	l->peers = calloc(l->n, sizeof *l->peers);
	l->latencies = calloc(total, sizeof *l->latencies);
	if (crowd_open(&l->crowd, on_message, l) == 0 && connect_all(l, port, clients, probe) == 0)
		rc = drive(l, total, window, rate_per_s, ret);
	ret->p99_ms = quantile(l->latencies, l->latency_count, 0.99);
	ret->p50_ms = quantile(l->latencies, l->latency_count, 0.50);
	ret->probe_p99_ms = quantile(l->probes, l->probe_count, 0.99);
	ret->probe_p50_ms = quantile(l->probes, l->probe_count, 0.50);
	for (size_t i = 0; i < l->n; i++) {
		crowd_leave(&l->peers[i].member);
		free(l->peers[i].sent_at);
	}
	crowd_close(&l->crowd);
	free(l->peers);
	free(l->latencies);
	free(l);
	return rc;
}
