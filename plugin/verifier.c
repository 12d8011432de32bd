#include "plugin/verifier.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TAKE_MAX = 64 };

/* A message as it came, with its bytes behind it. */
struct raw {
	enum operation operation;
	size_t len;
	char user[CLIENT_ID_MAX + 1];
	char payload[];
};

static void hand_on(void *context, struct verified *verified)
{
	struct verifier *v = context;

	if (!queue_put(v->verified, verified))
		verified_free(verified);
}

static void verify(struct verifier *v, const struct raw *raw)
{
	struct verified *out;

	if (raw->operation == OPERATION_NONE) {
		/* Without memory nothing is handed on: an unanswered request is sent again. */
		(void)!inspect_control(
			v->inspector, v->reader, raw->user, raw->payload, raw->len, hand_on, v);
		return;
	}
	out = calloc(1, sizeof *out);
	if (!out)
		return;
	out->operation = raw->operation;
	(void)inspect(v->inspector, raw->user, raw->operation, raw->payload, raw->len,
		&out->inspected, &out->refusal);
	hand_on(v, out);
}

static void *verifier_main(void *context)
{
	struct verifier *v = context;
	void *items[TAKE_MAX];

	while (!queue_is_closed(&v->queue)) {
		size_t n = queue_take(&v->queue, items, TAKE_MAX, INT64_MAX);
		for (size_t i = 0; i < n; i++) {
			struct raw *raw = items[i];
			verify(v, raw);
			(void)atomic_fetch_sub(&v->waiting_bytes, sizeof *raw + raw->len);
			free(raw);
		}
	}
	return NULL;
}

enum err verifier_start(struct verifier *v, struct keyring *keyring, const struct genesis *genesis,
	struct queue *verified)
{
	enum err err;

	v->verified = verified;
	v->reader = malloc(sizeof *v->reader);
	if (!v->reader || !queue_init(&v->queue, VERIFIER_QUEUE_MAX))
		return ERR_NOMEM;
	err = inspector_new(keyring, genesis->market, genesis->address_alg, &v->inspector);
	if (err != ERR_OK)
		return err;
	if (pthread_create(&v->thread, NULL, verifier_main, v) != 0)
		return ERR_LIMIT;
	v->started = true;
	return ERR_OK;
}

void verifier_close(struct verifier *v)
{
	if (v->queue.slots)
		queue_close(&v->queue);
}

void verifier_stop(struct verifier *v)
{
	void *item;

	if (v->started)
		(void)pthread_join(v->thread, NULL);
	v->started = false;
	while (v->queue.slots && queue_take(&v->queue, &item, 1, 0) == 1)
		free(item);
	queue_release(&v->queue);
	inspector_free(v->inspector);
	v->inspector = NULL;
	free(v->reader);
	v->reader = NULL;
}

bool verifier_submit(struct verifier *v, const char *user, enum operation operation,
	const void *payload, size_t len)
{
	size_t size = sizeof(struct raw) + len;
	struct raw *raw;

	if (atomic_load(&v->waiting_bytes) + size > VERIFIER_BYTES_MAX)
		return false;
	raw = malloc(size);
	if (!raw)
		return false;
	raw->operation = operation;
	raw->len = len;
	(void)snprintf(raw->user, sizeof raw->user, "%s", user);
	if (len > 0) /* an empty message has no bytes to point to */
		memcpy(raw->payload, payload, len);
	(void)atomic_fetch_add(&v->waiting_bytes, size);
	if (queue_try_put(&v->queue, raw))
		return true;
	(void)atomic_fetch_sub(&v->waiting_bytes, size);
	free(raw);
	return false;
}
