/* verdict: what a rule answers. Zero is yes; every other number is frozen, part of the protocol
 * (docs/protocol.md, "Refusals") and stands in the order in which the checks run. */
#ifndef LEM_CORE_VERDICT_H
#define LEM_CORE_VERDICT_H

/* X(NAME, number, sentence): the one list of refusals; name and sentence go to the sender. */
#define VERDICTS(X)                                                                                \
	X(OK, 0, "accepted")                                                                       \
	X(TOO_LARGE, 1, "the message is longer than its operation allows")                         \
	X(RATE_LIMITED, 2, "more messages than this client's share; send again later")             \
	X(BUSY, 3, "the market's queue is full; send again later")                                 \
	X(UNKNOWN_OPERATION, 4, "no such operation, or its topic names another")                   \
	X(BAD_JSON, 5, "the message is not strict JSON")                                           \
	X(BAD_FIELD, 6, "a field is missing, unknown, or of the wrong form")                       \
	X(OUT_OF_RANGE, 7, "a number is outside its bounds")                                       \
	X(WRONG_CLIENT, 8, "clientId is not the user of this session")                             \
	X(UNKNOWN_HOME, 9, "no such home or role in the certified meters database")                \
	X(REVOKED, 10, "this home's enrolment has been revoked")                                   \
	X(NOT_REGISTERED, 11, "this home has not registered its keys")                             \
	X(NOT_ALLOWED, 12, "this client may not do that")                                          \
	X(UNKNOWN_ADDRESS, 13, "the address is not one of this client's")                          \
	X(BAD_SIGNATURE, 14, "the signature does not verify under the key on record")              \
	X(REQID_REUSED, 15, "this reqId was used for another message")                             \
	X(STALE, 16, "the date is too far from market time")                                       \
	X(MODE, 17, "this home's mode does not include that")                                      \
	X(NOT_ADMITTED, 18, "the address has not been admitted to the ledger")                     \
	X(ADDRESS_SLOT, 19, "the address is not of the slot concerned")                            \
	X(ADDRESS_CLOSED, 20, "the address's slot is over")                                        \
	X(HORIZON, 21, "the delivery slot is not within the market's horizon")                     \
	X(BAD_TERMS, 22, "the contract's terms contradict the rules or each other")                \
	X(UNKNOWN_AUCTION, 23, "no such open auction")                                             \
	X(GATE_CLOSED, 24, "the gate of that auction has closed")                                  \
	X(SAME_SIDE, 25, "an answer must stand on the other side of the auction")                  \
	X(SELF_TRADE, 26, "a home may not stand on both sides of one auction")                     \
	X(BEYOND_LIMIT, 27, "the price is beyond the auction's limit")                             \
	X(TOO_MANY, 28, "no room for more: the market's or the address's limit is reached")        \
	X(FUNDS_TOO_LOW, 29, "the account does not cover the amount")                              \
	X(CPF_ANNOUNCED, 30, "a CPF was announced in this slot already")                           \
	X(CPF_MISMATCH, 31, "the CPF is not what the certified meter measured")                    \
	X(UNKNOWN_ORDER, 32, "no such order that could still be cancelled")                        \
	X(NOT_OWNER, 33, "the order is not of that address")                                       \
	X(ANSWERED, 34, "the auction has been answered and cannot be cancelled")                   \
	X(WRONG_HEIGHT, 35, "only the last block can be sealed")                                   \
	X(WRONG_HASH, 36, "the hash is not that of the block's header")                            \
	X(NOT_RANKED, 37, "the address is not among the block's ranked validators")                \
	X(SEAL_EARLY, 38, "it is not yet the turn of that rank")                                   \
	X(SEALED, 39, "the block has its validator already")                                       \
	X(BAD_CODE, 40, "the enrolment code is wrong or used up")                                  \
	X(KEY_WEAK, 41, "the key is malformed or weak")                                            \
	X(KEY_KNOWN, 42, "the key belongs to another role, slot or home")                          \
	X(NO_POSSESSION, 43, "the proof of possession does not verify")                            \
	X(ADDRESS_EXISTS, 44, "this home has an address for that slot already")                    \
	X(SLOT_TOO_NEAR, 45, "that slot's addresses are in the ledger already")                    \
	X(UNKNOWN_METER, 46, "no such certified meter of this home")                               \
	X(BAD_METER_SIGNATURE, 47, "the meter's signature does not verify")                        \
	X(READING_LATE, 48, "that slot is settled")                                                \
	X(READING_EARLY, 49, "that slot is not over")                                              \
	X(BOUNDARY, 50, "the reading was not taken at the slot's end")                             \
	X(READING_EXISTS, 51, "there is another reading of that slot")                             \
	X(REGISTER_ROLLBACK, 52, "a register runs backwards")                                      \
	X(BEYOND_RATING, 53, "more energy than the home's ratings allow in that time")             \
	X(REGISTERS_INCONSISTENT, 54, "the registers contradict each other")                       \
	X(EXISTS, 55, "that name or meter is taken")                                               \
	X(NO_BASELINE, 56, "this home has no schedule in that slot to measure from")               \
	X(SCHEDULE_LATE, 58, "the schedule leaves no time to approve it before its first slot")    \
	X(UNKNOWN_SCHEDULE, 59, "no such schedule that is still to be approved")                   \
	X(APPROVAL_LATE, 60, "the time to approve that schedule is over")                          \
	X(ORDERS_STAND, 61,                                                                        \
		"an order of this home stands in a slot from there on; cancel it first")           \
	X(ACTIVATION_LATE, 65, "the time to ask for regulation in that slot is over")              \
	X(UNKNOWN_ACTIVATION, 66, "no such activation that is not settled yet")                    \
	X(ACTIVATION_ANSWERED, 67, "another auction answers that activation")                      \
	X(ACTIVATION_EARLY, 68, "the first quarter of that slot is not over yet")                  \
	X(BAD_TIME, 70, "a time in the block runs backwards or is not the slot's")                 \
	X(BAD_SEQ, 71, "the sequence has a gap, a repetition or another order")                    \
	X(OUT_OF_PHASE, 72, "a transaction stands where the block's order has no place for it")    \
	X(BAD_ATTESTATION, 73, "an attestation does not fit what was announced or awarded")        \
	X(ATTESTATION_MISSING, 74, "a delivery that is due has not been attested")                 \
	X(UNORDERED, 75, "addresses are not in ascending order, or not new")                       \
	X(BAD_HEIGHT, 76, "the header's height is not the next one")                               \
	X(BAD_PREV_HASH, 77, "the header does not follow the header before")                       \
	X(BAD_FLAGS, 78, "the header's flags are not what its clock says")                         \
	X(BAD_TX_ROOT, 79, "tx_root is not the root of the block's transactions")                  \
	X(BAD_RESULTS_ROOT, 80, "results_root is not that of the re-executed results")             \
	X(BAD_STATE_ROOT, 81, "state_root is not that of the re-executed state")                   \
	X(BAD_RANKING_ROOT, 82, "ranking_root is not that of the re-executed ranking")             \
	X(BAD_LOG_ROOT, 83, "log_root is not the root of the headers before")                      \
	X(BAD_RULES_HASH, 84, "rules_hash is not that of the rules in force")                      \
	X(BAD_OPERATOR_SIGNATURE, 85, "the operator's signature of the header does not verify")    \
	X(RECEIPT_BROKEN, 86, "a transaction with a receipt is missing from its block")            \
	X(STATEMENT_BROKEN, 87, "the operator's statement contradicts the ledger or the meter")    \
	X(BAD_ROW, 88, "a stored row is not what its transactions give")                           \
	X(REPEATED, 89, "the transaction stands in the ledger already")

/* VERDICT_OK, VERDICT_TOO_LARGE, ...: the constants of the list. */
enum verdict {
#define X(name, number, sentence) VERDICT_##name = (number),
	VERDICTS(X)
#undef X
};

/* The verdict's frozen name ("GATE_CLOSED"), or "?" for a number that is none. */
const char *verdict_name(enum verdict verdict);

/* The rule as a sentence for a person, without a full stop; "?" for a number that is none. */
const char *verdict_text(enum verdict verdict);

#endif
