/* clerk: files what the market answers: a message leaves the spool, and what it was about is noted,
 * in one transaction. Used by the daemon and by the one-shot commands. */
#ifndef LEM_HEM_CLERK_H
#define LEM_HEM_CLERK_H
#include "hem-client/ems/answer.h"
#include "hem-client/ems/hem_db.h"
#include "hem-client/ems/receipt.h"
#include "hem-client/ems/spool.h"

enum { CLERK_WHY_MAX = 320 };

/* The market has this home's keys: note it, and forget the readings of another meter than its. In
 * the caller's transaction, or without one. Errors of hem_db. */
__attribute__((warn_unused_result)) enum err clerk_registered(struct hem_db *db);

/* File a receipt. ERR_OK; ERR_NOT_FOUND: no message waits for it (answered twice, or another
 * program's); ERR_FORMAT with a sentence in why: it does not verify, or is about something else
 * than what was sent; errors of hem_db. *ret is the receipt on ERR_OK and ERR_NOT_FOUND. */
__attribute__((warn_unused_result)) enum err clerk_receipt(struct hem_db *db,
	const struct verify_key *operator_key, const char *market, const char *text, size_t len,
	struct receipt *ret, char why[static CLERK_WHY_MAX]);

/* What to do about a refused message. */
enum clerk_refusal {
	REFUSAL_FINAL,  /* it has left the spool */
	REFUSAL_LATER,  /* it stays, and is to be sent again after a while */
	REFUSAL_FOREIGN /* no such message waits */
};

/* File a rejection; what it was about is in *ret_message if it waited. ERR_OK or errors of hem_db.
 */
__attribute__((warn_unused_result)) enum err clerk_reject(struct hem_db *db,
	const struct reject *reject, enum clerk_refusal *ret, struct spooled *ret_message);

/* Take a message that has become worthless out of the spool. */
__attribute__((warn_unused_result)) enum err clerk_drop(
	struct hem_db *db, const struct spooled *message);

#endif
