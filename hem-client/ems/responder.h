/* responder: the trader's answers to auctions: what it knows of each delivery becomes a view for
 * the strategy, and its quote an order. trader_auction_opened() and trader_auction_ended() are
 * here, too.
 */
#ifndef LEM_HEM_RESPONDER_H
#define LEM_HEM_RESPONDER_H
#include "hem-client/ems/trader.h"

/* Answer one auction whose moment has come; false: there is none. One at a time: each order changes
 * the plan. */
bool responder_step(struct trader *trader, const struct plan *plan, int64_t now_ms);

#endif
