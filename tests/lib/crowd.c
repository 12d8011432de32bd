#include "tests/lib/crowd.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_MAX = 1 << 20, EVENTS = 256, KEEPALIVE_S = 120, MID_MAX = 60000 };

/* Packet types of MQTT 3.1.1, section 2.2.1. */
enum { CONNACK = 2, PUBLISH = 3, SUBACK = 9 };

int crowd_open(struct crowd *c, crowd_message *on_message, void *context)
{
	*c = (struct crowd){.on_message = on_message, .context = context};
	c->in = malloc(READ_MAX);
	c->epoll = epoll_create1(EPOLL_CLOEXEC);
	return c->in && c->epoll >= 0 ? 0 : -1;
}

void crowd_close(struct crowd *c)
{
	(void)close(c->epoll);
	free(c->in);
	c->in = NULL;
}

/* ---- what is sent ---- */

static unsigned char *room(unsigned char *buffer, size_t *size, size_t need)
{
	size_t more = *size ? *size : 512;

	if (need <= *size)
		return buffer;
	while (more < need)
		more *= 2;
	buffer = realloc(buffer, more);
	if (!buffer) {
		(void)fprintf(stderr, "crowd: out of memory\n");
		exit(1);
	}
	*size = more;
	return buffer;
}

static void put(struct member *m, const void *data, size_t len)
{
	m->out = room(m->out, &m->out_size, m->out_len + len);
	memcpy(m->out + m->out_len, data, len);
	m->out_len += len;
}

static void put_head(struct member *m, unsigned char type, size_t len)
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
	put(m, head, n);
}

static void put_text(struct member *m, const char *text)
{
	size_t len = strlen(text);
	unsigned char head[2] = {(unsigned char)(len >> 8), (unsigned char)len};

	put(m, head, 2);
	put(m, text, len);
}

static void put_mid(struct member *m)
{
	unsigned char mid[2];

	m->next_mid = (uint16_t)(m->next_mid % MID_MAX + 1);
	mid[0] = (unsigned char)(m->next_mid >> 8);
	mid[1] = (unsigned char)m->next_mid;
	put(m, mid, 2);
}

static void put_connect(struct member *m, const struct crowd_login *l)
{
	static const unsigned char protocol[] = {0, 4, 'M', 'Q', 'T', 'T', 4};
	unsigned char flags[3] = {l->keeps_session ? 0 : 2, 0, KEEPALIVE_S};
	size_t len = sizeof protocol + 3 + 2 + strlen(l->id);

	if (l->user) {
		flags[0] |= 0xc0;
		len += 4 + strlen(l->user) + strlen(l->password);
	}
	put_head(m, 0x10, len);
	put(m, protocol, sizeof protocol);
	put(m, flags, 3);
	put_text(m, l->id);
	if (l->user) {
		put_text(m, l->user);
		put_text(m, l->password);
	}
}

static void put_subscribe(struct member *m, const char *topic, unsigned char qos)
{
	put_head(m, 0x82, 2 + 2 + strlen(topic) + 1);
	put_mid(m);
	put_text(m, topic);
	put(m, &qos, 1);
	m->subscribing++;
}

static void watch(struct crowd *c, struct member *m)
{
	struct epoll_event event = {.data.ptr = m};

	event.events = (m->deaf ? 0 : EPOLLIN) | (m->wants_write ? EPOLLOUT : 0);
	(void)epoll_ctl(c->epoll, EPOLL_CTL_MOD, m->fd, &event);
}

void crowd_flush(struct crowd *c, struct member *m)
{
	bool wanted = m->wants_write;
	ssize_t n = 1;

	while (m->out_at < m->out_len && n > 0) {
		n = send(m->fd, m->out + m->out_at, m->out_len - m->out_at, MSG_NOSIGNAL);
		if (n > 0)
			m->out_at += (size_t)n;
	}
	m->lost = m->lost || (n <= 0 && errno != EAGAIN);
	m->wants_write = m->out_at < m->out_len;
	if (!m->wants_write)
		m->out_at = m->out_len = 0;
	if (wanted != m->wants_write)
		watch(c, m);
}

/* ---- joining and leaving ---- */

static int dial(int port, const char *source, bool small_buffer)
{
	struct sockaddr_in from = {.sin_family = AF_INET};
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int one = 1, little = 4096, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd >= 0 && small_buffer)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
	if (fd >= 0 && source && inet_pton(AF_INET, source, &from.sin_addr) == 1)
		(void)bind(fd, (const struct sockaddr *)&from, sizeof from);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&a, sizeof a) != 0) {
		(void)close(fd);
		return -1;
	}
	if (fd < 0)
		return -1;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

int crowd_join(struct crowd *c, struct member *m, const struct crowd_login *login)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = m};
	int fd = dial(login->port, login->source, login->small_buffer);

	if (fd < 0)
		return -1;
	m->fd = fd;
	(void)epoll_ctl(c->epoll, EPOLL_CTL_ADD, fd, &event);
	if (login->raw)
		put(m, login->raw, login->raw_len);
	else
		put_connect(m, login);
	for (size_t i = 0; login->topics && login->topics[i]; i++)
		put_subscribe(m, login->topics[i], login->at_most_once ? 0 : 1);
	crowd_flush(c, m);
	return 0;
}

