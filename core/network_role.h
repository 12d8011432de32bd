/* network_role: the operators of the grid as roles of the market: the distribution system operator
 * `dso` and the transmission system operator `tso`. A market has one, both or none of them. */
#ifndef LEM_CORE_NETWORK_ROLE_H
#define LEM_CORE_NETWORK_ROLE_H
#include <stdbool.h>
#include <stdint.h>
#include "core/params.h"

/* The numbers are stored in ledger.db. 0: none of them. */
enum network_role { NETWORK_DSO = 1, NETWORK_TSO = 2 };
enum { NETWORK_ROLES = 2 };

/* "dso", "tso"; NULL / 0 if unknown. */
const char *network_role_name(enum network_role role);
enum network_role network_role_from_name(const char *name);

/* Which of them an account of the market is; 0: none. */
enum network_role network_role_of_account(const struct params *params, uint64_t account);

/* The account of that role; 0: this market has no such role. */
uint64_t network_role_account(const struct params *params, enum network_role role);

/* Whether the market has any of them. */
bool network_role_any(const struct params *params);

#endif
