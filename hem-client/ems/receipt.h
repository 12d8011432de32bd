/* receipt: the operator's signed promise about one message (docs/protocol.md, section 6). */
#ifndef LEM_HEM_RECEIPT_H
#define LEM_HEM_RECEIPT_H
#include "core/market.h"
#include "wire/form.h"
#include "wire/request.h"
#include "wire/sign.h"

enum { RECEIPT_TEXT_MAX = 8192, RECEIPTS_TEXT_MAX = 65536, RECEIPT_WHY_MAX = 160 };

/* A receipt whose leaf, path, root and signature hold. Whether it is about what was sent is the
 * caller's to compare: req_id, operation and tx_id. */
struct receipt {
	char req_id[REQ_ID_MAX + 1];
	enum operation operation;
	uint8_t tx_id[HASH_LEN];
	enum promise promise; /* the class */
	uint64_t intake_seq, seq, height;
	int64_t market_ms;
};

/* Read and verify. ERR_FORMAT: the form is wrong, or the proof does not hold; ERR_CRYPTO: it could
 * not be found out. why then has a sentence and *ret is untouched. */
__attribute__((warn_unused_result)) enum err receipt_read(const char *text, size_t len,
	const struct verify_key *operator_key, const char *market, struct receipt *ret,
	char why[static RECEIPT_WHY_MAX]);

/* Give each receipt of the array that the market sends to visit, as its text. ERR_FORMAT: it is no
 * array of objects; then visit has not been called. */
__attribute__((warn_unused_result)) enum err receipts_each(const char *text, size_t len,
	void (*visit)(void *context, const char *text, size_t len), void *context);

/* The leaf that the receipt's signature covers. */
void receipt_leaf(const struct receipt *receipt, uint8_t out[static HASH_LEN]);

#endif
