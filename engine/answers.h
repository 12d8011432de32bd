/* answers: the documents that the market publishes (docs/protocol.md, section 6), put into the
 * engine's batch or outbox. Nothing here decides anything. */
#ifndef LEM_ENGINE_ANSWERS_H
#define LEM_ENGINE_ANSWERS_H
#include "engine/engine.h"
#include "wire/out.h"

/* Put a document on its way with the open batch, to a topic or to topic `kind` of a client. */
void answer_publish(struct engine *e, const char *topic, const char *text, size_t len);
void answer_publish_to(
	struct engine *e, const char *client_id, const char *kind, const struct out *out);

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

/* baseline, as it was set by that request of the intake log. ERR_CRYPTO, ERR_NOMEM. */
__attribute__((warn_unused_result)) enum err answer_baseline(struct engine *e,
	const struct home *home, const struct net_window *window, uint64_t intake_seq);

/* auctions/<id>. */
void answer_auction_opened(struct engine *e, const struct auction *auction);
void answer_auction_ended(
	struct engine *e, const struct auction *auction, int64_t best_losing_mc_per_kwh);

/* Whether transactions of that kind are told on `offers`: orders and CPFs, what operators of the
 * network say, and schedules where they are to be approved. */
bool answer_is_told(const struct engine *e, enum tx_kind kind);

/* Collect an accepted transaction of an account for `offers`, and publish what was collected. */
void answer_offer(struct engine *e, const struct stored_tx *tx, uint64_t account);
void answer_offers_flush(struct engine *e);

/* market, retained, with the parameters as they are now; into the outbox. */
void answer_market(struct engine *e);

/* head, retained; into the outbox. */
void answer_head(struct engine *e, const struct stored_block *block);

#endif