bool crowd_is_ready(const struct member *m)
{
	return m->accepted && m->subscribing == 0 && !m->lost;
}

void crowd_leave(struct member *m)
{
	void *context = m->context;

	if (m->fd > 0)
		(void)close(m->fd);
	free(m->in);
	free(m->out);
	*m = (struct member){.context = context};
}

void crowd_queue(struct member *m, const char *topic, const char *text, size_t len, int qos)
{
	put_head(m, (unsigned char)(0x30 | qos << 1), 2 + strlen(topic) + (qos ? 2 : 0) + len);
	put_text(m, topic);
	if (qos)
		put_mid(m);
	put(m, text, len);
}

void crowd_publish(
	struct crowd *c, struct member *m, const char *topic, const char *text, size_t len, int qos)
{
	crowd_queue(m, topic, text, len, qos);
	crowd_flush(c, m);
}

void crowd_ping(struct crowd *c, struct member *m)
{
	put_head(m, 0xc0, 0);
	crowd_flush(c, m);
}

void crowd_send_raw(struct crowd *c, struct member *m, const void *bytes, size_t len)
{
	put(m, bytes, len);
	crowd_flush(c, m);
}

void crowd_sip(struct member *m, size_t bytes)
{
	char dropped[4096];

	(void)!recv(m->fd, dropped, bytes < sizeof dropped ? bytes : sizeof dropped, 0);
}

void crowd_set_deaf(struct crowd *c, struct member *m, bool deaf)
{
	m->deaf = deaf;
	watch(c, m);
}

/* ---- what comes ---- */

static void on_publish(
	struct crowd *c, struct member *m, const unsigned char *body, size_t len, int qos)
{
	size_t topic_len = (size_t)body[0] << 8 | body[1];
	size_t head = 2 + topic_len + (qos ? 2 : 0);

	if (qos) {
		unsigned char ack[4] = {0x40, 2, body[2 + topic_len], body[3 + topic_len]};
		put(m, ack, 4);
	}
	c->on_message(c->context, m, (const char *)body + 2, topic_len, (const char *)body + head,
		len - head);
}

static void on_packet(
	struct crowd *c, struct member *m, unsigned char first, const unsigned char *body, size_t n)
{
	int type = first >> 4;

	if (type == CONNACK) {
		m->accepted = n == 2 && body[1] == 0;
		m->refused = !m->accepted;
	}
	if (type == SUBACK && m->subscribing > 0)
		m->subscribing--;
	if (type == PUBLISH)
		on_publish(c, m, body, n, first >> 1 & 3);
}

/* Length of the packet's fixed head and of what follows; false while it has not come. */
static bool packet_size(const unsigned char *in, size_t len, size_t *head, size_t *body)
{
	size_t shift = 0;

	*body = 0;
	for (*head = 1; *head < len; shift += 7) {
		unsigned char byte = in[(*head)++];
		*body |= (size_t)(byte & 127) << shift;
		if (!(byte & 128))
			return true;
	}
	return false;
}

/* Handle the packets that are whole; how many bytes they were. */
static size_t digest(struct crowd *c, struct member *m, const unsigned char *in, size_t len)
{
	size_t at = 0, head, body;

	while (packet_size(in + at, len - at, &head, &body) && head + body <= len - at) {
		on_packet(c, m, in[at], in + at + head, body);
		at += head + body;
	}
	return at;
}

static void take_in(struct crowd *c, struct member *m)
{
	ssize_t got = recv(m->fd, c->in, READ_MAX, 0);
	const unsigned char *text = c->in;
	size_t len, used;

	if (got <= 0) {
		m->lost = m->lost || got == 0 || errno != EAGAIN;
		return;
	}
	c->bytes_in += (uint64_t)got;
	len = (size_t)got;
	if (m->in_len > 0) {
		m->in = room(m->in, &m->in_size, m->in_len + len);
		memcpy(m->in + m->in_len, c->in, len);
		len += m->in_len;
		text = m->in;
	}
	used = digest(c, m, text, len);
	m->in_len = len - used;
	if (m->in_len == 0)
		return;
	m->in = room(m->in, &m->in_size, m->in_len);
	memmove(m->in, text + used, m->in_len);
}

void crowd_pump(struct crowd *c, int wait_ms)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(c->epoll, events, EVENTS, wait_ms);

	for (int i = 0; i < n; i++) {
		struct member *m = events[i].data.ptr;
		if (!m->deaf && events[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP))
			take_in(c, m);
		m->lost = m->lost || events[i].events & (EPOLLERR | EPOLLHUP);
		if (!m->lost)
			crowd_flush(c, m);
		if (m->lost && m->fd > 0) {
			(void)close(m->fd);
			m->fd = 0;
		}
	}
}
