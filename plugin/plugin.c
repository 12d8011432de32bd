/* plugin: the broker's callbacks. Each does little and never waits. */
#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "plugin/access.h"
#include "plugin/broker_settings.h"
#include "plugin/doorkeeper.h"
#include "plugin/intake.h"
#include "plugin/login.h"
#include "plugin/office.h"
#include "plugin/sessions.h"
#include "wire/clock.h"

#define EXPORT __attribute__((visibility("default")))

enum {
	LOGIN_KEYS_BITS = 8,
	TICK_MAX = 512, /* publications of one tick */
	KICKS_MAX = 64,
	KICK_AFTER_MS = 500, /* time for the last receipt to leave */
};

/* A session that is to end. */
struct kick {
	char client_id[CLIENT_ID_MAX + 1];
	int64_t at_ms;
};

struct plugin {
	mosquitto_plugin_id_t *id;
	struct options given;   /* by mosquitto.conf */
	struct options options; /* with the configuration file's */
	struct office *office;
	struct key_cache *login_keys;
	struct doorkeeper doorkeeper;
	struct sessions sessions;
	struct intake intake;
	struct kick kicks[KICKS_MAX];
	size_t kick_count;
	int64_t loaded_ms;
	bool ticking;
};

static int wake_signal(void)
{
	return SIGRTMIN + 3;
}

static void woken(int signal)
{
	(void)signal; /* its only purpose is to end epoll_wait() */
}

/* ---- login ---- */

/* A rejected login's line in the log, within its share; otherwise it is counted there. */
static void tell_rejected(
	struct plugin *p, struct mosquitto *client, const char *who, const char *why)
{
	if (doorkeeper_tells(
		    &p->doorkeeper, mosquitto_client_address(client), clock_monotonic_ms()))
		mosquitto_log_printf(
			MOSQ_LOG_NOTICE, "lem: %.100s | login | rejected: %s", who, why);
	else
		office_leave_out(p->office);
}

/* Whether an MQTT client id is that of a client of the market, or one of its tools'. Any other user
 * under it would take over the session with all that is queued for it. */
static bool id_is_taken(struct plugin *p, const char *client_id)
{
	char id[CLIENT_ID_MAX + 1];
	size_t len = client_id ? strcspn(client_id, "/") : 0;
	struct keyring_client client;

	if (len == 0 || len > CLIENT_ID_MAX)
		return false;
	(void)snprintf(id, sizeof id, "%.*s", (int)len, client_id);
	return keyring_client(office_keyring(p->office), id, &client);
}

static int on_login(int event, void *data, void *context)
{
	const struct mosquitto_evt_basic_auth *e = data;
	struct plugin *p = context;
	struct keyring_client client = {.home = 0};
	enum login_answer answer;

	(void)event;
	if (!e->username || !keyring_client(office_keyring(p->office), e->username, &client)) {
		if (!id_is_taken(p, mosquitto_client_id(e->client)))
			return MOSQ_ERR_PLUGIN_DEFER;
		tell_rejected(
			p, e->client, mosquitto_client_id(e->client), login_text(LOGIN_CLIENT_ID));
		return MOSQ_ERR_AUTH;
	}
	/* The broker asks about every standing session again when it reads its settings anew: a
	 * login that was good stays so, however old its token, unless its home is revoked. */
	if (client.status != HOME_REVOKED && sessions_holds(&p->sessions, e->client, client.home,
						     mosquitto_client_id(e->client), e->password))
		return MOSQ_ERR_SUCCESS;
	if (!p->ticking && clock_monotonic_ms() - p->loaded_ms > 5000) {
		mosquitto_log_printf(MOSQ_LOG_ERR,
			"lem: the broker gives plugins no ticks: is per_listener_settings true?");
		return MOSQ_ERR_AUTH;
	}
	if (!doorkeeper_admits(&p->doorkeeper, mosquitto_client_address(e->client), client.home,
		    &p->options, clock_monotonic_ms())) {
		tell_rejected(
			p, e->client, e->username, "too many logins, from its address or in all");
		return MOSQ_ERR_AUTH;
	}
	answer = login_check(office_keyring(p->office), p->login_keys,
		office_genesis(p->office)->market, e->username, mosquitto_client_id(e->client),
		e->password, !mosquitto_client_clean_session(e->client), (int64_t)time(NULL));
	if (answer == LOGIN_OK)
		doorkeeper_knows(&p->doorkeeper, mosquitto_client_address(e->client), client.home,
			clock_monotonic_ms());
	if (answer == LOGIN_OK && sessions_begin(&p->sessions, e->client, client.home,
					  mosquitto_client_id(e->client), e->password))
		return MOSQ_ERR_SUCCESS;
	tell_rejected(p, e->client, e->username,
		answer == LOGIN_OK ? "too many sessions of it, or in all" : login_text(answer));
	return MOSQ_ERR_AUTH;
}

static int on_disconnect(int event, void *data, void *context)
{
	const struct mosquitto_evt_disconnect *e = data;
	struct plugin *p = context;

	(void)event;
	sessions_end(&p->sessions, e->client);
	return MOSQ_ERR_SUCCESS;
}

