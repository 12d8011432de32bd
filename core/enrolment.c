#include "core/enrolment.h"
#include <assert.h>
#include <stddef.h>
#include "core/place_sort.h"

/* A registered home brings the key of its new meter. The code alone must not let a finder of it
 * into the home's place: the identity key stays, and has signed. */
static enum verdict check_new_meter(
	const struct home *h, const struct enrolled_key *ems, const struct enrolled_key *meter)
{
	if (!enrolled_key_equal(ems, &h->ems))
		return VERDICT_NOT_ALLOWED;
	if (meter->key.len == 0)
		return VERDICT_BAD_FIELD;
	return enrolled_key_equal(meter, &h->meter_key) ? VERDICT_KEY_KNOWN : VERDICT_OK;
}

enum verdict enrolment_check_register(
	const struct market *m, const struct command *c, const char **field)
{
	const struct home *h = &m->homes.rows[c->home];

	*field = "code";
	if ((h->status != HOME_INVITED && !h->meter_due) || h->kind != CLIENT_HOME ||
		memcmp(h->terms.code_hash, c->u.registration.code_hash, HASH_LEN) != 0)
		return VERDICT_BAD_CODE;
	*field = "keys";
	if (enrolled_key_equal(&c->u.registration.ems, &c->u.registration.meter) ||
		home_key_known(&m->homes, &c->u.registration.ems, h->number) ||
		home_key_known(&m->homes, &c->u.registration.meter, h->number))
		return VERDICT_KEY_KNOWN;
	if (h->meter_due)
		return check_new_meter(h, &c->u.registration.ems, &c->u.registration.meter);
	return VERDICT_OK;
}

void enrolment_register(struct market *m, const struct command *c)
{
	struct home *h = &m->homes.rows[c->home];

	h->status = HOME_REGISTERED;
	if (!h->meter_due) /* a new meter's key is no reason to change the mode */
		home_modes_init(&h->modes, c->u.registration.mode);
	h->ems = c->u.registration.ems;
	h->meter_key = c->u.registration.meter;
	h->meter_due = false;
	memset(h->terms.code_hash, 0, HASH_LEN);
}

const struct enrolled *enrolment_find(const struct market *m, const struct address *address)
{
	uint32_t place = index_get(&m->enrolled_by_address, address_index_key(address));

	if (place == INDEX_NONE || !address_equal(&m->enrolled[place].key.address, address))
		return NULL;
	return &m->enrolled[place];
}

/* For which of the slots from admit_slot on the home has an address waiting: one pass over the
 * table for a whole command. Addresses of earlier slots are in the ledger. */
static void find_waiting(
	const struct market *m, const struct home *h, bool waiting[static HOME_ENROLLED_MAX])
{
	uint32_t left = h->enrolled_count;

	memset(waiting, 0, HOME_ENROLLED_MAX * sizeof *waiting);
	for (uint32_t i = 0; i < m->enrolled_top && left > 0; i++) {
		const struct enrolled *e = &m->enrolled[i];
		if (address_is_empty(&e->key.address) || e->home != h->number)
			continue;
		assert(e->key.slot >= m->admit_slot &&
			e->key.slot < m->admit_slot + HOME_ENROLLED_MAX); /* H2 */
		waiting[e->key.slot - m->admit_slot] = true;
		left--;
	}
}

static enum verdict check_slot_key(
	const struct market *m, const struct slot_key *key, const bool *waiting)
{
	int64_t first = m->admit_slot;

	if (key->slot < first)
		return VERDICT_SLOT_TOO_NEAR;
	if (key->slot >= first + HOME_ENROLLED_MAX)
		return VERDICT_HORIZON;
	if (index_get(&m->enrolled_by_address, address_index_key(&key->address)) != INDEX_NONE ||
		account_find_like(&m->ledger.accounts, &key->address))
		return VERDICT_KEY_KNOWN;
	return waiting[key->slot - first] ? VERDICT_ADDRESS_EXISTS : VERDICT_OK;
}

/* Whether the i-th key of the batch indexes like an earlier one. */
static bool repeats(const struct command *c, size_t i)
{
	uint64_t key = address_index_key(&c->u.addresses.keys[i].address);

	for (size_t j = 0; j < i; j++) {
		if (address_index_key(&c->u.addresses.keys[j].address) == key)
			return true;
	}
	return false;
}

