#include "lemctl/link.h"
#include <errno.h>
#include <mosquitto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "wire/clock.h"
#include "wire/login_advice.h"
#include "wire/login_token.h"

enum { CONNECT_MS = 10000, STEP_MS = 20, KEEPALIVE_S = 30, TOPIC_MAX = 160 };

struct link {
	struct mosquitto *mosq;
	const struct link_options *options;
	link_message *on_message;
	void *context;
	int connack; /* -1: none yet */
	bool subscribed, lost;
	int last_mid;
};

static void on_connect(struct mosquitto *mosq, void *context, int rc)
{
	(void)mosq;
	((struct link *)context)->connack = rc;
}

static void on_disconnect(struct mosquitto *mosq, void *context, int rc)
{
	(void)mosq;
	(void)rc;
	((struct link *)context)->lost = true;
}

static void on_subscribe(
	struct mosquitto *mosq, void *context, int mid, int count, const int *granted)
{
	struct link *l = context;

	(void)mosq;
	(void)count;
	(void)granted;
	if (mid == l->last_mid)
		l->subscribed = true;
}

static void on_message(struct mosquitto *mosq, void *context, const struct mosquitto_message *m)
{
	struct link *l = context;

	(void)mosq;
	l->on_message(l->context, m->topic, m->payload, (size_t)m->payloadlen);
}

enum err link_wait(struct link *l, int timeout_ms)
{
	int64_t until = clock_monotonic_ms() + timeout_ms;

	do {
		int64_t left = until - clock_monotonic_ms();
		int rc = mosquitto_loop(l->mosq,
			(int)(left > STEP_MS ? STEP_MS
				: left > 0   ? left
					     : 0),
			1);
		if (rc != MOSQ_ERR_SUCCESS)
			return ERR_NET;
	} while (clock_monotonic_ms() < until);
	return ERR_OK;
}

static void subscribe(struct link *l, const char *below)
{
	char topic[TOPIC_MAX];

	if (below[0] == '$')
		(void)snprintf(topic, sizeof topic, "%s", below);
	else
		(void)snprintf(topic, sizeof topic, "lem/%.24s/%.120s", l->options->name, below);
	(void)mosquitto_subscribe(l->mosq, &l->last_mid, topic, 1);
}

/* Wait for the broker's answer to the connection. */
static enum err await_connack(struct link *l)
{
	int64_t until = clock_monotonic_ms() + CONNECT_MS;

	while (l->connack < 0 && !l->lost && clock_monotonic_ms() < until) {
		if (link_wait(l, STEP_MS) != ERR_OK && l->connack < 0)
			return ERR_NET;
	}
	return l->connack == 0 ? ERR_OK : ERR_NET;
}

static void tell_refusal(const struct link *l, char why[static LINK_WHY_MAX])
{
	char advice[LOGIN_ADVICE_MAX];

	login_advice(l->connack, l->options->password ? LOGIN_BY_PASSWORD : LOGIN_BY_ROLE_KEY,
		clock_real_ms(), advice);
	(void)snprintf(why, LINK_WHY_MAX, "the broker refuses the login: %s%s%s",
		advice[0] ? "not authorised" : mosquitto_connack_string(l->connack),
		advice[0] ? ": " : "", advice);
}

static enum err log_in(struct link *l, const char *const *more, char why[static LINK_WHY_MAX])
{
	char own[TOPIC_MAX - 40];
	enum err err = await_connack(l);

	if (l->connack > 0) {
		tell_refusal(l, why);
		return ERR_PERMISSION;
	}
	if (err != ERR_OK) {
		(void)snprintf(why, LINK_WHY_MAX, "no answer from %s:%d", l->options->host,
			l->options->port);
		return ERR_NET;
	}
	for (; more && *more; more++)
		subscribe(l, *more);
	(void)snprintf(own, sizeof own, "to/%s/#", l->options->client_id);
	subscribe(l, own);
	for (int64_t until = clock_monotonic_ms() + CONNECT_MS;
		!l->subscribed && clock_monotonic_ms() < until;) {
		if (link_wait(l, STEP_MS) != ERR_OK)
			return ERR_NET;
	}
	return l->subscribed ? ERR_OK : ERR_NET;
}

static int set_protocol(struct link *l)
{
	static const struct {
		const char *name;
		int number;
	} versions[] = {{"mqttv31", MQTT_PROTOCOL_V31}, {"31", MQTT_PROTOCOL_V31},
		{"mqttv311", MQTT_PROTOCOL_V311}, {"311", MQTT_PROTOCOL_V311},
		{"mqttv5", MQTT_PROTOCOL_V5}, {"5", MQTT_PROTOCOL_V5}};

	if (!l->options->protocol)
		return MOSQ_ERR_SUCCESS;
	for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
		if (strcmp(versions[i].name, l->options->protocol) == 0)
			return mosquitto_int_option(
				l->mosq, MOSQ_OPT_PROTOCOL_VERSION, versions[i].number);
	}
	return MOSQ_ERR_PROTOCOL;
}

