/* market_doc: the retained document `market`: genesis, and beside it, signed anew, the parameters
 * in force and those that wait. */
#ifndef LEM_WIRE_MARKET_DOC_H
#define LEM_WIRE_MARKET_DOC_H
#include "core/ledger.h"
#include "wire/genesis.h"
#include "wire/out.h"

/*
 * Write genesis_write()'s document with one more member,
 * "current":{"height":...,"parameters":...,"scheduled":[{"from_slot":...,"parameters":...}],
 * "signature":...}: height is that of the open block, the signature the operator's over the object
 * without it, of kind `market`. With a final NUL; returns the length, 0 if it does not fit size
 * (MARKET_DOC_MAX always does) or cannot be signed.
 */
size_t market_doc_write(const struct genesis *genesis, const struct ledger *ledger,
	const struct private_key *operator_key, char *out, size_t size);

/* Write what `current` says, without the signature. */
void market_doc_write_current(
	struct out *out, const struct genesis *genesis, const struct ledger *ledger);

/* Read `current` out of a `market` document whose genesis is known: the height of the block that
 * was open, and the parameters in force in it. ERR_FORMAT, with a sentence: it is not so, not
 * signed by the operator, or says otherwise of what is fixed; the outputs are untouched then. */
__attribute__((warn_unused_result)) enum err market_doc_read(const char *text, size_t len,
	const struct genesis *genesis, const struct verify_key *operator_key, uint64_t *ret_height,
	struct params *ret, char why_text[static FORM_FIELD_MAX + 64]);

#endif
