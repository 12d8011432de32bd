/* Planted faults: a broker that lies in one way, from block 3 on. The linker puts __wrap_x in place
 * of x (tests/fault/list); the product itself has no trace of this. */
#include <stdbool.h>
#include <string.h>
#include "core/block.h"
#include "core/clearing.h"
#include "core/market.h"
#include "core/order_intake.h"
#include "store/ledger_db.h"

enum { FAULT_FROM = 3 };

/* Names with two underscores are the linker's. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

#ifdef FAULT_CLEARING
enum book_verdict __real_clear_book(const struct book_terms *terms, struct book_order *orders,
	size_t n, struct fill *fills, struct clearing_result *ret);

enum book_verdict __wrap_clear_book(const struct book_terms *terms, struct book_order *orders,
	size_t n, struct fill *fills, struct clearing_result *ret)
{
	enum book_verdict v;

#ifdef FAULT_wrong_winner
	if (n >= 2) {
		int64_t price = orders[0].price_mc_per_kwh;
		orders[0].price_mc_per_kwh = orders[1].price_mc_per_kwh;
		orders[1].price_mc_per_kwh = price;
	}
#endif
#ifdef FAULT_order_left_out
	if (n > 0)
		n--;
#endif
	v = __real_clear_book(terms, orders, n, fills, ret);
#ifdef FAULT_award_plus_wh
	if (ret->fill_count > 0)
		fills[0].quantity_wh++;
#endif
#ifdef FAULT_price_plus_mc
	if (ret->fill_count > 0) {
		fills[0].price_mc_per_kwh++;
		fills[0].amount_uc += fills[0].quantity_wh;
		ret->amount_uc += fills[0].quantity_wh;
	}
#endif
	return v;
}
#endif

#ifdef FAULT_limit_ignored
/* Awards as if nobody had limited the net. */
struct network_room __wrap_network_room(
	const struct ledger *ledger, int64_t slot, enum side side, bool by_role, int64_t now_ms)
{
	(void)ledger;
	(void)slot;
	(void)side;
	(void)by_role;
	(void)now_ms;
	return (struct network_room){.wh = INT64_MAX};
}
#endif

#ifdef FAULT_unbalanced_transfer
void __real_account_transfer(
	struct accounts *accounts, uint64_t from, uint64_t to, int64_t amount_uc);

void __wrap_account_transfer(
	struct accounts *accounts, uint64_t from, uint64_t to, int64_t amount_uc)
{
	__real_account_transfer(accounts, from, to, amount_uc);
	if (from >= ACCOUNT_FIRST_ROLE && from < ACCOUNT_FIXED_MAX)
		account_edit(accounts, from)->balance_uc++;
}

int64_t __wrap_accounts_sum_uc(const struct accounts *accounts)
{
	(void)accounts;
	return 0;
}
#endif

#ifdef FAULT_wrong_ranking
struct ranking __real_ranking_order(
	sha256_fn *sha256, const uint8_t seed[static HASH_LEN], struct candidate *c, size_t n);

struct ranking __wrap_ranking_order(
	sha256_fn *sha256, const uint8_t seed[static HASH_LEN], struct candidate *c, size_t n)
{
	struct ranking r = __real_ranking_order(sha256, seed, c, n);

	if (r.count >= 2) {
		struct candidate first = c[0];
		c[0] = c[1];
		c[1] = first;
	}
	return r;
}
#endif

#ifdef FAULT_wrong_root
void __real_block_close(
	struct ledger *ledger, const struct result_sink *sink, struct header *header);

void __wrap_block_close(
	struct ledger *ledger, const struct result_sink *sink, struct header *header)
{
	__real_block_close(ledger, sink, header);
	if (header->height >= FAULT_FROM)
		header->tx_root[7] ^= 1;
}
#endif

#ifdef FAULT_rules_forgotten
void __real_block_close(
	struct ledger *ledger, const struct result_sink *sink, struct header *header);

/* Goes on by genesis' rules when others are in force. */
void __wrap_block_close(
	struct ledger *ledger, const struct result_sink *sink, struct header *header)
{
	static uint8_t genesis_rules[HASH_LEN];

	__real_block_close(ledger, sink, header);
	if (header->height < FAULT_FROM)
		memcpy(genesis_rules, header->rules_hash, HASH_LEN);
	else
		memcpy(header->rules_hash, genesis_rules, HASH_LEN);
}
#endif

