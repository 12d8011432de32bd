#include "hem-client/ems/inbox.h"
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include "hem-client/ems/account_book.h"
#include "hem-client/ems/baselines.h"
#include "hem-client/ems/clerk.h"
#include "hem-client/ems/own_modes.h"
#include "wire/clock.h"

static uint32_t draw_random(void)
{
	uint32_t random = 0;

	(void)RAND_bytes((unsigned char *)&random, sizeof random);
	return random;
}

static void on_market(struct ems *e, const char *text, size_t len)
{
	char why[FORM_FIELD_MAX + 64];
	struct genesis g;

	if (e->failed)
		return;
	if (!e->begun && genesis_read(text, len, e->config.market.genesis, &g, why) != ERR_OK) {
		ems_trouble(e, "the market's genesis is not believed", ERR_FORMAT, why);
		return;
	}
	if (!e->begun && ems_begin(e, &g) != ERR_OK) {
		e->failed = true;
		return;
	}
	ems_follow_market(e, text, len);
}

/* A receipt for a block that has been verified already: is it in there? */
static void check_past_receipt(struct ems *e, const struct receipt *r)
{
	struct block_fault fault;
	bool holds = true;

	if (r->promise != PROMISE_LEDGER || !e->has_replica || r->height > e->replica.height)
		return;
	if (replica_holds(&e->replica, r->height, r->seq, r->tx_id, &holds) == ERR_OK && !holds) {
		block_fault_set(&fault, VERDICT_RECEIPT_BROKEN, r->height, r->seq, "");
		ems_halt(e, &fault);
	}
}

static void on_one_receipt(void *context, const char *text, size_t len)
{
	struct ems *e = context;
	char why[CLERK_WHY_MAX];
	struct receipt r;
	enum err err =
		clerk_receipt(&e->db, e->operator_key, e->genesis.market, text, len, &r, why);

	if (err == ERR_FORMAT)
		ems_trouble(e, "receipt", err, why);
	else if (err != ERR_OK && err != ERR_NOT_FOUND)
		ems_trouble(e, "filing a receipt", err, e->db.db.why);
	if (err != ERR_OK && err != ERR_NOT_FOUND)
		return;
	ems_learn_time(e, r.market_ms, false);
	check_past_receipt(e, &r);
	if (err != ERR_OK)
		return;
	trader_receipted(&e->trader, r.req_id);
	if (r.operation == OPERATION_BID_OFFER)
		ems_replan(e);
	e->news.dirty = true;
}

static void on_receipt(struct ems *e, const char *text, size_t len)
{
	enum err err = receipts_each(text, len, on_one_receipt, e);

	if (err != ERR_OK)
		ems_trouble(e, "receipts", err, "they are no array of receipts");
}

/* Whether the number is a verdict that repeats what another home may rightly have been faster at.
 */
static enum log_level level_of(int number)
{
	return number == VERDICT_SEALED || number == VERDICT_GATE_CLOSED ? LOG_LEVEL_DEBUG
									 : LOG_LEVEL_WARNING;
}

static void on_reject(struct ems *e, const char *text, size_t len)
{
	char why[ANSWER_WHY_MAX];
	enum clerk_refusal refusal;
	struct spooled message;
	struct reject r;
	enum err err = reject_read(text, len, &r, why);

	if (err != ERR_OK) {
		ems_trouble(e, "a rejection cannot be read", err, why);
		return;
	}
	ems_learn_time(e, r.market_ms, r.number == VERDICT_STALE);
	err = clerk_reject(&e->db, &r, &refusal, &message);
	if (err != ERR_OK)
		ems_trouble(e, "filing a rejection", err, e->db.db.why);
	if (err != ERR_OK || refusal == REFUSAL_FOREIGN)
		return;
	if (refusal == REFUSAL_LATER) {
		courier_put_off(&e->courier, message.id, clock_monotonic_ms(),
			r.retry_after_ms + draw_random() % 1000);
		return;
	}
	log_line(&e->log, level_of(r.number), "%s refused: %s: %s%s%s",
		operation_name(message.operation), r.code, r.rule, r.field[0] ? ": " : "", r.field);
	trader_refused(&e->trader, r.req_id, (enum verdict)r.number, ems_now_ms(e));
	if (message.operation == OPERATION_BID_OFFER)
		ems_replan(e);
	e->news.dirty = true;
}

