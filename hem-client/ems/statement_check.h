/* statement_check: the operator's statement of one block against the ledger and the home's meter.
 */
#ifndef LEM_HEM_STATEMENT_CHECK_H
#define LEM_HEM_STATEMENT_CHECK_H
#include "core/home.h"
#include "hem-client/ems/answer.h"
#include "hem-client/ems/hem_db.h"

struct block_facts;

/* What is compared; all borrowed. */
struct statement_check {
	const struct statement *statement;
	const struct block_facts *facts; /* of its block, verified; NULL: there is no replica */
	const struct params *params;     /* of genesis: only what is fixed counts */
};

/* Compare. *ret_contradiction is NULL, or a static sentence of the first thing that does not fit:
 * header hash; deliveries, announcement and eligibility against the ledger's; what was metered,
 * consumption, production, CPF and deliveries against the readings that the home sent. What the
 * home does not know (a state lost) is not held against the operator. ERR_* of hem_db. */
__attribute__((warn_unused_result)) enum err statement_check(
	const struct statement_check *check, struct hem_db *db, const char **ret_contradiction);

#endif
