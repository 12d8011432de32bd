/* A block's roots, computed a second time: leaves put together by hand as docs/protocol.md lays
 * them out, hashed by OpenSSL, sorted and joined by the plainest reading of RFC 6962. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <openssl/evp.h>
#include "tests/lib/small_ledger.h"

enum { LEAVES_MAX = 64 };

struct leaves {
	uint8_t at[LEAVES_MAX][HASH_LEN];
	size_t count;
};

/* A preimage. */
static uint8_t bytes[512];
static size_t len;

static void sha256(const void *data, size_t n, uint8_t out[HASH_LEN])
{
	unsigned got = 0;
	uint8_t hash[EVP_MAX_MD_SIZE];

	assert_int_equal(EVP_Digest(data, n, hash, &got, EVP_sha256(), NULL), 1);
	memcpy(out, hash, HASH_LEN);
}

static void u8(int v)
{
	bytes[len++] = (uint8_t)v;
}

static void be64(int64_t v)
{
	for (int shift = 56; shift >= 0; shift -= 8)
		u8((int)((uint64_t)v >> shift & 0xff));
}

static void raw(const void *data, size_t n)
{
	memcpy(bytes + len, data, n);
	len += n;
}

static void leaf(struct leaves *l)
{
	assert_true(l->count < LEAVES_MAX);
	sha256(bytes, len, l->at[l->count++]);
	len = 0;
}

/* RFC 6962, 2.1, as it is written. */
static void tree(uint8_t (*at)[HASH_LEN], size_t n, uint8_t out[HASH_LEN])
{
	uint8_t both[1 + 2 * HASH_LEN] = {1};
	size_t k = 1;

	if (n == 0) {
		sha256("", 0, out);
		return;
	}
	if (n == 1) {
		memcpy(out, at[0], HASH_LEN);
		return;
	}
	while (2 * k < n)
		k *= 2;
	tree(at, k, both + 1);
	tree(at + k, n - k, both + 1 + HASH_LEN);
	sha256(both, sizeof both, out);
}

static void assert_root(struct leaves *l, const uint8_t got[HASH_LEN])
{
	uint8_t want[HASH_LEN];

	tree(l->at, l->count, want);
	assert_memory_equal(got, want, HASH_LEN);
}

static struct small_ledger s;
static struct leaves results, ranks;
static struct {
	uint8_t id[HASH_LEN], leaf[HASH_LEN];
} txs[LEAVES_MAX];
static size_t tx_count;

/* What the ledger tells of the block, as leaves. */
static void note(void *context, const struct result *r)
{
	(void)context;
	if (r->kind == RESULT_TRANSFER) {
		u8(0);
		u8(3);
		raw(r->u.transfer.from_address->text, 26);
		raw(r->u.transfer.to_address->text, 26);
		be64(r->u.transfer.amount_uc);
		be64((int64_t)r->u.transfer.order);
		u8((int)r->u.transfer.why);
		leaf(&results);
	} else if (r->kind == RESULT_AWARD || r->kind == RESULT_DELIVERY) {
		const struct order *o = r->u.order.order;
		u8(0);
		u8(r->kind == RESULT_AWARD ? 1 : 2);
		be64((int64_t)o->seq);
		be64(r->kind == RESULT_AWARD ? o->awarded_wh : o->delivered_wh);
		if (r->kind == RESULT_AWARD) {
			be64(o->award_mc_per_kwh);
			be64(o->award_uc);
		} else {
			u8(o->why);
		}
		leaf(&results);
	} else if (r->kind == RESULT_RANKED) {
		u8(0);
		u8(0x21);
		raw(r->u.validator.account->address.text, 26);
		u8(r->u.validator.cpf_hundredths);
		u8(r->u.validator.rewarded); /* here: all that are ranked are eligible */
		leaf(&ranks);
	}
}

static void account_leaf(struct leaves *l, const struct account *a)
{
	u8(0);
	u8(0x31);
	be64((int64_t)a->number);
	raw(a->address.text, 26);
	be64(a->slot);
	be64(a->balance_uc);
	be64(a->held_uc);
	leaf(l);
}

static void auction_leaf(struct leaves *l, const struct auction *a)
{
	const struct contract *c = &a->contract;

	u8(0);
	u8(0x32);
	be64((int64_t)a->seq);
	be64((int64_t)a->opener);
	u8(c->side == SIDE_BUY ? 1 : 2);
	u8((int)c->rule);
	u8((int)c->measure);
	u8((int)c->book);
	u8(c->limit_inclusive);
	be64(c->quantity_wh);
	be64(c->limit_mc_per_kwh);
	be64(c->min_quantity_wh);
	be64(c->penalty_mc_per_kwh);
	be64(c->gate_ms);
	be64(c->slot);
	u8((int)a->status);
	be64(a->cleared_wh);
	be64(a->cleared_uc);
	be64(a->marginal_mc_per_kwh);
	leaf(l);
}

/* Execute, and keep the transaction's own leaf. */
static void run(const struct tx *tx)
{
	u8(0);
	raw(tx->id, HASH_LEN);
	be64((int64_t)tx->seq);
	be64(tx->market_ms);
	raw(tx->signature_hash, HASH_LEN);
	sha256(bytes, len, txs[tx_count].leaf);
	memcpy(txs[tx_count++].id, tx->id, HASH_LEN);
	len = 0;
	small_do(&s, tx);
}

