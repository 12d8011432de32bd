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
#include "engine/inspect_control.h"
#include "lemctl/link.h"
#include "wire/clock.h"
#include "wire/message.h"

enum { ANSWER_WAIT_MS = 10000, BACKUP_WAIT_MS = 24 * 3600000, PATH_LEN = 4096 };

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

/* One command on its way, and what was answered. A signed one is signed when the way is open. */
struct errand {
	struct office_door *door;
	const char *command, *members;
	enum operation operation; /* OPERATION_NONE: not signed */
	const struct out *parameters;
	char correlation[REQ_ID_MAX + 1];
	char document[CONTROL_TEXT_MAX];
	size_t len;
	int wait_ms;
	struct door_answer answer;
	uint32_t response; /* node of its doc; 0: none yet */
};

/* Make the document. */
static enum err write_document(struct errand *x)
{
	const struct office_door *d = x->door;
	struct signer signer = {.key = d->operator_key};
	struct message m = {.text = NULL};
	struct out out;
	enum err err = ERR_OK;

	if (x->operation != OPERATION_NONE)
		err = message_make(x->operation, "operator", d->genesis.market, market_now(d),
			x->parameters, &signer, &m);
	out_init(&out, x->document, sizeof x->document);
	out_printf(&out, "{\"commands\":[{\"command\":\"%s\",\"correlationData\":\"%s\"",
		x->command, x->correlation);
	out_printf(&out, "%s", x->members);
	if (m.text) {
		out_printf(&out, ",\"message\":");
		out_bytes(&out, m.text, m.len);
	}
	out_printf(&out, "}]}");
	message_release(&m);
	x->len = out_end(&out);
	return err == ERR_OK && x->len == 0 ? ERR_LIMIT : err;
}

/* A document that came: ours, if one of its responses bears our mark. */
static void on_message(void *context, const char *topic, const char *payload, size_t len)
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