enum verdict enrolment_check_addresses(
	const struct market *m, const struct command *c, const char **field)
{
	const struct home *h = &m->homes.rows[c->home];
	size_t count = c->u.addresses.count;
	bool waiting[HOME_ENROLLED_MAX];

	*field = "keys";
	if (h->kind != CLIENT_HOME)
		return VERDICT_NOT_ALLOWED;
	if (count == 0 || count > COMMAND_ADDRESSES_MAX)
		return VERDICT_OUT_OF_RANGE;
	if (count > HOME_ENROLLED_MAX - h->enrolled_count ||
		count > ENROLLED_MAX - m->enrolled_count)
		return VERDICT_TOO_MANY;
	find_waiting(m, h, waiting);
	for (size_t i = 0; i < count; i++) {
		const struct slot_key *key = &c->u.addresses.keys[i];
		enum verdict v = check_slot_key(m, key, waiting);
		if (v != VERDICT_OK)
			return v;
		if (i > 0 && c->u.addresses.keys[i - 1].slot >= key->slot)
			return VERDICT_UNORDERED;
		if (repeats(c, i))
			return VERDICT_KEY_KNOWN;
	}
	return VERDICT_OK;
}

void enrolment_add_addresses(struct market *m, const struct command *c)
{
	struct home *h = &m->homes.rows[c->home];

	for (size_t i = 0; i < c->u.addresses.count; i++) {
		uint32_t place = m->enrolled_free;
		if (place != INDEX_NONE)
			m->enrolled_free = m->enrolled[place].next_free;
		else
			place = m->enrolled_top++;
		m->enrolled[place] =
			(struct enrolled){.key = c->u.addresses.keys[i], .home = c->home};
		index_add(&m->enrolled_by_address,
			address_index_key(&c->u.addresses.keys[i].address), place);
		m->enrolled_count++;
		h->enrolled_count++;
	}
}

static void drop(struct market *m, uint32_t place)
{
	struct enrolled *e = &m->enrolled[place];

	index_remove(&m->enrolled_by_address, address_index_key(&e->key.address));
	m->homes.rows[e->home].enrolled_count--;
	m->enrolled_count--;
	*e = (struct enrolled){.next_free = m->enrolled_free};
	m->enrolled_free = place;
}

void enrolment_revoke(struct market *m, uint32_t home)
{
	m->homes.rows[home].status = HOME_REVOKED;
	for (uint32_t i = 0; i < m->enrolled_top; i++) {
		const struct enrolled *e = &m->enrolled[i];
		if (!address_is_empty(&e->key.address) && e->home == home)
			drop(m, i);
	}
}

static bool address_before(const void *context, uint32_t left, uint32_t right)
{
	const struct market *m = context;

	return address_compare(&m->enrolled[left].key.address, &m->enrolled[right].key.address) < 0;
}

bool enrolment_next_admit(struct market *m, struct tx *tx)
{
	int64_t last = ledger_slot(&m->ledger) + m->ledger.params.horizon_slots;
	uint32_t n = 0;

	while (n == 0 && m->admit_slot <= last) {
		for (uint32_t i = 0; i < m->enrolled_top; i++) {
			const struct enrolled *e = &m->enrolled[i];
			if (!address_is_empty(&e->key.address) && e->key.slot == m->admit_slot)
				m->places[n++] = i;
		}
		if (n == 0)
			m->admit_slot++;
	}
	if (n == 0)
		return false;
	place_sort(m->places, n, address_before, m);
	if (n > TX_ADMIT_KEYS_MAX)
		n = TX_ADMIT_KEYS_MAX;
	for (uint32_t i = 0; i < n; i++) {
		m->admit_addresses[i] = m->enrolled[m->places[i]].key.address;
		m->admit_keys[i] = m->enrolled[m->places[i]].key.key;
	}
	tx->kind = TX_ADMIT;
	tx->u.admit.slot = m->admit_slot;
	tx->u.admit.addresses = m->admit_addresses;
	tx->u.admit.keys = m->admit_keys;
	tx->u.admit.count = n;
	return true;
}

void enrolment_admitted(struct market *m, const struct tx *tx)
{
	for (size_t i = 0; i < tx->u.admit.count; i++) {
		const struct address *address = &tx->u.admit.addresses[i];
		const struct account *a = account_find(&m->ledger.accounts, address);
		uint32_t place = index_get(&m->enrolled_by_address, address_index_key(address));
		struct home *h = &m->homes.rows[m->enrolled[place].home];
		assert(a && h->account_count < HOME_ACCOUNTS_MAX); /* H1 */
		m->owner[a->number % ACCOUNTS_MAX] = h->number;
		h->accounts[h->account_count++] = a->number;
		drop(m, place);
	}
}
