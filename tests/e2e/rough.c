/*
 * rough: what a registered home, or nobody, may send that it should not: payloads, topics, names
 * and packets out of form, over plain TCP. usage: rough GENESIS PORT USER KEY BROKERPID
 *
 * After each the broker must have answered as the table says, and a good request of the same home
 * must be answered. Prints a line for each wrong answer; the last line counts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/lib/broker.h"
#include "tests/lib/crowd.h"
#include "tests/lib/street.h"
#include "wire/clock.h"
#include "wire/login_token.h"
#include "wire/message.h"

enum { HEARD_MAX = 4096, SILENCE_MS = 150, ANSWER_MS = 3000, LONG_TOPIC = 4000, HUGE_MIB = 100 };

struct rough {
	struct genesis genesis;
	struct crowd crowd;
	int port;
	const char *user;
	struct private_key *key;
	struct member member;
	char heard[HEARD_MAX]; /* the last answer's payload; "": none */
	struct broker broker;
	unsigned passed, failed;
};

static void on_message(void *context, struct member *m, const char *topic, size_t topic_len,
	const char *payload, size_t len)
{
	struct rough *r = context;

	(void)m;
	if (memmem(topic, topic_len, "/reject", 7) || memmem(topic, topic_len, "/wallet", 7) ||
		memmem(topic, topic_len, "/receipt", 8))
		(void)snprintf(r->heard, sizeof r->heard, "%.*s",
			(int)(len < HEARD_MAX ? len : HEARD_MAX - 1), payload);
}

static void verdict(struct rough *r, bool good, const char *what)
{
	r->passed += good;
	r->failed += !good;
	if (!good)
		(void)printf("  FAILED: %s; heard '%.160s'\n", what, r->heard);
}

static void token(const struct rough *r, char out[static LOGIN_TOKEN_MAX])
{
	if (login_token_write(r->key, r->genesis.market, r->user, clock_real_ms() / 1000, out) !=
		ERR_OK)
		street_die("token");
}

/* Log in anew, as one should. */
static void join(struct rough *r)
{
	char password[LOGIN_TOKEN_MAX], own[96], id[64];
	const char *const topics[] = {own, NULL};
	struct crowd_login login = {
		.port = r->port, .id = id, .user = r->user, .password = password, .topics = topics};

	crowd_leave(&r->member);
	token(r, password);
	(void)snprintf(id, sizeof id, "%s/rough", r->user);
	(void)snprintf(own, sizeof own, "lem/%s/to/%s/#", r->genesis.name, r->user);
	if (crowd_join(&r->crowd, &r->member, &login) != 0)
		street_die("no connection");
	for (int i = 0; i < 500 && !crowd_is_ready(&r->member) && !r->member.lost; i++)
		crowd_pump(&r->crowd, 10);
	if (!crowd_is_ready(&r->member))
		street_die("no login");
}

static void listen_for(struct rough *r, int64_t ms)
{
	int64_t until_ms = clock_monotonic_ms() + ms;

	while (!r->heard[0] && !r->member.lost && clock_monotonic_ms() < until_ms)
		crowd_pump(&r->crowd, 5);
}

/* The home is still served: a good request has its answer. */
static void still_served(struct rough *r, const char *after)
{
	struct signer signer = {.key = r->key};
	struct message m = {.text = NULL};
	char text[8], topic[96];
	struct out out;

	if (r->member.lost || r->member.fd == 0)
		join(r);
	r->heard[0] = '\0';
	out_init(&out, text, sizeof text);
	out_printf(&out, "{}");
	if (message_make(OPERATION_WALLET, r->user, r->genesis.market,
		    params_market_ms(&r->genesis.params, clock_real_ms()), &out, &signer,
		    &m) != ERR_OK)
		street_die("signing");
	(void)snprintf(topic, sizeof topic, "lem/%s/in/wallet", r->genesis.name);
	crowd_publish(&r->crowd, &r->member, topic, m.text, m.len, 1);
	listen_for(r, ANSWER_MS);
	verdict(r, strstr(r->heard, m.req_id) != NULL, after);
	message_release(&m);
}

/* ---- payloads ---- */

static void payload(struct rough *r, const char *text, size_t len, const char *code)
{
	char topic[96], want[64];

	(void)snprintf(topic, sizeof topic, "lem/%s/in/cpf", r->genesis.name);
	(void)snprintf(want, sizeof want, "\"code\":\"%s\"", code);
	r->heard[0] = '\0';
	crowd_publish(&r->crowd, &r->member, topic, text, len, 1);
	listen_for(r, ANSWER_MS);
	verdict(r, strstr(r->heard, want) != NULL, code);
	still_served(r, "served after a bad payload");
}

