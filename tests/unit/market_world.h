/* market_world: a market and a replica of its ledger side by side. Whatever the market executes the
 * replica executes too, and at every block's end both must have the same header, the books must
 * balance, and now and then a snapshot must restore the very state. */
#ifndef LEM_TESTS_MARKET_WORLD_H
#define LEM_TESTS_MARKET_WORLD_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/block.h"
#include "core/ledger_check.h"
#include "core/market.h"
#include "core/snapshot.h"
#include "tests/lib/sample_params.h"
#include "tests/unit/block_record.h"
#include "tests/unit/money_watch.h"
#include "wire/digest.h"

enum { HOMES = 9, OWNERS = HOMES + 1, SNAPSHOT_MAX = 1 << 22, STEP_MS = 20000 };

struct world {
	uint64_t random;
	struct params params;
	struct market *market;
	struct ledger *replica;
	struct block_record block; /* the open one */
	uint64_t intake_seq, next_id;
	int64_t now_ms;
	struct registers meters[HOMES];
	int64_t enrolled_to[HOMES];
	uint64_t accepted, refused, awards, deliveries, sealed, blocks, shut, lost, voided;
	uint64_t payments, penalties, rewards, withdrawals, role_withdrawals, changes, fees;
	uint64_t imbalances; /* booked */
	uint64_t new_meters; /* whose keys came */
	uint64_t limited, answered, cut, within;
	uint64_t tariffs, regulated, regulations; /* activations answered; paid for */
	void (*cleared)(struct world *w, const struct auction *a); /* an auction; or NULL */
	/* Another account of the sealed money of each home and, last, of the role. */
	int64_t closed_uc[OWNERS], sealed_uc[OWNERS];
	int64_t out_since_close[OWNERS], out_since_seal[OWNERS];
	struct header header;
};

