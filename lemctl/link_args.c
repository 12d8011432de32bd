#include "lemctl/link_args.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "wire/message.h"

enum { PORT = 8883, PORT_PLAIN = 1883, PATH_LEN = 4096 };

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

/* An address that only this machine answers to; a name is looked up later, and may be any. */
static bool is_loopback(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == IN_LOOPBACKNET;
	if (inet_pton(AF_INET6, host, &v6) == 1)
		return IN6_IS_ADDR_LOOPBACK(&v6);
	return strcmp(host, "localhost") == 0;
}

/* Whether what the options say of TLS goes together. */
static int check_tls(const struct link_options *o)
{
	if (!o->no_tls)
		return 0;
	if (o->cafile || o->capath || o->cert || o->cert_key || o->ciphers || o->tls_version ||
		o->alpn || o->psk || o->psk_identity || o->insecure)
		return complain("--no-tls", "and an option of TLS", EXIT_USAGE);
	if (!is_loopback(o->host))
		return complain("--no-tls",
			"is for a listener on this machine alone: the host must be of 127.0.0.0/8, "
			"::1 or localhost",
			EXIT_USAGE);
	return 0;
}

int link_args_complete(struct link_options *o, const char *dir, int64_t port,
	const struct genesis *genesis, const char *client_id, const struct private_key *key,
	struct link_place *place)
{
	int code;

	(void)snprintf(place->cafile, sizeof place->cafile, "%.4000s/ca.crt", dir);
	if (!o->host)
		o->host = "127.0.0.1";
	code = check_tls(o);
	if (code != 0)
		return code;
	o->port = (int)port;
	if (o->port == 0 && !o->unix_path)
		o->port = o->no_tls ? PORT_PLAIN : link_args_port(dir);
	if (!o->no_tls && !o->cafile && !o->capath && !o->psk)
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
