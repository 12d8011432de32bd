#include "lemctl/activation_ear.h"
#include <string.h>
#include "wire/json.h"

enum { NODES_MAX = 64 };

static int64_t number(const struct json_doc *doc, const char *name)
{
	int64_t value = 0;

	(void)!json_int64(doc, json_get(doc, 0, name), &value);
	return value;
}

static struct activation_answer *of_auction(struct activation_ear *e, uint64_t auction)
{
	for (unsigned i = 0; i < ACTIVATION_EAR_MAX; i++) {
		if (e->answers[i].auction == auction && auction != 0)
			return &e->answers[i];
	}
	return NULL;
}

void activation_ear_hear(struct activation_ear *e, const char *text, size_t len)
{
	struct json_node nodes[NODES_MAX];
	struct json_doc doc = {.nodes = nodes, .node_max = NODES_MAX};
	struct activation_answer *a;
	size_t status_len = 0;

	if (json_read(&doc, text, len, &json_limits_message, NULL) != JSON_OK)
		return;
	if (json_is(&doc, json_get(&doc, 0, "event"), "opened") && number(&doc, "activation") > 0) {
		a = &e->answers[e->count++ % ACTIVATION_EAR_MAX];
		*a = (struct activation_answer){.activation = (uint64_t)number(&doc, "activation"),
			.auction = (uint64_t)number(&doc, "auction"),
			.offered_wh = number(&doc, "quantity_wh")};
		return;
	}
	a = of_auction(e, (uint64_t)number(&doc, "auction"));
	if (!a || !json_is(&doc, json_get(&doc, 0, "event"), "ended"))
		return;
	a->ended = json_string(
		&doc, json_get(&doc, 0, "status"), a->status, sizeof a->status, &status_len);
	a->cleared_wh = number(&doc, "cleared_wh");
}

const struct activation_answer *activation_ear_answer(
	const struct activation_ear *e, uint64_t activation)
{
	const struct activation_answer *newest = NULL;

	for (unsigned i = 0; i < ACTIVATION_EAR_MAX; i++) {
		const struct activation_answer *a = &e->answers[i];

		if (a->activation == activation && activation != 0 &&
			(!newest || a->auction > newest->auction))
			newest = a;
	}
	return newest;
}
