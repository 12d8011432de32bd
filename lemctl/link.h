/* link: a short connection to the market's broker as one of its clients. */
#ifndef LEM_LEMCTL_LINK_H
#define LEM_LEMCTL_LINK_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "wire/private_key.h"

enum { LINK_WHY_MAX = 320 };

/* Where the broker is and who we are. Borrowed. */
struct link_options {
	const char *host;
	int port;
	const char *cafile, *capath; /* both NULL: no TLS */
	const char *cert, *cert_key; /* the client's own, or NULL */
	const char *ciphers, *tls_version;
	const char *psk, *psk_identity; /* hex; in place of certificates */
	const char *alpn;
	const char *protocol;  /* "mqttv31", "mqttv311", "mqttv5"; NULL: 3.1.1 */
	const char *qos;       /* of what is sent: "0", "1", "2"; NULL: 1 */
	const char *unix_path; /* in place of host and port */
	bool no_tls;           /* in the clear, on this machine alone; no cafile, capath, psk */
	bool insecure;         /* whoever the server's certificate names */
	const char *bind;      /* local address, or NULL */
	const char *name;      /* the market's bare name */
	const char *market;    /* its full id */
	const char *client_id; /* and user name */
	const char *suffix;    /* of the MQTT client id, after a slash */
	const char *mqtt_id;   /* the MQTT client id itself, or NULL */
	const struct private_key *key;
	const char *password; /* NULL: a token by the key */
};

struct link;

/* A message that came. */
typedef void link_message(void *context, const char *topic, const char *payload, size_t len);

/* Connect, log in and subscribe to to/<clientId>/# and `more` (a NULL-terminated list of topics
 * below the market, or whole ones that begin with $, or NULL). Waits at most 10 s. ERR_NET or
 * ERR_PERMISSION with a sentence in why.
 */
__attribute__((warn_unused_result)) enum err link_open(const struct link_options *options,
	const char *const *more, link_message *on_message, void *context, struct link **ret,
	char why[static LINK_WHY_MAX]);

/* Send with the options' QoS. */
__attribute__((warn_unused_result)) enum err link_send(
	struct link *link, const char *topic, const char *payload, size_t len);

/* Let messages come in for at most timeout_ms; ERR_NET when the connection is lost. */
__attribute__((warn_unused_result)) enum err link_wait(struct link *link, int timeout_ms);

/* Disconnect and free; NULL-safe. */
void link_close(struct link *link);

#endif
