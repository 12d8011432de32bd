#include "lemctl/office_door.h"
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "engine/engine.h"
#include "wire/message.h"
#include "lemctl/args.h"
#include "lemctl/link.h"
#include "wire/clock.h"

enum { ANSWER_WAIT_MS = 10000, PATH_LEN = 4096 };

static int complain(const char *what, const char *why)
{
	(void)fprintf(stderr, "lemctl: %s: %s\n", what, why);
	return EXIT_REFUSED;
}

int office_door_become_owner(const char *dir)
{
	struct stat st;

	if (geteuid() != 0 || stat(dir, &st) != 0 || st.st_uid == 0)
		return 0;
	if (setgroups(0, NULL) != 0 || setegid(st.st_gid) != 0 || seteuid(st.st_uid) != 0)
		return complain(dir, "cannot act as its owner");
	return 0;
}

int office_door_open(struct office_door *d)
{
	char path[PATH_LEN], why[PRIVATE_KEY_WHY_MAX];
	enum err err;

	if (office_door_become_owner(d->dir) != 0)
		return EXIT_REFUSED;
	(void)snprintf(path, sizeof path, "%s/genesis.json", d->dir);
	err = genesis_load(path, NULL, &d->genesis, why);
	if (err == ERR_IO)
		return complain(path, "no market is here (lemctl init makes one)");
	if (err != ERR_OK)
		return complain(path, why);
	(void)snprintf(path, sizeof path, "%s/operator.pem", d->dir);
	if (private_key_load(path, &d->operator_key, why) != ERR_OK)
		return complain("operator's key", why);
	return 0;
}

void office_door_close(struct office_door *d)
{
	private_key_free(d->operator_key);
	d->operator_key = NULL;
}

static int64_t market_now(const struct office_door *d)
{
	return params_market_ms(&d->genesis.params, clock_real_ms());
}

/* One request, signed when the way is open, and the market's answer to it. */
struct awaited {
	enum operation operation;
	const struct out *parameters;
	struct message message;
	bool receipted, rejected;
	char answer[DOOR_ANSWER_MAX];
};

static enum err sign(const struct office_door *d, struct awaited *a)
{
	struct signer signer = {.key = d->operator_key};

	return message_make(a->operation, "operator", d->genesis.market, market_now(d),
		a->parameters, &signer, &a->message);
}

/* Whether an answer with that reqId is ours: one without is to a text that could not be read. */
static bool is_answer(const struct json_doc *doc, uint32_t req_id, const struct awaited *a)
{
	return req_id != JSON_NONE &&
	       (json_type(doc, req_id) == JSON_NULL || json_is(doc, req_id, a->message.req_id));
}

static void on_message(void *context, const char *topic, const char *payload, size_t len)
{
	struct awaited *a = context;
	struct json_node nodes[JSON_MESSAGE_NODES];
	struct json_doc doc = {.nodes = nodes, .node_max = JSON_MESSAGE_NODES};
	struct json_limits limits = {JSON_PROFILE_ANY, DOOR_ANSWER_MAX - 1, 4};
	const char *kind = strrchr(topic, '/');
	uint32_t answer = 0;

	if (!kind || json_read(&doc, payload, len, &limits, NULL) != JSON_OK)
		return;
	/* Receipts come in an array. */
	if (json_type(&doc, 0) == JSON_ARRAY)
		answer = json_first(&doc, 0);
	while (answer != JSON_NONE && !is_answer(&doc, json_get(&doc, answer, "reqId"), a))
		answer = answer == 0 ? JSON_NONE : json_next(&doc, answer);
	if (answer == JSON_NONE)
		return;
	a->receipted = strcmp(kind, "/receipt") == 0;
	a->rejected = strcmp(kind, "/reject") == 0;
	memcpy(a->answer, payload, len);
	a->answer[len] = '\0';
}

/* Print a reject as a person reads it. */
static int told(const struct awaited *a)
{
	struct json_node nodes[JSON_MESSAGE_NODES];
	struct json_doc doc = {.nodes = nodes, .node_max = JSON_MESSAGE_NODES};
	struct json_limits limits = {JSON_PROFILE_ANY, DOOR_ANSWER_MAX, 4};
	char code[64] = "?", rule[160] = "?", field[FORM_FIELD_MAX] = "";

	if (a->receipted)
		return 0;
	if (!a->rejected)
		return complain("market", "no answer"), EXIT_UNREACHABLE;
	if (json_read(&doc, a->answer, strlen(a->answer), &limits, NULL) == JSON_OK) {
		(void)!json_string(&doc, json_get(&doc, 0, "code"), code, sizeof code, NULL);
		(void)!json_string(&doc, json_get(&doc, 0, "rule"), rule, sizeof rule, NULL);
		(void)!json_string(&doc, json_get(&doc, 0, "field"), field, sizeof field, NULL);
	}
	(void)fprintf(
		stderr, "lemctl: refused: %s%s%s: %s\n", code, field[0] ? " " : "", field, rule);
	return EXIT_REFUSED;
}