/* ---- access ---- */

static enum access_answer decide(struct plugin *p, const struct mosquitto *mosq,
	enum access_kind kind, const char *topic, bool retain, struct keyring_client *client)
{
	const char *user = mosq ? mosquitto_client_username(mosq) : NULL;
	bool known;

	if (!access_is_ours(topic))
		return ACCESS_FOREIGN;
	known = user && keyring_client(office_keyring(p->office), user, client);
	return access_decide(office_genesis(p->office)->name, known ? client : NULL,
		user ? user : "", kind, topic, retain);
}

static int on_access(int event, void *data, void *context)
{
	const struct mosquitto_evt_acl_check *e = data;
	struct plugin *p = context;
	struct keyring_client client = {.home = 0};
	enum access_kind kind = e->access == MOSQ_ACL_WRITE       ? ACCESS_WRITE
				: e->access == MOSQ_ACL_SUBSCRIBE ? ACCESS_SUBSCRIBE
								  : ACCESS_READ;

	(void)event;
	if (e->access == MOSQ_ACL_UNSUBSCRIBE)
		return MOSQ_ERR_SUCCESS;
	switch (decide(p, e->client, kind, e->topic, e->retain && kind == ACCESS_WRITE, &client)) {
	case ACCESS_ALLOWED:
		return MOSQ_ERR_SUCCESS;
	case ACCESS_DENIED:
		return MOSQ_ERR_ACL_DENIED;
	case ACCESS_FOREIGN:
		break;
	}
	return p->options.other_topics_allowed ? MOSQ_ERR_SUCCESS : MOSQ_ERR_PLUGIN_DEFER;
}

/* ---- messages ---- */

static int on_message(int event, void *data, void *context)
{
	const struct mosquitto_evt_message *e = data;
	struct plugin *p = context;
	struct keyring_client client = {.home = 0};

	(void)event;
	/* A bridge's messages come here without an access check. */
	switch (decide(p, e->client, ACCESS_WRITE, e->topic, e->retain, &client)) {
	case ACCESS_FOREIGN:
		return MOSQ_ERR_SUCCESS;
	case ACCESS_DENIED:
		return MOSQ_ERR_ACL_DENIED;
	case ACCESS_ALLOWED:
		break;
	}
	intake_take(&p->intake, &client, mosquitto_client_username(e->client),
		access_operation(office_genesis(p->office)->name, e->topic), e->payload,
		e->payloadlen);
	return MOSQ_ERR_SUCCESS;
}

static int on_control(int event, void *data, void *context)
{
	const struct mosquitto_evt_control *e = data;
	struct plugin *p = context;
	struct keyring_client client = {.home = 0};

	(void)event;
	if (decide(p, e->client, ACCESS_WRITE, e->topic, e->retain, &client) != ACCESS_ALLOWED)
		return MOSQ_ERR_ACL_DENIED;
	intake_take(&p->intake, &client, mosquitto_client_username(e->client), OPERATION_NONE,
		e->payload, e->payloadlen);
	return MOSQ_ERR_SUCCESS;
}

/* ---- tick ---- */

static void plan_kick(struct plugin *p, const struct publication *pub)
{
	const char *user = strstr(pub->topic, "/to/");
	struct kick *k = &p->kicks[p->kick_count];

	if (!user || p->kick_count == KICKS_MAX)
		return;
	user += 4;
	(void)snprintf(k->client_id, sizeof k->client_id, "%.*s", (int)strcspn(user, "/"), user);
	k->at_ms = clock_monotonic_ms() + KICK_AFTER_MS;
	p->kick_count++;
}

static void end_sessions(struct plugin *p)
{
	int64_t now_ms = clock_monotonic_ms();
	size_t kept = 0;

	for (size_t i = 0; i < p->kick_count; i++) {
		if (p->kicks[i].at_ms <= now_ms)
			(void)mosquitto_kick_client_by_username(p->kicks[i].client_id, false);
		else
			p->kicks[kept++] = p->kicks[i];
	}
	p->kick_count = kept;
}

static int on_tick(int event, void *data, void *context)
{
	struct plugin *p = context;
	struct post_line line;
	struct publication *next;
	bool more = false;

	(void)event;
	(void)data;
	p->ticking = true;
	for (struct publication *pub = office_collect(p->office, TICK_MAX, &more); pub;
		pub = next) {
		next = pub->next;
		(void)mosquitto_broker_publish_copy(
			NULL, pub->topic, (int)pub->len, pub->payload, 1, pub->retain, NULL);
		if (pub->ends_session)
			plan_kick(p, pub);
		free(pub);
	}
	while (office_log_line(p->office, &line))
		mosquitto_log_printf(line.level, "%s", line.text);
	if (p->kick_count > 0)
		end_sessions(p);
	return MOSQ_ERR_SUCCESS;
}

/* ---- loading ---- */

