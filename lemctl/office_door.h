/* office_door: how a command of the operator gets to the market and its answer back: as a document
 * over $CONTROL/lem/v1 of the running broker or, with the broker stopped, into the very same code
 * under the plugin's lock. */
#ifndef LEM_LEMCTL_OFFICE_DOOR_H
#define LEM_LEMCTL_OFFICE_DOOR_H
#include "lemctl/args.h"
#include "lemctl/errand.h"
#include "lemctl/link.h"

struct stopped_market;

/* A market's directory, and how to its broker where mosquitto.conf beside it does not say. */
struct office_door {
	const char *dir;
	int64_t port;                   /* 0: from mosquitto.conf */
	struct link_options connection; /* what options say; the rest is filled in */
	/* ---- */
	struct genesis genesis;
	struct private_key *operator_key;
	char suffix[REQ_ID_MAX + 1], own_cafile[4096];
	struct link *link;              /* to the running broker, once it is needed */
	struct stopped_market *stopped; /* or the market itself, ... */
	int lock;                       /* ... under its lock; 0: none */
	struct errand *errand;          /* at hand */
};

/* What is printed of a receipt. */
enum door_print { DOOR_PRINT_NONE, DOOR_PRINT, DOOR_PRINT_JSON };

/* Rows of an option table: the connection, by the names of mosquitto_ctrl. */
#define OFFICE_DOOR_ARGS(d)                                                                        \
	{"host|h", ARG_TEXT, &(d).connection.host, "HOST", "of the broker (127.0.0.1)", 0, 0},     \
		{"port|p", ARG_INT, &(d).port, "PORT", "of the broker (from mosquitto.conf)", 1,   \
			65535},                                                                    \
		{"unix", ARG_TEXT, &(d).connection.unix_path, "PATH",                              \
			"of the broker's socket, in place of both", 0, 0},                         \
		{"username|u", ARG_TEXT, &(d).connection.client_id, "NAME",                        \
			"MQTT user (operator)", 0, 0},                                             \
		{"pw|P", ARG_TEXT, &(d).connection.password, "PASSWORD",                           \
			"in place of a token by operator.pem", 0, 0},                              \
		{"id|i", ARG_TEXT, &(d).connection.mqtt_id, "ID",                                  \
			"MQTT client id (operator/ and more)", 0, 0},                              \
		{"bind|A", ARG_TEXT, &(d).connection.bind, "ADDRESS",                              \
			"local address to connect from", 0, 0},                                    \
		{"qos|q", ARG_TEXT, &(d).connection.qos, "QOS", "of the request: 0, 1 or 2 (1)",   \
			0, 0},                                                                     \
		{"protocol-version|V", ARG_TEXT, &(d).connection.protocol, "V",                    \
			"mqttv31, mqttv311 or mqttv5 (mqttv311)", 0, 0},                           \
		{"cafile", ARG_TEXT, &(d).connection.cafile, "FILE",                               \
			"of authorities (DIR/ca.crt)", 0, 0},                                      \
		{"capath", ARG_TEXT, &(d).connection.capath, "DIR", "of authorities", 0, 0},       \
		{"cert", ARG_TEXT, &(d).connection.cert, "FILE", "client certificate", 0, 0},      \
		{"key", ARG_TEXT, &(d).connection.cert_key, "FILE", "of the client certificate",   \
			0, 0},                                                                     \
		{"ciphers", ARG_TEXT, &(d).connection.ciphers, "LIST", "of TLS", 0, 0},            \
		{"tls-version", ARG_TEXT, &(d).connection.tls_version, "V", "tlsv1.3 or tlsv1.2",  \
			0, 0},                                                                     \
		{"tls-alpn", ARG_TEXT, &(d).connection.alpn, "NAME",                               \
			"protocol to name in the TLS handshake", 0, 0},                            \
		{"psk", ARG_TEXT, &(d).connection.psk, "HEX",                                      \
			"pre-shared key, in place of certificates", 0, 0},                         \
		{"psk-identity", ARG_TEXT, &(d).connection.psk_identity, "NAME",                   \
			"of the pre-shared key", 0, 0},                                            \
		{"insecure", ARG_FLAG, &(d).connection.insecure, "",                               \
			"do not compare the host with the server's certificate", 0, 0},            \
	{                                                                                          \
		"options|o", ARG_OPTIONS, NULL, "FILE", "with such options, one a line", 0, 0      \
	}

/* Root becomes the directory's owner, for good: what it makes there (lock, write-ahead log) must be
 * the broker's to open. 0; EXIT_REFUSED, with a complaint on stderr. */
int office_door_become_owner(const char *dir);

/* Load genesis.json and operator.pem. Root becomes the directory's owner, for good. Exit code, 0
 * for success; complains on stderr. */
int office_door_open(struct office_door *door);
void office_door_close(struct office_door *door);

/* Sign parameters (canonical JSON) as a request of `operation`, hand it in, and wait for the
 * answer. 0: receipted, and printed as wanted; EXIT_REFUSED with the market's sentence on stderr;
 * EXIT_UNREACHABLE; EXIT_UNKNOWN: it was sent and not answered. */
int office_door_send(struct office_door *door, enum operation operation,
	const struct out *parameters, enum door_print print);

/* Ask; members: further ones of the command, each with a comma before it, or "". Exit code as
 * office_door_send(); 0: *ret is the caller's to door_answer_release(). */
int office_door_ask(struct office_door *door, enum control_query_kind kind, const char *members,
	struct door_answer *ret);

/* Open the door, send one request through it or ask a question and print the answer (as JSON, or
 * for a person), and close it. Exit code. */
int office_door_run(struct office_door *door, enum operation operation,
	const struct out *parameters, enum door_print print);
int office_door_show(
	struct office_door *door, enum control_query_kind kind, const char *members, bool json);

/* A command that asks and prints: DIR or, if it is of a client, DIR CLIENTID. Exit code. */
int office_door_command(int argc, char **argv, const char *usage, const char *about,
	enum control_query_kind kind, bool of_client);

/* Whether the market is another machine's: a host was named, or the folder has no databases, but
 * genesis.json, operator.pem and ca.crt alone. */
bool office_door_is_remote(const struct office_door *door);

/* Lock the market as the broker does: *ret_fd is the caller's to close(); -1 if the broker or
 * another lemctl has it, or it is remote. Exit code, 0 for either; complains on stderr. */
int office_door_lock(const struct office_door *door, int *ret_fd);

#endif
