/* A market and a replica of its ledger side by side, under random commands from a printed seed.
 * After every block both must have the same header, the books must balance, and a snapshot must
 * restore the very state. LEM_SEED repeats a run, LEM_SLOTS changes its length. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include "core/block.h"
#include "core/ledger_check.h"
#include "core/market.h"
#include "core/cpf.h"
#include "core/snapshot.h"
#include "wire/digest.h"

enum { HOMES = 9, BLOCK_TXS_MAX = 4096, SNAPSHOT_MAX = 1 << 22, STEP_MS = 20000 };

struct world {
	uint64_t random;
	struct params params;
	struct market *market;
	struct ledger *replica;
	struct tx block[BLOCK_TXS_MAX]; /* of the open block, as they were executed */
	struct address admit_addresses[BLOCK_TXS_MAX];
	struct address_key admit_keys[BLOCK_TXS_MAX];
	size_t admit_used, block_count;
	uint64_t intake_seq, next_id;
	int64_t now_ms;
	struct registers meters[HOMES];
	int64_t enrolled_to[HOMES];
	uint64_t accepted, refused, awards, deliveries, sealed, blocks, shut, lost, voided;
	uint64_t payments, penalties, rewards;
	struct header header;
};

static uint64_t draw(struct world *w)
{
	uint64_t z = (w->random += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static int64_t below(struct world *w, int64_t n)
{
	return (int64_t)(draw(w) % (uint64_t)n);
}

static void draw_id(struct world *w, uint8_t id[HASH_LEN])
{
	w->next_id++;
	digest_sha256(&w->next_id, sizeof w->next_id, id);
}

static void draw_key(struct world *w, struct address_key *key, struct address *address)
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

static void count_result(void *context, const struct result *r)
{
	struct world *w = context;

	w->awards += r->kind == RESULT_AWARD;
	w->deliveries += r->kind == RESULT_DELIVERY;
	w->sealed += r->kind == RESULT_VALIDATED;
	if (r->kind == RESULT_ORDER_ENDED) {
		w->lost += r->u.order.order->status == ORDER_LOST;
		w->voided += r->u.order.order->status == ORDER_VOID;
	}
	if (r->kind == RESULT_TRANSFER) {
		w->payments += r->u.transfer.why == TRANSFER_PAYMENT;
		w->penalties += r->u.transfer.why == TRANSFER_PENALTY;
		w->rewards += r->u.transfer.why == TRANSFER_REWARD;
	}
}

/* Keep what the ledger executed, with the borrowed keys of an admission. */
static void record(struct world *w, const struct tx *tx)
{
	struct tx *kept = &w->block[w->block_count++];

	assert_true(w->block_count < BLOCK_TXS_MAX);
	*kept = *tx;
	if (tx->kind != TX_ADMIT)
		return;
	memcpy(&w->admit_addresses[w->admit_used], tx->u.admit.addresses,
		tx->u.admit.count * sizeof *tx->u.admit.addresses);
	memcpy(&w->admit_keys[w->admit_used], tx->u.admit.keys,
		tx->u.admit.count * sizeof *tx->u.admit.keys);
	kept->u.admit.addresses = &w->admit_addresses[w->admit_used];
	kept->u.admit.keys = &w->admit_keys[w->admit_used];
	w->admit_used += tx->u.admit.count;
}

static int by_seq(const void *a, const void *b)
{
	const struct tx *x = a, *y = b;

	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static void check_homes(const struct world *w)
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

/* The replica executes the block, ascending by sequence, as it would come over the wire. */
static void replicate(struct world *w)
{
	struct header executed;
	const char *field;
	uint64_t seq;

	qsort(w->block, w->block_count, sizeof *w->block, by_seq);
	for (size_t i = 0; i < w->block_count; i++) {
		enum verdict v = ledger_check(w->replica, &w->block[i], &field);
		if (v != VERDICT_OK)
			print_message("block %llu seq %llu kind %d: %s %s\n",
				(unsigned long long)w->replica->height,
				(unsigned long long)w->block[i].seq, (int)w->block[i].kind,
				verdict_name(v), field);
		assert_int_equal(v, VERDICT_OK);
		ledger_apply(w->replica, &w->block[i], NULL);
	}
	assert_int_equal(block_close_check(w->replica, &seq), VERDICT_OK);
	block_close(w->replica, NULL, &executed);
	assert_int_equal(header_compare(&w->header, &executed), VERDICT_OK);
	w->block_count = 0;
	w->admit_used = 0;
}

/* A snapshot restores what it was taken of. */
static void check_snapshot(struct world *w)
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

static void close_block(struct world *w)
{
	struct result_sink sink = {.emit = count_result, .context = w};
	uint8_t hash[HASH_LEN];

	market_close(w->market, &sink, &w->header);
	replicate(w);
	digest_sha256(&w->header, sizeof w->header, hash);
	market_chain(w->market, hash);
	block_chain(w->replica, hash);
	assert_int_equal(accounts_sum_uc(&w->market->ledger.accounts), 0);
	check_homes(w);
	w->blocks++;
	if (w->blocks % 16 == 0)
		check_snapshot(w);
}

static void run_clock(struct world *w)
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
		record(w, &tx);
		market_apply_step(w->market, &tx, &sink);
	}
}

static enum verdict send(struct world *w, struct command *c)
{
	struct result_sink sink = {.emit = count_result, .context = w};
	struct decision d;
	struct tx tx;

	run_clock(w);
	c->market_ms = w->now_ms;
	market_decide(w->market, c, &d);
	if (d.verdict != VERDICT_OK) {
		w->refused++;
		return d.verdict;
	}
	w->accepted++;
	c->intake_seq = ++w->intake_seq;
	if (d.promise == PROMISE_LEDGER) {
		market_tx(w->market, c, &d, &tx);
		if (c->kind == COMMAND_DEPOSIT)
			draw_id(w, tx.id);
		if (!d.shut)
			record(w, &tx);
		w->shut += d.shut;
	}
	market_apply(w->market, c, &d, &tx, &sink);
	return VERDICT_OK;
}

static const struct home *home_of(const struct world *w, int64_t i)
{
	char id[16];

	(void)snprintf(id, sizeof id, "home%04d", (int)i);
	return home_find(&w->market->homes, id);
}

static void enrol(struct world *w)
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
		memcpy(deposit.u.deposit.client_id, add.u.home_add.client_id, CLIENT_ID_MAX);
		deposit.u.deposit.amount_uc = 20000000 + 1000000 * below(w, 200);
		assert_int_equal(send(w, &deposit), VERDICT_OK);
		w->enrolled_to[i] = 0;
	}
}

