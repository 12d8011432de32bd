/*
 * bench-store: what a bid costs the engine (decide, both databases, fsync, receipts) after 10,000
 * and after 1,000,000 transactions, and what opening such a market costs. usage: bench_store BUILD
 * DIR [MILLION]. One run: medians over groups of batches at both ends.
 *
 * Bids are signed once per home; what differs is the reqId, and signatures are not checked here:
 * this is the cost behind the verifier. Market time runs at 400 bids a second.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "tests/lib/street.h"
#include "wire/date.h"
#include "wire/digest.h"

enum { CLIENTS = 50, BATCH = 500, GROUP = 10, GROUPS_MAX = 400, SLOT_S = 60, PER_S = 400 };

struct bench {
	struct street street;
	int64_t now_ms;
	uint64_t made;
	uint64_t auction;
	int64_t auction_slot;
	double group_us[GROUPS_MAX];
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
	if (engine_take(b->street.engine, m, b->now_ms) != ERR_OK)
		street_die(b->street.engine->why);
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

	b->now_ms += BATCH * 1000 / PER_S;
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

/* The median cost of a bid over the groups that end at `until` bids in all. */
static double run_until(struct bench *b, uint64_t until)
{
	size_t n = 0;

	while (b->made < until) {
		double us = batch(b);
		b->group_us[n++ % GROUPS_MAX] = us;
	}
	return median(b->group_us, n < GROUPS_MAX ? n : GROUPS_MAX);
}

/* Close and open; the fastest of five. */
static double reopen(struct bench *b)
{
	double best = 1e9;

	for (int i = 0; i < 5; i++) {
		double begin;
		street_shut(&b->street);
		begin = now_s();
		street_reopen(&b->street);
		if (now_s() - begin < best)
			best = now_s() - begin;
	}
	return best;
}

int main(int argc, char **argv)
{
	struct bench *b = calloc(1, sizeof *b);
	char command[2048];
	uint64_t many = argc > 3 ? strtoull(argv[3], NULL, 10) : 1000000;
	double early, late, open_early, open_late;

	if (argc < 3)
		street_die("usage: bench_store BUILD DIR [MILLION]");
	(void)snprintf(command, sizeof command,
		"rm -rf %s && %s/lemctl init --name store --slot %d --credit 100000000 %s "
		">/dev/null",
		argv[2], argv[1], SLOT_S, argv[2]);
	if (system(command) != 0)
		street_die(command);
	street_open(&b->street, argv[2]);
	for (size_t i = 0; i < CLIENTS; i++)
		street_enrol(&b->street, i, MODE_BOTH, 1000000000000, 0);
	b->now_ms = b->street.genesis.params.start_ms - SLOT_S * 1000;
	enrol_ahead(b);
	b->now_ms = b->street.genesis.params.start_ms + 10;
	if (engine_clock(b->street.engine, b->now_ms) != ERR_OK)
		street_die(b->street.engine->why);
	early = run_until(b, 20000);
	open_early = reopen(b);
	(void)run_until(b, many - 10000);
	late = run_until(b, many);
	open_late = reopen(b);
	printf("insert: %.1f us a bid around 10,000, %.1f us around %llu: ratio %.2f (at most "
	       "1.20)\n",
		early, late, (unsigned long long)many, late / early);
	printf("start-up: %.1f ms at 20,000, %.1f ms at %llu: ratio %.2f (at most 1.20)\n",
		open_early * 1e3, open_late * 1e3, (unsigned long long)many,
		open_late / open_early);
	street_release(&b->street);
	free(b);
	return late / early > 1.2 || open_late / open_early > 1.2;
}
