/* link_args: the options of a command that connects to the market's broker, by the names of
 * mosquitto_ctrl, and what they leave unsaid. */
#ifndef LEM_LEMCTL_LINK_ARGS_H
#define LEM_LEMCTL_LINK_ARGS_H
#include "lemctl/args.h"
#include "lemctl/link.h"
#include "wire/genesis.h"
#include "wire/request.h"

/* Rows of an option table. d has `struct link_options connection` and `int64_t port`. */
#define LINK_ARGS(d, user, key_file)                                                               \
	{"host|h", ARG_TEXT, &(d).connection.host, "HOST", "of the broker (127.0.0.1)", 0, 0},     \
		{"port|p", ARG_INT, &(d).port, "PORT", "of the broker (from mosquitto.conf)", 1,   \
			65535},                                                                    \
		{"unix", ARG_TEXT, &(d).connection.unix_path, "PATH",                              \
			"of the broker's socket, in place of both", 0, 0},                         \
		{"username|u", ARG_TEXT, &(d).connection.client_id, "NAME",                        \
			"MQTT user (" user ")", 0, 0},                                             \
		{"pw|P", ARG_TEXT, &(d).connection.password, "PASSWORD",                           \
			"in place of a token by " key_file, 0, 0},                                 \
		{"id|i", ARG_TEXT, &(d).connection.mqtt_id, "ID",                                  \
			"MQTT client id (" user "/ and more)", 0, 0},                              \
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
		{"no-tls", ARG_FLAG, &(d).connection.no_tls, "",                                   \
			"for a listener on this machine alone: loopback address (port 1883)", 0,   \
			0},                                                                        \
	{                                                                                          \
		"options|o", ARG_OPTIONS, NULL, "FILE", "with such options, one a line", 0, 0      \
	}

/* Room for what link_options borrows. */
struct link_place {
	char suffix[REQ_ID_MAX + 1], cafile[4096];
};

/* The listener's port in DIR/mosquitto.conf, or 8883. */
int link_args_port(const char *dir);

/* Fill in what the options do not say: host, port (of the options; 0: not said), authorities out of
 * the directory, the market, the client and its key. Without TLS only a host that is a loopback
 * address is taken. 0, or the exit code after a complaint. */
int link_args_complete(struct link_options *options, const char *dir, int64_t port,
	const struct genesis *genesis, const char *client_id, const struct private_key *key,
	struct link_place *place);

#endif
