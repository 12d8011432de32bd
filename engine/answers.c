#include "engine/answers.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/cpf.h"
#include "wire/header_form.h"
#include "wire/home_form.h"
#include "wire/market_doc.h"
#include "wire/out.h"

enum { ANSWER_MAX = 4096, TOPIC_MAX = 128 };

void answer_publish(struct engine *e, const char *topic, const char *text, size_t len)
{
	if (!e->replaying)
		(void)outbox_add(&e->waiting, topic, text, len, false);
}

void answer_publish_to(
	struct engine *e, const char *client_id, const char *kind, const struct out *out)
{
	char topic[TOPIC_MAX];

	snprintf(topic, sizeof topic, "lem/%s/to/%s/%s", e->genesis.name, client_id, kind);
	if (out_end(out) > 0)
		answer_publish(e, topic, out->text, out->len);
	else
		e->waiting.failed = true;
}

/* What the network's limits kept an auction from awarding, if they did. */
static void write_cut(struct out *out, const struct auction *a)
{
	if (a->cut_wh > 0)
		out_printf(out,
			",\"network_limit\":{\"cut_wh\":%lld,\"role\":\"%s\",\"scheduled\":%s}",
			(long long)a->cut_wh, network_role_name((enum network_role)a->cut_by),
			a->cut_unscheduled ? "false" : "true");
}

void answer_award(
	struct engine *e, const struct home *home, const struct order *o, const struct auction *a)
{
	const struct account *account = account_get(&e->market->ledger.accounts, o->account);
	char text[ANSWER_MAX];
	struct out out;

	out_init(&out, text, sizeof text);
	out_printf(&out, "{\"address\":\"%s\",\"amount_uc\":%lld,\"auction\":%llu",
		account->address.text, (long long)o->award_uc, (unsigned long long)a->seq);
	out_printf(&out, ",\"marginal_mc_per_kwh\":%lld", (long long)a->marginal_mc_per_kwh);
	write_cut(&out, a);
	out_printf(&out,
		",\"order\":%llu,\"outcome\":\"%s\""
		",\"price_mc_per_kwh\":%lld,\"quantity_wh\":%lld,\"slot\":%lld}",
		(unsigned long long)o->seq,
		o->status == ORDER_AWARDED ? "awarded"
		: o->status == ORDER_VOID  ? "void"
					   : "lost",
		(long long)o->award_mc_per_kwh, (long long)o->awarded_wh,
		(long long)a->contract.slot);
	answer_publish_to(e, home->terms.client_id, "award", &out);
}

/* Close an object that is signed as a statement: the signature stands where its name sorts. */
static enum err sign_statement(
	struct engine *e, const char *unsigned_text, size_t len, uint8_t sig[static SIGNATURE_LEN])
{
	return signing_sign(
		e->operator_key, "statement", e->genesis.market, unsigned_text, len, sig);
}

static void write_wallet(struct out *out, const struct wallet *w)
{
	out_printf(out, "\"balance_uc\":%lld,\"held_uc\":%lld", (long long)w->balance_uc,
		(long long)w->held_uc);
}

/* The answer to `wallet`, with its signature or, to be signed, without. */
static void write_wallet_answer(struct engine *e, struct out *out, const struct wallet *w,
	const char *req_id, const uint8_t *sig)
{
	out_printf(out,
		"{\"balance_uc\":%lld,\"height\":%llu,\"held_uc\":%lld,\"market_ms\":%lld"
		",\"pending_uc\":%lld,\"reqId\":\"%s\",\"sealed_uc\":%lld",
		(long long)w->balance_uc, (unsigned long long)e->market->ledger.height - 1,
		(long long)w->held_uc, (long long)e->now_ms, (long long)w->pending_uc, req_id,
		(long long)w->sealed_uc);
	if (sig) {
		out_printf(out, ",\"signature\":");
		out_base64url(out, sig, SIGNATURE_LEN);
	}
	out_printf(out, "}");
}

/* What a home is scheduled at, with its signature or, to be signed, without. */
static void write_baseline(struct out *out, const struct home *home,
	const struct net_window *window, uint64_t intake_seq, const uint8_t *sig)
{
	out_printf(out, "{\"clientId\":\"%s\",\"first_slot\":%lld,\"intake_seq\":%llu,\"net_wh\":[",
		home->terms.client_id, (long long)window->first_slot,
		(unsigned long long)intake_seq);
	for (uint32_t i = 0; i < window->count; i++)
		out_printf(out, "%s%d", i > 0 ? "," : "", (int)window->net_wh[i]);
	out_printf(out, "]");
	if (sig) {
		out_printf(out, ",\"signature\":");
		out_base64url(out, sig, SIGNATURE_LEN);
	}
	out_printf(out, "}");
}