static void enrol_addresses(struct world *w, int64_t i)
{
	struct slot_key keys[8];
	struct command c = {.kind = COMMAND_ADDRESSES, .home = home_of(w, i)->number};
	int64_t from = w->enrolled_to[i] > w->market->admit_slot ? w->enrolled_to[i]
								 : w->market->admit_slot;

	if (from > w->market->admit_slot + 40)
		return;
	for (int k = 0; k < 8; k++) {
		keys[k].slot = from + k;
		draw_key(w, &keys[k].key, &keys[k].address);
	}
	c.u.addresses.keys = keys;
	c.u.addresses.count = 8;
	if (send(w, &c) == VERDICT_OK)
		w->enrolled_to[i] = from + 8;
}

static void read_meter(struct world *w, int64_t i)
{
	struct command c = {.kind = COMMAND_READING, .home = home_of(w, i)->number};
	struct reading *r = &c.u.reading.reading;
	struct registers next = w->meters[i];
	int64_t pv = below(w, 1200), load = below(w, 1200), battery = below(w, 600);
	bool charges = below(w, 2);
	int64_t net = load - pv + (charges ? battery : -battery);

	(void)snprintf(c.u.reading.meter_serial, sizeof c.u.reading.meter_serial, "SN%d", (int)i);
	r->slot = ledger_slot(&w->market->ledger) - 1;
	r->taken_ms = params_slot_start_ms(&w->params, r->slot + 1);
	next.wh[REGISTER_PV] += pv;
	next.wh[charges ? REGISTER_CHARGE : REGISTER_DISCHARGE] += battery;
	next.wh[net > 0 ? REGISTER_IMPORT : REGISTER_EXPORT] += net > 0 ? net : -net;
	r->registers = next;
	if (send(w, &c) == VERDICT_OK)
		w->meters[i] = next;
}

static const struct account *some_address(struct world *w, const struct home *h)
{
	if (h->account_count == 0)
		return NULL;
	return account_get(&w->market->ledger.accounts, h->accounts[below(w, h->account_count)]);
}

static int true_cpf(struct world *w, const struct home *h)
{
	if (!h->meter.has_delta || below(w, 8) == 0)
		return (int)below(w, 100) + 1;
	return cpf_hundredths(
		meter_production_wh(&h->meter.delta), meter_consumption_wh(&h->meter.delta));
}

