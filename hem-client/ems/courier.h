/* courier: sends what waits in the spool, again and again with growing jittered pauses. What has
 * become worthless before it was sent is dropped. What the market may have is asked about on: sent
 * again, which is answered as it was at first, by a receipt or a refusal. */
#ifndef LEM_HEM_COURIER_H
#define LEM_HEM_COURIER_H
#include "hem-client/ems/session.h"
#include "hem-client/ems/spool.h"

enum {
	COURIER_SCAN_MS = 5000,       /* real time: other programs put messages in, too */
	COURIER_ASK_MS = 2 * 86400000 /* market time: then what it was about is long settled */
};

/* When a message was sent, and will be again. */
struct courier_entry {
	int64_t id; /* in the spool; 0: free */
	int64_t next_ms;
	unsigned tries;
	bool seen;
	bool is_old; /* it was in the spool at first: an earlier life may have sent it */
};

/* The courier of one spool and session. */
struct courier {
	struct hem_db *db; /* borrowed, as the session */
	struct session *session;
	int64_t hurry;   /* pauses are divided by this */
	int64_t scan_ms; /* real, monotonic: not before this */
	bool began;      /* what comes from here on is of this life */
	struct courier_entry entries[SPOOL_MAX];
	void *context;
	void (*dropped)(void *context, const struct spooled *message);
};

/* Begin. dropped: told of each message that left without an answer. */
void courier_init(struct courier *courier, struct hem_db *db, struct session *session, int64_t rate,
	void (*dropped)(void *context, const struct spooled *message), void *context);

/* Something has been put into the spool, or the connection is new (`all`: send everything). */
void courier_wake(struct courier *courier, bool all);

/* Put a message off that the market was too busy for. */
void courier_put_off(struct courier *courier, int64_t id, int64_t real_ms, int64_t pause_ms);

/* Send what is due at this market time and real (monotonic) time. Returns the real time at which to
 * be called again. ERR_* of hem_db in *ret_err. */
int64_t courier_run(struct courier *courier, int64_t market_ms, int64_t real_ms, enum err *ret_err);

#endif
