#include "lemctl/office_door.h"
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lemctl/stopped_market.h"
#include "wire/clock.h"
#include "wire/message.h"

enum { AGAIN_MS = 10000, TRIES = 6, BACKUP_WAIT_MS = 24 * 3600000, PATH_LEN = 4096 };

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
	link_close(d->link);
	stopped_market_close(d->stopped);
	if (d->lock > 0)
		(void)close(d->lock);
	private_key_free(d->operator_key);
	d->link = NULL;
	d->stopped = NULL;
	d->lock = 0;
	d->operator_key = NULL;
}

bool office_door_is_remote(const struct office_door *d)
{
	char path[PATH_LEN];

	(void)snprintf(path, sizeof path, "%s/csm.db", d->dir);
	return d->connection.host || d->connection.unix_path || d->port || access(path, F_OK) != 0;
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

/* A document for the errand at hand. */
static void on_message(void *context, const char *topic, const char *payload, size_t len)
{
	struct office_door *d = context;

	if (d->errand)
		errand_hear(d->errand, topic, payload, len);
}

static int connect_to_broker(struct office_door *d)
{
	static const char *const more[] = {CONTROL_RESPONSE_TOPIC, NULL};
	char why[LINK_WHY_MAX];
	int code = link_args_complete(&d->connection, d->dir, d->port, &d->genesis, "operator",
		d->operator_key, &d->place);

	if (code != 0)
		return code;
	if (link_open(&d->connection, more, on_message, d, &d->link, why) != ERR_OK)
		return complain("broker", why), EXIT_UNREACHABLE;
	return 0;
}

/* Which way is open: the running broker, or its files. */
static int find_way(struct office_door *d)
{
	char why[ENGINE_WHY_MAX];
	int fd = -1, code;

	if (d->link || d->stopped)
		return 0;
	code = office_door_lock(d, &fd);
	if (code != 0 || fd < 0)
		return code != 0 ? code : connect_to_broker(d);
	d->lock = fd;
	if (stopped_market_open(d->dir, &d->genesis, d->operator_key, &d->stopped, why) != ERR_OK)
		return complain("market", why);
	return 0;
}

/* Send, and wait for the answer: a request again under its own id, for which there is one receipt
 * however often it comes. */
static void send_to_broker(struct office_door *d, struct errand *x)
{
	bool is_backup = strcmp(x->command, control_query_name(CONTROL_BACKUP)) == 0;
	int tries = is_backup ? 1 : TRIES;

	for (int i = 0; i < tries && x->response == 0; i++) {
		if (link_send(d->link, CONTROL_TOPIC, x->document, x->len) != ERR_OK)
			return;
		x->sent = true;
		for (int ms = 0; ms < (is_backup ? BACKUP_WAIT_MS : AGAIN_MS) && x->response == 0;
			ms += 50) {
			if (link_wait(d->link, 50) != ERR_OK)
				return;
		}
	}
}

/* Run the errand by whichever way is open. */
static int run(struct office_door *d, struct errand *x)
{
	char why[ENGINE_WHY_MAX];
	int64_t now_ms = params_market_ms(&d->genesis.params, clock_real_ms());
	int code;

	if (!errand_init(x))
		return complain("request", "no memory or no randomness");
	code = find_way(d);
	if (code != 0)
		return code;
	if (d->stopped && stopped_market_run(d->stopped, x, why) != ERR_OK)
		return complain("market", why);
	if (d->link && errand_write(x, &d->genesis, d->operator_key, now_ms) != ERR_OK)
		return complain("request", "it cannot be signed");
	d->errand = x;
	if (d->link)
		send_to_broker(d, x);
	d->errand = NULL;
	return errand_tell(x);
}

/* What a receipt says, for a person. */
static void print_receipt(const struct door_answer *a)
{
	long long seq = door_answer_int(a, a->data, "seq");

	if (seq > 0)
		(void)printf("accepted: %lld in the ledger, block %lld\n", seq,
			door_answer_int(a, a->data, "height"));
	else
		(void)printf("accepted\n");
}

int office_door_send(struct office_door *d, enum operation operation, const struct out *parameters,
	enum door_print print)
{
	struct errand x = {.command = operation_name(operation),
		.members = "",
		.operation = operation,
		.parameters = parameters};
	int code = run(d, &x);

	if (code == 0 && print == DOOR_PRINT_JSON)
		door_answer_print_json(&x.answer, x.answer.data);
	else if (code == 0 && print == DOOR_PRINT)
		print_receipt(&x.answer);
	errand_release(&x);
	return code;
}

int office_door_ask(struct office_door *d, enum control_query_kind kind, const char *members,
	struct door_answer *ret)
{
	struct errand x = {.command = control_query_name(kind), .members = members};
	int code = run(d, &x);

	if (code == 0)
		*ret = x.answer;
	else
		errand_release(&x);
	return code;
}

int office_door_run(struct office_door *d, enum operation operation, const struct out *parameters,
	enum door_print print)
{
	int code = office_door_open(d);

	if (code == 0)
		code = office_door_send(d, operation, parameters, print);
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

int office_door_command(int argc, char **argv, const char *usage, const char *about,
	enum control_query_kind kind, bool of_client)
{
	struct office_door d = {.dir = NULL};
	bool json = false;
	const struct arg table[] = {
		OFFICE_DOOR_ARGS(d),
		{"json", ARG_FLAG, &json, "", "print for a program", 0, 0},
	};
	struct args a = {.usage = usage,
		.about = about,
		.table = table,
		.count = sizeof table / sizeof *table,
		.positional_min = of_client ? 2 : 1,
		.positional_max = of_client ? 2 : 1};
	char members[96] = "";
	int code = args_parse(&a, argc, argv);

	if (code >= 0)
		return code;
	if (of_client && !client_id_valid(a.positional[1]))
		return args_complain(&a, a.positional[1], home_text_rule("clientId"));
	if (of_client)
		(void)snprintf(members, sizeof members, ",\"clientId\":\"%.40s\"", a.positional[1]);
	d.dir = a.positional[0];
	return office_door_show(&d, kind, members, json);
}
