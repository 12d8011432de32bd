#include "engine/keyring.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "core/index.h"

enum { SLOTS_BITS = 18, SLOTS_MAX = 1 << SLOTS_BITS };
_Static_assert((int)SLOTS_MAX >= (int)ACCOUNTS_MAX + (int)ENROLLED_MAX, "room for all addresses");

struct slot_entry {
	struct address address;
	struct address_key key;
	uint32_t home;
	uint32_t next_free;
};

struct keyring {
	pthread_rwlock_t lock;
	enum key_alg address_alg;
	struct keyring_client clients[HOMES_MAX]; /* by home number */
	char ids[HOMES_MAX][CLIENT_ID_MAX + 1];
	struct index by_id;
	struct index_cell id_cells[INDEX_CELLS(HOMES_INDEX_BITS)];
	struct slot_entry slots[SLOTS_MAX];
	uint32_t slot_top, slot_free;
	struct index by_address;
	struct index_cell address_cells[INDEX_CELLS(SLOTS_BITS + 1)];
};

enum err keyring_new(enum key_alg address_alg, struct keyring **ret)
{
	struct keyring *k = calloc(1, sizeof *k);

	if (!k)
		return ERR_NOMEM;
	if (pthread_rwlock_init(&k->lock, NULL) != 0) {
		free(k);
		return ERR_NOMEM;
	}
	k->address_alg = address_alg;
	k->slot_free = INDEX_NONE;
	index_init(&k->by_id, k->id_cells, HOMES_INDEX_BITS);
	index_init(&k->by_address, k->address_cells, SLOTS_BITS + 1);
	*ret = k;
	return ERR_OK;
}

void keyring_free(struct keyring *k)
{
	if (!k)
		return;
	(void)pthread_rwlock_destroy(&k->lock);
	free(k);
}

/* The number of a client, or INDEX_NONE. The caller holds the lock. */
static uint32_t find_id(const struct keyring *k, const char *id)
{
	for (uint64_t key = index_key_of_text(id);; key++) {
		uint32_t n = index_get(&k->by_id, key);
		if (n == INDEX_NONE || strcmp(k->ids[n], id) == 0)
			return n;
	}
}

static struct public_key public_of(const struct enrolled_key *e)
{
	struct public_key key = {.alg = (enum key_alg)e->alg, .len = e->key.len};

	memcpy(key.bytes, e->key.bytes, sizeof key.bytes);
	return key;
}

static void put_home(struct keyring *k, const struct home *h)
{
	struct keyring_client *c = &k->clients[h->number];
	uint64_t key = index_key_of_text(h->terms.client_id);

	if (find_id(k, h->terms.client_id) == INDEX_NONE) {
		memcpy(k->ids[h->number], h->terms.client_id, sizeof k->ids[0]);
		while (index_get(&k->by_id, key) != INDEX_NONE)
			key++;
		index_add(&k->by_id, key, h->number);
	}
	*c = (struct keyring_client){
		.home = h->number,
		.kind = h->kind,
		.status = h->status,
		.ems = public_of(&h->ems),
	};
	if (!h->meter_due)
		c->meter = public_of(&h->meter_key);
	memcpy(c->meter_serial, h->terms.meter_serial, sizeof c->meter_serial);
	memcpy(c->code_hash, h->terms.code_hash, HASH_LEN);
}

static void add_address(struct keyring *k, const struct address *address,
	const struct address_key *key, uint32_t home)
{
	uint32_t place = k->slot_free;

	if (index_get(&k->by_address, address_index_key(address)) != INDEX_NONE)
		return;
	if (place != INDEX_NONE)
		k->slot_free = k->slots[place].next_free;
	else
		place = k->slot_top++;
	k->slots[place] = (struct slot_entry){.address = *address, .key = *key, .home = home};
	index_add(&k->by_address, address_index_key(address), place);
}

static void drop_address(struct keyring *k, const struct address *address)
{
	uint32_t place = index_get(&k->by_address, address_index_key(address));

	if (place == INDEX_NONE || !address_equal(&k->slots[place].address, address))
		return;
	index_remove(&k->by_address, address_index_key(address));
	k->slots[place] = (struct slot_entry){.next_free = k->slot_free};
	k->slot_free = place;
}

static void drop_all(struct keyring *k)
{
	index_clear(&k->by_id);
	for (uint32_t i = 0; i < k->slot_top; i++) {
		if (!address_is_empty(&k->slots[i].address))
			drop_address(k, &k->slots[i].address);
	}
}

void keyring_rebuild(struct keyring *k, const struct market *m)
{
	const struct accounts *t = &m->ledger.accounts;

	(void)pthread_rwlock_wrlock(&k->lock);
	drop_all(k);
	for (uint32_t i = 0; i < m->homes.count; i++)
		put_home(k, &m->homes.rows[i]);
	for (uint32_t i = 0; i < m->enrolled_top; i++) {
		const struct enrolled *e = &m->enrolled[i];
		if (!address_is_empty(&e->key.address))
			add_address(k, &e->key.address, &e->key.key, e->home);
	}
	for (uint64_t n = t->first; n < t->next; n++) {
		const struct account *a = account_get(t, n);
		add_address(k, &a->address, &a->key, m->owner[n % ACCOUNTS_MAX]);
	}
	for (uint32_t i = 0; i < m->homes.count; i++) {
		const struct home *h = &m->homes.rows[i];
		if (h->kind != CLIENT_ROLE)
			continue;
		const struct account *a = account_get(t, h->role_account);
		add_address(k, &a->address, &a->key, h->number);
	}
	(void)pthread_rwlock_unlock(&k->lock);
}

void keyring_put_home(struct keyring *k, const struct home *home)
{
	(void)pthread_rwlock_wrlock(&k->lock);
	put_home(k, home);
	(void)pthread_rwlock_unlock(&k->lock);
}

void keyring_add_address(struct keyring *k, const struct address *address,
	const struct address_key *key, uint32_t home)
{
	(void)pthread_rwlock_wrlock(&k->lock);
	add_address(k, address, key, home);
	(void)pthread_rwlock_unlock(&k->lock);
}

void keyring_drop_address(struct keyring *k, const struct address *address)
{
	(void)pthread_rwlock_wrlock(&k->lock);
	drop_address(k, address);
	(void)pthread_rwlock_unlock(&k->lock);
}

bool keyring_client(struct keyring *k, const char *client_id, struct keyring_client *ret)
{
	uint32_t n;

	(void)pthread_rwlock_rdlock(&k->lock);
	n = find_id(k, client_id);
	if (n != INDEX_NONE)
		*ret = k->clients[n];
	(void)pthread_rwlock_unlock(&k->lock);
	return n != INDEX_NONE;
}

bool keyring_address(struct keyring *k, const struct address *address, struct public_key *ret_key,
	uint32_t *ret_home)
{
	uint32_t place;
	bool found;

	(void)pthread_rwlock_rdlock(&k->lock);
	place = index_get(&k->by_address, address_index_key(address));
	found = place != INDEX_NONE && address_equal(&k->slots[place].address, address);
	if (found) {
		const struct slot_entry *e = &k->slots[place];
		*ret_key = (struct public_key){.alg = k->address_alg, .len = e->key.len};
		memcpy(ret_key->bytes, e->key.bytes, sizeof ret_key->bytes);
		*ret_home = e->home;
	}
	(void)pthread_rwlock_unlock(&k->lock);
	return found;
}
