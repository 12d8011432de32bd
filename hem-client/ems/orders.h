/* orders: this home's bids and offers, from their sending to their delivery, in hem.db. */
#ifndef LEM_HEM_ORDERS_H
#define LEM_HEM_ORDERS_H
#include "core/contract.h"
#include "hem-client/ems/hem_db.h"
#include "wire/request.h"

enum { ORDERS_KEEP_SLOTS = 4 }; /* after delivery: settled and stated by then */

/* Numbers are stored. */
enum my_order_status {
	MY_ORDER_SENT = 1,
	MY_ORDER_RECEIPTED = 2, /* open */
	MY_ORDER_AWARDED = 3,
	MY_ORDER_LOST = 4,
	MY_ORDER_VOID = 5,
	MY_ORDER_CANCELLED = 6,
	MY_ORDER_REJECTED = 7,
};

/* One of them. */
struct my_order {
	char req_id[REQ_ID_MAX + 1];
	uint64_t seq;     /* in the ledger; 0: no receipt yet */
	uint64_t auction; /* 0: it opens one */
	int64_t slot;     /* of delivery */
	enum side side;
	enum measure measure;
	int64_t gate_ms;
	int64_t quantity_wh;
	int64_t price_mc_per_kwh;
	enum my_order_status status;
	bool verified; /* the outcome is that of a verified block, else of a message */
	int64_t awarded_wh;
	int64_t award_uc;
};

/* What became of one. */
struct order_outcome {
	uint64_t seq;
	enum my_order_status status;
	bool verified;
	int64_t awarded_wh;
	int64_t award_uc;
};

/* "sent", "open", "awarded", ... Static. */
const char *my_order_status_name(enum my_order_status status);

/* Add one that is about to be sent; in the caller's transaction. */
__attribute__((warn_unused_result)) enum err orders_add(
	struct hem_db *db, const struct my_order *order);

/* It has its receipt, under that sequence; or was refused. Nothing if it is no order. */
__attribute__((warn_unused_result)) enum err orders_receipted(
	struct hem_db *db, const char *req_id, uint64_t seq);
__attribute__((warn_unused_result)) enum err orders_rejected(struct hem_db *db, const char *req_id);

/* Note an outcome; a message's never replaces a verified block's. */
__attribute__((warn_unused_result)) enum err orders_outcome(
	struct hem_db *db, const struct order_outcome *outcome);

/* The order of that ledger sequence. ERR_NOT_FOUND. */
__attribute__((warn_unused_result)) enum err orders_find(
	struct hem_db *db, uint64_t seq, struct my_order *ret);

/* Those that deliver in slots first..last, by slot, gate and sequence, to visit, which answers
 * whether to go on. */
__attribute__((warn_unused_result)) enum err orders_each(struct hem_db *db, int64_t first,
	int64_t last, bool (*visit)(void *context, const struct my_order *order), void *context);

/* Whether this home has answered that auction, which delivers in `slot`, and was not rejected. */
__attribute__((warn_unused_result)) enum err orders_answer(
	struct hem_db *db, int64_t slot, uint64_t auction, bool *ret);

/* Forget those delivered before `slot` less what is kept. */
__attribute__((warn_unused_result)) enum err orders_prune(struct hem_db *db, int64_t slot);

#endif
