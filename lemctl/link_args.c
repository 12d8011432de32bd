#include "lemctl/link_args.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "wire/message.h"

enum { PORT = 8883, PATH_LEN = 4096 };

static int complain(const char *what, const char *why, int code)
{
	(void)fprintf(stderr, "lemctl: %s: %s\n", what, why);
	return code;
}

int link_args_port(const char *dir)
{
	char path[PATH_LEN], line[512];
	int port = 0;
	FILE *file;

	(void)snprintf(path, sizeof path, "%s/mosquitto.conf", dir);
	file = fopen(path, "r");
	while (file && port == 0 && fgets(line, sizeof line, file)) {
		if (strncmp(line, "listener ", 9) == 0)
			port = (int)strtol(line + 9, NULL, 10);
	}
	if (file)
		(void)fclose(file);
	return port ? port : PORT;
}

int link_args_complete(struct link_options *o, const char *dir, int64_t port,
	const struct genesis *genesis, const char *client_id, const struct private_key *key,
	struct link_place *place)
{
	(void)snprintf(place->cafile, sizeof place->cafile, "%.4000s/ca.crt", dir);
	if (!o->host)
		o->host = "127.0.0.1";
	o->port = (int)port;
	if (o->port == 0 && !o->unix_path)
		o->port = link_args_port(dir);
	if (!o->cafile && !o->capath && !o->psk)
		o->cafile = place->cafile;
	o->name = genesis->name;
	o->market = genesis->market;
	if (!o->client_id)
		o->client_id = client_id;
	o->suffix = place->suffix;
	o->key = key;
	if (o->qos && (strlen(o->qos) != 1 || !strchr("012", o->qos[0])))
		return complain("--qos", "is 0, 1 or 2", EXIT_USAGE);
	if (message_draw_id(place->suffix) != ERR_OK)
		return complain("request", "no randomness", EXIT_REFUSED);
	return 0;
}