static inline uint64_t draw(struct world *w)
{
	uint64_t z = (w->random += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static inline int64_t below(struct world *w, int64_t n)
{
	return (int64_t)(draw(w) % (uint64_t)n);
}

static inline void draw_id(struct world *w, uint8_t id[HASH_LEN])
{
	w->next_id++;
	digest_sha256(&w->next_id, sizeof w->next_id, id);
}

static inline void draw_key(struct world *w, struct address_key *key, struct address *address)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";

	memset(key, 0, sizeof *key);
	memset(address, 0, sizeof *address);
	key->len = ADDRESS_KEY_MAX;
	for (int i = 0; i < ADDRESS_KEY_MAX; i++)
		key->bytes[i] = (uint8_t)draw(w);
	for (int i = 0; i < ADDRESS_LEN; i++)
		address->text[i] = letters[draw(w) % 32];
}

static inline void count_result(void *context, const struct result *r)
{
	struct world *w = context;

	w->awards += r->kind == RESULT_AWARD;
	w->deliveries += r->kind == RESULT_DELIVERY;
	w->sealed += r->kind == RESULT_VALIDATED;
	if (r->kind == RESULT_ORDER_ENDED) {
		w->lost += r->u.order.order->status == ORDER_LOST;
		w->voided += r->u.order.order->status == ORDER_VOID;
	}
	if (r->kind == RESULT_AUCTION_ENDED && w->cleared)
		w->cleared(w, r->u.auction.auction);
	if (r->kind == RESULT_TRANSFER) {
		w->payments += r->u.transfer.why == TRANSFER_PAYMENT;
		w->penalties += r->u.transfer.why == TRANSFER_PENALTY;
		w->rewards += r->u.transfer.why == TRANSFER_REWARD;
		w->fees += r->u.transfer.why == TRANSFER_FEE;
		w->imbalances += r->u.transfer.why == TRANSFER_IMBALANCE;
		w->regulations += r->u.transfer.why == TRANSFER_REGULATION;
	}
}

static inline int by_seq(const void *a, const void *b)
{
	const struct tx *x = a, *y = b;

	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static inline const struct home *home_of(const struct world *w, int64_t i)
{
	char id[16];

	(void)snprintf(id, sizeof id, "home%04d", (int)i);
	return home_find(&w->market->homes, id);
}

/* Who has money: the homes and, last, the role. */
static inline const struct home *owner_of(const struct world *w, int i)
{
	return i < HOMES ? home_of(w, i) : home_find(&w->market->homes, "aggregator");
}

/* What is sealed is what was there when that block was closed, less what was taken out since. */
static inline void check_sealed(const struct world *w)
{
	for (int i = 0; i < OWNERS; i++)
		assert_int_equal(market_wallet(w->market, owner_of(w, i)).sealed_uc,
			w->sealed_uc[i] - w->out_since_seal[i]);
}

static inline void note_close(struct world *w)
{
	for (int i = 0; i < OWNERS; i++) {
		struct wallet wallet = market_wallet(w->market, owner_of(w, i));
		w->closed_uc[i] = wallet.balance_uc - wallet.pending_uc;
		w->out_since_close[i] = 0;
	}
}

/* Nothing sealed, held or owed leaves twice. */
static inline void note_withdrawal(struct world *w, const struct command *c)
{
	const struct home *h = home_find(&w->market->homes, c->u.money.client_id);
	struct wallet wallet = market_wallet(w->market, h);
	uint32_t i = h->kind == CLIENT_HOME ? h->number - home_of(w, 0)->number : HOMES;

	w->withdrawals++;
	w->role_withdrawals += h->kind == CLIENT_ROLE;
	assert_true(wallet.sealed_uc >= 0 && wallet.balance_uc >= wallet.held_uc);
	assert_true(h->kind != CLIENT_HOME || h->wallet_uc >= wallet.held_uc);
	w->out_since_close[i] += c->u.money.amount_uc;
	w->out_since_seal[i] += c->u.money.amount_uc;
}

static inline void note_seal(struct world *w)
{
	memcpy(w->sealed_uc, w->closed_uc, sizeof w->sealed_uc);
	memcpy(w->out_since_seal, w->out_since_close, sizeof w->out_since_seal);
}

static inline void check_homes(const struct world *w)
{
	int64_t wallets = 0;

	for (uint32_t i = 0; i < w->market->homes.count; i++) {
		const struct home *h = &w->market->homes.rows[i];
		if (h->kind == CLIENT_HOME)
			wallets += h->wallet_uc;
	}
	/* The private split is of the public account. */
	assert_int_equal(wallets, w->market->ledger.accounts.fixed[ACCOUNT_WALLETS].balance_uc);
}

/* A replica refuses what it executed lately, under any sequence, and what is far from its date. */
static void refuse_repetitions(struct world *w)
{
	struct tx tx;
	const char *field;

	if (w->block.count == 0 || !tx_is_signed(w->block.txs[0].kind))
		return;
	tx = w->block.txs[0];
	tx.date_ms = tx.market_ms + 121000;
	assert_int_equal(ledger_check(w->replica, &tx, &field), VERDICT_STALE);
	if (ledger_check(w->replica, &w->block.txs[0], &field) != VERDICT_OK)
		return;
	ledger_apply(w->replica, &w->block.txs[0], NULL);
	tx = w->block.txs[0];
	tx.seq = w->replica->seq_high + 1;
	tx.market_ms = w->replica->market_ms;
	tx.date_ms = tx.market_ms;
	if (tx.market_ms < ledger_slot_end_ms(w->replica))
		assert_int_equal(ledger_check(w->replica, &tx, &field), VERDICT_REPEATED);
	w->block.count--;
	memmove(w->block.txs, w->block.txs + 1, w->block.count * sizeof *w->block.txs);
}

/* The replica executes the block, ascending by sequence, as it would come over the wire. */
static inline void replicate(struct world *w)
{
	struct header executed;
	const char *field;
	uint64_t seq;

	qsort(w->block.txs, w->block.count, sizeof *w->block.txs, by_seq);
	refuse_repetitions(w);
	for (size_t i = 0; i < w->block.count; i++) {
		enum verdict v = ledger_check(w->replica, &w->block.txs[i], &field);
		if (v != VERDICT_OK)
			print_message("block %llu seq %llu kind %d: %s %s\n",
				(unsigned long long)w->replica->height,
				(unsigned long long)w->block.txs[i].seq, (int)w->block.txs[i].kind,
				verdict_name(v), field);
		assert_int_equal(v, VERDICT_OK);
		ledger_apply(w->replica, &w->block.txs[i], NULL);
	}
	assert_int_equal(block_close_check(w->replica, &seq), VERDICT_OK);
	block_close(w->replica, NULL, &executed);
	assert_int_equal(header_compare(&w->header, &executed), VERDICT_OK);
	block_record_clear(&w->block);
}

/* A snapshot restores what it was taken of. */
static inline void check_snapshot(struct world *w)
{
	uint8_t *a = malloc(SNAPSHOT_MAX), *b = malloc(SNAPSHOT_MAX);
	struct market *copy = calloc(1, sizeof *copy);
	struct enrolled_key key = {.alg = 2, .key = {.len = 32}};
	uint8_t zero[HASH_LEN] = {0};
	size_t len = market_snapshot_write(w->market, a, SNAPSHOT_MAX);

	assert_true(len < SNAPSHOT_MAX);
	market_init(copy, &w->params, digest_sha256, &key, 1, zero, zero);
	assert_true(market_snapshot_read(copy, a, len));
	assert_int_equal(market_snapshot_write(copy, b, SNAPSHOT_MAX), len);
	assert_memory_equal(a, b, len);
	/* Every truncation is noticed. */
	free(copy);
	copy = calloc(1, sizeof *copy);
	market_init(copy, &w->params, digest_sha256, &key, 1, zero, zero);
	assert_false(market_snapshot_read(copy, a, len - 1 - (size_t)below(w, 64)));
	free(copy);
	free(a);
	free(b);
}

static inline void close_block(struct world *w)
{
	struct result_sink sink = {.emit = count_result, .context = w};
	uint8_t hash[HASH_LEN];

	market_close(w->market, &sink, &w->header);
	replicate(w);
	digest_sha256(&w->header, sizeof w->header, hash);
	money_watch(w->market, w->blocks == 0);
	market_chain(w->market, hash);
	block_chain(w->replica, hash);
	assert_int_equal(accounts_sum_uc(&w->market->ledger.accounts), 0);
	check_homes(w);
	note_close(w);
	check_sealed(w);
	w->blocks++;
	if (w->blocks % 16 == 0)
		check_snapshot(w);
}

static inline void run_clock(struct world *w)
{
	struct result_sink sink = {.emit = count_result, .context = w};
	struct command c = {.kind = COMMAND_CLOCK, .market_ms = w->now_ms};
	struct decision d;
	uint64_t intake_seq;
	struct tx tx;

	if (!market_clock_due(w->market, w->now_ms))
		return;
	c.intake_seq = ++w->intake_seq;
	market_decide(w->market, &c, &d);
	market_apply(w->market, &c, &d, NULL, NULL);
	for (;;) {
		enum market_step step = market_next(w->market, &tx, &intake_seq);
		const char *field;
		if (step == MARKET_IDLE)
			return;
		if (step == MARKET_CLOSE) {
			close_block(w);
			continue;
		}
		if (step == MARKET_TX)
			draw_id(w, tx.id);
		assert_int_equal(ledger_check(&w->market->ledger, &tx, &field), VERDICT_OK);
		block_record_add(&w->block, &tx);
		market_apply_step(w->market, &tx, &sink);
	}
}

static inline enum verdict send(struct world *w, struct command *c)
{
	struct result_sink sink = {.emit = count_result, .context = w};
	struct decision d;
	struct tx tx;

	run_clock(w);
	c->market_ms = w->now_ms;
	if (c->kind == COMMAND_TX)
		c->u.tx.date_ms = w->now_ms - below(w, 2000);
	market_decide(w->market, c, &d);
	if (d.verdict != VERDICT_OK) {
		w->refused++;
		return d.verdict;
	}
	w->accepted++;
	c->intake_seq = ++w->intake_seq;
	if (d.promise == PROMISE_LEDGER) {
		market_tx(w->market, c, &d, &tx);
		if (c->kind != COMMAND_TX)
			draw_id(w, tx.id);
		if (c->kind == COMMAND_PARAMS)
			draw_id(w, tx.u.params.rules_hash);
		if (!d.shut)
			block_record_add(&w->block, &tx);
		w->shut += d.shut;
	}
	market_apply(w->market, c, &d, &tx, &sink);
	w->changes += c->kind == COMMAND_PARAMS;
	if (c->kind == COMMAND_WITHDRAW)
		note_withdrawal(w, c);
	if (c->kind == COMMAND_TX && c->u.tx.kind == TX_SEAL)
		note_seal(w);
	if (c->kind == COMMAND_TX) {
		/* Once is once, shut or not. */
		market_decide(w->market, c, &d);
		assert_int_equal(d.verdict, VERDICT_REPEATED);
	}
	return VERDICT_OK;
}

static inline void enrol(struct world *w)
{
	for (int i = 0; i < HOMES; i++) {
		struct command add = {.kind = COMMAND_HOME_ADD, .home = 0};
		struct command reg = {.kind = COMMAND_REGISTER};
		struct command deposit = {.kind = COMMAND_DEPOSIT, .home = 0};
		struct address address;
		(void)snprintf(
			add.u.home_add.client_id, sizeof add.u.home_add.client_id, "home%04d", i);
		(void)snprintf(
			add.u.home_add.meter_serial, sizeof add.u.home_add.meter_serial, "SN%d", i);
		add.u.home_add.ratings =
			(struct ratings){.pv_w = 5000, .battery_w = 5000, .fuse_w = 20000};
		assert_int_equal(send(w, &add), VERDICT_OK);
		reg.home = home_of(w, i)->number;
		reg.u.registration.mode = i == 0 ? MODE_TE : i == 1 ? MODE_RE : MODE_BOTH;
		draw_key(w, &reg.u.registration.ems.key, &address);
		draw_key(w, &reg.u.registration.meter.key, &address);
		assert_int_equal(send(w, &reg), VERDICT_OK);
		memcpy(deposit.u.money.client_id, add.u.home_add.client_id, CLIENT_ID_MAX);
		deposit.u.money.amount_uc = 20000000 + 1000000 * below(w, 200);
		assert_int_equal(send(w, &deposit), VERDICT_OK);
		w->enrolled_to[i] = 0;
	}
}

static inline void make_params(struct params *p, struct world *w)
{
	static const char *const roles[] = {"aggregator", "dso", "tso"};

	*p = sample_params();
	p->start_ms = 1000000000;
	p->real_start_ms = 0;
	p->role_count = 3;
	for (int i = 0; i < 3; i++) {
		draw_key(w, &p->roles[i].key, &p->roles[i].address);
		memcpy(p->roles[i].name, roles[i], strlen(roles[i]) + 1);
	}
	p->roles[0].credit_limit_uc = 100000000000;
	p->roles[2].credit_limit_uc = 100000000000;
	p->approval_lead_s = 900;
	p->approval_silence = SILENCE_REFUSES;
}

#endif