static void payloads(struct rough *r)
{
	static char text[131072];

	payload(r, "", 0, "BAD_JSON");
	payload(r, "\0\0\0\0", 4, "BAD_JSON");
	payload(r, "{\"a\":\"\xff\xfe\"}", 10, "BAD_JSON");
	payload(r, "{\"a\":\"\xed\xa0\x80\"}", 11, "BAD_JSON"); /* a lone surrogate */
	payload(r, "{\"clientId\":1e309}", 18, "BAD_JSON");
	payload(r, "[]", 2, "BAD_FIELD");
	payload(r, "\"text\"", 6, "BAD_FIELD");
	memset(text, '[', sizeof text);
	payload(r, text, 2000, "BAD_JSON"); /* deep */
	payload(r, text, 2049, "TOO_LARGE");
	payload(r, text, 100000, "TOO_LARGE");
	for (size_t i = 0; i + 6 < 2040; i += 6)
		memcpy(text + i, "{\"a\":[", 6);
	payload(r, text, 2040, "BAD_JSON");
}

/* ---- topics ---- */

/* What is said there is heard by nobody, or ends the session. */
static void topic(struct rough *r, const char *name, size_t len, int flags)
{
	unsigned char packet[LONG_TOPIC + 128], *p = packet;
	size_t rest = 2 + len + 2 + 2;

	r->heard[0] = '\0';
	*p++ = (unsigned char)(0x32 | flags);
	*p++ = (unsigned char)(rest % 128 | 128);
	*p++ = (unsigned char)(rest / 128);
	*p++ = (unsigned char)(len >> 8);
	*p++ = (unsigned char)len;
	memcpy(p, name, len);
	p += len;
	memcpy(p, "\1\1{}", 4);
	crowd_send_raw(&r->crowd, &r->member, packet, (size_t)(p + 4 - packet));
	listen_for(r, SILENCE_MS);
	verdict(r, r->heard[0] == '\0', name);
	still_served(r, name);
}

static void topics(struct rough *r)
{
	static const char *const forms[] = {"lem/%s/in/cpf/", "lem/%s/in//cpf", "lem//%s/in/cpf",
		"/lem/%s/in/cpf", "lem/%s/in/cpf/x", "lem/%s/in", "lem/%s/in/", "lem/%s/in/CPF",
		"LEM/%s/in/cpf", "lem/%s/IN/cpf", "lem/%s/in/+", "lem/%s/in/#", "lem/%s/+/cpf",
		"$share/g/lem/%s/in/cpf", "$CONTROL/lem/%s", "$SYS/lem/%s/in/cpf",
		"lem/%s/in/deposit", "lem/%s/in/cpf ", "lem/%s/to/operator/receipt",
		"lem/%s/blocks", "lem/%sx/in/cpf", "lem/%s\x01/in/cpf", "lem/%s\xff/in/cpf"};
	char name[LONG_TOPIC + 1];

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		char form[96];
		const char *at = strstr(forms[i], "%s");
		(void)snprintf(form, sizeof form, "%.*s%s%s", (int)(at - forms[i]), forms[i],
			r->genesis.name, at + 2);
		topic(r, form, strlen(form), 0);
	}
	(void)snprintf(name, sizeof name, "lem/%s/in/cpf", r->genesis.name);
	topic(r, name, strlen(name) + 1, 0); /* a NUL */
	topic(r, name, strlen(name), 1);     /* retained */
	topic(r, name, strlen(name), 6);     /* QoS 3 */
	for (size_t i = 0; i < LONG_TOPIC; i++)
		name[i] = i % 2 ? '/' : 'l'; /* 2,000 levels */
	name[LONG_TOPIC] = '\0';
	topic(r, name, LONG_TOPIC, 0);
	topic(r, "", 0, 0);
}

/* ---- names ---- */

/* A login under that MQTT client id and user name, with the home's own token, is refused. */
static void name(struct rough *r, const char *id, const char *user, bool keeps_session)
{
	char password[LOGIN_TOKEN_MAX];
	struct member m = {.fd = 0};
	struct crowd_login login = {.port = r->port,
		.id = id,
		.user = user,
		.password = password,
		.keeps_session = keeps_session};

	token(r, password);
	if (crowd_join(&r->crowd, &m, &login) != 0)
		street_die("no connection");
	for (int i = 0; i < 300 && !m.accepted && !m.refused && !m.lost; i++)
		crowd_pump(&r->crowd, 10);
	r->heard[0] = '\0';
	verdict(r, !m.accepted && (m.refused || m.lost), id);
	crowd_leave(&m);
	still_served(r, id);
}

static void names(struct rough *r)
{
	static const char *const ids[] = {"", "+", "#", "home/+", "home/#", "$SYS", "$CONTROL/lem",
		"operator", "operator/x", "a\x01", "a\x7f", "\xff\xfe"};
	char own[96];

	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		name(r, ids[i], r->user, false);
		name(r, ids[i], ids[i], false);
	}
	(void)snprintf(own, sizeof own, "%s/", r->user);
	name(r, own, r->user, true); /* a tool keeps no session */
	(void)snprintf(own, sizeof own, "%sx", r->user);
	name(r, own, r->user, false);
	(void)snprintf(own, sizeof own, "%s/\x02", r->user);
	name(r, own, r->user, false);
	name(r, "", "", true);
	name(r, "", NULL, false);
}

/* ---- packets ---- */

