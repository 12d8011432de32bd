#include "plugin/sessions.h"

static uint64_t key_of(const void *session)
{
	return (uint64_t)(uintptr_t)session;
}

void sessions_init(struct sessions *s)
{
	index_init(&s->by_session, s->cells, SESSIONS_BITS);
}

bool sessions_begin(struct sessions *s, const void *session, uint32_t client)
{
	sessions_end(s, session); /* its place in memory may have been another's */
	if (s->of_one[client] >= SESSIONS_OF_ONE || s->by_session.count >= SESSIONS_MAX)
		return false;
	index_add(&s->by_session, key_of(session), client);
	s->of_one[client]++;
	return true;
}

void sessions_end(struct sessions *s, const void *session)
{
	uint32_t client = index_get(&s->by_session, key_of(session));

	if (client == INDEX_NONE)
		return;
	index_remove(&s->by_session, key_of(session));
	s->of_one[client]--;
}
