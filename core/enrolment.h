/* enrolment: how homes and their addresses get into the market. */
#ifndef LEM_CORE_ENROLMENT_H
#define LEM_CORE_ENROLMENT_H
#include "core/market.h"

/* COMMAND_REGISTER: BAD_CODE (wrong, or used up by an earlier registration), KEY_KNOWN. Of a home
 * that is registered and brings the key of a new meter also NOT_ALLOWED (another identity key than
 * its own) and BAD_FIELD (no meter's key). */
enum verdict enrolment_check_register(
	const struct market *market, const struct command *command, const char **field);
void enrolment_register(struct market *market, const struct command *command);

/* COMMAND_ADDRESSES, all or none: SLOT_TOO_NEAR (that slot's admission has been), HORIZON (further
 * than HOME_ENROLLED_MAX ahead), ADDRESS_EXISTS, KEY_KNOWN, TOO_MANY. */
enum verdict enrolment_check_addresses(
	const struct market *market, const struct command *command, const char **field);
void enrolment_add_addresses(struct market *market, const struct command *command);

/* Take the waiting addresses of a home away; those in the ledger run out. */
void enrolment_revoke(struct market *market, uint32_t home);

/* The next TX_ADMIT of the open block, over the addresses of market->admit_slot and on, until every
 * slot up to the horizon has been admitted: then false. Borrows market's working memory. */
bool enrolment_next_admit(struct market *market, struct tx *tx);

/* After a TX_ADMIT has been executed: the addresses are their homes' now, and wait no longer. */
void enrolment_admitted(struct market *market, const struct tx *tx);

/* The waiting entry of an address, or NULL. */
const struct enrolled *enrolment_find(const struct market *market, const struct address *address);

#endif