static void bid(struct world *w, int64_t i)
{
	const struct home *h = home_of(w, i);
	const struct account *a = some_address(w, h);
	struct command c = {.kind = COMMAND_TX, .home = h->number};
	struct tx *tx = &c.u.tx;
	const struct auctions *t = &w->market->ledger.auctions;

	if (!a || t->auction_top == 0)
		return;
	draw_id(w, tx->id);
	tx->kind = TX_BID_OFFER;
	tx->address = a->address;
	tx->u.bid.side = (enum side)(1 + below(w, 2));
	tx->u.bid.quantity_wh = 1 + below(w, 900);
	tx->u.bid.price_mc_per_kwh = below(w, 20000);
	tx->u.bid.request = (struct contract_request){.rule = (enum rule)below(w, 4),
		.book = (enum book_kind)below(w, 3),
		.gate_ms = CONTRACT_UNSET,
		.slot = CONTRACT_UNSET,
		.penalty_mc_per_kwh = below(w, 3000),
		.min_quantity_wh = below(w, 3) ? CONTRACT_UNSET : below(w, 900),
		.limit_inclusive = CONTRACT_UNSET};
	if (below(w, 12)) {
		const struct auction *answered = &t->auctions[below(w, t->auction_top)];
		tx->u.bid.auction = answered->seq;
		tx->u.bid.all_or_nothing = below(w, 6) == 0;
		tx->u.bid.side = answered->contract.side == SIDE_BUY ? SIDE_SELL : SIDE_BUY;
		for (uint32_t k = 0; k < h->account_count; k++) {
			a = account_get(&w->market->ledger.accounts, h->accounts[k]);
			if (a->slot == answered->contract.slot)
				tx->address = a->address;
		}
	}
	if (below(w, 3) == 0)
		tx->cpf_hundredths = true_cpf(w, h);
	(void)send(w, &c);
}

static void open_auction(struct world *w)
{
	const struct home *h = home_find(&w->market->homes, "aggregator");
	struct command c = {.kind = COMMAND_TX, .home = h->number};
	struct tx *tx = &c.u.tx;
	int64_t slot = ledger_slot(&w->market->ledger) + 1 + below(w, 3);

	draw_id(w, tx->id);
	tx->kind = TX_BID_OFFER;
	tx->address = w->params.roles[0].address;
	tx->u.bid.side = (enum side)(1 + below(w, 2));
	tx->u.bid.quantity_wh = 1 + below(w, 4000);
	tx->u.bid.price_mc_per_kwh = tx->u.bid.side == SIDE_BUY ? below(w, 20000) : below(w, 8000);
	tx->u.bid.request = (struct contract_request){.rule = (enum rule)below(w, 4),
		.book = (enum book_kind)below(w, 3),
		.gate_ms = below(w, 4) ? CONTRACT_UNSET
				       : params_slot_start_ms(&w->params, slot) -
						 below(w, 3) * w->params.slot_s * 1000,
		.slot = slot,
		.penalty_mc_per_kwh = below(w, 2) ? CONTRACT_UNSET : below(w, 5000),
		.min_quantity_wh = CONTRACT_UNSET,
		.limit_inclusive = below(w, 2) ? CONTRACT_UNSET : 0};
	(void)send(w, &c);
}

static void cancel(struct world *w, int64_t i)
{
	const struct home *h = home_of(w, i);
	const struct account *a = some_address(w, h);
	struct command c = {.kind = COMMAND_TX, .home = h->number};

	if (!a)
		return;
	draw_id(w, c.u.tx.id);
	c.u.tx.kind = TX_CANCEL;
	c.u.tx.address = a->address;
	c.u.tx.u.cancel.order = w->market->next_seq - 1 - (uint64_t)below(w, 12);
	(void)send(w, &c);
}

