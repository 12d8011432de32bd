#include "core/network_role.h"
#include <stddef.h>
#include <string.h>
#include "core/account.h"

const char *network_role_name(enum network_role role)
{
	switch (role) {
	case NETWORK_DSO:
		return "dso";
	case NETWORK_TSO:
		return "tso";
	}
	return NULL;
}

enum network_role network_role_from_name(const char *name)
{
	for (int r = NETWORK_DSO; r <= NETWORK_TSO; r++) {
		if (strcmp(name, network_role_name((enum network_role)r)) == 0)
			return (enum network_role)r;
	}
	return (enum network_role)0;
}

enum network_role network_role_of_account(const struct params *p, uint64_t account)
{
	if (account < ACCOUNT_FIRST_ROLE || account >= ACCOUNT_FIRST_ROLE + p->role_count)
		return (enum network_role)0;
	return network_role_from_name(p->roles[account - ACCOUNT_FIRST_ROLE].name);
}

uint64_t network_role_account(const struct params *p, enum network_role role)
{
	for (uint32_t i = 0; i < p->role_count; i++) {
		if (network_role_from_name(p->roles[i].name) == role)
			return ACCOUNT_FIRST_ROLE + i;
	}
	return 0;
}

bool network_role_any(const struct params *p)
{
	return network_role_account(p, NETWORK_DSO) || network_role_account(p, NETWORK_TSO);
}
