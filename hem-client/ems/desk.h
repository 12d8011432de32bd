/* desk: what the trader decides, made into signed messages in the spool. */
#ifndef LEM_HEM_DESK_H
#define LEM_HEM_DESK_H
#include "hem-client/ems/ems.h"

/* The trader's shell over this home; borrowed. */
struct trader_ops desk_ops(struct ems *ems);

/* Sign a message of this home's identity, or of the address of a slot (slot >= 0), dated now. ERR_*
 * with what was lacking: ERR_NOT_FOUND, there is no such address. */
__attribute__((warn_unused_result)) enum err desk_message(struct ems *ems, enum operation operation,
	const struct out *parameters, int64_t slot, struct message *ret);

/* Ask for blocks that are missing; nothing is kept if it does not arrive. */
void desk_sync(struct ems *ems, uint64_t from, uint64_t to);

/* Put a message into the spool, within the open transaction if there is one, and have it sent.
 * Errors as spool_put(). */
__attribute__((warn_unused_result)) enum err desk_spool(
	struct ems *e, const struct message *m, int64_t until_ms, char req_id[REQ_ID_MAX + 1]);

/* Whether all went well; else it is told, with the database's sentence. */
bool desk_done(struct ems *e, const char *what, enum err err);

#endif
