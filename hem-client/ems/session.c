#include "hem-client/ems/session.h"
#include <errno.h>
#include <mosquitto.h>
#include <openssl/rand.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>
#include "hem-client/ems/identity.h"
#include "wire/clock.h"
#include "wire/login_advice.h"
#include "wire/signing.h"

enum {
	TOPIC_MAX = 128,
	MS = 1000,
	BACKOFF_DOUBLINGS_MAX = 7,
	DELAY_LEAST_MS = 200, /* of the back-off, however fast market time runs */
	CONNECT_MS_MAX = 15000,
};

struct session {
	struct session_config config;
	struct mosquitto *mosq;
	bool begun;      /* a connection has been attempted: the library knows the host */
	bool dialling;   /* the thread below is looking up the host and connecting */
	bool connecting; /* a login is under way */
	bool up;
	unsigned failures; /* in a row */
	int64_t hurry;
	int64_t next_ms;  /* monotonic: not before this */
	int64_t until_ms; /* monotonic: the login under way must be through */
	char refusal[SESSION_WHY_MAX];
	bool refused; /* a login, since the last that was good */
	/* Look-up and connect may block for minutes: a thread does them, and has `mosq` meanwhile.
	 */
	pthread_t thread;
	int done_fd;    /* an eventfd that becomes readable when it is through */
	int rc, number; /* what came of it; errno */
};

/* The pause after so many failures: between half and the whole of a doubling delay. */
static int64_t backoff_ms(const struct session *s)
{
	unsigned doublings =
		s->failures < BACKOFF_DOUBLINGS_MAX ? s->failures : BACKOFF_DOUBLINGS_MAX;
	int64_t delay_ms = (int64_t)SESSION_BACKOFF_MIN_MS << doublings;
	uint32_t random = 0;

	if (delay_ms > SESSION_BACKOFF_MAX_MS)
		delay_ms = SESSION_BACKOFF_MAX_MS;
	delay_ms /= s->hurry;
	if (delay_ms < DELAY_LEAST_MS)
		delay_ms = DELAY_LEAST_MS;
	(void)RAND_bytes((unsigned char *)&random, sizeof random);
	return delay_ms / 2 + random % (delay_ms / 2 + 1);
}

static void lost(struct session *s, const char *why)
{
	bool was_up = s->up;
	bool again = s->refused && s->refusal[0];

	s->refused = s->refused || s->refusal[0];
	s->up = false;
	s->connecting = false;
	s->next_ms = clock_monotonic_ms() + backoff_ms(s);
	s->failures++;
	if (was_up || s->failures == 1 || s->refusal[0])
		s->config.lost(s->config.context, why, again);
}

static void subscribe(struct session *s, const char *format, const char *what, int qos)
{
	char topic[TOPIC_MAX];

	snprintf(topic, sizeof topic, "lem/%s/", s->config.name);
	snprintf(topic + strlen(topic), sizeof topic - strlen(topic), "%s%s", format, what);
	(void)mosquitto_subscribe(s->mosq, NULL, topic, qos);
}

static void note_refusal(struct session *s, int code)
{
	char advice[LOGIN_ADVICE_MAX];

	login_advice(code, s->config.password ? LOGIN_BY_PASSWORD : LOGIN_BY_HOME_KEY,
		clock_real_ms(), advice);
	snprintf(s->refusal, sizeof s->refusal, "the broker refuses the login: %s%s%s",
		advice[0] ? "not authorised" : mosquitto_connack_string(code),
		advice[0] ? ": " : "", advice);
}

static void on_connect(struct mosquitto *mosq, void *context, int code)
{
	struct session *s = context;
	char private_topics[CLIENT_ID_MAX + 8];

	(void)mosq;
	if (code != 0) {
		note_refusal(s, code);
		return;
	}
	s->refusal[0] = '\0';
	s->refused = false;
	s->connecting = false;
	s->up = true;
	s->failures = 0;
	snprintf(private_topics, sizeof private_topics, "%s/#", s->config.client_id);
	subscribe(s, "to/", private_topics, 1);
	subscribe(s, "market", "", 1);
	if (s->config.wants_blocks) {
		subscribe(s, "head", "", 1);
		subscribe(s, "blocks", "", 1);
	}
	if (s->config.wants_auctions)
		subscribe(s, "auctions/+", "", 1);
	s->config.up(s->config.context);
}

