/* small_ledger: a ledger driven by hand, one transaction after the other, for tests. */
#ifndef LEM_TESTS_SMALL_LEDGER_H
#define LEM_TESTS_SMALL_LEDGER_H
#include <stdlib.h>
#include <string.h>
#include "core/block.h"
#include "core/ledger_check.h"
#include "core/snapshot.h"
#include "core/state_root.h"
#include "tests/lib/sample_params.h"
#include "wire/digest.h"

enum { SMALL_SLOT_MS = 900000, SMALL_ROLE = 1000000 };

struct small_ledger {
	struct params params;
	struct ledger *l;
	struct result_sink sink;
	uint64_t seq; /* last given */
	int64_t now_ms;
	struct header header; /* of the last block */
	struct address addresses[TX_ADMIT_KEYS_MAX + 1];
	struct address_key keys[TX_ADMIT_KEYS_MAX + 1];
};

/* The market after genesis, in slot 0, with one role of ample credit. */
static inline void small_open(struct small_ledger *s)
{
	const uint8_t zero[HASH_LEN] = {0};

	memset(s, 0, sizeof *s);
	s->params = sample_params();
	s->params.book = BOOK_OPEN;
	s->params.role_count = 1;
	s->params.roles[0].address = sample_address(SMALL_ROLE);
	s->params.roles[0].key = sample_key(SMALL_ROLE);
	s->params.roles[0].credit_limit_uc = 1000000000;
	s->l = calloc(1, sizeof *s->l);
	assert_non_null(s->l);
	ledger_init(s->l, &s->params, digest_sha256, zero, zero);
	s->now_ms = SAMPLE_START_MS + 1000;
}

static inline void small_free(struct small_ledger *s)
{
	free(s->l);
}

/* A transaction of the next sequence, now. */
static inline struct tx small_tx(const struct small_ledger *s, enum tx_kind kind)
{
	struct tx tx = {
		.kind = kind, .seq = s->seq + 1, .market_ms = s->now_ms, .date_ms = s->now_ms};

	digest_sha256(&tx.seq, sizeof tx.seq, tx.id);
	return tx;
}

static inline void small_do(struct small_ledger *s, const struct tx *tx)
{
	const char *field = "";
	enum verdict v = ledger_check(s->l, tx, &field);

	if (v != VERDICT_OK)
		fail_msg("%s: %s %s", tx_kind_name(tx->kind), verdict_name(v), field);
	ledger_apply(s->l, tx, &s->sink);
	if (tx->seq > s->seq)
		s->seq = tx->seq;
}

/* Fill tx with an admission of sample_address(first..first+count-1). */
static inline void small_admission(
	struct small_ledger *s, struct tx *tx, int64_t slot, uint32_t first, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		s->addresses[i] = sample_address(first + i);
		s->keys[i] = sample_key(first + i);
	}
	tx->u.admit.slot = slot;
	tx->u.admit.addresses = s->addresses;
	tx->u.admit.keys = s->keys;
	tx->u.admit.count = count;
}

static inline void small_admit(struct small_ledger *s, int64_t slot, uint32_t first, uint32_t count)
{
	struct tx tx = small_tx(s, TX_ADMIT);

	small_admission(s, &tx, slot, first, count);
	small_do(s, &tx);
}

/* A bid or offer with the market's default terms; slot CONTRACT_UNSET but for a role's opening. */
static inline struct tx small_bid(const struct small_ledger *s, uint32_t address, enum side side,
	int64_t wh, int64_t price_mc, uint64_t auction)
{
	struct tx tx = small_tx(s, TX_BID_OFFER);

	tx.address = sample_address(address);
	tx.u.bid = sample_bid(side, wh, price_mc, auction);
	return tx;
}

/* The role opens an auction for that slot; returns its sequence. */
static inline uint64_t small_open_auction(
	struct small_ledger *s, enum side side, int64_t slot, int64_t wh, int64_t price_mc)
{
	struct tx tx = small_bid(s, SMALL_ROLE, side, wh, price_mc, 0);

	tx.u.bid.request.slot = slot;
	small_do(s, &tx);
	return tx.seq;
}

static inline uint64_t small_answer(struct small_ledger *s, uint32_t address, enum side side,
	int64_t wh, int64_t price_mc, uint64_t auction)
{
	struct tx tx = small_bid(s, address, side, wh, price_mc, auction);

	small_do(s, &tx);
	return tx.seq;
}

static inline void small_cpf(struct small_ledger *s, uint32_t address, int cpf)
{
	struct tx tx = small_tx(s, TX_CPF);

	tx.address = sample_address(address);
	tx.cpf_hundredths = cpf;
	small_do(s, &tx);
}

/* The clock strikes due_ms, at which it becomes now unless it is later. */
static inline void small_clock(struct small_ledger *s, int64_t due_ms)
{
	struct tx tx;

	if (s->now_ms < due_ms)
		s->now_ms = due_ms;
	tx = small_tx(s, TX_CLOCK);
	tx.u.clock.due_ms = due_ms;
	small_do(s, &tx);
}

/* The clock strikes the slot's end. */
static inline void small_end_slot(struct small_ledger *s)
{
	small_clock(s, ledger_slot_end_ms(s->l));
}

static inline void small_standing(struct small_ledger *s, uint32_t address, int cpf)
{
	struct tx tx = small_tx(s, TX_STANDING);

	tx.address = sample_address(address);
	tx.cpf_hundredths = cpf;
	small_do(s, &tx);
}

/* Attest the delivery that is due next. */
static inline void small_deliver(struct small_ledger *s, int64_t wh, enum delivery_why why)
{
	struct tx tx = small_tx(s, TX_DELIVERY);

	assert_non_null(ledger_delivery_due(s->l));
	tx.u.delivery.order = ledger_delivery_due(s->l)->seq;
	tx.u.delivery.delivered_wh = wh;
	tx.u.delivery.why = why;
	small_do(s, &tx);
}

/* Close the block; what is still to be attested was not metered. */
static inline void small_close(struct small_ledger *s)
{
	uint8_t hash[HASH_LEN];
	uint64_t seq;

	if (!s->l->closing)
		small_end_slot(s);
	while (ledger_delivery_due(s->l))
		small_deliver(s, 0, DELIVERY_NO_READING);
	assert_int_equal(block_close_check(s->l, &seq), VERDICT_OK);
	block_close(s->l, &s->sink, &s->header);
	digest_sha256(&s->header.height, sizeof s->header.height, hash);
	block_chain(s->l, hash);
	s->now_ms += 1000;
}

/* A second ledger, come through a snapshot of this one; to be freed. */
static inline struct ledger *small_restored(const struct small_ledger *s)
{
	static uint8_t room[1 << 20];
	struct ledger *other = calloc(1, sizeof *other);
	size_t len = ledger_snapshot_write(s->l, room, sizeof room);

	assert_in_range(len, 1, sizeof room);
	assert_non_null(other);
	ledger_init(other, &s->params, digest_sha256, s->header.prev_hash, s->header.rules_hash);
	assert_true(ledger_snapshot_read(other, room, len));
	return other;
}

/* The state's root has rows that are counted there: without the last of them it is another. */
static inline void small_root_has(struct small_ledger *s, uint32_t *count)
{
	uint8_t with[HASH_LEN], without[HASH_LEN];

	assert_int_not_equal(*count, 0);
	state_root(s->l, with);
	(*count)--;
	state_root(s->l, without);
	(*count)++;
	assert_memory_not_equal(with, without, HASH_LEN);
}

#endif