static int by_id(const void *a, const void *b)
{
	return memcmp(a, b, sizeof txs[0]);
}

static void assert_transactions(const struct header *h)
{
	struct leaves l = {.count = tx_count};

	qsort(txs, tx_count, sizeof txs[0], by_id);
	for (size_t i = 0; i < tx_count; i++)
		memcpy(l.at[i], txs[i].leaf, HASH_LEN);
	assert_int_equal(h->tx_count, tx_count);
	assert_root(&l, h->tx_root);
	tx_count = 0;
}

static void assert_state(const struct header *h)
{
	static struct leaves l;
	const struct accounts *t = &s.l->accounts;

	l.count = 0;
	for (uint64_t n = ACCOUNT_ISSUER; n <= ACCOUNT_FIRST_ROLE; n++)
		account_leaf(&l, &t->fixed[n]);
	for (uint64_t n = t->first; n < t->next; n++)
		account_leaf(&l, account_get(t, n));
	for (uint64_t seq = 1; seq <= s.seq; seq++) {
		if (auction_find(&s.l->auctions, seq))
			auction_leaf(&l, auction_find(&s.l->auctions, seq));
	}
	assert_root(&l, h->state_root);
}

/* Two headers are chained: the log's leaves are the hashes of all before. */
static void assert_chain(const struct header *h, uint8_t (*hashes)[HASH_LEN], size_t n)
{
	struct leaves l = {.count = 0};

	for (size_t i = 0; i < n; i++) {
		u8(0);
		raw(hashes[i], HASH_LEN);
		leaf(&l);
	}
	assert_root(&l, h->log_root);
	assert_memory_equal(h->prev_hash, hashes[n - 1], HASH_LEN);
	assert_int_equal(h->height, n);
	assert_int_equal(h->time_ms, SAMPLE_START_MS + (int64_t)n * SMALL_SLOT_MS);
}

static void standing(uint32_t address, int cpf)
{
	struct tx tx = small_tx(&s, TX_STANDING);

	tx.address = sample_address(address);
	tx.cpf_hundredths = cpf;
	run(&tx);
}

/* One block's transactions in slot 0: admissions, an auction with two answers, two CPFs. */
static void first_block(void)
{
	struct tx tx;
	uint64_t auction;

	for (int slot = 0; slot < 2; slot++) {
		tx = small_tx(&s, TX_ADMIT);
		small_admission(&s, &tx, slot, (uint32_t)slot * 10, 3);
		run(&tx);
	}
	tx = small_bid(&s, SMALL_ROLE, SIDE_BUY, 100, 9000, 0);
	tx.u.bid.request.slot = 1;
	memset(tx.signature_hash, 0x77, HASH_LEN);
	run(&tx);
	auction = tx.seq;
	for (uint32_t i = 10; i < 12; i++) {
		tx = small_bid(&s, i, SIDE_SELL, 60, 8000 + i, auction);
		run(&tx);
		tx = small_tx(&s, TX_CPF);
		tx.address = sample_address(i - 10);
		tx.cpf_hundredths = 90 - (int)i;
		run(&tx);
	}
	tx = small_bid(&s, 12, SIDE_SELL, 7, 500, 0); /* stays open */
	run(&tx);
	s.now_ms = SAMPLE_START_MS + SMALL_SLOT_MS;
	tx = small_tx(&s, TX_CLOCK);
	tx.market_ms -= 300000;
	tx.u.clock.due_ms = tx.market_ms;
	run(&tx);
	tx = small_tx(&s, TX_CLOCK);
	tx.u.clock.due_ms = s.now_ms;
	run(&tx);
	standing(0, 80);
	standing(1, 79);
}

static void every_root_is_the_protocols(void **state)
{
	uint8_t hashes[4][HASH_LEN] = {{0}};
	struct tx tx;

	(void)state;
	small_open(&s);
	s.sink.emit = note;
	first_block();
	for (size_t height = 1; height <= 3; height++) {
		results.count = height == 1 ? results.count : 0;
		ranks.count = 0;
		if (height > 1) {
			s.now_ms = SAMPLE_START_MS + (int64_t)height * SMALL_SLOT_MS;
			tx = small_tx(&s, TX_CLOCK);
			tx.u.clock.due_ms = s.now_ms;
			run(&tx);
		}
		while (ledger_delivery_due(s.l)) {
			tx = small_tx(&s, TX_DELIVERY);
			tx.u.delivery.order = ledger_delivery_due(s.l)->seq;
			tx.u.delivery.delivered_wh = 35;
			tx.u.delivery.why = DELIVERY_METERED;
			run(&tx);
		}
		block_close(s.l, &s.sink, &s.header);
		assert_transactions(&s.header);
		assert_root(&results, s.header.results_root);
		assert_root(&ranks, s.header.ranking_root);
		assert_state(&s.header);
		assert_chain(&s.header, hashes, height);
		memset(hashes[height], (int)height, HASH_LEN);
		block_chain(s.l, hashes[height]);
		assert_true(height != 1 || ranks.count == 2);
		/* Two deliveries; payment and penalty of each; two addresses and a seal's closing.
		 */
		assert_true(height != 3 || results.count == 2 + 4 + 2);
	}
	small_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_root_is_the_protocols)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