void inbox_dropped(void *context, const struct spooled *m)
{
	struct ems *e = context;

	log_line(&e->log, LOG_LEVEL_WARNING,
		"%s is dropped: it could not be sent in time, or got no answer in two days",
		operation_name(m->operation));
	trader_refused(&e->trader, m->req_id, VERDICT_OK, ems_now_ms(e));
	if (m->operation == OPERATION_BID_OFFER)
		ems_replan(e);
}

static void on_award(struct ems *e, const char *text, size_t len)
{
	char why[ANSWER_WHY_MAX];
	struct order_outcome outcome = {.verified = false};
	struct my_order order;
	struct award a;
	enum err err = award_read(text, len, &a, why);

	if (err != ERR_OK) {
		ems_trouble(e, "an award cannot be read", err, why);
		return;
	}
	err = orders_find(&e->db, a.order, &order);
	if (err == ERR_NOT_FOUND || (err == ERR_OK && a.quantity_wh > order.quantity_wh))
		return; /* not ours, or more than was offered: the block will tell */
	outcome.seq = a.order;
	outcome.status = a.outcome == ORDER_AWARDED ? MY_ORDER_AWARDED
			 : a.outcome == ORDER_LOST  ? MY_ORDER_LOST
						    : MY_ORDER_VOID;
	outcome.awarded_wh = a.quantity_wh;
	outcome.award_uc = a.amount_uc;
	if (err == ERR_OK)
		err = orders_outcome(&e->db, &outcome);
	if (err != ERR_OK) {
		ems_trouble(e, "noting an award", err, e->db.db.why);
		return;
	}
	log_line(&e->log, LOG_LEVEL_DEBUG, "order %llu: %s, %lld Wh in slot %lld",
		(unsigned long long)a.order, my_order_status_name(outcome.status),
		(long long)a.quantity_wh, (long long)a.slot);
	if (a.cut_wh > 0)
		log_line(&e->log, LOG_LEVEL_INFO,
			"auction %llu was cut by %lld Wh: a limit of the network (%s)",
			(unsigned long long)a.auction, (long long)a.cut_wh,
			network_role_name(a.cut_by));
	ems_replan(e);
	e->news.dirty = true;
}

static void on_baseline(struct ems *e, const char *text, size_t len)
{
	char why[ANSWER_WHY_MAX];
	struct baseline_answer b;
	enum err err = baseline_answer_read(
		text, len, e->operator_key, e->genesis.market, e->config.market.client_id, &b, why);

	if (err != ERR_OK) {
		ems_trouble(e, "a baseline is not believed", err, why);
		return;
	}
	err = baselines_put(&e->db, &b.window, b.intake_seq);
	if (err != ERR_OK)
		ems_trouble(e, "keeping a baseline", err, e->db.db.why);
}

/* Why money went that the household may ask about. */
static void tell_shortfalls(struct ems *e, const struct statement *s)
{
	long long paid_uc = (long long)s->money.uc[MONEY_PENALTIES_PAID];

	for (size_t i = 0; i < s->delivery_count; i++) {
		const struct statement_delivery *d = &s->deliveries[i];
		if (d->why != DELIVERY_METERED)
			log_line(&e->log, LOG_LEVEL_WARNING,
				"order %llu of slot %lld counts as not delivered: %s",
				(unsigned long long)d->order, (long long)s->slot,
				delivery_why_name(d->why));
	}
	if (paid_uc > 0)
		log_line(&e->log, LOG_LEVEL_INFO,
			"penalties of %lld.%06lld cents in block %llu, for slot %lld",
			paid_uc / 1000000, paid_uc % 1000000, (unsigned long long)s->height,
			(long long)s->slot);
}

/* Those of a statement that is believed. */
static void follow_modes(struct ems *e, const struct home_modes *modes)
{
	const struct mode_span *last = &modes->spans[modes->count - 1];

	if (own_modes_equal(modes, &e->modes))
		return;
	e->modes = *modes;
	if (own_modes_keep(&e->db, modes) != ERR_OK)
		ems_trouble(e, "keeping the modes", ERR_DB, e->db.db.why);
	log_line(&e->log, LOG_LEVEL_INFO, "the mode is %s from slot %lld on", mode_name(last->mode),
		(long long)last->from_slot);
}

static void keep_statement(struct ems *e, const struct statement *s)
{
	int64_t begin_ms = params_slot_start_ms(&e->genesis.params, (int64_t)s->height - 1);

	if (account_book_put(&e->db, s, begin_ms) != ERR_OK)
		ems_trouble(e, "keeping a statement", ERR_DB, e->db.db.why);
}

