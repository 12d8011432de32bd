#include "core/snapshot.h"
#include <assert.h>
#include "core/ledger_snapshot.h"

enum { SNAPSHOT_LEDGER = 0x4c3a, SNAPSHOT_MARKET = 0x4d3c };

static void xfer_tx_bid(struct xfer *x, struct tx_bid *b)
{
	XFER_INT(x, b->side);
	xfer_i64(x, &b->quantity_wh);
	xfer_i64(x, &b->price_mc_per_kwh);
	xfer_u64(x, &b->auction);
	XFER_INT(x, b->all_or_nothing);
}

/* Only answers and their cancels are ever shut: no contract terms. */
static void xfer_shut(struct xfer *x, struct shut_tx *s)
{
	struct tx *tx = &s->tx;

	XFER_INT(x, tx->kind);
	xfer_u64(x, &tx->seq);
	xfer_i64(x, &tx->market_ms);
	xfer_i64(x, &tx->date_ms);
	xfer_bytes(x, tx->id, HASH_LEN);
	xfer_bytes(x, tx->signature_hash, HASH_LEN);
	xfer_bytes(x, tx->address.text, ADDRESS_LEN);
	XFER_INT(x, tx->cpf_hundredths);
	if (tx->kind == TX_CANCEL)
		xfer_u64(x, &tx->u.cancel.order);
	else
		xfer_tx_bid(x, &tx->u.bid);
	xfer_u64(x, &s->intake_seq);
	xfer_u64(x, &s->auction);
	xfer_count(x, &s->home, HOMES_MAX - 1);
	XFER_INT(x, s->cancelled);
}

static void xfer_key(struct xfer *x, struct address_key *key)
{
	xfer_bytes(x, key->bytes, sizeof key->bytes);
	XFER_INT(x, key->len);
}

static void xfer_registers(struct xfer *x, struct registers *r)
{
	for (int i = 0; i < REGISTER_COUNT; i++)
		xfer_i64(x, &r->wh[i]);
}

/* One that was accepted; which quarter it is of, its place says. */
static void xfer_reading(struct xfer *x, struct reading *r)
{
	xfer_i64(x, &r->slot);
	xfer_i64(x, &r->taken_ms);
	xfer_registers(x, &r->registers);
}

static void xfer_meter(struct xfer *x, struct meter *m)
{
	XFER_INT(x, m->has_base);
	XFER_INT(x, m->has_delta);
	XFER_INT(x, m->replaced);
	xfer_reading(x, &m->base);
	xfer_registers(x, &m->delta);
}

static void xfer_quarters(struct xfer *x, struct quarters *q)
{
	xfer_i64(x, &q->slot);
	xfer_count(x, &q->count, QUARTERS_READ);
	if (q->count == 0)
		return;
	xfer_reading(x, &q->begin);
	for (uint32_t i = 0; i < q->count && !x->bad; i++)
		xfer_reading(x, &q->at[i]);
}

static void xfer_ratings(struct xfer *x, struct ratings *r)
{
	xfer_i64(x, &r->pv_w);
	xfer_i64(x, &r->battery_w);
	xfer_i64(x, &r->fuse_w);
}

static void xfer_terms(struct xfer *x, struct home_terms *t)
{
	xfer_bytes(x, t->client_id, CLIENT_ID_MAX);
	xfer_bytes(x, t->meter_type, METER_TEXT_MAX);
	xfer_bytes(x, t->meter_serial, METER_TEXT_MAX);
	xfer_ratings(x, &t->ratings);
	xfer_bytes(x, t->code_hash, HASH_LEN);
}

static void xfer_home(struct xfer *x, struct home *h, int64_t open_slot)
{
	XFER_INT(x, h->status);
	home_modes_xfer(x, &h->modes);
	XFER_INT(x, h->ems.alg);
	xfer_key(x, &h->ems.key);
	XFER_INT(x, h->meter_key.alg);
	xfer_key(x, &h->meter_key.key);
	XFER_INT(x, h->meter_due);
	xfer_meter(x, &h->meter);
	xfer_quarters(x, &h->quarters.of[0]);
	xfer_quarters(x, &h->quarters.of[1]);
	xfer_ratings(x, &h->reading_ratings);
	home_baseline_xfer(x, &h->baseline, open_slot);
	xfer_i64(x, &h->wallet_uc);
	xfer_i64(x, &h->wallet_closed_uc);
	xfer_i64(x, &h->wallet_sealed_uc);
	xfer_i64(x, &h->shut_held_uc);
	xfer_u64(x, &h->announced_height);
	xfer_u64(x, &h->announced_account);
	xfer_count(x, &h->account_count, HOME_ACCOUNTS_MAX);
	for (uint32_t i = 0; i < h->account_count; i++)
		xfer_u64(x, &h->accounts[i]);
}

/* Roles and the operator stand first, made by market_init(); homes follow. */
static void xfer_homes(struct xfer *x, struct market *m)
{
	uint32_t count = m->homes.count;

	xfer_count(x, &count, HOMES_MAX);
	for (uint32_t i = 0; i < count; i++) {
		struct home_terms terms = m->homes.rows[i].terms;
		if (x->reading)
			memset(&terms, 0, sizeof terms);
		xfer_terms(x, &terms);
		if (x->reading && i >= m->homes.count) {
			const char *field;
			if (home_add_check(&m->homes, &terms, &field) != VERDICT_OK)
				x->bad = true;
			if (x->bad)
				return;
			(void)home_add(&m->homes, CLIENT_HOME, &terms);
		}
		xfer_home(x, &m->homes.rows[i], ledger_slot(&m->ledger));
	}
}

