/* role_door: how a role of the market - an operator of the network - speaks to it: logged in by its
 * own key, with signed requests, until each has its receipt. */
#ifndef LEM_LEMCTL_ROLE_DOOR_H
#define LEM_LEMCTL_ROLE_DOOR_H
#include "hem-client/ems/answer.h"
#include "hem-client/ems/receipt.h"
#include "lemctl/errand.h"
#include "lemctl/link_args.h"
#include "wire/message.h"

/* A directory with genesis.json, ca.crt and the role's key: the market's own, or one that those
 * files were taken to. Zeros but for the members above the line. */
struct role_door {
	const char *dir, *role;
	const char *key_file; /* NULL: <role>.pem in the directory */
	int64_t port;         /* 0: from mosquitto.conf */
	struct link_options connection;
	link_message *hear; /* what is not an answer to a request; or NULL */
	void *context;
	/* ---- */
	struct genesis genesis;
	struct private_key *key;
	struct verify_key *operator_key;
	const struct role_params *self;
	struct link_place place;
	struct link *link;
	struct message message; /* at hand */
	bool receipted, refused;
	struct receipt receipt;
	struct reject reject;
};

#define ROLE_DOOR_ARGS(d) LINK_ARGS(d, "the role", "its key")

/* Read the files; the key must be that of the role in genesis. 0, or the exit code after a
 * complaint on stderr. role_door_close() in any case. */
int role_door_open(struct role_door *door);
void role_door_close(struct role_door *door);

/* Log in and subscribe to `more` (as link_open()). Exit code, 0 for success; complains. */
int role_door_connect(struct role_door *door, const char *const *more);

/* Sign parameters and send them, without waiting for anything. Exit code; complains. */
int role_door_post(struct role_door *door, enum operation operation, const struct out *parameters);

/* The same, again and again under one reqId, until there is a receipt: 0, door->receipt;
 * EXIT_REFUSED, door->reject; EXIT_UNREACHABLE; EXIT_UNKNOWN: no answer. Says all but a receipt on
 * stderr. */
int role_door_send(struct role_door *door, enum operation operation, const struct out *parameters);

/* The market's time, as far as this machine's clock says it. */
int64_t role_door_now_ms(const struct role_door *door);

#endif
