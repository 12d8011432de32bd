#include "tests/bench/load.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	OUT_MAX = 1 << 20,
	IN_MAX = 1 << 18,
	TIMEOUT_S = 120,
	PROBE_EVERY_MS = 10,
	PROBES_MAX = 20000
};

struct peer {
	int fd;
	const struct load_client *client; /* NULL: a probe */
	unsigned char *out, *in;
	size_t out_len, out_at, in_len;
	size_t sent, answered;
	double *sent_at;
	uint16_t next_mid;
	bool ready, is_probe_sender;
};

struct load {
	struct peer *peers;
	size_t n, real;
	const char *name;
	int epoll;
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

static void put(struct peer *p, const void *data, size_t len)
{
	if (p->out_len + len > OUT_MAX)
		abort();
	memcpy(p->out + p->out_len, data, len);
	p->out_len += len;
}

static void put_head(struct peer *p, unsigned char type, size_t len)
{
	unsigned char head[5] = {type};
	size_t n = 1;

	do {
		head[n] = (unsigned char)(len % 128);
		len /= 128;
		if (len)
			head[n] |= 128;
		n++;
	} while (len);
	put(p, head, n);
}

static void put_text(struct peer *p, const char *text, size_t len)
{
	unsigned char head[2] = {(unsigned char)(len >> 8), (unsigned char)len};

	put(p, head, 2);
	put(p, text, len);
}

static void put_connect(struct peer *p, const char *id, const char *user, const char *password)
{
	static const unsigned char protocol[] = {0, 4, 'M', 'Q', 'T', 'T', 4};
	unsigned char flags[3] = {0x02, 0, 120};
	size_t len = sizeof protocol + 3 + 2 + strlen(id);

	if (user) {
		flags[0] |= 0xc0;
		len += 4 + strlen(user) + strlen(password);
	}
	put_head(p, 0x10, len);
	put(p, protocol, sizeof protocol);
	put(p, flags, 3);
	put_text(p, id, strlen(id));
	if (user) {
		put_text(p, user, strlen(user));
		put_text(p, password, strlen(password));
	}
}

static void put_subscribe(struct peer *p, const char *topic)
{
	unsigned char mid[2] = {0, 1}, qos = 1;

	put_head(p, 0x82, 2 + 2 + strlen(topic) + 1);
	put(p, mid, 2);
	put_text(p, topic, strlen(topic));
	put(p, &qos, 1);
}

static void put_publish(struct peer *p, const char *topic, const char *text, size_t len, int qos)
{
	unsigned char mid[2];

	put_head(p, (unsigned char)(0x30 | qos << 1), 2 + strlen(topic) + (qos ? 2 : 0) + len);
	put_text(p, topic, strlen(topic));
	if (qos) {
		p->next_mid = (uint16_t)(p->next_mid % 60000 + 2);
		mid[0] = (unsigned char)(p->next_mid >> 8);
		mid[1] = (unsigned char)p->next_mid;
		put(p, mid, 2);
	}
	put(p, text, len);
}

static int dial(int port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
		return -1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static int flush(struct peer *p)
{
	while (p->out_at < p->out_len) {
		ssize_t n = write(p->fd, p->out + p->out_at, p->out_len - p->out_at);
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n <= 0)
			return -1;
		p->out_at += (size_t)n;
	}
	p->out_at = p->out_len = 0;
	return 0;
}

static void on_publish(
	struct load *l, struct peer *p, const unsigned char *body, size_t len, int qos)
{
	size_t answers = 0;
	size_t topic_len = (size_t)body[0] << 8 | body[1];
	const char *topic = (const char *)body + 2;
	double t = now();

