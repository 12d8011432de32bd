#include "lemctl/role_door.h"
#include <stdio.h>
#include <string.h>
#include "wire/clock.h"

enum { AGAIN_MS = 10000, TRIES = 3, STEP_MS = 50, PATH_LEN = 4096, TOPIC_MAX = 160 };

static int complain(const char *what, const char *why)
{
	(void)fprintf(stderr, "lemctl: %s: %s\n", what, why);
	return EXIT_REFUSED;
}

static const struct role_params *role_of(const struct params *p, const char *name)
{
	for (uint32_t i = 0; i < p->role_count; i++) {
		if (strcmp(p->roles[i].name, name) == 0)
			return &p->roles[i];
	}
	return NULL;
}

static int load_key(struct role_door *d)
{
	char path[PATH_LEN], why[PRIVATE_KEY_WHY_MAX];
	const struct public_key *public;

	(void)snprintf(path, sizeof path, "%s/%s.pem", d->dir, d->role);
	if (private_key_load(d->key_file ? d->key_file : path, &d->key, why) != ERR_OK)
		return complain(d->role, why);
	public = private_key_public(d->key);
	if (public->len != d->self->key.len ||
		memcmp(public->bytes, d->self->key.bytes, public->len) != 0)
		return complain(d->role, "the key is not that of this role in genesis");
	return 0;
}

int role_door_open(struct role_door *d)
{
	char path[PATH_LEN], why[FORM_FIELD_MAX + 64];
	enum err err;

	(void)snprintf(path, sizeof path, "%s/genesis.json", d->dir);
	err = genesis_load(path, NULL, &d->genesis, why);
	if (err != ERR_OK)
		return complain(path, why);
	d->self = role_of(&d->genesis.params, d->role);
	if (!d->self)
		return complain(d->role, "this market has no such role");
	if (verify_key_new(&d->genesis.operator_key, &d->operator_key) != ERR_OK)
		return complain("operator's key", "it cannot be used");
	return load_key(d);
}

void role_door_close(struct role_door *d)
{
	link_close(d->link);
	message_release(&d->message);
	verify_key_free(d->operator_key);
	private_key_free(d->key);
	d->link = NULL;
	d->operator_key = NULL;
	d->key = NULL;
}

int64_t role_door_now_ms(const struct role_door *d)
{
	return params_market_ms(&d->genesis.params, clock_real_ms());
}

/* A receipt is believed if it is signed, and about these very bytes. */
static void take_receipt(void *context, const char *text, size_t len)
{
	struct role_door *d = context;
	char why[RECEIPT_WHY_MAX];
	struct receipt r;

	if (receipt_read(text, len, d->operator_key, d->genesis.market, &r, why) != ERR_OK ||
		strcmp(r.req_id, d->message.req_id) != 0 ||
		memcmp(r.tx_id, d->message.tx_id, HASH_LEN) != 0)
		return;
	d->receipt = r;
	d->receipted = true;
}

static void take_reject(struct role_door *d, const char *text, size_t len)
{
	char why[ANSWER_WHY_MAX];
	struct reject r;

	if (reject_read(text, len, &r, why) != ERR_OK || strcmp(r.req_id, d->message.req_id) != 0)
		return;
	d->reject = r;
	d->refused = true;
}

static void on_message(void *context, const char *topic, const char *payload, size_t len)
{
	struct role_door *d = context;
	char own[TOPIC_MAX];
	int n = snprintf(own, sizeof own, "lem/%.24s/to/%.32s/", d->genesis.name, d->role);
	const char *kind = strncmp(topic, own, (size_t)n) == 0 ? topic + n : "";

	if (strcmp(kind, "receipt") == 0)
		(void)!receipts_each(payload, len, take_receipt, d);
	else if (strcmp(kind, "reject") == 0)
		take_reject(d, payload, len);
	else if (d->hear)
		d->hear(d->context, topic, payload, len);
}

int role_door_connect(struct role_door *d, const char *const *more)
{
	char why[LINK_WHY_MAX];
	int code = link_args_complete(
		&d->connection, d->dir, d->port, &d->genesis, d->role, d->key, &d->place);

	if (code != 0)
		return code;
	if (link_open(&d->connection, more, on_message, d, &d->link, why) == ERR_OK)
		return 0;
	(void)complain("broker", why);
	return EXIT_UNREACHABLE;
}

int role_door_post(struct role_door *d, enum operation operation, const struct out *parameters)
{
	struct signer signer = {.key = d->key};
	char topic[TOPIC_MAX];

	message_release(&d->message);
	d->receipted = false;
	d->refused = false;
	if (message_make(operation, d->role, d->genesis.market, role_door_now_ms(d), parameters,
		    &signer, &d->message) != ERR_OK)
		return complain("request", "it cannot be signed");
	(void)snprintf(
		topic, sizeof topic, "lem/%s/in/%s", d->genesis.name, operation_name(operation));
	if (link_send(d->link, topic, d->message.text, d->message.len) == ERR_OK)
		return 0;
	(void)complain("broker", "the connection is lost");
	return EXIT_UNREACHABLE;
}

/* The same bytes once more: there is one receipt for them however often they come. */
static void send_again(struct role_door *d)
{
	char topic[TOPIC_MAX];

	(void)snprintf(topic, sizeof topic, "lem/%s/in/%s", d->genesis.name,
		operation_name(d->message.operation));
	(void)!link_send(d->link, topic, d->message.text, d->message.len);
}

static int tell(const struct role_door *d)
{
	if (d->receipted)
		return 0;
	if (d->refused) {
		(void)fprintf(stderr, "lemctl: refused: %s%s%s: %s\n", d->reject.code,
			d->reject.field[0] ? " " : "", d->reject.field, d->reject.rule);
		return EXIT_REFUSED;
	}
	(void)fprintf(stderr, "lemctl: market: no answer. Request %s may have been accepted\n",
		d->message.req_id);
	return EXIT_UNKNOWN;
}

int role_door_send(struct role_door *d, enum operation operation, const struct out *parameters)
{
	int code = role_door_post(d, operation, parameters);

	if (code != 0)
		return code;
	for (int i = 0; i < TRIES && !d->receipted && !d->refused; i++) {
		if (i > 0)
			send_again(d);
		for (int ms = 0; ms < AGAIN_MS && !d->receipted && !d->refused; ms += STEP_MS) {
			if (link_wait(d->link, STEP_MS) != ERR_OK)
				return tell(d);
		}
	}
	return tell(d);
}