/* The topic behind "to/<clientId>/", or -1. */
static int private_topic(const char *kind)
{
	static const char *const kinds[] = {[TOPIC_RECEIPT] = "receipt",
		[TOPIC_REJECT] = "reject",
		[TOPIC_AWARD] = "award",
		[TOPIC_WALLET] = "wallet",
		[TOPIC_STATEMENT] = "statement",
		[TOPIC_BASELINE] = "baseline",
		[TOPIC_BLOCK] = "block"};

	for (int i = 0; i <= TOPIC_BLOCK; i++) {
		if (strcmp(kinds[i], kind) == 0)
			return i;
	}
	return -1;
}

static int topic_of(const struct session *s, const char *topic)
{
	char prefix[TOPIC_MAX];
	size_t n = (size_t)snprintf(prefix, sizeof prefix, "lem/%s/", s->config.name);
	size_t private_n;

	if (strncmp(topic, prefix, n) != 0)
		return -1;
	private_n = n + (size_t)snprintf(prefix, sizeof prefix, "to/%s/", s->config.client_id);
	if (strncmp(topic + n, prefix, private_n - n) == 0)
		return private_topic(topic + private_n);
	topic += n;
	if (strncmp(topic, "auctions/", 9) == 0)
		return TOPIC_AUCTION;
	if (strcmp(topic, "blocks") == 0)
		return TOPIC_BLOCK;
	if (strcmp(topic, "head") == 0)
		return TOPIC_HEAD;
	return strcmp(topic, "market") == 0 ? TOPIC_MARKET : -1;
}

static void on_message(
	struct mosquitto *mosq, void *context, const struct mosquitto_message *message)
{
	struct session *s = context;
	int topic = topic_of(s, message->topic);

	(void)mosq;
	if (topic >= 0 && message->payloadlen > 0)
		s->config.message(s->config.context, (enum session_topic)topic, message->payload,
			(size_t)message->payloadlen);
}

static struct mosquitto *new_client(struct session *s, char *why)
{
	const struct session_config *c = &s->config;
	char id[2 * CLIENT_ID_MAX + 2];
	struct mosquitto *m;

	snprintf(id, sizeof id, "%s%s%s", c->client_id, c->suffix[0] ? "/" : "", c->suffix);
	m = mosquitto_new(id, c->suffix[0] != '\0' || c->password != NULL, s);
	if (!m)
		return NULL;
	mosquitto_connect_callback_set(m, on_connect);
	mosquitto_message_callback_set(m, on_message);
	(void)mosquitto_int_option(m, MOSQ_OPT_TCP_NODELAY, 1);
	if (c->cafile[0] &&
		mosquitto_tls_set(m, c->cafile, NULL, NULL, NULL, NULL) != MOSQ_ERR_SUCCESS) {
		snprintf(why, SESSION_WHY_MAX, "cafile %.200s cannot be used", c->cafile);
		mosquitto_destroy(m);
		return NULL;
	}
	return m;
}

enum err session_new(
	const struct session_config *config, struct session **ret, char why[static SESSION_WHY_MAX])
{
	struct session *s = calloc(1, sizeof *s);

	if (!s)
		return ERR_NOMEM;
	s->config = *config;
	s->hurry = 1;
	why[0] = '\0';
	s->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->done_fd >= 0 && mosquitto_lib_init() == MOSQ_ERR_SUCCESS)
		s->mosq = new_client(s, why);
	if (!s->mosq) {
		if (s->done_fd >= 0)
			(void)close(s->done_fd);
		(void)mosquitto_lib_cleanup();
		free(s);
		return why[0] ? ERR_CONFIG : ERR_NOMEM;
	}
	*ret = s;
	return ERR_OK;
}

void session_hurry(struct session *s, int64_t rate)
{
	s->hurry = rate < 1 ? 1 : rate > SESSION_HURRY_MAX ? SESSION_HURRY_MAX : rate;
}

static void *connect_thread(void *context)
{
	struct session *s = context;
	const struct session_config *c = &s->config;
	const uint64_t one = 1;

	errno = 0;
	s->rc = s->begun ? mosquitto_reconnect(s->mosq)
			 : mosquitto_connect(s->mosq, c->host, c->port, SESSION_KEEPALIVE_S);
	s->number = errno;
	(void)!write(s->done_fd, &one, sizeof one);
	return NULL;
}

