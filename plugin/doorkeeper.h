/* doorkeeper: how many logins are looked at, and how many rejected ones are told in the log: of one
 * network address and of all. It keeps no list of addresses: they share places by a hash that
 * nobody outside can compute. A client at the address of its last good login has a share of its
 * own, so that strangers' wrong logins do not keep it out. */
#ifndef LEM_PLUGIN_DOORKEEPER_H
#define LEM_PLUGIN_DOORKEEPER_H
#include "core/home.h"
#include "plugin/bucket.h"
#include "plugin/options.h"
#include "wire/err.h"

enum {
	DOORKEEPER_PLACES = 1024,
	DOORKEEPER_SECRET_LEN = 16,
	DOORKEEPER_KNOWN_MS = 24 * 3600 * 1000, /* how long a good login counts */
	/* Lines about rejected logins: of one address, and of all, a second and at once. */
	DOORKEEPER_TOLD_RATE = 1,
	DOORKEEPER_TOLD_BURST = 10,
	DOORKEEPER_TOLD_ALL_RATE = 10,
	DOORKEEPER_TOLD_ALL_BURST = 100,
};

/* Where a client last logged in well; until_ms 0: never. */
struct known_login {
	uint64_t address; /* its hash */
	int64_t until_ms;
	struct bucket logins;
};

/* All zeros before doorkeeper_init(). */
struct doorkeeper {
	uint8_t secret[DOORKEEPER_SECRET_LEN];
	struct bucket logins[DOORKEEPER_PLACES], all_logins;
	struct known_login known[HOMES_MAX]; /* by the client's number */
	struct bucket all_known;
	struct bucket told[DOORKEEPER_PLACES], all_told;
};

/* One that has seen nobody, with a secret of its own; ERR_CRYPTO. */
__attribute__((warn_unused_result)) enum err doorkeeper_init(struct doorkeeper *doorkeeper);

/* Whether a login as that client from that address (NULL: unknown) is looked at, at monotonic time
 * now_ms: within login_rate and login_burst of the address, and login_rate_all of all; where the
 * client logged in well lately, of it alone, and of all those. */
bool doorkeeper_admits(struct doorkeeper *doorkeeper, const char *address, uint32_t client,
	const struct options *options, int64_t now_ms);

/* A login as that client from that address was good. */
void doorkeeper_knows(
	struct doorkeeper *doorkeeper, const char *address, uint32_t client, int64_t now_ms);

/* Whether that a login from there was rejected goes into the log; else it is to be counted. */
bool doorkeeper_tells(struct doorkeeper *doorkeeper, const char *address, int64_t now_ms);

#endif
