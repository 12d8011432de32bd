/* ledger_check: the public rules of admission, in the order of their verdicts. */
#ifndef LEM_CORE_LEDGER_CHECK_H
#define LEM_CORE_LEDGER_CHECK_H
#include "core/ledger.h"

/* Whether the open block may take the transaction in, at its place in the sequence. On refusal
 * *field names the offending member of a message's parameters, or is "" if it is none of them.
 * Signatures are the caller's to check, and so is what is private: who owns an address, a home's
 * cover, its mode. */
enum verdict ledger_check(const struct ledger *ledger, const struct tx *tx, const char **field);

/* The rules of a bid-offer or cancel alone, without its place in the sequence: what can be said of
 * an answer to a sealed book when it comes in. shut_answers: how many such answers, not in the
 * ledger yet, the auction of a cancel has. */
enum verdict ledger_check_order(const struct ledger *ledger, const struct tx *tx,
	uint32_t shut_answers, const char **field);

/* Whether a CPF that the message carries is announced by executing it in the open block: it was
 * taken in during that block's slot. */
bool ledger_cpf_counts(const struct ledger *ledger, const struct tx *tx);

#endif
