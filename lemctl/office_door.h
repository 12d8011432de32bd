/* office_door: how a signed operator's request gets to the market. */
#ifndef LEM_LEMCTL_OFFICE_DOOR_H
#define LEM_LEMCTL_OFFICE_DOOR_H
#include "wire/genesis.h"
#include "wire/out.h"
#include "wire/request.h"

enum { DOOR_ANSWER_MAX = 4096, EXIT_UNREACHABLE = 3 };

/* A market's directory and, if not taken from its mosquitto.conf, where its broker is. */
struct office_door {
	const char *dir;
	const char *host;
	int64_t port; /* 0: from mosquitto.conf */
	struct genesis genesis;
	struct private_key *operator_key;
};

/* Root becomes the directory's owner, for good: what it makes there (lock, write-ahead log) must be
 * the broker's to open. 0; EXIT_REFUSED, with a complaint on stderr. */
int office_door_become_owner(const char *dir);

/* Load genesis.json and operator.pem. Root becomes the directory's owner, for good. Exit code, 0
 * for success; complains on stderr. */
int office_door_open(struct office_door *door);
void office_door_close(struct office_door *door);

/* Sign parameters (canonical JSON) as a request of `operation`, hand it in, and wait for the
 * answer. 0: receipted; EXIT_REFUSED with the market's sentence on stderr; EXIT_UNREACHABLE. */
int office_door_send(
	struct office_door *door, enum operation operation, const struct out *parameters);

#endif