static void announce_or_seal(struct world *w, int64_t i)
{
	const struct home *h = home_of(w, i);
	const struct ledger *l = &w->market->ledger;
	const struct account *a = some_address(w, h);
	struct command c = {.kind = COMMAND_TX, .home = h->number};

	if (!a)
		return;
	draw_id(w, c.u.tx.id);
	c.u.tx.kind = TX_CPF;
	c.u.tx.address = account_get(&l->accounts, h->accounts[0])->address;
	for (uint32_t k = 0; k < h->account_count; k++) {
		a = account_get(&l->accounts, h->accounts[k]);
		if (a->slot == ledger_slot(l))
			c.u.tx.address = a->address;
	}
	c.u.tx.cpf_hundredths = true_cpf(w, h);
	if (l->ranked_count > 0 && below(w, 2)) {
		const struct validator *v = &l->ranked[below(w, l->ranked_count)];
		const struct home *owner = market_owner(w->market, v->account);
		c.home = owner ? owner->number : h->number;
		c.u.tx.kind = TX_SEAL;
		c.u.tx.cpf_hundredths = 0;
		c.u.tx.address = v->address;
		c.u.tx.u.seal.height = l->height - 1;
		memcpy(c.u.tx.u.seal.header_hash, l->last_hash, HASH_LEN);
	}
	(void)send(w, &c);
}

static void one_step(struct world *w)
{
	int64_t i = below(w, HOMES);

	switch (below(w, 16)) {
	case 0:
		open_auction(w);
		break;
	case 1:
		enrol_addresses(w, i);
		break;
	case 2:
	case 3:
	case 4:
		read_meter(w, i);
		break;
	case 5:
		cancel(w, i);
		break;
	case 6:
	case 7:
		announce_or_seal(w, i);
		break;
	default:
		bid(w, i);
	}
}

static void make_params(struct params *p, struct world *w)
{
	*p = (struct params){.slot_s = 900,
		.start_ms = 1000000000,
		.rate = 1,
		.date_window_s = 120,
		.boundary_s = 30,
		.seal_wait_s = 60,
		.horizon_slots = 4,
		.gate_lead_s = 300,
		.gate_lead_min_s = 60,
		.poe_floor_w = 50,
		.reward_uc = 10000000,
		.penalty_mc_per_kwh = 2000,
		.rule = RULE_PAY_AS_BID,
		.measure = MEASURE_STORAGE,
		.book = BOOK_SEALED,
		.limit_inclusive = true,
		.role_count = 1};
	draw_key(w, &p->roles[0].key, &p->roles[0].address);
	memcpy(p->roles[0].name, "aggregator", sizeof "aggregator");
	p->roles[0].credit_limit_uc = 100000000000;
}

static void a_replica_reaches_every_header(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	struct enrolled_key key = {.alg = 2, .key = {.len = 32}};
	uint8_t zero[HASH_LEN] = {0};
	const char *field = NULL;
	int64_t slots = getenv("LEM_SLOTS") ? strtoll(getenv("LEM_SLOTS"), NULL, 10) : 200;

	(void)state;
	w->random =
		getenv("LEM_SEED") ? strtoull(getenv("LEM_SEED"), NULL, 10) : (uint64_t)time(NULL);
	print_message("LEM_SEED=%llu\n", (unsigned long long)w->random);
	make_params(&w->params, w);
	assert_int_equal(params_check(&w->params, &field), VERDICT_OK);
	w->market = calloc(1, sizeof *w->market);
	w->replica = calloc(1, sizeof *w->replica);
	market_init(w->market, &w->params, digest_sha256, &key, 1, zero, zero);
	ledger_init(w->replica, &w->params, digest_sha256, zero, zero);
	w->now_ms = w->params.start_ms - 100000;
	enrol(w);
	for (int64_t i = 0; i < HOMES; i++)
		enrol_addresses(w, i);
	while (w->now_ms < w->params.start_ms + slots * 900000) {
		one_step(w);
		/* Now and then the market is away for a while. */
		w->now_ms += below(w, 2000) ? below(w, STEP_MS) : below(w, 4000000);
	}
	print_message(
		"blocks %llu, accepted %llu (%llu shut), refused %llu, awards %llu, lost %llu, "
		"void %llu, deliveries %llu, seals %llu, payments %llu, penalties %llu, "
		"rewards %llu\n",
		(unsigned long long)w->blocks, (unsigned long long)w->accepted,
		(unsigned long long)w->shut, (unsigned long long)w->refused,
		(unsigned long long)w->awards, (unsigned long long)w->lost,
		(unsigned long long)w->voided, (unsigned long long)w->deliveries,
		(unsigned long long)w->sealed, (unsigned long long)w->payments,
		(unsigned long long)w->penalties, (unsigned long long)w->rewards);
	assert_true(w->awards > 0 && w->deliveries > 0 && w->deliveries <= w->awards);
	assert_true(w->payments > 0 && w->penalties > 0 && w->rewards > 0 && w->sealed > 0);
	assert_true(w->shut > 0 && w->lost > 0);
	free(w->market);
	free(w->replica);
	free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_replica_reaches_every_header)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
