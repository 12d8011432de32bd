/* `hem status`: what the daemon wrote of itself. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>
#include "hem-client/commands.h"
#include "hem-client/commands_cli.h"
#include "hem-client/commands_errand.h"
#include "hem-client/ems/status.h"

enum { NODES_MAX = 8192, TEXT_MAX = 1024 };

/* Whether a daemon holds the lock. */
static bool is_running(const char *state_dir)
{
	char path[CONFIG_PATH_MAX + 16];
	bool held = false;
	int fd;

	snprintf(path, sizeof path, "%s/run.lock", state_dir);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return false;
	held = flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
	(void)close(fd);
	return held;
}

static size_t read_file(const char *path, char *out, size_t size)
{
	FILE *in = fopen(path, "re");
	size_t len = in ? fread(out, 1, size - 1, in) : 0;

	if (in)
		(void)fclose(in);
	out[len] = '\0';
	return len;
}

/* A member as text: strings decoded, anything else as it stands; "" if there is none. */
static const char *member(
	const struct json_doc *d, uint32_t object, const char *name, char out[static TEXT_MAX])
{
	uint32_t node = json_get(d, object, name);

	out[0] = '\0';
	if (node == JSON_NONE || json_type(d, node) == JSON_NULL)
		return out;
	if (!json_string(d, node, out, TEXT_MAX, NULL))
		snprintf(out, TEXT_MAX, "%.*s", (int)(d->nodes[node].end - d->nodes[node].start),
			d->text + d->nodes[node].start);
	return out;
}

static void print_cents(const struct json_doc *d, uint32_t object, const char *name)
{
	char text[TEXT_MAX];

	errand_print_cents(name, strtoll(member(d, object, name, text), NULL, 10));
}

static void print_orders(const struct json_doc *d)
{
	uint32_t list = json_get(d, 0, "orders");
	char t[7][TEXT_MAX];

	for (uint32_t n = json_first(d, list); n != JSON_NONE; n = json_next(d, n))
		(void)printf("order      %s %s %s Wh at %s mc/kWh for slot %s: %s, %s Wh\n",
			member(d, n, "order", t[0]), member(d, n, "side", t[1]),
			member(d, n, "quantity_wh", t[2]), member(d, n, "price_mc_per_kwh", t[3]),
			member(d, n, "slot", t[4]), member(d, n, "status", t[5]),
			member(d, n, "awarded_wh", t[6]));
}

static void print_ledger(const struct json_doc *d)
{
	uint32_t replica = json_get(d, 0, "replica");
	uint32_t refused = json_get(d, 0, "refused");
	char a[TEXT_MAX], b[TEXT_MAX];

	if (json_type(d, replica) == JSON_OBJECT)
		(void)printf("replica    block %s verified, %s known\n",
			member(d, replica, "height", a), member(d, replica, "known", b));
	(void)printf("sealed     block %s\n", member(d, 0, "sealed_height", a));
	if (refused != JSON_NONE && json_type(d, refused) == JSON_OBJECT)
		(void)printf("REFUSED    %s\n", member(d, refused, "rule", a));
}

static void print_status(const struct json_doc *d, bool running)
{
	uint32_t wallet = json_get(d, 0, "wallet");
	uint32_t reading = json_get(d, 0, "reading");
	char a[TEXT_MAX], b[TEXT_MAX], c[TEXT_MAX];

	(void)printf("home       %s in %s: %s\n", member(d, 0, "clientId", a),
		member(d, 0, "market", b),
		running ? "running" : "NOT running; what follows is old");
	(void)printf("broker     %s: %s %s\n", member(d, 0, "broker", a),
		strcmp(member(d, 0, "connected", b), "true") == 0 ? "connected" : "NOT connected",
		member(d, 0, "connection", c));
	(void)printf("outbox     %s messages\n", member(d, 0, "outbox", a));
	if (member(d, 0, "trouble", a)[0])
		(void)printf("trouble    %s\n", a);
	if (json_get(d, 0, "slot") == JSON_NONE)
		return;
	(void)printf("market     %s, slot %s, %s\n", member(d, 0, "market_time", a),
		member(d, 0, "slot", b),
		strcmp(member(d, 0, "trading", c), "true") == 0 ? "trading" : "not trading");
	(void)printf("mode       %s\n", member(d, 0, "mode", a));
	(void)printf("battery    SOC %s\n", member(d, 0, "soc", a));
	if (json_type(d, reading) == JSON_OBJECT)
		(void)printf(
			"meter      read at the end of slot %s\n", member(d, reading, "slot", a));
	print_orders(d);
	(void)printf("energy     %s Wh sold, %s Wh bought\n", member(d, 0, "sold_wh", a),
		member(d, 0, "bought_wh", b));
	if (json_type(d, wallet) == JSON_OBJECT) {
		print_cents(d, wallet, "balance_uc");
		print_cents(d, wallet, "held_uc");
	}
	print_ledger(d);
}

static int show(const char *state_dir, bool json)
{
	static struct json_node nodes[NODES_MAX];
	static char text[STATUS_TEXT_MAX];
	static const struct json_limits limits = {JSON_PROFILE_ANY, STATUS_TEXT_MAX, 8};
	struct json_doc doc = {.nodes = nodes, .node_max = NODES_MAX};
	char path[CONFIG_PATH_MAX + 16];
	bool running = is_running(state_dir);
	size_t len;

	snprintf(path, sizeof path, "%s/status.json", state_dir);
	len = read_file(path, text, sizeof text);
	if (len == 0 || json_read(&doc, text, len, &limits, NULL) != JSON_OK) {
		(void)fprintf(stderr, "hem: %s: %s\n", path,
			len == 0 ? "there is none; has `hem run` been started?" : "damaged");
		return HEM_EXIT_REFUSED;
	}
	if (json)
		(void)printf("{\"running\":%s,%s", running ? "true" : "false", text + 1);
	else
		print_status(&doc, running);
	return running ? HEM_EXIT_OK : HEM_EXIT_UNREACHABLE;
}

int hem_status(int argc, char **argv)
{
	const char *config_path = NULL;
	bool json = false;
	const struct cli_option options[] = {
		{"config", 'c', CLI_TEXT, &config_path, "FILE", "the configuration file", 0},
		{"json", 0, CLI_FLAG, &json, "", "print for a program", 0},
	};
	struct cli cli = {.usage = "hem status [OPTION...]",
		.about = "Show how `hem run` stands. Exit code 0 if it runs, 3 if not.",
		.options = options,
		.count = sizeof options / sizeof *options};
	char path[CONFIG_PATH_MAX];
	struct config config;
	int code = cli_parse(&cli, argc, argv);

	if (code >= 0)
		return code;
	code = errand_config(config_path, &config, path);
	return code == 0 ? show(config.home.state_dir, json) : code;
}
