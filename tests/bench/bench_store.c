/*
 * bench-store: what a bid costs the engine (decide, both databases, fsync, receipts) and what
 * opening a market costs, in one of 10,000 and in one of 1,000,000 transactions, in turns.
 * usage: bench_store BUILD DIR [MILLION]
 *
 * Signatures are not checked here: this is the cost behind the verifier. Market time runs at 2,000
 * bids a slot, and both markets are at the same place of a slot: what the open slots cost is the
 * same in both, what differs is the market's age.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "tests/lib/street.h"
#include "wire/date.h"
#include "wire/digest.h"

enum {
	CLIENTS = 50,
	BATCH = 500,
	SLOT_S = 60,
	PER_SLOT = 2000,
	YOUNG = 10000, /* transactions of the market that the old one is compared with */
	ROUNDS = 5,
	ROUND_BATCHES = YOUNG / BATCH,
};

struct bench {
	struct street street;
	int64_t now_ms;
	uint64_t made;
	uint64_t auction;
	int64_t auction_slot;
};

/* What one round saw: the median of its batches, and an opening. */
struct round {
	double young_us, old_us, young_open_s, old_open_s;
};

static double now_s(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *values, size_t n)
{
	qsort(values, n, sizeof *values, by_value);
	return values[n / 2];
}

/* An inspected bid-offer as the verifier hands it on; without auction it opens one. */
static struct inspected *make_bid(struct bench *b, size_t home, const struct address *address,
	const struct contract_request *request, enum side side, int64_t wh)
{
	char body[512], date[DATE_LEN + 1], auction[40] = "", contract[128] = "";
	int len;
	struct inspected *m;

	date_write(b->now_ms, date);
	if (request)
		(void)snprintf(contract, sizeof contract,
			",\"contract\":{\"penalty\":{\"unit\":\"cents/"
			"kWh\",\"value\":\"0\"},\"slot\":%lld}",
			(long long)request->slot);
	else
		(void)snprintf(auction, sizeof auction, ",\"auction\":%llu",
			(unsigned long long)b->auction);
	len = snprintf(body, sizeof body,
		"{\"date\":\"%s\",\"operation\":\"bid-offer\",\"parameters\":{"
		"\"address\":\"%s\"%s,\"bid\":{\"energy\":{\"unit\":\"Wh\",\"value\":\"%lld\"},"
		"\"price\":{\"unit\":\"cents/kWh\",\"value\":\"8\"},\"type\":\"%s\"}%s},"
		"\"reqId\":\"%020llu\"}",
		date, address->text, auction, (long long)wh, request ? "buy" : "sell", contract,
		(unsigned long long)b->made);
	m = calloc(1, sizeof *m + (size_t)len + 1);
	if (!m)
		street_die("memory");
	m->operation = OPERATION_BID_OFFER;
	(void)snprintf(m->client_id, sizeof m->client_id, "home%04zu", home);
	(void)snprintf(m->req_id, sizeof m->req_id, "%020llu", (unsigned long long)b->made);
	m->home = home_find(&b->street.engine->market->homes, request ? "aggregator" : m->client_id)
			  ->number;
	m->date_ms = b->now_ms;
	m->is_signed = true;
	m->is_command = true;
	m->body_len = (size_t)len;
	memcpy(m->body, body, (size_t)len);
	digest_sha256(&b->made, sizeof b->made, m->id);
	m->command.kind = COMMAND_TX;
	m->command.home = m->home;
	m->command.u.tx.kind = TX_BID_OFFER;
	m->command.u.tx.address = *address;
	m->command.u.tx.date_ms = b->now_ms;
	memcpy(m->command.u.tx.id, m->id, HASH_LEN);
	m->command.u.tx.u.bid = (struct tx_bid){.side = side,
		.quantity_wh = wh,
		.price_mc_per_kwh = 8000,
		.auction = request ? 0 : b->auction};
	if (request)
		m->command.u.tx.u.bid.request = *request;
	return m;
}

