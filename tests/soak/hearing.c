#include "tests/soak/hearing.h"
#include <stdlib.h>
#include <string.h>
#include "hem-client/ems/answer.h"
#include "hem-client/ems/receipt.h"
#include "wire/clock.h"

enum { HEAD_OF_PART = 2048, TOLD_MAX = 20 };

/* The request of that reqId, no more pending; NULL if there is none. */
static const struct pending *answered(struct prosumer *p, const char *req_id)
{
	for (size_t i = 0; i < PENDING_MAX; i++) {
		if (strcmp(p->pending[i].req_id, req_id) != 0)
			continue;
		p->pending[i].req_id[0] = '\0';
		return &p->pending[i];
	}
	return NULL;
}

static void on_one_receipt(void *context, const char *text, size_t len)
{
	struct prosumer *p = context;
	struct soak *s = p->soak;
	char why[RECEIPT_WHY_MAX], id[2 * HASH_LEN + 1];
	const struct pending *request;
	struct receipt r;
	double took_ms;

	if (receipt_read(text, len, s->operator_key, s->street.genesis.market, &r, why) != ERR_OK)
		street_die(why);
	request = answered(p, r.req_id);
	if (!request)
		street_die("a receipt of what was not sent");
	took_ms = (double)(clock_monotonic_us() - request->sent_us) / 1e3;
	tally_add(&s->receipts, took_ms);
	if (r.operation == OPERATION_BID_OFFER)
		tally_add(&s->bids, took_ms);
	for (size_t i = 0; i < HASH_LEN; i++)
		(void)snprintf(id + 2 * i, 3, "%02x", r.tx_id[i]);
	(void)fprintf(s->kept, "%s,%s,%s,%s,%lld,%llu,%llu,%llu,%s\n", p->keys->id, r.req_id,
		operation_name(r.operation), r.promise == PROMISE_LEDGER ? "ledger" : "private",
		(long long)r.market_ms, (unsigned long long)r.seq, (unsigned long long)r.height,
		(unsigned long long)r.intake_seq, id);
}

static void on_receipt(struct prosumer *p, const char *text, size_t len)
{
	if (receipts_each(text, len, on_one_receipt, p) != ERR_OK)
		street_die("receipts that cannot be read");
}

static void on_reject(struct prosumer *p, const char *text, size_t len)
{
	struct soak *s = p->soak;
	char why[ANSWER_WHY_MAX];
	struct reject r;
	size_t told = 0;

	if (reject_read(text, len, &r, why) != ERR_OK)
		street_die(why);
	(void)answered(p, r.req_id);
	for (size_t i = 0; i < SOAK_VERDICTS_MAX; i++)
		told += s->rejected[i];
	if (told < TOLD_MAX)
		(void)printf("  rejected: %s: %s %s\n", p->keys->id, r.code, r.field);
	if (r.number > 0 && r.number < SOAK_VERDICTS_MAX)
		s->rejected[r.number]++;
}

static void on_award(struct prosumer *p, const char *text, size_t len)
{
	struct soak *s = p->soak;
	const struct params *params = &s->street.genesis.params;
	char why[ANSWER_WHY_MAX];
	const struct soak_auction *a;
	struct soak_block *block;
	int64_t height;
	struct award w;

	if (award_read(text, len, &w, why) != ERR_OK)
		street_die(why);
	a = soak_auction(s, w.auction);
	if (!a)
		street_die("an award of an auction that was not announced");
	s->awards++;
	if (w.outcome == ORDER_AWARDED)
		prosumer_awarded(p, &a->contract, w.slot, w.quantity_wh);
	height = params_slot_at(params, a->contract.gate_ms);
	if (a->contract.gate_ms != params_slot_start_ms(params, height))
		return;
	block = &s->blocks[height];
	block->cleared_ms = clock_real_ms() - soak_slot_real_ms(s, height);
}

static void on_statement(struct prosumer *p, const char *text, size_t len)
{
	(void)text;
	(void)len;
	p->soak->statements++;
}

/* All are told; the first who is says how late it came. */
static void on_head(struct prosumer *p, const char *text, size_t len)
{
	struct soak *s = p->soak;
	char why[ANSWER_WHY_MAX];
	struct head h;
	uint64_t height;

	if (p->number != 0 || head_read(text, len, s->street.genesis.name, &h, why) != ERR_OK)
		return;
	height = h.block.header.height;
	if (height == 0 || height >= SOAK_SLOTS_MAX + 8)
		return;
	s->head = height;
	s->sealed_height = h.sealed_height;
	s->blocks[height].sealed_seen = h.sealed_height;
	s->blocks[height].head_ms = clock_real_ms() - soak_slot_real_ms(s, (int64_t)height);
}

static void on_block(struct prosumer *p, const char *text, size_t len)
{
	size_t head = len < HEAD_OF_PART ? len : HEAD_OF_PART;
	const char *height = memmem(text, head, "\"height\":", 9);
	struct soak_block *b;
	uint64_t n;

	if (!height || !memmem(text, head, "\"last\":true", 11))
		return;
	n = strtoull(height + 9, NULL, 10);
	if (n == 0 || n >= SOAK_SLOTS_MAX + 8)
		return;
	b = &p->soak->blocks[n];
	b->last_ms = clock_real_ms() - soak_slot_real_ms(p->soak, (int64_t)n);
	b->homes_told++;
	if (p->number == 0)
		b->first_ms = b->last_ms;
}

static void on_auction(struct prosumer *p, const char *text, size_t len)
{
	struct soak *s = p->soak;
	char why[ANSWER_WHY_MAX];
	struct auction_event e;
	struct soak_auction *a;

	if (!memmem(text, len, "\"event\":\"opened\"", 16))
		return;
	if (auction_event_read(text, len, &e, why) != ERR_OK)
		street_die(why);
	a = &s->auctions[e.auction % SOAK_AUCTIONS_MAX];
	*a = (struct soak_auction){.seq = e.auction, .contract = e.contract, .opener = e.opener};
	prosumer_consider(p, a);
}

/* Only the first home listens to these. */
static void on_offers(struct prosumer *p, const char *text, size_t len)
{
	const char *left_out = memmem(text, len, "],\"left_out\":", 13);

	if (!left_out)
		street_die("offers that cannot be read");
	for (const char *c = text; c; c = c ? c + 1 : NULL) {
		c = memmem(c, len - (size_t)(c - text), "\"operation\":", 12);
		p->soak->offered += c != NULL;
	}
	p->soak->left_out += strtoull(left_out + 13, NULL, 10);
}

void hearing_take(
	struct prosumer *p, const char *topic, size_t topic_len, const char *payload, size_t len)
{
	static const struct {
		const char *kind;
		void (*take)(struct prosumer *p, const char *text, size_t len);
	} kinds[] = {{"/receipt", on_receipt}, {"/reject", on_reject}, {"/award", on_award},
		{"/statement", on_statement}, {"/head", on_head}, {"/blocks", on_block},
		{"/auctions/", on_auction}, {"/offers", on_offers}};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		size_t n = strlen(kinds[i].kind);
		const char *found = memmem(topic, topic_len, kinds[i].kind, n);
		if (!found)
			continue;
		kinds[i].take(p, payload, len);
		return;
	}
}
