/* ledger_tx: transactions as the ledger keeps and sends them, back into struct tx. */
#ifndef LEM_WIRE_LEDGER_TX_H
#define LEM_WIRE_LEDGER_TX_H
#include "core/tx.h"
#include "wire/out.h"
#include "wire/request.h"

/* A transaction as it is kept and sent: what is needed to verify and re-execute it. */
struct stored_tx {
	uint64_t seq;
	int64_t market_ms;
	const char *body; /* canonical JSON; borrowed */
	size_t body_len;
	uint8_t signature[SIGNATURE_LEN];
	bool is_signed; /* else the operator's own, without signature */
};

/* Memory for one transaction at a time. */
struct ledger_tx_workspace {
	struct request_workspace request;
	struct tx_room room; /* its genesis is the caller's to set */
};

/* Decode. *ret borrows from the workspace; *ret_input is the signing input, in it too. VERDICT_OK;
 * BAD_JSON (not canonical), BAD_FIELD, OUT_OF_RANGE, UNKNOWN_OPERATION (also params-set
 * without a genesis), BAD_TERMS (params-set changes what is fixed), BAD_SEQ (an operator's body
 * names another sequence), BAD_SIGNATURE (signed though the operator's, or unsigned though not). */
enum verdict ledger_tx_read(struct ledger_tx_workspace *workspace, const char *market,
	const struct stored_tx *stored, struct tx *ret, const char **ret_input,
	size_t *ret_input_len);

/* Fill the id and signature hash of an operator's transaction, of TX_PARAMS the rules_hash too, and
 * its canonical body with a final NUL; returns the body's length, 0 if it does not fit or memory is
 * short. */
size_t ledger_tx_complete(struct tx *tx, const struct genesis *genesis, char *body, size_t size);

/* Append {"body":...,"market_ms":...,"seq":...,"signature":...}. */
void ledger_tx_write(struct out *out, const struct stored_tx *stored);

#endif
