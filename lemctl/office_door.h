/* office_door: how a command of the operator gets to the market and its answer back: as a document
 * over $CONTROL/lem/v1 of the running broker or, with the broker stopped, into the very same code
 * under the plugin's lock. */
#ifndef LEM_LEMCTL_OFFICE_DOOR_H
#define LEM_LEMCTL_OFFICE_DOOR_H
#include "lemctl/args.h"
#include "lemctl/errand.h"
#include "lemctl/link_args.h"

struct stopped_market;

/* A market's directory, and how to its broker where mosquitto.conf beside it does not say. */
struct office_door {
	const char *dir;
	int64_t port;                   /* 0: from mosquitto.conf */
	struct link_options connection; /* what options say; the rest is filled in */
	/* ---- */
	struct genesis genesis;
	struct private_key *operator_key;
	struct link_place place;
	struct link *link;              /* to the running broker, once it is needed */
	struct stopped_market *stopped; /* or the market itself, ... */
	int lock;                       /* ... under its lock; 0: none */
	struct errand *errand;          /* at hand */
};

/* What is printed of a receipt. */
enum door_print { DOOR_PRINT_NONE, DOOR_PRINT, DOOR_PRINT_JSON };

/* Rows of an option table: the connection. */
#define OFFICE_DOOR_ARGS(d) LINK_ARGS(d, "operator", "operator.pem")

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
