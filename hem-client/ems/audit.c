#include "hem-client/ems/audit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "hem-client/ems/address_keys.h"
#include "hem-client/ems/orders.h"
#include "hem-client/ems/spool.h"
#include "hem-client/ems/statement_check.h"

void audit_init(struct audit *a, const struct genesis *genesis, struct hem_db *db,
	const struct ledger *const *ledger)
{
	memset(a, 0, sizeof *a);
	a->genesis = genesis;
	a->db = db;
	a->ledger = ledger;
}

/* Keep the first failure of a look-up; whether all is well. */
static bool went(struct audit *a, enum err err)
{
	if (a->err == ERR_OK && err != ERR_OK && err != ERR_NOT_FOUND)
		a->err = err;
	return err == ERR_OK;
}

static bool is_own(struct audit *a, const struct address *address)
{
	int64_t slot;

	return went(a, address_keys_find(a->db, address, &slot));
}

/* As ledger_cpf_counts(), of a block that is perhaps executed again on opening, when there is no
 * ledger to be asked yet. */
static bool announces(const struct audit *a, const struct tx *tx, uint64_t height)
{
	int64_t slot = params_slot_at(&a->genesis->params, tx->market_ms);

	return tx->kind == TX_CPF ||
	       (tx->kind == TX_BID_OFFER && tx->cpf_hundredths != 0 && slot == (int64_t)height - 1);
}

static void note_delivery(struct audit *a, const struct tx *tx)
{
	struct block_facts *f = &a->now;
	struct my_order order;

	if (!went(a, orders_find(a->db, tx->u.delivery.order, &order)) ||
		f->delivery_count == STATEMENT_DELIVERIES_MAX)
		return;
	f->deliveries[f->delivery_count++] = (struct statement_delivery){
		.order = order.seq, .wh = tx->u.delivery.delivered_wh, .why = tx->u.delivery.why};
	if (order.side == SIDE_BUY)
		f->bought_wh += tx->u.delivery.delivered_wh;
	else
		f->sold_wh += tx->u.delivery.delivered_wh;
}

/* Strike out the receipt that this transaction keeps. */
static void note_receipt(struct audit *a, const struct tx *tx, uint64_t height)
{
	sqlite3_stmt *s = db_statement(&a->db->db, RECEIPT_SEEN);

	db_bind_blob(s, 1, tx->id, HASH_LEN);
	db_bind_int(s, 2, (int64_t)height);
	db_bind_int(s, 3, (int64_t)tx->seq);
	(void)went(a, db_run(&a->db->db, s));
}

/* An order of this home whose receipt has not come, or never will: the block says its sequence. */
static void claim_order(struct audit *a, const struct tx *tx)
{
	char req_id[REQ_ID_MAX + 1];

	if (went(a, spool_find(a->db, tx->id, req_id)))
		(void)went(a, orders_receipted(a->db, req_id, tx->seq));
}

static void begin(void *context, uint64_t height, const struct ledger *ledger)
{
	struct audit *a = context;
	struct address_key_pair pair;

	a->now = (struct block_facts){.height = height, .poe_floor_w = ledger->params.poe_floor_w};
	a->err = ERR_OK;
	/* The settled slot's is the oldest that money moves to; keys are drawn slot by slot. */
	a->now.knows_addresses = height >= 2 && went(a, address_keys_get(a->db, (int64_t)height - 2,
								a->genesis->address_alg, &pair));
	explicit_bzero(&pair, sizeof pair);
}

static void watch_tx(void *context, const struct tx *tx, uint64_t account, uint64_t height,
	const struct stored_tx *stored)
{
	struct audit *a = context;

	(void)account;
	(void)stored;
	if (tx_is_signed(tx->kind))
		note_receipt(a, tx, height);
	if (tx->kind == TX_BID_OFFER && is_own(a, &tx->address))
		claim_order(a, tx);
	if (announces(a, tx, height) && is_own(a, &tx->address)) {
		a->now.announced = tx->address;
		a->now.announced_cpf = tx->cpf_hundredths;
	}
	if (tx->kind == TX_STANDING && address_equal(&tx->address, &a->now.announced))
		a->now.stands = true;
	if (tx->kind == TX_DELIVERY)
		note_delivery(a, tx);
}

static void note_outcome(struct audit *a, const struct order *o)
{
	struct order_outcome outcome = {.seq = o->seq,
		.verified = true,
		.status = o->status == ORDER_AWARDED ? MY_ORDER_AWARDED
			  : o->status == ORDER_LOST  ? MY_ORDER_LOST
			  : o->status == ORDER_VOID  ? MY_ORDER_VOID
						     : MY_ORDER_CANCELLED,
		.awarded_wh = o->awarded_wh,
		.award_uc = o->award_uc};

	(void)went(a, orders_outcome(a->db, &outcome));
}

static void note_auction(struct audit *a, const struct auction *auction)
{
	struct order_outcome outcome = {.seq = auction->seq,
		.verified = true,
		.status = auction->status == AUCTION_CLEARED ? MY_ORDER_AWARDED
			  : auction->status == AUCTION_VOID  ? MY_ORDER_VOID
							     : MY_ORDER_CANCELLED,
		.awarded_wh = auction->cleared_wh,
		.award_uc = auction->cleared_uc};

	(void)went(a, orders_outcome(a->db, &outcome));
}

