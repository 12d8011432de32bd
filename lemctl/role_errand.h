/* role_errand: one request of a role's, and its receipt on stdout. */
#ifndef LEM_LEMCTL_ROLE_ERRAND_H
#define LEM_LEMCTL_ROLE_ERRAND_H
#include "lemctl/role_door.h"

enum { ROLE_USAGE_MAX = 160 };

/* "lemctl dso limits [OPTION...] DIR"; returns text. */
const char *role_errand_usage(
	char text[static ROLE_USAGE_MAX], const char *role, const char *words);

/* Send it over a connection of its own, if there is none yet, and print the receipt. The door is
 * open. Exit codes as role_door_send(). */
int role_errand_send(
	struct role_door *door, enum operation operation, const struct out *parameters, bool json);

/* Take a first slot from two options, of which one is given: `slot` (-1: not given) or the date
 * "YYYY-MM-DD HH:MM:SS" from which slots are to begin. 0, or an exit code after a complaint. */
int role_errand_slot(const struct params *params, const char *date, int64_t *slot);

#endif
