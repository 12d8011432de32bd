/* setting: the market of a soak, its homes enrolled with everything, and its broker. */
#ifndef LEM_SOAK_SETTING_H
#define LEM_SOAK_SETTING_H
#include "tests/soak/prosumer.h"

/* Make the market in options.dir, enrol the homes, import the day before, start the broker. Dies
 * with a sentence. The broker has the configuration of `lemctl init` but for: no TLS, more logins a
 * second (all homes come from one address). */
void setting_up(struct soak *soak);

/* Log everybody in, before the market's first slot. Dies with a sentence. */
void setting_join_all(struct soak *soak);

/* Log a member in as that client and wait until it is. Dies with a sentence. */
void setting_join(struct soak *soak, struct member *member, const char *client_id,
	const char *suffix, const struct private_key *key, const char *const *topics);

/* Log all out, stop the broker, and free everything. */
void setting_down(struct soak *soak);

#endif