/* SIGHUP brings no options of mosquitto.conf: what may change stands in a file of our own. */
static int on_reload(int event, void *data, void *context)
{
	struct plugin *p = context;
	struct options options = p->given;
	char why[OPTIONS_WHY_MAX];

	(void)event;
	(void)data;
	if (strcmp(options.config, "none") == 0)
		return MOSQ_ERR_SUCCESS;
	if (!options_read_file(options.config, &options, why)) {
		mosquitto_log_printf(MOSQ_LOG_ERR, "lem: nothing changes: %s", why);
		return MOSQ_ERR_SUCCESS;
	}
	p->options = options;
	mosquitto_log_printf(MOSQ_LOG_NOTICE,
		"lem: %s is read: client_rate %lld, client_burst %lld, login_rate %lld, "
		"login_burst %lld, login_rate_all %lld",
		options.config, (long long)options.client_rate, (long long)options.client_burst,
		(long long)options.login_rate, (long long)options.login_burst,
		(long long)options.login_rate_all);
	return MOSQ_ERR_SUCCESS;
}

static const struct {
	int event;
	MOSQ_FUNC_generic_callback function;
	const char *topic;
} callbacks[] = {
	{MOSQ_EVT_BASIC_AUTH, on_login, NULL},
	{MOSQ_EVT_DISCONNECT, on_disconnect, NULL},
	{MOSQ_EVT_ACL_CHECK, on_access, NULL},
	{MOSQ_EVT_MESSAGE, on_message, NULL},
	{MOSQ_EVT_CONTROL, on_control, CONTROL_TOPIC},
	{MOSQ_EVT_TICK, on_tick, NULL},
	{MOSQ_EVT_RELOAD, on_reload, NULL},
};

enum { CALLBACKS = sizeof callbacks / sizeof *callbacks };

EXPORT int mosquitto_plugin_version(int count, const int *versions)
{
	for (int i = 0; i < count; i++) {
		if (versions[i] == MOSQ_PLUGIN_VERSION)
			return MOSQ_PLUGIN_VERSION;
	}
	return -1;
}

static int refuse_to_load(struct plugin *p, const char *why)
{
	mosquitto_log_printf(MOSQ_LOG_ERR, "lem: not loaded: %s", why);
	if (p) {
		office_close(p->office);
		key_cache_free(p->login_keys);
	}
	free(p);
	return MOSQ_ERR_INVAL;
}

static int register_callbacks(struct plugin *p)
{
	for (int i = 0; i < CALLBACKS; i++) {
		int rc = mosquitto_callback_register(
			p->id, callbacks[i].event, callbacks[i].function, callbacks[i].topic, p);
		if (rc != MOSQ_ERR_SUCCESS)
			return rc;
	}
	return MOSQ_ERR_SUCCESS;
}

EXPORT int mosquitto_plugin_init(mosquitto_plugin_id_t *identifier, void **userdata,
	struct mosquitto_opt *opts, int opt_count)
{
	struct sigaction action = {.sa_handler = woken};
	struct plugin *p = calloc(1, sizeof *p);
	char why[ENGINE_WHY_MAX] = "out of memory";

	if (!p)
		return MOSQ_ERR_NOMEM;
	p->id = identifier;
	p->loaded_ms = clock_monotonic_ms();
	sessions_init(&p->sessions);
	if (!broker_settings_check(why, sizeof why))
		return refuse_to_load(p, why);
	if (!options_read(opts, opt_count, &p->given, why))
		return refuse_to_load(p, why);
	p->options = p->given;
	if (!options_read_file(p->given.config, &p->options, why))
		return refuse_to_load(p, why);
	(void)sigemptyset(&action.sa_mask);
	if (sigaction(wake_signal(), &action, NULL) != 0)
		return refuse_to_load(p, "the wake-up signal cannot be set");
	if (doorkeeper_init(&p->doorkeeper) != ERR_OK ||
		key_cache_new(LOGIN_KEYS_BITS, &p->login_keys) != ERR_OK ||
		office_open(&p->options, wake_signal(), &p->office, why) != ERR_OK)
		return refuse_to_load(p, why);
	p->intake = (struct intake){.office = p->office, .options = &p->options};
	if (register_callbacks(p) != MOSQ_ERR_SUCCESS)
		return refuse_to_load(p, "the broker takes no callbacks");
	mosquitto_log_printf(MOSQ_LOG_NOTICE, "lem: market %s in %s, version %s",
		office_genesis(p->office)->market, p->options.state_dir, LEM_VERSION);
	*userdata = p;
	return MOSQ_ERR_SUCCESS;
}

EXPORT int mosquitto_plugin_cleanup(void *userdata, struct mosquitto_opt *opts, int opt_count)
{
	struct plugin *p = userdata;

	(void)opts;
	(void)opt_count;
	if (!p)
		return MOSQ_ERR_SUCCESS;
	for (int i = 0; i < CALLBACKS; i++)
		(void)mosquitto_callback_unregister(
			p->id, callbacks[i].event, callbacks[i].function, callbacks[i].topic);
	office_close(p->office);
	key_cache_free(p->login_keys);
	free(p);
	return MOSQ_ERR_SUCCESS;
}
