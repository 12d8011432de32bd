/* doorkeeper: how many logins are looked at, and how many rejected ones are told in the log: of one
 * network address and of all. It keeps no list of addresses: they share places by hash. */
#ifndef LEM_PLUGIN_DOORKEEPER_H
#define LEM_PLUGIN_DOORKEEPER_H
#include "plugin/bucket.h"
#include "plugin/options.h"

enum {
	DOORKEEPER_PLACES = 1024,
	/* Lines about rejected logins: of one address, and of all, a second and at once. */
	DOORKEEPER_TOLD_RATE = 1,
	DOORKEEPER_TOLD_BURST = 10,
	DOORKEEPER_TOLD_ALL_RATE = 10,
	DOORKEEPER_TOLD_ALL_BURST = 100,
};

/* All zeros is one that has seen nobody. */
struct doorkeeper {
	struct bucket logins[DOORKEEPER_PLACES], all_logins;
	struct bucket told[DOORKEEPER_PLACES], all_told;
};

/* Whether a login from that address (NULL: unknown) is looked at, at monotonic time now_ms: within
 * login_rate and login_burst of the address, and login_rate_all. */
bool doorkeeper_admits(struct doorkeeper *doorkeeper, const char *address,
	const struct options *options, int64_t now_ms);

/* Whether that a login from there was rejected goes into the log; else it is to be counted. */
bool doorkeeper_tells(struct doorkeeper *doorkeeper, const char *address, int64_t now_ms);

#endif