static void take(struct bench *b, struct inspected *m)
{
	struct engine *e = b->street.engine;
	uint64_t before;

	if (engine_clock(e, b->now_ms) != ERR_OK)
		street_die(e->why);
	before = e->market->next_seq;
	if (engine_take(e, m, b->now_ms) != ERR_OK)
		street_die(e->why);
	if (e->market->next_seq != before + 1)
		street_die("the market refused a bid");
	b->made++;
	free(m);
}

/* The aggregator's auction for the slot after next, once a slot. */
static void keep_auction_open(struct bench *b)
{
	const struct params *p = &b->street.genesis.params;
	int64_t slot = params_slot_at(p, b->now_ms);
	struct contract_request r = {.gate_ms = CONTRACT_UNSET,
		.slot = slot + 2,
		.penalty_mc_per_kwh = 0,
		.min_quantity_wh = CONTRACT_UNSET,
		.limit_inclusive = CONTRACT_UNSET};

	if (b->auction != 0 && slot == b->auction_slot)
		return;
	if (engine_clock(b->street.engine, b->now_ms) != ERR_OK)
		street_die(b->street.engine->why);
	b->auction = b->street.engine->market->next_seq;
	b->auction_slot = slot;
	take(b, make_bid(b, 0, &p->roles[0].address, &r, SIDE_BUY, 1000000));
}

/* The address of the slot that the auction delivers in. */
static const struct address *address_for(struct bench *b, size_t home)
{
	const struct market *m = b->street.engine->market;
	const struct home *h;
	char id[16];

	(void)snprintf(id, sizeof id, "home%04zu", home);
	h = home_find(&m->homes, id);
	for (uint32_t i = 0; i < h->account_count; i++) {
		const struct account *a = account_get(&m->ledger.accounts, h->accounts[i]);
		if (a->slot == b->auction_slot + 2)
			return &a->address;
	}
	return NULL;
}

/* Address keys for the slots to come. */
static void enrol_ahead(struct bench *b)
{
	enum { KEYS = 16 };
	struct street *s = &b->street;
	int64_t first = s->engine->market->admit_slot;

	for (size_t i = 0; i < CLIENTS; i++) {
		struct street_home *h = &s->homes[i];
		struct message_key keys[KEYS];
		struct signer ems = {.key = h->ems};
		struct message m = {.text = NULL};
		struct inspected *inspected = NULL;
		struct inspect_refusal refusal;
		char text[REQUEST_TEXT_MAX], subject[24];
		struct out p;
		for (int k = 0; k < KEYS; k++) {
			struct slot_secret secret;
			keys[k] = (struct message_key){.slot = first + k};
			(void)snprintf(subject, sizeof subject, "%lld", (long long)first + k);
			if (slot_secret_draw(KEY_P256, &secret, &keys[k].key) != ERR_OK ||
				message_prove(h->id, s->genesis.market, subject,
					&(struct signer){.secret = &secret}, &keys[k]) != ERR_OK)
				street_die("keys");
		}
		out_init(&p, text, sizeof text);
		message_write_addresses(&p, keys, KEYS);
		if (message_make(OPERATION_ADDRESSES, h->id, s->genesis.market, b->now_ms, &p, &ems,
			    &m) != ERR_OK ||
			inspect(s->inspector, h->id, OPERATION_ADDRESSES, m.text, m.len, &inspected,
				&refusal) != VERDICT_OK ||
			engine_take(s->engine, inspected, b->now_ms) != ERR_OK)
			street_die("enrolling addresses");
		inspected_free(inspected);
		message_release(&m);
	}
	if (engine_commit(s->engine) != ERR_OK)
		street_die(s->engine->why);
	outbox_clear(&s->engine->outbox);
}

/* One batch of bids; answers the microseconds of one. */
static double batch(struct bench *b)
{
	double begin, spent;

	b->now_ms += BATCH * SLOT_S * 1000 / PER_SLOT;
	if (b->street.engine->market->enrolled_count < CLIENTS * 2)
		enrol_ahead(b);
	keep_auction_open(b);
	begin = now_s();
	for (int i = 0; i < BATCH; i++) {
		size_t home = b->made % CLIENTS;
		const struct address *a = address_for(b, home);
		if (!a)
			street_die("no address");
		take(b, make_bid(b, home, a, NULL, SIDE_SELL, 1));
	}
	if (engine_commit(b->street.engine) != ERR_OK)
		street_die(b->street.engine->why);
	spent = now_s() - begin;
	outbox_clear(&b->street.engine->outbox);
	b->street.engine->feed_count = 0;
	return spent * 1e6 / BATCH;
}

