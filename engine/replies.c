#include "engine/replies.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "engine/answers.h"

enum { REPLY_MAX = 4096, RETRY_AFTER_MS = 1000 };

/* A name that needs no escapes, or null. */
static void write_or_null(struct out *out, const char *text)
{
	if (text && text[0])
		out_printf(out, "\"%s\"", text);
	else
		out_printf(out, "null");
}

const char *reply_rule(const struct engine *e, enum operation operation, enum verdict verdict,
	const char *field, char text[static REPLY_RULE_MAX])
{
	int64_t open = ledger_slot(&e->market->ledger);

	if (verdict == VERDICT_BAD_FIELD)
		return home_text_rule(field);
	if (operation != OPERATION_PARAMS_SET || verdict != VERDICT_OUT_OF_RANGE ||
		strcmp(field, "from_slot") != 0)
		return "";
	(void)snprintf(text, REPLY_RULE_MAX, "a change begins in one of the slots %lld to %lld",
		(long long)open + 1, (long long)open + PARAMS_AHEAD_SLOTS_MAX);
	return text;
}

void reply_reject_write(struct out *out, enum operation operation, const char *req_id,
	enum verdict verdict, const char *field, const char *rule, int64_t market_ms)
{
	out_printf(out, "{\"code\":\"%s\",\"field\":", verdict_name(verdict));
	out_string(out, field);
	out_printf(out, ",\"market_ms\":%lld,\"number\":%d,\"operation\":", (long long)market_ms,
		(int)verdict);
	write_or_null(out, operation_name(operation));
	out_printf(out, ",\"reqId\":");
	write_or_null(out, req_id);
	if (verdict == VERDICT_BUSY || verdict == VERDICT_RATE_LIMITED)
		out_printf(out, ",\"retry_after_ms\":%d", RETRY_AFTER_MS);
	out_printf(out, ",\"rule\":");
	out_string(out, rule[0] ? rule : verdict_text(verdict));
	out_printf(out, "}");
}

struct asker asker_of(const struct inspected *m)
{
	return (struct asker){m->client_id, m->req_id, m->operation, &m->tag};
}

void reply_control_write(
	struct out *out, const struct control_tag *tag, const char *error, const struct out *data)
{
	out_printf(out, "{\"responses\":[{\"command\":");
	out_string(out, tag->command[0] ? tag->command : "Unknown command");
	if (tag->correlation[0]) {
		out_printf(out, ",\"correlationData\":");
		out_string(out, tag->correlation);
	}
	out_printf(out, ",\"data\":");
	out_bytes(out, data->text, data->len);
	if (error[0]) {
		out_printf(out, ",\"error\":");
		out_string(out, error);
	}
	out_printf(out, "}]}");
}

void reply_control(
	struct engine *e, const struct control_tag *tag, const char *error, const struct out *data)
{
	size_t size = data->len + REPLY_MAX;
	char *text = malloc(size);
	struct out out;

	if (!text) {
		e->waiting.failed = true;
		return;
	}
	out_init(&out, text, size);
	reply_control_write(&out, tag, error, data);
	answer_publish(e, CONTROL_RESPONSE_TOPIC, out.text, out.len);
	free(text);
}

void reply_reject(struct engine *e, const struct asker *a, enum verdict verdict, const char *field,
	const char *rule)
{
	char text[REPLY_MAX];
	struct out out;

	out_init(&out, text, sizeof text);
	reply_reject_write(&out, a->operation, a->req_id, verdict, field, rule, e->now_ms);
	if (a->tag->wanted)
		reply_control(e, a->tag, rule[0] ? rule : verdict_text(verdict), &out);
	else
		answer_publish_to(e, a->client_id, "reject", &out);
	if (!e->replaying && (int)verdict < ENGINE_VERDICTS_MAX)
		e->counts.refused[verdict]++;
	if (e->refused && !e->replaying)
		e->refused(
			e->refused_context, a->client_id, a->operation, a->req_id, verdict, field);
}

void reply_receipt_write(struct out *out, const struct awaiting *a, size_t index, size_t size,
	const uint8_t (*path)[HASH_LEN], size_t path_len, const uint8_t root[HASH_LEN],
	const uint8_t signature[SIGNATURE_LEN])
{
	out_printf(out,
		"%s{\"class\":\"%s\",\"height\":%llu,\"index\":%zu,\"intake_seq\":%llu"
		",\"market_ms\":%lld,\"operation\":\"%s\",\"path\":",
		out->len > 1 ? "," : "", a->promise == PROMISE_LEDGER ? "ledger" : "private",
		(unsigned long long)a->height, index, (unsigned long long)a->intake_seq,
		(long long)a->market_ms, operation_name(a->operation));
	out_base64url(out, path, path_len * HASH_LEN);
	out_printf(out, ",\"reqId\":\"%s\",\"root\":", a->req_id);
	out_hex(out, root, HASH_LEN);
	out_printf(out, ",\"seq\":%llu,\"signature\":", (unsigned long long)a->seq);
	out_base64url(out, signature, SIGNATURE_LEN);
	out_printf(out, ",\"size\":%zu,\"tx_id\":", size);
	out_hex(out, a->tx_id, HASH_LEN);
	out_bytes(out, "}", 1);
}

void reply_receipts(
	struct engine *e, const struct awaiting *first, const struct out *array, bool ends_session)
{
	struct out alone = {.text = array->text + 1, .len = array->len - 2};

	if (first->tag.wanted)
		reply_control(e, &first->tag, "", &alone);
	else
		answer_publish_to(e, first->client_id, "receipt", array);
	if (ends_session && e->waiting.last)
		e->waiting.last->ends_session = true;
}
