/* answers: the documents that the market publishes (docs/protocol.md, section 6), put into the
 * engine's batch or outbox. Nothing here decides anything. */
#ifndef LEM_ENGINE_ANSWERS_H
#define LEM_ENGINE_ANSWERS_H
#include "engine/engine.h"
#include "wire/out.h"

/* Write a reject. operation NONE and req_id "" could not be read; rule: a sentence that says more
 * than the verdict's, or "". */
void answer_reject_write(struct out *out, enum operation operation, const char *req_id,
	enum verdict verdict, const char *field, const char *rule, int64_t market_ms);

/* Publish one. */
void answer_reject(struct engine *e, const char *client_id, enum operation operation,
	const char *req_id, enum verdict verdict, const char *field, const char *rule);

/* Append one receipt, of leaf `index` of `size` by `path`, to an array under construction. */
void answer_receipt_write(struct out *out, const struct awaiting *a, size_t index, size_t size,
	const uint8_t (*path)[HASH_LEN], size_t path_len, const uint8_t root[HASH_LEN],
	const uint8_t signature[SIGNATURE_LEN]);

/* Publish an array of receipts to their client; its session ends if ends_session. */
void answer_receipts(
	struct engine *e, const char *client_id, const struct out *array, bool ends_session);

/* award, for an order that was awarded, lost or void. */
void answer_award(struct engine *e, const struct home *home, const struct order *order,
	const struct auction *auction);

/* wallet. ERR_CRYPTO, ERR_NOMEM. */
__attribute__((warn_unused_result)) enum err answer_wallet(
	struct engine *e, const struct home *home, const char *req_id);

/* statement of the block just closed, whose header hash is `hash`. */
__attribute__((warn_unused_result)) enum err answer_statement(struct engine *e,
	const struct home *home, const struct header *header, const uint8_t hash[HASH_LEN],
	bool eligible);

/* auctions/<id>. */
void answer_auction_opened(struct engine *e, const struct auction *auction);
void answer_auction_ended(
	struct engine *e, const struct auction *auction, int64_t best_losing_mc_per_kwh);

/* Collect an accepted transaction for `offers`, and publish what was collected. */
void answer_offer(struct engine *e, const struct stored_tx *tx);
void answer_offers_flush(struct engine *e);

/* head, retained; into the outbox. */
void answer_head(struct engine *e, const struct stored_block *block);

#endif
