/* replies: what the sender of one request is told: receipts, rejects, and answers to commands of
 * $CONTROL (docs/protocol.md, sections 5 and 6). */
#ifndef LEM_ENGINE_REPLIES_H
#define LEM_ENGINE_REPLIES_H
#include "engine/engine.h"
#include "wire/out.h"

/* Write a reject. operation NONE and req_id "" could not be read; rule: a sentence that says more
 * than the verdict's, or "". */
void reply_reject_write(struct out *out, enum operation operation, const char *req_id,
	enum verdict verdict, const char *field, const char *rule, int64_t market_ms);

enum { REPLY_RULE_MAX = 128 };

/* A sentence that says more than the verdict's where that says too little, in text or for ever;
 * "" elsewhere. field: as the market names it. */
const char *reply_rule(const struct engine *e, enum operation operation, enum verdict verdict,
	const char *field, char text[static REPLY_RULE_MAX]);

/* Who sent what is answered. Borrowed. */
struct asker {
	const char *client_id, *req_id;
	enum operation operation;
	const struct control_tag *tag;
};

/* The sender of an inspected message. */
struct asker asker_of(const struct inspected *message);

/* Publish a reject. */
void reply_reject(struct engine *e, const struct asker *asker, enum verdict verdict,
	const char *field, const char *rule);

/* Publish the data of an answer to a command of $CONTROL, or with error "" beside it. data:
 * JSON of any length. */
void reply_control(
	struct engine *e, const struct control_tag *tag, const char *error, const struct out *data);

/* The same document, written: {"responses":[{...}]}. */
void reply_control_write(
	struct out *out, const struct control_tag *tag, const char *error, const struct out *data);

/* Append one receipt, of leaf `index` of `size` by `path`, to an array under construction. */
void reply_receipt_write(struct out *out, const struct awaiting *a, size_t index, size_t size,
	const uint8_t (*path)[HASH_LEN], size_t path_len, const uint8_t root[HASH_LEN],
	const uint8_t signature[SIGNATURE_LEN]);

/* Publish an array of receipts to the client of the first; its session ends if ends_session. The
 * receipt of a command of $CONTROL stands alone in its array. */
void reply_receipts(
	struct engine *e, const struct awaiting *first, const struct out *array, bool ends_session);

#endif
