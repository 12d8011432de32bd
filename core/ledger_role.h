/* ledger_role: what only roles say in the ledger: the aggregator's schedules and tariffs, the
 * network operators' limits, answers and activations. */
#ifndef LEM_CORE_LEDGER_ROLE_H
#define LEM_CORE_LEDGER_ROLE_H
#include "core/ledger.h"

/* Judge such a transaction whose place is right; verdicts as those of the module that it is of. */
enum verdict ledger_role_check(
	const struct ledger *ledger, const struct tx *tx, const char **field);

/* Execute one that has been let in. */
void ledger_role_apply(struct ledger *ledger, const struct tx *tx, const struct result_sink *sink);

#endif