static int set_tls(struct link *l)
{
	const struct link_options *o = l->options;
	int rc = MOSQ_ERR_SUCCESS;

	if (o->alpn)
		rc = mosquitto_string_option(l->mosq, MOSQ_OPT_TLS_ALPN, o->alpn);
	if (rc == MOSQ_ERR_SUCCESS && o->psk)
		return mosquitto_tls_psk_set(l->mosq, o->psk, o->psk_identity, o->ciphers);
	if (rc != MOSQ_ERR_SUCCESS || (!o->cafile && !o->capath))
		return rc;
	rc = mosquitto_tls_set(l->mosq, o->cafile, o->capath, o->cert, o->cert_key, NULL);
	if (rc == MOSQ_ERR_SUCCESS && (o->ciphers || o->tls_version))
		rc = mosquitto_tls_opts_set(l->mosq, 1, o->tls_version, o->ciphers);
	if (rc == MOSQ_ERR_SUCCESS && o->insecure)
		rc = mosquitto_tls_insecure_set(l->mosq, true);
	return rc;
}

static enum err connect_to(struct link *l, char why[static LINK_WHY_MAX])
{
	const struct link_options *o = l->options;
	char token[LOGIN_TOKEN_MAX];
	enum err err =
		login_token_write(o->key, o->market, o->client_id, (int64_t)time(NULL), token);
	int rc;

	if (err != ERR_OK)
		return err;
	mosquitto_connect_callback_set(l->mosq, on_connect);
	mosquitto_disconnect_callback_set(l->mosq, on_disconnect);
	mosquitto_subscribe_callback_set(l->mosq, on_subscribe);
	mosquitto_message_callback_set(l->mosq, on_message);
	rc = mosquitto_username_pw_set(l->mosq, o->client_id, o->password ? o->password : token);
	if (rc == MOSQ_ERR_SUCCESS)
		rc = set_tls(l);
	if (rc == MOSQ_ERR_SUCCESS)
		rc = set_protocol(l);
	if (rc == MOSQ_ERR_SUCCESS)
		rc = mosquitto_connect_bind(l->mosq, o->unix_path ? o->unix_path : o->host,
			o->unix_path ? 0 : o->port, KEEPALIVE_S, o->bind);
	if (rc == MOSQ_ERR_SUCCESS)
		return ERR_OK;
	(void)snprintf(why, LINK_WHY_MAX, "%.120s:%d: %s", o->unix_path ? o->unix_path : o->host,
		o->port, rc == MOSQ_ERR_ERRNO ? strerror(errno) : mosquitto_strerror(rc));
	return ERR_NET;
}

enum err link_open(const struct link_options *options, const char *const *more,
	link_message *message, void *context, struct link **ret, char why[static LINK_WHY_MAX])
{
	struct link *l = calloc(1, sizeof *l);
	char id[96];
	enum err err;

	if (!l)
		return ERR_NOMEM;
	why[0] = '\0';
	l->options = options;
	l->on_message = message;
	l->context = context;
	l->connack = -1;
	(void)mosquitto_lib_init();
	(void)snprintf(id, sizeof id, "%s/%s", options->client_id, options->suffix);
	l->mosq = mosquitto_new(options->mqtt_id ? options->mqtt_id : id, true, l);
	err = l->mosq ? connect_to(l, why) : ERR_NOMEM;
	if (err == ERR_OK)
		err = log_in(l, more, why);
	if (err != ERR_OK) {
		if (why[0] == '\0')
			(void)snprintf(why, LINK_WHY_MAX, "%s", err_text(err));
		link_close(l);
		return err;
	}
	*ret = l;
	return ERR_OK;
}

enum err link_send(struct link *l, const char *topic, const char *payload, size_t len)
{
	int qos = l->options->qos ? l->options->qos[0] - '0' : 1;

	return mosquitto_publish(l->mosq, NULL, topic, (int)len, payload, qos, false) ==
			       MOSQ_ERR_SUCCESS
		       ? ERR_OK
		       : ERR_NET;
}

void link_close(struct link *l)
{
	if (!l)
		return;
	if (l->mosq) {
		(void)mosquitto_disconnect(l->mosq);
		(void)mosquitto_loop(l->mosq, STEP_MS, 1);
		mosquitto_destroy(l->mosq);
	}
	free(l);
}