static double reopen(struct bench *b)
{
	double begin;

	street_shut(&b->street);
	begin = now_s();
	street_reopen(&b->street);
	return now_s() - begin;
}

/* A market of `transactions`, all enrolled, in `dir`. */
static struct bench *found(const char *build, const char *dir, uint64_t transactions)
{
	struct bench *b = calloc(1, sizeof *b);
	char command[2048];

	if (!b)
		street_die("memory");
	(void)snprintf(command, sizeof command,
		"rm -rf %s && %s/lemctl init --name store --slot %d --credit 100000000 %s "
		">/dev/null",
		dir, build, SLOT_S, dir);
	if (system(command) != 0)
		street_die(command);
	street_open(&b->street, dir);
	for (size_t i = 0; i < CLIENTS; i++)
		street_enrol(&b->street, i, MODE_BOTH, 1000000000000, 0);
	b->now_ms = b->street.genesis.params.start_ms - SLOT_S * 1000;
	enrol_ahead(b);
	b->now_ms = b->street.genesis.params.start_ms + 10;
	if (engine_clock(b->street.engine, b->now_ms) != ERR_OK)
		street_die(b->street.engine->why);
	for (uint64_t i = 0; i < transactions / BATCH; i++)
		(void)batch(b);
	return b;
}

static void dissolve(struct bench *b)
{
	street_release(&b->street);
	free(b);
}

static struct round one_round(const char *build, const char *dir, struct bench *old)
{
	double young_us[ROUND_BATCHES], old_us[ROUND_BATCHES];
	struct bench *young = found(build, dir, YOUNG);
	struct round r = {.young_open_s = reopen(young), .old_open_s = reopen(old)};

	for (int i = 0; i < ROUND_BATCHES; i++) {
		young_us[i] = batch(young);
		old_us[i] = batch(old);
	}
	r.young_us = median(young_us, ROUND_BATCHES);
	r.old_us = median(old_us, ROUND_BATCHES);
	dissolve(young);
	return r;
}

int main(int argc, char **argv)
{
	uint64_t many = argc > 3 ? strtoull(argv[3], NULL, 10) : 1000000;
	double young_us[ROUNDS], old_us[ROUNDS], young_open_s[ROUNDS], old_open_s[ROUNDS];
	double insert[ROUNDS], opening[ROUNDS];
	struct bench *old;
	char dir[1024];

	if (argc < 3)
		street_die("usage: bench_store BUILD DIR [MILLION]");
	(void)snprintf(dir, sizeof dir, "%s.young", argv[2]);
	old = found(argv[1], argv[2], many);
	for (int i = 0; i < ROUNDS; i++) {
		struct round r = one_round(argv[1], dir, old);
		young_us[i] = r.young_us;
		old_us[i] = r.old_us;
		young_open_s[i] = r.young_open_s;
		old_open_s[i] = r.old_open_s;
		insert[i] = r.old_us / r.young_us;
		opening[i] = r.old_open_s / r.young_open_s;
	}
	printf("medians of %d rounds, a market of %d transactions beside one of %llu:\n", ROUNDS,
		YOUNG, (unsigned long long)many);
	printf("insert: %.1f us a bid, and %.1f us: ratio %.2f (at most 1.20)\n",
		median(young_us, ROUNDS), median(old_us, ROUNDS), median(insert, ROUNDS));
	printf("start-up: %.1f ms, and %.1f ms: ratio %.2f (at most 1.20)\n",
		median(young_open_s, ROUNDS) * 1e3, median(old_open_s, ROUNDS) * 1e3,
		median(opening, ROUNDS));
	dissolve(old);
	return median(insert, ROUNDS) > 1.2 || median(opening, ROUNDS) > 1.2;
}