enum err answer_baseline(struct engine *e, const struct home *home, const struct net_window *window,
	uint64_t intake_seq)
{
	uint8_t sig[SIGNATURE_LEN];
	char text[ANSWER_MAX];
	struct out out;
	enum err err;

	if (e->replaying)
		return ERR_OK;
	out_init(&out, text, sizeof text);
	write_baseline(&out, home, window, intake_seq, NULL);
	err = sign_statement(e, text, out.len, sig);
	if (err != ERR_OK)
		return err;
	out_init(&out, text, sizeof text);
	write_baseline(&out, home, window, intake_seq, sig);
	answer_publish_to(e, home->terms.client_id, "baseline", &out);
	return ERR_OK;
}

enum err answer_wallet(struct engine *e, const struct home *home, const char *req_id)
{
	struct wallet w = market_wallet(e->market, home);
	uint8_t sig[SIGNATURE_LEN];
	char text[ANSWER_MAX];
	struct out out;
	enum err err;

	out_init(&out, text, sizeof text);
	write_wallet_answer(e, &out, &w, req_id, NULL);
	err = sign_statement(e, text, out.len, sig);
	if (err != ERR_OK)
		return err;
	out_init(&out, text, sizeof text);
	write_wallet_answer(e, &out, &w, req_id, sig);
	answer_publish_to(e, home->terms.client_id, "wallet", &out);
	return ERR_OK;
}

/* Room for a home's statement: it may have any number of awards. */
static size_t statement_size(const struct engine *e, const struct home *home)
{
	enum { EMPTY_MAX = 2048, DELIVERY_MAX = 80 };
	size_t size = EMPTY_MAX;

	for (uint32_t i = e->note_first[home->number]; i != UINT32_MAX; i = e->notes[i].next)
		size += DELIVERY_MAX;
	return size;
}

static void write_deliveries(struct engine *e, struct out *out, const struct home *home)
{
	const char *comma = "";

	out_printf(out, "\"deliveries\":[");
	for (uint32_t i = e->note_first[home->number]; i != UINT32_MAX; i = e->notes[i].next) {
		const struct delivery_note *n = &e->notes[i];
		out_printf(out, "%s{\"order\":%llu,\"wh\":%lld,\"why\":\"%s\"}", comma,
			(unsigned long long)n->order, (long long)n->wh, delivery_why_name(n->why));
		comma = ",";
	}
	out_printf(out, "]");
}

static void write_statement(struct engine *e, struct out *out, const struct home *home,
	const struct header *header, const uint8_t *hash, bool eligible, const uint8_t *sig)
{
	int64_t slot = (int64_t)header->height - 2;
	bool metered = meter_has(&home->meter, slot);
	int64_t p = metered ? meter_production_wh(&home->meter.delta) : 0;
	int64_t c = metered ? meter_consumption_wh(&home->meter.delta) : 0;
	struct wallet w = market_wallet(e->market, home);
	const struct account *a = NULL;

	if (home->announced_height == header->height)
		a = account_get(&e->market->ledger.accounts, home->announced_account);
	out_printf(out,
		"{\"address\":\"%s\",\"consumption_wh\":%lld,\"cpf\":", a ? a->address.text : "",
		(long long)c);
	out_cpf(out, metered ? cpf_hundredths(p, c) : 0);
	out_printf(out, ",");
	write_deliveries(e, out, home);
	out_printf(out, ",\"eligible\":%s", eligible ? "true" : "false");
	out_printf(out, ",\"header_hash\":");
	out_hex(out, hash, HASH_LEN);
	out_printf(out, ",\"height\":%llu,\"metered\":%s,", (unsigned long long)header->height,
		metered ? "true" : "false");
	home_form_write_modes(out, &home->modes);
	out_printf(out, ",");
	home_form_write_money(out, &home->money);
	out_printf(out, ",\"production_wh\":%lld", (long long)p);
	if (sig) {
		out_printf(out, ",\"signature\":");
		out_base64url(out, sig, SIGNATURE_LEN);
	}
	out_printf(out, ",\"slot\":%lld,\"wallet\":{", (long long)slot);
	write_wallet(out, &w);
	out_printf(out, ",\"pending_uc\":%lld,\"sealed_uc\":%lld}}", (long long)w.pending_uc,
		(long long)w.sealed_uc);
}

enum err answer_statement(struct engine *e, const struct home *home, const struct header *header,
	const uint8_t hash[HASH_LEN], bool eligible)
{
	size_t size = statement_size(e, home);
	char *text = malloc(size);
	uint8_t sig[SIGNATURE_LEN];
	struct out out;
	enum err err;

	if (!text)
		return ERR_NOMEM;
	out_init(&out, text, size);
	write_statement(e, &out, home, header, hash, eligible, NULL);
	err = sign_statement(e, text, out.len, sig);
	if (err == ERR_OK) {
		out_init(&out, text, size);
		write_statement(e, &out, home, header, hash, eligible, sig);
		answer_publish_to(e, home->terms.client_id, "statement", &out);
	}
	free(text);
	return err;
}

static void publish_auction(struct engine *e, uint64_t seq, const struct out *out)
{
	char topic[TOPIC_MAX];

	snprintf(topic, sizeof topic, "lem/%s/auctions/%llu", e->genesis.name,
		(unsigned long long)seq);
	answer_publish(e, topic, out->text, out->len);
}