/* Start the thread, deaf to signals. */
static bool start_thread(struct session *s)
{
	sigset_t all, before;
	int failed;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&s->thread, NULL, connect_thread, s);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failed == 0;
}

/* Begin a login with a password of this moment. */
static void dial(struct session *s)
{
	const struct session_config *c = &s->config;
	char token[LOGIN_TOKEN_MAX];
	const char *password = c->password;
	int rc = MOSQ_ERR_NOMEM;

	s->refusal[0] = '\0';
	if (!password &&
		login_token(c->ems, c->market, c->client_id, (int64_t)time(NULL), token) == ERR_OK)
		password = token;
	if (password)
		rc = mosquitto_username_pw_set(s->mosq, c->client_id, password);
	explicit_bzero(token, sizeof token);
	s->dialling = rc == MOSQ_ERR_SUCCESS && start_thread(s);
	if (!s->dialling)
		lost(s, mosquitto_strerror(MOSQ_ERR_NOMEM));
}

/* See whether the thread is through, for at most wait_ms; whether a login is under way then. */
static bool await_dial(struct session *s, int wait_ms)
{
	struct pollfd p = {.fd = s->done_fd, .events = POLLIN};
	uint64_t count;

	if (poll(&p, 1, wait_ms) <= 0)
		return false;
	(void)!read(s->done_fd, &count, sizeof count);
	(void)pthread_join(s->thread, NULL);
	s->dialling = false;
	s->begun = true;
	s->connecting = s->rc == MOSQ_ERR_SUCCESS;
	s->until_ms = clock_monotonic_ms() + CONNECT_MS_MAX;
	if (!s->connecting)
		lost(s, s->rc == MOSQ_ERR_ERRNO && s->number != 0 ? strerror(s->number)
								  : mosquitto_strerror(s->rc));
	return s->connecting;
}

void session_run(struct session *s, int wait_ms)
{
	int64_t now_ms = clock_monotonic_ms();
	int rc;

	if (!s->up && !s->connecting && !s->dialling) {
		if (now_ms < s->next_ms) {
			if (wait_ms > s->next_ms - now_ms)
				wait_ms = (int)(s->next_ms - now_ms);
			(void)poll(NULL, 0, wait_ms);
			return;
		}
		dial(s);
	}
	if (s->dialling && !await_dial(s, wait_ms))
		return;
	if (!s->connecting && !s->up)
		return;
	errno = 0;
	rc = mosquitto_loop(s->mosq, wait_ms, 1);
	if (rc == MOSQ_ERR_SUCCESS && s->connecting && clock_monotonic_ms() > s->until_ms)
		rc = MOSQ_ERR_NO_CONN;
	if (rc != MOSQ_ERR_SUCCESS) {
		int number = errno;
		(void)mosquitto_disconnect(s->mosq); /* close the socket, if it is open */
		lost(s, s->refusal[0]                         ? s->refusal
			: rc == MOSQ_ERR_ERRNO && number != 0 ? strerror(number)
							      : mosquitto_strerror(rc));
	}
}

void session_free(struct session *s)
{
	if (!s || (s->dialling && !await_dial(s, 0) && s->dialling))
		return; /* the thread still has it all, and the process is about to end */
	if (s->up && mosquitto_disconnect(s->mosq) == MOSQ_ERR_SUCCESS) {
		for (int i = 0; i < 10 && mosquitto_want_write(s->mosq); i++)
			(void)mosquitto_loop(s->mosq, 50, 1);
	}
	mosquitto_destroy(s->mosq);
	(void)mosquitto_lib_cleanup();
	(void)close(s->done_fd);
	free(s);
}

bool session_is_up(const struct session *s)
{
	return s->up;
}

const char *session_refusal(const struct session *s)
{
	return s->refusal;
}

enum err session_send(struct session *s, enum operation operation, const char *text, size_t len)
{
	char topic[TOPIC_MAX];

	if (!s->up)
		return ERR_NET;
	snprintf(topic, sizeof topic, "lem/%s/in/%s", s->config.name, operation_name(operation));
	return mosquitto_publish(s->mosq, NULL, topic, (int)len, text, 0, false) == MOSQ_ERR_SUCCESS
		       ? ERR_OK
		       : ERR_NET;
}