static void xfer_enrolled(struct xfer *x, struct market *m)
{
	uint32_t left;

	xfer_count(x, &m->enrolled_count, ENROLLED_MAX);
	left = m->enrolled_count;
	for (uint32_t i = 0; left > 0; i++, left--) {
		struct enrolled *e;
		while (!x->reading && address_is_empty(&m->enrolled[i].key.address))
			i++;
		e = &m->enrolled[i];
		xfer_i64(x, &e->key.slot);
		xfer_bytes(x, e->key.address.text, ADDRESS_LEN);
		xfer_key(x, &e->key.key);
		xfer_count(x, &e->home, HOMES_MAX - 1);
		if (!x->reading)
			continue;
		if (e->home >= m->homes.count ||
			index_get(&m->enrolled_by_address, address_index_key(&e->key.address)) !=
				INDEX_NONE)
			x->bad = true;
		if (x->bad)
			return;
		index_add(&m->enrolled_by_address, address_index_key(&e->key.address), i);
		m->homes.rows[e->home].enrolled_count++;
		m->enrolled_top = i + 1;
	}
}

static void xfer_market(struct xfer *x, struct market *m)
{
	const struct accounts *a = &m->ledger.accounts;

	ledger_xfer(x, &m->ledger);
	xfer_homes(x, m);
	xfer_u64(x, &m->next_seq);
	xfer_i64(x, &m->clock_ms);
	xfer_i64(x, &m->admit_slot);
	if (x->bad)
		return;
	for (uint64_t n = a->first; n < a->next; n++)
		xfer_count(x, &m->owner[n % ACCOUNTS_MAX], HOMES_MAX - 1);
	xfer_enrolled(x, m);
	recent_xfer(x, &m->taken);
	xfer_count(x, &m->shut_count, SHUT_MAX);
	for (uint32_t i = 0; i < m->shut_count && !x->bad; i++) {
		const struct account *sender;
		xfer_shut(x, &m->shut[i]);
		if (!x->reading || m->shut[i].tx.kind != TX_BID_OFFER)
			continue;
		sender = account_find(a, &m->shut[i].tx.address);
		if (sender)
			m->shut_orders[sender->number % ACCOUNTS_MAX]++;
		else
			x->bad = true;
	}
}

/* Close a snapshot with the digest of all that stands before it: damage is then noticed before
 * anything is read. */
static size_t end_writing(struct xfer *x, sha256_fn *sha256)
{
	uint8_t digest[HASH_LEN] = {0};

	if (x->len <= x->size)
		sha256(x->bytes, x->len, digest);
	xfer_bytes(x, digest, HASH_LEN);
	return x->len;
}

size_t ledger_snapshot_write(struct ledger *ledger, uint8_t *out, size_t size)
{
	struct xfer x = {.bytes = out, .size = size};
	uint64_t kind = SNAPSHOT_LEDGER;

	xfer_u64(&x, &kind);
	ledger_xfer(&x, ledger);
	return end_writing(&x, ledger->sha256);
}

size_t market_snapshot_write(struct market *market, uint8_t *out, size_t size)
{
	struct xfer x = {.bytes = out, .size = size};
	uint64_t kind = SNAPSHOT_MARKET;

	xfer_u64(&x, &kind);
	xfer_market(&x, market);
	return end_writing(&x, market->ledger.sha256);
}

/* Begin to read a snapshot of that kind; x->bad if it is none. Reading goes through the code that
 * writes, which writes through no pointer of x while it reads. */
static struct xfer begin_reading(const uint8_t *bytes, size_t len, uint64_t want, sha256_fn *sha256)
{
	union {
		const uint8_t *in;
		uint8_t *out;
	} same = {.in = bytes};
	struct xfer x = {.bytes = same.out, .reading = true, .bad = len < HASH_LEN};
	uint8_t digest[HASH_LEN];
	uint64_t kind = 0;

	if (x.bad)
		return x;
	x.size = len - HASH_LEN;
	sha256(bytes, x.size, digest);
	x.bad = memcmp(digest, bytes + x.size, HASH_LEN) != 0;
	xfer_u64(&x, &kind);
	x.bad = x.bad || kind != want;
	return x;
}

bool ledger_snapshot_read(struct ledger *ledger, const uint8_t *bytes, size_t len)
{
	struct xfer x = begin_reading(bytes, len, SNAPSHOT_LEDGER, ledger->sha256);

	if (!x.bad)
		ledger_xfer(&x, ledger);
	return !x.bad && x.len == x.size;
}

bool market_snapshot_read(struct market *market, const uint8_t *bytes, size_t len)
{
	struct xfer x = begin_reading(bytes, len, SNAPSHOT_MARKET, market->ledger.sha256);

	if (!x.bad)
		xfer_market(&x, market);
	return !x.bad && x.len == x.size;
}