static void huge(struct rough *r)
{
	static const unsigned char head[] = {0x32, 0x80, 0x80, 0x80, 0x32, 0, 1, 'x'};
	static char zeros[1 << 20];
	long before_kib = broker_rss_kib(&r->broker);

	r->heard[0] = '\0';
	crowd_send_raw(&r->crowd, &r->member, head, sizeof head);
	for (int i = 0; i < HUGE_MIB && !r->member.lost; i++) {
		crowd_send_raw(&r->crowd, &r->member, zeros, sizeof zeros);
		for (int k = 0; k < 20 && r->member.wants_write && !r->member.lost; k++)
			crowd_pump(&r->crowd, 10);
	}
	verdict(r, r->member.lost, "100 MiB end the session");
	verdict(r, broker_rss_kib(&r->broker) < before_kib + 4096, "100 MiB are not taken in");
	still_served(r, "served after 100 MiB");
}

static void login_and_wait(struct rough *r, struct member *m, const struct crowd_login *login)
{
	if (crowd_join(&r->crowd, m, login) != 0)
		street_die("no connection");
	for (int k = 0; k < 300 && !m->accepted && !m->refused && !m->lost; k++)
		crowd_pump(&r->crowd, 10);
}

/* A home and its tools have 16 sessions, and each that ends makes room: the 16 beside the one that
 * listens come and go a few times, and one more is refused each time, but not one that takes its
 * own place: the home does not know yet that a connection is lost. */
static void sessions(struct rough *r)
{
	enum { OF_ONE = 16, TIMES = 3 };
	struct member m[OF_ONE] = {{.fd = 0}}, again = {.fd = 0};
	char password[LOGIN_TOKEN_MAX], id[64];
	struct crowd_login login = {
		.port = r->port, .id = id, .user = r->user, .password = password};
	unsigned in = 0, taken_over = 0;

	token(r, password);
	for (int i = 0; i < TIMES * OF_ONE; i++) {
		struct member *one = &m[i % OF_ONE];
		(void)snprintf(id, sizeof id, "%s/s%d", r->user, i % OF_ONE);
		login_and_wait(r, one, &login);
		in += one->accepted;
		if (i % OF_ONE < OF_ONE - 1)
			continue;
		(void)snprintf(id, sizeof id, "%s/s3", r->user);
		login_and_wait(r, &again, &login);
		taken_over += again.accepted && m[3].lost;
		crowd_leave(&again);
		for (int k = 0; k < OF_ONE; k++)
			crowd_leave(&m[k]);
		for (int k = 0; k < 30; k++)
			crowd_pump(&r->crowd, 10);
	}
	r->heard[0] = '\0';
	verdict(r, in == TIMES * (OF_ONE - 1), "16 sessions of one client, again and again");
	verdict(r, taken_over == TIMES, "a full client takes its own place");
	still_served(r, "served after too many sessions");
}

/* Bytes that are no MQTT, before a login. */
static void strangers(struct rough *r)
{
	static const unsigned char packets[][16] = {{0}, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		{0x10, 0xff, 0xff, 0xff, 0x7f}, {0x32, 4, 0, 1, 'x', 0},
		{'G', 'E', 'T', ' ', '/', ' ', 'H', 'T', 'T', 'P'},
		{0x10, 12, 0, 4, 'M', 'Q', 'T', 'T', 9, 2, 0, 0, 0, 0}};

	for (size_t i = 0; i < sizeof packets / sizeof *packets; i++) {
		struct member m = {.fd = 0};
		struct crowd_login login = {
			.port = r->port, .id = "", .raw = packets[i], .raw_len = sizeof packets[i]};
		if (crowd_join(&r->crowd, &m, &login) != 0)
			street_die("no connection");
		for (int k = 0; k < 30 && !m.accepted && !m.lost; k++)
			crowd_pump(&r->crowd, 10);
		verdict(r, !m.accepted, "a stranger's bytes");
		crowd_leave(&m);
		still_served(r, "served after a stranger's bytes");
	}
}

int main(int argc, char **argv)
{
	struct rough *r = calloc(1, sizeof *r);
	char why[PRIVATE_KEY_WHY_MAX];

	if (!r || argc != 6)
		street_die("usage: rough GENESIS PORT USER KEY BROKERPID");
	if (genesis_load(argv[1], NULL, &r->genesis, why) != ERR_OK ||
		private_key_load(argv[4], &r->key, why) != ERR_OK)
		street_die(why);
	r->port = (int)strtol(argv[2], NULL, 10);
	r->user = argv[3];
	r->broker.pid = (pid_t)strtol(argv[5], NULL, 10);
	if (crowd_open(&r->crowd, on_message, r) != 0)
		street_die("memory");
	join(r);
	payloads(r);
	topics(r);
	names(r);
	sessions(r);
	huge(r);
	strangers(r);
	crowd_leave(&r->member);
	crowd_close(&r->crowd);
	private_key_free(r->key);
	(void)printf("rough: %u passed, %u failed\n", r->passed, r->failed);
	free(r);
	return 0;
}
