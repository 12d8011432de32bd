/* sessions: who is logged in, and how often: one client, a home with its tools, has a share, so
 * that what its sessions cost together is bounded. */
#ifndef LEM_PLUGIN_SESSIONS_H
#define LEM_PLUGIN_SESSIONS_H
#include "core/home.h"
#include "core/index.h"

enum {
	SESSIONS_OF_ONE = 16, /* of one client at one time */
	SESSIONS_MAX = 32768, /* of all */
	SESSIONS_BITS = 16,
};
_Static_assert(SESSIONS_MAX * 2 <= 1 << SESSIONS_BITS, "the index stays half empty");

/* The table; all zeros before sessions_init(). */
struct sessions {
	struct index by_session;
	struct index_cell cells[INDEX_CELLS(SESSIONS_BITS)];
	uint8_t of_one[HOMES_MAX]; /* by the client's number */
};

/* An empty one. */
void sessions_init(struct sessions *sessions);

/* A session of that client begins. session: what the broker knows it by, never looked into. False:
 * the client has SESSIONS_OF_ONE already, or all together SESSIONS_MAX. */
bool sessions_begin(struct sessions *sessions, const void *session, uint32_t client);

/* A session is over; nothing if it is not one of a client. */
void sessions_end(struct sessions *sessions, const void *session);

#endif