/* The listener's port in DIR/mosquitto.conf, or 8883. */
static int broker_port(const struct office_door *d)
{
	char path[PATH_LEN], line[512];
	int port = (int)d->port;
	FILE *file;

	(void)snprintf(path, sizeof path, "%s/mosquitto.conf", d->dir);
	file = port ? NULL : fopen(path, "r");
	while (file && port == 0 && fgets(line, sizeof line, file)) {
		if (strncmp(line, "listener ", 9) == 0)
			port = (int)strtol(line + 9, NULL, 10);
	}
	if (file)
		(void)fclose(file);
	return port ? port : 8883;
}

static int send_online(struct office_door *d, struct awaited *a)
{
	char cafile[PATH_LEN], why[LINK_WHY_MAX], suffix[REQ_ID_MAX + 1];
	struct link_options o = {.host = d->host ? d->host : "127.0.0.1",
		.port = broker_port(d),
		.cafile = cafile,
		.name = d->genesis.name,
		.market = d->genesis.market,
		.client_id = "operator",
		.suffix = suffix,
		.key = d->operator_key};
	struct link *link = NULL;

	(void)snprintf(cafile, sizeof cafile, "%s/ca.crt", d->dir);
	if (message_draw_id(suffix) != ERR_OK)
		return complain("request", "no randomness");
	if (link_open(&o, NULL, on_message, a, &link, why) != ERR_OK)
		return complain("broker", why), EXIT_UNREACHABLE;
	if (sign(d, a) == ERR_OK &&
		link_send(link, "$CONTROL/lem/v1", a->message.text, a->message.len) == ERR_OK) {
		for (int ms = 0; ms < ANSWER_WAIT_MS && !a->receipted && !a->rejected; ms += 50) {
			if (link_wait(link, 50) != ERR_OK)
				break;
		}
	}
	link_close(link);
	return told(a);
}

/* Close the blocks of the time that the broker was away; nobody listens to what is published. */
static enum err catch_up(const struct office_door *d, struct engine *e)
{
	enum err err;

	do {
		err = engine_clock(e, market_now(d));
		if (err == ERR_OK)
			err = engine_commit(e);
		outbox_clear(&e->outbox);
	} while (err == ERR_OK && engine_is_behind(e));
	if (err == ERR_OK && e->clock_unbelieved) {
		(void)snprintf(e->why, sizeof e->why,
			"the clock is more than %d slots ahead of the last block: is it right? The "
			"broker takes it with a larger plugin_opt_catch_up_slots",
			ENGINE_CATCH_UP_SLOTS);
		err = ERR_LIMIT;
	}
	return err;
}

/* With the broker stopped: the very intake that it runs, under its lock. */
static enum err take_in(struct office_door *d, struct engine *e, struct awaited *a)
{
	const struct message *m = &a->message;
	struct inspector *inspector = NULL;
	struct inspected *inspected = NULL;
	struct inspect_refusal refusal;
	struct publication *p;
	enum err err =
		inspector_new(e->keyring, d->genesis.market, d->genesis.address_alg, &inspector);

	if (err == ERR_OK)
		err = catch_up(d, e);
	if (err == ERR_OK)
		err = sign(d, a);
	if (err != ERR_OK) {
		inspector_free(inspector);
		return err;
	}
	if (inspect(inspector, "operator", m->operation, m->text, m->len, &inspected, &refusal) ==
		VERDICT_OK)
		err = engine_take(e, inspected, market_now(d));
	else
		engine_reject(e, m->operation, &refusal, market_now(d));
	inspected_free(inspected);
	inspector_free(inspector);
	if (err == ERR_OK)
		err = engine_commit(e);
	while (err == ERR_OK && (p = outbox_take(&e->outbox))) {
		if (p->len < DOOR_ANSWER_MAX)
			on_message(a, p->topic, p->payload, p->len);
		free(p);
	}
	return err;
}

static int send_offline(struct office_door *d, struct awaited *a)
{
	char csm[PATH_LEN], ledger[PATH_LEN];
	struct engine *e = calloc(1, sizeof *e);
	enum err err;
	int code;

	if (!e)
		return complain("market", err_text(ERR_NOMEM));
	(void)snprintf(csm, sizeof csm, "%s/csm.db", d->dir);
	(void)snprintf(ledger, sizeof ledger, "%s/ledger.db", d->dir);
	err = engine_open(e, csm, ledger, d->operator_key);
	if (err == ERR_OK)
		err = take_in(d, e, a);
	code = err == ERR_OK ? told(a) : complain("market", e->why[0] ? e->why : err_text(err));
	engine_close(e);
	free(e);
	return code;
}

int office_door_send(struct office_door *d, enum operation operation, const struct out *parameters)
{
	struct awaited a = {.operation = operation, .parameters = parameters};
	char path[PATH_LEN];
	int fd, code;

	(void)snprintf(path, sizeof path, "%s/lock", d->dir);
	fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		code = complain(path, "cannot be opened");
	else if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		code = send_offline(d, &a);
	else
		code = send_online(d, &a);
	if (fd >= 0)
		(void)close(fd);
	message_release(&a.message);
	return code;
}
