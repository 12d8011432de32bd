#include "core/account.h"
#include <assert.h>
#include <stddef.h>
#include "core/checked.h"

static void name_fixed(struct accounts *accounts, uint64_t number, const char *name)
{
	struct account *a = &accounts->fixed[number];

	a->number = number;
	a->slot = -1;
	memcpy(a->address.text, name, strlen(name));
}

void accounts_init(struct accounts *accounts, const struct params *params)
{
	name_fixed(accounts, ACCOUNT_ISSUER, "issuer");
	name_fixed(accounts, ACCOUNT_WALLETS, "wallets");
	name_fixed(accounts, ACCOUNT_GRID, "grid");
	accounts->role_count = params->role_count;
	index_init(&accounts->by_address, accounts->cells, ACCOUNTS_INDEX_BITS);
	for (uint32_t i = 0; i < params->role_count; i++) {
		struct account *a = &accounts->fixed[ACCOUNT_FIRST_ROLE + i];
		a->number = ACCOUNT_FIRST_ROLE + i;
		a->slot = -1;
		a->address = params->roles[i].address;
		a->key = params->roles[i].key;
		a->credit_uc = params->roles[i].credit_limit_uc;
		index_add(
			&accounts->by_address, address_index_key(&a->address), (uint32_t)a->number);
	}
	accounts->first = ACCOUNT_FIXED_MAX;
	accounts->next = ACCOUNT_FIXED_MAX;
	accounts->admitted_slot = -1;
}

const struct account *account_get(const struct accounts *accounts, uint64_t number)
{
	if ((number > ACCOUNT_NONE && number < ACCOUNT_FIRST_ROLE + accounts->role_count) ||
		number == ACCOUNT_GRID)
		return &accounts->fixed[number];
	if (number < accounts->first || number >= accounts->next)
		return NULL;
	return &accounts->ring[number % ACCOUNTS_MAX];
}

struct account *account_edit(struct accounts *accounts, uint64_t number)
{
	if (!account_get(accounts, number))
		return NULL;
	if (number < ACCOUNT_FIXED_MAX)
		return &accounts->fixed[number];
	return &accounts->ring[number % ACCOUNTS_MAX];
}

/* The index holds role numbers, and ring positions from ACCOUNT_FIXED_MAX upwards. */
static const struct account *at(const struct accounts *accounts, uint32_t value)
{
	if (value < ACCOUNT_FIXED_MAX)
		return &accounts->fixed[value];
	return &accounts->ring[value - ACCOUNT_FIXED_MAX];
}

const struct account *account_find_like(
	const struct accounts *accounts, const struct address *address)
{
	uint32_t value = index_get(&accounts->by_address, address_index_key(address));

	return value == INDEX_NONE ? NULL : at(accounts, value);
}

const struct account *account_find(const struct accounts *accounts, const struct address *address)
{
	const struct account *found = account_find_like(accounts, address);

	return found && address_equal(&found->address, address) ? found : NULL;
}

bool account_is_role(const struct account *account)
{
	return account->number >= ACCOUNT_FIRST_ROLE && account->number < ACCOUNT_GRID;
}

bool account_is_address(const struct account *account)
{
	return account->number >= ACCOUNT_FIXED_MAX;
}

bool account_fits(const struct accounts *accounts, int64_t slot, const struct address *address)
{
	if (slot < accounts->admitted_slot || account_find_like(accounts, address))
		return false;
	if (slot > accounts->admitted_slot || accounts->next == accounts->first)
		return true;
	return address_compare(
		       &accounts->ring[(accounts->next - 1) % ACCOUNTS_MAX].address, address) < 0;
}

uint64_t account_admit(struct accounts *accounts, int64_t slot, const struct address *address,
	const struct address_key *key)
{
	uint64_t number = accounts->next++;
	uint32_t place = (uint32_t)(number % ACCOUNTS_MAX);

	assert(number - accounts->first < ACCOUNTS_MAX);
	accounts->ring[place] =
		(struct account){.number = number, .address = *address, .key = *key, .slot = slot};
	accounts->admitted_slot = slot;
	index_add(&accounts->by_address, address_index_key(address), ACCOUNT_FIXED_MAX + place);
	return number;
}

void account_close_first(struct accounts *accounts)
{
	const struct account *a = account_get(accounts, accounts->first);

	assert(a && a->balance_uc == 0 && a->held_uc == 0); /* L2 */
	index_remove(&accounts->by_address, address_index_key(&a->address));
	accounts->first++;
}

void account_transfer(struct accounts *accounts, uint64_t from, uint64_t to, int64_t amount_uc)
{
	struct account *payer = account_edit(accounts, from);
	struct account *payee = account_edit(accounts, to);
	bool fits;

	assert(payer && payee && amount_uc >= 0);
	fits = checked_sub(payer->balance_uc, amount_uc, &payer->balance_uc) &&
	       checked_add(payee->balance_uc, amount_uc, &payee->balance_uc);
	assert(fits); /* L3 */
	(void)fits;
}

int64_t account_available_uc(const struct account *account)
{
	return account->balance_uc + account->credit_uc - account->held_uc;
}

bool account_has_room(const struct account *account)
{
	return account->balance_uc <= JSON_INT_MAX && account->balance_uc >= -JSON_INT_MAX &&
	       account->held_uc <= JSON_INT_MAX;
}

int64_t accounts_sum_uc(const struct accounts *accounts)
{
	int64_t sum = 0;

	for (uint64_t n = ACCOUNT_ISSUER; n < ACCOUNT_FIXED_MAX; n++)
		sum += accounts->fixed[n].balance_uc;
	for (uint64_t n = accounts->first; n < accounts->next; n++)
		sum += accounts->ring[n % ACCOUNTS_MAX].balance_uc;
	return sum;
}
