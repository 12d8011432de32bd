/* ledger_operator: the rules of the operator's own transactions. */
#ifndef LEM_CORE_LEDGER_OPERATOR_H
#define LEM_CORE_LEDGER_OPERATOR_H
#include "core/ledger.h"

/* Judge a transaction of the operator's whose place, time and phase are right: a clock that fires
 * something, an admission, an attestation, money that comes in or goes out, other
 * parameters. VERDICT_OK, or why not,
 * with the offending member of its parameters, or "", in *field. Nothing changes. */
enum verdict ledger_operator_check(
	const struct ledger *ledger, const struct tx *tx, const char **field);

#endif
