/* block_record: the transactions of a block as they were executed, with what they borrow. */
#ifndef LEM_TESTS_BLOCK_RECORD_H
#define LEM_TESTS_BLOCK_RECORD_H
#include <string.h>
#include "core/tx.h"

enum { BLOCK_TXS_MAX = 4096, BLOCK_VALUES = 3 * SCHEDULE_SLOTS_MAX };

struct block_record {
	struct tx txs[BLOCK_TXS_MAX];
	size_t count;
	struct address addresses[BLOCK_TXS_MAX];
	struct address_key keys[BLOCK_TXS_MAX];
	size_t admitted;
	struct params sets[BLOCK_TXS_MAX];
	size_t sets_used;
	int32_t values[BLOCK_TXS_MAX][BLOCK_VALUES];
	size_t values_used;
};

static inline const int32_t *block_record_values(
	struct block_record *b, const int32_t *wh, uint32_t count, size_t at)
{
	memcpy(&b->values[b->values_used][at], wh, count * sizeof *wh);
	return &b->values[b->values_used][at];
}

static inline void block_record_admit(struct block_record *b, struct tx *kept)
{
	size_t n = kept->u.admit.count, at = b->admitted;

	memcpy(&b->addresses[at], kept->u.admit.addresses, n * sizeof *b->addresses);
	memcpy(&b->keys[at], kept->u.admit.keys, n * sizeof *b->keys);
	kept->u.admit.addresses = &b->addresses[at];
	kept->u.admit.keys = &b->keys[at];
	b->admitted += n;
}

static inline void block_record_tariff(struct block_record *b, struct tariff_window *t)
{
	t->export_mc = block_record_values(b, t->export_mc, t->count, 0);
	t->import_mc = block_record_values(b, t->import_mc, t->count, SCHEDULE_SLOTS_MAX);
	if (t->wholesale_mc)
		t->wholesale_mc = block_record_values(
			b, t->wholesale_mc, t->count, 2 * (size_t)SCHEDULE_SLOTS_MAX);
	b->values_used++;
}

static inline void block_record_add(struct block_record *b, const struct tx *tx)
{
	struct tx *kept = &b->txs[b->count++];

	assert_true(b->count < BLOCK_TXS_MAX);
	*kept = *tx;
	if (tx->kind == TX_PARAMS) {
		b->sets[b->sets_used] = *tx->u.params.set;
		kept->u.params.set = &b->sets[b->sets_used++];
	} else if (tx->kind == TX_SCHEDULE) {
		kept->u.schedule.net_wh =
			block_record_values(b, tx->u.schedule.net_wh, tx->u.schedule.count, 0);
		b->values_used++;
	} else if (tx->kind == TX_LIMITS) {
		kept->u.limits.export_wh =
			block_record_values(b, tx->u.limits.export_wh, tx->u.limits.count, 0);
		kept->u.limits.import_wh = block_record_values(
			b, tx->u.limits.import_wh, tx->u.limits.count, SCHEDULE_SLOTS_MAX);
		b->values_used++;
	} else if (tx->kind == TX_TARIFF) {
		block_record_tariff(b, &kept->u.tariff);
	} else if (tx->kind == TX_ADMIT) {
		block_record_admit(b, kept);
	}
}

static inline void block_record_clear(struct block_record *b)
{
	b->count = 0;
	b->admitted = 0;
	b->sets_used = 0;
	b->values_used = 0;
}

#endif
