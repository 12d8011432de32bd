/* session: one MQTT connection to the market's broker, with a fresh login for each attempt.
 *
 * One thread. Callbacks run within session_run(); they may send, but not close. */
#ifndef LEM_HEM_SESSION_H
#define LEM_HEM_SESSION_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "wire/private_key.h"
#include "wire/request.h"

enum {
	SESSION_WHY_MAX = 320,
	SESSION_PASSWORD_MAX = 128,
	SESSION_KEEPALIVE_S = 60,
	SESSION_BACKOFF_MIN_MS = 1000,
	SESSION_BACKOFF_MAX_MS = 120000,
	SESSION_HURRY_MAX = 50, /* the most by which back-off is shortened in a fast market */
};

/* What a message is, by its topic. */
enum session_topic {
	TOPIC_RECEIPT,
	TOPIC_REJECT,
	TOPIC_AWARD,
	TOPIC_WALLET,
	TOPIC_STATEMENT,
	TOPIC_BASELINE,
	TOPIC_BLOCK, /* to all or to this home */
	TOPIC_AUCTION,
	TOPIC_HEAD,
	TOPIC_MARKET,
};

/* Where to, as whom, and who is told. Strings and keys are borrowed for the session's life. */
struct session_config {
	const char *host;
	int port;
	const char *cafile;    /* "": no TLS */
	const char *name;      /* the market's bare name */
	const char *market;    /* its id, for the token */
	const char *client_id; /* the home's */
	const char *suffix;    /* "": the home's own persistent session; else a passing one */
	const char *password;  /* the enrolment code of a first login; NULL: a token by `ems` */
	const struct private_key *ems;
	bool wants_auctions, wants_blocks; /* beside what is addressed to this home */
	void *context;
	void (*message)(void *context, enum session_topic topic, const char *payload, size_t len);
	void (*up)(void *context); /* logged in; subscriptions are sent */
	/* again: as since the last login: the broker has refused one before, and does so still. */
	void (*lost)(void *context, const char *why, bool again);
};

struct session;

/* Prepare; connects within session_run(). ERR_NOMEM, ERR_CONFIG (cafile). */
__attribute__((warn_unused_result)) enum err session_new(const struct session_config *config,
	struct session **ret, char why[static SESSION_WHY_MAX]);

/* Disconnect politely and free. NULL is allowed. While a connection is being made, what it needs is
 * left to the end of the process. */
void session_free(struct session *session);

/* Shorten the back-off: the market runs `rate` times as fast as real time. */
void session_hurry(struct session *session, int64_t rate);

/* Connect if it is time to, take in and send out what there is, for at most wait_ms real ms;
 * returns early when something has come. */
void session_run(struct session *session, int wait_ms);

/* Whether it is logged in. */
bool session_is_up(const struct session *session);

/* Why the broker refused the last login, or "" if it did not: the home must be told, for trying on
 * may not help. Lives until the next session_run(). */
const char *session_refusal(const struct session *session);

/* Send a message to in/<operation>, QoS 0: nothing but a receipt says that it has arrived.
 * ERR_NET if not connected. */
__attribute__((warn_unused_result)) enum err session_send(
	struct session *session, enum operation operation, const char *text, size_t len);

#endif
