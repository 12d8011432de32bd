#include "plugin/intake.h"
#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <stdio.h>
#include "engine/replies.h"
#include "plugin/market_thread.h"
#include "wire/clock.h"

enum { TOLD_EVERY_MS = 1000 }; /* a client over its rate is told so */

/* A message as the broker has it; borrowed. */
struct raw_message {
	const char *user;
	enum operation operation;
	const char *payload;
	size_t len;
};

/* Tell the sender: a client in its own topic, the operator where answers to commands go. */
static void tell(const struct genesis *g, const struct raw_message *m, const struct out *reject,
	enum verdict verdict)
{
	const struct control_tag unread = control_peek(m->payload, m->len);
	char topic[128], text[1024];
	struct out reply = *reject;

	(void)snprintf(topic, sizeof topic, "lem/%s/to/%s/reject", g->name, m->user);
	if (m->operation == OPERATION_NONE) {
		out_init(&reply, text, sizeof text);
		reply_control_write(&reply, &unread, verdict_text(verdict), reject);
		(void)snprintf(topic, sizeof topic, "%s", CONTROL_RESPONSE_TOPIC);
	}
	(void)mosquitto_broker_publish_copy(
		NULL, topic, (int)reply.len, reply.text, 1, false, NULL);
}

/* A refusal's line in the log, while its client and all together are within their share. */
static void log_refusal(struct intake *in, uint32_t client, const struct raw_message *m,
	const char *req_id, enum verdict verdict)
{
	int64_t now_ms = clock_monotonic_ms();

	if (!bucket_take(&in->told[client], MARKET_TOLD_RATE, MARKET_TOLD_BURST, now_ms) ||
		!bucket_take(&in->told_all, MARKET_TOLD_ALL_RATE, MARKET_TOLD_ALL_BURST, now_ms)) {
		office_leave_out(in->office);
		return;
	}
	mosquitto_log_printf(MOSQ_LOG_NOTICE, "lem: %s | %s | %s | rejected: %s", m->user,
		m->operation == OPERATION_NONE ? "?" : operation_name(m->operation),
		req_id[0] ? req_id : "-", verdict_name(verdict));
}

/* A refusal that the broker's thread can give by itself. */
static void refuse(
	struct intake *in, uint32_t client, const struct raw_message *m, enum verdict verdict)
{
	const struct genesis *g = office_genesis(in->office);
	char text[512], req_id[REQ_ID_MAX + 1] = "";
	struct out out;

	(void)request_peek_req_id(m->payload, m->len, req_id);
	log_refusal(in, client, m, req_id, verdict);
	out_init(&out, text, sizeof text);
	reply_reject_write(&out, m->operation, req_id, verdict, "", "",
		params_market_ms(&g->params, clock_real_ms()));
	tell(g, m, &out, verdict);
}

void intake_take(struct intake *in, const struct keyring_client *client, const char *user,
	enum operation operation, const char *payload, size_t len)
{
	struct raw_message m = {user, operation, payload, len};
	size_t max = operation == OPERATION_NONE ? CONTROL_TEXT_MAX : operation_text_max(operation);
	int64_t now_ms = clock_monotonic_ms();

	if (!bucket_take(&in->clients[client->home], in->options->client_rate,
		    in->options->client_burst, now_ms)) {
		office_count_refused(in->office);
		if (now_ms - in->told_ms[client->home] < TOLD_EVERY_MS)
			return;
		in->told_ms[client->home] = now_ms;
		refuse(in, client->home, &m, VERDICT_RATE_LIMITED);
	} else if (len > max) {
		office_count_refused(in->office);
		refuse(in, client->home, &m, VERDICT_TOO_LARGE);
	} else if (!office_submit(in->office, user, operation, payload, len)) {
		office_count_refused(in->office);
		refuse(in, client->home, &m, VERDICT_BUSY);
	}
}