static void on_statement(struct ems *e, const char *text, size_t len)
{
	char why[ANSWER_WHY_MAX];
	struct statement s;
	enum err err = statement_read(text, len, e->operator_key, e->genesis.market, &s, why);

	if (err == ERR_OK)
		err = audit_statement(&e->audit, &s);
	else
		ems_trouble(e, "a statement is not believed", err, why);
	if (err != ERR_OK)
		return;
	keep_statement(e, &s);
	tell_shortfalls(e, &s);
	if (!e->news.has_wallet || s.height >= e->news.wallet_height) {
		follow_modes(e, &s.modes);
		e->news.has_wallet = true;
		e->news.wallet = s.wallet;
		e->news.wallet_height = s.height;
	}
	if (e->audit.fault.verdict != VERDICT_OK)
		ems_halt(e, &e->audit.fault);
	e->news.dirty = true;
}

static void on_auction(struct ems *e, const char *text, size_t len)
{
	char why[ANSWER_WHY_MAX];
	struct auction_event a;
	enum err err = auction_event_read(text, len, &a, why);

	if (err != ERR_OK)
		ems_trouble(e, "an auction cannot be read", err, why);
	else if (a.opened)
		ems_auction(e, a.auction, &a.contract, &a.opener);
	else
		trader_auction_ended(&e->trader, a.auction);
}

static void on_head(struct ems *e, const char *text, size_t len)
{
	char why[ANSWER_WHY_MAX];
	struct head h;

	if (head_read(text, len, e->genesis.name, &h, why) != ERR_OK)
		return;
	e->news.sealed_height = h.sealed_height;
	e->news.dirty = true;
	if (e->has_replica)
		catch_up_seen(
			&e->catch_up, h.block.header.height, clock_monotonic_ms(), draw_random());
}

/* Auctions that the ledger holds open and nobody told this home of. */
static void find_auctions(struct ems *e)
{
	const struct auctions *t = &e->ledger->auctions;

	for (uint32_t i = 0; i < t->auction_top; i++) {
		const struct auction *a = &t->auctions[i];
		const struct account *opener;
		if (a->status != AUCTION_OPEN)
			continue;
		opener = account_get(&e->ledger->accounts, a->opener);
		if (opener)
			ems_auction(e, a->seq, &a->contract, &opener->address);
	}
}

/* A block has been verified and stored. */
static void after_block(struct ems *e)
{
	uint64_t height = e->replica.height;
	const struct block_facts *f = audit_block(&e->audit, height);
	enum err err;

	e->ledger = e->replica.executor.ledger;
	ems_follow_params(e);
	catch_up_verified(&e->catch_up, height, clock_monotonic_ms(), draw_random());
	err = audit_check(&e->audit, height);
	if (err != ERR_OK)
		ems_trouble(e, "checking a statement", err, e->db.db.why);
	if (e->audit.fault.verdict != VERDICT_OK)
		ems_halt(e, &e->audit.fault);
	if (f && f->rank != 0 && catch_up_is_level(&e->catch_up))
		trader_elected(&e->trader, height, f->hash, f->rank, &f->elected, ems_now_ms(e));
	find_auctions(e);
	ems_prune(e, (int64_t)height - 1);
	ems_replan(e);
	e->news.dirty = true;
}

static void on_block(struct ems *e, const char *text, size_t len)
{
	uint64_t height = 0;
	bool accepted = false;
	enum err err;

	if (!e->has_replica)
		return;
	err = replica_take(&e->replica, text, len, &height, &accepted);
	e->ledger = e->replica.executor.ledger;
	if (err != ERR_OK)
		ems_trouble(e, "replica", err, e->replica.why);
	if (height > 0)
		catch_up_seen(&e->catch_up, height, clock_monotonic_ms(), draw_random());
	if (accepted)
		after_block(e);
	if (e->replica.fault.verdict != VERDICT_OK)
		ems_halt(e, &e->replica.fault);
}

void inbox_message(void *context, enum session_topic topic, const char *payload, size_t len)
{
	static void (*const handlers[])(struct ems * e, const char *text, size_t len) = {
		[TOPIC_RECEIPT] = on_receipt,
		[TOPIC_REJECT] = on_reject,
		[TOPIC_AWARD] = on_award,
		[TOPIC_STATEMENT] = on_statement,
		[TOPIC_BASELINE] = on_baseline,
		[TOPIC_BLOCK] = on_block,
		[TOPIC_AUCTION] = on_auction,
		[TOPIC_HEAD] = on_head,
		[TOPIC_MARKET] = on_market,
	};
	struct ems *e = context;

	if ((topic == TOPIC_MARKET || e->begun) && handlers[topic])
		handlers[topic](e, payload, len);
}