/* Print a refusal as a person reads it. */
static int told(const struct errand *x)
{
	const struct json_doc *doc = &x->answer.doc;
	char error[512] = "", code[64] = "", field[FORM_FIELD_MAX] = "";

	if (x->response == 0)
		return complain("market", "no answer"), EXIT_UNREACHABLE;
	if (json_get(doc, x->response, "error") == JSON_NONE)
		return 0;
	(void)!json_string(doc, json_get(doc, x->response, "error"), error, sizeof error, NULL);
	(void)!json_string(doc, json_get(doc, x->answer.data, "code"), code, sizeof code, NULL);
	(void)!json_string(doc, json_get(doc, x->answer.data, "field"), field, sizeof field, NULL);
	(void)fprintf(
		stderr, "lemctl: refused: %s%s%s: %s\n", code, field[0] ? " " : "", field, error);
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

static int run_online(struct errand *x)
{
	static const char *const more[] = {CONTROL_RESPONSE_TOPIC, NULL};
	const struct office_door *d = x->door;
	char cafile[PATH_LEN], why[LINK_WHY_MAX];
	struct link_options o = {.host = d->host ? d->host : "127.0.0.1",
		.port = broker_port(d),
		.cafile = d->cafile || d->capath ? d->cafile : cafile,
		.capath = d->capath,
		.cert = d->cert,
		.cert_key = d->cert_key,
		.ciphers = d->ciphers,
		.tls_version = d->tls_version,
		.insecure = d->insecure,
		.bind = d->bind,
		.name = d->genesis.name,
		.market = d->genesis.market,
		.client_id = d->user ? d->user : "operator",
		.suffix = x->correlation,
		.mqtt_id = d->mqtt_id,
		.key = d->operator_key,
		.password = d->password};
	struct link *link = NULL;

	(void)snprintf(cafile, sizeof cafile, "%s/ca.crt", d->dir);
	if (link_open(&o, more, on_message, x, &link, why) != ERR_OK)
		return complain("broker", why), EXIT_UNREACHABLE;
	if (write_document(x) == ERR_OK &&
		link_send(link, CONTROL_TOPIC, x->document, x->len) == ERR_OK) {
		for (int ms = 0; ms < x->wait_ms && x->response == 0; ms += 50) {
			if (link_wait(link, 50) != ERR_OK)
				break;
		}
	}
	link_close(link);
	return told(x);
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

/* A market that is open, and what became of the errand in it. */
struct office {
	const struct office_door *door;
	struct engine engine;
	struct inspector *inspector;
	struct control_reader reader;
	enum err err;
};

static void hand_in(void *context, struct verified *verified)
{
	struct office *o = context;

	if (o->err == ERR_OK)
		o->err = engine_hand(&o->engine, verified, market_now(o->door));
	verified_free(verified);
}

/* With the broker stopped: the very intake that it runs. */
static enum err take_in(struct office *o, struct errand *x)
{
	struct engine *e = &o->engine;
	struct publication *p;
	enum err err = inspector_new(
		e->keyring, o->door->genesis.market, o->door->genesis.address_alg, &o->inspector);

	if (err == ERR_OK)
		err = catch_up(o->door, e);
	if (err == ERR_OK)
		err = write_document(x);
	if (err == ERR_OK)
		err = inspect_control(
			o->inspector, &o->reader, "operator", x->document, x->len, hand_in, o);
	if (err == ERR_OK)
		err = o->err;
	if (err == ERR_OK)
		err = engine_commit(e);
	while (err == ERR_OK && (p = outbox_take(&e->outbox))) {
		on_message(x, p->topic, p->payload, p->len);
		free(p);
	}
	inspector_free(o->inspector);
	return err;
}

static int run_offline(struct errand *x)
{
	const struct office_door *d = x->door;
	char csm[PATH_LEN], ledger[PATH_LEN];
	struct office *o = calloc(1, sizeof *o);
	enum err err;
	int code;

	if (!o)
		return complain("market", err_text(ERR_NOMEM));
	o->door = d;
	(void)snprintf(csm, sizeof csm, "%s/csm.db", d->dir);
	(void)snprintf(ledger, sizeof ledger, "%s/ledger.db", d->dir);
	err = engine_open(&o->engine, csm, ledger, d->operator_key);
	if (err == ERR_OK)
		err = take_in(o, x);
	code = err == ERR_OK ? told(x)
			     : complain("market", o->engine.why[0] ? o->engine.why : err_text(err));
	engine_close(&o->engine);
	free(o);
	return code;
}

bool office_door_is_remote(const struct office_door *d)
{
	char path[PATH_LEN];

	(void)snprintf(path, sizeof path, "%s/csm.db", d->dir);
	return d->host || access(path, F_OK) != 0;
}

int office_door_lock(const struct office_door *d, int *ret_fd)
{
	char path[PATH_LEN];

	*ret_fd = -1;
	if (office_door_is_remote(d))
		return 0;
	(void)snprintf(path, sizeof path, "%s/lock", d->dir);
	*ret_fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	if (*ret_fd < 0)
		return complain(path, "cannot be opened");
	if (flock(*ret_fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	(void)close(*ret_fd);
	*ret_fd = -1;
	return 0;
}

/* Run the errand by whichever way is open. */
static int run(struct errand *x)
{
	int fd = -1, code;

	if (!door_answer_init(&x->answer) || message_draw_id(x->correlation) != ERR_OK)
		return complain("request", "no memory or no randomness");
	code = office_door_lock(x->door, &fd);
	if (code == 0)
		code = fd >= 0 ? run_offline(x) : run_online(x);
	if (fd >= 0)
		(void)close(fd);
	return code;
}

int office_door_send(struct office_door *d, enum operation operation, const struct out *parameters)
{
	struct errand x = {.door = d,
		.command = operation_name(operation),
		.members = "",
		.operation = operation,
		.parameters = parameters,
		.wait_ms = ANSWER_WAIT_MS};
	int code = run(&x);

	door_answer_release(&x.answer);
	return code;
}

int office_door_ask(struct office_door *d, enum control_query_kind kind, const char *members,
	struct door_answer *ret)
{
	struct errand x = {.door = d,
		.command = control_query_name(kind),
		.members = members,
		.wait_ms = kind == CONTROL_BACKUP ? BACKUP_WAIT_MS : ANSWER_WAIT_MS};
	int code = run(&x);

	if (code == 0)
		*ret = x.answer;
	else
		door_answer_release(&x.answer);
	return code;
}

int office_door_run(struct office_door *d, enum operation operation, const struct out *parameters)
{
	int code = office_door_open(d);

	if (code == 0)
		code = office_door_send(d, operation, parameters);
	office_door_close(d);
	return code;
}

int office_door_show(
	struct office_door *d, enum control_query_kind kind, const char *members, bool json)
{
	struct door_answer answer = {.text = NULL};
	int code = office_door_open(d);

	if (code == 0)
		code = office_door_ask(d, kind, members, &answer);
	office_door_close(d);
	if (code == 0 && json)
		door_answer_print_json(&answer, answer.data);
	else if (code == 0)
		door_answer_print_members(&answer, answer.data);
	door_answer_release(&answer);
	return code;
}