/* What others deliver to, or take from, an auction that this home has opened. */
static void note_received(struct audit *a, const struct result *r)
{
	struct my_order opened;

	if (!went(a, orders_find(a->db, r->u.order.auction->seq, &opened)))
		return;
	if (opened.side == SIDE_BUY)
		a->now.bought_wh += r->u.order.order->delivered_wh;
	else
		a->now.sold_wh += r->u.order.order->delivered_wh;
}

/* What moved to or from this home's addresses. */
static void note_money(struct audit *a, const struct result *r)
{
	const struct address *from = r->u.transfer.from_address, *to = r->u.transfer.to_address;
	enum transfer_why why = r->u.transfer.why;
	int64_t uc = r->u.transfer.amount_uc;

	if (why == TRANSFER_CLOSE)
		return; /* between its own accounts, and there is one of each address */
	if (r->u.transfer.from >= ACCOUNT_FIXED_MAX && is_own(a, from))
		home_money_note(&a->now.money, why, true, uc);
	if (r->u.transfer.to >= ACCOUNT_FIXED_MAX && is_own(a, to))
		home_money_note(&a->now.money, why, false, uc);
}

static void watch_result(void *context, const struct result *r)
{
	struct audit *a = context;

	if (r->kind == RESULT_AWARD || r->kind == RESULT_ORDER_ENDED) {
		note_outcome(a, r->u.order.order);
	} else if (r->kind == RESULT_AUCTION_ENDED) {
		note_auction(a, r->u.auction.auction);
	} else if (r->kind == RESULT_DELIVERY) {
		note_received(a, r);
	} else if (r->kind == RESULT_TRANSFER) {
		note_money(a, r);
	} else if (r->kind == RESULT_VALIDATED) {
		a->sealed_height = r->u.validator.height;
	} else if (r->kind == RESULT_RANKED && is_own(a, &r->u.validator.account->address)) {
		a->now.rank = r->u.validator.rank;
		a->now.elected = r->u.validator.account->address;
	}
}

/* A receipt of this block that no transaction of it has struck out is a broken promise. */
static void check_receipts(struct audit *a, uint64_t height)
{
	sqlite3_stmt *s = db_statement(&a->db->db, RECEIPT_AT);

	db_bind_int(s, 1, (int64_t)height);
	if (went(a, db_row(&a->db->db, s)) && a->fault.verdict == VERDICT_OK)
		block_fault_set(&a->fault, VERDICT_RECEIPT_BROKEN, height,
			(uint64_t)sqlite3_column_int64(s, 1), "");
	(void)sqlite3_reset(s);
}

/* Add to a sum that is kept as a note. */
static enum err add_note(struct hem_db *db, const char *name, int64_t amount)
{
	char text[HEM_DB_NOTE_MAX];
	enum err err;

	if (amount == 0)
		return ERR_OK;
	err = hem_db_get_note(db, name, text);
	if (err != ERR_OK)
		return err;
	snprintf(text, sizeof text, "%lld", strtoll(text, NULL, 10) + (long long)amount);
	return hem_db_put_note(db, name, text);
}

static enum err accepted(
	void *context, const struct stored_block *block, const struct ledger *ledger)
{
	struct audit *a = context;
	struct block_facts *f = &a->blocks[block->header.height % AUDIT_BLOCKS_MAX];

	(void)ledger;
	check_receipts(a, block->header.height);
	if (a->err == ERR_OK)
		a->err = add_note(a->db, "sold_wh", a->now.sold_wh);
	if (a->err == ERR_OK)
		a->err = add_note(a->db, "bought_wh", a->now.bought_wh);
	*f = a->now;
	f->height = block->header.height;
	memcpy(f->hash, block->hash, HASH_LEN);
	return a->err;
}

struct replica_follower audit_follower(struct audit *audit)
{
	return (struct replica_follower){
		.watch = {.tx = watch_tx,
			.context = audit,
			.results = {.emit = watch_result, .context = audit}},
		.begin = begin,
		.accepted = accepted,
		.context = audit};
}

const struct block_facts *audit_block(const struct audit *a, uint64_t height)
{
	const struct block_facts *f = &a->blocks[height % AUDIT_BLOCKS_MAX];

	return f->height == height ? f : NULL;
}

static enum err check(struct audit *a, const struct statement *s)
{
	struct statement_check c = {.statement = s,
		.facts = a->ledger ? audit_block(a, s->height) : NULL,
		.params = &a->genesis->params};
	const char *contradiction = NULL;
	enum err err = statement_check(&c, a->db, &contradiction);

	if (err == ERR_OK && contradiction && a->fault.verdict == VERDICT_OK)
		block_fault_set(&a->fault, VERDICT_STATEMENT_BROKEN, s->height, 0, contradiction);
	return err;
}

enum err audit_statement(struct audit *a, const struct statement *s)
{
	struct statement *place = &a->statements[0];

	if (!a->ledger || audit_block(a, s->height))
		return check(a, s);
	for (size_t i = 0; i < AUDIT_STATEMENTS_MAX; i++) {
		if (a->statements[i].height < place->height)
			place = &a->statements[i]; /* free, or the oldest */
	}
	*place = *s;
	return ERR_OK;
}

enum err audit_check(struct audit *a, uint64_t height)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < AUDIT_STATEMENTS_MAX && err == ERR_OK; i++) {
		struct statement *s = &a->statements[i];
		if (s->height == 0 || s->height > height)
			continue;
		if (s->height == height)
			err = check(a, s);
		s->height = 0;
	}
	return err;
}