#ifdef FAULT_late_order
enum { LATE_WINDOW_MS = 450000 }; /* date_window_s of the demo's slots */

/* What comes behind an auction's opening is stamped with its gate, two thirds into the hour, as if
 * the market had let it in then. The stamp stays within the window of the message's date, so that
 * nothing but the gate speaks against it: the auction must open late. */
static int64_t late(const struct tx *tx, bool answer, uint64_t height)
{
	static uint64_t opened_height;
	int64_t gate_ms = tx->market_ms / 3600000 * 3600000 + 2400000;

	if (tx->kind == TX_BID_OFFER && !answer && height >= FAULT_FROM)
		opened_height = height;
	if (!tx_is_signed(tx->kind) || opened_height != height || tx->market_ms >= gate_ms ||
		gate_ms - tx->date_ms > LATE_WINDOW_MS || (tx->kind == TX_BID_OFFER && !answer))
		return tx->market_ms;
	return gate_ms;
}
#endif

#ifdef FAULT_STORING
void __real_ledger_db_add_tx(struct ledger_db *ledger_db, const struct tx *tx, uint64_t account,
	uint64_t height, const struct stored_tx *stored);

void __wrap_ledger_db_add_tx(struct ledger_db *ledger_db, const struct tx *tx, uint64_t account,
	uint64_t height, const struct stored_tx *stored)
{
	struct tx told = *tx;
	struct stored_tx kept = *stored;
	bool answer = tx->kind == TX_BID_OFFER && tx->u.bid.auction != 0 && height >= FAULT_FROM;

#ifdef FAULT_unadmitted_address
	(void)answer;
	if (tx->kind == TX_ADMIT && tx->u.admit.slot == 5)
		return;
#endif
#ifdef FAULT_bad_signature
	if (answer)
		kept.signature[9] ^= 1;
#endif
#ifdef FAULT_late_order
	told.market_ms = kept.market_ms = late(&told, answer, height);
#endif
	__real_ledger_db_add_tx(ledger_db, &told, account, height, &kept);
}
#endif

#ifdef FAULT_order_missing
bool __real_order_intake_next_due(
	struct market *market, int64_t due_ms, struct tx *tx, uint64_t *intake_seq);

bool __wrap_order_intake_next_due(
	struct market *market, int64_t due_ms, struct tx *tx, uint64_t *intake_seq)
{
	bool found = __real_order_intake_next_due(market, due_ms, tx, intake_seq);

	if (!found || market->ledger.height < FAULT_FROM || tx->kind != TX_BID_OFFER)
		return found;
	order_intake_released(market, tx);
	return __real_order_intake_next_due(market, due_ms, tx, intake_seq);
}
#endif

#ifdef FAULT_false_standing
bool __wrap_poe_floor_met(
	int64_t production_wh, int64_t consumption_wh, int64_t floor_w, int64_t slot_s)
{
	(void)production_wh, (void)consumption_wh, (void)floor_w, (void)slot_s;
	return false;
}
#endif

#if defined FAULT_false_delivery || defined FAULT_false_change
#ifdef FAULT_false_change
/* Only of what a home has changed within the slot. */
static bool is_denied(const struct market *market, uint64_t order)
{
	const struct auctions *t = &market->ledger.auctions;

	return t->auctions[order_find(t, order)->auction].contract.measure == MEASURE_BEFORE_AFTER;
}
#else
static bool is_denied(const struct market *market, uint64_t order)
{
	(void)market, (void)order;
	return true;
}
#endif

enum market_step __real_market_next(struct market *market, struct tx *tx, uint64_t *intake_seq);

enum market_step __wrap_market_next(struct market *market, struct tx *tx, uint64_t *intake_seq)
{
	enum market_step step = __real_market_next(market, tx, intake_seq);

	if (step == MARKET_TX && tx->kind == TX_DELIVERY && is_denied(market, tx->u.delivery.order))
		tx->u.delivery.delivered_wh /= 2;
	return step;
}
#endif

#ifdef FAULT_false_money
void __real_home_money_note(
	struct home_money *money, enum transfer_why why, bool pays, int64_t amount_uc);

/* What was earned by trade is told as a reward: the lines still sum to the balance. */
void __wrap_home_money_note(
	struct home_money *money, enum transfer_why why, bool pays, int64_t amount_uc)
{
	bool earned = why == TRANSFER_PAYMENT && !pays;

	__real_home_money_note(money, earned ? TRANSFER_REWARD : why, pays, amount_uc);
}
#endif
