/* spool: messages that must reach the market, on disk from before they are first sent until a
 * verified receipt is in, the market has refused them, or, unsent, they have become worthless. */
#ifndef LEM_HEM_SPOOL_H
#define LEM_HEM_SPOOL_H
#include "hem-client/ems/hem_db.h"
#include "wire/message.h"

enum {
	SPOOL_MAX = 256,            /* messages waiting at one time */
	SPOOL_VITAL_FROM = 192,     /* from here on only readings and address keys are taken in */
	SPOOL_RESEND_MIN_MS = 1000, /* real time; doubles with each sending */
	SPOOL_RESEND_MAX_MS = 120000,
};

/* One message as it waits. text is borrowed within spool_each(), else its owner's to free. */
struct spooled {
	int64_t id;
	char req_id[REQ_ID_MAX + 1];
	enum operation operation;
	uint8_t tx_id[HASH_LEN];
	int64_t until_ms; /* market time: not worth sending for the first time from here on */
	const char *text;
	size_t len;
};

/* Put a message in, within the caller's transaction or one of its own. ERR_LIMIT: the spool is full
 * for this operation; ERR_EXISTS: that reqId is in; errors of hem_db. */
__attribute__((warn_unused_result)) enum err spool_put(
	struct hem_db *db, const struct message *message, int64_t until_ms);

/* Find by reqId; *ret->text is NULL. ERR_NOT_FOUND. */
__attribute__((warn_unused_result)) enum err spool_get(
	struct hem_db *db, const char *req_id, struct spooled *ret);

/* The reqId of the one that has that transaction id. ERR_NOT_FOUND. */
__attribute__((warn_unused_result)) enum err spool_find(struct hem_db *db,
	const uint8_t tx_id[static HASH_LEN], char ret_req_id[static REQ_ID_MAX + 1]);

/* Take it out. Nothing if it is not there. */
__attribute__((warn_unused_result)) enum err spool_remove(struct hem_db *db, const char *req_id);

/* All that wait, oldest first, to visit, which answers whether to go on and must not change the
 * spool. */
__attribute__((warn_unused_result)) enum err spool_each(struct hem_db *db,
	bool (*visit)(void *context, const struct spooled *message), void *context);

/* How many wait. */
__attribute__((warn_unused_result)) enum err spool_count(struct hem_db *db, int64_t *ret);

#endif
