/* init_network: the operators of the network in a market that is being made: who they are, and what
 * their silence means. */
#ifndef LEM_LEMCTL_INIT_NETWORK_H
#define LEM_LEMCTL_INIT_NETWORK_H
#include <stdbool.h>
#include "wire/genesis.h"

/* What the command line says. All zeros: there is none. */
struct init_network {
	bool dso, tso;                 /* make a key in the directory */
	const char *dso_key, *tso_key; /* or take this public one */
	const char *silence;           /* NULL: refuse */
	int64_t lead_s;                /* 0: a slot */
};

/* Rows of an option table. */
#define INIT_NETWORK_ARGS(n)                                                                       \
	{"dso", ARG_FLAG, &(n).dso, "", "a DSO limits and approves; its key in DIR/dso.pem", 0,    \
		0},                                                                                \
		{"dso-key", ARG_TEXT, &(n).dso_key, "KEY",                                         \
			"or its public key, as lemctl dso key prints it", 0, 0},                   \
		{"tso", ARG_FLAG, &(n).tso, "", "so does a TSO; its key in DIR/tso.pem", 0, 0},    \
		{"tso-key", ARG_TEXT, &(n).tso_key, "KEY", "or its public key", 0, 0},             \
		{"approval-lead", ARG_INT, &(n).lead_s, "S",                                       \
			"before its first slot a schedule is approved (a slot)", 1, 86400},        \
	{                                                                                          \
		"approval-silence", ARG_TEXT, &(n).silence, "WHAT",                                \
			"of one that does not answer in time: refuse or approve (refuse)", 0, 0    \
	}

/* Whether the words agree; 0, or EXIT_REFUSED after a complaint. */
int init_network_check(const struct init_network *network);

/* Add a role to a genesis that is being made. */
void init_add_role(
	struct genesis *genesis, const char *name, const struct public_key *key, int64_t credit_uc);

/* Add them, with keys made in the directory where that is asked for, and their parameters. Errors
 * as private_key_save(); ERR_USAGE after a complaint. */
__attribute__((warn_unused_result)) enum err init_network_add(
	const struct init_network *network, const char *dir, struct genesis *genesis);

/* Whether a file of the directory ("/dso.pem") is there only if it was asked for. */
bool init_network_is_key(const char *file);

#endif
