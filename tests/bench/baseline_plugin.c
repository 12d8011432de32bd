/* The reference of the intake bench: a plugin that lets everything in and answers each message on
 * lem/.../in/... with 200 bytes to its sender at the next tick. No check, no disk. */
#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))
enum { WAITING_MAX = 1 << 16, ANSWER_LEN = 200 };

static char waiting[WAITING_MAX][40];
static unsigned first, count;
static mosquitto_plugin_id_t *id;

static int allow(int event, void *data, void *context)
{
	(void)event, (void)data, (void)context;
	return MOSQ_ERR_SUCCESS;
}

static int on_message(int event, void *data, void *context)
{
	const struct mosquitto_evt_message *e = data;

	(void)event, (void)context;
	if (strstr(e->topic, "/in/") && count < WAITING_MAX)
		snprintf(waiting[(first + count++) % WAITING_MAX], sizeof waiting[0], "%s",
			mosquitto_client_username(e->client));
	return MOSQ_ERR_SUCCESS;
}

static int on_tick(int event, void *data, void *context)
{
	static const char answer[ANSWER_LEN] = {'.'};
	char topic[96];

	(void)event, (void)data, (void)context;
	for (; count > 0; count--, first = (first + 1) % WAITING_MAX) {
		snprintf(topic, sizeof topic, "lem/bench/to/%s/receipt", waiting[first]);
		mosquitto_broker_publish_copy(NULL, topic, ANSWER_LEN, answer, 1, false, NULL);
	}
	return MOSQ_ERR_SUCCESS;
}

EXPORT int mosquitto_plugin_version(int n, const int *versions)
{
	for (int i = 0; i < n; i++) {
		if (versions[i] == MOSQ_PLUGIN_VERSION)
			return MOSQ_PLUGIN_VERSION;
	}
	return -1;
}

EXPORT int mosquitto_plugin_init(
	mosquitto_plugin_id_t *plugin, void **user, struct mosquitto_opt *opts, int n)
{
	(void)user, (void)opts, (void)n;
	id = plugin;
	mosquitto_callback_register(id, MOSQ_EVT_BASIC_AUTH, allow, NULL, NULL);
	mosquitto_callback_register(id, MOSQ_EVT_ACL_CHECK, allow, NULL, NULL);
	mosquitto_callback_register(id, MOSQ_EVT_MESSAGE, on_message, NULL, NULL);
	return mosquitto_callback_register(id, MOSQ_EVT_TICK, on_tick, NULL, NULL);
}

EXPORT int mosquitto_plugin_cleanup(void *user, struct mosquitto_opt *opts, int n)
{
	(void)user, (void)opts, (void)n;
	return MOSQ_ERR_SUCCESS;
}
