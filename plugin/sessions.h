/* sessions: who is logged in, and how often: one client, a home with its tools, has a share, so
 * that what its sessions cost together is bounded. Knows again a session that is asked about anew:
 * the broker has all logins judged once more when its settings are read again. */
#ifndef LEM_PLUGIN_SESSIONS_H
#define LEM_PLUGIN_SESSIONS_H
#include "core/home.h"
#include "core/index.h"

enum {
	SESSIONS_OF_ONE = 16, /* of one client at one time */
	SESSIONS_MAX = 32768, /* of all */
	SESSIONS_BITS = 16,
	SESSIONS_MARK_LEN = 16, /* bytes of a hash */
};
_Static_assert(SESSIONS_MAX * 2 <= 1 << SESSIONS_BITS, "the index stays half empty");

/* One session, or a place for one. */
struct session {
	uint32_t client;
	uint32_t next;                    /* of the same client, or free; plus one, 0: none */
	uint8_t name[SESSIONS_MARK_LEN];  /* hash of its MQTT client id */
	uint8_t proof[SESSIONS_MARK_LEN]; /* hash of its password under its MQTT client id */
};

/* The table; all zeros before sessions_init(). */
struct sessions {
	struct index by_session; /* to rows */
	struct index_cell cells[INDEX_CELLS(SESSIONS_BITS)];
	struct session rows[SESSIONS_MAX];
	uint32_t used;             /* rows that were ever used */
	uint32_t free;             /* first of those that are so no more; plus one, 0: none */
	uint32_t first[HOMES_MAX]; /* by the client's number: row plus one, 0: none */
	uint8_t of_one[HOMES_MAX]; /* by the client's number */
};

/* An empty one. */
void sessions_init(struct sessions *sessions);

/* Whether that very session has begun and not ended: of that client, under that MQTT client id, and
 * with that password. session: what the broker knows it by, never looked into. A new connection
 * that the broker keeps where an old one was is told apart by its password. */
bool sessions_holds(const struct sessions *sessions, const void *session, uint32_t client,
	const char *client_id, const char *password);

/* A session of that client begins. False: all together have SESSIONS_MAX already, or the client
 * SESSIONS_OF_ONE; but under an MQTT client id that the client holds it begins beside these: the
 * broker then ends the old one, whose end is told as any other. */
bool sessions_begin(struct sessions *sessions, const void *session, uint32_t client,
	const char *client_id, const char *password);

/* A session is over; nothing if it is not one of a client. */
void sessions_end(struct sessions *sessions, const void *session);

#endif