	if (qos) {
		unsigned char ack[4] = {0x40, 2, body[2 + topic_len], body[3 + topic_len]};
		put(p, ack, 4);
	}
	if (!p->client) {
		double at;
		memcpy(&at, body + 2 + topic_len, sizeof at);
		if (l->probe_count < PROBES_MAX)
			l->probes[l->probe_count++] = t - at;
		return;
	}
	if (topic_len < 8 || memcmp(topic + topic_len - 8, "/receipt", 8) != 0) {
		if (topic_len > 7 && memcmp(topic + topic_len - 7, "/reject", 7) == 0)
			fprintf(stderr, "load: rejected: %.300s\n", body + 4 + topic_len);
		return;
	}
	/* An array of receipts, or a baseline's answer to one message. */
	for (const unsigned char *c = body; c;) {
		c = memmem(c, len - (size_t)(c - body), "\"tx_id\"", 7);
		answers += c != NULL;
		c = c ? c + 1 : NULL;
	}
	for (answers += answers == 0; answers > 0 && p->answered < p->sent; answers--) {
		l->latencies[l->latency_count++] = t - p->sent_at[p->answered];
		p->answered++;
	}
}

/* The packets that have come whole. -1: refused. */
static int digest_input(struct load *l, struct peer *p)
{
	size_t at = 0;

	while (p->in_len - at >= 2) {
		size_t len = 0, n = 1, shift = 0;
		do {
			if (at + n >= p->in_len)
				goto out;
			len |= (size_t)(p->in[at + n] & 127) << shift;
			shift += 7;
		} while (p->in[at + n++] & 128);
		if (at + n + len > p->in_len)
			break;
		if (p->in[at] >> 4 == 2 && p->in[at + n + 1] != 0)
			return -1;
		if (p->in[at] >> 4 == 9)
			p->ready = true;
		if (p->in[at] >> 4 == 3)
			on_publish(l, p, p->in + at + n, len, p->in[at] >> 1 & 3);
		at += n + len;
	}
out:
	memmove(p->in, p->in + at, p->in_len - at);
	p->in_len -= at;
	return 0;
}

static int pump(struct load *l, int wait_ms)
{
	struct epoll_event events[64];
	int n = epoll_wait(l->epoll, events, 64, wait_ms);

	for (int i = 0; i < n; i++) {
		struct peer *p = events[i].data.ptr;
		ssize_t got = read(p->fd, p->in + p->in_len, IN_MAX - p->in_len);
		if (got == 0 || (got < 0 && errno != EAGAIN))
			return -1;
		if (got > 0)
			p->in_len += (size_t)got;
		if (digest_input(l, p) != 0 || flush(p) != 0)
			return -1;
	}
	return 0;
}

static int open_peer(struct load *l, struct peer *p, int port, const char *id, const char *user,
	const char *password, const char *topic)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = p};
	double until = now() + 10;

	p->fd = dial(port);
	p->out = malloc(OUT_MAX);
	p->in = malloc(IN_MAX);
	if (p->fd < 0 || !p->out || !p->in)
		return -1;
	epoll_ctl(l->epoll, EPOLL_CTL_ADD, p->fd, &event);
	put_connect(p, id, user, password);
	put_subscribe(p, topic);
	if (flush(p) != 0)
		return -1;
	while (!p->ready && now() < until) {
		if (pump(l, 10) != 0)
			return -1;
	}
	return p->ready ? 0 : -1;
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
static int feed(struct load *l, double t, size_t window, double rate, size_t *sent)
{
	char topic[96];

	snprintf(topic, sizeof topic, "lem/%s/in/bid-offer", l->name);
	for (size_t i = 0; i < l->real; i++) {
		struct peer *p = &l->peers[i];
		while (p->sent < p->client->count && p->sent - p->answered < window &&
			(rate <= 0 || (double)*sent < rate * t) && p->out_len < OUT_MAX / 2) {
			const struct load_message *m = &p->client->messages[p->sent];
			put_publish(p, topic, m->text, m->len, 1);
			p->sent_at[p->sent++] = now();
			(*sent)++;
			if (rate > 0)
				break;
		}
		if (flush(p) != 0)
			return -1;
	}
	return 0;
}

static int drive(struct load *l, size_t total, size_t window, double rate, struct load_result *ret)
{
	double begin = now(), next_probe = begin;
	size_t sent = 0, answered = 0;

	while (answered < total) {
		double t = now();
		if (t - begin > TIMEOUT_S)
			break;
		if (feed(l, t - begin, window, rate, &sent) != 0)
			return -1;
		if (l->n > l->real && t >= next_probe) {
			struct peer *p = &l->peers[l->real];
			put_publish(p, "other/probe", (const char *)&t, sizeof t, 0);
			next_probe = t + PROBE_EVERY_MS / 1e3;
			if (flush(p) != 0)
				return -1;
		}
		if (pump(l, rate > 0 ? 1 : 5) != 0)
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
	char topic[96];

	for (size_t i = 0; i < l->real; i++) {
		struct peer *p = &l->peers[i];
		p->client = &clients[i];
		p->sent_at = calloc(clients[i].count, sizeof *p->sent_at);
		snprintf(topic, sizeof topic, "lem/%s/to/%s/#", l->name, clients[i].id);
		if (open_peer(l, p, port, clients[i].id, clients[i].id, clients[i].password,
			    topic) != 0) {
			fprintf(stderr, "load: %s cannot connect\n", clients[i].id);
			return -1;
		}
	}
	return probe ? open_peer(l, &l->peers[l->real], port, "probe", NULL, NULL, "other/probe")
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
	l->epoll = epoll_create1(0);
	if (connect_all(l, port, clients, probe) == 0)
		rc = drive(l, total, window, rate_per_s, ret);
	ret->p99_ms = quantile(l->latencies, l->latency_count, 0.99);
	ret->p50_ms = quantile(l->latencies, l->latency_count, 0.50);
	ret->probe_p99_ms = quantile(l->probes, l->probe_count, 0.99);
	ret->probe_p50_ms = quantile(l->probes, l->probe_count, 0.50);
	for (size_t i = 0; i < l->n; i++) {
		close(l->peers[i].fd);
		free(l->peers[i].in);
		free(l->peers[i].out);
		free(l->peers[i].sent_at);
	}
	close(l->epoll);
	free(l->peers);
	free(l->latencies);
	free(l);
	return rc;
}
