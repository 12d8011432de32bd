#include "lemctl/errand.h"
#include <stdio.h>
#include <string.h>
#include "lemctl/args.h"
#include "wire/message.h"

bool errand_init(struct errand *x)
{
	return door_answer_init(&x->answer) && message_draw_id(x->correlation) == ERR_OK;
}

void errand_release(struct errand *x)
{
	door_answer_release(&x->answer);
}

enum err errand_write(struct errand *x, const struct genesis *genesis,
	const struct private_key *operator_key, int64_t now_ms)
{
	struct signer signer = {.key = operator_key};
	struct message m = {.text = NULL};
	struct out out;
	enum err err = ERR_OK;

	if (x->operation != OPERATION_NONE)
		err = message_make(x->operation, "operator", genesis->market, now_ms, x->parameters,
			&signer, &m);
	out_init(&out, x->document, sizeof x->document);
	out_printf(&out, "{\"commands\":[{\"command\":\"%s\",\"correlationData\":\"%s\"",
		x->command, x->correlation);
	out_printf(&out, "%s", x->members);
	if (m.text) {
		out_printf(&out, ",\"message\":");
		out_bytes(&out, m.text, m.len);
		memcpy(x->req_id, m.req_id, sizeof x->req_id);
	}
	out_printf(&out, "}]}");
	message_release(&m);
	x->len = out_end(&out);
	return err == ERR_OK && x->len == 0 ? ERR_LIMIT : err;
}

/* A document that came: ours, if one of its responses bears our mark. */
void errand_hear(void *context, const char *topic, const char *payload, size_t len)
{
	struct errand *x = context;
	struct door_answer *a = &x->answer;
	struct json_limits limits = {JSON_PROFILE_ANY, DOOR_ANSWER_MAX - 1, 16};
	uint32_t response;

	if (x->response != 0 || strcmp(topic, CONTROL_RESPONSE_TOPIC) != 0 ||
		len >= DOOR_ANSWER_MAX)
		return;
	memcpy(a->text, payload, len);
	a->text[len] = '\0';
	if (json_read(&a->doc, a->text, len, &limits, NULL) != JSON_OK)
		return;
	response = json_first(&a->doc, json_get(&a->doc, 0, "responses"));
	while (response != JSON_NONE &&
		!json_is(&a->doc, json_get(&a->doc, response, "correlationData"), x->correlation))
		response = json_next(&a->doc, response);
	if (response == JSON_NONE)
		return;
	x->response = response;
	a->data = json_get(&a->doc, response, "data");
}

int errand_tell(const struct errand *x)
{
	const struct door_answer *a = &x->answer;
	char error[512] = "", code[64] = "", field[FORM_FIELD_MAX] = "";

	if (x->response == 0 && x->sent && x->operation != OPERATION_NONE) {
		(void)fprintf(stderr,
			"lemctl: market: no answer. Request %s may have been accepted, or may be "
			"yet: look for it (csm.db: SELECT market_ms FROM intake WHERE req_id = "
			"'%s') "
			"before you send another\n",
			x->req_id, x->req_id);
		return EXIT_UNKNOWN;
	}
	if (x->response == 0) {
		(void)fprintf(stderr, "lemctl: market: no answer\n");
		return EXIT_UNREACHABLE;
	}
	if (json_get(&a->doc, x->response, "error") == JSON_NONE)
		return 0;
	door_answer_text(a, x->response, "error", error, sizeof error);
	door_answer_text(a, a->data, "code", code, sizeof code);
	door_answer_text(a, a->data, "field", field, sizeof field);
	(void)fprintf(
		stderr, "lemctl: refused: %s%s%s: %s\n", code, field[0] ? " " : "", field, error);
	return EXIT_REFUSED;
}
