/* approval: what the operators of the grid say of a schedule, and whether it counts. Each that the
 * market has (core/network_role.h) is asked; its answer is a transaction that names the schedule by
 * its transaction id and is in before the deadline. Until then its last word holds. Without an
 * answer the rule that was in force when the schedule was announced says what silence means. In a
 * market without such roles every schedule counts. */
#ifndef LEM_CORE_APPROVAL_H
#define LEM_CORE_APPROVAL_H
#include <stdbool.h>
#include <stdint.h>
#include "core/network_role.h"
#include "core/verdict.h"
#include "core/xfer.h"

/* What one of them says; the numbers are hashed. 0: nothing yet. */
enum approval_verdict { APPROVAL_APPROVE = 1, APPROVAL_CHANGE = 2 };

/* What it means that one has not answered by the deadline; the numbers are stored in ledger.db. */
enum silence { SILENCE_REFUSES = 1, SILENCE_APPROVES = 2 };

/* How a schedule stands. */
enum approval_state {
	APPROVAL_PENDING = 1,
	APPROVAL_APPROVED = 2, /* by all that are asked: it counts */
	APPROVAL_REFUSED = 3,  /* one asks for changes */
	APPROVAL_SILENT = 4,   /* nobody objected in time, and silence approves: it counts */
	APPROVAL_LAPSED = 5,   /* one did not answer in time, and silence refuses */
};

enum { APPROVAL_REASON_MAX = 120 /* bytes that say why, for people */ };

/* What has been said of one schedule. */
struct approvals {
	int64_t deadline_ms; /* market time before which an answer comes */
	enum silence silence;
	struct {
		uint64_t seq; /* of the transaction; 0: it has not answered */
		enum approval_verdict verdict;
	} of[NETWORK_ROLES]; /* by enum network_role - 1 */
};

struct ledger;
struct tx;

/* "approve", "change"; "approve", "refuse". NULL / 0 if unknown. */
const char *approval_verdict_name(enum approval_verdict verdict);
enum approval_verdict approval_verdict_from_name(const char *name);
const char *silence_name(enum silence silence);
enum silence silence_from_name(const char *name);

/* Begin to ask about a schedule of that first slot, by the parameters in force. */
struct approvals approvals_begin(const struct params *params, int64_t first_slot);

/* Whether a schedule announced at market_ms leaves them time: a whole slot before the deadline. */
bool approvals_in_time(const struct params *params, int64_t first_slot, int64_t market_ms);

/* How it stands at market time now_ms. */
enum approval_state approvals_state(
	const struct approvals *approvals, const struct params *params, int64_t now_ms);

/* Whether a schedule that stands so counts. */
bool approval_counts(enum approval_state state);

/* Judge a TX_APPROVE whose place is right. NOT_ADMITTED, NOT_ALLOWED: the address is no network
 * operator's; UNKNOWN_SCHEDULE: none of that id is kept; APPROVAL_LATE: its deadline has passed.
 * *field is the member's name. */
enum verdict approval_check(const struct ledger *ledger, const struct tx *tx, const char **field);

/* Note one that approval_check() lets in; the sequence of the schedule it is about. */
uint64_t approval_add(struct ledger *ledger, const struct tx *tx);

/* Through a snapshot. */
void approvals_xfer(struct xfer *x, struct approvals *approvals);

#endif
