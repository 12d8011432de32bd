#include "plugin/sessions.h"
#include <string.h>
#include "wire/digest.h"

static uint64_t key_of(const void *session)
{
	return (uint64_t)(uintptr_t)session;
}

static void mark_name(const char *client_id, uint8_t mark[static SESSIONS_MARK_LEN])
{
	uint8_t hash[DIGEST_LEN];

	digest_sha256(client_id, strlen(client_id), hash);
	memcpy(mark, hash, SESSIONS_MARK_LEN);
}

static void mark_proof(
	const char *client_id, const char *password, uint8_t mark[static SESSIONS_MARK_LEN])
{
	uint8_t hash[DIGEST_LEN];

	digest_hmac_sha256(client_id, strlen(client_id), password, strlen(password), hash);
	memcpy(mark, hash, SESSIONS_MARK_LEN);
}

void sessions_init(struct sessions *s)
{
	index_init(&s->by_session, s->cells, SESSIONS_BITS);
}

bool sessions_holds(const struct sessions *s, const void *session, uint32_t client,
	const char *client_id, const char *password)
{
	uint32_t at = index_get(&s->by_session, key_of(session));
	uint8_t proof[SESSIONS_MARK_LEN];

	if (at == INDEX_NONE || s->rows[at].client != client || !client_id || !password)
		return false;
	mark_proof(client_id, password, proof);
	return memcmp(proof, s->rows[at].proof, sizeof proof) == 0;
}

static bool has_name(const struct sessions *s, uint32_t client, const uint8_t *name)
{
	for (uint32_t i = s->first[client]; i != 0; i = s->rows[i - 1].next) {
		if (memcmp(s->rows[i - 1].name, name, SESSIONS_MARK_LEN) == 0)
			return true;
	}
	return false;
}

static uint32_t free_row(struct sessions *s)
{
	uint32_t at = s->free;

	if (at == 0)
		return s->used++;
	s->free = s->rows[at - 1].next;
	return at - 1;
}

bool sessions_begin(struct sessions *s, const void *session, uint32_t client, const char *client_id,
	const char *password)
{
	struct session row = {.client = client};
	uint32_t at;

	sessions_end(s, session); /* its place in memory may have been another's */
	mark_name(client_id, row.name);
	mark_proof(client_id, password, row.proof);
	if (s->by_session.count >= SESSIONS_MAX || s->of_one[client] == UINT8_MAX ||
		(s->of_one[client] >= SESSIONS_OF_ONE && !has_name(s, client, row.name)))
		return false;
	at = free_row(s);
	row.next = s->first[client];
	s->rows[at] = row;
	s->first[client] = at + 1;
	s->of_one[client]++;
	index_add(&s->by_session, key_of(session), at);
	return true;
}

void sessions_end(struct sessions *s, const void *session)
{
	uint32_t at = index_get(&s->by_session, key_of(session));
	uint32_t *link;

	if (at == INDEX_NONE)
		return;
	link = &s->first[s->rows[at].client];
	while (*link != at + 1)
		link = &s->rows[*link - 1].next;
	*link = s->rows[at].next;
	s->of_one[s->rows[at].client]--;
	s->rows[at] = (struct session){.next = s->free};
	s->free = at + 1;
	index_remove(&s->by_session, key_of(session));
}