void answer_auction_opened(struct engine *e, const struct auction *a)
{
	const struct contract *c = &a->contract;
	const struct account *opener = account_get(&e->market->ledger.accounts, a->opener);
	char text[ANSWER_MAX];
	struct out out;

	out_init(&out, text, sizeof text);
	out_printf(&out, "{");
	if (c->activation)
		out_printf(&out, "\"activation\":%llu,", (unsigned long long)c->activation);
	out_printf(&out, "\"auction\":%llu,\"book\":\"%s\",\"event\":\"opened\"",
		(unsigned long long)a->seq, book_kind_name(c->book));
	if (c->fees.buyer_mc_per_kwh || c->fees.seller_mc_per_kwh)
		out_printf(&out, ",\"fee_buyer_mc_per_kwh\":%lld,\"fee_seller_mc_per_kwh\":%lld",
			(long long)c->fees.buyer_mc_per_kwh, (long long)c->fees.seller_mc_per_kwh);
	out_printf(&out,
		",\"gate_ms\":%lld"
		",\"limit_inclusive\":%s,\"limit_mc_per_kwh\":%lld,\"measure\":\"%s\"",
		(long long)c->gate_ms, c->limit_inclusive ? "true" : "false",
		(long long)c->limit_mc_per_kwh, measure_name(c->measure));
	out_printf(&out,
		",\"min_quantity_wh\":%lld,\"opener\":\"%s\",\"penalty_mc_per_kwh\":%lld"
		",\"quantity_wh\":%lld,\"rule\":\"%s\",\"side\":\"%s\",\"slot\":%lld}",
		(long long)c->min_quantity_wh, opener->address.text,
		(long long)c->penalty_mc_per_kwh, (long long)c->quantity_wh, rule_name(c->rule),
		c->side == SIDE_BUY ? "buy" : "sell", (long long)c->slot);
	publish_auction(e, a->seq, &out);
}

void answer_auction_ended(struct engine *e, const struct auction *a, int64_t best_losing)
{
	char text[ANSWER_MAX];
	struct out out;

	out_init(&out, text, sizeof text);
	out_printf(&out,
		"{\"auction\":%llu,\"best_losing_mc_per_kwh\":%lld,\"cleared_uc\":%lld"
		",\"cleared_wh\":%lld,\"event\":\"ended\",\"marginal_mc_per_kwh\":%lld",
		(unsigned long long)a->seq, (long long)best_losing, (long long)a->cleared_uc,
		(long long)a->cleared_wh, (long long)a->marginal_mc_per_kwh);
	write_cut(&out, a);
	out_printf(&out, ",\"status\":\"%s\"}",
		a->status == AUCTION_CLEARED ? "cleared"
		: a->status == AUCTION_VOID  ? "void"
					     : "cancelled");
	publish_auction(e, a->seq, &out);
}

static struct offers_to offers_to(struct engine *e)
{
	return (struct offers_to){
		.name = e->genesis.name, .market_ms = e->now_ms, .outbox = &e->waiting};
}

void answer_offers_flush(struct engine *e)
{
	struct offers_to to = offers_to(e);

	if (!e->replaying)
		offers_flush(&e->offers, e->market->ledger.height, &to);
}

bool answer_is_told(const struct engine *e, enum tx_kind kind)
{
	return kind == TX_BID_OFFER || kind == TX_CPF || kind == TX_LIMITS || kind == TX_APPROVE ||
	       kind == TX_TARIFF || kind == TX_ACTIVATE ||
	       (kind == TX_SCHEDULE && network_role_any(&e->genesis.params));
}

void answer_offer(struct engine *e, const struct stored_tx *tx, uint64_t account)
{
	struct offers_to to = offers_to(e);

	if (!e->replaying)
		offers_add(&e->offers, tx, account, e->market->ledger.height, &to);
}

void answer_market(struct engine *e)
{
	char text[MARKET_DOC_MAX], topic[TOPIC_MAX];
	size_t len = market_doc_write(
		&e->genesis, &e->market->ledger, e->operator_key, text, sizeof text);

	snprintf(topic, sizeof topic, "lem/%s/market", e->genesis.name);
	if (len > 0)
		(void)outbox_add(&e->outbox, topic, text, len, true);
	else
		e->outbox.failed = true;
}

void answer_head(struct engine *e, const struct stored_block *b)
{
	char text[ANSWER_MAX], header[HEADER_TEXT_MAX], topic[TOPIC_MAX];
	struct out out;

	out_init(&out, text, sizeof text);
	out_printf(&out, "{\"header\":");
	out_bytes(&out, header, header_write(&b->header, e->genesis.name, header));
	out_printf(&out, ",\"header_hash\":");
	out_hex(&out, b->hash, HASH_LEN);
	out_printf(&out, ",\"operator_signature\":");
	out_base64url(&out, b->operator_signature, SIGNATURE_LEN);
	out_printf(&out, ",\"sealed_height\":%llu}", (unsigned long long)e->sealed_height);
	snprintf(topic, sizeof topic, "lem/%s/head", e->genesis.name);
	(void)outbox_add(&e->outbox, topic, text, out.len, true);
}
